"""What `check` found as GitLab's Code Quality report."""

from __future__ import annotations

import json
from typing import Any

from hrnet_cli.check.finding import Check, Finding
from hrnet_cli.report.findings.locations import fingerprint, numbered, relative
from hrnet_cli.text import printable

SEVERITIES = {"error": "major", "warning": "minor", "note": "info"}


def render(result: Check) -> str:
    """A list of all findings."""
    issues = [_issue(finding, number) for finding, number in numbered(result.findings)]
    return json.dumps(issues, indent=2, ensure_ascii=False) + "\n"


def _issue(finding: Finding, number: int) -> dict[str, Any]:
    remedy = f" ({finding.remedy})" if finding.remedy else ""
    return {
        "description": printable(finding.message + remedy),
        "check_name": finding.code,
        "fingerprint": fingerprint(finding, number),
        "severity": SEVERITIES[finding.severity],
        "location": {"path": printable(relative(finding.source)), "lines": {"begin": finding.line or 1}},
    }
