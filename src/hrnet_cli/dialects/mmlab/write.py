"""mmlab configs, as Python: mmpose 1.x (0.x for HigherHRNet), mmdetection 3.x and mmsegmentation 1.x.

The head says whose config it is. A head that none of them builds from the same layers is left out; the backbone alone
is written for mmseg where it upsamples bilinearly to size, else for mmpose. All have four stages and a stem of 64, 64.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from hrnet_cli.dialects import limits
from hrnet_cli.dialects.mmlab.python_text import Name, assignment
from hrnet_cli.dialects.writing import Written, comments
from hrnet_cli.errors import Diagnostic
from hrnet_cli.schema.heads import HeatmapHead, HigherHead, HrfpnHead, LandmarkHead, OcrHead, SegmentationHead
from hrnet_cli.schema.spec import BatchNorm, Spec

Config = dict[str, Any]
DIVISOR = 32
KERNEL = ("head", "final_conv_kernel")


class Package(NamedTuple):
    """One of the packages: its HRNet, and how its configs say the size of the input."""

    title: str
    scope: str
    """default_scope; nothing in versions without one."""
    upsamples: Callable[[Spec], bool]
    """Whether its fuse layers give the same at the spec's input."""
    says_size: Callable[[int, int], Config]
    """The assignment that says the size, from height and width; empty where there is none for it."""


def write_mmlab(spec: Spec) -> Written:
    """The backbone, and the neck and head of its package. Raises InexpressibleError for a backbone that none builds."""
    limits.refuse("mmlab", _backbone_limits(spec))
    left_out = [limits.left_out(spec, limit) for limit in _head_limits(spec)]
    head = None if left_out or spec.head.type == "none" else HEADS[spec.head.type]
    package = head.package if head else MMSEG if MMSEG.upsamples(spec) else MMPOSE
    parts = head.parts(spec) if head else {}
    kind = {"type": parts.pop("type")} if "type" in parts else {}
    _, _, height, width = spec.input_shape
    size = package.says_size(height, width)
    scope = {"default_scope": package.scope} if package.scope else {}
    config = {**scope, **size, "model": {**kind, "backbone": _backbone(spec, package), **parts}}
    notes = [*left_out]
    if not size:
        notes.append(f"the {height}×{width} input is left out: mmdet's sizes are resized into and padded, landscape")
    notes += [*_upsampling_notes(spec, package), *limits.budget_notes(spec)]
    text = "".join(assignment(key, value) for key, value in config.items())
    return Written(comments([f"{spec.name} for {package.title}"]) + text, tuple(notes))


def find_limits(spec: Spec) -> Iterator[Diagnostic]:
    """The limits that a network crosses of the packages' HRNets, which share them, and of the head's package."""
    for limit in _head_limits(spec):
        yield limits.of_head(spec, limit)
    yield from _backbone_limits(spec)


def _backbone_limits(spec: Spec) -> Iterator[Diagnostic]:
    yield from limits.four_stages(spec)
    yield from limits.known_blocks(spec)
    yield from limits.fixed_stem(spec)
    yield from limits.steady_widths(spec)
    if not MMSEG.upsamples(spec) and not MMPOSE.upsamples(spec):
        way, shape = spec.upsampling.words, "×".join(map(str, spec.input_shape[2:]))
        text = f"its fuse layers upsample {way}, and do so by factor there, which the {shape} input does not pass"
        yield Diagnostic("fixed-part", ("upsampling",), text)


def _divides(spec: Spec) -> bool:
    """Whether every branch halves the one before it exactly."""
    stride = 4 * 2 ** (spec.stages[-1].num_branches - 1)
    return all(side % stride == 0 for side in spec.input_shape[2:])


# Backbone


def _backbone(spec: Spec, package: Package) -> Config:
    stages = {
        f"stage{number}": {
            "num_modules": stage.num_modules,
            "num_branches": stage.num_branches,
            "block": stage.block,
            "num_blocks": stage.num_blocks,
            "num_channels": stage.num_channels,
        }
        for number, stage in enumerate(spec.stages, 1)
    }
    own: Config = {"multiscale_output": spec.keeps_all_branches}
    extra: Config = dict(stages)
    if package in (MMPOSE, OLD_MMPOSE):
        extra["stage4"] |= own
        own = {}
        if spec.upsampling.words not in ("nearest by factor", "nearest to size"):
            extra["upsample"] = {"mode": "bilinear", "align_corners": bool(spec.upsampling.align_corners)}
    return {"type": "HRNet", "in_channels": spec.in_channels, **_norm(spec), **own, "extra": extra}


