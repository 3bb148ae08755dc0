"""docs/json.md: its schemas are current, and its jq lines print what it shows."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Callable
from typing import Any

import pytest
from commandline import ROOT, call, shell

from hrnet_cli.report.schemas import RESULTS, report_schema_text

TEXT = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
LINES = re.findall(r"^```console\n\$ (.*?)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
PYTHON: list[Callable[[Any], list[str]]] = [
    lambda report: [
        f"{row['part']['branch']} {row['macs']}"
        for row in report["rows"]
        if row["part"]["name"] == "branch" and row["level"] == 0
    ],
    lambda report: ["[{height[larger]},{width[larger]}]".format(**report["failure"])],
    lambda report: [
        "{source}:{line}:{column} {code}".format(**each) for each in report["findings"] if each["severity"] == "error"
    ],
]
"""The same as the jq lines, in their order."""


@pytest.mark.parametrize("command", RESULTS)
def test_schemas_are_current_and_listed(command: str) -> None:
    path = ROOT / "docs" / "schemas" / f"{command}.json"
    assert path.read_text(encoding="utf-8") == report_schema_text(command), "run make docs"
    assert f"| `{command}` | [{command}.json](schemas/{command}.json) |" in TEXT


def test_no_other_schema_is_there() -> None:
    assert {path.stem for path in (ROOT / "docs" / "schemas").iterdir()} == set(RESULTS)


@pytest.mark.parametrize(("line", "shown", "equivalent"), [(*line, f) for line, f in zip(LINES, PYTHON, strict=True)])
def test_a_jq_line_prints_what_is_shown(
    line: str, shown: str, equivalent: Callable[[Any], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    command = line.partition(" | jq ")[0].removesuffix(" 2> /dev/null")
    report = json.loads(call(*shlex.split(command)[1:]).out)
    assert equivalent(report) == shown.splitlines()
    if shutil.which("jq"):
        assert shell(line.replace("hrnet-cli", "$hrnet", 1)).out == shown
