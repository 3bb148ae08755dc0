"""The necks and heads of mmlab configs that a spec has too. A note names every other one, which is not built.

A reader takes a part of the model and whether a neck joins all branches before it. It returns the data of a spec's
head, or the reason why the part is another head.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hrnet_cli.dialects.mmlab import facts
from hrnet_cli.dialects.mmlab.checks import check_branches, check_channels, is_list, right_part_key
from hrnet_cli.dialects.mmlab.facts import CLASSES
from hrnet_cli.dialects.mmlab.part import MAX_PARTS, Part
from hrnet_cli.hrnet import final_padding
from hrnet_cli.text import join_and, quote, quote_key

Head = dict[str, Any] | str


def read_heads(model: Part) -> None:
    """Read the neck and the head, and report the parts that are not built."""
    neck = next(iter(model.list_parts("neck")), None) or model.part("neck")
    heads: dict[str, Head] = {}
    joined = False
    if neck.class_name == facts.FEATURE_MAP_PROCESSOR:
        heads["neck"] = _why_not_joined(neck)
        joined = not heads["neck"]
    if neck.class_name == facts.HRFPN:
        _add(heads, neck, _hrfpn(neck))
    elif not neck.value or joined:
        _read_decode_head(model, heads)
        for head in (model.part("head"), model.part("keypoint_head")):
            if head.class_name in POSE_HEADS:
                _add(heads, head, POSE_HEADS[head.class_name](head, joined))
    check_branches(model)
    _note_parts(model, heads, joined)


def _add(heads: dict[str, Head], part: Part, head: Head) -> None:
    """Add a head by its key of `model`; its data, if it has any, become the network's."""
    heads[str(part.path[1])] = head
    if isinstance(head, dict):
        part.network.set("head", head, part.path)


def _note_parts(model: Part, heads: Mapping[str, Head], joined: bool) -> None:
    """A note for each part that is not built, such as `roi_head (StandardRoIHead) is left out`, and one on the keys."""
    network = model.network
    built = {key for key, head in heads.items() if isinstance(head, dict)}
    if joined and built:
        built.add("neck")
    reported = built | {str(mismatch.path[1]) for mismatch in network.mismatches}
    others = [(key, names) for key in model.value if isinstance(key, str) and (names := _classes(key, model, reported))]
    for key, names in others[:MAX_PARTS]:
        path, part = (*model.path, quote_key(key)), f"{quote_key(key)} ({', '.join(names[:4])})"
        right_key = right_part_key(key, network.package)
        if right_key:
            message = f"{part} is not read by {network.package.name or 'mmlab'}"
            network.add_note("misspelt-key", path, message, f"did you mean {right_key}?", at_key=True)
        else:
            head = heads.get(key) or ("for training only" if key == facts.TRAINING_KEY else "")
            reason = f": {head}" if isinstance(head, str) and head else ""
            network.add_note("left-out", path, f"{part} is left out{reason}", at_key=True)
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


def _difference(part: Part, layers: Mapping[str, tuple[Any, Any]] | None = None) -> str:
    """The first argument with which a part's layers are not those of a spec's head; empty where there is none."""
    for argument, (default, wanted) in (layers or CLASSES[part.class_name].layers).items():
        value = part.get(argument, default)
        both_empty = not value and not wanted and type(value) is not int
        if value != wanted and not both_empty:
            found = f"{argument} is {quote(value)}" + ("" if argument in part.value else " by default")
            return found if wanted is None else f"{found}, not {quote(wanted)}"
    return ""


def _why_not_joined(part: Part, layers: Mapping[str, tuple[Any, Any]] | None = None) -> str:
    """Why it does not concatenate all branches at branch 0's size, resized bilinearly; empty where it does.

    A spec's heads align corners where its fuse layers do.
    """
    upsampling = part.network.data.get("upsampling", {})
    if isinstance(upsampling, Mapping) and upsampling.get("align_corners"):
        return "it does not align corners, as the fuse layers do"
    reason = _difference(part, layers)
    if reason or part.class_name == facts.FEATURE_MAP_PROCESSOR:
        return reason
    index = part.get("in_index", -1)
    right = is_list(index) and list(index) == list(range(len(part.network.widths)))
    return "" if right else f"in_index is {quote(index)}, not all branches in order"


