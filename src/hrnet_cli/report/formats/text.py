"""A report as text for a terminal or a pipe, by rich."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment, Segments
from rich.style import Style
from rich.text import Text

from hrnet_cli.report.content import (
    Block,
    Cell,
    Column,
    Drawing,
    Excerpt,
    Facts,
    Heading,
    Line,
    Note,
    Panel,
    Remark,
    Report,
    Span,
    Table,
    Tree,
    guides,
    line,
    plain,
    rows_with_levels,
)
from hrnet_cli.text import printable

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
"""The width without a terminal: no line is folded or cut."""


def render(report: Report, width: int | None = None, color: bool = False) -> str:
    """The report as text, at most `width` columns wide (None: unbounded), with ANSI colours if `color`."""
    target = StringIO()
    console = make_console(target, width, color)
    draw(report, console)
    text = target.getvalue()
    return text if color else "\n".join(each.rstrip() for each in text.split("\n"))


def make_console(file: StringIO, width: int | None, color: bool, record: bool = False) -> Console:
    """A console whose output depends on these arguments alone, not on the environment."""
    return Console(
        file=file,
        width=width or UNBOUNDED,
        height=25,  # without it rich asks the terminal for every line
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


def draw(report: Report, console: Console) -> None:
    """Print the blocks with a blank line between them; a note follows the block before it without one."""
    last: Block | None = None
    for block in map(_drawn, report.blocks):
        if last and (not isinstance(block, Note) or isinstance(last, Remark)):
            console.print()
        last = block
        for part in _parts(block, console):
            console.print(part, soft_wrap=console.width == UNBOUNDED)


def _drawn(part: Any) -> Any:
    """A block or a part of one with a stand-in for what would act on a terminal, so that the escapes are rich's own."""
    if isinstance(part, str):
        return part if part.isprintable() else re.sub("[^\n\t]+", lambda found: printable(found[0]), part)
    if isinstance(part, tuple):
        return part._make(map(_drawn, part)) if hasattr(part, "_make") else tuple(map(_drawn, part))
    return part


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
    """A name and its value on a line; a long value is folded beside its name."""
    names = max(cell_len(name) for name, _ in block.rows)
    values = max(cell_len(line) for _, value in block.rows for line in plain(value).split("\n"))
    sizes = [names, min(values, max(console.width - names - GAP, 1))]
    for name, value in block.rows:
        cells = [Text(name, style=STYLES["muted"]), _text(value)]
        yield from _folded(cells, (Column(""), Column("")), sizes, console)


INDENT = "  "


def _indented(block: Table) -> Table:
    """The table, with the levels of its rows as spaces in their first cells."""
    if not block.levels:
        return block
    rows = (((Span(INDENT * level), *line(first)), *others) for level, (first, *others) in rows_with_levels(block))
    return Table(block.columns, tuple(rows), block.rules)


def _table(block: Table, console: Console) -> Iterator[Text]:
    """Rows under columns, in as many columns as fit."""
    sizes = _column_widths(block, console.width)
    if sizes is None:
        yield from _narrow_table(block, console)
        return
    titles = [Text(column.title, style=STYLES["muted"]) for column in block.columns]
    yield from _folded(titles, block.columns, sizes, console, at_bottom=True)
    for number, row in enumerate(block.rows):
        if number in block.rules:
            yield _columns([Text("─" * size, style=STYLES["muted"]) for size in sizes], block.columns, sizes)
        yield from _folded(list(map(_text, row)), block.columns, sizes, console)


def _narrow_table(block: Table, console: Console) -> Iterator[Text]:
    """The table without its bars, which are a last column without a title; without bars, one cell on a line."""
    if not block.columns[-1].title:
        yield from _table(Table(block.columns[:-1], tuple(row[:-1] for row in block.rows), block.rules), console)
        return
    titles = [column.title for column in block.columns]
    for number, row in enumerate(block.rows):
        if number:
            yield Text()
        facts = tuple((title, cell) for title, cell in zip(titles, row, strict=True) if plain(cell))
        yield from _facts(Facts(facts), console)


def _column_widths(block: Table, width: int) -> list[int] | None:
    """The width of each column: its longest line, or less if the table does not fit.

    The column shrinks in which that splits the fewest words. No word of up to MAX_WHOLE_WORD letters is split, and no
    word at all in a table with bars; None if the table does not fit then.
    """
    columns = [[column.title, *(plain(row[index]) for row in block.rows)] for index, column in enumerate(block.columns)]
    words = [sorted(cell_len(word) for cell in cells for word in WORD.findall(cell)) for cells in columns]
    widths = [max(cell_len(line) for cell in cells for line in cell.split("\n")) for cells in columns]
    whole = MAX_WHOLE_WORD if block.columns[-1].title else UNBOUNDED
    while sum(widths) > width - GAP * (len(widths) - 1):
        shrinkable = [index for index, size in enumerate(widths) if size > min(words[index][-1], whole)]
        if not shrinkable:
            return None
        split = {index: len(words[index]) - bisect_left(words[index], widths[index]) for index in shrinkable}
        widths[min(shrinkable, key=lambda index: (split[index], -widths[index]))] -= 1
    return widths


