"""`diff` as a report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from hrnet_cli.analysis.costs import FIGURES
from hrnet_cli.analysis.diff import BranchChange, Change, CostChange, Diff, FigureChange, Side
from hrnet_cli.analysis.state_dict import KeyGroup, StateDictChange
from hrnet_cli.nn import Shape
from hrnet_cli.report.content import Block, Cell, Column, Facts, Heading, Note, Report, Span, Table
from hrnet_cli.text import change, exact, join_and, printable, shape_text, short

ROLES = {"added": "good", "removed": "bad", "reshaped": "mark"}


def present(result: Diff) -> Report:
    """The verdict and the totals; then tables of the fields, costs, shapes and keys that change."""
    title = Heading(f"{printable(result.before.source)} → {printable(result.after.source)}")
    return Report((title, *_verdict(result), _facts(result), *_notes(result), *_tables(result)))


def one_line(result: Diff) -> str:
    """Both networks, and the difference in params."""
    params = "the same network" if result.same else f"params {result.total.params.difference:+,}"
    return f"{result.before.network} → {result.after.network}, {params}"


def _verdict(result: Diff) -> Iterator[Note]:
    if result.same:
        names = f", under the names {result.before.network} and {result.after.network}" if result.changes else ""
        yield Note(f"the same network{names}", "good")


def _facts(result: Diff) -> Facts:
    """The totals with all their digits, and whether a checkpoint of the first network loads into the second."""
    before, after = result.before, result.after
    rows: list[tuple[str, Cell]] = [("input", _arrow(shape_text(before.input), shape_text(after.input)))]
    rows += [(label, _total(getattr(result.total, name))) for name, label in FIGURES.items()]
    rows.append(("output", _arrow(*(", ".join(map(shape_text, side.outputs)) for side in (before, after)))))
    rows.append(("state dict", _checkpoint(result.state_dict, before, after)))
    return Facts(tuple(rows))


def _arrow(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}"


def _total(figure: FigureChange) -> str:
    if not figure.difference:
        return exact(figure.before)
    share = change(figure.before, figure.after)
    return f"{exact(figure.before)} → {exact(figure.after)} ({figure.difference:+,}{share and f', {share}'})"


def _checkpoint(keys: StateDictChange, before: Side, after: Side) -> str:
    first, second = printable(before.source), printable(after.source)
    loads, as_named = f"a checkpoint of {first} loads into {second}", ""
    if keys.strip or keys.add:
        steps = [f"strip {keys.strip} from its keys"] if keys.strip else []
        steps += [f"add {keys.add} before {'them' if steps else 'its keys'}"] if keys.add else []
        loads = f"{join_and(steps)}, and {loads}"
        as_named = f" ({exact(keys.kept_as_named)} as they are named)"
    if keys.kept == keys.before == keys.after:
        return f"{loads}: all {exact(keys.kept)} keys are kept{as_named}"
    counts = {"added": keys.added, "removed": keys.removed, "reshaped": keys.reshaped}
    others = join_and([f"{exact(count)} {kind}" for kind, count in counts.items() if count])
    return f"{loads} except for {others} keys; {exact(keys.kept)} of {exact(keys.before)} are kept{as_named}"


def _notes(result: Diff) -> Iterator[Note]:
    """What a reader of the totals could miss."""
    keys = result.state_dict
    if result.before.input != result.after.input:
        yield Note("each network is counted at its own input: --input compares both at one", "mark")
    if result.invisible_changes and keys.kept:
        what = ", ".join(f"{each.layer} {each.argument}" for each in result.invisible_changes)
        yield Note(f"the same weights compute another function, because no state dict stores this: {what}", "bad")
    if keys.reshaped and keys.kept:
        yield Note("load_state_dict(strict=False) ignores added and removed keys, and raises on reshaped ones")


def _tables(result: Diff) -> Iterator[Block]:
    """The tables that have rows."""
    tables = [_changes(result.changes)]
    tables += [_costs(result, name, label) for name, label in FIGURES.items()]
    tables += [_shapes(result.shapes), _groups(result.state_dict.groups), _keys(result.state_dict)]
    return (table for table in tables if table.rows)


def _changes(changes: tuple[Change, ...]) -> Table:
    columns = (Column("changed"), Column("before"), Column("after"))
    return Table(columns, tuple(_change(each) for each in changes))


def _change(each: Change) -> tuple[Cell, ...]:
    text = shape_text if each.path == "input" else _value
    return each.path, Span(text(each.before), "bad"), Span(text(each.after), "good")


def _value(value: Any) -> str:
    """A value of a spec as YAML writes it, without the outer brackets; the fields of a stage or a head by name."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(map(_value, value)) or "none"
    if isinstance(value, dict):
        return ", ".join(_value(item) if name == "type" else f"{name} {_field(item)}" for name, item in value.items())
    return str(value)


