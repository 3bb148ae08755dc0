"""Documents as GitHub-flavoured Markdown."""

from __future__ import annotations

from hrnet_cli.report.content import Column, Drawing, Facts, Heading, Note, Report, Row, Table, Tree, panel
from hrnet_cli.report.formats.markdown import render

COLUMNS = (Column("part"), Column("params", right=True))


def test_a_document() -> None:
    report = Report((
        Heading("a_b"),
        Facts((("MACs", "7 * 2"),)),
        Table(COLUMNS, (("stage 1", "10"), ("fuse layers", "1\n2")), levels=(0, 1)),
        Note("done."),
    ))  # fmt: skip
    assert render(report) == (
        "## a\\_b\n\n- **MACs**: 7 \\* 2\n\n"
        "| part | params |\n| --- | ---: |\n| stage 1 | 10 |\n| \u2003fuse layers | 1<br>2 |\n\ndone.\n"
    )


def test_an_empty_note_is_left_out() -> None:
    assert render(Report((Heading("a"), Note(""), Note("b")))) == "## a\n\nb\n"


def test_a_tree_is_indented() -> None:
    rows = (Row(0, ("net", "3")), Row(1, ("a", "1")), Row(2, ("a.b", "1")))
    assert render(Report((Tree(COLUMNS, rows),))).splitlines()[2:] == [
        "| net | 3 |",
        "| \u2003a | 1 |",
        "| \u2003\u2003a.b | 1 |",
    ]


def test_a_drawing_is_a_block_of_code() -> None:
    drawing = Drawing(panel(["a", "b"]), (panel(["──▶ ", "*x*"]),))
    assert render(Report((drawing,))) == "```text\na──▶\nb*x*\n```\n"


def test_a_fact_without_a_name_is_an_item_of_the_one_above() -> None:
    facts = Facts((("torchinfo", "counts"), ("", "leaves only"), ("fvcore", "flops")))
    assert render(Report((facts,))) == "- **torchinfo**: counts\n  - leaves only\n- **fvcore**: flops\n"
