"""A report as an HTML fragment, as notebooks show it. Text from a spec is escaped: it never becomes markup."""

from __future__ import annotations

from html import escape

from hrnet_cli.report.content import (
    Block,
    Cell,
    Excerpt,
    Facts,
    Heading,
    Note,
    Remark,
    Report,
    Table,
    Tree,
    drawing_lines,
    plain,
    rows_with_levels,
)

LEFT, RIGHT = ' style="text-align: left"', ' style="text-align: right"'


def render(report: Report) -> str:
    """The report's blocks, one below the other: no script, no style sheet, nothing from elsewhere."""
    return "\n".join(map(_block, report.blocks)) + "\n"


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h4>{escape(block.text)}</h4>"
    if isinstance(block, Note):
        return f"<p>{escape(block.text)}</p>"
    if isinstance(block, Facts):
        rows = (f"<tr><th{LEFT}>{escape(name)}</th><td{LEFT}>{_text(value)}</td></tr>" for name, value in block.rows)
        return f"<table>{''.join(rows)}</table>"
    if isinstance(block, Table | Tree):
        return _table(block)
    if isinstance(block, Remark):
        below = (f"{part.number}: {part.text}" if isinstance(part, Excerpt) else plain(part) for part in block.below)
        return f"<p>{_text(block.text)}</p><pre>{escape(chr(10).join(below))}</pre>"
    return f"<pre>{escape(chr(10).join(drawing_lines(block)))}</pre>"


def _text(cell: Cell) -> str:
    return escape(plain(cell)).replace("\n", "<br>")


def _table(block: Table | Tree) -> str:
    """Rows under columns; the first cell of a row is indented by its level."""
    sides = [RIGHT if column.right else LEFT for column in block.columns]
    head = "".join(f"<th{side}>{escape(column.title)}</th>" for column, side in zip(block.columns, sides, strict=True))
    lines = []
    for level, row in rows_with_levels(block):
        first, *rest = (f"<td{side}>{_text(cell)}</td>" for cell, side in zip(row, sides, strict=True))
        if level:
            first = f'<td style="text-align: left; padding-left: {1 + level}em">{_text(row[0])}</td>'
        lines.append(f"<tr>{first}{''.join(rest)}</tr>")
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
