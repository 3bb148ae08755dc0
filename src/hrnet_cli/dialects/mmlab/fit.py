"""Whether the necks and heads of a model fit the feature maps that they get: in_channels, in_index, input_transform.

The package fails on a head that does not, but the backbone can be built: it is a mismatch. Nothing is said of an own
model, which may join the branches in front of its head, nor of a class that is in no table here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from hrnet_cli.dialects.mmlab import facts
from hrnet_cli.dialects.mmlab.arguments import certain_package
from hrnet_cli.dialects.mmlab.branches_read import note_branches_read, note_levels_read
from hrnet_cli.dialects.mmlab.checks import as_list, is_list
from hrnet_cli.dialects.mmlab.decode_heads import SELECT, check_segmentor, has_right_form
from hrnet_cli.dialects.mmlab.facts import package_class
from hrnet_cli.dialects.mmlab.maps import Maps, backbone_maps, check_index, check_widths, is_width, neck_maps, report
from hrnet_cli.dialects.mmlab.part import MAX_PARTS, Part
from hrnet_cli.dialects.mmlab.strides import note_head_strides, note_region_strides
from hrnet_cli.dialects.mmlab.versions import OLD, version_line


def check_fit(model: Part, config: Mapping[str, Any]) -> None:
    """Report each neck and head that does not fit the maps that it gets."""
    package = certain_package(config)
    if package is None and model.network.package is facts.MMSEG and not isinstance(model.value.get("type"), str):
        package = facts.MMSEG
    if package is None or backbone_maps(model.network) is None:
        return
    CHECKS[package.name](model, neck_maps(model), version_line(config))


def _part(owner: Part, key: str) -> Part:
    """The mapping of a key; code there is no error, since what is not built need not be read."""
    return Part(owner.value.get(key), (*owner.path, key), owner.network)


# mmpose

LAST_MAP = (
    *("HeatmapHead", "ViPNASHead", "AssociativeEmbeddingHead", "SimCCHead", "RTMCCHead", "IntegralRegressionHead"),
    *("DSNTHead", "CIDHead", "DEKRHead"),
)
"""mmpose 1.x's heads that read the last map."""
LAST_POOLED = ("RegressionHead", "RLEHead")
"""mmpose 1.x's heads that read the last map, flattened: its channels where it is pooled."""
CHOSEN_MAP = (facts.OLD_HEATMAP_HEAD, "TopDownSimpleHead", "ViPNASHeatmapSimpleHead")
"""mmpose 0.x's heads that read the map of in_index, which is 0 by default, or several that input_transform joins."""
FIRST_MAP = (facts.HIGHER_HEAD, "BottomUpHigherResolutionHead", "AESimpleHead", "BottomUpSimpleHead")
"""mmpose 0.x's heads that read the first map."""
OF_BOTH_LINES = ("CIDHead", "DEKRHead")
"""Names of heads of mmpose 1.x and of others of 0.x, where DEKRHead reads the map of in_index too.

Those of 1.x put out heatmaps of the size of the map that they read.
"""
SIMPLE_HEADS = CHOSEN_MAP[:2]
"""Those of 0.x with the same deconvolutions as HeatmapHead."""
DECONVOLUTIONS = (256, 256, 256)
"""By default; each doubles the size, with a kernel of 2, 3 or 4."""
MAX_DECONVOLUTIONS = 5
ONE_BY_ONE = {"kernel_size": 1}
"""The last convolution by default."""
RELEASE_CANDIDATE = ("input_index", "input_transform", "in_index")
"""Arguments of mmpose 1.0.0rc's heads, by which they read other maps."""


def _check_pose_estimator(model: Part, maps: Maps | None, line: str) -> None:
    heads = [_part(model, "head"), _part(model, "keypoint_head")]
    for head in heads:
        if maps:
            _check_pose_head(head, maps, line)
    if model.value.get("neck") is None and not any(
        key in head.value for head in heads for key in RELEASE_CANDIDATE[:2]
    ):
        note_branches_read(model, [(head, _default_index(head)) for head in heads])


def _default_index(head: Part) -> int | None:
    """The map that a head of mmpose reads where it names none; None for a class that is not in a table here."""
    name = package_class(head.value.get("type"))
    defaults = {(*CHOSEN_MAP, *FIRST_MAP): 0, tuple(set(LAST_MAP) - set(OF_BOTH_LINES)): -1}
    return next((index for names, index in defaults.items() if name in names), None)


