"""The feature maps of a model on their way from the backbone through its necks: their channels and strides.

From the necks of mmdetection 2.x and 3.x, mmsegmentation, mmpose and mmpretrain. What another neck makes of the maps is
not known, and nothing is said of what reads them.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any, NamedTuple

from hrnet_cli.dialects.mmlab import facts
from hrnet_cli.dialects.mmlab.checks import as_list, is_list, plain, right_widths
from hrnet_cli.dialects.mmlab.part import MAX_PARTS, Network, Part
from hrnet_cli.errors import Code, Diagnostic
from hrnet_cli.hrnet import MAX_CHANNELS, branch_stride
from hrnet_cli.schema.heads import HEAD_SPECS
from hrnet_cli.text import quote

MAX_LEVELS = 16


class Maps(NamedTuple):
    """Feature maps, the largest first."""

    widths: list[int]
    """Channels of each."""
    strides: list[int]
    """Input pixels per pixel of each; empty where they are not known."""
    from_neck: bool = False
    pooled: bool = False
    """Whether each is pooled to one pixel."""

    def describe(self, chosen: list[int]) -> str:
        """Some of them and their channels: `branch 0 has 32`, `the 4 branches have [32, 64, 128, 256]`."""
        widths = [self.widths[each] for each in chosen]
        if self.from_neck:
            return f"the neck gives {plain(widths)}"
        if len(widths) == len(self.widths) > 1:
            return f"the {len(widths)} branches have {plain(widths)}"
        names = [each % len(self.widths) for each in chosen]
        return f"branch {names[0]} has {widths[0]}" if len(names) == 1 else f"branches {names} have {widths}"


def backbone_maps(network: Network) -> Maps | None:
    """The maps that the backbone returns; None where its widths cannot be read.

    A spec's head on branches that are not kept is reported by the spec.
    """
    head = HEAD_SPECS.get(network.data.get("head", {}).get("type"))
    reads_all = head is not None and head.reads_all_branches
    widths = network.widths if network.keeps_all_branches or reads_all else network.widths[:1]
    return Maps(widths, [branch_stride(branch) for branch in range(len(widths))]) if widths else None


def neck_maps(model: Part) -> Maps | None:
    """The maps behind the model's necks, each of which is checked; None where one of them is not known."""
    maps = backbone_maps(model.network)
    value = model.value.get("neck")
    necks = model.list_parts("neck") if is_list(value) else [model.part("neck")] if value is not None else []
    for neck in islice(necks, MAX_PARTS):
        name = facts.package_class(neck.value.get("type"))
        if maps is None or name not in NECKS:
            return None
        maps = NECKS[name](neck, maps)
    return maps


# What does not match


def is_width(value: Any) -> bool:
    """Whether a value is a number of channels."""
    return type(value) is int and 0 < value <= MAX_CHANNELS


def report(part: Part, code: Code, key: str, message: str, remedy: str) -> None:
    """Report that an argument of a part does not match the maps that it gets."""
    part.network.add_mismatch(Diagnostic(code, (*part.path, key), message, remedy))


def check_widths(
    part: Part, maps: Maps, chosen: list[int], each: bool, key: str = "in_channels", more: str = ""
) -> None:
    """Report channels that are not those of the chosen maps: each of them, or their sum where they are joined.

    `more` is another remedy.
    """
    found = part.value.get(key)
    numbers, widths = as_list(found), [maps.widths[index] for index in chosen]
    if not numbers or not all(map(is_width, numbers)):
        return
    if numbers == widths or (not each and sum(numbers) == sum(widths)):
        return
    right = widths
    if not maps.from_neck and key == "in_channels":
        repaired = right_widths(part.network)
        right = [repaired[index] for index in chosen] if len(repaired) >= len(maps.widths) else widths
    if numbers == right or (not each and sum(numbers) == sum(right)):
        remedy = f"keep it, and give the last stage {plain(right)} channels there, as in the stages before it"
    else:
        remedy = f"write {quote(right) if is_list(found) else sum(right)}"
    report(part, "wrong-channels", key, f"{quote(found)} channels, but {maps.describe(chosen)}", remedy + more)


def check_index(part: Part, maps: Maps, key: str, chosen: list[int]) -> bool:
    """Whether all of the chosen maps exist; the first that does not is reported."""
    count = len(maps.widths)
    missing = [each for each in chosen if not -count <= each < count]
    if not missing:
        return True
    last, is_several = count - 1, is_list(part.value.get(key))
    remedy = f"write one of 0 to {last}" if last else "write 0"
    if is_several:
        remedy = f"write {key}: {quote(list(range(count)))}"
        remedy += f" and in_channels: {quote(maps.widths)}" if "in_channels" in part.value else ""
    owner, returned = ("neck", "maps") if maps.from_neck else ("backbone", "branches")
    if not maps.from_neck:
        network = part.network
        key_of_all = "multiscale_output: True in " + (
            f"{network.last_stage}" if network.package.multiscale_in_stage else "the backbone"
        )
        remedy += ", or give the last stage more branches" if network.keeps_all_branches else f", or set {key_of_all}"
    one = returned.removesuffix("es") if returned == "branches" else "map"
    shown = f"{returned} 0 to {last}" if last else f"only {one} 0"
    report(part, "head-branches", key, f"{one} {quote(missing[0])} is read, but the {owner} returns {shown}", remedy)
    return False


