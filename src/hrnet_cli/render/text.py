"""A document as text for a terminal or a pipe, by rich."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

from rich.console import Console, RenderableType
from rich.table import Table as RichTable
from rich.text import Text

from hrnet_cli.present.document import (
    Block,
    Cell,
    Column,
    Document,
    Drawing,
    Facts,
    Heading,
    Line,
    Note,
    Table,
    Tree,
    guides,
    line,
    plain,
)

STYLES = {
    "": "",
    "muted": "bright_black",
    "strong": "bold",
    "type": "cyan",
    "shape": "green",
    "good": "green",
    "bad": "red",
    "mark": "yellow",
}
UNBOUNDED = 100_000
"""The width without a terminal: nothing is folded and nothing is cut off."""


def render(document: Document, width: int | None = None, color: bool = False) -> str:
    """The document as text, `width` columns wide (None: as wide as it needs), with ANSI colours or without."""
    target = StringIO()
    console = make_console(target, width, color)
    draw(document, console)
    return "\n".join(each.rstrip() for each in target.getvalue().split("\n")) if not color else target.getvalue()


def make_console(file: StringIO, width: int | None, color: bool, record: bool = False) -> Console:
    """A console that takes nothing from the environment: what it writes depends on its arguments alone."""
    return Console(
        file=file,
        width=width or UNBOUNDED,
        color_system="standard" if color else None,
        force_terminal=color,
        no_color=not color,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
        record=record,
        _environ={},
    )


def draw(document: Document, console: Console) -> None:
    """Print every block, a blank line between two."""
    for number, block in enumerate(document.blocks):
        if number and not isinstance(block, Note):
            console.print()
        for part in _parts(block, console.width):
            console.print(part, soft_wrap=console.width == UNBOUNDED)


def _parts(block: Block, width: int) -> Iterator[RenderableType]:
    if isinstance(block, Heading):
        yield Text(block.text, style="bold")
    elif isinstance(block, Note):
        yield Text(block.text, style=STYLES[block.role])
    elif isinstance(block, Facts):
        yield _facts(block)
    elif isinstance(block, Table):
        yield _table(block)
    elif isinstance(block, Tree):
        yield from _tree(block, width)
    else:
        yield from _drawing(block, width)


def _text(cell: Cell, before: str = "") -> Text:
    return Text.assemble(before, *((span.text, STYLES[span.role]) for span in line(cell)))


def _grid() -> RichTable:
    return RichTable(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style=STYLES["muted"])


def _facts(block: Facts) -> RichTable:
    table = _grid()
    table.show_header = False
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in block.rows:
        table.add_row(Text(name, style=STYLES["muted"]), _text(value))
    return table


def _table(block: Table) -> RichTable:
    table = _grid()
    for column in block.columns:
        table.add_column(Text(column.title), justify="right" if column.right else "left", overflow="fold")
    for number, row in enumerate(block.rows):
        if number in block.rules:
            table.add_row(*(_rule(block, index) for index in range(len(block.columns))))
        table.add_row(*map(_text, row))
    return table


def _rule(block: Table, index: int) -> Text:
    cells = [block.columns[index].title, *(plain(row[index]) for row in block.rows)]
    return Text(
        "─" * max(len(each) for cell in cells for each in cell.split("\n")), style=STYLES["muted"], overflow="crop"
    )


def _tree(block: Tree, width: int) -> Iterator[Text]:
    """Rows under columns; a label that leaves no room for its figures has them on a line below it."""
    titles = [Text(column.title, style=STYLES["muted"]) for column in block.columns]
    stems = guides([row.depth for row in block.rows])
    rows = [
        [_text(row.cells[0], stem), *map(_text, row.cells[1:])] for stem, row in zip(stems, block.rows, strict=True)
    ]
    sizes = [max(cell.cell_len for cell in column) for column in zip(titles, *rows, strict=True)]
    sizes[0] = min(sizes[0], max(width - sum(sizes[1:]) - GAP * len(sizes[1:]), 10))
    yield _columns(titles, block.columns, sizes)
    for stem, row in zip(stems, rows, strict=True):
        if row[0].cell_len > sizes[0]:
            yield row[0]
            row[0] = Text(stem.replace("├", "│").replace("└", " "))
        yield _columns(row, block.columns, sizes)


GAP = 2


def _columns(cells: list[Text], columns: tuple[Column, ...], sizes: list[int]) -> Text:
    """Cells side by side, each at its side of its column."""
    parts = []
    for cell, column, size in zip(cells, columns, sizes, strict=True):
        cell.align("right" if column.right else "left", size)
        parts.append(cell)
    return Text(" " * GAP).join(parts)


def _drawing(block: Drawing, width: int) -> Iterator[Text]:
    """As many panels side by side as fit, then the rest below."""
    stub, waiting = block.stub, list(block.panels)
    first = True
    while waiting:
        row = [stub, waiting.pop(0)]
        used = sum(_width(panel.lines[0]) for panel in row)
        while waiting and used + _width(waiting[0].lines[0]) <= width:
            used += _width(waiting[0].lines[0])
            row.append(waiting.pop(0))
        if not first:
            yield Text()
        first = False
        for spans in zip(*(panel.lines for panel in row), strict=True):
            yield _text(tuple(span for each in spans for span in each))


def _width(spans: Line) -> int:
    return len(plain(spans))
