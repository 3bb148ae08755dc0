"""`diff` as a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from hrnet_cli.analysis.diff import BranchChange, Change, CostChange, Diff, KeyGroup, Side, StateChange
from hrnet_cli.analysis.diff.figures import Pair
from hrnet_cli.nn import Shape
from hrnet_cli.report.content import Block, Cell, Column, Document, Facts, Heading, Note, Span, Table
from hrnet_cli.text import change, compact_list, exact, printable, shape_text, short

ROLES = {"added": "good", "removed": "bad", "reshaped": "mark"}
FIGURES = {"params": "params", "macs": "MACs", "activations": "activations"}


def present(result: Diff) -> Document:
    """What it comes to; then the parts, the costs, the shapes and the keys that change."""
    title = Heading(f"{printable(result.before.source)} → {printable(result.after.source)}")
    return Document((title, *_verdict(result), _facts(result), *_remarks(result), *_tables(result)))


def one_line(result: Diff) -> str:
    """Both networks, and the difference in params."""
    params = "the same network" if result.same else f"params {result.total.params.difference:+,}"
    return f"{result.before.spec} → {result.after.spec}, {params}"


def _verdict(result: Diff) -> Iterator[Note]:
    if result.same:
        names = f", under the names {result.before.spec} and {result.after.spec}" if result.changes else ""
        yield Note(f"the same network{names}", "good")


def _facts(result: Diff) -> Facts:
    """The totals, exactly, and what a checkpoint of the first is to the second."""
    rows: list[tuple[str, Cell]] = [("input", _either(shape_text(result.before.input), shape_text(result.after.input)))]
    rows += [(label, _total(getattr(result.total, name))) for name, label in FIGURES.items()]
    outputs = (", ".join(map(shape_text, side.outputs)) for side in (result.before, result.after))
    rows += [("output", _either(*outputs)), ("state dict", _checkpoint(result.state, result.before, result.after))]
    return Facts(tuple(rows))


def _either(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}"


def _total(figure: Pair) -> str:
    if not figure.difference:
        return exact(figure.before)
    share = change(figure.before, figure.after)
    return f"{exact(figure.before)} → {exact(figure.after)} ({figure.difference:+,}{share and f', {share}'})"


def _checkpoint(state: StateChange, before: Side, after: Side) -> str:
    """The sentence on the state dict."""
    loads = f"a checkpoint of {printable(before.source)} loads into {printable(after.source)}"
    if state.kept == state.before == state.after:
        return f"{loads}: all {exact(state.kept)} keys are kept"
    counts = {"added": state.added, "removed": state.removed, "reshaped": state.reshaped}
    others = ", ".join(f"{exact(count)} {change}" for change, count in counts.items() if count)
    return f"{loads} but for {others} keys; {exact(state.kept)} of {exact(state.before)} are kept"


def _remarks(result: Diff) -> Iterator[Note]:
    """What the figures alone do not say."""
    if result.before.input != result.after.input:
        yield Note("the figures are each for its own input: compare at one with --input", "mark")
    if result.unseen and result.state.kept:
        what = ", ".join(result.unseen)
        yield Note(f"no key shows it, but the weights that load compute another function: {what} differs", "bad")
    if result.state.reshaped and result.state.kept:
        yield Note("load_state_dict(strict=False) passes over added and removed keys, and raises on reshaped ones")


def _tables(result: Diff) -> Iterator[Block]:
    """Those that have rows."""
    tables = [_changes(result.changes)]
    tables += [_costs(result, name, label) for name, label in FIGURES.items()]
    tables += [_shapes(result.shapes), _groups(result.state.groups), _every_key(result.state)]
    return (table for table in tables if table.rows)


def _changes(changes: tuple[Change, ...]) -> Table:
    columns = (Column("changed"), Column("before"), Column("after"))
    return Table(columns, tuple((f"{each.part} {each.field}".strip(), *_values(each)) for each in changes))


def _values(change: Change) -> tuple[Cell, Cell]:
    shown = shape_text if change.field == "input" else _value
    return Span(shown(change.before), "bad"), Span(shown(change.after), "good")


def _value(value: Any) -> str:
    """As a spec would have it, but for brackets; a part with its fields."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(map(_value, value)) or "none"
    if isinstance(value, dict):
        return ", ".join(item if key == "type" else f"{key} {_part(item)}" for key, item in value.items())
    return str(value)


def _part(value: Any) -> str:
    return f"[{_value(value)}]" if isinstance(value, tuple) else _value(value)


def _costs(result: Diff, name: str, label: str) -> Table:
    """The parts whose figure changes: by stage, and below a line by branch."""
    stages = list(_cost_rows(result.stages, name))
    known = {part.part for part in result.stages}
    branches = list(_cost_rows((part for part in result.branches if part.part not in known), name))
    figures = (Column("before", True), Column("after", True), Column("difference", True), Column("", True))
    rules = frozenset({len(stages)} if stages and branches else ())
    return Table((Column(label), *figures), (*stages, *branches), rules)


def _cost_rows(parts: Iterable[CostChange], name: str) -> Iterator[tuple[Cell, ...]]:
    for part in parts:
        figure: Pair = getattr(part, name)
        if figure.difference:
            sign = "+" if figure.difference > 0 else "-"
            difference = f"{sign}{short(abs(figure.difference))}"
            share = change(figure.before, figure.after)
            yield (part.part, short(figure.before), short(figure.after), difference, Span(share, "muted"))


def _shapes(branches: tuple[BranchChange, ...]) -> Table:
    """Each branch whose shape changes; a change that is the same in several stages is one row."""
    alike: dict[tuple[int, Shape | None, Shape | None], list[int]] = {}
    for each in branches:
        if each.before != each.after:
            alike.setdefault((each.branch, each.before, each.after), []).append(each.stage)
    rows = tuple(
        (f"branch {branch}", _stages(stages), _map(before), _map(after))
        for (branch, before, after), stages in alike.items()
    )
    return Table((Column("shape"), Column("in"), Column("before"), Column("after")), rows)


def _stages(stages: list[int]) -> str:
    if len(stages) == 1:
        return f"stage {stages[0]}"
    return (
        f"stages {f'{stages[0]}–{stages[-1]}' if stages[-1] - stages[0] == len(stages) - 1 else compact_list(stages)}"
    )


def _map(shape: Shape | None) -> Cell:
    return Span("none" if shape is None else shape_text(shape) or "a number", "shape")


def _groups(groups: tuple[KeyGroup, ...]) -> Table:
    columns = (Column("keys below"), Column(""), Column("keys", True))
    rows = ((each.modules, Span(each.change, ROLES[each.change]), exact(each.keys)) for each in groups)
    return Table(columns, tuple(rows))


def _every_key(state: StateChange) -> Table:
    columns = (Column("key"), Column(""), Column("before"), Column("after"))
    rows = (
        (each.key, Span(each.change, ROLES[each.change]), _map(each.before), _map(each.after))
        for each in state.keys or ()
    )
    return Table(columns, tuple(rows))
