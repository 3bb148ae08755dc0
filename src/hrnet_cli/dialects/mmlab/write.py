"""mmlab configs, as Python: mmpose 1.x (0.x for HigherHRNet), mmdetection 3.x, mmsegmentation 1.x and mmpretrain.

The head decides the package. A head that none of them builds from the same layers is left out; the backbone alone is
written for mmseg where it upsamples bilinearly to size, else for mmpose. All have four stages and a stem of 64, 64.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from hrnet_cli.dialects import limits
from hrnet_cli.dialects.mmlab import facts, write_lite
from hrnet_cli.dialects.mmlab.facts import MMDET, MMPOSE, MMPOSE_0, MMPRETRAIN, MMSEG, Package
from hrnet_cli.dialects.writing import Written, comments
from hrnet_cli.errors import Diagnostic
from hrnet_cli.hrnet import STAGE_FIELDS, STANDARD_DIVISOR, branch_stride, final_padding, stage_key
from hrnet_cli.schema.heads import (
    ClassificationHead,
    HeatmapHead,
    HigherHead,
    LandmarkHead,
    OcrHead,
    SegmentationHead,
)
from hrnet_cli.schema.spec import BatchNorm, Spec, Upsampling
from hrnet_cli.text import shape_text

Config = dict[str, Any]


def write_mmlab(spec: Spec) -> Written:
    """The backbone, and the neck and head of its package. Raises InexpressibleError for a backbone that none builds."""
    limits.refuse("mmlab", _backbone_limits(spec))
    notes = [limits.head_left_out(spec, limit) for limit in _head_limits(spec)]
    head = None if notes or spec.head.type == "none" else _row(spec)
    package = head.package if head else MMSEG if not spec.is_lite and _upsamples_alike(spec, MMSEG) else MMPOSE
    _, _, height, width = spec.input_shape
    scope: Config = {"default_scope": package.name} if package is not MMPOSE_0 else {}
    size = _size(package, height, width)
    model = {"backbone": _backbone(spec, package), **(head.parts(spec, spec.head) if head else {})}
    if "type" in model:
        model = {"type": model.pop("type"), **model}
    if not size:
        notes.append(f"the {height}×{width} input is left out: mmdet resizes into its sizes, landscape, and pads")
    if package is MMSEG:
        notes.append(facts.MMSEG_RESIZES_TWICE)
    elif spec.upsampling.to == "size":
        by_factor = f"it fails where {STANDARD_DIVISOR} does not divide the input size"
        notes.append(f"{package.title} upsamples by factor: {by_factor}")
    notes += limits.budget_notes(spec)
    text = "".join(
        f"{key} = {python_text(item, len(key) + 3)}\n" for key, item in {**scope, **size, "model": model}.items()
    )
    return Written(comments([f"{spec.name} for {package.title}"]) + text, tuple(notes))


def find_limits(spec: Spec) -> Iterator[Diagnostic]:
    """Why the packages' HRNets, which share these limits, or the head's package cannot build a network."""
    for limit in _head_limits(spec):
        yield limits.head_limit(spec, limit)
    yield from _backbone_limits(spec)


# The backbone


def _backbone_limits(spec: Spec) -> Iterator[Diagnostic]:
    if spec.is_lite:
        yield from write_lite.backbone_limits(spec)
        return
    yield from limits.four_stages(spec, "mmlab")
    yield from limits.known_blocks(spec)
    yield from limits.standard_stem(spec)
    yield from limits.width_changes(spec)
    if not _upsamples_alike(spec, MMSEG) and not _upsamples_alike(spec, MMPOSE):
        size = shape_text(spec.input_shape[2:])
        text = f"its fuse layers upsample {spec.upsampling.words}, not by factor, which fails at the {size} input"
        yield Diagnostic("fixed-part", ("upsampling",), text)


def _upsamples_alike(spec: Spec, package: Package) -> bool:
    """Whether the package's fuse layers give the same as the spec's at its input."""
    stride = branch_stride(spec.stages[-1].num_branches - 1)
    divides = all(side % stride == 0 for side in spec.input_shape[2:])
    by_factor = spec.upsampling.to == "factor" or divides
    if package.upsampling is None:
        return by_factor
    theirs = Upsampling(**package.upsampling)
    if theirs.to == "size":
        return spec.upsampling.words == theirs.words
    return by_factor and spec.upsampling.mode == theirs.mode


def _backbone(spec: Spec, package: Package) -> Config:
    if spec.is_lite:
        return {**write_lite.backbone(spec), **_norm(spec)}
    extra: Config = {
        stage_key(number): {field: getattr(stage, field) for field in STAGE_FIELDS}
        for number, stage in enumerate(spec.stages, 1)
    }
    outputs = {"multiscale_output": spec.keeps_all_branches}
    if package.multiscale_in_stage:
        extra[facts.STAGE_KEYS[-1]] |= outputs
        outputs = {}
    if package.upsampling is None and spec.upsampling.mode == "bilinear":
        extra["upsample"] = {"mode": "bilinear", "align_corners": bool(spec.upsampling.align_corners)}
    return {"type": facts.HRNETS[0], "in_channels": spec.in_channels, **_norm(spec), **outputs, "extra": extra}


def _norm(spec: Spec, always: bool = False) -> Config:
    """`norm_cfg`, where it is not the default, which is torch's."""
    usual, own = BatchNorm(), spec.batch_norm
    values = {key: getattr(own, key) for key in facts.BATCH_NORM_KEYS if getattr(own, key) != getattr(usual, key)}
    return {"norm_cfg": {"type": facts.BATCH_NORMS[0], **values}} if values or always else {}


