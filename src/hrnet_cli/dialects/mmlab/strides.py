"""Whether the strides that a detector's heads are given are those of the maps that they get.

mmdetection places points, anchors and regions by these strides alone: with others they are not where the map's pixels
are, and a head with another number of strides than maps fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hrnet_cli.dialects.mmlab import facts
from hrnet_cli.dialects.mmlab.checks import is_list
from hrnet_cli.dialects.mmlab.maps import MAX_LEVELS, Maps
from hrnet_cli.dialects.mmlab.part import Part
from hrnet_cli.text import KeyPath, plural

OWN_KEYS = ("strides", "point_strides")
DEFAULTS = {"FCOSHead": [4, 8, 16, 32, 64]}
"""The strides of heads that need not be given any."""
GENERATOR = "anchor_generator"
GENERATOR_DEFAULTS = {"RPNHead": [4, 8, 16, 32, 64], "RetinaHead": [8, 16, 32, 64, 128]}
"""Those of their generator of anchors."""
REGION_STRIDES = "featmap_strides"


def note_head_strides(head: Part, maps: Maps, model: Part) -> None:
    """Report the strides of a head that reads every map: its own, or those of its generator of anchors."""
    generator = head.value.get(GENERATOR)
    places: list[tuple[Any, KeyPath]] = [(head.value.get(key), (*head.path, key)) for key in OWN_KEYS]
    name = facts.package_class(head.value.get("type"))
    if name in DEFAULTS and "strides" not in head.value:
        places.append((DEFAULTS[name], (*head.path, "strides")))
    if name in GENERATOR_DEFAULTS and GENERATOR not in head.value:
        places.append((GENERATOR_DEFAULTS[name], (*head.path, GENERATOR)))
    if isinstance(generator, Mapping):
        places.append((generator.get("strides"), (*head.path, GENERATOR, "strides")))
    for value, path in places:
        found = _strides(value)
        if found and maps.strides and found != maps.strides:
            _note(head, path, found, maps.strides, model)


def note_region_strides(extractor: Part, maps: Maps, model: Part) -> None:
    """Report the strides of an extractor of regions, which reads as many of the maps as it has strides."""
    found = _strides(extractor.value.get(REGION_STRIDES))[: len(maps.strides)]
    right = maps.strides[: len(found)]
    if found != right:
        _note(extractor, (*extractor.path, REGION_STRIDES), found, right, model)


def _note(part: Part, path: KeyPath, found: list[int], right: list[int], model: Part) -> None:
    by_default = "" if path[-1] in part.value or path[-2] == GENERATOR else " by default"
    if len(found) == len(right):
        got = f"but the maps that it gets have strides {right}"
        what = "regions would be read" if path[-1] == REGION_STRIDES else "boxes would be decoded"
        message = f"{found}{by_default}, {got}: its {what} at other places of the image"
    else:
        got = f"but it gets {plural(len(right), 'map')}"
        message = f"{plural(len(found), 'stride')}{by_default}, {got}: an assertion fails"
    right_value = f"write {right}" if path[-1] != GENERATOR else f"give {GENERATOR} with strides={right}"
    part.network.add_note("head-strides", path, message, _remedy(found, right, model, right_value))


def _remedy(found: list[int], right: list[int], model: Part, right_value: str) -> str:
    """To write the right strides, or to keep those of a head that is made for a pyramid of stride 8."""
    neck = next(iter(model.list_parts("neck")), None) or model.part("neck")
    if neck.class_name == facts.HRFPN and "stride" not in neck.value and found == [2 * each for each in right]:
        return f"set stride=2 in {facts.HRFPN}, or {right_value}"
    return right_value


def _strides(value: Any) -> list[int]:
    """A stride for each map, as one number or as two equal ones; empty where they are not known."""
    items = value if is_list(value) and len(value) <= MAX_LEVELS else []
    strides = [item[0] if is_list(item) and len(item) == 2 and item[0] == item[1] else item for item in items]
    return strides if all(type(each) is int and 0 < each <= 4096 for each in strides) else []
