"""What changes from one network to another: its parts, its costs, its shapes and its state dict."""

from __future__ import annotations

from typing import NamedTuple

from hrnet_cli.analysis.costs import costs
from hrnet_cli.analysis.diff.changes import Change, changes
from hrnet_cli.analysis.diff.figures import BranchChange, CostChange, branches, by_part, total
from hrnet_cli.analysis.diff.keys import Key, KeyGroup, StateChange, state_change
from hrnet_cli.analysis.diff.unseen import unseen
from hrnet_cli.nn import Shape
from hrnet_cli.tracing import Trace

__all__ = ["BranchChange", "Change", "CostChange", "Diff", "Key", "KeyGroup", "Side", "StateChange", "diff"]


class Side(NamedTuple):
    """One of the two networks, and the input that its figures are for."""

    source: str
    """As it was named."""
    spec: str
    input: Shape
    outputs: tuple[Shape, ...]


class Diff(NamedTuple):
    """The result of `diff`."""

    before: Side
    after: Side
    engine: str
    convention: str
    same: bool
    """Whether both are one network at one input; names do not count."""
    changes: tuple[Change, ...]
    total: CostChange
    stages: tuple[CostChange, ...]
    """By stage, every one; they add up to the total."""
    branches: tuple[CostChange, ...]
    """By branch, every one; they add up to the total."""
    shapes: tuple[BranchChange, ...]
    """Every branch at the end of every stage."""
    state: StateChange
    unseen: tuple[str, ...]
    """What makes the same weights compute another function, and no key shows."""


def diff(before: Trace, after: Trace, names: tuple[str, str], keys: bool = False) -> Diff:
    """From `before` to `after`, called by their `names`; with `keys`, every key of the state dict that changes."""
    sides = [
        Side(name, trace.spec.name, trace.input, trace.calls[0].outputs)
        for name, trace in zip(names, (before, after), strict=True)
    ]
    found = changes(before, after)
    old, new = costs(before), costs(after)
    stages = by_part(old, new, "stage")
    return Diff(
        before=sides[0],
        after=sides[1],
        engine=before.engine,
        convention="macs",
        same=all(change.field == "name" for change in found),
        changes=found,
        total=total(stages),
        stages=stages,
        branches=by_part(old, new, "branch"),
        shapes=branches(before, after),
        state=state_change(before, after, keys),
        unseen=unseen(before, after),
    )
