"""Text is at most as wide as the terminal, and no letter is lost."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from strategies import Plain, specs

import hrnet_cli as api
from hrnet_cli.analysis.presets import presets
from hrnet_cli.report import describe, flops, fuse, trace
from hrnet_cli.report import presets as present_presets
from hrnet_cli.report.content import (
    Block,
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
    plain,
)
from hrnet_cli.report.formats.text import STYLES, render

WIDTHS = (20, 40, 80, 160)


STAGE = {"num_modules": 1, "num_branches": 1, "block": "BASIC", "num_blocks": [1], "num_channels": [64]}
TWO = {"num_branches": 2, "num_blocks": [1, 1], "num_channels": [64, 128]}
TINY = {"stage1": STAGE, "stage2": STAGE | TWO, "stage3": STAGE | TWO | {"num_modules": 2}}


def reports(spec: Any = "w32") -> dict[str, Report]:
    return {
        "describe": describe.present(api.describe(spec)),
        "describe --full": describe.present(api.describe(TINY, full=True)),
        "trace --calls": trace.present(api.shapes(TINY, calls=True)),
        "trace --modules": trace.present(api.shapes(spec, modules=True)),
        "fuse": fuse.present(api.fuse(spec)),
        "flops": flops.present(api.flops(spec)),
        "flops --by layer": flops.present(api.flops(TINY, by="layer")),
        "presets": present_presets.present(presets()),
    }


SHIPPED = reports()


def cells(block: Block) -> list[str]:
    """Every text in a block."""
    if isinstance(block, Heading | Note):
        return [block.text]
    if isinstance(block, Facts):
        return [text for name, value in block.rows for text in (name, plain(value))]
    if isinstance(block, Table):
        return [*(column.title for column in block.columns), *(plain(cell) for row in block.rows for cell in row)]
    if isinstance(block, Tree):
        return [*(c.title for c in block.columns), *(plain(cell) for row in block.rows for cell in row.cells)]
    if isinstance(block, Remark):
        return [plain(block.text), *(part.text if isinstance(part, Excerpt) else plain(part) for part in block.below)]
    return [plain(line) for each in (block.stub, *block.panels) for line in each.lines]


FRAME = "─│├└█▏▎▍▌▋▊▉ \n"


def letters(text: str) -> Counter[str]:
    return Counter(letter for letter in text if letter not in FRAME)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", SHIPPED)
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    lines = render(SHIPPED[name], width).split("\n")
    assert max(map(cell_len, lines)) <= width
    assert not [line for line in lines if line != line.rstrip()]


@pytest.mark.parametrize("width", [*WIDTHS, None])
@pytest.mark.parametrize("name", SHIPPED)
def test_no_letter_is_lost(name: str, width: int | None) -> None:
    """Every letter of every cell is in the text, however it is folded; titles and stubs may be repeated."""
    text = letters(render(SHIPPED[name], width))
    wanted = letters("".join(cell for block in SHIPPED[name].blocks for cell in cells(block)))
    missing = wanted - text
    assert not missing, missing


@pytest.mark.parametrize("width", [40, 80, 160])
@pytest.mark.parametrize("name", SHIPPED)
def test_no_figure_is_split(name: str, width: int) -> None:
    text = render(SHIPPED[name], width)
    tables = [block for block in SHIPPED[name].blocks if isinstance(block, Table)]
    figures = {
        plain(cell)
        for table in tables
        for row in table.rows
        for cell, column in zip(row, table.columns, strict=True)
        if column.right
    }
    assert not [figure for figure in figures if figure not in text]


@pytest.mark.parametrize("name", SHIPPED)
def test_without_a_terminal_no_cell_is_folded(name: str) -> None:
    text = render(SHIPPED[name], None)
    for block in SHIPPED[name].blocks:
        for cell in cells(block):
            assert all(part.strip() in text for part in cell.split("\n"))


@settings(max_examples=15)
@given(specs(most_stages=3), st.integers(20, 100))
def test_widths_hold_for_random_specs(plain_spec: Plain, width: int) -> None:
    """The names have any letters, also wide ones."""
    for report in (
        describe.present(api.describe(plain_spec, "64x64")),
        fuse.present(api.fuse(plain_spec, "64x64")),
        flops.present(api.flops(plain_spec, "64x64")),
    ):
        assert max(map(cell_len, render(report, width).split("\n"))) <= width


def table(*titles: str, rows: list[list[str]], rules: tuple[int, ...] = ()) -> Report:
    return Report((Table(tuple(map(Column, titles)), tuple(map(tuple, rows)), frozenset(rules)),))


def test_a_table_is_folded_between_words() -> None:
    made = table("name", "value", rows=[["one two", "12.5M"], ["three", "7G"]], rules=(1,))
    assert render(made) == "name     value\none two  12.5M\n───────  ─────\nthree    7G\n"
    assert render(made, 12) == "name   value\none    12.5M\ntwo\n─────  ─────\nthree  7G\n"


def test_the_column_with_the_fewest_long_words_shrinks() -> None:
    """The second column is not the widest, but only one of its words is long."""
    rows = [["a" * 20, "b" * 18], ["a" * 20, "b"], ["a" * 20, "b"]]
    assert render(table("x", "y", rows=rows), 36).splitlines()[1:] == [
        "a" * 20 + "  " + "b" * 14,
        " " * 22 + "b" * 4,
        "a" * 20 + "  b",
        "a" * 20 + "  b",
    ]


def test_a_title_is_at_the_bottom() -> None:
    made = table("name", "published params", rows=[["one", "28.5M"]])
    assert render(made, 15) == "      published\nname  params\none   28.5M\n"


def test_a_table_that_does_not_fit_has_one_cell_on_a_line() -> None:
    made = table("name", "value", rows=[["one two", "12.5M"], ["three", ""]], rules=(1,))
    assert render(made, 11) == "name   one\n       two\nvalue  12.5\n       M\n\nname  three\n"


def test_bars_are_left_out_first() -> None:
    made = table("name", "", rows=[["one", "█████"], ["two", "█"]])
    assert render(made, 11) == "name\none   █████\ntwo   █\n"
    assert render(made, 10) == "name\none\ntwo\n"


def test_a_folded_label_keeps_its_guide() -> None:
    columns = (Column("module"), Column("params", right=True))
    rows = (Row(0, ("net", "3")), Row(1, ("a very long label", "1")), Row(1, ("b", "2")))
    assert render(Report((Tree(columns, rows),)), 18).split("\n") == [
        "module      params",
        "net              3",
        "├ a very long",
        "│ label",
        "│                1",
        "└ b              2",
        "",
    ]


def test_a_drawing_continues_below() -> None:
    drawing = Drawing(panel(["r1 ", "r2 "]), (panel(["aaaa ", "bb"]), panel(["cccc ", "dd"])))
    assert render(Report((drawing,)), 8) == "r1 aaaa\nr2 bb\n\nr1 cccc\nr2 dd\n"
    assert render(Report((drawing,)), 80) == "r1 aaaa cccc\nr2 bb   dd\n"


def test_colours_are_off_by_default() -> None:
    report = Report(tuple(Note(role or "plain", role) for role in STYLES))
    assert "\x1b" not in render(report)
    coloured = render(report, color=True)
    assert coloured.count("\x1b[0m") == len(STYLES) - 1
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render(report)


def test_every_role_has_a_style() -> None:
    roles = set()
    for report in SHIPPED.values():
        for block in report.blocks:
            rows = block.rows if isinstance(block, Table | Facts) else ()
            roles |= {
                span.role
                for row in rows
                for cell in row
                if isinstance(cell, tuple)
                for span in [cell]
                if isinstance(span, Span)
            }
    assert roles <= set(STYLES)


def test_the_environment_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    before = render(SHIPPED["flops"], 60)
    for name, value in {
        "FORCE_COLOR": "1",
        "COLUMNS": "10",
        "TERM": "dumb",
        "NO_COLOR": "1",
        "TTY_COMPATIBLE": "1",
    }.items():
        monkeypatch.setenv(name, value)
    assert render(SHIPPED["flops"], 60) == before
    assert "\x1b" in render(SHIPPED["flops"], 60, color=True)
