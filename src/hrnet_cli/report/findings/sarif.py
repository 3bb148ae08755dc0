"""What `check` found as SARIF 2.1.0, which code scanning reads."""

from __future__ import annotations

from typing import Any

from hrnet_cli import __version__
from hrnet_cli.checking.finding import Check, Finding
from hrnet_cli.checking.rules import RULES, Rule
from hrnet_cli.report.findings.locations import fingerprint, numbered, uri
from hrnet_cli.text import json_text, printable

INDICES = {code: index for index, code in enumerate(RULES)}


def render(result: Check) -> str:
    """One run, with every rule and every finding. Columns count characters, and not UTF-16 code units."""
    driver = {"name": "hrnet-cli", "version": __version__, "rules": list(map(_rule, RULES.values()))}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, number) for finding, number in numbered(result.findings)],
    }
    return json_text({"version": "2.1.0", "runs": [run]}) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    help = f"{rule.summary}; `hrnet-cli rule {rule.code}` explains it"
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": _message(rule.summary),
        "help": _message(help),
        "defaultConfiguration": {"level": rule.severity},
    }


def _result(finding: Finding, number: int) -> dict[str, Any]:
    remedy = f" ({finding.remedy})" if finding.remedy else ""
    return {
        "ruleId": finding.code,
        "ruleIndex": INDICES[finding.code],
        "level": finding.severity,
        "message": _message(finding.message + remedy),
        "locations": [_location(finding)],
        "partialFingerprints": {"finding/v1": fingerprint(finding, number)},
    }


def _location(finding: Finding) -> dict[str, Any]:
    """The region in the file, as far as it is known, and the path in the spec."""
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": {"uri": uri(finding.source)}}}
    region = {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": finding.end_line,
        "endColumn": finding.end_column,
    }
    if finding.line is not None:
        known = {name: number for name, number in region.items() if number is not None}
        location["physicalLocation"]["region"] = known
    if finding.path:
        location["logicalLocations"] = [{"fullyQualifiedName": printable(finding.path)}]
    return location


def _message(text: str) -> dict[str, str]:
    """A message without placeholders (`{0}`) and links (`[text](target)`), which SARIF has in its messages."""
    return {"text": printable(text).replace("{", "{{").replace("}", "}}").replace("](", "] (")}
