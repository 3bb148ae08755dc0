"""The table of formats, and what is the same of all of them."""

from __future__ import annotations

import json
import pkgutil
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from made_findings import A_FINDING, HOSTILE, check, checks, unseen, written
from markdown_pages import tables, unwanted
from support import count_calls

import hrnet_cli.report.findings
from hrnet_cli.checking.finding import Check
from hrnet_cli.report.check import MAX_ROWS
from hrnet_cli.report.findings import CHECK_FORMATS
from hrnet_cli.report.findings.json import MAX_EXCERPT, render
from hrnet_cli.text import printable

MIXED = check(
    A_FINDING,
    A_FINDING._replace(code="HR405", name="unfriendly-channels", severity="note", path="x"),
    A_FINDING._replace(code="HR501", name="max-params", severity="error", path="y", remedy=""),
    suppressed=4,
    files=("configs/mine.yaml", "clean.yaml"),
)
ONE_LINE = "[网络, 1]" * 50_000


def test_every_module_is_a_format() -> None:
    modules = {module.name for module in pkgutil.iter_modules(hrnet_cli.report.findings.__path__)} - {"locations"}
    assert modules == set(CHECK_FORMATS) - {"text", "markdown"}


@pytest.mark.parametrize("format", CHECK_FORMATS)
def test_every_code_is_in_every_format(format: str) -> None:
    text = written(MIXED, format)
    assert all(finding.code in text for finding in MIXED.findings)
    assert text.endswith("\n")


@pytest.mark.parametrize("format", CHECK_FORMATS)
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_reach_nobody(format: str, text: str) -> None:
    hostile = A_FINDING._replace(source=text or "x", path=text, message=text, remedy=text, excerpt=text * 30)
    made = written(check(hostile, hostile._replace(severity="note", line=None, column=None)), format)
    made.encode()
    assert format == "json" or not unseen(made)
    assert "\x1b" not in made and "\x00" not in made


@pytest.mark.slow
@pytest.mark.parametrize(
    ("format", "excerpt"),
    [*((format, A_FINDING.excerpt) for format in CHECK_FORMATS), ("text", ONE_LINE), ("json", ONE_LINE)],
    ids=[*CHECK_FORMATS, "text of a file of one line", "json of a file of one line"],
)
def test_four_times_the_findings_cost_four_times_as_much(format: str, excerpt: str) -> None:
    """And no line of a long file is quoted whole for each of its findings."""

    def made(count: int) -> str:
        found = (
            A_FINDING._replace(line=n + 1, column=n * 3 + 1, path=f"a.b{n}", excerpt=excerpt) for n in range(count)
        )
        return written(check(*found), format, 80, color=True)

    few, many = count_calls(lambda: made(100)), count_calls(lambda: made(400))
    assert many < 4.2 * few
    assert len(made(400)) < 400 * 1000


def read_json(result: Check) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(written(result, "json"))
    return report


def test_json_says_what_it_comes_to() -> None:
    report = read_json(MIXED)
    assert list(report)[:2] == ["schema_version", "command"] and report["command"] == "check"
    assert report["counts"] == {"error": 1, "warning": 1, "note": 1}
    assert (report["exit_code"], report["checked"], report["suppressed"], report["unreadable"]) == (1, 2, 4, 0)
    assert report["files"] == ["configs/mine.yaml", "clean.yaml"] and report["skipped"] == []
    assert report["findings"][0] == A_FINDING._asdict()
    assert report["rules"][0] == {"code": "HR101", "name": "misspelt-key", "severity": "warning", "count": 1}


@pytest.mark.parametrize(("unreadable", "severity", "code"), [(0, "note", 0), (0, "warning", 1), (1, "note", 2)])
def test_json_has_the_exit_code(unreadable: int, severity: str, code: int) -> None:
    assert read_json(check(A_FINDING._replace(severity=severity), unreadable=unreadable))["exit_code"] == code


@given(checks())
def test_json_is_the_dict_of_the_result(result: Check) -> None:
    """But for the line of a file, which the text alone leaves out if it is very long."""
    shorter = replace(result, findings=tuple(finding._replace(excerpt="") for finding in result.findings))
    text = json.dumps(shorter.to_dict(), ensure_ascii=False)
    assert json.loads(render(shorter)) == json.loads(text.encode("utf-8", "replace"))


def test_json_quotes_no_line_of_a_megabyte() -> None:
    (finding,) = read_json(check(A_FINDING._replace(excerpt="x" * (MAX_EXCERPT + 1))))["findings"]
    assert finding["excerpt"] == ""


@given(checks())
def test_json_of_any_findings(result: Check) -> None:
    report = read_json(result)
    assert len(report["findings"]) == sum(report["counts"].values()) == sum(rule["count"] for rule in report["rules"])


def test_markdown() -> None:
    assert written(MIXED, "markdown") == (
        "## 1 error, 1 warning, 1 note in 2 files, 4 suppressed\n\n"
        "| severity | code | place | message | remedy |\n| --- | --- | --- | --- | --- |\n"
        "| error | HR501 max-params | `configs/mine.yaml:12:3` | 'num\\_block' is no key of a stage |  |\n"
        "| warning | HR101 misspelt-key | `configs/mine.yaml:12:3` | 'num\\_block' is no key of a stage "
        "| did you mean 'num\\_blocks'? |\n"
        "| note | HR405 unfriendly-channels | `configs/mine.yaml:12:3` | 'num\\_block' is no key of a stage "
        "| did you mean 'num\\_blocks'? |\n"
    )
    assert written(check(files=("a.yaml",)), "markdown") == "## 1 file checked, nothing found\n"


def test_markdown_holds_what_a_comment_holds() -> None:
    many = [A_FINDING] * MAX_ROWS + [A_FINDING._replace(severity="error", message="the worst")]
    text = written(check(*many), "markdown")
    assert text.splitlines()[4].startswith("| error |")
    assert text.count("\n| ") == MAX_ROWS + 2 and text.endswith("\n\n1 more: --format json lists all\n")


@given(checks())
def test_markdown_shows_any_text_as_it_is(result: Check) -> None:
    text = written(result, "markdown")
    assert not unwanted(text)
    for title, *rows in tables(text):
        assert {len(row) for row in rows} == {len(title)}
        if not result.statistics:
            messages = {without_blanks(printable(finding.message)) for finding in result.findings}
            assert {without_blanks(row[3]) for row in rows} == messages


def without_blanks(text: str) -> str:
    """A cell drops them at its ends."""
    return "".join(text.split())
