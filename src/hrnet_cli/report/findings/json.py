"""What `check` found as JSON: the result itself, and what it comes to."""

from __future__ import annotations

from hrnet_cli.check.finding import SEVERITIES, Check, Finding
from hrnet_cli.report.formats import json

LONGEST = 1000
"""Letters of a line that are quoted. A spec of a megabyte on one line is not said again with each finding."""


def render(result: Check) -> str:
    """Every finding with all its fields, the counts and the exit code."""
    report = {
        "findings": tuple(map(_finding, result.findings)),
        "files": result.files,
        "skipped": result.skipped,
        "checked": result.checked,
        "unreadable": result.unreadable,
        "suppressed": result.suppressed,
        "counts": {severity: result.counts.get(severity, 0) for severity in SEVERITIES},
        "rules": result.by_rule,
        "exit_code": result.exit_code,
    }
    return json.render("check", report)


def _finding(finding: Finding) -> Finding:
    return finding if len(finding.excerpt) <= LONGEST else finding._replace(excerpt="")
