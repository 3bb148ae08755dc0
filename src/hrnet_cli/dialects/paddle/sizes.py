"""The input of a config of PaddleSeg, PaddleDetection or PaddleClas, from what its data pipeline makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hrnet_cli.dialects.nodes import ConfigNode
from hrnet_cli.dialects.reading import Reading, check_size, read_size
from hrnet_cli.hrnet import STANDARD_DIVISOR

DEFAULTS = {"PaddleSeg": (512, 1024), "PaddleDetection": (800, 1344), "PaddleClas": (224, 224)}
"""Height and width in most of the published configs."""
SEG_SIZES = (("RandomPaddingCrop", "crop_size"), ("Resize", "target_size"))
"""Transforms of PaddleSeg and their sizes, width before height; the crop is what the network gets."""
READERS = ("EvalReader", "TestReader", "EvalMOTReader", "TestMOTReader", "TrainReader")
MAX_ITEMS = 100


def read_input(reading: Reading, root: ConfigNode, framework: str) -> None:
    """The size; the usual one where the config has none, with a note."""
    default = DEFAULTS[framework]
    if framework == "PaddleSeg":
        read_size(reading, next(_crops(root), None), default)
    elif framework == "PaddleClas":
        _read_shape(reading, root.get("Global", "image_shape"), default)
    else:
        _read_detection(reading, root, default)


def _items(node: ConfigNode | None) -> Iterator[ConfigNode]:
    """The items of a list."""
    values = node.value if node and isinstance(node.value, list) else []
    for index, value in enumerate(values[:MAX_ITEMS]):
        assert node is not None
        yield ConfigNode(value, (*node.path, index))


def _crops(root: ConfigNode) -> Iterator[ConfigNode]:
    """The sizes of PaddleSeg's transforms: crops of training first, then where images are resized to."""
    for kind, argument in SEG_SIZES:
        for dataset in ("train_dataset", "val_dataset"):
            for item in _items(root.get(dataset, "transforms")):
                size, name = item.child(argument), item.child("type")
                if size and name and name.value == kind:
                    yield size


def _read_shape(reading: Reading, node: ConfigNode | None, default: tuple[int, int]) -> None:
    """Global.image_shape of PaddleClas: channels, height and width."""
    shape: Any = node.literal if node else None
    if node is None or not isinstance(shape, list) or len(shape) != 3:
        read_size(reading, node, default, height_first=True)
        return
    error = check_size(shape, 3, node.path, "write channels, height and width: [3, 224, 224]")
    if error:
        reading.diagnostics.append(error)
    else:
        reading.data["input"] = shape[1:]
        reading.origins["input",] = node.path


def _read_detection(reading: Reading, root: ConfigNode, default: tuple[int, int]) -> None:
    """PaddleDetection: `trainsize`, `input_size`, or what a reader resizes to, padded to a stride."""
    pose = root.child("trainsize") or root.child("input_size")
    if pose:
        read_size(reading, pose, default)
        return
    size = next(_targets(root), None)
    read_size(reading, size, default, height_first=True)
    stride = _stride(root)
    height_and_width = reading.data.get("input")
    if size and stride and height_and_width:
        reading.data["input"] = [-(-side // stride) * stride for side in height_and_width]


def _targets(root: ConfigNode) -> Iterator[ConfigNode]:
    """Height and width that a reader resizes to."""
    for reader in READERS:
        for item in _items(root.get(reader, "sample_transforms")):
            for name in item.keys:
                size = item.get(name, "target_size") if isinstance(item.value[name], Mapping) else None
                if size:
                    yield size


def _stride(root: ConfigNode) -> int:
    """What PadBatch pads to a multiple of; 0 where nothing is padded."""
    for reader in READERS:
        for item in _items(root.get(reader, "batch_transforms")):
            stride = item.get("PadBatch", "pad_to_stride")
            if stride and type(stride.literal) is int and 0 < stride.literal <= 1024:
                return stride.literal
    return STANDARD_DIVISOR
