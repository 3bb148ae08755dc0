"""What `check` found as SARIF 2.1.0, which code scanning reads."""

from __future__ import annotations

import json
from typing import Any

from hrnet_cli import __version__
from hrnet_cli.check.finding import Check, Finding
from hrnet_cli.check.rules import RULES, Rule
from hrnet_cli.report.findings.locations import fingerprint, numbered, uri
from hrnet_cli.text import printable

INDICES = {code: index for index, code in enumerate(RULES)}


def render(result: Check) -> str:
    """One run with every rule there is, and every finding. Our columns count characters, which SARIF is told."""
    driver = {"name": "hrnet-cli", "version": __version__, "rules": list(map(_rule, RULES.values()))}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, number) for finding, number in numbered(result.findings)],
    }
    return json.dumps({"version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    help = f"{rule.summary}; `hrnet-cli rule {rule.code}` says why, and what to do"
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
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri(finding.source)}}
    if finding.line is not None:
        column = {} if finding.column is None else {"startColumn": finding.column}
        physical["region"] = {"startLine": finding.line, **column}
    path = printable(finding.path)
    logical = {"logicalLocations": [{"fullyQualifiedName": path}]} if path else {}
    return {"physicalLocation": physical, **logical}


def _message(text: str) -> dict[str, str]:
    """A message in which nothing is a placeholder (`{0}`) or a link (`[text](place)`)."""
    return {"text": printable(text).replace("{", "{{").replace("}", "}}").replace("](", "] (")}
