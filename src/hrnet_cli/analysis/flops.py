"""What a network costs, by the part of it that costs it. Every grouping adds up to the total exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, NamedTuple

from hrnet_cli.analysis.costs import CONVENTIONS, Cost, costs
from hrnet_cli.analysis.published import Figure, figures
from hrnet_cli.model import Place
from hrnet_cli.nn import Shape
from hrnet_cli.schema import Published
from hrnet_cli.tracing import Trace


class CostRow(NamedTuple):
    """A part of the network. Rows of level 1 add up to the row of level 0 above them; those add up to the total."""

    level: int
    label: str
    params: int
    macs: int
    value: int
    """The figure in the convention of the report; those of level 0 add up to the total."""


class Flops(NamedTuple):
    """The result of `flops`."""

    spec: str
    engine: str
    input: Shape
    convention: str
    by: str
    rows: tuple[CostRow, ...]
    params: int
    macs: int
    flops: int
    fvcore: int
    fvcore_beside: dict[str, int]
    """What fvcore counts beside the MACs, by the type of module; types that it counts nothing of are left out."""
    total: int
    """In the convention of the report."""
    published: Published | None
    figures: tuple[Figure, ...]
    """The published figures beside ours; none where the input is not the one that they were counted at."""


def flops(trace: Trace, by: str = "stage", convention: str = "macs") -> Flops:
    """The costs of a trace in groups: `by` is a key of GROUPINGS, `convention` of CONVENTIONS."""
    counted = costs(trace)
    groups = _groups(counted, GROUPINGS[by], CONVENTIONS[convention].count)
    rows = []
    for label, parts in groups.items():
        rows.append(_sum(parts.values()).row(0, label))
        if len(parts) > 1:
            rows += [part.row(1, name) for name, part in parts.items()]
    total = _sum(part for parts in groups.values() for part in parts.values())
    return Flops(
        spec=trace.spec.name,
        engine=trace.engine,
        input=trace.input,
        convention=convention,
        by=by,
        rows=tuple(rows),
        params=total.params,
        macs=total.macs,
        flops=2 * total.macs,
        fvcore=total.fvcore,
        fvcore_beside=_beside_macs(counted),
        total=total.value,
        published=trace.spec.published,
        figures=figures(trace.spec.published, total.params, counted) if trace.input == trace.spec.input_shape else (),
    )


def _beside_macs(counted: Iterable[Cost]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for cost in counted:
        if cost.fvcore != cost.macs:
            sums[cost.call.node.type] += cost.fvcore - cost.macs
    return dict(sums)


class _Sum(NamedTuple):
    params: int
    macs: int
    fvcore: int
    value: int

    def row(self, level: int, label: str) -> CostRow:
        return CostRow(level, label, self.params, self.macs, self.value)


def _sum(sums: Iterable[_Sum]) -> _Sum:
    return _Sum(*map(sum, zip(*sums, strict=True)))


def _counted(costs: list[Cost], count: Callable[[Cost], int]) -> _Sum:
    _, params, macs, fvcore, _ = zip(*costs, strict=True)
    return _Sum(sum(params), sum(macs), sum(fvcore), sum(map(count, costs)))


def _groups(
    counted: Iterable[Cost], labels: Callable[[Cost], Labels], count: Callable[[Cost], int]
) -> dict[str, dict[str, _Sum]]:
    """Every row with its parts, in the order of the first call of each."""
    members: dict[Labels, list[Cost]] = defaultdict(list)
    for cost in counted:
        members[labels(cost)].append(cost)
    groups: dict[str, dict[str, _Sum]] = {}
    for (label, part), each in members.items():
        groups.setdefault(label, {})[part] = _counted(each, count)
    return groups


Labels = tuple[str, str]
"""The row that a cost belongs to, and the part of that row; rows with one part only are not divided."""


def _by_place(labels: Callable[[Place], Labels]) -> Callable[[Cost], Labels]:
    """A grouping that asks only where a call stands. A network has many more calls than places: each is asked once."""
    asked = cache(labels)
    return lambda cost: asked(cost.call.place or NETWORK)


NETWORK = Place("network")
"""Where a call stands that the model puts nowhere."""


def _name(place: Place) -> str:
    """A part that is a row of its own."""
    if place.part == "transition":
        return f"transition {place.stage}"
    return f"stage {place.stage}" if place.stage else place.part


def _share(place: Place) -> str:
    """Within a stage or a module: the branches, or the exchange between them."""
    return "fuse layers" if place.part == "fuse" else "branches"


@_by_place
def _by_stage(place: Place) -> Labels:
    return _name(place), _share(place)


@_by_place
def _by_module(place: Place) -> Labels:
    name = _name(place)
    return (name if place.module is None else f"{name} module {place.module}"), _share(place)


@_by_place
def _by_branch(place: Place) -> Labels:
    if place.part in ("transition", "fuse"):
        return {"transition": "transitions", "fuse": "fuse layers"}[place.part], _name(place)
    if place.stage:
        return f"branch {place.branch or 0}", _name(place)
    return place.part, place.part


def _by_layer(cost: Cost) -> Labels:
    return cost.call.node.path, ""


def _by_type(cost: Cost) -> Labels:
    arguments = cost.call.node.arguments
    kernel = "×".join(map(str, _pair(arguments.get("kernel_size", ()))))
    stride = _pair(arguments.get("stride", 1))[0]
    return cost.call.node.type, kernel if stride == 1 else f"{kernel} stride {stride}"


def _pair(argument: Any) -> tuple[int, ...]:
    """A size that torch takes as one number or two, as two."""
    return (argument, argument) if isinstance(argument, int) else argument


GROUPINGS: dict[str, Callable[[Cost], Labels]] = {
    "stage": _by_stage,
    "branch": _by_branch,
    "module": _by_module,
    "layer": _by_layer,
    "type": _by_type,
}
