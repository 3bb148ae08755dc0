"""A document as GitHub-flavoured Markdown. Text from a spec is escaped: it never becomes markup."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hrnet_cli.report.content import (
    Block,
    Cell,
    Column,
    Document,
    Drawing,
    Excerpt,
    Facts,
    Heading,
    Line,
    Note,
    Remark,
    Table,
    Tree,
    plain,
)


def render(document: Document) -> str:
    """The document as Markdown text."""
    return "\n\n".join(filter(None, map(_block, document.blocks))) + "\n"  # a note of nothing is a blank line


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"## {escape(block.text)}"
    if isinstance(block, Note):
        return escape(block.text)
    if isinstance(block, Facts):
        return "\n".join(_fact(name, escape(plain(value))) for name, value in block.rows)
    if isinstance(block, Table):
        return _table(block.columns, (list(map(_cell, row)) for row in block.rows))
    if isinstance(block, Tree):
        return _table(
            block.columns, ([_cell(row.cells[0], row.depth), *map(_cell, row.cells[1:])] for row in block.rows)
        )
    if isinstance(block, Remark):
        return "\n\n".join([escape(plain(block.text)), *map(_below, block.below)])
    return _drawing(block)


def _fact(name: str, value: str) -> str:
    """An item of a list; one that has no name is an item of the one above it."""
    return f"- **{escape(name)}**: {value}" if name else f"  - {value}"


def _below(part: Line | Excerpt) -> str:
    """A line of a file stands indented: no text of it can end that."""
    return f"    {part.number}: {part.text}" if isinstance(part, Excerpt) else escape(plain(part))


def escape(text: str) -> str:
    """Text as Markdown shows it letter by letter; a line break becomes `<br>`."""
    special = re.sub(r"([\\`*_{}\[\]()#+!|<>~&])", r"\\\1", text)
    return special.replace("\n", "<br>")


def _cell(cell: Cell, depth: int = 0) -> str:
    """A cell of a table; em spaces are an indentation that Markdown leaves as it is."""
    text = plain(cell)
    indent = len(text) - len(text.lstrip(" "))
    return "\u2003" * (depth + indent // 2) + escape(text[indent:])


def _table(columns: tuple[Column, ...], rows: Iterable[list[str]]) -> str:
    titles = [escape(column.title) for column in columns]
    sides = ["---:" if column.right else "---" for column in columns]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (titles, sides, *rows))


def _drawing(block: Drawing) -> str:
    panels = (block.stub, *block.panels)
    lines = ("".join(plain(spans) for spans in row) for row in zip(*(p.lines for p in panels), strict=True))
    return "```text\n" + "\n".join(each.rstrip() for each in lines) + "\n```"
