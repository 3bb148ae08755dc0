"""The numbers of a check: by severity, by rule, and the exit code."""

from __future__ import annotations

import pytest

from hrnet_cli.checking.finding import Check, FileCheck, Finding, RuleCount, Summary, collect


def finding(code: str, severity: str) -> Finding:
    return Finding(code, code.lower(), severity, "a.yaml", 1, 1, None, None, "", "wrong", "")


ERROR, WARNING, NOTE = finding("HR301", "error"), finding("HR101", "warning"), finding("HR405", "note")


@pytest.mark.parametrize(
    ("findings", "unreadable", "code"),
    [
        ((), 0, 0),
        ((NOTE,), 0, 0),
        ((NOTE, WARNING), 0, 1),
        ((ERROR,), 0, 1),
        ((), 1, 2),
        ((ERROR,), 1, 2),
    ],
)
def test_the_exit_code(findings: tuple[Finding, ...], unreadable: int, code: int) -> None:
    assert Check(findings, ("a.yaml",), unreadable, 0).exit_code == code


@pytest.mark.parametrize(("each", "fails"), [(ERROR, True), (WARNING, True), (NOTE, False)])
def test_a_note_is_no_failure(each: Finding, fails: bool) -> None:
    assert each.fails is fails


def test_the_most_frequent_rule_is_first_and_of_equals_the_first_code() -> None:
    check = Check((NOTE, NOTE, ERROR, WARNING), ("a.yaml",), 0, 0)
    assert check.rules == (
        RuleCount("HR405", "hr405", "note", 2),
        RuleCount("HR101", "hr101", "warning", 1),
        RuleCount("HR301", "hr301", "error", 1),
    )


def test_the_worst_severity_is_first() -> None:
    check = Check((NOTE, NOTE, ERROR), ("a.yaml",), 0, 0)
    assert list(check.counts.items()) == [("error", 1), ("warning", 0), ("note", 2)]
    assert list(check.summary.counts.items()) == [("error", 1), ("note", 2)]


def test_files_are_counted_as_they_are_checked() -> None:
    files = [
        FileCheck("a.yaml", (ERROR, NOTE), suppressed=2),
        FileCheck("b.yaml", unreadable=True),
        FileCheck("c.yaml", skipped=True),
        FileCheck("d.yaml", suppressed=1),
    ]
    summary = Summary()
    assert list(summary.count(files)) == files
    numbers = (summary.checked, summary.skipped, summary.unreadable, summary.suppressed)
    assert numbers == (3, 1, 1, 3)
    check = collect(files)
    assert (check.files, check.skipped) == (("a.yaml", "b.yaml", "d.yaml"), ("c.yaml",))
    assert (check.checked, check.unreadable, check.suppressed, check.statistics) == (3, 1, 3, False)
    assert check.findings == (ERROR, NOTE) and check.counts == {"error": 1, "warning": 0, "note": 1}
    assert collect(files, statistics=True).statistics
