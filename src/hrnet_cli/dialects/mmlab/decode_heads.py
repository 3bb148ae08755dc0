"""Whether mmsegmentation's heads that are a BaseDecodeHead fit the maps that they get, and which of them they read."""

from __future__ import annotations

from hrnet_cli.dialects.mmlab.branches_read import decode_heads, note_branches_read
from hrnet_cli.dialects.mmlab.checks import as_list, is_list
from hrnet_cli.dialects.mmlab.facts import package_class
from hrnet_cli.dialects.mmlab.maps import Maps, check_index, check_widths, report
from hrnet_cli.dialects.mmlab.part import Part
from hrnet_cli.text import plural, quote

ONE_INPUT = (
    *("FCNHead", "OCRHead", "PSPHead", "ASPPHead", "DepthwiseSeparableASPPHead", "DepthwiseSeparableFCNHead"),
    *("APCHead", "CCHead", "DAHead", "DMHead", "DNLHead", "EMAHead", "GCHead", "ISAHead", "NLHead", "PSAHead"),
    *("SETRUPHead", "STDCHead"),
)
"""Heads that read one map: that of in_index, or several that input_transform joins."""
SEVERAL_INPUTS = ("ANNHead", "EncHead", "FPNHead", "SETRMLAHead", "UPerHead", "SegformerHead")
"""Heads with a convolution for each map of in_index."""
JOINED_INPUTS = ("LightHamHead", "PointHead")
"""Heads that join the maps of in_index themselves."""
DECODE_HEADS = (*ONE_INPUT, *SEVERAL_INPUTS, *JOINED_INPUTS)
"""Other classes are registered too, and read maps in their own way: Mask2FormerHead, IterativeDecodeHead."""
JOIN, SELECT = "resize_concat", "multiple_select"


def check_segmentor(model: Part, maps: Maps | None, _: str) -> None:
    """Report the heads that do not fit, and set which branches they read."""
    heads = decode_heads(model)
    for head in heads:
        _check_decode_head(head, maps)
    if model.value.get("neck") is None:
        note_branches_read(model, [(head, _default_of_decode_head(head)) for head in heads])


def _default_of_decode_head(head: Part) -> int | None:
    """The last map, which a head of one map reads where it names none; None where it is not known what it reads."""
    name, names_several = package_class(head.value.get("type")), is_list(head.value.get("in_index"))
    return -1 if name in ONE_INPUT or (name in DECODE_HEADS and names_several) else None


def _check_decode_head(head: Part, maps: Maps | None) -> None:
    """Report the first error of a BaseDecodeHead: its index, then the form and the number of its in_channels."""
    index, channels = head.value.get("in_index", -1), head.value.get("in_channels")
    chosen, name = as_list(index), package_class(head.value.get("type"))
    if not all(type(each) is int for each in chosen) or name not in DECODE_HEADS:
        return
    if maps and not check_index(head, maps, "in_index", chosen):
        return
    if name not in ONE_INPUT and not is_list(index):
        if maps:
            _report_one_index(head, maps, name)
        return
    if name in ONE_INPUT and not has_right_form(head):
        return
    if is_list(index) and is_list(channels) and len(index) != len(channels):
        message = f"{plural(len(channels), 'entry')}, but in_index has {len(index)}"
        right = f": {quote([maps.widths[each] for each in index])}" if maps else ""
        report(head, "wrong-channels", "in_channels", message, f"give one number per entry of in_index{right}")
    elif maps:
        check_widths(head, maps, chosen, each=name in SEVERAL_INPUTS)
        first = head.value.get("c1_in_channels", 0)
        if name == "DepthwiseSeparableASPPHead" and first != 0:
            check_widths(head, maps, [0], each=False, key="c1_in_channels")


def _report_one_index(head: Part, maps: Maps, name: str) -> None:
    """Report a head of several maps whose in_index is one number, also by default: an assertion fails."""
    index, channels = head.value.get("in_index", -1), head.value.get("in_channels")
    by_default = "" if "in_index" in head.value else " by default"
    message = f"in_index is {index}{by_default}, and {name} reads a list of maps"
    remedy = f"write in_index={list(range(len(maps.widths)))}"
    if "in_channels" in head.value and list(as_list(channels)) != maps.widths:
        remedy += f" and in_channels={maps.widths}"
    report(head, "wrong-channels", "in_index", message, remedy)


def has_right_form(head: Part) -> bool:
    """Whether in_channels and in_index are what input_transform takes: one number each, or lists of them."""
    transform = head.value.get("input_transform")
    values = {key: head.value.get(key, -1) for key in ("in_channels", "in_index")}
    if not all(type(item) is int for value in values.values() for item in as_list(value)):
        return True
    lists = [key for key, value in values.items() if is_list(value)]
    if transform is None and lists:
        message = f"input_transform is not given, and {lists[0]} is a list: without it one map is read"
        remedy = f"write {JOIN}, which joins the maps, or one number in in_channels and in in_index"
        report(head, "unknown-choice", "input_transform", message, remedy)
        return False
    if transform in (JOIN, SELECT) and len(lists) < len(values):
        key = next(key for key in values if key not in lists)
        found = f"{key} is {quote(values[key])}" + ("" if key in head.value else " by default")
        remedy = "give one number per map, or remove input_transform"
        report(head, "unknown-choice", key, f"{found}, and input_transform {transform} reads a list", remedy)
        return False
    return True
