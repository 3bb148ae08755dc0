"""The input size that an mmlab config works at, as (height, width), and where it says so.

Sizes are (width, height) in mmpose and in mmdet's scales, (height, width) in mmseg. A detector resizes within its scale
and pads to a multiple of 32: the largest size that this gives is taken, landscape.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from hrnet_cli.text import KeyPath

Size = tuple[int, int]
PIPELINES: tuple[KeyPath, ...] = (
    ("test_pipeline",),
    ("val_pipeline",),
    ("data", "test", "pipeline"),
    ("test_dataloader", "dataset", "pipeline"),
    ("train_pipeline",),
    ("train_dataloader", "dataset", "pipeline"),
    ("data", "train", "pipeline"),
)
DATASETS: tuple[KeyPath, ...] = tuple(("data", part, "img_scale") for part in ("test", "val", "train"))
"""Where mmdet's configs say the scale before version 1.0: of the data set, which had no pipeline yet."""
POSE_PLACES: tuple[KeyPath, ...] = (
    ("model", "head", "decoder", "input_size"),
    ("codec", "input_size"),
    ("codec", -1, "input_size"),
    ("data_cfg", "image_size"),
)
SEGMENTATION_PLACES: tuple[KeyPath, ...] = (
    ("model", "data_preprocessor", "size"),
    ("data_preprocessor", "size"),
    ("crop_size",),
)
DIVISOR = 32
"""Every detector with an HRNet pads to it."""
DEEPEST = 12


def input_size(config: Mapping[str, Any], package: str) -> tuple[Size, KeyPath] | None:
    """Height and width, and their place; None where the config does not say."""
    if package == "mmdet":
        places = chain(_in_pipelines(config, ("scale", "img_scale", "scales")), _at(config, DATASETS))
        sizes = ((_padded(pair), path) for value, path in places for pair in _largest(value))
    elif package == "mmseg":
        places = chain(_at(config, SEGMENTATION_PLACES), _in_pipelines(config, ("crop_size",)))
        sizes = ((pair, path) for value, path in places for pair in _pair(value))
    else:
        places = chain(_at(config, POSE_PLACES), _in_pipelines(config, ("input_size",)))
        sizes = (((pair[1], pair[0]), path) for value, path in places for pair in _pair(value))
    return next(iter(sizes), None)


def _at(config: Any, places: tuple[KeyPath, ...]) -> Iterator[tuple[Any, KeyPath]]:
    """What stands at these paths, where anything does."""
    for place in places:
        value: Any = config
        for part in place:
            if isinstance(part, str):
                value = value.get(part) if isinstance(value, Mapping) else None
            else:
                value = value[part] if isinstance(value, list | tuple) and value else None
        if value is not None:
            yield value, place


def _in_pipelines(config: Any, keys: tuple[str, ...]) -> Iterator[tuple[Any, KeyPath]]:
    """The values of these keys in the transforms, those of the test before those of the training."""
    seen: set[int] = set()
    for value, place in _at(config, PIPELINES):
        yield from _in_transforms(value, place, keys, seen)


def _in_transforms(value: Any, path: KeyPath, keys: tuple[str, ...], seen: set[int]) -> Iterator[tuple[Any, KeyPath]]:
    """The same, in a list of transforms or in one; each is looked at once, and not below DEEPEST."""
    if id(value) in seen or len(path) > DEEPEST:
        return
    seen.add(id(value))
    if isinstance(value, Mapping):
        for key in keys:
            if value.get(key) is not None:
                yield value[key], (*path, key)
        yield from _in_transforms(value.get("transforms"), (*path, "transforms"), keys, seen)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _in_transforms(item, (*path, index), keys, seen)


def _pair(value: Any) -> Iterator[Size]:
    """A pair of sizes, or one size for both."""
    if isinstance(value, list | tuple) and len(value) == 2 and all(map(_is_size, value)):
        yield value[0], value[1]
    elif _is_size(value):
        yield value, value


def _is_size(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 1_000_000


def _largest(value: Any) -> Iterator[Size]:
    """The largest of several scales, or the only one."""
    pairs = list(_pair(value))
    if not pairs and isinstance(value, list | tuple):
        pairs = [pair for item in value for pair in _pair(item)]
    if pairs:
        yield max(pairs, key=lambda pair: pair[0] * pair[1])


def _padded(scale: Size) -> Size:
    """Short side as height, long side as width, each up to a multiple of DIVISOR."""
    short, long = sorted(-(-side // DIVISOR) * DIVISOR for side in scale)
    return short, long
