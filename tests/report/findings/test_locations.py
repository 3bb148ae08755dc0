"""Fingerprints: a finding keeps its own whatever else is found, and every format has the same."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from made_findings import A_FINDING, check, checks, written

from hrnet_cli.checking.finding import Check
from hrnet_cli.report.findings.locations import fingerprint, numbered

OTHERS = [
    A_FINDING._replace(path="stage2.num_block"),
    A_FINDING._replace(code="HR102"),
    A_FINDING._replace(source="configs/other.yaml"),
]


def fingerprints(result: Check) -> list[str]:
    return [fingerprint(finding, number) for finding, number in numbered(result.findings)]


@pytest.mark.parametrize("other", OTHERS, ids=["another path", "another rule", "another file"])
def test_another_finding_changes_no_fingerprint(other: object) -> None:
    (alone,) = fingerprints(check(A_FINDING))
    first, second = fingerprints(check(other, A_FINDING))  # type: ignore[arg-type]
    assert second == alone != first


def test_numbers_count_the_same_rule_at_the_same_path_of_the_same_file() -> None:
    moved = A_FINDING._replace(line=40)
    found = numbered((A_FINDING, OTHERS[0], moved, OTHERS[1], OTHERS[2], moved))
    assert [number for _, number in found] == [1, 1, 2, 1, 1, 3]


@given(checks())
def test_sarif_and_gitlab_have_the_same(result: Check) -> None:
    (run,) = json.loads(written(result, "sarif"))["runs"]
    sarif = [each["partialFingerprints"]["finding/v1"] for each in run["results"]]
    gitlab = [issue["fingerprint"] for issue in json.loads(written(result, "gitlab"))]
    assert sarif == gitlab == fingerprints(result)
