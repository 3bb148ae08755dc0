"""SARIF 2.1.0, held against the standard's own schema."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given, settings
from made_findings import A_FINDING, check, checks, unseen, written
from sarif import sarif_validator

from hrnet_cli import __version__
from hrnet_cli.checking.finding import SEVERITIES, Check
from hrnet_cli.checking.rules import RULES
from hrnet_cli.text import printable


def read(result: Check) -> dict[str, Any]:
    text = written(result, "sarif")
    assert not unseen(text)
    log: dict[str, Any] = json.loads(text)
    (run,) = log["runs"]
    assert log["version"] == "2.1.0" and isinstance(run, dict)
    return run


def test_a_result() -> None:
    run = read(check(A_FINDING))
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result.pop("ruleIndex")]["id"] == "HR101"
    assert len(result.pop("partialFingerprints")["finding/v1"]) == 64
    assert result == {
        "ruleId": "HR101",
        "level": "warning",
        "message": {"text": "'num_block' is no key of a stage (did you mean 'num_blocks'?)"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "configs/mine.yaml"},
                    "region": {"startLine": 12, "startColumn": 3, "endLine": 12, "endColumn": 12},
                },
                "logicalLocations": [{"fullyQualifiedName": "stage3.num_block"}],
            }
        ],
    }


def test_a_clean_run_has_results_all_the_same() -> None:
    run = read(check(files=("a.yaml",)))
    assert run["results"] == []
    sarif_validator().validate(json.loads(written(check(files=("a.yaml",)), "sarif")))


def test_the_driver_has_every_rule() -> None:
    driver = read(check())["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("hrnet-cli", __version__)
    assert [rule["id"] for rule in driver["rules"]] == list(RULES)
    for rule in driver["rules"]:
        assert rule["name"] == RULES[rule["id"]].name
        assert rule["defaultConfiguration"]["level"] in SEVERITIES
        assert rule["shortDescription"]["text"] and f"hrnet-cli rule {rule['id']}" in rule["help"]["text"]
        assert "helpUri" not in rule


def test_columns_count_characters() -> None:
    """Not the halves that UTF-16 has of an emoji, and said so."""
    run = read(check(A_FINDING._replace(excerpt="🙂🙂 a: 1", column=4, end_column=5)))
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["results"][0]["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 12,
        "startColumn": 4,
        "endLine": 12,
        "endColumn": 5,
    }


@pytest.mark.parametrize(
    ("source", "uri"),
    [
        ("a b/ü.yaml", "a%20b/%C3%BC.yaml"),
        ("./a.yaml", "a.yaml"),
        ("../a.yaml", "../a.yaml"),
        ("a:b.yaml", "a%3Ab.yaml"),
        ("100%?#.yaml", "100%25%3F%23.yaml"),
        ("<stdin>", "%3Cstdin%3E"),
        ("back\\slash.yaml", "back%5Cslash.yaml"),
        ("/elsewhere/a b.yaml", "file:///elsewhere/a%20b.yaml"),
        (os.fsdecode(b"not\xffutf8.yaml"), "not%FFutf8.yaml"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="the names are those of POSIX")
def test_uris(source: str, uri: str) -> None:
    (result,) = read(check(A_FINDING._replace(source=source)))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri
    bare = uri.removeprefix("file://")
    assert unquote_to_bytes(bare) == os.fsencode(source.removeprefix("./"))


def test_a_file_of_the_working_directory_is_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (result,) = read(check(A_FINDING._replace(source=str(tmp_path / "a.yaml"))))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a.yaml"


def shown(message: str) -> str:
    """A message as a viewer shows it that has no arguments: braces are doubled in it."""
    assert not re.search(r"(?<!\{)(?:\{\{)*\{(?!\{)", message), "a placeholder"
    return message.replace("{{", "{").replace("}}", "}")


@settings(max_examples=60)
@given(result=checks())
def test_of_any_findings(result: Check) -> None:
    sarif_validator().validate(json.loads(written(result, "sarif")))
    run = read(result)
    assert len(run["results"]) == len(result.findings)
    for each, finding in zip(run["results"], result.findings, strict=True):
        assert run["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] == each["ruleId"] == finding.code
        assert each["level"] == finding.severity
        assert shown(each["message"]["text"]).startswith(printable(finding.message).replace("](", "] ("))
        assert "](" not in each["message"]["text"]
        place = each["locations"][0]["physicalLocation"]
        assert re.fullmatch(r"(file:///)?([A-Za-z0-9._~/-]|%[0-9A-F]{2})+", place["artifactLocation"]["uri"])
        region = place.get("region", {})
        assert (region.get("startLine"), region.get("startColumn")) == (finding.line, finding.column)
        assert (region.get("endLine"), region.get("endColumn")) == (finding.end_line, finding.end_column)
