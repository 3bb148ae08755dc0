"""Necks and heads of mmlab configs that a head of ours is the same as.

Of any other the backbone is built, and a note says what was left out. A reader takes the part and the network read so
far, and gives the head's data, or the reason why it is none of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hrnet_cli.dialects.mmlab.arguments import ARGUMENTS, misspelt_part
from hrnet_cli.dialects.mmlab.fit import check_channels, check_indices, is_list, not_joined
from hrnet_cli.dialects.mmlab.part import MOST_PARTS, Network, Part
from hrnet_cli.text import KeyPath, quote, quote_key

Head = dict[str, Any] | str
TRAINING = ("auxiliary_head",)
NOT_A_PART = ("backbone", "data_preprocessor", "init_cfg", "train_cfg", "test_cfg")


def read_heads(model: Part, network: Network) -> None:
    """The neck and the head that are ours into the network; a note for every other part of the model."""
    used: set[str] = set()
    reasons: dict[str, str] = {}
    neck = _neck(model)
    processor = neck.type == "FeatureMapProcessor"
    reasons["neck"] = not_joined(neck) if processor else ""
    joined = processor and not reasons["neck"]
    if neck.type == "HRFPN":
        _take(_hrfpn(neck, network), "neck", neck.path, network, used, reasons)
    elif not neck.value or joined:
        _decode_head(model, network, used, reasons)
        for key in ("head", "keypoint_head"):
            head = model.part(key)
            if head.type in POSE_HEADS:
                _take(POSE_HEADS[head.type](head, network, joined), key, head.path, network, used, reasons)
    check_indices(model, network)
    _note_left_out(model, network, used | {"neck"} if used and joined else used, reasons)


def _neck(model: Part) -> Part:
    """The neck; of several in a row the first."""
    return next(iter(model.parts("neck")), None) or model.part("neck")


def _take(head: Head, key: str, path: KeyPath, network: Network, used: set[str], reasons: dict[str, str]) -> None:
    if isinstance(head, str):
        reasons[key] = head
        return
    used.add(key)
    network.set("head", head, path)
    for name, source in SOURCES.get(str(head["type"]), {}).items():
        network.origins[("head", name)] = (*path, source)


SOURCES: dict[str, dict[str, str]] = {
    "hrfpn": {},
    "heatmap": {"num_joints": "out_channels", "final_conv_kernel": "final_layer"},
    "landmark": {"num_joints": "out_channels", "final_conv_kernel": "final_layer"},
}
"""What a key of a head is called in its config, where that is another name."""

KEYS = {
    "hrfpn": "mmdet's state-dict keys say neck.reduction_conv.conv and neck.fpn_convs.N.conv",
    "segmentation": "mmseg's state-dict keys stand below backbone. and decode_head.",
    "ocr": "mmseg's state-dict keys stand below backbone., decode_head.0. and decode_head.1.",
}


def _note_left_out(model: Part, network: Network, used: set[str], reasons: dict[str, str]) -> None:
    """`left out: roi_head (StandardRoIHead)`, with the reason where the part is of a kind that is known."""
    known = used | {str(diagnostic.path[1]) for diagnostic in network.misfits}
    left_out = [(key, names) for key in model.value if isinstance(key, str) and (names := _left_out(key, model, known))]
    for key, names in left_out[:MOST_PARTS]:
        meant = misspelt_part(key, network.package)
        if meant:
            text = f"not read in the model: {quote_key(key)} ({', '.join(names[:4])})"
            network.note("misspelt-key", (*model.path, quote_key(key)), text, f"did you mean {meant}?", at_key=True)
            continue
        why = reasons.get(key) or ("for training only" if key in TRAINING else "")
        text = f"left out: {quote_key(key)} ({', '.join(names[:4])}{': ' if why else ''}{why})"
        network.note("left-out", (*model.path, quote_key(key)), text, at_key=True)
    keys = KEYS.get(str(network.data.get("head", {}).get("type")))
    if keys is None and network.package:
        below = ["backbone.", *(f"{key}." for key in sorted(used - {"neck"}))]
        keys = f"{network.package}'s state-dict keys stand below {' and '.join(below)}"
    if keys:
        network.note("differs", model.path, keys)


def _left_out(key: str, model: Part, used: set[str]) -> list[str]:
    """The types of what stands at a key and is none of ours: of several necks the first is."""
    value = model.value[key]
    if key in NOT_A_PART or key.startswith("loss") or (key in used and not (key == "neck" and is_list(value))):
        return []
    items = value if is_list(value) else [value]
    names = [quote(item["type"]).strip("'") for item in items if isinstance(item, Mapping) and "type" in item]
    return names[1:] if key in used else names


def _needed(part: Part, key: str) -> Any:
    """An argument that its class has no default for."""
    return part.need(key, ARGUMENTS[part.type])


def _hrfpn(neck: Part, network: Network) -> Head:
    if neck.get("pooling_type", "AVG") == "MAX":
        return "pooled by maximum"
    if neck.get("conv_cfg") is not None:
        return "conv_cfg"
    check_channels(neck, network, joined=True)
    head = {
        "type": "hrfpn",
        "out_channels": _needed(neck, "out_channels"),
        "num_outs": neck.get("num_outs", 5),
    }
    stride = neck.get("stride", 1)
    return head if stride == 1 else {**head, "stride": stride}


def _decode_head(model: Part, network: Network, used: set[str], reasons: dict[str, str]) -> None:
    """One FCNHead, or an FCNHead and an OCRHead in a cascade."""
    cascade = model.parts("decode_head")
    if cascade:
        types = [head.type for head in cascade]
        if types == ["FCNHead", "OCRHead"]:
            _take(_ocr(cascade[0], cascade[1], network), "decode_head", cascade[1].path, network, used, reasons)
        return
    head = model.part("decode_head")
    if head.type == "FCNHead":
        _take(_segmentation(head, network), "decode_head", head.path, network, used, reasons)


def _segmentation(head: Part, network: Network) -> Head:
    """FCNHead as HRNetV2 has it; its first convolution has no bias, since a norm follows it."""
    why = not_joined(head)
    if why:
        return why
    shape = (head.get("kernel_size", 3), head.get("num_convs", 2), bool(head.get("concat_input", True)))
    if shape != (1, 1, False):
        return "kernel_size, num_convs, concat_input are not 1, 1, False"
    if not isinstance(head.get("norm_cfg"), Mapping):
        return "no norm"
    if check_channels(head, network, joined=True) and head.get("channels") != sum(network.widths):
        return f"channels: {quote(head.get('channels'))}, not the branches' sum"
    return {"type": "segmentation", "num_classes": _classes(head), "conv_bias": False}


def _classes(head: Part) -> Any:
    """`out_channels` is another number of maps than of classes: one for two classes."""
    return _needed(head, "num_classes") if head.get("out_channels") is None else head.get("out_channels")


def _ocr(first: Part, second: Part, network: Network) -> Head:
    auxiliary = _segmentation(first, network)
    if isinstance(auxiliary, str):
        return f"its first head: {auxiliary}"
    why = _not_ocr(second)
    if why:
        return why
    if _classes(second) != auxiliary["num_classes"]:
        return "its two heads have other numbers of classes"
    check_channels(second, network, joined=True)
    widths = {
        "mid_channels": _needed(second, "channels"),
        "key_channels": _needed(second, "ocr_channels"),
    }
    return {"type": "ocr", "num_classes": auxiliary["num_classes"], **widths, "conv_bias": False}


def _not_ocr(head: Part) -> str:
    """Why an OCRHead is another than ours; nothing where it is ours."""
    if head.get("scale", 1) != 1:
        return f"scale: {quote(head.get('scale'))}, not scale 1"
    return not_joined(head) or ("" if isinstance(head.get("norm_cfg"), Mapping) else "no norm")


def _final_kernel(head: Part) -> int | None:
    """The last convolution's kernel in mmpose 1.x, where its padding is ours (1 for kernel 3, else 0); else None."""
    layer = head.get("final_layer", {"kernel_size": 1})
    if not isinstance(layer, Mapping) or set(layer) - {"kernel_size", "padding", "_delete_"}:
        return None
    kernel, padding = layer.get("kernel_size", 1), layer.get("padding", 0)
    return kernel if isinstance(kernel, int) and padding == (1 if kernel == 3 else 0) else None


