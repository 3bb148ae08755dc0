"""`flops` as a document."""

from __future__ import annotations

from hrnet_cli.analysis.costs import CONVENTIONS
from hrnet_cli.analysis.flops import CostRow, Flops
from hrnet_cli.present.document import Cell, Column, Document, Facts, Heading, Span, Table
from hrnet_cli.present.figures import bar, digits, exact, percent, short, size
from hrnet_cli.present.published import compare


def present(result: Flops) -> Document:
    """The table by part, and the line that reconciles the conventions."""
    convention = CONVENTIONS[result.convention]
    title = f"{result.spec} · {size(result.input)} · {convention.label} by {result.by}"
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
    rows: list[tuple[str, Cell]] = [
        ("MACs", f"{exact(result.macs)} = {gmacs} GMACs (convolutions, bias not counted)"),
        ("FLOPs", f"2 × MACs = {digits(2 * result.macs / 10**9)} GFLOPs"),
        ("published", f"{digits(result.macs / 10**9)}e9 ÷ 2³⁰ = {result.macs / 2**30:.2f}{_printed(result)}"),
        (
            "fvcore",
            f"{exact(result.fvcore)} = MACs + {exact(result.fvcore - result.macs)} of batch norm and upsampling",
        ),
    ]
    return Facts(tuple(rows))


def _printed(result: Flops) -> str:
    """What the authors printed, where the spec says it."""
    if result.published is None:
        return ""
    found = compare(result.published.flops, result.macs, 2**30)
    return f", printed as {result.published.flops} {found}"
