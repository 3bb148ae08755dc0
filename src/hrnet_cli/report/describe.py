"""`describe` as a document."""

from __future__ import annotations

from typing import Any

from hrnet_cli.analysis.describe import Description, StageSummary, TreeRow
from hrnet_cli.report.content import Branch, Cell, Column, Document, Facts, Heading, Line, Note, Span, Table, Tree
from hrnet_cli.text import batch_text, compact_list, exact, maps_text, plural, shape_text, short

PATHS = "Paths are those of get_submodule."
EDGES = "A fuse edge i←j makes output branch i from input branch j: {}, then its channels and in brackets their ratio."
FACTORS = {"↑": "↑2 size ×2", "↓": "↓2 size ÷2"}


def present(result: Description, full: bool = False) -> Document:
    """Five lines, a table of the parts, the tree."""
    title = Heading(f"{result.spec} · {result.type}")
    return Document((title, _facts(result), _parts(result), _tree(result, full), *_legend(result)))


def _legend(result: Description) -> list[Note]:
    """Of the paths, where there are any but the network's own, and of fuse edges, where there are any."""
    arrows = {arrow for row in result.tree for arrow in FACTORS if arrow in row.note}
    words = ", ".join(text for arrow, text in FACTORS.items() if arrow in arrows)
    said = [PATHS] * (len(result.tree) > 1) + [EDGES.format(words)] * bool(words)
    return [Note(" ".join(said))] if said else []


def _facts(result: Description) -> Facts:
    last = result.stages[-1]
    branches = plural(last.num_branches, "branch")
    return Facts(
        (
            ("network", f"{plural(len(result.stages), 'stage')}, {plural(result.num_modules, 'module')}, "
             f"{branches}, {plural(result.num_blocks, 'block')}, head {result.head}"),
            ("widths", " → ".join("/".join(map(str, stage.widths)) for stage in result.stages)),
            ("params", f"{short(result.params)} ({exact(result.params)}; buffers {exact(result.buffers)})"),
            ("MACs", f"{short(result.macs)} ({exact(result.macs)}){batch_text(result.input)}, "
             f"FLOPs = 2 × MACs = {short(2 * result.macs)}"),
            ("shapes", f"{shape_text(result.input)} → {', '.join(map(shape_text, result.outputs))}"),
        )
    )  # fmt: skip


def _parts(result: Description) -> Table:
    """One row per part of the network, with what the stage is made of."""
    stages = {f"stage {stage.stage}": stage for stage in result.stages}
    rows = [_part(row.label, row.params, row.macs, stages) for row in result.parts if row.level == 0]
    total: tuple[Cell, ...] = (
        "total",
        "",
        "",
        "",
        Span(short(result.params), "strong"),
        Span(short(result.macs), "strong"),
    )
    columns = (Column("part"), Column("modules"), Column("blocks"), Column("num_channels"))
    figures = (Column("params", right=True), Column("MACs", right=True))
    return Table((*columns, *figures), (*rows, total), frozenset({len(rows)}))


def _part(label: str, params: int, macs: int, stages: dict[str, StageSummary]) -> tuple[Cell, ...]:
    stage = stages.get(label)
    made_of = (
        str(stage.num_modules) if stage and stage.stage > 1 else "",
        f"{compact_list(stage.num_blocks)} {stage.block}" if stage else "",
        ", ".join(map(str, stage.num_channels)) if stage else "",
    )
    return (label, *made_of, short(params), short(macs))


def _tree(result: Description, full: bool) -> Tree:
    columns = (Column("module"), Column("output"), Column("params", right=True), Column("MACs", right=True))
    return Tree(columns, tuple(_row(row, result.spec, full) for row in result.tree))


def _row(row: TreeRow, name: str, full: bool) -> Branch:
    counts: tuple[Cell, ...] = ("", "")
    if row.outputs or row.params:
        counts = (short(row.params), short(row.macs))
    return Branch(row.depth, (_label(row, name, full), Span(_outputs(row), "shape"), *counts))


def _outputs(row: TreeRow) -> str:
    return maps_text(row.outputs) if len(row.outputs) < 2 else f"{len(row.outputs)} maps"


def _label(row: TreeRow, name: str, full: bool) -> Line:
    """The path, its last part standing out, and what it is; of several siblings, their numbers and what they are as."""
    parent, _, last = row.path.rpartition(".")
    before = Span(f"{parent}." if parent else "", "muted")
    if row.times > 1 or row.same_as:
        final = row.last_path.rpartition(".")[2]
        same = Span(f", as ({row.same_as.rpartition('.')[2]})", "muted")
        numbers = f"({last}–{final})" if row.times > 1 else f"({last})"
        times = f"{row.times} × " if row.times > 1 else ""
        return (Span(numbers, "strong"), Span(f" {times}{row.type}", "type"), same)
    what = Span(f" {row.note}", "mark") if row.note and not full else Span(f" {row.type}", "type")
    more = arguments(row.arguments) if full else ""
    if full and row.note:
        more = f" {row.note}"
    return (before, Span(last or name, "strong"), what, Span(more, "muted"))


def arguments(values: dict[str, Any]) -> str:
    """A leaf's arguments as in code: 64, 64, kernel_size=3, stride=2; what is 1, 0 or torch's default goes unsaid."""
    shown = []
    for name, value in values.items():
        value = value[0] if isinstance(value, tuple) and len(set(value)) == 1 else value
        if name in _POSITIONAL:
            shown.append(str(value))
        elif value != _DEFAULTS.get(name):
            shown.append(f"{name}={value}")
    return f"({', '.join(shown)})" if shown else ""


_POSITIONAL = ("in_channels", "out_channels", "num_features")
_DEFAULTS = {"stride": 1, "padding": 0, "groups": 1, "bias": True, "eps": 1e-5, "momentum": 0.1, "inplace": False}
