"""The necks and heads of mmlab configs that a spec has too. A note names every other one, which is not built.

A reader takes a part of the model and whether a neck joins all branches before it. It returns the data of a spec's
head, or the reason why the part is another head.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from hrnet_cli.dialects.mmlab import facts
from hrnet_cli.dialects.mmlab.checks import channels_match, check_branches, is_list, right_part_key
from hrnet_cli.dialects.mmlab.facts import ARGUMENTS, FCN_LAYERS
from hrnet_cli.dialects.mmlab.part import MAX_PARTS, Part
from hrnet_cli.hrnet import final_padding
from hrnet_cli.text import join_and, quote, quote_key

Head = dict[str, Any] | str


def read_heads(model: Part) -> None:
    """Read the neck and the head, and report the parts that are not built."""
    neck = next(iter(model.list_parts("neck")), None) or model.part("neck")
    found: dict[str, Head] = {}
    joined = False
    if neck.class_name == facts.FEATURE_MAP_PROCESSOR:
        found["neck"] = _why_not_joined(neck)
        joined = not found["neck"]
    if neck.class_name == facts.HRFPN:
        found["neck"] = _use(_hrfpn(neck), neck)
    elif not neck.value or joined:
        found |= _decode_head(model)
        for key in ("head", "keypoint_head"):
            head = model.part(key)
            if head.class_name in POSE_HEADS:
                found[key] = _use(POSE_HEADS[head.class_name](head, joined), head)
    check_branches(model)
    _note_parts(model, found, joined)


def _use(head: Head, part: Part) -> Head:
    """The same head, which becomes the network's if it is the data of one."""
    if isinstance(head, dict):
        part.network.set("head", head, part.path)
        for field, argument in RENAMED.get(head["type"], {}).items():
            part.network.origins[("head", field)] = (*part.path, argument)
    return head


RENAMED: dict[str, Mapping[str, str]] = {
    "heatmap": {"num_joints": "out_channels", "final_conv_kernel": "final_layer"},
    "landmark": {"num_joints": "out_channels", "final_conv_kernel": "final_layer"},
    "higher": facts.HIGHER_ARGUMENTS,
}
"""The arguments that fields of a spec's head are read from, where their names differ."""


def _note_parts(model: Part, found: Mapping[str, Head], joined: bool) -> None:
    """A note for each part that is not built, such as `left out: roi_head (StandardRoIHead)`, and one on the keys."""
    network = model.network
    built = {key for key, head in found.items() if isinstance(head, dict)}
    if joined and built:
        built.add("neck")
    reported = built | {str(mismatch.path[1]) for mismatch in network.mismatches}
    others = [(key, names) for key in model.value if isinstance(key, str) and (names := _classes(key, model, reported))]
    for key, names in others[:MAX_PARTS]:
        path, part = (*model.path, quote_key(key)), f"{quote_key(key)} ({', '.join(names[:4])}"
        right_key = right_part_key(key, network.package)
        if right_key:
            message = f"unknown key in the model: {part})"
            network.add_note("misspelt-key", path, message, f"did you mean {right_key}?", at_key=True)
        else:
            head = found.get(key) or ("for training only" if key in facts.TRAINING_KEYS else "")
            reason = f": {head}" if isinstance(head, str) and head else ""
            network.add_note("left-out", path, f"left out: {part}{reason})", at_key=True)
    if network.package is not facts.UNKNOWN:
        network.add_note("differs", model.path, _keys_note(model, built))


def _classes(key: str, model: Part, reported: set[str]) -> list[str]:
    """The classes of a part that are not built: of several necks the first may be."""
    value = model.value[key]
    if key in facts.NOT_PART_KEYS or key.startswith("loss"):
        return []
    items = value if is_list(value) else [value]
    names = [quote(item["type"]).strip("'") for item in items if isinstance(item, Mapping) and "type" in item]
    if key not in reported:
        return names
    return names[1:] if key == "neck" else []


def _keys_note(model: Part, built: set[str]) -> str:
    """How the package's state-dict keys differ from those of the network built here."""
    head = model.network.data.get("head", {}).get("type")
    if head == "hrfpn":
        return "mmdet names its state-dict keys neck.reduction_conv.conv and neck.fpn_convs.N.conv"
    keys = ("decode_head.0", "decode_head.1") if head == "ocr" else sorted(built - {"neck"})
    prefixes = join_and([f"{key}." for key in ("backbone", *keys)])
    return f"{model.network.package.name}'s state-dict keys begin with {prefixes}"


def _why_not_joined(part: Part) -> str:
    """Why it does not concatenate all branches at branch 0's size, resized bilinearly; empty where it does.

    A spec's heads align corners where its fuse layers do.
    """
    upsampling = part.network.data.get("upsampling", {})
    if isinstance(upsampling, Mapping) and upsampling.get("align_corners"):
        return "it does not align corners, as the fuse layers do"
    if part.class_name == facts.FEATURE_MAP_PROCESSOR:
        reason = _why_not_concatenated(part)
        if reason:
            return reason
    else:
        index, transform = part.get("in_index", -1), part.get("input_transform")
        if transform != facts.JOINED:
            return f"input_transform is {quote(transform)}, not {quote(facts.JOINED)}"
        if not is_list(index) or list(index) != list(range(len(part.network.widths))):
            return f"in_index is {quote(index)}, not all branches in order"
    return "align_corners is True" if part.get("align_corners") else ""


