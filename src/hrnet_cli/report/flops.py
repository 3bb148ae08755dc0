"""`flops` as a document."""

from __future__ import annotations

from hrnet_cli.analysis.costs import CONVENTIONS
from hrnet_cli.analysis.flops import CostRow, Flops
from hrnet_cli.analysis.published import RULES, Figure
from hrnet_cli.report.content import Cell, Column, Document, Facts, Heading, Span, Table, line
from hrnet_cli.report.figures import bar
from hrnet_cli.report.published import verdict
from hrnet_cli.text import batch_text, digits, exact, join_and, percent, shape_text, short


def present(result: Flops) -> Document:
    """The table by part, and the line that reconciles the conventions."""
    convention = CONVENTIONS[result.convention]
    title = f"{result.spec} · {shape_text(result.input)} · {convention.label} by {result.by}"
    return Document((Heading(title), _table(result), _reconciliation(result)))


def _table(result: Flops) -> Table:
    convention = CONVENTIONS[result.convention]
    name = convention.label.partition(" ")[0]
    columns = (Column(result.by), Column("params", True), Column(name, True), Column("share", True), Column(""))
    rows = [_row(row, result) for row in result.rows]
    total: tuple[Cell, ...] = (
        Span("total", "strong"),
        Span(short(result.params), "strong"),
        Span(short(result.total, convention.giga), "strong"),
        percent(result.total, result.total),
        "",
    )
    return Table(columns, (*rows, total), frozenset({len(rows)}))


def _row(row: CostRow, result: Flops) -> tuple[Cell, ...]:
    role = "muted" if row.level else ""
    figures = (short(row.params), short(row.value, CONVENTIONS[result.convention].giga))
    share = percent(row.value, result.total)
    drawn = "" if row.level else bar(row.value, result.total)
    return (
        Span("  " * row.level + row.label, role),
        *(Span(figure, role) for figure in figures),
        Span(share, role),
        Span(drawn, "mark"),
    )


def _reconciliation(result: Flops) -> Facts:
    """The same count in every convention, so that a figure from elsewhere can be recognised."""
    gmacs = digits(result.macs / 10**9)
    rows: dict[str, Cell] = {
        "MACs": f"{exact(result.macs)} = {gmacs} GMACs{batch_text(result.input)} (bias not counted)",
        "FLOPs": f"2 × MACs = {digits(2 * result.macs / 10**9)} GFLOPs",
        "published": f"{gmacs}e9 ÷ 2³⁰ = {result.macs / 2**30:.2f}",
        "fvcore": f"{exact(result.fvcore)} = MACs{_beside(result.fvcore_beside)}",
    }
    if result.published and result.figures:
        _add_printed(rows, result.published.rule, result.figures[1])
    return Facts(tuple(rows.items()))


WORDS = {
    "BatchNorm2d": "batch norm",
    "Upsample": "upsampling",
    "Resize": "upsampling",
    "AdaptiveAvgPool2d": "pooling",
}
"""What the types of FVCORE do."""


def _beside(counts: dict[str, int]) -> str:
    """` + 40,338,432 of batch norm and upsampling`."""
    words = list(dict.fromkeys(WORDS.get(kind, kind) for kind in counts))
    return f" + {exact(sum(counts.values()))} of {join_and(words)}" if counts else ""


def _add_printed(rows: dict[str, Cell], rule: str, figure: Figure) -> None:
    """What the authors printed, beside the count by their rule."""
    name = {"macs": "MACs"}.get(rule, rule)
    count = rows.get(name, f"{exact(figure.ours)} = {RULES[rule].label}")
    rows[name] = (*line(count), Span(f", printed as {figure.printed} "), verdict(figure))