def _field(value: Any) -> str:
    return f"[{_value(value)}]" if isinstance(value, tuple) else _value(value)


def _costs(result: Diff, name: str, label: str) -> Table:
    """The parts whose figure changes: those by stage, and below a line those by branch that are not among them."""
    stages = tuple(_cost_rows(result.stages, name))
    parts = {each.part for each in result.stages}
    branches = tuple(_cost_rows((each for each in result.branches if each.part not in parts), name))
    columns = (Column(label), *(Column(title, True) for title in ("before", "after", "difference", "")))
    return Table(columns, (*stages, *branches), frozenset({len(stages)} if stages and branches else ()))


def _cost_rows(parts: Iterable[CostChange], name: str) -> Iterator[tuple[Cell, ...]]:
    for each in parts:
        figure: FigureChange = getattr(each, name)
        if figure.difference:
            share = Span(change(figure.before, figure.after), "muted")
            yield str(each.part), short(figure.before), short(figure.after), _signed(figure), share


def _signed(figure: FigureChange) -> str:
    return f"{'-' if figure.difference < 0 else '+'}{short(abs(figure.difference))}"


def _shapes(branches: tuple[BranchChange, ...]) -> Table:
    """A row for each branch whose shape changes; stages in which it changes in the same way share a row."""
    stages: dict[tuple[int, Shape | None, Shape | None], list[int]] = {}
    for each in branches:
        if each.before != each.after:
            stages.setdefault((each.branch, each.before, each.after), []).append(each.stage)
    rows = (
        (f"branch {branch}", f"stage{'s' if numbers[1:] else ''} {_ranges(numbers)}", _shape(before), _shape(after))
        for (branch, before, after), numbers in stages.items()
    )
    return Table((Column("shape"), Column("in"), Column("before"), Column("after")), tuple(rows))


def _ranges(numbers: Iterable[int]) -> str:
    """`0–3`, or `0, 2`, for numbers in order."""
    runs = groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])
    ends = ((run[0], run[-1]) for run in ([number for _, number in pairs] for _, pairs in runs))
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in ends)


def _shape(shape: Shape | None) -> Cell:
    return Span("none" if shape is None else shape_text(shape) or "a number", "shape")


def _groups(groups: tuple[KeyGroup, ...]) -> Table:
    columns = (Column("keys below"), Column(""), Column("keys", True))
    rows = ((_path(each), Span(each.change, ROLES[each.change]), exact(each.keys)) for each in groups)
    return Table(columns, tuple(rows))


def _path(group: KeyGroup) -> str:
    """`stage4.(0–2).branches.3`."""
    return ".".join(part if isinstance(part, str) else f"({_ranges(part)})" for part in group.path)


def _keys(change: StateDictChange) -> Table:
    columns = (Column("key"), Column(""), Column("before"), Column("after"))
    rows = (
        (each.key, Span(each.change, ROLES[each.change]), _shape(each.before), _shape(each.after))
        for each in change.keys or ()
    )
    return Table(columns, tuple(rows))
