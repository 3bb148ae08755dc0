"""Whether necks and heads of mmlab configs fit the branches that they are made for, and how they join them.

What does not fit is a misfit: the package's code would fail too, but the backbone can be built and looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from hrnet_cli.dialects.mmlab.part import Network, Part, type_name
from hrnet_cli.errors import Diagnostic
from hrnet_cli.hrnet import STAGE_KEY
from hrnet_cli.schema.reading import read_stages
from hrnet_cli.schema.records import Diagnostics
from hrnet_cli.text import quote

DECODE_HEADS = ("decode_head", "auxiliary_head")
"""Where mmseg has heads that choose branches by `in_index`."""
CONVOLUTIONAL = ("FCNHead", "OCRHead")
"""Heads that begin with a convolution on what they read, whatever else they do."""


def not_joined(part: Part) -> str:
    """Why it does not concatenate all branches at branch 0's size, bilinear with no corners aligned; else nothing.

    Ours aligns corners where the fuse layers do.
    """
    upsampling = part.network.data.get("upsampling", {})
    if isinstance(upsampling, Mapping) and upsampling.get("align_corners"):
        return "the fuse layers align corners, and it does not"
    if part.type == "FeatureMapProcessor":
        return _not_concatenated(part) or _aligned(part)
    index, transform = part.get("in_index", -1), part.get("input_transform")
    if transform != "resize_concat":
        return f"not on all branches concatenated, but input_transform: {quote(transform)}"
    if not is_list(index) or list(index) != list(range(len(part.network.widths))):
        return f"not on all branches in order, but in_index: {quote(index)}"
    return _aligned(part)


def _not_concatenated(neck: Part) -> str:
    """What a FeatureMapProcessor does beside that, or instead."""
    if not neck.get("concat") or neck.get("select_index") is not None:
        return "not all branches concatenated"
    if neck.get("scale_factor", 1.0) != 1:
        return f"scale_factor: {quote(neck.get('scale_factor'))}, not 1"
    return "apply_relu: a ReLU before the branches are joined" if neck.get("apply_relu") else ""


def _aligned(part: Part) -> str:
    found = part.get("align_corners")
    return f"align_corners: {bool(found)}, and ours joins branches without" if found else ""


def is_list(value: Any) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    """Whether a config has a list there, or a tuple."""
    return isinstance(value, list | tuple)


def check_channels(part: Part, network: Network, joined: bool) -> bool:
    """Whether a head is made for these branches; a misfit where it is not."""
    found, widths = part.get("in_channels"), network.widths
    wanted = widths if joined else widths[:1]
    if found is None or not widths or _listed(found) == wanted or (joined and found == sum(widths)):
        return True
    what = f"the {len(wanted)} branches of {quote(wanted)}" if joined else f"branch 0 of {widths[0]}"
    right = _steady(network)
    _misfit_channels(part, what, right if joined else right[:1])
    return False


def _misfit_channels(part: Part, what: str, right: list[int]) -> None:
    """The channels of the branches are others. What to write instead holds beside what HR201 has to say of widths."""
    found = part.get("in_channels")
    if _listed(found) == right or found == sum(right):
        remedy = f"keep it: the last stage is to have {_plain(right)} channels there, as the stages before it"
    else:
        remedy = f"write {quote(right) if is_list(found) else sum(right)}"
    part.network.misfit("wrong-channels", (*part.path, "in_channels"), f"{quote(found)} channels for {what}", remedy)


def _plain(channels: list[int]) -> str:
    return str(channels[0]) if len(channels) == 1 else quote(channels)


def _listed(channels: Any) -> list[Any]:
    return list(channels) if is_list(channels) else [channels]


def _steady(network: Network) -> list[int]:
    """The widths that the last stage's branches are to have: their own, but for what changes between stages."""
    from hrnet_cli.dialects.limits import steadied  # what HR201 says, too

    diagnostics = Diagnostics()
    stages = {key: item for key, item in network.data.items() if STAGE_KEY.fullmatch(key)}
    built = read_stages(stages, diagnostics)
    return network.widths if diagnostics else list(steadied(built))


def check_indices(model: Part, network: Network) -> None:
    """The branches that mmseg's heads choose are there, and each has its channels."""
    if network.package != "mmseg" or not network.widths:
        return
    for key in DECODE_HEADS:
        for head in model.each(key):
            for diagnostic in _wrong_index(head, model, network):
                network.misfit(*diagnostic[:4])


def _wrong_index(head: Part, model: Part, network: Network) -> Iterator[Diagnostic]:
    """The first thing that mmseg's BaseDecodeHead stumbles on. A neck hands on other maps than the branches."""
    index, channels = head.value.get("in_index", -1), head.value.get("in_channels")
    chosen = list(index) if is_list(index) else [index]
    widths = network.widths if network.keeps_all or "head" in network.data else network.widths[:1]
    if not all(type(each) is int for each in chosen):
        return
    missing = [each for each in chosen if not -len(widths) <= each < len(widths)]
    if missing and not model.value.get("neck"):
        yield _missing_branch(head, missing[0], widths, is_list(index))
    elif is_list(index) and is_list(channels) and len(index) != len(channels):
        message = f"{len(channels)} in_channels for {len(index)} of in_index"
        remedy = "give each branch that is read its channels"
        if not model.value.get("neck"):
            remedy += f": {quote([widths[each] for each in index])}"
        yield Diagnostic("wrong-channels", (*head.path, "in_channels"), message, remedy)
    elif type_name(head.value.get("type")) in CONVOLUTIONAL and not model.value.get("neck"):
        yield from _other_channels(head, [widths[each] for each in chosen], chosen)


def _missing_branch(head: Part, missing: int, widths: list[int], several: bool) -> Diagnostic:
    count = len(widths)
    there = f"hands on {count} (0 to {count - 1})" if count > 1 else "hands on branch 0 alone"
    remedy = f"write one of 0 to {count - 1}" if count > 1 else "write 0"
    if several:
        remedy = f"write in_index: {quote(list(range(count)))} and in_channels: {quote(widths)}"
    more = "give the last stage more branches" if head.network.keeps_all else "set the backbone's multiscale_output"
    message = f"branch {missing} is read, and the backbone {there}"
    return Diagnostic("head-branches", (*head.path, "in_index"), message, f"{remedy}, or {more}")


def _other_channels(head: Part, widths: list[int], chosen: list[int]) -> Iterator[Diagnostic]:
    """Of a list it is the sum that counts, where the branches are concatenated."""
    found = head.value.get("in_channels")
    numbers = _listed(found)
    if not all(type(each) is int for each in numbers) or sum(numbers) == sum(widths):
        return
    names = f"branch {chosen[0]}" if len(chosen) == 1 else f"the branches {quote(chosen)}"
    remedy = f"write {quote(widths) if is_list(found) else sum(widths)}"
    message = f"{quote(found)} channels for {names} of {_plain(widths)}"
    yield Diagnostic("wrong-channels", (*head.path, "in_channels"), message, remedy)
