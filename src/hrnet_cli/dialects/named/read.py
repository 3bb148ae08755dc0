"""The spec of a config that names an HRNet whose stages are in the code of its repository."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hrnet_cli.dialects.named import find_repository
from hrnet_cli.dialects.nodes import ConfigNode
from hrnet_cli.dialects.reading import Reading, read_size
from hrnet_cli.dialects.stages import read_stage, set_name, set_stages
from hrnet_cli.hrnet import NUM_STAGES, stage_key, standard_stages

NAMED_WIDTH = 48
"""The width of all of them but mindpose's, which is in the name."""
BILINEAR: dict[str, Any] = {"mode": "bilinear", "to": "size", "align_corners": False}
BATCH_NORM = {"momentum": 0.01}


def read(config: Mapping[str, Any]) -> Reading:
    """The network that the repository's code builds."""
    found = find_repository(config)
    assert found is not None
    repository, name = found
    reading, root = Reading({}), ConfigNode(config, ())
    built = READERS[repository](reading, root, name)
    set_name(reading, repository.lower())
    message = f"read as {repository}'s, whose code has the stages: {built}"
    reading.add_note("fork", name.path, message)
    return reading


def _set_field(reading: Reading, field: str, section: ConfigNode | None, key: str, default: Any) -> None:
    """A field of the head, from a key of the config or the default of the code."""
    node = section.child(key) if section else None
    reading.data["head"][field] = node.literal if node else default
    if node:
        reading.origins["head", field] = node.path


def _mindpose(reading: Reading, root: ConfigNode, name: ConfigNode) -> str:
    """`mindpose/models/backbones/hrnet.py`, `heads/hrnet_head.py`: nearest upsampling to the other map's size."""
    set_stages(reading, standard_stages(int(str(name.value)[-2:])), name.path)
    reading.data["upsampling"] = {"mode": "nearest", "to": "size"}
    channels = root.child("in_channels")
    if channels:
        reading.data["in_channels"] = channels.literal
        reading.origins["in_channels",] = channels.path
    read_size(reading, root.get("dataset_setting", "image_size"), (256, 192))
    reading.data["multi_scale_output"] = False
    head = root.child("head_name")
    if head is None or head.value != "hrnet_head":
        return "the backbone is built, and the head is left out"
    reading.data["head"] = {"type": "heatmap"}
    _set_field(reading, "num_joints", root, "num_joints", 17)
    _set_field(reading, "final_conv_kernel", root.child("head_setting"), "final_conv_kernel_size", 1)
    return "its pose network is built"


def _sceneparsing(reading: Reading, _: ConfigNode, name: ConfigNode) -> str:
    """`mit_semseg/models/hrnet.py` of CSAILVision/semantic-segmentation-pytorch: HRNetV2-W48."""
    set_stages(reading, standard_stages(NAMED_WIDTH), name.path)
    reading.data["upsampling"] = BILINEAR
    read_size(reading, None, (512, 512))
    return f"HRNetV2 of width {NAMED_WIDTH} is built, and the decoder is left out"


def _mseg(reading: Reading, root: ConfigNode, name: ConfigNode) -> str:
    """`mseg_semantic/model/seg_hrnet.py`: the authors' segmentation network of width 48."""
    set_stages(reading, standard_stages(NAMED_WIDTH), name.path)
    reading.data |= {"upsampling": BILINEAR, "batch_norm": BATCH_NORM}
    for section, sides in (("TRAIN", ("train_h", "train_w")), ("TEST", ("test_h", "test_w"))):
        height, width = (root.get(section, side) for side in sides)
        if height and width:
            size = ConfigNode([height.literal, width.literal], height.path)
            read_size(reading, size, (713, 713), height_first=True)
            break
    else:
        read_size(reading, None, (713, 713))
    classes = root.get("TRAIN", "classes")
    if name.value != "hrnet" or classes is None:
        return f"the backbone of width {NAMED_WIDTH} is built, and the head is left out"
    reading.data["head"] = {"type": "segmentation"}
    _set_field(reading, "num_classes", root.child("TRAIN"), "classes", None)
    return f"its segmentation network of width {NAMED_WIDTH} is built"


def _multiview(reading: Reading, root: ConfigNode, name: ConfigNode) -> str:
    """`lib/core/config.py`, `lib/models/pose_hrnet.py`: the authors' pose network, of width 48 by default."""
    default, extra = standard_stages(NAMED_WIDTH), root.child("MODEL_EXTRA")
    set_stages(reading, default, name.path)
    reading.spell = str.upper
    for number in range(2, NUM_STAGES + 1):
        node = extra.child(stage_key(number)) if extra else None
        if node:
            read_stage(reading, stage_key(number), node)
    network = root.child("NETWORK")
    read_size(reading, network.child("IMAGE_SIZE") if network else None, (320, 320))
    reading.data["head"] = {"type": "heatmap"}
    _set_field(reading, "num_joints", network, "NUM_JOINTS", 20)
    _set_field(reading, "final_conv_kernel", extra, "FINAL_CONV_KERNEL", 1)
    return "the pose_hrnet is built, and what joins the views is left out"


def _rustqnet(reading: Reading, root: ConfigNode, name: ConfigNode) -> str:
    """`lib/models/seg_RustQNet.py`, `lib/models/hrnet.py`: a backbone of width 48 for each kind of image."""
    set_stages(reading, standard_stages(NAMED_WIDTH), name.path)
    reading.data["upsampling"] = {**BILINEAR, "align_corners": True}
    size = root.get("TEST", "IMAGE_SIZE") or root.get("TRAIN", "IMAGE_SIZE")
    read_size(reading, size, (256, 256))
    return f"one of its backbones, of width {NAMED_WIDTH}, is built, and what joins them is left out"


READERS: dict[str, Callable[[Reading, ConfigNode, ConfigNode], str]] = {
    "mindpose": _mindpose,
    "semantic-segmentation-pytorch": _sceneparsing,
    "mseg-semantic": _mseg,
    "multiview-human-pose-estimation": _multiview,
    "RustQNet": _rustqnet,
}
"""By repository: reads a config, given what names the network, and says what is built."""