def _fields(part: Part) -> dict[str, Any]:
    """The fields of a spec's head that are arguments of a part; those left out have the same defaults."""
    data = {}
    for field, argument in CLASSES[part.class_name].fields.items():
        part.network.origins[("head", field)] = (*part.path, argument)
        if field in facts.REQUIRED_FIELDS:
            data[field] = part.require(argument)
        elif argument in part.value:
            data[field] = part.get(argument)
    return data


# mmdetection


def _hrfpn(neck: Part) -> Head:
    reason = _difference(neck)
    if reason or neck.get("pooling_type") == "MAX":
        return reason or "pooling_type is 'MAX'"
    check_channels(neck, joined=True)
    return {"type": "hrfpn", **_fields(neck)}


# mmsegmentation


def _read_decode_head(model: Part, heads: dict[str, Head]) -> None:
    """HRNetV2's FCNHead, or a cascade of it and an OCRHead."""
    head, cascade = model.part("decode_head"), model.list_parts("decode_head")
    if [part.class_name for part in cascade] == [facts.FCN_HEAD, facts.OCR_HEAD]:
        _add(heads, cascade[1], _ocr(*cascade))
    elif head.class_name == facts.FCN_HEAD:
        _add(heads, head, _segmentation(head))


def _segmentation(head: Part) -> Head:
    """FCNHead with HRNetV2's layers: its first convolution has no bias, since a norm follows it."""
    reason = _why_not_decode_head(head)
    if reason:
        return reason
    if check_channels(head, joined=True) and head.get("channels") != sum(head.network.widths):
        return f"channels is {quote(head.get('channels'))}, not the sum of the branches'"
    return {"type": "segmentation", "num_classes": _num_classes(head), "conv_bias": False}


def _ocr(first: Part, second: Part) -> Head:
    auxiliary = _segmentation(first)
    if isinstance(auxiliary, str):
        return f"in its first head, {auxiliary}"
    reason = _why_not_decode_head(second)
    if reason:
        return reason
    if _num_classes(second) != auxiliary["num_classes"]:
        return "its two heads differ in num_classes"
    check_channels(second, joined=True)
    return {**auxiliary, "type": "ocr", **_fields(second)}


def _why_not_decode_head(head: Part) -> str:
    reason = _why_not_joined(head)
    return reason or ("" if isinstance(head.get("norm_cfg"), Mapping) else "it has no norm")


def _num_classes(head: Part) -> Any:
    """The number of maps: `out_channels` where it is set, such as 1 for two classes."""
    if head.get("out_channels") is not None:
        return head.get("out_channels")
    return head.require("num_classes")


# mmpose

LAST_BRANCH = "it reads the last branch"
OTHER_LAST_CONVOLUTION = "its last convolution is missing or padded in another way"
NO_DECONVOLUTIONS: Mapping[str, Any] = {"num_channels": [], "kernel_size": [], "cat_output": []}
MAX_CONVOLUTIONS = 8

Convolutions = tuple[list[Any], list[Any], int | None]
"""Channels and kernels of a head's convolutions before the last one, and the last one's kernel.

The last kernel is None where that convolution is missing, or padded in another way than a spec's.
"""


def _list(value: Any) -> list[Any]:
    return list(value) if is_list(value) else []


def _convolutions(head: Part) -> Convolutions:
    """The convolutions of a head of mmpose 1.x."""
    channels, kernels = _list(head.get("conv_out_channels")), _list(head.get("conv_kernel_sizes"))
    last = head.get("final_layer", {"kernel_size": 1})
    if not isinstance(last, Mapping) or set(last) - {"kernel_size", "padding", "_delete_"}:
        return channels, kernels, None
    kernel, padding = last.get("kernel_size", 1), last.get("padding", 0)
    is_ours = isinstance(kernel, int) and padding == final_padding(kernel)
    return channels, kernels, kernel if is_ours else None


