"""The JSON Schemas of the reports: valid schemas that describe every field, and refuse a report with a fault."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from commandline import ROOT, call, validate_report
from jsonschema import Draft202012Validator, ValidationError

from hrnet_cli.report.schemas import RESULTS, report_schema, report_schema_text

SCHEMAS = ROOT / "docs" / "schemas"


def records(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema of an object with fields of its own."""
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for part in schema.values():
            yield from records(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from records(part)


@pytest.mark.parametrize("command", RESULTS)
def test_a_schema_is_valid_and_closed(command: str) -> None:
    schema = report_schema(command)
    Draft202012Validator.check_schema(schema)
    for record in records(schema):
        assert record["description"] and record["additionalProperties"] is False
        assert record["required"] == list(record["properties"])


@pytest.mark.parametrize("command", RESULTS)
def test_the_option_prints_it(command: str) -> None:
    assert call("schema", "--report", command) == (0, report_schema_text(command), "")
    assert json.loads(report_schema_text(command)) == report_schema(command)


def test_a_report_without_a_schema_is_bad_usage() -> None:
    assert call("schema", "--report", "lock").code == 2


def test_every_command_that_writes_json_has_a_schema() -> None:
    commands = {path.stem for path in (ROOT / "src" / "hrnet_cli" / "cli" / "commands").glob("[a-z]*.py")}
    assert set(RESULTS) == {name for name in commands if "--format <text|json|" in call(name, "--help").out}


def first(report: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = report["rows"][0]
    return row


FAULTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "another version": lambda report: report.update(schema_version=1),
    "another command": lambda report: report.update(command="trace"),
    "a field that is missing": lambda report: report.pop("params"),
    "a field that is unknown": lambda report: report.update(surprise=1),
    "a number as text": lambda report: report.update(macs=str(report["macs"])),
    "a fraction": lambda report: report.update(macs=report["macs"] + 0.5),
    "an input of text": lambda report: report.update(input="1x3x256x192"),
    "a row without a field": lambda report: first(report).pop("macs"),
    "a row with a field that is unknown": lambda report: first(report).update(surprise=1),
    "a row of null": lambda report: report["rows"].append(None),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_report_with_a_fault_is_refused(fault: str) -> None:
    report = json.loads(call("flops", "w32", "--format", "json").out)
    validate_report(report)
    broken = copy.deepcopy(report)
    FAULTS[fault](broken)
    with pytest.raises(ValidationError):
        Draft202012Validator(report_schema("flops")).validate(broken)
