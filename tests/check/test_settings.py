"""What a check is told, and which rules run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from checks import settings

from hrnet_cli.check.rules import BY_DIAGNOSTIC, RULES
from hrnet_cli.check.settings import DIALECTS, Settings, read_settings
from hrnet_cli.dialects.table import FOREIGN


def test_dialects_are_those_whose_limits_are_known() -> None:
    assert list(FOREIGN) == list(DIALECTS)


@pytest.mark.parametrize(
    ("values", "runs", "not_run"),
    [
        ({}, "HR405", ""),
        ({"select": ["HR3"]}, "HR301", "HR405"),
        ({"ignore": ["HR4"]}, "HR301", "HR405"),
        ({"select": ["HR405"], "ignore": ["HR4"]}, "HR405", "HR401"),
        ({"select": ["HR4"], "ignore": ["HR405"]}, "HR401", "HR405"),
        ({"select": ["HR4"], "ignore": ["HR4"]}, "", "HR405"),
    ],
)
def test_the_longest_prefix_decides(values: dict[str, Any], runs: str, not_run: str) -> None:
    given = settings(**values)
    selected = given.selects(RULES, "a.yaml")
    assert not runs or runs in selected
    assert not_run not in selected


def test_files_have_rules_of_their_own() -> None:
    given = settings(**{"per-file-ignores": {"*.json": ["HR405"], "./old/*": ["HR"]}})
    assert "HR405" in given.selects(RULES, "a.yaml") and "HR405" not in given.selects(RULES, "deep/a.json")
    assert not given.selects(RULES, "old/a.yaml") and not given.selects(RULES, "x/old/a.yaml")


def test_patterns_lead_from_the_settings_file() -> None:
    above = replace(settings(exclude=["configs/old*"]), folder="..")
    here = Path.cwd().name
    assert replace(above, exclude=(f"{here}/old*",)).fits("old1.yaml", f"{here}/old*")
    assert not above.fits("new.yaml", "configs/old*")
    assert above.fits("old.yaml", str(Path.cwd() / "old.yaml"))


def test_severities_are_set_by_prefix() -> None:
    given = settings(severity={"HR4": "error", "HR405": "warning"})
    assert [given.severity_of(code, "note") for code in ("HR401", "HR405", "HR301")] == ["error", "warning", "note"]


def test_dashes_and_underscores_are_the_same() -> None:
    one = settings(**{"per-file-ignores": {"a-b": ["HR4"]}, "budget": {"max-params": "30M"}})
    two = settings(per_file_ignores={"a-b": ["HR4"]}, budget={"max_params": 30_000_000})
    assert one == two and one.per_file_ignores[0][0] == "a-b"


@pytest.mark.parametrize(
    ("values", "path", "remedy"),
    [
        ({"selct": ["HR"]}, ("selct",), "select"),
        ({"select": "HR"}, ("select",), ""),
        ({"select": []}, ("select",), ""),
        ({"select": ["HR1234"]}, ("select", 0), "rule --list"),
        ({"ignore": ["HR999"]}, ("ignore", 0), "rule --list"),
        ({"severity": {"HR4": "bad"}}, ("severity", "HR4"), "error"),
        ({"severity": {"E501": "error"}}, ("severity", "E501"), "HR501"),
        ({"budget": {"max-flops": 3}}, ("budget", "max_flops"), "max_"),
        ({"budget": {"max-params": "30X"}}, ("budget", "max_params"), "30M"),
        ({"budget": {"max-params": "0.5"}}, ("budget", "max_params"), "30M"),
        ({"budget": {"divisor": 0}}, ("budget", "divisor"), "allowed"),
        ({"input": "1x2"}, (), ""),
        ({"input": "x"}, ("input",), "NxCxHxW"),
        ({"dialect": "keras"}, ("dialect",), "official"),
        ({"locked": 1}, ("locked",), ""),
    ],
)
def test_what_is_wrong_is_said_with_its_place(values: dict[str, Any], path: tuple[Any, ...], remedy: str) -> None:
    read, diagnostics = read_settings(values)
    if not path:
        assert read is not None
        return
    assert read is None and len(diagnostics) == 1
    assert diagnostics[0].path == path and remedy in diagnostics[0].remedy


def test_the_defaults_are_valid() -> None:
    assert read_settings({}) == (Settings(), [])


def test_codes_are_in_order_and_never_twice() -> None:
    codes = [rule.code for rule in RULES.values()]
    assert codes == sorted(codes) and len({rule.name for rule in RULES.values()}) == len(codes)
    assert all(len(code) == 5 and code.startswith("HR") and code[2:].isdigit() for code in codes)
    assert sum(len(rule.reports or (rule.name,)) for rule in RULES.values()) == len(BY_DIAGNOSTIC)