def _pose(head: Part, network: Network, joined: bool, kernel: int | None, convs: tuple[Any, Any]) -> Head:
    """Heatmaps from branch 0 by one convolution, or from all branches by two: HRNetV1 and HRNetV2."""
    if kernel is None:
        return "its last convolution has another padding, or is none"
    if joined and (convs != ([sum(network.widths)], [1]) or kernel != 1):
        return "not the two 1×1 convolutions of HRNetV2"
    if not joined and convs[0]:
        return "convolutions before the last"
    check_channels(head, network, joined)
    joints = _needed(head, "out_channels")
    return {"type": "landmark" if joined else "heatmap", "num_joints": joints, "final_conv_kernel": kernel}


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _heatmap(head: Part, network: Network, joined: bool) -> Head:
    """HeatmapHead of mmpose 1.x."""
    if head.get("deconv_out_channels", [256, 256, 256]):
        return "transposed convolutions"
    if network.keeps_all and not joined:
        return "on the smallest branch"
    convs = (_list(head.get("conv_out_channels")), _list(head.get("conv_kernel_sizes")))
    return _pose(head, network, joined, _final_kernel(head), convs)


def _old_extra(head: Part) -> tuple[int | None, int, list[Any]]:
    """The `extra` of mmpose 0.x: final_conv_kernel, padded as ours, and number and kernels of what stands before."""
    extra = head.part("extra")
    kernel = extra.get("final_conv_kernel", 1)
    return (kernel if kernel in (1, 3) else None), extra.get("num_conv_layers", 0), _list(extra.get("num_conv_kernels"))


