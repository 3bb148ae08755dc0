"""`check` as a person reads it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_findings import A_FINDING, check, checks, findings, unseen, written
from rich.cells import cell_len

from hrnet_cli.checking.finding import Check, Finding
from hrnet_cli.report.check import MAX_EXCERPT, present
from hrnet_cli.report.content import Excerpt, Remark, Report, Span
from hrnet_cli.report.formats.markdown import render as as_markdown
from hrnet_cli.report.formats.svg import render as as_svg
from hrnet_cli.report.formats.text import TAB, render
from hrnet_cli.text import printable

LONG = A_FINDING._replace(
    code="HR501",
    name="max-params",
    severity="error",
    message="28,536,113 params: 8,536,113 (42.7%) over the budget of 20,000,000",
    line=3,
    path="",
    remedy="most of them: stage 4 module 0 7,000,000, stage 4 module 1 7,000,000, stage 3 module 0 3,000,000",
    excerpt="budget: {max_params: 20000000}",
    column=10,
)
UNREADABLE = A_FINDING._replace(line=None, column=None, path="", remedy="", excerpt="", severity="error")


def test_a_finding() -> None:
    assert written(check(A_FINDING), "text") == (
        "configs/mine.yaml:12:3: warning HR101 'num_block' is no key of a stage [misspelt-key]\n"
        "  in stage3.num_block\n"
        "  12 │   num_block: [4, 4, 4]\n"
        "     │   ^\n"
        "  help: did you mean 'num_blocks'?\n"
        "\n"
        "1 warning in 1 file\n"
    )


def test_at_eighty_columns_a_message_is_folded() -> None:
    assert written(check(LONG, UNREADABLE), "text", 80) == (
        "configs/mine.yaml:3:10: error HR501 28,536,113 params: 8,536,113 (42.7%) over\n"
        "  the budget of 20,000,000 [max-params]\n"
        "  3 │ budget: {max_params: 20000000}\n"
        "    │          ^\n"
        "  help: most of them: stage 4 module 0 7,000,000, stage 4 module 1 7,000,000,\n"
        "    stage 3 module 0 3,000,000\n"
        "\n"
        "configs/mine.yaml: error HR101 'num_block' is no key of a stage [misspelt-key]\n"
        "\n"
        "2 errors in 1 file\n"
    )


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        (check(files=tuple("abcdefghijkl")), "12 files checked, nothing found"),
        (check(files=("a",), suppressed=2), "1 file checked, nothing found, 2 suppressed"),
        (check(files=("a",), skipped=("b", "c")), "1 file checked, nothing found, 2 skipped"),
        (check(LONG, LONG, LONG, A_FINDING, files=("a",) * 12), "3 errors, 1 warning in 12 files"),
        (check(UNREADABLE, unreadable=1, suppressed=4), "1 error in 1 file, 4 suppressed, 1 unreadable"),
        (check(A_FINDING._replace(severity="note")), "1 note in 1 file"),
    ],
)
def test_the_last_line(result: Check, verdict: str) -> None:
    assert written(result, "text").splitlines()[-1] == verdict


def test_statistics() -> None:
    note = A_FINDING._replace(code="HR405", name="unfriendly-channels", severity="note")
    assert written(check(LONG, note, note, A_FINDING, statistics=True), "text") == (
        "count  code   name                 severity\n"
        "    2  HR405  unfriendly-channels  note\n"
        "    1  HR101  misspelt-key         warning\n"
        "    1  HR501  max-params           error\n"
        "1 error, 1 warning, 2 notes in 1 file\n"
    )
    assert written(check(files=("a",), statistics=True), "text") == "1 file checked, nothing found\n"


def test_colours_are_those_of_the_severity() -> None:
    text = written(check(LONG, A_FINDING, A_FINDING._replace(severity="note")), "text", 80, color=True)
    for colour, severity in (("31", "error"), ("33", "warning"), ("90", "note")):
        assert f"\x1b[{colour}m{severity}\x1b[0m" in text and f"\x1b[{colour}m^\x1b[0m" in text
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert [line.rstrip() for line in plain.splitlines()] == written(
        check(LONG, A_FINDING, A_FINDING._replace(severity="note")), "text", 80
    ).splitlines()


def marked(result: Check, width: int | None) -> tuple[str, int]:
    """The line that is shown, and how far into it the caret stands, in columns of a terminal."""
    above, caret = re.findall(r"^ +(?:\d+ )?│ ?(.*)$", written(result, "text", width), re.MULTILINE)
    return above, caret.index("^")


def wide(text: str) -> int:
    """Columns by Unicode's own table, and not by rich's."""
    return sum(TAB if letter == "\t" else 2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


LETTERS = st.text(st.sampled_from("ab: [\t网络ネ🚀é"), min_size=1, max_size=60)


@given(LETTERS, st.data())
def test_the_caret_stands_below_the_column(text: str, data: st.DataObject) -> None:
    column = data.draw(st.integers(1, len(text)))
    shown, caret = marked(check(A_FINDING._replace(excerpt=text, column=column)), None)
    assert shown == text.replace("\t", " " * TAB).rstrip()
    assert caret == wide(text[: column - 1])


@given(LETTERS.map(lambda text: text * 40), st.data(), st.integers(20, 100) | st.none())
def test_the_caret_stands_below_the_same_letter_of_a_line_that_is_cut(
    text: str, data: st.DataObject, width: int | None
) -> None:
    column = data.draw(st.integers(1, len(text)))
    marker = "#"
    text = text[: column - 1] + marker + text[column:]
    shown, caret = marked(check(A_FINDING._replace(excerpt=text, column=column)), width)
    before, found, _ = shown.partition(marker)
    assert found and wide(before) == caret
    assert len(shown) <= (MAX_EXCERPT + 2) * TAB
    if len(text) > MAX_EXCERPT:
        assert "…" in shown


def test_a_column_behind_the_line_is_its_end() -> None:
    assert marked(check(A_FINDING._replace(excerpt="abc", column=9)), None) == ("abc", 3)


def test_without_a_column_there_is_no_caret() -> None:
    text = written(check(A_FINDING._replace(column=None)), "text")
    assert "12 │" in text and "^" not in text


@given(checks(), st.integers(20, 120))
def test_no_line_is_wider_than_the_terminal(result: Check, width: int) -> None:
    assert max(map(cell_len, written(result, "text", width).split("\n"))) <= width


@given(checks())
def test_every_code_is_there_and_nothing_acts(result: Check) -> None:
    for color in (False, True):
        text = re.sub(r"\x1b\[[0-9;]*m", "", written(result, "text", None, color))
        assert not unseen(text)
        assert all(finding.code in text for finding in result.findings)


@given(checks(), st.booleans())
def test_the_parts_that_are_written_are_the_whole_report(result: Check, color: bool) -> None:
    files = len(result.files)
    result = replace(result, unreadable=min(result.unreadable, files), suppressed=result.suppressed * bool(files))
    assert written(result, "text", 80, color) == render(present(result), 80, color)


@given(findings())
def test_in_a_pipe_nothing_of_a_message_is_cut(finding: Finding) -> None:
    lines = written(check(finding), "text").split("\n")
    assert printable(finding.message) in lines[0]
    assert not finding.remedy or f"  help: {printable(finding.remedy)}".rstrip() in lines
    assert not finding.path or f"  in {printable(finding.path)}".rstrip() in lines


@given(st.text(st.characters(exclude_categories=())))
def test_what_is_made_visible_stays_as_long_and_becomes_nothing_else(text: str) -> None:
    shown = printable(text)
    assert len(shown) == len(text) and not unseen(shown) and "\n" not in shown
    assert printable(shown) == shown
    assert all(old == new for old, new in zip(text, shown, strict=True) if old.isprintable() or old == "\xa0")


def test_stand_ins() -> None:
    assert printable("\x1b[2J\x00\n\x7f\u202e\ud800") == "␛[2J␀␊␡\ufffd\ufffd"
    assert printable("👩\u200d💻 עברית") == "👩\u200d💻 עברית"


def test_a_remark_in_the_other_formats() -> None:
    report = present(check(A_FINDING))
    assert as_markdown(report) == (
        "`configs/mine.yaml:12:3:` warning HR101 'num\\_block' is no key of a stage \\[misspelt-key\\]\n\n"
        "in stage3.num\\_block\n\n"
        "    12:   num_block: [4, 4, 4]\n\n"
        "help: did you mean 'num\\_blocks'?\n\n"
        "1 warning in 1 file\n"
    )
    hostile = Report((Remark((Span("<b>"),), (Excerpt(1, "[red]<script>", 3),)),))
    assert "&lt;script&gt;" in as_svg(hostile) and "<script" not in as_svg(hostile)
