"""A report as GitHub-flavoured Markdown. Text from a spec never becomes markup, a link or a mention.

A backslash keeps a character from being markup. It does not keep GitHub and GitLab from linking `@name`, `#1` or a
commit, or from drawing `:tada:` and `$x$`, in the text that results. They leave code alone: such words become code.
"""

from __future__ import annotations

import re
from itertools import groupby

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
from hrnet_cli.text import printable


def render(report: Report) -> str:
    """The report as Markdown text."""
    return "\n\n".join(filter(None, map(_block, report.blocks))) + "\n"  # an empty note is a blank line


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"## {escape(block.text)}"
    if isinstance(block, Note):
        return _paragraph(block.text)
    if isinstance(block, Facts):
        return "\n".join(_fact(name, plain(value)) for name, value in block.rows)
    if isinstance(block, Table | Tree):
        return _table(block)
    if isinstance(block, Remark):
        return "\n\n".join([_paragraph(plain(block.text)), *map(_below, block.below)])
    lines = "\n".join(drawing_lines(block))
    fence = "`" * max(3, 1 + _longest_run(lines))
    return f"{fence}text\n{lines}\n{fence}"


def _fact(name: str, value: str) -> str:
    """An item of a list; one without a name is an item of the one above it."""
    return f"- **{escape(name)}**: {escape(value)}" if name else f"  - {_paragraph(value)}"


def _below(part: Line | Excerpt) -> str:
    """A line of a file as an indented block of code, which no text in it can end."""
    return f"    {part.number}: {printable(part.text)}" if isinstance(part, Excerpt) else _paragraph(plain(part))


SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|<>~&])")
"""What may be markup anywhere in a line."""
MARKER = re.compile(r"^(\s*)(?:([-=])|(\d+)([.)]))")
"""What may start a list, or make a title of the line above, at the start of a line."""
LIVE = re.compile(
    r"""[@#$`<^]                  # mentions, issues, mathematics, code, HTML, footnotes
    | :// | www\. | :[-+\w]     # links, emoji
    | (?<![0-9a-z])[0-9a-f]{7}  # commits
    | (?<![0-9a-z])[a-z]+-\d    # GH-2, and the keys of other trackers
    | [!&~]\w | %["\w]         # GitLab's merge requests, epics, labels and milestones
    | [\[{][-+] | \[\[_         # GitLab's differences and contents
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""What GitHub or GitLab make of a word after its escapes are gone."""


def escape(text: str, in_table: bool = False) -> str:
    """Text as Markdown shows it letter by letter, words that would come alive as code; a line break becomes `<br>`."""
    return "<br>".join(_line(line, in_table) for line in text.split("\n"))


def _line(text: str, in_table: bool) -> str:
    runs = groupby(text.split(" "), key=lambda word: bool(LIVE.search(word)))
    parts = ((" ".join(words), is_live) for is_live, words in runs)
    return " ".join(_code(part, in_table) if is_live else SPECIAL.sub(r"\\\1", part) for part, is_live in parts)


def _code(text: str, in_table: bool) -> str:
    """A code span that no backtick in it ends. In a table a bar ends a cell in code too, and is between two spans."""
    if in_table and "|" in text:
        return "&#124;".join(_code(part, in_table) if part else "" for part in text.split("|"))
    fence = "`" * (1 + _longest_run(text))
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"


def _longest_run(text: str) -> int:
    """The length of the longest run of backticks."""
    return max(map(len, re.findall("`+", text)), default=0)


def _paragraph(text: str) -> str:
    """Text on lines of its own."""
    return MARKER.sub(lambda found: f"{found[1]}{found[3] or ''}\\{found[2] or found[4]}", escape(text))


INDENT = "\u2003"
"""An em space: Markdown keeps it, and drops other spaces at the start of a cell."""


def _table(block: Table | Tree) -> str:
    """Rows under columns; the first cell of a row is indented by its level."""
    titles = [escape(column.title, in_table=True) for column in block.columns]
    sides = ["---:" if column.right else "---" for column in block.columns]
    rows = [
        INDENT * row.level + " | ".join(escape(plain(cell), in_table=True) for cell in row.cells)
        for row in rows_with_levels(block)
    ]
    return "\n".join(f"| {row} |" for row in (" | ".join(titles), " | ".join(sides), *rows))