def _norm(spec: Spec, always: bool = False) -> Config:
    """norm_cfg, where it is not torch's own; mmcv's batch norm has torch's defaults."""
    usual = BatchNorm()
    values = {
        name: getattr(spec.batch_norm, name)
        for name in ("momentum", "eps")
        if getattr(spec.batch_norm, name) != getattr(usual, name)
    }
    return {"norm_cfg": {"type": "BN", **values}} if values or always else {}


def _upsampling_notes(spec: Spec, package: Package) -> Iterator[str]:
    if package is MMSEG:
        yield f"at a size that {DIVISOR} does not divide, mmseg resizes twice: the same shapes, other values"
    elif spec.upsampling.to == "size":
        yield f"{package.title} upsamples by factor: the same where {DIVISOR} divides the size, else an error"


# Heads


class Head(NamedTuple):
    """A head of ours in one of the packages."""

    package: Package
    parts: Callable[[Spec], Config]
    """The parts of the model beside the backbone, and its type."""
    problems: Callable[[Spec], Iterator[Diagnostic]]
    """Why that package would build another."""


def _head_limits(spec: Spec) -> Iterator[Diagnostic]:
    """Why none of the packages has this head: the first reason."""
    kind = spec.head.type
    if kind == "none":
        return
    if kind not in HEADS:
        yield Diagnostic("head-needs", ("head",), "none of mmpose, mmdet and mmseg has it")
        return
    head = HEADS[kind]
    for limit in islice(_other_head(head, spec), 1):
        yield limit._replace(message=f"that of {head.package.title} is another ({limit.message})")


def _other_head(head: Head, spec: Spec) -> Iterator[Diagnostic]:
    yield from head.problems(spec)
    if not head.package.upsamples(spec):
        text = f"its backbone does not upsample {spec.upsampling.words}"
        yield Diagnostic("head-needs", ("upsampling",), text)


def _heatmap(spec: Spec) -> Config:
    head = spec.head
    assert isinstance(head, HeatmapHead)
    return _pose_estimator(spec.stages[-1].widths[0], head.num_joints, head.final_conv_kernel, {})


def _pose_estimator(width: int, joints: int, kernel: int, more: Config) -> Config:
    channels = {"in_channels": width, "out_channels": joints, "deconv_out_channels": None}
    final = {"kernel_size": kernel, "padding": 1 if kernel == 3 else 0}
    head = {"type": "HeatmapHead", **channels, **more, "final_layer": final, "decoder": Name("codec")}
    return {"type": "TopdownPoseEstimator", "head": head}


def _heatmap_problems(spec: Spec) -> Iterator[Diagnostic]:
    if spec.keeps_all_branches and spec.stages[-1].num_branches > 1:
        yield Diagnostic(
            "head-needs", ("multi_scale_output",), "it reads the last branch, where all are kept", "leave it out"
        )


def _landmark(spec: Spec) -> Config:
    head = spec.head
    assert isinstance(head, LandmarkHead)
    width = sum(spec.stages[-1].widths)
    convs = {"conv_out_channels": (width,), "conv_kernel_sizes": (1,)}
    model = _pose_estimator(width, head.num_joints, 1, convs)
    return {"type": model["type"], "neck": {"type": "FeatureMapProcessor", "concat": True}, "head": model["head"]}


def _landmark_problems(spec: Spec) -> Iterator[Diagnostic]:
    assert isinstance(spec.head, LandmarkHead)
    if spec.head.final_conv_kernel != 1:
        text = f"it is not padded alike for final_conv_kernel {spec.head.final_conv_kernel}"
        yield Diagnostic("head-needs", KERNEL, text, "write 1")
    if spec.upsampling.align_corners or spec.upsampling.words == "nearest to size":
        yield Diagnostic("head-needs", ("upsampling",), "it joins the branches bilinearly, corners not aligned")


def _higher(spec: Spec) -> Config:
    head = spec.head
    assert isinstance(head, HigherHead)
    deconvs = {
        "num_deconv_layers": len(head.num_channels),
        "num_deconv_filters": head.num_channels,
        "num_deconv_kernels": head.kernel_size,
        "num_basic_blocks": head.num_basic_blocks,
        "cat_output": head.cat_output,
        "with_ae_loss": head.with_ae_loss,
    }
    joints = {"num_joints": head.num_joints, "tag_per_joint": head.tag_per_joint}
    extra = {"final_conv_kernel": head.final_conv_kernel}
    channels = {"in_channels": spec.stages[-1].widths[0]}
    keypoint_head = {"type": "AEHigherResolutionHead", **channels, **joints, "extra": extra, **deconvs}
    return {"type": "AssociativeEmbedding", "keypoint_head": keypoint_head}


