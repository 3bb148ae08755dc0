"""What changes from one network to another: its spec, its costs, its shapes and its state dict."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, NamedTuple

from hrnet_cli.analysis.costs import costs, totals
from hrnet_cli.analysis.diff.changes import Change, spec_changes
from hrnet_cli.analysis.diff.figures import BranchChange, CostChange, branch_changes, cost_change, cost_changes
from hrnet_cli.analysis.diff.invisible import InvisibleChange, invisible_changes
from hrnet_cli.analysis.flops import Part
from hrnet_cli.analysis.result import Result
from hrnet_cli.analysis.state_dict import StateDictChange, state_dict_change
from hrnet_cli.errors import UsageError
from hrnet_cli.nn import Shape
from hrnet_cli.schema import Shape4
from hrnet_cli.sources import load_spec
from hrnet_cli.text import quote
from hrnet_cli.tracing import SpecLike, labelled_trace

__all__ = ["BranchChange", "Change", "CostChange", "Diff", "InvisibleChange", "Side", "StateDictChange", "diff"]


class Side(NamedTuple):
    """One of the two networks."""

    source: str
    """The file or preset as it was named, else the spec's name."""
    network: str
    input: Shape
    """N×C×H×W; the figures of this side are for it."""
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
    """Whether both are one network at one input; names are not compared."""
    changes: tuple[Change, ...]
    """The fields of the spec that differ, from the stem to the head."""
    total: CostChange
    stages: tuple[CostChange, ...]
    """The costs of every part, grouped by stage; they add up to the total."""
    branches: tuple[CostChange, ...]
    """The costs of every part, grouped by branch; they add up to the total."""
    shapes: tuple[BranchChange, ...]
    """Every branch of every stage."""
    state_dict: StateDictChange
    invisible_changes: tuple[InvisibleChange, ...]
    """What makes the same weights compute another function, and is not in a state dict."""


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
    changes = spec_changes(old, new)
    old_costs, new_costs = costs(old), costs(new)
    return Diff(
        before=Side(first, old.spec.name, old.input, old.calls[0].outputs),
        after=Side(second, new.spec.name, new.input, new.calls[0].outputs),
        engine=old.engine,
        convention="macs",
        same=all(change.path == "name" for change in changes),
        changes=changes,
        total=cost_change(Part("total"), totals(old_costs), totals(new_costs)),
        stages=cost_changes(old_costs, new_costs, "stage"),
        branches=cost_changes(old_costs, new_costs, "branch"),
        shapes=branch_changes(old, new),
        state_dict=state_dict_change(old, new, keys),
        invisible_changes=invisible_changes(old, new),
    )


def _name(spec: SpecLike) -> str:
    return str(spec) if isinstance(spec, str | Path) else load_spec(spec).name