def _old_heatmap(head: Part, network: Network, joined: bool) -> Head:
    """TopdownHeatmapSimpleHead of mmpose 0.x."""
    if head.get("num_deconv_layers", 3):
        return "transposed convolutions"
    joined = joined or not not_joined(head)
    if not joined and (head.get("in_index", 0) != 0 or head.get("input_transform")):
        return "on other branches than all in order"
    kernel, layers, kernels = _old_extra(head)
    convs = ([sum(network.widths)] * layers, kernels) if isinstance(layers, int) and 0 <= layers < 9 else ([0], [])
    return _pose(head, network, joined, kernel, convs)


def _embedding(head: Part, network: Network, joined: bool) -> Head:
    """AssociativeEmbeddingHead of mmpose 1.x: heatmaps and tags from one convolution."""
    if joined or head.get("deconv_out_channels", [256, 256, 256]) or head.get("conv_out_channels"):
        return "more than one convolution"
    if network.keeps_all:
        return "on the smallest branch"
    if head.get("tag_dim", 1) != 1:
        return f"tag_dim: {quote(head.get('tag_dim'))}"
    kernel = _final_kernel(head)
    if kernel is None:
        return "its last convolution has another padding, or is none"
    check_channels(head, network, joined=False)
    joints = {
        "num_joints": _needed(head, "num_keypoints"),
        "tag_per_joint": head.get("tag_per_keypoint", True),
    }
    return {"type": "higher", **joints, "final_conv_kernel": kernel, **_NO_DECONV, "with_ae_loss": [True]}


_NO_DECONV: dict[str, Any] = {"num_channels": [], "kernel_size": [], "cat_output": []}


def _old_higher(head: Part, network: Network, joined: bool) -> Head:
    """AEHigherResolutionHead of mmpose 0.x: HigherHRNet's own."""
    kernel, layers, _ = _old_extra(head)
    if joined or kernel is None or layers:
        return "convolutions that HigherHRNet does not have"
    check_channels(head, network, joined=False)
    count = head.get("num_deconv_layers", 1)
    lists = {
        "num_channels": _list(head.get("num_deconv_filters")),
        "kernel_size": _list(head.get("num_deconv_kernels")),
        "cat_output": _list(head.get("cat_output")),
    }
    if count == 0:
        lists = dict(_NO_DECONV)
    joints = {
        "num_joints": _needed(head, "num_joints"),
        "tag_per_joint": head.get("tag_per_joint", True),
    }
    blocks = {"num_basic_blocks": head.get("num_basic_blocks", 4), "with_ae_loss": _list(head.get("with_ae_loss"))}
    return {"type": "higher", **joints, **lists, **blocks, "final_conv_kernel": kernel}


def _old_embedding(head: Part, network: Network, joined: bool) -> Head:
    """AESimpleHead of mmpose 0.x."""
    kernel, layers, _ = _old_extra(head)
    if head.get("num_deconv_layers", 3) or joined or kernel is None or layers:
        return "more than one convolution"
    check_channels(head, network, joined=False)
    tags = _list(head.get("with_ae_loss")) or [False]
    joints = {
        "num_joints": _needed(head, "num_joints"),
        "tag_per_joint": head.get("tag_per_joint", True),
    }
    return {"type": "higher", **joints, "final_conv_kernel": kernel, **_NO_DECONV, "with_ae_loss": tags[:1]}


POSE_HEADS: dict[str, Callable[[Part, Network, bool], Head]] = {
    "HeatmapHead": _heatmap,
    "TopdownHeatmapSimpleHead": _old_heatmap,
    "TopDownSimpleHead": _old_heatmap,
    "AssociativeEmbeddingHead": _embedding,
    "AEHigherResolutionHead": _old_higher,
    "BottomUpHigherResolutionHead": _old_higher,
    "AESimpleHead": _old_embedding,
    "BottomUpSimpleHead": _old_embedding,
}
