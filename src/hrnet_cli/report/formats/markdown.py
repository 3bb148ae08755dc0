"""A report as GitHub-flavoured Markdown. Text from a spec is escaped: it never becomes markup."""

from __future__ import annotations

import re

from hrnet_cli.report.content import (
    Block,
    Excerpt,
    Facts,
    Heading,
    Line,
    Note,
    Remark,
    Report,
    Table,
    Tree,
    drawing_lines,
    plain,
    rows_with_levels,
)


def render(report: Report) -> str:
    """The report as Markdown text."""
    return "\n\n".join(filter(None, map(_block, report.blocks))) + "\n"  # an empty note is a blank line


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"## {escape(block.text)}"
    if isinstance(block, Note):
        return escape(block.text)
    if isinstance(block, Facts):
        return "\n".join(_fact(name, escape(plain(value))) for name, value in block.rows)
    if isinstance(block, Table | Tree):
        return _table(block)
    if isinstance(block, Remark):
        return "\n\n".join([escape(plain(block.text)), *map(_below, block.below)])
    return "\n".join(["```text", *drawing_lines(block), "```"])


def _fact(name: str, value: str) -> str:
    """An item of a list; one without a name is an item of the one above it."""
    return f"- **{escape(name)}**: {value}" if name else f"  - {value}"


def _below(part: Line | Excerpt) -> str:
    """A line of a file as an indented block of code, which no text in it can end."""
    return f"    {part.number}: {part.text}" if isinstance(part, Excerpt) else escape(plain(part))


def escape(text: str) -> str:
    """Text as Markdown shows it letter by letter; a line break becomes `<br>`."""
    special = re.sub(r"([\\`*_{}\[\]()#+!|<>~&])", r"\\\1", text)
    return special.replace("\n", "<br>")


INDENT = "\u2003"
"""An em space: Markdown keeps it, and drops other spaces at the start of a cell."""


def _table(block: Table | Tree) -> str:
    """Rows under columns; the first cell of a row is indented by its level."""
    titles = [escape(column.title) for column in block.columns]
    sides = ["---:" if column.right else "---" for column in block.columns]
    rows = [
        [INDENT * row.level + escape(plain(row.cells[0])), *(escape(plain(cell)) for cell in row.cells[1:])]
        for row in rows_with_levels(block)
    ]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (titles, sides, *rows))
