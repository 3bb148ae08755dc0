"""A report before it has a format: blocks of plain text with roles, no markup, no colours."""

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
    """Names and values, one pair a line. A value without a name says more of the one above it."""

    rows: tuple[tuple[str, Cell], ...]


class Column(NamedTuple):
    """A column's title; figures stand right, words left."""

    title: str
    right: bool = False


class Table(NamedTuple):
    """Rows under columns. `rules` are the row numbers that a line stands before (a total)."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    rules: frozenset[int] = frozenset()


class Branch(NamedTuple):
    """A row of a tree: how deep it is, and its cells; the first cell stands in the tree."""

    depth: int
    cells: tuple[Cell, ...]


class Tree(NamedTuple):
    """Rows that hang below each other."""

    columns: tuple[Column, ...]
    rows: tuple[Branch, ...]


class Panel(NamedTuple):
    """Lines of one width, drawn beside others."""

    lines: tuple[Line, ...]


class Drawing(NamedTuple):
    """Panels side by side; where they do not fit on a line they go on below, with `stub` at the left again."""

    stub: Panel
    panels: tuple[Panel, ...]


class Note(NamedTuple):
    """A sentence."""

    text: str
    role: str = "muted"


class Excerpt(NamedTuple):
    """A line of a file. `column`, from 1 and in characters, is what is meant; None is all of it."""

    number: int
    text: str
    column: int | None = None
    role: str = ""


class Remark(NamedTuple):
    """Something said of a place in a file, and what stands below it: the line there, a remedy."""

    text: Line
    below: tuple[Line | Excerpt, ...]


Block = Heading | Facts | Table | Tree | Drawing | Note | Remark


class Document(NamedTuple):
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
    """A cell's text alone."""
    return "".join(span.text for span in line(cell))


def panel(cells: Sequence[Cell]) -> Panel:
    """A panel of lines, padded to one width."""
    width = max(len(plain(cell)) for cell in cells)
    return Panel(tuple((*line(cell), Span(" " * (width - len(plain(cell))))) for cell in cells))


def guides(depths: list[int]) -> list[str]:
    """The lines that lead to each row of a tree, from the rows' depths; the root has none."""
    result = []
    open_below: set[int] = set()
    for depth in reversed(depths):
        open_below = {level for level in open_below if level <= depth}
        stem = "".join("│ " if level in open_below else "  " for level in range(1, depth))
        result.append(stem + ("├ " if depth in open_below else "└ ") if depth else "")
        open_below.add(depth)
    return result[::-1]