def _old_convolutions(head: Part) -> Convolutions:
    """The convolutions of a head of mmpose 0.x."""
    extra = head.part("extra")
    kernel, count = extra.get("final_conv_kernel", 1), extra.get("num_conv_layers", 0)
    is_count = isinstance(count, int) and 0 <= count <= MAX_CONVOLUTIONS
    channels = [sum(head.network.widths)] * count if is_count else [None]
    return channels, _list(extra.get("num_conv_kernels")), kernel if kernel in (1, 3) else None


def _heatmap(head: Part, joined: bool) -> Head:
    """HeatmapHead of mmpose 1.x."""
    reason = _difference(head)
    if head.network.keeps_all_branches and not joined:
        reason = reason or LAST_BRANCH
    return reason or _keypoint_head(head, joined, _convolutions(head))


def _old_heatmap(head: Part, joined: bool) -> Head:
    """TopdownHeatmapSimpleHead of mmpose 0.x."""
    reason = _difference(head)
    if reason:
        return reason
    joined = joined or not _why_not_joined(head, facts.JOINED)
    if not joined and (head.get("in_index", 0) != 0 or head.get("input_transform")):
        return "it reads neither branch 0 alone nor all branches joined"
    return _keypoint_head(head, joined, _old_convolutions(head))


def _keypoint_head(head: Part, joined: bool, convolutions: Convolutions) -> Head:
    """HRNetV1's heatmaps from branch 0, by one convolution; or HRNetV2's from all branches, by two."""
    channels, _, kernel = convolutions
    if kernel is None:
        return OTHER_LAST_CONVOLUTION
    if joined and convolutions != ([sum(head.network.widths)], [1], 1):
        return "its layers are not HRNetV2's two 1×1 convolutions"
    if not joined and channels:
        return "it has more than one convolution"
    check_channels(head, joined)
    head.network.origins[("head", "final_conv_kernel")] = (*head.path, "final_layer")
    return {"type": "landmark" if joined else "heatmap", **_fields(head), "final_conv_kernel": kernel}


def _tags(head: Part, joined: bool) -> Head:
    """AssociativeEmbeddingHead of mmpose 1.x: heatmaps and tags from one convolution."""
    if joined or head.network.keeps_all_branches:
        return "it reads all branches" if joined else LAST_BRANCH
    reason = _difference(head)
    if reason:
        return reason
    _, _, kernel = _convolutions(head)
    if kernel is None:
        return OTHER_LAST_CONVOLUTION
    check_channels(head, joined=False)
    layers = {**NO_DECONVOLUTIONS, "with_ae_loss": [True], "final_conv_kernel": kernel}
    return {"type": "higher", **_fields(head), **layers}


def _old_higher(head: Part, joined: bool) -> Head:
    """AEHigherResolutionHead of mmpose 0.x, which is HigherHRNet's; AESimpleHead is that without deconvolutions."""
    reason = _difference(head)
    if reason:
        return reason
    channels, _, kernel = _old_convolutions(head)
    if joined or channels or kernel is None:
        return "it has convolutions that HigherHRNet does not have"
    check_channels(head, joined=False)
    data = {"type": "higher", **NO_DECONVOLUTIONS, "with_ae_loss": [], **_fields(head), "final_conv_kernel": kernel}
    if "cat_output" not in CLASSES[head.class_name].arguments:
        data["with_ae_loss"] = _list(head.get("with_ae_loss"))[:1] or [False]
    elif head.get("num_deconv_layers", 1) == 0:
        data |= NO_DECONVOLUTIONS
    return data


POSE_HEADS: dict[str, Callable[[Part, bool], Head]] = {
    facts.HEATMAP_HEAD: _heatmap,
    "TopdownHeatmapSimpleHead": _old_heatmap,
    "AssociativeEmbeddingHead": _tags,
    facts.HIGHER_HEAD: _old_higher,
    "AESimpleHead": _old_higher,
}
POSE_HEADS |= {older: POSE_HEADS[name] for older, name in facts.OLDER_NAMES.items()}