MAX_WHOLE_WORD = 12
WORD = re.compile(r"^\s*\S*|\S+", re.MULTILINE)
"""A word; the first of a row with its indentation."""


def _tree(block: Tree, console: Console) -> Iterator[Text]:
    """Rows under columns; figures that do not fit beside a label are on a line below it."""
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
    cells: list[Text], columns: tuple[Column, ...], sizes: list[int], console: Console, at_bottom: bool = False
) -> Iterator[Text]:
    """A row as lines. A cell with fewer lines than others has them at the top, or `at_bottom`."""
    lines = [
        list(cell.wrap(console, size)) if cell.cell_len > size or "\n" in cell.plain else [cell]
        for cell, size in zip(cells, sizes, strict=True)
    ]
    height = max(map(len, lines))
    for each in lines:
        blanks = [Text() for _ in range(height - len(each))]
        each[:] = [*blanks, *each] if at_bottom else [*each, *blanks]
    for row in zip(*lines, strict=True):
        yield _columns(list(row), columns, sizes)


def _columns(cells: list[Text], columns: tuple[Column, ...], sizes: list[int]) -> Text:
    """Cells side by side, each aligned in its column."""
    parts = []
    for cell, column, size in zip(cells, columns, sizes, strict=True):
        cell.align("right" if column.right else "left", size)
        parts.append(cell)
    return Text(" " * GAP).join(parts)


def _remark(block: Remark, console: Console) -> Segments:
    """A remark as segments: a check can have ten thousand, and rich is slow with a Text."""
    segments = _hanging(block.text, console, 0)
    for part in block.below:
        segments.append(LINE_BREAK)
        segments += _excerpt(part, console.width) if isinstance(part, Excerpt) else _hanging(part, console, GAP)
    return Segments([*segments, LINE_BREAK])


LINE_BREAK = Segment("\n")


def _hanging(spans: Line, console: Console, indent: int) -> list[Segment]:
    """A line, folded with a hanging indent if it is too wide."""
    margin = Segment(" " * indent)
    if indent + cell_len(plain(spans)) <= console.width:
        return [margin, *(Segment(span.text, Style.parse(STYLES[span.role])) for span in spans)]
    hanging_indent = Segment(" " * GAP)
    lines = _text(spans).wrap(console, max(console.width - indent - GAP, 1))
    segments = []
    for number, each in enumerate(lines):
        segments += [LINE_BREAK, margin, hanging_indent] if number else [margin]
        segments += each.render(console)
    return segments


def _excerpt(block: Excerpt, width: int) -> list[Segment]:
    """The line beside its number, and a caret below its column; of a long line, the part around the column."""
    gutter = f"{'':{GAP}}{block.number} │ "
    before, after = _around_column(block, max(width - len(gutter), 2))
    muted = Style.parse(STYLES["muted"])
    segments = [Segment(gutter, muted), Segment(before + after)]
    if block.column is not None:
        caret = Segment("^", Style.parse(STYLES[block.role]))
        segments += [LINE_BREAK, Segment(f"{'│ ':>{len(gutter)}}", muted), Segment(" " * cell_len(before)), caret]
    return segments


def _around_column(block: Excerpt, room: int) -> tuple[str, str]:
    """The text before the column and the text from it on, as much of both as fits."""
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
    """How many of the letters fit."""
    count = 0
    for letter in letters:
        room -= cell_len(letter)
        if room < 0:
            break
        count += 1
    return count


def _drawing(block: Drawing, width: int) -> Iterator[Text]:
    """As many panels side by side as fit, then the others below, again beside the stub."""
    rows: list[list[Panel]] = []
    used = 0
    for panel in block.panels:
        panel_width = len(plain(panel.lines[0]))
        if not rows or used + panel_width > width:
            rows.append([block.stub])
            used = len(plain(block.stub.lines[0]))
        rows[-1].append(panel)
        used += panel_width
    for number, row in enumerate(rows):
        if number:
            yield Text()
        for spans in zip(*(panel.lines for panel in row), strict=True):
            yield _text(tuple(span for each in spans for span in each))
