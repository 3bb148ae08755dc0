"""A document as GitHub-flavoured Markdown. Text from a spec is escaped: it never becomes markup."""

from __future__ import annotations

import re

from hrnet_cli.present.document import Block, Cell, Document, Drawing, Facts, Heading, Note, Table, Tree, plain


def render(document: Document) -> str:
    """The document as Markdown text."""
    return "\n\n".join(_block(block) for block in document.blocks) + "\n"


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"## {escape(block.text)}"
    if isinstance(block, Note):
        return escape(block.text)
    if isinstance(block, Facts):
        return "\n".join(f"- **{escape(name)}**: {escape(plain(value))}" for name, value in block.rows)
    if isinstance(block, Table):
        return _table([column.title for column in block.columns], [c.right for c in block.columns], list(block.rows))
    if isinstance(block, Tree):
        return _tree(block)
    return _drawing(block)


def escape(text: str) -> str:
    """Text as Markdown shows it letter by letter; a line break becomes `<br>`."""
    special = re.sub(r"([\\`*_{}\[\]()#+!|<>~&])", r"\\\1", text)
    return special.replace("\n", "<br>")


def _table(titles: list[str], right: list[bool], rows: list[tuple[Cell, ...]]) -> str:
    lines = [titles, ["---:" if each else "---" for each in right]]
    body = [[escape(plain(cell)) for cell in row] for row in rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [[escape(t) for t in lines[0]], lines[1], *body])


def _tree(block: Tree) -> str:
    """A table: Markdown has no tree with columns, and the paths say where each row hangs."""
    return _table([c.title for c in block.columns], [c.right for c in block.columns], [row.cells for row in block.rows])


def _drawing(block: Drawing) -> str:
    panels = (block.stub, *block.panels)
    lines = ("".join(plain(spans) for spans in row) for row in zip(*(p.lines for p in panels), strict=True))
    return "```text\n" + "\n".join(each.rstrip() for each in lines) + "\n```"
