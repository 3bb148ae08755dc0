"""How the arguments of a part of an mmlab config compare with the layers of a spec's head."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hrnet_cli.dialects.mmlab import facts
from hrnet_cli.dialects.mmlab.checks import is_list
from hrnet_cli.dialects.mmlab.facts import CLASSES
from hrnet_cli.dialects.mmlab.part import Part
from hrnet_cli.text import quote

Head = dict[str, Any] | str
"""The data of a spec's head, or the reason why a part of the model is another head."""


def difference(part: Part, layers: Mapping[str, tuple[Any, Any]] | None = None) -> str:
    """The first argument with which a part's layers are not those of a spec's head; empty where there is none."""
    for argument, (default, wanted) in (layers or CLASSES[part.class_name].layers).items():
        value = part.get(argument, default)
        both_empty = not value and not wanted and type(value) is not int
        if value != wanted and not both_empty:
            if value is None and argument not in part.value:
                return f"{argument} is not {quote(wanted)}"
            found = f"{argument} is {quote(value)}" + ("" if argument in part.value else " by default")
            return found if wanted is None else f"{found}, not {quote(wanted)}"
    return ""


def why_not_joined(part: Part, layers: Mapping[str, tuple[Any, Any]] | None = None) -> str:
    """Why it does not concatenate all branches at branch 0's size, resized bilinearly; empty where it does.

    A spec's heads align corners where its fuse layers do.
    """
    upsampling = part.network.data.get("upsampling", {})
    if isinstance(upsampling, Mapping) and upsampling.get("align_corners"):
        return "it does not align corners, as the fuse layers do"
    reason = difference(part, layers)
    if reason or part.class_name == facts.FEATURE_MAP_PROCESSOR:
        return reason
    index = part.get("in_index", -1)
    right = is_list(index) and list(index) == list(range(len(part.network.widths)))
    return "" if right else f"in_index is {quote(index)}, not all branches in order"


def fields(part: Part) -> dict[str, Any]:
    """The fields of a spec's head that are arguments of a part; those left out have the same defaults."""
    data = {}
    for field, argument in CLASSES[part.class_name].fields.items():
        part.network.origins[("head", field)] = (*part.path, argument)
        if field in facts.REQUIRED_FIELDS:
            data[field] = part.require(argument)
        elif argument in part.value:
            data[field] = part.get(argument)
    return data
