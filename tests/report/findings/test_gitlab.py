"""GitLab's Code Quality report."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from made_findings import A_FINDING, check, checks, unseen, written

from hrnet_cli.checking.finding import Check


def read(result: Check) -> list[dict[str, Any]]:
    issues: list[dict[str, Any]] = json.loads(written(result, "gitlab"))
    return issues


def fingerprints(result: Check) -> list[str]:
    return [issue["fingerprint"] for issue in read(result)]


def test_an_issue() -> None:
    (issue,) = read(check(A_FINDING))
    assert len(issue.pop("fingerprint")) == 64
    assert issue == {
        "description": "'num_block' is no key of a stage (did you mean 'num_blocks'?)",
        "check_name": "HR101",
        "severity": "minor",
        "location": {"path": "configs/mine.yaml", "lines": {"begin": 12}},
    }


def test_nothing_found_is_an_empty_list() -> None:
    assert written(check(files=("a.yaml",)), "gitlab") == "[]\n"


def test_a_fingerprint_outlives_its_line_and_message() -> None:
    moved = A_FINDING._replace(line=99, column=1, message="of other words", excerpt="x")
    assert fingerprints(check(A_FINDING)) == fingerprints(check(moved))
    others = [
        A_FINDING._replace(path="stage2.num_block"),
        A_FINDING._replace(code="HR102"),
        A_FINDING._replace(source="configs/other.yaml"),
    ]
    assert len({*fingerprints(check(A_FINDING, *others))}) == 4


def test_the_same_twice_has_two_fingerprints() -> None:
    both = fingerprints(check(A_FINDING, A_FINDING._replace(line=20)))
    assert len({*both}) == 2 and both[0] == fingerprints(check(A_FINDING))[0]


def test_a_path_is_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for source in (str(tmp_path / "a" / "b.yaml"), "./a/b.yaml", "a//b.yaml"):
        (issue,) = read(check(A_FINDING._replace(source=source)))
        assert issue["location"]["path"] == "a/b.yaml"
    (issue,) = read(check(A_FINDING._replace(source="/elsewhere/b.yaml")))
    assert issue["location"]["path"] == "/elsewhere/b.yaml"


def test_a_path_in_a_repository_is_from_its_top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "configs").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "configs" / "b.yaml").touch()
    monkeypatch.chdir(tmp_path / "configs")
    for source in (str(tmp_path / "configs" / "b.yaml"), "b.yaml", "../configs/b.yaml"):
        (issue,) = read(check(A_FINDING._replace(source=source)))
        assert issue["location"]["path"] == "configs/b.yaml"
    (issue,) = read(check(A_FINDING._replace(source="<stdin>")))
    assert issue["location"]["path"] == "<stdin>"


@given(checks())
def test_of_any_findings(result: Check) -> None:
    assert not unseen(written(result, "gitlab"))
    issues = read(result)
    assert len(issues) == len(result.findings)
    for issue, finding in zip(issues, result.findings, strict=True):
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] == {"error": "major", "warning": "minor", "note": "info"}[finding.severity]
        assert issue["location"]["lines"] == {"begin": finding.line or 1}
        assert issue["description"] and issue["location"]["path"]


@given(checks())
def test_fingerprints_are_unique(result: Check) -> None:
    """Of one spec by one name: `a.yaml` and `./a.yaml` are checked once."""
    one = replace(result, findings=tuple(finding._replace(source="a.yaml") for finding in result.findings))
    assert len({*fingerprints(one)}) == len(one.findings)
