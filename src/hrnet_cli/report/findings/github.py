"""What `check` found as workflow commands: GitHub shows each beside its line of a pull request."""

from __future__ import annotations

from hrnet_cli.check.finding import Check, Finding
from hrnet_cli.report.findings.locations import relative
from hrnet_cli.text import printable

COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render(result: Check) -> str:
    """A command a line, and nothing where nothing was found."""
    return "".join(map(render_finding, result.findings))


def render_finding(finding: Finding) -> str:
    """One command on one line."""
    title = f"{finding.code} {finding.name}"
    asked = {"file": printable(relative(finding.source)), "line": finding.line, "col": finding.column, "title": title}
    properties = ",".join(f"{name}={_property(str(value))}" for name, value in asked.items() if value is not None)
    parts = [f"{printable(finding.path)}: " * bool(finding.path) + printable(finding.message)]
    parts += [f"help: {printable(finding.remedy)}"] * bool(finding.remedy)
    return f"::{COMMANDS[finding.severity]} {properties}::{_data(chr(10).join(parts))}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
