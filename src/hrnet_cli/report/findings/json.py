"""What `check` found as JSON: the result itself, without very long lines."""

from __future__ import annotations

from dataclasses import replace

from hrnet_cli.checking.finding import Check
from hrnet_cli.report.formats import json

MAX_EXCERPT = 1000
"""Characters of the longest line that is quoted: a file of a megabyte on one line is not repeated per finding."""


def render(result: Check) -> str:
    """The report as JSON text."""
    findings = (
        finding if len(finding.excerpt) <= MAX_EXCERPT else finding._replace(excerpt="") for finding in result.findings
    )
    return json.render("check", replace(result, findings=tuple(findings)))
