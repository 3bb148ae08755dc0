"""What `check` found as GitLab's Code Quality report."""

from __future__ import annotations

from typing import Any

from hrnet_cli.checking.finding import Check, Finding
from hrnet_cli.report.findings.locations import fingerprint, numbered, repository_path
from hrnet_cli.text import json_text, printable

SEVERITIES = {"error": "major", "warning": "minor", "note": "info"}
"""GitLab's by ours."""


def render(result: Check) -> str:
    """A list with an issue for each finding."""
    return json_text([_issue(finding, number) for finding, number in numbered(result.findings)]) + "\n"


def _issue(finding: Finding, number: int) -> dict[str, Any]:
    remedy = f" ({finding.remedy})" if finding.remedy else ""
    return {
        "description": printable(finding.message + remedy),
        "check_name": finding.code,
        "fingerprint": fingerprint(finding, number),
        "severity": SEVERITIES[finding.severity],
        "location": {"path": printable(repository_path(finding.source)), "lines": {"begin": finding.line or 1}},
    }
