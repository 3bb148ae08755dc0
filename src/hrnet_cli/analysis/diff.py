"""What changes from one network to another: its spec, its costs, its shapes and its state dict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from hrnet_cli.analysis.costs import Cost, Totals, costs, totals
from hrnet_cli.analysis.flops import GROUPINGS, Part
from hrnet_cli.analysis.result import Result
from hrnet_cli.analysis.shapes import shapes
from hrnet_cli.analysis.state_dict import StateDictChange, merge_in_order, state_dict_change
from hrnet_cli.errors import UsageError, check_flags
from hrnet_cli.hrnet import stage_key
from hrnet_cli.nn import Shape
from hrnet_cli.schema import Shape4, Spec, StageSpec
from hrnet_cli.schema.records import Record, entries
from hrnet_cli.sources import load_spec
from hrnet_cli.text import quote
from hrnet_cli.tracing import Node, SpecLike, Trace, labelled_trace


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
    check_flags(keys=keys)
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


# The fields of the spec


class Change(NamedTuple):
    """A field that differs; a stage or a head that only one spec has is one change, with all its fields."""

    path: str
    """Where it is in the spec: `stage2.num_blocks`."""
    before: Any
    after: Any


def spec_changes(before: Trace, after: Trace) -> tuple[Change, ...]:
    """Every field that differs, from the stem to the head; the inputs are those of the two traces."""
    pairs = (*_fields(before.spec, after.spec), Change("input", before.input, after.input))
    return tuple(change for change in pairs if change.before != change.after)


FIRST_FIELDS = ("name", "in_channels", "stem_widths", "stages")
"""The fields of a spec that come first; the others follow as the record has them, from the stages to the head."""
NOT_COMPARED = ("input", "published", "budget")
"""Fields that change nothing that is built; the inputs that are compared are those of the two traces."""


def _fields(before: Spec, after: Spec) -> Iterator[Change]:
    for name in dict.fromkeys((*FIRST_FIELDS, *entries(Spec))):
        if name == "stages":
            for number, (old, new) in enumerate(zip_longest(before.stages, after.stages), 1):
                yield from _record(stage_key(number), _values(old) if old else None, _values(new) if new else None)
        elif name not in NOT_COMPARED:
            yield from _field(name, before, after)


def _field(name: str, before: Spec, after: Spec) -> Iterator[Change]:
    """A field as a change, or those of its record; heads of two types are one change."""
    old, new = _value(name, before), _value(name, after)
    if isinstance(old, dict) and (name != "head" or before.head.type == after.head.type):
        yield from _record(name, old, new)
    else:
        yield Change(name, old, new)


def _value(name: str, spec: Spec) -> Any:
    """A field as it is built: the head with its type, and whether all branches are kept, also where it is not said."""
    value = getattr(spec, name)
    if name == "multi_scale_output":
        return spec.keeps_all_branches
    if name == "upsampling":
        return _upsampling(spec)
    if name == "head":
        return {"type": spec.head.type, **_values(value)}
    return _values(value) if isinstance(value, Record) else value


def _record(path: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> Iterator[Change]:
    """A change per field, or one change if only one spec has the record."""
    if before and after:
        for name in before:
            if name in after:
                yield Change(f"{path}.{name}", before[name], after[name])
    else:
        yield Change(path, before, after)


def _values(record: Any) -> dict[str, Any]:
    """The fields of a part of a spec; of a stage those of its block, without fuse_method, which has one value."""
    names = record.own_fields if isinstance(record, StageSpec) else entries(type(record))
    return {name: getattr(record, name) for name in names if name != "fuse_method"}


def _upsampling(spec: Spec) -> dict[str, Any]:
    """To torch an align_corners of None is false; with nearest it means nothing."""
    aligned = bool(spec.upsampling.align_corners) if spec.upsampling.mode == "bilinear" else None
    return {**_values(spec.upsampling), "align_corners": aligned}


# Costs and branch shapes


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


# What no key or shape of the state dict shows

RESIZING = ("Upsample", "Resize")
ONLY_IN_TRAINING = {"momentum"}


class InvisibleChange(NamedTuple):
    """An argument of a layer that differs, although the layer keeps its weights."""

    layer: str
    """The type of the layer; `upsampling` for all that resize a map."""
    argument: str


def invisible_changes(before: Trace, after: Trace) -> tuple[InvisibleChange, ...]:
    """The arguments that differ, each once: those of upsampling, then those of layers in both networks."""
    layers = (change for pair in _layers_that_load(before, after) for change in _arguments(*pair))
    return tuple(dict.fromkeys((*_upsampling_changes(before, after), *layers)))


def _upsampling_changes(before: Trace, after: Trace) -> Iterator[InvisibleChange]:
    """Arguments with which the fuse layers resize, or heads of one type; resizing by factor or to size is the same."""
    if before.spec.upsampling == after.spec.upsampling:
        return
    parts = ("fuse", "head") if before.spec.head.type == after.spec.head.type else ("fuse",)
    for argument in ("mode", "align_corners"):
        if any(_resizing(before, part, argument) != _resizing(after, part, argument) for part in parts):
            yield InvisibleChange("upsampling", argument)


def _resizing(trace: Trace, part: str, argument: str) -> set[str | bool]:
    """The values of an argument in all layers of a part that resize; an align_corners of None is false to torch."""
    return {
        call.node.arguments[argument] or False
        for call in trace.leaf_calls
        if call.node.type in RESIZING and call.place and call.place.part == part
    }


def _layers_that_load(before: Trace, after: Trace) -> Iterator[tuple[Node, Node]]:
    """The layers with weights that both networks have at one path and in the same shapes."""
    layers = {node.path: node for node in after.root.walk() if not node.children}
    for old in before.root.walk():
        new = layers.get(old.path)
        shapes = old.parameters | old.buffers
        if new and shapes and shapes == new.parameters | new.buffers:
            yield old, new


def _arguments(before: Node, after: Node) -> Iterator[InvisibleChange]:
    old, new = before.arguments, after.arguments
    for name in old:
        if old[name] != new.get(name) and name not in ONLY_IN_TRAINING:
            yield InvisibleChange(before.type, name)