def _higher_problems(spec: Spec) -> Iterator[Diagnostic]:
    assert isinstance(spec.head, HigherHead)
    if spec.head.final_conv_kernel not in (1, 3):
        text = f"its final_conv_kernel is 1 or 3, not {spec.head.final_conv_kernel}"
        yield Diagnostic("head-needs", KERNEL, text, "write 1 or 3")


def _hrfpn(spec: Spec) -> Config:
    head = spec.head
    assert isinstance(head, HrfpnHead)
    levels: Config = {"out_channels": head.out_channels, "num_outs": head.num_outs}
    if head.stride != 1:
        levels["stride"] = head.stride
    return {"neck": {"type": "HRFPN", "in_channels": list(spec.stages[-1].widths), **levels}}


def _no_problems(_: Spec) -> Iterator[Diagnostic]:
    yield from ()


def _joining(spec: Spec, kind: str, more: Config) -> Config:
    """What mmseg's heads on all branches have in common."""
    head, widths = spec.head, list(spec.stages[-1].widths)
    assert isinstance(head, SegmentationHead | OcrHead)
    joined = {"in_index": list(range(len(widths))), "input_transform": "resize_concat", "align_corners": False}
    return {
        "type": kind,
        "in_channels": widths,
        **joined,
        **more,
        "dropout_ratio": -1,
        "num_classes": head.num_classes,
        **_norm(spec, always=True),
    }


def _fcn(spec: Spec) -> Config:
    more = {"channels": sum(spec.stages[-1].widths), "kernel_size": 1, "num_convs": 1, "concat_input": False}
    return _joining(spec, "FCNHead", more)


def _segmentation(spec: Spec) -> Config:
    return {"type": "EncoderDecoder", "decode_head": _fcn(spec)}


def _ocr(spec: Spec) -> Config:
    head = spec.head
    assert isinstance(head, OcrHead)
    refined = _joining(spec, "OCRHead", {"channels": head.mid_channels, "ocr_channels": head.key_channels})
    return {"type": "CascadeEncoderDecoder", "num_stages": 2, "decode_head": [_fcn(spec), refined]}


def _segmentation_problems(spec: Spec) -> Iterator[Diagnostic]:
    assert isinstance(spec.head, SegmentationHead | OcrHead)
    if spec.head.conv_bias:
        text = "its convolutions have no bias in front of a batch norm"
        yield Diagnostic("head-needs", ("head", "conv_bias"), text, "set conv_bias: false")
    if spec.head.final_conv_kernel != 1:
        text = f"its last convolution is 1×1, not of final_conv_kernel {spec.head.final_conv_kernel}"
        yield Diagnostic("head-needs", KERNEL, text, "write 1")


def _codec(height: int, width: int) -> Config:
    """(w, h) in mmpose."""
    sizes = {"input_size": (width, height), "heatmap_size": (max(width // 4, 1), max(height // 4, 1))}
    return {"codec": {"type": "MSRAHeatmap", **sizes, "sigma": 2}}


def _scale(height: int, width: int) -> Config:
    """(w, h) in mmdet, which resizes into it, either way round, and pads to a multiple of 32."""
    if height > width or height % DIVISOR or width % DIVISOR:
        return {}
    resize = {"type": "Resize", "scale": (width, height), "keep_ratio": True}
    return {"test_pipeline": [{"type": "LoadImageFromFile"}, resize, {"type": "PackDetInputs"}]}


def _crop_size(height: int, width: int) -> Config:
    """(h, w) in mmseg."""
    return {"crop_size": (height, width)}


def _image_size(height: int, width: int) -> Config:
    """(w, h), or one number for both."""
    return {"data_cfg": {"image_size": height if height == width else (width, height)}}


def _by_factor(spec: Spec) -> bool:
    """To a size is by factor where the sizes are exact multiples."""
    return spec.upsampling.to == "factor" or _divides(spec)


def _nearest(spec: Spec) -> bool:
    return spec.upsampling.mode == "nearest" and _by_factor(spec)


MMPOSE = Package("mmpose 1.x", "mmpose", _by_factor, _codec)
OLD_MMPOSE = Package("mmpose 0.x", "", _by_factor, _image_size)
MMDET = Package("mmdetection 3.x", "mmdet", _nearest, _scale)
MMSEG = Package("mmsegmentation 1.x", "mmseg", lambda spec: spec.upsampling.words == "bilinear to size", _crop_size)

HEADS: dict[str, Head] = {
    "heatmap": Head(MMPOSE, _heatmap, _heatmap_problems),
    "landmark": Head(MMPOSE, _landmark, _landmark_problems),
    "higher": Head(OLD_MMPOSE, _higher, _higher_problems),
    "hrfpn": Head(MMDET, _hrfpn, _no_problems),
    "segmentation": Head(MMSEG, _segmentation, _segmentation_problems),
    "ocr": Head(MMSEG, _ocr, _segmentation_problems),
}