# Necks


def _numbers(neck: Part, key: str = "in_channels") -> list[int]:
    """A list of channels; empty where it is none."""
    found = neck.value.get(key)
    return list(found) if is_list(found) and all(map(is_width, found)) else []


def _count(neck: Part, key: str, default: int) -> int | None:
    """A small number; None where it is none."""
    found = neck.value.get(key, default)
    return found if type(found) is int and -1 <= found <= MAX_LEVELS else None


def _check_inputs(neck: Part, maps: Maps, used: range | None = None) -> None:
    """Report a neck whose in_channels are not those of the maps, one for each; only those used must be equal."""
    numbers = _numbers(neck)
    if not numbers:
        return
    if len(numbers) == len(maps.widths) and all(numbers[each] == maps.widths[each] for each in used or ()):
        return
    check_widths(neck, maps, list(range(len(maps.widths))), each=True)


def _levels(neck: Part, strides: list[int], count: int | None) -> Maps | None:
    """Levels of out_channels each; behind the last stride, each is half as large as the one before."""
    width: Any = neck.value.get("out_channels")
    if not is_width(width) or not count or count < 1:
        return None
    while strides and len(strides) < count:
        strides = [*strides, strides[-1] * 2]
    return Maps([width] * count, strides[:count], from_neck=True)


def _pyramid(neck: Part, maps: Maps) -> Maps | None:
    """FPN: a lateral convolution for each map from start_level on, and smaller levels behind the last one."""
    start, end = _count(neck, "start_level", 0), _count(neck, "end_level", -1)
    if start is None or end is None or not 0 <= start < len(maps.widths):
        return None
    stop = len(maps.widths) if end == -1 else min(end, len(maps.widths))
    _check_inputs(neck, maps, range(start, stop))
    return _levels(neck, maps.strides[start:stop], _count(neck, "num_outs", 0))


def _hrfpn(neck: Part, maps: Maps) -> Maps | None:
    """HRFPN: all maps joined; level i is pooled by 2^i, and its convolution has a stride."""
    numbers, stride = _numbers(neck), _count(neck, "stride", 1)
    if numbers and (len(numbers) != len(maps.widths) or sum(numbers) != sum(maps.widths)):
        check_widths(neck, maps, list(range(len(maps.widths))), each=True)
    if stride is None or stride < 1:
        return None
    return _levels(neck, [each * stride for each in maps.strides[:1]], _count(neck, "num_outs", 5))


def _each(neck: Part, maps: Maps) -> Maps | None:
    """A convolution for each map; ChannelMapper may add smaller ones."""
    _check_inputs(neck, maps, range(len(maps.widths)))
    return _levels(neck, maps.strides, _count(neck, "num_outs", len(maps.widths)))


def _multi_level(neck: Part, maps: Maps) -> Maps | None:
    """Mmsegmentation's MultiLevelNeck: maps resized by `scales`."""
    _check_inputs(neck, maps, range(len(maps.widths)))
    scales = neck.value.get("scales", [0.5, 1, 2, 4])
    return _levels(neck, [], min(len(scales), MAX_LEVELS)) if is_list(scales) else None


def _processor(neck: Part, maps: Maps) -> Maps | None:
    """Mmpose's FeatureMapProcessor: some of the maps, and then perhaps all of these joined."""
    selected = neck.value.get("select_index")
    chosen = as_list(selected) if selected is not None else list(range(len(maps.widths)))
    if not all(type(each) is int for each in chosen) or not check_index(neck, maps, "select_index", chosen):
        return None
    widths = [maps.widths[each] for each in chosen]
    strides = [maps.strides[each] for each in chosen] if maps.strides and neck.value.get("scale_factor", 1) == 1 else []
    if neck.value.get("concat", False):
        widths, strides = [sum(widths)], strides[:1]
    return Maps(widths, strides, from_neck=True)


def _fused(neck: Part, maps: Maps) -> Maps | None:
    """Mmpretrain's HRFuseScales: all maps fused to one."""
    _check_inputs(neck, maps, range(len(maps.widths)))
    width = neck.value.get("out_channels", facts.FUSED_WIDTH)
    return Maps([width], [], from_neck=True) if is_width(width) else None


def _pooled(neck: Part, maps: Maps) -> Maps | None:
    """GlobalAveragePooling: each map, pooled."""
    return maps._replace(pooled=True, strides=[]) if neck.value.get("dim", 2) == 2 else None


NECKS: dict[str, Callable[[Part, Maps], Maps | None]] = {
    **dict.fromkeys(("FPN", "PAFPN", "FPN_CARAFE", "FPN_DropBlock"), _pyramid),
    facts.HRFPN: _hrfpn,
    **dict.fromkeys(("ChannelMapper", "YOLOXPAFPN", "CSPNeXtPAFPN"), _each),
    "MultiLevelNeck": _multi_level,
    facts.FEATURE_MAP_PROCESSOR: _processor,
    facts.HR_FUSE: _fused,
    facts.GLOBAL_POOLING: _pooled,
}
"""What each neck makes of the maps that it gets."""
