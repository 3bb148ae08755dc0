"""What changes from one network to another: its parts, its costs, its shapes and its state dict."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, NamedTuple

from hrnet_cli.analysis.costs import costs
from hrnet_cli.analysis.diff.changes import Change, changes
from hrnet_cli.analysis.diff.figures import BranchChange, CostChange, branches, by_part, total
from hrnet_cli.analysis.diff.keys import Key, KeyGroup, StateChange, state_change
from hrnet_cli.analysis.diff.unseen import unseen
from hrnet_cli.analysis.result import Result
from hrnet_cli.errors import UsageError
from hrnet_cli.nn import Shape
from hrnet_cli.schema import Shape4
from hrnet_cli.sources import load_spec
from hrnet_cli.text import quote
from hrnet_cli.tracing import SpecLike, labelled_trace

__all__ = ["BranchChange", "Change", "CostChange", "Diff", "Key", "KeyGroup", "Side", "StateChange", "diff"]


class Side(NamedTuple):
    """One of the two networks, and the input that its figures are for."""

    source: str
    """As it was named."""
    spec: str
    input: Shape
    outputs: tuple[Shape, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Diff(Result):
    """The result of `diff`."""

    command: ClassVar[str] = "diff"

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


def diff(
    before: SpecLike,
    after: SpecLike,
    input: str | Shape4 | None = None,
    *,
    keys: bool = False,
    names: tuple[str, str] | None = None,
) -> Diff:
    """What changes from one network to another, each at its own input or both at `input`.

    With `keys`, every key of the state dict that changes is listed. `names` are what the report calls the two, by
    default a path or preset as it was given, else the name of the spec. Raises UsageError and what `trace` raises.
    """
    if names is not None and not (isinstance(names, tuple) and list(map(type, names)) == [str, str]):
        raise UsageError(f"names: {quote(names)} are not two names", "pass a tuple of two strings")
    first, second = names or (_name(before), _name(after))
    old, new = labelled_trace(first, before, input), labelled_trace(second, after, input)
    found = changes(old, new)
    old_costs, new_costs = costs(old), costs(new)
    stages = by_part(old_costs, new_costs, "stage")
    return Diff(
        before=Side(first, old.spec.name, old.input, old.calls[0].outputs),
        after=Side(second, new.spec.name, new.input, new.calls[0].outputs),
        engine=old.engine,
        convention="macs",
        same=all(change.field == "name" for change in found),
        changes=found,
        total=total(stages),
        stages=stages,
        branches=by_part(old_costs, new_costs, "branch"),
        shapes=branches(old, new),
        state=state_change(old, new, keys),
        unseen=unseen(old, new),
    )


def _name(spec: SpecLike) -> str:
    return str(spec) if isinstance(spec, str | Path) else load_spec(spec).name
