"""A document as text for a terminal or a pipe, by rich."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from io import StringIO

from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment, Segments
from rich.style import Style
from rich.text import Text

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
    Span,
    Table,
    Tree,
    guides,
    line,
    plain,
    rows_with_levels,
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
        height=25,  # or rich asks the terminal again for every line
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
    """Print every block, a blank line between two; a note stands close below what it is about."""
    last: Block | None = None
    for block in document.blocks:
        if last and (not isinstance(block, Note) or isinstance(last, Remark)):
            console.print()
        last = block
        for part in _parts(block, console):
            console.print(part, soft_wrap=console.width == UNBOUNDED)


def _parts(block: Block, console: Console) -> Iterator[Text | Segments]:
    if isinstance(block, Heading):
        yield Text(block.text, style="bold")
    elif isinstance(block, Note):
        yield Text(block.text, style=STYLES[block.role])
    elif isinstance(block, Facts):
        yield from _facts(block, console)
    elif isinstance(block, Table):
        yield from _table(_indented(block), console)
    elif isinstance(block, Tree):
        yield from _tree(block, console)
    elif isinstance(block, Remark):
        yield _remark(block, console)
    else:
        yield from _drawing(block, console.width)


def _text(cell: Cell, before: str = "") -> Text:
    return Text.assemble(before, *((span.text, STYLES[span.role]) for span in line(cell)))


def _facts(block: Facts, console: Console) -> Iterator[Text]:
    """A name and its value a line; values are folded beside their names."""
    names = max(cell_len(name) for name, _ in block.rows)
    values = max(cell_len(line) for _, value in block.rows for line in plain(value).split("\n"))
    sizes = [names, min(values, max(console.width - names - GAP, 1))]
    for name, value in block.rows:
        yield from _folded([Text(name, style=STYLES["muted"]), _text(value)], (Column(""), Column("")), sizes, console)


INDENT = "  "


def _indented(block: Table) -> Table:
    """The table, with the levels of its rows as spaces in their first cells."""
    if not block.levels:
        return block
    rows = (((Span(INDENT * level), *line(first)), *others) for level, (first, *others) in rows_with_levels(block))
    return Table(block.columns, tuple(rows), block.rules)


def _table(block: Table, console: Console) -> Iterator[Text]:
    """Rows under columns."""
    sizes = _column_widths(block, console.width)
    if sizes is None:
        yield from _narrow_table(block, console)
        return
    titles = [Text(column.title, style=STYLES["muted"]) for column in block.columns]
    yield from _folded(titles, block.columns, sizes, console, low=True)
    for number, row in enumerate(block.rows):
        if number in block.rules:
            yield _columns([Text("─" * size, style=STYLES["muted"]) for size in sizes], block.columns, sizes)
        yield from _folded(list(map(_text, row)), block.columns, sizes, console)


def _narrow_table(block: Table, console: Console) -> Iterator[Text]:
    """Without the bars, a last column without a title; where that is too wide too, each row's cells one a line."""
    if not block.columns[-1].title:
        yield from _table(Table(block.columns[:-1], tuple(row[:-1] for row in block.rows), block.rules), console)
        return
    titles = [column.title for column in block.columns]
    for number, row in enumerate(block.rows):
        yield from [Text()] * bool(number)
        there = tuple((title, cell) for title, cell in zip(titles, row, strict=True) if plain(cell))
        yield from _facts(Facts(there), console)


def _column_widths(block: Table, width: int) -> list[int] | None:
    """As wide as the longest line, or less: a column shrinks where that breaks the fewest words in two.

    Words of up to 12 letters, and all that stand beside bars, stay whole; None where they cannot.
    """
    columns = [[column.title, *(plain(row[index]) for row in block.rows)] for index, column in enumerate(block.columns)]
    words = [sorted(cell_len(word) for cell in cells for word in _WORD.findall(cell)) for cells in columns]
    widths = [max(cell_len(line) for cell in cells for line in cell.split("\n")) for cells in columns]
    whole = 12 if block.columns[-1].title else UNBOUNDED
    while sum(widths) > width - GAP * (len(widths) - 1):
        wide = [index for index, size in enumerate(widths) if size > min(words[index][-1], whole)]
        if not wide:
            return None
        broken = {index: len(words[index]) - bisect_left(words[index], widths[index]) for index in wide}
        widths[min(wide, key=lambda index: (broken[index], -widths[index]))] -= 1
    return widths


_WORD = re.compile(r"^\s*\S*|\S+", re.MULTILINE)
"""A word, an indented one with its indentation."""