def _check_pose_head(head: Part, maps: Maps, line: str) -> None:
    """Report a head of mmpose whose in_channels are not those of the map that it reads."""
    name = package_class(head.value.get("type"))
    if name in OF_BOTH_LINES and (not line or (line == OLD and name != "DEKRHead")):
        return
    if name in CHOSEN_MAP or (name in OF_BOTH_LINES and line == OLD):
        _check_chosen_map(head, maps)
    elif name in FIRST_MAP and not maps.from_neck:
        check_widths(head, maps, [0], each=False)
    elif name in LAST_MAP and not any(key in head.value for key in RELEASE_CANDIDATE):
        has_layers = head.value.get("final_layer", 1) is not None or head.value.get("deconv_out_channels", 1)
        if has_layers and not maps.pooled:
            _check_last(head, maps)
        if name in OF_BOTH_LINES and maps.strides:
            head.network.heatmap_stride = maps.strides[-1]
        if name == facts.HEATMAP_HEAD and head.value.get("final_layer", ONE_BY_ONE) == ONE_BY_ONE:
            _set_deconvolved(head, maps, -1, _count_new_deconvolutions(head))
    elif name in LAST_POOLED and maps.pooled:
        _check_last(head, maps)


def _check_last(head: Part, maps: Maps) -> None:
    more, is_first = "", head.value.get("in_channels") == maps.widths[0]
    if is_first and not maps.from_neck and head.network.package.multiscale_in_stage:
        more = ", or remove multiscale_output: then it reads branch 0"
    check_widths(head, maps, [len(maps.widths) - 1], each=False, more=more)


def _check_chosen_map(head: Part, maps: Maps) -> None:
    """Mmpose 0.x's in_index is read only where the backbone returns several maps, and no neck is known there."""
    index = head.value.get("in_index", 0)
    chosen = as_list(index)
    if maps.from_neck or maps.pooled or not all(type(each) is int for each in chosen) or not _has_old_form(head):
        return
    if check_index(head, maps, "in_index", chosen):
        check_widths(head, maps, chosen, each=head.value.get("input_transform") == SELECT)
        count = head.value.get("num_deconv_layers", len(DECONVOLUTIONS))
        if type(count) is int and package_class(head.value.get("type")) in SIMPLE_HEADS and (count or chosen[0]):
            _set_deconvolved(head, maps, chosen[0], count)


def _set_deconvolved(head: Part, maps: Maps, index: int, count: int) -> None:
    """Set the size of the heatmaps of a head that doubles the map that it reads so many times."""
    if not maps.strides or not 0 <= count <= MAX_DECONVOLUTIONS:
        return
    head.network.heatmap_stride = maps.strides[index] / 2**count
    if count:
        argument = "num_deconv_layers=0" if head.path[-1] == "keypoint_head" else "deconv_out_channels=None"
        head.network.heatmap_remedy = f"set {argument} in the head, which doubles the size {count} times, or "


def _count_new_deconvolutions(head: Part) -> int:
    """How many deconvolutions mmpose 1.x's HeatmapHead has, three by default; -1 where there are none or not known."""
    channels, kernels = (head.value.get(key, DECONVOLUTIONS) for key in ("deconv_out_channels", "deconv_kernel_sizes"))
    return len(channels) if is_list(channels) and is_list(kernels) and len(channels) == len(kernels) else -1


def _has_old_form(head: Part) -> bool:
    value = {"in_index": 0, **head.value}
    return has_right_form(Part(value, head.path, head.network))


# mmdetection

EVERY_LEVEL = (
    *("RPNHead", "RetinaHead", "RetinaSepBNHead", "FreeAnchorRetinaHead", "PISARetinaHead", "SABLRetinaHead"),
    *("GARPNHead", "GARetinaHead", "ATSSHead", "PAAHead", "LADHead", "DDODHead", "TOODHead", "FCOSHead", "FSAFHead"),
    *("FoveaHead", "GFLHead", "LDHead", "VFNetHead", "RepPointsHead", "AutoAssignHead", "NASFCOSHead", "YOLACTHead"),
    *("YOLOXHead", "RTMDetHead", "RTMDetSepBNHead", "CondInstBboxHead", "BoxInstBboxHead", "CenterNetUpdateHead"),
)
"""Heads with the same convolutions on every map."""
EXTRACTOR = "SingleRoIExtractor"
ROI_HEADS = (
    *("StandardRoIHead", "CascadeRoIHead", "HybridTaskCascadeRoIHead", "DoubleHeadRoIHead", "DynamicRoIHead"),
    *("MaskScoringRoIHead", "PISARoIHead", "GridRoIHead", "SCNetRoIHead", "PointRendRoIHead"),
)
BOX_HEADS = (
    *("BBoxHead", "ConvFCBBoxHead", "Shared2FCBBoxHead", "Shared4Conv1FCBBoxHead", "DoubleConvFCBBoxHead"),
    *("SCNetBBoxHead",),
)
MASK_HEADS = ("FCNMaskHead", "HTCMaskHead", "SCNetMaskHead")


