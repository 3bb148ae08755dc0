"""The input size that an mmlab config works at: where a package's configs have it, and in which order.

A detector resizes an image to fit its scale, either way round, and pads it to a multiple of 32: the size read is the
largest that this gives, landscape. A classifier's pipeline may resize one edge before it crops: its last size counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from hrnet_cli.dialects.mmlab.facts import MMCLS, MMDET, MMPRETRAIN, Package, class_name
from hrnet_cli.hrnet import STANDARD_DIVISOR
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
"""Where configs have their transforms: those of the test before those of the training."""
ONE_EDGE = "ResizeEdge"
"""mmpretrain's transform whose size is that of one edge; the other follows from the image."""
MAX_DEPTH = 12
MAX_SIDE = 1_000_000


def input_size(config: Mapping[str, Any], package: Package) -> tuple[Size, KeyPath] | None:
    """Height and width, and their path; None where the config has no size."""
    places = [at(config, package.size_paths), _in_pipelines(config, package.size_keys)]
    if package in (MMPRETRAIN, MMCLS):
        places = [_last_sizes(config, package.size_keys)]
    for value, path in chain(*(places[::-1] if package is MMDET else places)):
        size = _padded(value) if package is MMDET else pair(value)
        if size:
            return (size if package is MMDET else package.ordered(*size)), path
    return None


def at(config: Any, paths: tuple[KeyPath, ...]) -> Iterator[tuple[Any, KeyPath]]:
    """The values at those of the paths that the config has."""
    for path in paths:
        value: Any = config
        for key in path:
            if isinstance(key, str):
                value = value.get(key) if isinstance(value, Mapping) else None
            else:
                value = value[key] if isinstance(value, list | tuple) and value else None
        if value is not None:
            yield value, path


def _in_pipelines(config: Any, keys: tuple[str, ...]) -> Iterator[tuple[Any, KeyPath]]:
    """The values of these keys in the transforms of all pipelines."""
    seen: set[int] = set()
    for value, path in at(config, PIPELINES):
        yield from _in_transforms(value, path, keys, seen)


def _last_sizes(config: Any, keys: tuple[str, ...]) -> Iterator[tuple[Any, KeyPath]]:
    """The sizes that the transforms of each pipeline give an image, the last one first."""
    for value, path in at(config, PIPELINES):
        yield from reversed(list(_in_transforms(value, path, keys, set())))


def _in_transforms(value: Any, path: KeyPath, keys: tuple[str, ...], seen: set[int]) -> Iterator[tuple[Any, KeyPath]]:
    """The values of these keys in a transform, or in a list of them; each is read once, to a depth of MAX_DEPTH."""
    if id(value) in seen or len(path) > MAX_DEPTH:
        return
    seen.add(id(value))
    if isinstance(value, Mapping):
        for key in () if class_name(value.get("type")) == ONE_EDGE else keys:
            if value.get(key) is not None:
                yield value[key], (*path, key)
        yield from _in_transforms(value.get("transforms"), (*path, "transforms"), keys, seen)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _in_transforms(item, (*path, index), keys, seen)


def pair(value: Any) -> Size | None:
    """Two sides, or one for both; None for any other value."""
    sides = value if isinstance(value, list | tuple) else (value, value)
    if len(sides) != 2 or not all(type(side) is int and 0 < side <= MAX_SIDE for side in sides):
        return None
    return sides[0], sides[1]


def scales(value: Any) -> list[Size]:
    """One size, or all of a list of them."""
    items = value if isinstance(value, list | tuple) and not pair(value) else [value]
    return [scale for scale in map(pair, items) if scale]


def _padded(value: Any) -> Size | None:
    """The height and width for the only scale, or for the largest of several, up to multiples of STANDARD_DIVISOR."""
    found = scales(value)
    if not found:
        return None
    largest = max(found, key=lambda scale: scale[0] * scale[1])
    short, long = sorted(-(-side // STANDARD_DIVISOR) * STANDARD_DIVISOR for side in largest)
    return short, long
