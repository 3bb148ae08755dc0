"""The necks and heads of mmlab configs that a spec has too. A note names every other one, which is not built.

A reader takes a part of the model and whether a neck joins all branches before it. It returns the data of a spec's
head, or the reason why the part is another head.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hrnet_cli.dialects.mmlab import facts
from hrnet_cli.dialects.mmlab.checks import check_channels, is_list, right_part_key
from hrnet_cli.dialects.mmlab.compare import Head, difference, fields, why_not_joined
from hrnet_cli.dialects.mmlab.fit import check_fit
from hrnet_cli.dialects.mmlab.part import MAX_PARTS, Part
from hrnet_cli.dialects.mmlab.pose_heads import POSE_HEADS
from hrnet_cli.text import dotted_path, join_and, quote, quote_key


def read_heads(model: Part, config: Mapping[str, Any]) -> None:
    """Read the neck and the head, and report the parts that do not match the branches, or are not built."""
    known = len(model.network.diagnostics)
    neck = next(iter(model.list_parts("neck")), None) or model.part("neck")
    heads: dict[str, Head] = {}
    joined = False
    if neck.class_name == facts.FEATURE_MAP_PROCESSOR:
        heads["neck"] = why_not_joined(neck)
        joined = not heads["neck"]
    if neck.class_name == facts.HRFPN:
        _add(heads, neck, _hrfpn(neck))
    elif neck.class_name == facts.HR_FUSE:
        for part in (neck, model.part("head")):
            _add(heads, part, _classification(model))
    elif not neck.value or joined:
        _read_decode_head(model, heads)
        for head in (model.part("head"), model.part("keypoint_head")):
            if head.class_name in POSE_HEADS:
                _add(heads, head, POSE_HEADS[head.class_name](head, joined))
    check_fit(model, config)
    _leave_out_unread(model, heads, known)
    _note_parts(model, heads, joined)


def _leave_out_unread(model: Part, heads: dict[str, Head], known: int) -> None:
    """Leave out the head where a value of the necks and heads is known only by running the config.

    The backbone does not depend on it, so that it is no error. `known` are the diagnostics of the backbone.
    """
    network = model.network
    unread = [each for each in network.diagnostics[known:] if each.code == "unreadable-code"]
    if not unread:
        return
    network.diagnostics = [each for each in network.diagnostics if each not in unread]
    parts = {each.path[1] for each in unread}
    network.mismatches = [each for each in network.mismatches if "neck" not in parts and each.path[1] not in parts]
    network.reads = None
    network.data.pop("head", None)
    for key, head in heads.items():
        heads[key] = "it is not known without running the config" if isinstance(head, dict) else head
    for each in unread[:MAX_PARTS]:
        part = str(each.path[1])
        what = "it" if len(each.path) == 2 else dotted_path(each.path[2:])
        reason = f"{what} is known only by running the config"
        if part in heads or len(each.path) > 2:
            heads[part] = reason
        else:
            network.add_note("left-out", each.path, f"{part} is left out: {reason}", at_key=True)


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
    return [name for name in names[1:] if name != facts.GLOBAL_POOLING] if key == "neck" else []


def _keys_note(model: Part, built: set[str]) -> str:
    """How the package's state-dict keys differ from those of the network built here."""
    head = model.network.data.get("head", {}).get("type")
    if head == "hrfpn":
        return "mmdet names its state-dict keys neck.reduction_conv.conv and neck.fpn_convs.N.conv"
    if head == "classification":
        return "mmpretrain names its state-dict keys neck.0.increase_layers, downsample_layers, final_layer and head.fc"
    keys = ("decode_head.0", "decode_head.1") if head == "ocr" else sorted(built - {"neck"})
    prefixes = join_and([f"{key}." for key in ("backbone", *keys)])
    return f"{model.network.package.name}'s state-dict keys begin with {prefixes}"


# mmdetection


def _hrfpn(neck: Part) -> Head:
    reason = difference(neck)
    if reason or neck.get("pooling_type") == "MAX":
        return reason or "pooling_type is 'MAX'"
    check_channels(neck, joined=True)
    return {"type": "hrfpn", **fields(neck)}


# mmpretrain


def _classification(model: Part) -> Head:
    """HRFuseScales, a global pooling and a linear layer: HRNetV2's classifier, with no bias before a batch norm."""
    fuse, *pools = model.list_parts("neck") or [model.part("neck")]
    head = model.part("head")
    if [pool.class_name for pool in pools] != [facts.GLOBAL_POOLING] or head.class_name not in facts.LINEAR_HEADS:
        return "it is not HRFuseScales, GlobalAveragePooling and a linear head"
    norm = fuse.get("norm_cfg")
    if isinstance(norm, Mapping) and facts.class_name(norm.get("type", "BN")) not in facts.BATCH_NORMS:
        return f"its norm is {quote(norm.get('type'))}, and only batch norms can be built"
    reason = difference(fuse) or difference(pools[0])
    if reason:
        return reason
    check_channels(fuse, joined=True)
    return {"type": "classification", **fields(head), "head_conv_bias": False, "global_pool": "adaptive"}


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
    return {**auxiliary, "type": "ocr", **fields(second)}


def _why_not_decode_head(head: Part) -> str:
    reason = why_not_joined(head)
    return reason or ("" if isinstance(head.get("norm_cfg"), Mapping) else "it has no norm")


def _num_classes(head: Part) -> Any:
    """The number of maps: `out_channels` where it is set, such as 1 for two classes."""
    if head.get("out_channels") is not None:
        return head.get("out_channels")
    return head.require("num_classes")