def _why_not_concatenated(neck: Part) -> str:
    """What a FeatureMapProcessor does besides concatenating all branches, or instead."""
    if not neck.get("concat") or neck.get("select_index") is not None:
        return "it does not concatenate all branches"
    if neck.get("scale_factor", 1.0) != 1:
        return f"scale_factor is {quote(neck.get('scale_factor'))}, not 1"
    return "apply_relu is True: a ReLU before the branches are concatenated" if neck.get("apply_relu") else ""


def _required(part: Part, argument: str) -> Any:
    return part.require(argument, ARGUMENTS[part.class_name])


def _list(value: Any) -> list[Any]:
    return list(value) if is_list(value) else []


# mmdetection


def _hrfpn(neck: Part) -> Head:
    if neck.get("pooling_type", "AVG") == "MAX":
        return "pooling_type is 'MAX'"
    if neck.get("conv_cfg") is not None:
        return "conv_cfg is set"
    channels_match(neck, joined=True)
    head = {"type": "hrfpn", "out_channels": _required(neck, "out_channels"), "num_outs": neck.get("num_outs", 5)}
    stride = neck.get("stride", 1)
    return head if stride == 1 else {**head, "stride": stride}


# mmsegmentation


def _decode_head(model: Part) -> dict[str, Head]:
    """HRNetV2's FCNHead, or a cascade of it and an OCRHead."""
    head, cascade = model.part("decode_head"), model.list_parts("decode_head")
    if [part.class_name for part in cascade] == [facts.FCN_HEAD, facts.OCR_HEAD]:
        return {"decode_head": _use(_ocr(*cascade), cascade[1])}
    if head.class_name == facts.FCN_HEAD:
        return {"decode_head": _use(_segmentation(head), head)}
    return {}


def _segmentation(head: Part) -> Head:
    """FCNHead with HRNetV2's layers: its first convolution has no bias, since a norm follows it."""
    reason = _why_not_joined(head)
    if reason:
        return reason
    layers = [head.get("kernel_size", 3), head.get("num_convs", 2), bool(head.get("concat_input", True))]
    if layers != list(FCN_LAYERS.values()):
        return f"{join_and(list(FCN_LAYERS))} are not {join_and(list(map(str, FCN_LAYERS.values())))}"
    if not isinstance(head.get("norm_cfg"), Mapping):
        return "it has no norm"
    if channels_match(head, joined=True) and head.get("channels") != sum(head.network.widths):
        return f"channels is {quote(head.get('channels'))}, not the sum of the branches'"
    return {"type": "segmentation", "num_classes": _num_classes(head), "conv_bias": False}


def _num_classes(head: Part) -> Any:
    """Maps that come out: `out_channels` where it is set, as 1 for two classes."""
    return _required(head, "num_classes") if head.get("out_channels") is None else head.get("out_channels")


def _ocr(first: Part, second: Part) -> Head:
    auxiliary = _segmentation(first)
    if isinstance(auxiliary, str):
        return f"in its first head, {auxiliary}"
    if second.get("scale", 1) != 1:
        return f"scale is {quote(second.get('scale'))}, not 1"
    reason = _why_not_joined(second)
    if reason:
        return reason
    if not isinstance(second.get("norm_cfg"), Mapping):
        return "it has no norm"
    if _num_classes(second) != auxiliary["num_classes"]:
        return "its two heads differ in num_classes"
    channels_match(second, joined=True)
    channels = {"mid_channels": _required(second, "channels"), "key_channels": _required(second, "ocr_channels")}
    return {"type": "ocr", "num_classes": auxiliary["num_classes"], **channels, "conv_bias": False}


# mmpose

DECONVOLUTIONS = "it has transposed convolutions"
LAST_BRANCH = "it reads the last branch"
OTHER_LAST_CONVOLUTION = "its last convolution is missing or padded in another way"
SEVERAL_CONVOLUTIONS = "it has more than one convolution"
DECONV_CHANNELS = [256, 256, 256]
"""The default `deconv_out_channels` of mmpose 1.x."""
NO_DECONVOLUTIONS: Mapping[str, Any] = {"num_channels": [], "kernel_size": [], "cat_output": []}
MAX_CONVOLUTIONS = 8


class Convolutions(NamedTuple):
    """The convolutions of a pose head."""

    channels: list[Any]
    kernels: list[Any]
    """Of those before the last one."""
    last_kernel: int | None
    """None where the last convolution is missing, or padded in another way than a spec's."""


def _convolutions(head: Part) -> Convolutions:
    """The convolutions of a head of mmpose 1.x."""
    channels, kernels = _list(head.get("conv_out_channels")), _list(head.get("conv_kernel_sizes"))
    last = head.get("final_layer", {"kernel_size": 1})
    if not isinstance(last, Mapping) or set(last) - {"kernel_size", "padding", "_delete_"}:
        return Convolutions(channels, kernels, None)
    kernel, padding = last.get("kernel_size", 1), last.get("padding", 0)
    is_ours = isinstance(kernel, int) and padding == final_padding(kernel)
    return Convolutions(channels, kernels, kernel if is_ours else None)


