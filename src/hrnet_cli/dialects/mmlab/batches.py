"""The size at which mmdetection's batches come: what a pipeline resizes to, padded as the config says.

mmdetection 3.x pads a batch to a multiple of DetDataPreprocessor's `pad_size_divisor`, which is 1 by default; 2.x pads
each image by the transform Pad. HRNet's fuse layers upsample by a factor there, and break at most other sizes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import lcm
from typing import Any, NamedTuple

from hrnet_cli.dialects.mmlab.arguments import certain_package
from hrnet_cli.dialects.mmlab.facts import MMDET, package_class
from hrnet_cli.dialects.mmlab.sizes import PIPELINES, Size, at, pair, scales
from hrnet_cli.dialects.mmlab.versions import NEW, is_before_signatures, version_line
from hrnet_cli.hrnet import STANDARD_DIVISOR, branch_stride
from hrnet_cli.text import KeyPath, shape_text

NEUTRAL = (
    *("LoadImageFromFile", "LoadImageFromNDArray", "LoadAnnotations", "LoadProposals", "LoadPanopticAnnotations"),
    *("FilterAnnotations", "RandomFlip", "PhotoMetricDistortion", "Normalize", "PackDetInputs", "InstaBoost"),
    *("YOLOXHSVRandomAug", "CutOut", "Corrupt", "RandomShift", "LoadMultiChannelImageFromFiles"),
    *("DefaultFormatBundle", "ImageToTensor", "ToTensor", "Collect", "Transpose", "SegRescale"),
)
"""Transforms that leave an image's size as it is."""
RESIZES = {"Resize": "scale", "RandomChoiceResize": "scales", "RandomResize": "scale"}
"""Transforms that resize an image, and the argument of each that has the scales in mmdetection 3.x."""
FLIPS = "MultiScaleFlipAug"
"""mmdetection 2.x's transform around those of the test; it has their scale."""
OLD_SCALE = "img_scale"
PREPROCESSOR, DIVISOR = "DetDataPreprocessor", "pad_size_divisor"
PAD = "Pad"
MAX_TRANSFORMS, MAX_DIVISOR = 50, 1024


class Batch(NamedTuple):
    """The size of the largest batch, and why it is that."""

    size: Size
    """Height and width."""
    path: KeyPath
    """Where the size comes from; where the network breaks at it, what to change instead."""
    breaks: bool
    reason: str = ""
    remedy: str = ""
    note: str = ""
    """What to say of images of other shapes, where they break."""


class Transform(NamedTuple):
    """A transform of a pipeline, and its path."""

    value: Mapping[Any, Any]
    path: KeyPath

    @property
    def name(self) -> str:
        """Its class."""
        return package_class(self.value.get("type"))


class Resized(NamedTuple):
    """The largest size that a transform resizes to."""

    size: Size
    path: KeyPath
    varies: bool
    """Whether images of other shapes get other sizes."""
    is_old: bool
    """Whether it is a transform of mmdetection 2.x."""


class Padding(NamedTuple):
    """To a multiple of what a batch is padded, and where that is said."""

    divisor: int
    path: KeyPath
    reason: str
    remedy: str


def batch(config: Mapping[str, Any], branches: int) -> Batch | None:
    """The size at which a detector's batches come, at test or else in training; None where it is not known.

    The batch of another pipeline comes first where the network breaks at its size.
    """
    line = version_line(config)
    if certain_package(config) is not MMDET or not line or is_before_signatures(config):
        return None
    padding = _batch_padding(config) if line == NEW else None
    if line == NEW and padding is None:
        return None
    pipelines = [(value, path) for value, path in at(config, PIPELINES) if isinstance(value, list | tuple)]
    found = [_of_pipeline(list(_transforms(*each)), padding, branches) for each in pipelines]
    return next((each for each in found if each and each.breaks), found[0] if found else None)


def _of_pipeline(transforms: list[Transform], padding: Padding | None, branches: int) -> Batch | None:
    """The batch of a pipeline; None where it has a transform that is not known, or does not resize once."""
    names = [each.name for each in transforms]
    resizes = [each for each in transforms if each.name in RESIZES]
    known = all(name in (*NEUTRAL, *RESIZES, FLIPS, PAD) for name in names)
    if len(resizes) != 1 or not known or PAD in names[: names.index(resizes[0].name)]:
        return None
    owners = [*resizes, *(each for each in transforms if each.name == FLIPS)]
    pads = [each for each in transforms if each.name == PAD]
    resized = _resized(owners, is_old=padding is None)
    return _padded(resized, pads, padding or _no_padding(resizes[0]), branches) if resized else None


def _transforms(value: Any, path: KeyPath, inside: bool = False) -> Iterator[Transform]:
    """The transforms of a pipeline, each before those inside it. What is none has no name, which is not known."""
    for index, item in enumerate(value[:MAX_TRANSFORMS]):
        transform = Transform(item if isinstance(item, Mapping) else {}, (*path, index))
        yield transform
        inner = transform.value.get("transforms")
        if transform.name == FLIPS and isinstance(inner, list | tuple) and not inside:
            yield from _transforms(inner, (*transform.path, "transforms"), inside=True)