def _tree(block: Tree, console: Console) -> Iterator[Text]:
    """Rows under columns; a label that leaves no room for its figures has them on a line below it."""
    titles = [Text(column.title, style=STYLES["muted"]) for column in block.columns]
    stems = guides([row.level for row in block.rows])
    rows = [
        [_text(row.cells[0], stem), *map(_text, row.cells[1:])] for stem, row in zip(stems, block.rows, strict=True)
    ]
    sizes = [max(cell.cell_len for cell in column) for column in zip(titles, *rows, strict=True)]
    sizes[0] = min(sizes[0], max(console.width - sum(sizes[1:]) - GAP * len(sizes[1:]), 10))
    yield _columns(titles, block.columns, sizes)
    for stem, row in zip(stems, rows, strict=True):
        if row[0].cell_len > sizes[0]:
            below = stem.replace("├", "│").replace("└", " ")
            first, *others = row[0][len(stem) :].wrap(console, max(console.width - len(stem), 10))
            yield Text.assemble(stem, first)
            yield from (Text.assemble(below, other) for other in others)
            row[0] = Text(below)
        yield _columns(row, block.columns, sizes)


GAP = 2


def _folded(
    cells: list[Text], columns: tuple[Column, ...], sizes: list[int], console: Console, low: bool = False
) -> Iterator[Text]:
    """A row, in as many lines as its cells need in columns of these sizes; short cells stand high, or `low`."""
    lines = [
        list(cell.wrap(console, size)) if cell.cell_len > size or "\n" in cell.plain else [cell]
        for cell, size in zip(cells, sizes, strict=True)
    ]
    height = max(map(len, lines))
    for each in lines:
        blanks = [Text() for _ in range(height - len(each))]
        each[:] = [*blanks, *each] if low else [*each, *blanks]
    for row in zip(*lines, strict=True):
        yield _columns(list(row), columns, sizes)


def _columns(cells: list[Text], columns: tuple[Column, ...], sizes: list[int]) -> Text:
    """Cells side by side, each at its side of its column."""
    parts = []
    for cell, column, size in zip(cells, columns, sizes, strict=True):
        cell.align("right" if column.right else "left", size)
        parts.append(cell)
    return Text(" " * GAP).join(parts)


def _remark(block: Remark, console: Console) -> Segments:
    """Segments, since there may be ten thousand remarks, and rich takes its time over a Text."""
    segments = _hanging(block.text, console, 0)
    for part in block.below:
        segments.append(_BREAK)
        segments += _excerpt(part, console.width) if isinstance(part, Excerpt) else _hanging(part, console, GAP)
    return Segments([*segments, _BREAK])


_BREAK = Segment("\n")


def _hanging(spans: Line, console: Console, indent: int) -> list[Segment]:
    """A line; where it is too wide it goes on below, further in."""
    first = Segment(" " * indent)
    if indent + cell_len(plain(spans)) <= console.width:
        return [first, *(Segment(span.text, Style.parse(STYLES[span.role])) for span in spans)]
    further = Segment(" " * GAP)
    lines = _text(spans).wrap(console, max(console.width - indent - GAP, 1))
    segments = []
    for number, each in enumerate(lines):
        segments += [_BREAK, first, further] if number else [first]
        segments += each.render(console)
    return segments


def _excerpt(block: Excerpt, width: int) -> list[Segment]:
    """The line beside its number, and a caret below what is meant; of a line that is too wide, what is around it."""
    gutter = f"{'':{GAP}}{block.number} │ "
    before, after = _around(block, max(width - len(gutter), 2))
    muted = Style.parse(STYLES["muted"])
    segments = [Segment(gutter, muted), Segment(before + after)]
    if block.column is not None:
        caret = Segment("^", Style.parse(STYLES[block.role]))
        segments += [_BREAK, Segment(f"{'│ ':>{len(gutter)}}", muted), Segment(" " * cell_len(before)), caret]
    return segments


def _around(block: Excerpt, room: int) -> tuple[str, str]:
    """What stands before the column and from it on, as much of both as there is room for."""
    start = (block.column or 1) - 1
    before, after = (each.replace("\t", " " * TAB) for each in (block.text[:start], block.text[start:]))
    if cell_len(before) + max(cell_len(after), 1) <= room:
        return before, after
    ahead = max(min(cell_len(after), room // 2), 1)
    if cell_len(before) + ahead > room:
        before = "…" + before[len(before) - _fitting(reversed(before), room - ahead - 1) :]
    left = room - cell_len(before)
    return before, after if cell_len(after) <= left else after[: _fitting(after, left - 1)] + "…"


TAB = 4


def _fitting(letters: Iterable[str], room: int) -> int:
    """How many of the letters there is room for."""
    count = 0
    for letter in letters:
        room -= cell_len(letter)
        if room < 0:
            break
        count += 1
    return count


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