def _old_convolutions(head: Part) -> Convolutions:
    """The convolutions of a head of mmpose 0.x."""
    extra = head.part("extra")
    kernel, count = extra.get("final_conv_kernel", 1), extra.get("num_conv_layers", 0)
    is_count = isinstance(count, int) and 0 <= count <= MAX_CONVOLUTIONS
    channels = [sum(head.network.widths)] * count if is_count else [None]
    return Convolutions(channels, _list(extra.get("num_conv_kernels")), kernel if kernel in (1, 3) else None)


def _heatmap(head: Part, joined: bool) -> Head:
    """HeatmapHead of mmpose 1.x."""
    if head.get("deconv_out_channels", DECONV_CHANNELS):
        return DECONVOLUTIONS
    if head.network.keeps_all_branches and not joined:
        return LAST_BRANCH
    return _keypoint_head(head, joined, _convolutions(head))


def _old_heatmap(head: Part, joined: bool) -> Head:
    """TopdownHeatmapSimpleHead of mmpose 0.x."""
    if head.get("num_deconv_layers", 3):
        return DECONVOLUTIONS
    joined = joined or not _why_not_joined(head)
    if not joined and (head.get("in_index", 0) != 0 or head.get("input_transform")):
        return "it reads neither branch 0 alone nor all branches joined"
    return _keypoint_head(head, joined, _old_convolutions(head))


def _keypoint_head(head: Part, joined: bool, convolutions: Convolutions) -> Head:
    """HRNetV1's heatmaps from branch 0, by one convolution; or HRNetV2's from all branches, by two."""
    kernel = convolutions.last_kernel
    if kernel is None:
        return OTHER_LAST_CONVOLUTION
    if joined and convolutions != Convolutions([sum(head.network.widths)], [1], 1):
        return "its layers are not HRNetV2's two 1×1 convolutions"
    if not joined and convolutions.channels:
        return SEVERAL_CONVOLUTIONS
    channels_match(head, joined)
    joints = _required(head, "out_channels")
    return {"type": "landmark" if joined else "heatmap", "num_joints": joints, "final_conv_kernel": kernel}


def _tags(head: Part, joined: bool) -> Head:
    """AssociativeEmbeddingHead of mmpose 1.x: heatmaps and tags from one convolution."""
    if joined or head.get("deconv_out_channels", DECONV_CHANNELS) or head.get("conv_out_channels"):
        return SEVERAL_CONVOLUTIONS
    if head.network.keeps_all_branches:
        return LAST_BRANCH
    if head.get("tag_dim", 1) != 1:
        return f"tag_dim is {quote(head.get('tag_dim'))}, not 1"
    kernel = _convolutions(head).last_kernel
    if kernel is None:
        return OTHER_LAST_CONVOLUTION
    channels_match(head, joined=False)
    joints = {"num_joints": _required(head, "num_keypoints"), "tag_per_joint": head.get("tag_per_keypoint", True)}
    return {"type": "higher", **joints, **NO_DECONVOLUTIONS, "with_ae_loss": [True], "final_conv_kernel": kernel}


def _old_higher(head: Part, joined: bool) -> Head:
    """AEHigherResolutionHead of mmpose 0.x, which is HigherHRNet's; AESimpleHead is that without deconvolutions."""
    is_simple = "cat_output" not in ARGUMENTS[head.class_name]
    convolutions = _old_convolutions(head)
    if joined or convolutions.channels or convolutions.last_kernel is None:
        return "it has convolutions that HigherHRNet does not have"
    deconvolutions = head.get("num_deconv_layers", 3 if is_simple else 1)
    if is_simple and deconvolutions:
        return DECONVOLUTIONS
    lists = dict(NO_DECONVOLUTIONS)
    if deconvolutions != 0:
        lists = {field: _list(head.get(facts.HIGHER_ARGUMENTS[field])) for field in lists}
    tags = _list(head.get("with_ae_loss"))
    lists["with_ae_loss"] = (tags[:1] or [False]) if is_simple else tags
    channels_match(head, joined=False)
    joints = {"num_joints": _required(head, "num_joints"), "tag_per_joint": head.get("tag_per_joint", True)}
    blocks = {"num_basic_blocks": head.get("num_basic_blocks", 4)}
    return {"type": "higher", **joints, **lists, **blocks, "final_conv_kernel": convolutions.last_kernel}


POSE_HEADS: dict[str, Callable[[Part, bool], Head]] = {
    "HeatmapHead": _heatmap,
    "TopdownHeatmapSimpleHead": _old_heatmap,
    "TopDownSimpleHead": _old_heatmap,
    "AssociativeEmbeddingHead": _tags,
    "AEHigherResolutionHead": _old_higher,
    "BottomUpHigherResolutionHead": _old_higher,
    "AESimpleHead": _old_higher,
    "BottomUpSimpleHead": _old_higher,
}
