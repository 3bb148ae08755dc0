"""What `check` found as workflow commands: GitHub shows each of them at its line of a pull request."""

from __future__ import annotations

from hrnet_cli.checking.finding import Check, Finding
from hrnet_cli.report.findings.locations import repository_path
from hrnet_cli.text import printable

COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}
"""By severity."""


def render(result: Check) -> str:
    """A line for each finding."""
    return "".join(map(render_finding, result.findings))


def render_finding(finding: Finding) -> str:
    """A workflow command. Of a range of several lines it has the start alone: GitHub would show it below the last."""
    values = {"file": printable(repository_path(finding.source)), "line": finding.line}
    if finding.end_line == finding.line:
        values |= {"endLine": finding.end_line, "col": finding.column, "endColumn": finding.end_column}
    else:
        values["col"] = finding.column
    values["title"] = f"{finding.code} {finding.name}"
    properties = ",".join(f"{name}={_property(str(value))}" for name, value in values.items() if value is not None)
    path = f"{printable(finding.path)}: " if finding.path else ""
    remedy = f"\nhelp: {printable(finding.remedy)}" if finding.remedy else ""
    return f"::{COMMANDS[finding.severity]} {properties}::{_data(path + printable(finding.message) + remedy)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
