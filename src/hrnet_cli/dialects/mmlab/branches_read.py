"""Which branches of the last stage the heads of a model read, where its code says so for certain.

The others are fused and get no gradient. Where a neck is between them, only mmdetection's FPN leaves branches out.
"""

from __future__ import annotations

from hrnet_cli.dialects.mmlab import facts
from hrnet_cli.dialects.mmlab.checks import as_list
from hrnet_cli.dialects.mmlab.facts import package_class
from hrnet_cli.dialects.mmlab.maps import Maps, backbone_maps
from hrnet_cli.dialects.mmlab.part import Part

FPNS = ("FPN", "PAFPN")
"""mmdetection's necks that read the maps from `start_level` on."""


def note_branches_read(model: Part, heads: list[tuple[Part, int | None]]) -> None:
    """Set what the heads of a model read: each head, and the index that it reads where it names none.

    A default of None is a class that reads every map, or whose code is not known: nothing is said then.
    """
    network, maps = model.network, backbone_maps(model.network)
    heads = [(head, default) for head, default in heads if head.value]
    if maps is None or not network.keeps_all_branches or not heads:
        return
    found: list[int] = []
    for head, default in heads:
        index = as_list(head.value.get("in_index", default))
        if default is None or not all(_is_index(each, maps) for each in index):
            return
        found += [each % len(maps.widths) for each in index]
    names = " and ".join(dict.fromkeys(str(head.path[1]) for head, _ in heads))
    network.reads = names, tuple(sorted(set(found)))


def _is_index(value: object, maps: Maps) -> bool:
    return type(value) is int and -len(maps.widths) <= value < len(maps.widths)


def decode_heads(model: Part) -> list[Part]:
    """Mmsegmentation's heads, those for training too."""
    return [head for key in ("decode_head", facts.TRAINING_KEY) for head in model.readable_parts(key)]


def note_levels_read(model: Part) -> None:
    """Set what an FPN of mmdetection reads."""
    network, maps, neck = model.network, backbone_maps(model.network), model.part("neck")
    start, end = neck.value.get("start_level", 0), neck.value.get("end_level", -1)
    if maps is None or package_class(neck.value.get("type")) not in FPNS or end != -1 or not _is_index(start, maps):
        return
    if network.keeps_all_branches and start > 0:
        network.reads = "neck", tuple(range(start, len(maps.widths)))
