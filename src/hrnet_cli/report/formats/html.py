"""A document as an HTML fragment, as notebooks show it. Text from a spec is escaped: it never becomes markup."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from hrnet_cli.report.content import (
    Block,
    Cell,
    Column,
    Document,
    Drawing,
    Excerpt,
    Facts,
    Heading,
    Note,
    Remark,
    Table,
    Tree,
    plain,
)

LEFT, RIGHT = ' style="text-align: left"', ' style="text-align: right"'


def render(document: Document) -> str:
    """The document's blocks, one below the other: no script, no style sheet, nothing from elsewhere."""
    return "\n".join(map(_block, document.blocks)) + "\n"


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h4>{escape(block.text)}</h4>"
    if isinstance(block, Note):
        return f"<p>{escape(block.text)}</p>"
    if isinstance(block, Facts):
        rows = (f"<tr><th{LEFT}>{escape(name)}</th><td{LEFT}>{_text(value)}</td></tr>" for name, value in block.rows)
        return f"<table>{''.join(rows)}</table>"
    if isinstance(block, Table):
        return _table(block.columns, block.rows, [0] * len(block.rows))
    if isinstance(block, Tree):
        return _table(block.columns, [row.cells for row in block.rows], [row.depth for row in block.rows])
    if isinstance(block, Remark):
        below = (f"{part.number}: {part.text}" if isinstance(part, Excerpt) else plain(part) for part in block.below)
        return f"<p>{_text(block.text)}</p><pre>{escape(chr(10).join(below))}</pre>"
    return _drawing(block)


def _text(cell: Cell) -> str:
    return escape(plain(cell)).replace("\n", "<br>")


def _table(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], depths: Sequence[int]) -> str:
    """Rows under columns; the first cell of a row is indented by its depth."""
    sides = [RIGHT if column.right else LEFT for column in columns]
    head = "".join(f"<th{side}>{escape(column.title)}</th>" for column, side in zip(columns, sides, strict=True))
    lines = []
    for row, depth in zip(rows, depths, strict=True):
        first, *rest = (f"<td{side}>{_text(cell)}</td>" for cell, side in zip(row, sides, strict=True))
        if depth:
            first = f'<td style="text-align: left; padding-left: {1 + depth}em">{_text(row[0])}</td>'
        lines.append(f"<tr>{first}{''.join(rest)}</tr>")
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _drawing(block: Drawing) -> str:
    panels = (block.stub, *block.panels)
    rows = zip(*(panel.lines for panel in panels), strict=True)
    lines = ("".join(plain(spans) for spans in row).rstrip() for row in rows)
    return f"<pre>{escape(chr(10).join(lines))}</pre>"
