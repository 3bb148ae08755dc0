"""What `check` found as workflow commands: GitHub shows each beside its line of a pull request."""

from __future__ import annotations

from hrnet_cli.analysis.check.finding import Check, Finding
from hrnet_cli.present.visible import visible
from hrnet_cli.render.findings.places import relative

COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render(result: Check) -> str:
    """A command a line, and nothing where nothing was found."""
    return "".join(map(_command, result.findings))


def _command(finding: Finding) -> str:
    title = f"{finding.code} {finding.name}"
    asked = {"file": visible(relative(finding.source)), "line": finding.line, "col": finding.column, "title": title}
    properties = ",".join(f"{name}={_property(str(value))}" for name, value in asked.items() if value is not None)
    parts = [f"{visible(finding.path)}: " * bool(finding.path) + visible(finding.message)]
    parts += [f"help: {visible(finding.hint)}"] * bool(finding.hint)
    return f"::{COMMANDS[finding.severity]} {properties}::{_data(chr(10).join(parts))}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
