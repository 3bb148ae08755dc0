"""mmpose's heads that a spec has too: heatmaps from branch 0 or from all branches joined, and HigherHRNet's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hrnet_cli.dialects.mmlab import facts
from hrnet_cli.dialects.mmlab.checks import check_channels, is_list
from hrnet_cli.dialects.mmlab.compare import Head, difference, fields, why_not_joined
from hrnet_cli.dialects.mmlab.facts import CLASSES
from hrnet_cli.dialects.mmlab.part import Part
from hrnet_cli.hrnet import final_padding

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
    reason = difference(head)
    if head.network.keeps_all_branches and not joined:
        reason = reason or LAST_BRANCH
    return reason or _keypoint_head(head, joined, _convolutions(head))


def _old_heatmap(head: Part, joined: bool) -> Head:
    """TopdownHeatmapSimpleHead of mmpose 0.x."""
    reason = difference(head)
    if reason:
        return reason
    joined = joined or not why_not_joined(head, facts.JOINED)
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
    return {"type": "landmark" if joined else "heatmap", **fields(head), "final_conv_kernel": kernel}


def _tags(head: Part, joined: bool) -> Head:
    """AssociativeEmbeddingHead of mmpose 1.x: heatmaps and tags from one convolution."""
    if joined or head.network.keeps_all_branches:
        return "it reads all branches" if joined else LAST_BRANCH
    reason = difference(head)
    if reason:
        return reason
    _, _, kernel = _convolutions(head)
    if kernel is None:
        return OTHER_LAST_CONVOLUTION
    check_channels(head, joined=False)
    layers = {**NO_DECONVOLUTIONS, "with_ae_loss": [True], "final_conv_kernel": kernel}
    return {"type": "higher", **fields(head), **layers}


def _old_higher(head: Part, joined: bool) -> Head:
    """AEHigherResolutionHead of mmpose 0.x, which is HigherHRNet's; AESimpleHead is that without deconvolutions."""
    reason = difference(head)
    if reason:
        return reason
    channels, _, kernel = _old_convolutions(head)
    if joined or channels or kernel is None:
        return "it has convolutions that HigherHRNet does not have"
    check_channels(head, joined=False)
    data = {"type": "higher", **NO_DECONVOLUTIONS, "with_ae_loss": [], **fields(head), "final_conv_kernel": kernel}
    if "cat_output" not in CLASSES[head.class_name].arguments:
        data["with_ae_loss"] = _list(head.get("with_ae_loss"))[:1] or [False]
    elif head.get("num_deconv_layers", 1) == 0:
        data |= NO_DECONVOLUTIONS
    return data


POSE_HEADS: dict[str, Callable[[Part, bool], Head]] = {
    facts.HEATMAP_HEAD: _heatmap,
    facts.OLD_HEATMAP_HEAD: _old_heatmap,
    "AssociativeEmbeddingHead": _tags,
    facts.HIGHER_HEAD: _old_higher,
    "AESimpleHead": _old_higher,
}
POSE_HEADS |= {older: POSE_HEADS[name] for older, name in facts.OLDER_NAMES.items()}
