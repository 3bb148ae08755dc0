"""Costs and shapes of two networks side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple, TypeVar

from hrnet_cli.analysis.costs import Cost, Totals, totals
from hrnet_cli.analysis.flops import GROUPINGS
from hrnet_cli.analysis.shapes import shapes
from hrnet_cli.nn import Shape
from hrnet_cli.tracing import Trace


class Pair(NamedTuple):
    """A figure of both."""

    before: int
    after: int
    difference: int


class CostChange(NamedTuple):
    """What a part of the network costs; 0 where it is not there."""

    part: str
    params: Pair
    macs: Pair
    activations: Pair


class BranchChange(NamedTuple):
    """A branch's C×H×W at the end of a stage; None where it is not there."""

    stage: int
    branch: int
    before: Shape | None
    after: Shape | None


def by_part(before: list[Cost], after: list[Cost], by: str) -> tuple[CostChange, ...]:
    """The costs of both, in the rows of a grouping of `flops`."""
    old, new = _sums(before, by), _sums(after, by)
    nothing = Totals(0, 0, 0)
    return tuple(_change(part, old.get(part, nothing), new.get(part, nothing)) for part in in_order(old, new))


def total(parts: Iterable[CostChange]) -> CostChange:
    """All parts together."""
    figures = list(parts)
    sums = (
        [sum(figure) for figure in zip(*(getattr(part, name) for part in figures), strict=True)]
        for name in ("params", "macs", "activations")
    )
    return CostChange("total", *(Pair(*each) for each in sums))


def _sums(counted: list[Cost], by: str) -> dict[str, Totals]:
    rows: dict[str, list[Cost]] = defaultdict(list)
    for cost in counted:
        rows[str(GROUPINGS[by](cost)[0])].append(cost)
    return {part: totals(costs) for part, costs in rows.items()}


def _change(part: str, before: Totals, after: Totals) -> CostChange:
    return CostChange(part, *(Pair(old, new, new - old) for old, new in zip(before, after, strict=True)))


def branches(before: Trace, after: Trace) -> tuple[BranchChange, ...]:
    """Every branch of every stage of either."""
    old, new = _branches(before), _branches(after)
    return tuple(BranchChange(*place, old.get(place), new.get(place)) for place in sorted(old.keys() | new.keys()))


def _branches(trace: Trace) -> dict[tuple[int, int], Shape]:
    """A branch has one shape throughout a stage, before and after each exchange."""
    return {
        (stage.stage, branch.branch): branch.shape[1:]
        for stage in shapes(trace).stages
        for branch in stage.modules[-1].branches
    }


Name = TypeVar("Name")


def in_order(before: Iterable[Name], after: Iterable[Name]) -> list[Name]:
    """The names of both, each once, in the order of `after`; what is gone stands behind what it stood behind."""
    names = dict.fromkeys(after)
    gone: dict[Name | None, list[Name]] = defaultdict(list)
    last = None
    for name in before:
        if name in names:
            last = name
        else:
            gone[last].append(name)
    return [*gone[None], *(each for name in names for each in (name, *gone[name]))]
