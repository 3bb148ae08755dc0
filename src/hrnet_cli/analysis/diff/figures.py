"""The costs and the branch shapes of two networks side by side."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from hrnet_cli.analysis.costs import Cost, Totals, totals
from hrnet_cli.analysis.flops import GROUPINGS, Part
from hrnet_cli.analysis.shapes import shapes
from hrnet_cli.analysis.state_dict import merge_in_order
from hrnet_cli.nn import Shape
from hrnet_cli.tracing import Trace


class FigureChange(NamedTuple):
    """A figure of both networks."""

    before: int
    after: int
    difference: int
    """`after` minus `before`."""


class CostChange(NamedTuple):
    """What a part costs in both networks; 0 in one that does not have it."""

    part: Part
    params: FigureChange
    macs: FigureChange
    activations: FigureChange


class BranchChange(NamedTuple):
    """The shape of a branch in both networks, C×H×W; null in one that does not have it."""

    stage: int
    branch: int
    before: Shape | None
    after: Shape | None


def cost_change(part: Part, before: Totals, after: Totals) -> CostChange:
    """The three figures of a part."""
    pairs = zip(before, after, strict=True)
    return CostChange(part, *(FigureChange(old, new, new - old) for old, new in pairs))


def cost_changes(before: list[Cost], after: list[Cost], by: str) -> tuple[CostChange, ...]:
    """The costs of every part of either network, by a key of GROUPINGS."""
    old, new = _totals_by_part(before, by), _totals_by_part(after, by)
    nothing = Totals(0, 0, 0)
    return tuple(cost_change(part, old.get(part, nothing), new.get(part, nothing)) for part in merge_in_order(old, new))


def _totals_by_part(costs: list[Cost], by: str) -> dict[Part, Totals]:
    groups: dict[Part, list[Cost]] = defaultdict(list)
    for cost in costs:
        groups[GROUPINGS[by](cost)[0]].append(cost)
    return {part: totals(group) for part, group in groups.items()}


def branch_changes(before: Trace, after: Trace) -> tuple[BranchChange, ...]:
    """Every branch of every stage of either network."""
    old, new = _branches(before), _branches(after)
    return tuple(BranchChange(*place, old.get(place), new.get(place)) for place in sorted(old.keys() | new.keys()))


def _branches(trace: Trace) -> dict[tuple[int, int], Shape]:
    """The C×H×W of each branch by stage and branch: all modules of a stage have the same."""
    return {
        (stage.stage, branch.branch): branch.shape[1:]
        for stage in shapes(trace).stages
        for branch in stage.modules[-1].branches
    }
