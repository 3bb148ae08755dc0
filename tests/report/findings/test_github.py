"""Workflow commands, read back as GitHub's runner reads them."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from hypothesis import given
from made_findings import A_FINDING, check, checks, unseen, written

from hrnet_cli.checking.finding import Check
from hrnet_cli.text import printable

NOWHERE: dict[str, Any] = dict.fromkeys(("line", "column", "end_line", "end_column"))
DATA = {"%0D": "\r", "%0A": "\n", "%25": "%"}
PROPERTY = {**DATA, "%3A": ":", "%2C": ","}


class Command(NamedTuple):
    name: str
    properties: dict[str, str]
    data: str


def unescaped(text: str, escapes: dict[str, str]) -> str:
    return re.sub("%[0-9A-F]{2}", lambda match: escapes[match[0]], text)


def read(line: str) -> Command:
    """`::name key=value,key=value::data`: the first `::` after the start ends the properties."""
    assert line.startswith("::")
    head, found, data = line[2:].partition("::")
    assert found
    name, _, properties = head.partition(" ")
    pairs = dict(pair.split("=", 1) for pair in properties.split(","))
    return Command(name, {key: unescaped(value, PROPERTY) for key, value in pairs.items()}, unescaped(data, DATA))


def test_a_command() -> None:
    assert written(check(A_FINDING), "github") == (
        "::warning file=configs/mine.yaml,line=12,endLine=12,col=3,endColumn=12,title=HR101 misspelt-key"
        "::stage3.num_block: 'num_block' is no key of a stage%0Ahelp: did you mean 'num_blocks'?\n"
    )


def test_a_finding_without_a_place() -> None:
    whole = A_FINDING._replace(severity="note", **NOWHERE, path="", remedy="", source="a,b:c%.yaml")
    assert written(check(whole), "github") == (
        "::notice file=a%2Cb%3Ac%25.yaml,title=HR101 misspelt-key::'num_block' is no key of a stage\n"
    )


def test_a_range_of_several_lines_has_its_start_alone() -> None:
    """GitHub shows an annotation below its last line, and takes columns only where both lines are one."""
    assert "line=12,col=3,title=" in written(check(A_FINDING._replace(end_line=14)), "github")


def test_nothing_found_is_nothing_said() -> None:
    assert written(check(files=("a.yaml",)), "github") == ""


@given(checks())
def test_a_line_for_each_finding_and_nothing_lost(result: Check) -> None:
    text = written(result, "github")
    lines = text.split("\n")
    assert lines.pop() == "" and len(lines) == len(result.findings)
    assert not unseen(text)
    for line, finding in zip(lines, result.findings, strict=True):
        command = read(line)
        assert command.name == {"error": "error", "warning": "warning", "note": "notice"}[finding.severity]
        assert command.properties["title"] == f"{finding.code} {finding.name}"
        assert command.properties.get("line") == (None if finding.line is None else str(finding.line))
        assert command.properties.get("col") == (None if finding.column is None else str(finding.column))
        assert printable(finding.message) in command.data and printable(finding.remedy) in command.data
        one_line = finding.line is not None and finding.end_line == finding.line
        ends = (str(finding.end_line), str(finding.end_column)) if one_line else (None, None)
        assert (command.properties.get("endLine"), command.properties.get("endColumn")) == ends
        assert set(command.properties) <= {"file", "line", "endLine", "col", "endColumn", "title"}