def _size(package: Package, height: int, width: int) -> Config:
    """The assignment of the input size; empty where mmdet cannot resize and pad to it."""
    size = package.ordered(height, width)
    if package is MMSEG:
        return {"crop_size": size}
    if package is MMPRETRAIN:
        return {"test_pipeline": [{"type": "LoadImageFromFile"}, {"type": "CenterCrop", "crop_size": size}]}
    if package is MMPOSE_0:
        return {"data_cfg": {"image_size": height if height == width else size}}
    if package is MMPOSE:
        first, second = size
        heatmap = (max(first // branch_stride(0), 1), max(second // branch_stride(0), 1))
        return {"codec": {"type": "MSRAHeatmap", "input_size": size, "heatmap_size": heatmap, "sigma": 2}}
    if height > width or height % STANDARD_DIVISOR or width % STANDARD_DIVISOR:
        return {}
    resize = {"type": "Resize", "scale": size, "keep_ratio": True}
    return {"test_pipeline": [{"type": "LoadImageFromFile"}, resize, {"type": "PackDetInputs"}]}


# Heads


class Head(NamedTuple):
    """How a package has one of a spec's heads."""

    package: Package
    parts: Callable[[Spec, Any], Config]
    """The parts of the model besides the backbone, and its type, from the spec and its head."""
    kernels: tuple[int, ...] = ()
    """The values of final_conv_kernel that it can have; empty where it can have any, or has none."""


def _row(spec: Spec) -> Head:
    """The row of a spec's head: where all branches are kept, mmpose 1.x's heatmaps are from the last, 0.x's from 0."""
    if spec.head.type == "heatmap" and spec.keeps_all_branches and spec.stages[-1].num_branches > 1:
        return OLD_HEATMAP
    return HEADS[spec.head.type]


def _head_limits(spec: Spec) -> Iterator[Diagnostic]:
    """The first reason why none of the packages has this head."""
    name = spec.head.type
    if spec.is_lite and (limit := write_lite.head_limit(spec)):
        yield limit
    elif name in HEADS:
        row = _row(spec)
        for limit in islice(_differences(spec, row), 1):
            yield limit._replace(message=f"that of {row.package.title} differs ({limit.message})")
    elif name != "none":
        yield Diagnostic("head-needs", ("head",), "none of mmpose, mmdet, mmseg and mmpretrain has it")


def _differences(spec: Spec, row: Head) -> Iterator[Diagnostic]:
    """Why the package's head would be another network."""
    head, upsampling = spec.head, spec.upsampling
    kernel: int = getattr(head, "final_conv_kernel", 1)
    if getattr(head, "conv_bias", False):
        text = "its convolutions have no bias in front of a batch norm"
        yield Diagnostic("head-needs", ("head", "conv_bias"), text, "set conv_bias: false")
    if not getattr(head, "bias", True):
        yield Diagnostic("head-needs", ("head", "bias"), "its convolutions have a bias", "set bias: true")
    if getattr(head, "head_conv_bias", False):
        text = "its convolutions have no bias in front of a batch norm"
        yield Diagnostic("head-needs", ("head", "head_conv_bias"), text, "set head_conv_bias: false")
    if isinstance(head, ClassificationHead) and spec.stages[-1].num_branches != limits.HEAD_BRANCHES:
        text = f"it reads {limits.HEAD_BRANCHES} branches"
        yield Diagnostic("head-needs", (stage_key(len(spec.stages)), "num_branches"), text)
    if row.kernels and kernel not in row.kernels:
        kernels = " or ".join(map(str, row.kernels))
        text = f"its final_conv_kernel is {kernels}, not {kernel}"
        yield Diagnostic("head-needs", ("head", "final_conv_kernel"), text, f"write {kernels}")
    if isinstance(head, LandmarkHead) and (upsampling.align_corners or upsampling.words == "nearest to size"):
        yield Diagnostic("head-needs", ("upsampling",), "it joins the branches bilinearly, without align_corners")
    if not _upsamples_alike(spec, row.package):
        yield Diagnostic("head-needs", ("upsampling",), f"its backbone does not upsample {upsampling.words}")


def _arguments(name: str, in_channels: int | list[int], head: Any) -> Config:
    """The arguments of a class with the spec's layers, from the fields of the spec's head."""
    row = facts.CLASSES[name]
    fields = {argument: getattr(head, field) for field, argument in row.fields.items()}
    layers = {argument: value for argument, (default, value) in row.layers.items() if value != default}
    return {"type": name, "in_channels": in_channels, **fields, **layers}


def _pose_estimator(width: int, head: HeatmapHead | LandmarkHead, **convolutions: Any) -> Config:
    last = {"kernel_size": head.final_conv_kernel, "padding": final_padding(head.final_conv_kernel)}
    own = {**convolutions, "final_layer": last, "decoder": Name("codec")}
    return {"type": "TopdownPoseEstimator", "head": {**_arguments(facts.HEATMAP_HEAD, width, head), **own}}


def _old_heatmap(spec: Spec, head: HeatmapHead) -> Config:
    extra = {"extra": {"final_conv_kernel": head.final_conv_kernel}}
    keypoint_head = {**_arguments(facts.OLD_HEATMAP_HEAD, spec.stages[-1].widths[0], head), **extra}
    return {"type": "TopDown", "keypoint_head": keypoint_head}


def _landmark(spec: Spec, head: LandmarkHead) -> Config:
    width = sum(spec.stages[-1].widths)
    neck = {"type": facts.FEATURE_MAP_PROCESSOR, "concat": True}
    return {"neck": neck, **_pose_estimator(width, head, conv_out_channels=(width,), conv_kernel_sizes=(1,))}


def _higher(spec: Spec, head: HigherHead) -> Config:
    layers = {"num_deconv_layers": len(head.num_channels), "extra": {"final_conv_kernel": head.final_conv_kernel}}
    keypoint_head = {**_arguments(facts.HIGHER_HEAD, spec.stages[-1].widths[0], head), **layers}
    return {"type": "AssociativeEmbedding", "keypoint_head": keypoint_head}


def _decode_head(name: str, spec: Spec, head: SegmentationHead | OcrHead, **layers: Any) -> Config:
    """A head of mmseg on all branches."""
    widths = list(spec.stages[-1].widths)
    branches = {"in_index": list(range(len(widths))), "align_corners": False}
    classes = {"dropout_ratio": -1, "num_classes": head.num_classes}
    return {**_arguments(name, widths, head), **branches, **layers, **classes, **_norm(spec, always=True)}


def _fcn(spec: Spec, head: SegmentationHead | OcrHead) -> Config:
    return _decode_head(facts.FCN_HEAD, spec, head, channels=sum(spec.stages[-1].widths))


def _ocr(spec: Spec, head: OcrHead) -> Config:
    heads = [_fcn(spec, head), _decode_head(facts.OCR_HEAD, spec, head)]
    return {"type": "CascadeEncoderDecoder", "num_stages": len(heads), "decode_head": heads}


def _classifier(spec: Spec, head: ClassificationHead) -> Config:
    fuse = {"type": facts.HR_FUSE, "in_channels": list(spec.stages[-1].widths)}
    linear = _arguments(facts.LINEAR_HEADS[0], facts.FUSED_WIDTH, head)
    return {"type": "ImageClassifier", "neck": [fuse, {"type": facts.GLOBAL_POOLING}], "head": linear}


OLD_HEATMAP = Head(MMPOSE_0, _old_heatmap, kernels=(1, 3))
HEADS: dict[str, Head] = {
    "classification": Head(MMPRETRAIN, _classifier),
    "heatmap": Head(MMPOSE, lambda spec, head: _pose_estimator(spec.stages[-1].widths[0], head)),
    "landmark": Head(MMPOSE, _landmark, kernels=(1,)),
    "higher": Head(MMPOSE_0, _higher, kernels=(1, 3)),
    "hrfpn": Head(MMDET, lambda spec, head: {"neck": _arguments(facts.HRFPN, list(spec.stages[-1].widths), head)}),
    "segmentation": Head(
        MMSEG, lambda spec, head: {"type": "EncoderDecoder", "decode_head": _fcn(spec, head)}, kernels=(1,)
    ),
    "ocr": Head(MMSEG, _ocr, kernels=(1,)),
}


# Python text

MAX_WIDTH = 116


class Name(str):
    """A variable that the config has assigned before; any other text is data and is quoted."""

    __slots__ = ()


def python_text(value: Any, column: int, indent: str = "") -> str:
    """A plain value as mmlab configs write it, from a column on: dict(key=value), one item per line if too long."""
    if not isinstance(value, dict | list):
        return str(value) if isinstance(value, Name) else repr(value)
    inner = indent + "    "
    opening, closing = ("dict(", ")") if isinstance(value, dict) else ("[", "]")
    items = [(f"{key}=", value[key]) for key in value] if isinstance(value, dict) else [("", item) for item in value]
    flat = opening + ", ".join(key + python_text(item, 0) for key, item in items) + closing
    if column + len(flat) <= MAX_WIDTH and "\n" not in flat:
        return flat
    lines = [f"{inner}{key}{python_text(item, len(inner + key) + 1, inner)},\n" for key, item in items]
    return f"{opening}\n{''.join(lines)}{indent}{closing}"
