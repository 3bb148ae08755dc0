"""A report before it has a format: blocks of plain text with roles, without markup and colours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Span(NamedTuple):
    """Text with a role, which may become a colour: `muted`, `strong`, `type`, `shape`, `good`, `bad`, `mark`."""

    text: str
    role: str = ""


Line = tuple[Span, ...]
Cell = str | Span | Line


class Heading(NamedTuple):
    """A title."""

    text: str


class Facts(NamedTuple):
    """Names and values, one pair a line. A value without a name continues the one above it."""

    rows: tuple[tuple[str, Cell], ...]


class Column(NamedTuple):
    """The title of a column. Numbers are aligned to the right, words to the left."""

    title: str
    right: bool = False


class Table(NamedTuple):
    """Rows under columns."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    rules: frozenset[int] = frozenset()
    """Numbers of the rows with a line above them, as a total has."""
    levels: tuple[int, ...] = ()
    """How many levels the first cell of each row is indented; empty if none is."""


class Row(NamedTuple):
    """A row of a tree. Its first cell is drawn in the tree, as deep as its level."""

    level: int
    cells: tuple[Cell, ...]


class Tree(NamedTuple):
    """Rows, each below the last one of a lower level."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


class Panel(NamedTuple):
    """Lines of equal width."""

    lines: tuple[Line, ...]


class Drawing(NamedTuple):
    """Panels side by side. Those that do not fit are drawn below, again with `stub` at the left."""

    stub: Panel
    panels: tuple[Panel, ...]


class Note(NamedTuple):
    """A sentence about the block before it; an empty one is a blank line."""

    text: str
    role: str = "muted"


class Excerpt(NamedTuple):
    """A line of a file. `column` counts characters from 1; None marks the whole line."""

    number: int
    text: str
    column: int | None = None
    role: str = ""


class Remark(NamedTuple):
    """A message about a place in a file, and below it the line there, a remedy."""

    text: Line
    below: tuple[Line | Excerpt, ...]


Block = Heading | Facts | Table | Tree | Drawing | Note | Remark


class Report(NamedTuple):
    """A report."""

    blocks: tuple[Block, ...]


def line(cell: Cell) -> Line:
    """Any cell as spans."""
    if isinstance(cell, Span):
        return (cell,)
    if isinstance(cell, str):
        return (Span(cell),)
    return cell


def plain(cell: Cell) -> str:
    """The text of a cell."""
    return "".join(span.text for span in line(cell))


def panel(cells: Sequence[Cell]) -> Panel:
    """A panel of lines, padded to equal width."""
    width = max(len(plain(cell)) for cell in cells)
    return Panel(tuple((*line(cell), Span(" " * (width - len(plain(cell))))) for cell in cells))


def rows_with_levels(block: Table | Tree) -> tuple[Row, ...]:
    """The rows of a table or a tree, each with its level."""
    if isinstance(block, Tree):
        return block.rows
    return tuple(map(Row, block.levels or [0] * len(block.rows), block.rows))


def drawing_lines(drawing: Drawing) -> list[str]:
    """A drawing of any width as lines of text."""
    panels = (drawing.stub, *drawing.panels)
    rows = zip(*(panel.lines for panel in panels), strict=True)
    return ["".join(plain(spans) for spans in row).rstrip() for row in rows]


def guides(levels: list[int]) -> list[str]:
    """The lines that lead to each row of a tree, by the levels of the rows; the root has none."""
    result = []
    open_below: set[int] = set()
    for level in reversed(levels):
        open_below = {each for each in open_below if each <= level}
        stem = "".join("│ " if each in open_below else "  " for each in range(1, level))
        result.append(stem + ("├ " if level in open_below else "└ ") if level else "")
        open_below.add(level)
    return result[::-1]
