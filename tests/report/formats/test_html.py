"""A report as HTML: every block, and no text of a user's as markup."""

from __future__ import annotations

import re

from hrnet_cli.report.content import (
    Column,
    Drawing,
    Excerpt,
    Facts,
    Heading,
    Note,
    Remark,
    Report,
    Row,
    Span,
    Table,
    Tree,
    panel,
)
from hrnet_cli.report.formats import html

HOSTILE = "<script>alert('&')</script>"
ESCAPED = "&lt;script&gt;alert(&#x27;&amp;&#x27;)&lt;/script&gt;"
COLUMNS = (Column("part"), Column("params", right=True))


def test_a_table() -> None:
    text = html.render(Report((Table(COLUMNS, (("stem", "1"), ("head", Span("20", "strong")))),)))
    assert re.sub(r' style="text-align: (left|right)"', r"=\1", text) == (
        "<table><thead><tr><th=left>part</th><th=right>params</th></tr></thead><tbody>"
        "<tr><td=left>stem</td><td=right>1</td></tr><tr><td=left>head</td><td=right>20</td></tr></tbody></table>\n"
    )


def test_a_tree_is_indented_by_depth() -> None:
    rows = (Row(0, ("net", "3")), Row(1, ("stem", "2")), Row(2, ("conv1", "1")))
    text = html.render(Report((Tree(COLUMNS, rows),)))
    assert re.findall(r"padding-left: (\d)em", text) == ["2", "3"]


def test_every_block_escapes_its_text() -> None:
    blocks = (
        Heading(HOSTILE),
        Note(HOSTILE),
        Facts(((HOSTILE, HOSTILE),)),
        Table((Column(HOSTILE),), ((HOSTILE,),)),
        Tree((Column(HOSTILE),), (Row(1, (HOSTILE,)),)),
        Remark((Span(HOSTILE),), (Excerpt(1, HOSTILE), (Span(HOSTILE),))),
        Drawing(panel([HOSTILE]), (panel([HOSTILE]),)),
    )
    text = html.render(Report(blocks))
    assert "<script" not in text and text.count(ESCAPED) == 13


def test_a_line_break_in_a_cell_stays_one() -> None:
    assert "one<br>two" in html.render(Report((Facts((("name", "one\ntwo"),)),)))
