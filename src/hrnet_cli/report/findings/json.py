"""What `check` found as JSON: every finding with all its fields, and the counts."""

from __future__ import annotations

from dataclasses import dataclass

from hrnet_cli.check.finding import SEVERITIES, Check, Finding, Tally
from hrnet_cli.report.formats import json

MAX_EXCERPT = 1000
"""Characters of the longest line that is quoted: a file of a megabyte on one line is not repeated per finding."""


@dataclass(frozen=True)
class CheckReport:
    """The result of `check`."""

    findings: tuple[Finding, ...]
    """By file in the order in which they were named, then by line, column and code."""
    files: tuple[str, ...]
    """The files that were checked, as they were named."""
    skipped: tuple[str, ...]
    """Files of a folder that are no HRNet."""
    checked: int
    """Number of `files`."""
    unreadable: int
    """Number of files that could not be read."""
    suppressed: int
    """Number of findings that a comment in their file suppresses."""
    counts: dict[str, int]
    """Number of findings by severity."""
    rules: tuple[Tally, ...]
    """Number of findings by rule, the most frequent first."""
    exit_code: int
    """0: nothing was found but notes; 1: an error or a warning; 2: a file could not be read."""


def render(result: Check) -> str:
    """The report as JSON text."""
    return json.render("check", report(result))


def report(result: Check) -> CheckReport:
    """The result with what it computes, and without very long lines."""
    return CheckReport(
        findings=tuple(
            finding if len(finding.excerpt) <= MAX_EXCERPT else finding._replace(excerpt="")
            for finding in result.findings
        ),
        files=result.files,
        skipped=result.skipped,
        checked=result.checked,
        unreadable=result.unreadable,
        suppressed=result.suppressed,
        counts={severity: result.counts.get(severity, 0) for severity in SEVERITIES},
        rules=result.by_rule,
        exit_code=result.exit_code,
    )