def _check_detector(model: Part, maps: Maps | None, _: str) -> None:
    """Report heads on every map, extractors of regions, and the heads behind these."""
    note_levels_read(model)
    if maps is None:
        return
    for key in ("bbox_head", "rpn_head", "mask_head"):
        for head in model.readable_parts(key):
            if package_class(head.value.get("type")) in EVERY_LEVEL:
                _check_every_level(head, maps)
                note_head_strides(head, maps, model)
    roi_head = _part(model, "roi_head")
    if package_class(roi_head.value.get("type")) not in ROI_HEADS or roi_head.value.get("shared_head") is not None:
        return
    for key in ("bbox_roi_extractor", "mask_roi_extractor"):
        extractor = _part(roi_head, key)
        if package_class(extractor.value.get("type")) == EXTRACTOR:
            note_region_strides(extractor, maps, model)
    semantic = _part(roi_head, "semantic_head")
    if package_class(semantic.value.get("type")) == "FusedSemanticHead":
        _check_every_level(semantic, maps)
    widths = _extracted(roi_head, "bbox_roi_extractor", maps)
    _check_behind(roi_head, "bbox_head", BOX_HEADS, widths)
    if roi_head.value.get("mask_roi_extractor") is not None:
        widths = _extracted(roi_head, "mask_roi_extractor", maps)
    _check_behind(roi_head, "mask_head", MASK_HEADS, widths)


def _check_every_level(head: Part, maps: Maps) -> None:
    found = head.value.get("in_channels")
    if not is_width(found) or all(width == found for width in maps.widths):
        return
    every = list(range(len(maps.widths)))
    if len(set(maps.widths)) == 1:
        check_widths(head, maps._replace(widths=maps.widths[:1]), [0], each=False)
    else:
        message = f"{found} channels on every map, but {maps.describe(every)}"
        report(head, "wrong-channels", "in_channels", message, "put a neck such as HRFPN before it")


def _extracted(roi_head: Part, key: str, maps: Maps) -> int | None:
    """The channels that an extractor of regions gives; None where they are not known."""
    extractor = _part(roi_head, key)
    width, strides = extractor.value.get("out_channels"), extractor.value.get("featmap_strides")
    if package_class(extractor.value.get("type")) != EXTRACTOR or not is_width(width) or not is_list(strides):
        return None
    if len(strides) > 1 and len(set(maps.widths)) == 1 and len(maps.widths) > 1:
        check_widths(extractor, maps._replace(widths=maps.widths[:1]), [0], each=False, key="out_channels")
    return width if len(strides) > 1 else None


def _check_behind(roi_head: Part, key: str, classes: tuple[str, ...], width: int | None) -> None:
    """Report heads whose in_channels are not what the extractor before them gives."""
    for head in islice(roi_head.readable_parts(key), MAX_PARTS):
        found = head.value.get("in_channels")
        if width and package_class(head.value.get("type")) in classes and is_width(found) and found != width:
            message = f"{found} channels, but the regions have {width}"
            report(head, "wrong-channels", "in_channels", message, f"write {width}")


# mmpretrain

POOLED_HEADS: tuple[str, ...] = (*facts.LINEAR_HEADS, "StackedLinearClsHead")
"""Heads that read the last map, pooled."""


def _check_classifier(model: Part, maps: Maps | None, _: str) -> None:
    head = _part(model, "head")
    if maps and maps.pooled and package_class(head.value.get("type")) in POOLED_HEADS:
        _check_last(head, maps)


CHECKS: dict[str, Callable[[Part, Maps | None, str], None]] = {
    "mmseg": check_segmentor,
    "mmpose": _check_pose_estimator,
    "mmdet": _check_detector,
    "mmpretrain": _check_classifier,
}
"""By the name of a package: what is checked of its models, behind their necks, in a line of versions."""