def _batch_padding(config: Mapping[str, Any]) -> Padding | None:
    """How mmdetection 3.x pads a batch; None where its data preprocessor is missing, an own one, or changes sizes."""
    model = config["model"]
    path: KeyPath = ("model", "data_preprocessor") if "data_preprocessor" in model else ("data_preprocessor",)
    value = model.get("data_preprocessor", config.get("data_preprocessor"))
    if (
        not isinstance(value, Mapping)
        or package_class(value.get("type")) != PREPROCESSOR
        or value.get("batch_augments")
    ):
        return None
    divisor = value.get(DIVISOR, 1)
    if type(divisor) is not int or not 1 <= divisor <= MAX_DIVISOR:
        return None
    reason = f"{DIVISOR} is {divisor}" + ("" if DIVISOR in value else " by default")
    remedy = f"set it to {STANDARD_DIVISOR}" if DIVISOR in value else f"add {DIVISOR}={STANDARD_DIVISOR}"
    return Padding(divisor, (*path, DIVISOR), reason, remedy)


def _no_padding(resize: Transform) -> Padding:
    """Mmdetection 2.x pads a batch to its largest image."""
    remedy = f"add dict(type='Pad', size_divisor={STANDARD_DIVISOR}) after it"
    return Padding(1, resize.path, "no Pad with size_divisor follows", remedy)


def _resized(owners: list[Transform], is_old: bool) -> Resized | None:
    """What a transform makes of images: its largest scale, which an image fits into, or which it gets."""
    resize = owners[0]
    owner = next((each for each in owners if each.value.get(OLD_SCALE) is not None), resize)
    key = OLD_SCALE if is_old else RESIZES[resize.name]
    found, keeps_ratio = scales(owner.value.get(key)), resize.value.get("keep_ratio", is_old)
    if not found or type(keeps_ratio) is not bool or resize.value.get("ratio_range") is not None:
        return None
    width, height = max(found, key=lambda scale: scale[0] * scale[1])
    size = (min(width, height), max(width, height)) if keeps_ratio else (height, width)
    return Resized(size, (*owner.path, key), keeps_ratio or len(found) > 1, is_old)


def _padded(resized: Resized, pads: list[Transform], padding: Padding, branches: int) -> Batch | None:
    """A resized image, padded by the transforms of its pipeline and then as a part of a batch."""
    size, path, varies, divisor = resized.size, resized.path, resized.varies, padding.divisor
    for pad in pads:
        fixed, multiple = pair(pad.value.get("size")), pad.value.get("size_divisor")
        if pad.value.get("pad_to_square"):
            size, varies = (max(size), max(size)), False
        elif fixed:
            size, varies, path = fixed if resized.is_old else MMDET.ordered(*fixed), False, (*pad.path, "size")
        elif type(multiple) is not int or not 1 <= multiple <= MAX_DIVISOR:
            return None
        if type(multiple) is int and 1 <= multiple <= MAX_DIVISOR:
            divisor = lcm(divisor, multiple)
            if resized.is_old:
                reason, remedy = f"size_divisor is {multiple}", f"set it to {STANDARD_DIVISOR}"
                padding = Padding(multiple, (*pad.path, "size_divisor"), reason, remedy)
    sizes = [_padded_to(each, divisor) for each in ((size, _of_photograph(size)) if varies else (size,))]
    return _judged(sizes, path, padding, branches, varies and divisor % branch_stride(branches - 1) != 0)


def _padded_to(size: Size, divisor: int) -> Size:
    """A size padded to a multiple."""
    return -(-size[0] // divisor) * divisor, -(-size[1] // divisor) * divisor


def _of_photograph(largest: Size) -> Size:
    """What an image of 640×480 is resized to, as most of COCO's are, where it is to fit into a size."""
    shape, longer, shorter = (3, 4) if largest[0] <= largest[1] else (4, 3), max(largest), min(largest)
    unit = min(longer / max(shape), shorter / min(shape))
    return int(shape[0] * unit + 0.5), int(shape[1] * unit + 0.5)


def _judged(sizes: list[Size], path: KeyPath, padding: Padding, branches: int, others_break: bool) -> Batch:
    """The batch, at what is to be changed where its size breaks, or else another frequent size does.

    It has a note where images of rarer shapes break.
    """
    first, ratio = branch_stride(0), branch_stride(branches - 1) // branch_stride(0)
    size = sizes[0]
    for each in sizes:
        if any(-(-side // first) % ratio for side in each):
            return Batch(each, padding.path, True, padding.reason, padding.remedy)
    if not others_break:
        return Batch(size, path, False)
    note = f"{padding.reason}: images of another shape than {shape_text(size)} come at sizes that break the fuse layers"
    return Batch(size, path, False, note=note, remedy=padding.remedy)
