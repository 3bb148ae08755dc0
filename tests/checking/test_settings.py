"""The settings of check, and which rules they select."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from checks import settings

from hrnet_cli.checking.rules import RULE_OF, RULES
from hrnet_cli.checking.settings import Settings, read_settings
from hrnet_cli.dialects.table import BUILDERS


def test_dialects_are_those_whose_limits_are_known() -> None:
    for dialect in BUILDERS:
        assert settings(dialect=dialect).dialect == dialect


@pytest.mark.parametrize(
    ("select", "ignore", "selected", "not_selected"),
    [
        (["HR"], [], ["HR301", "HR405"], []),
        (["HR3"], [], ["HR301"], ["HR401", "HR405"]),
        (["HR"], ["HR4"], ["HR301"], ["HR401", "HR405"]),
        (["HR405"], ["HR4"], ["HR405"], ["HR401"]),
        (["HR4"], ["HR405"], ["HR401"], ["HR405"]),
        (["HR4", "HR405"], ["HR", "HR4"], ["HR405"], ["HR401", "HR301"]),
    ],
)
def test_the_longer_prefix_decides(
    select: list[str], ignore: list[str], selected: list[str], not_selected: list[str]
) -> None:
    rules = settings(select=select, ignore=ignore).selected_rules("a.yaml")
    assert set(selected) <= rules and not set(not_selected) & rules


@pytest.mark.parametrize("prefix", ["HR", "HR4", "HR405"])
def test_of_equal_prefixes_ignore_decides(prefix: str) -> None:
    """The tie rule of docs/ci.md, by `ignore` and by `per-file-ignores`."""
    assert "HR405" in settings(select=[prefix]).selected_rules("a.yaml")
    assert "HR405" not in settings(select=[prefix], ignore=[prefix]).selected_rules("a.yaml")
    per_file = settings(select=[prefix], **{"per-file-ignores": {"a.yaml": [prefix]}})
    assert "HR405" not in per_file.selected_rules("a.yaml") and "HR405" in per_file.selected_rules("b.yaml")


def test_files_have_ignored_rules_of_their_own() -> None:
    used = settings(**{"per-file-ignores": {"*.json": ["HR405"], "./old/*": ["HR"]}})
    assert "HR405" in used.selected_rules("a.yaml") and "HR405" not in used.selected_rules("deep/a.json")
    assert not used.selected_rules("old/a.yaml") and not used.selected_rules("x/old/a.yaml")


def test_every_matching_pattern_adds_its_ignored_rules() -> None:
    used = settings(ignore=["HR1"], **{"per-file-ignores": {"*.yaml": ["HR3"], "old/*": ["HR4"]}})
    rules = used.selected_rules("old/a.yaml")
    assert not {"HR101", "HR301", "HR405"} & rules and "HR501" in rules


def test_patterns_are_relative_to_the_settings_file() -> None:
    above = replace(settings(), folder="..")
    here = Path.cwd().name
    assert replace(above, exclude=(f"{here}/old*",)).excludes("old1.yaml")
    assert not replace(above, exclude=("configs/old*",)).excludes("new.yaml")
    assert replace(above, exclude=(str(Path.cwd() / "old.yaml"),)).excludes("old.yaml")
    assert not replace(above, exclude=(str(Path.cwd() / "old.yaml"),)).excludes("new.yaml")


def test_severities_are_set_by_prefix() -> None:
    used = settings(severity={"HR4": "error", "HR405": "warning"})
    assert [used.severity_of(code, "note") for code in ("HR401", "HR405", "HR301")] == ["error", "warning", "note"]


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
def test_a_mistake_has_its_place_and_a_remedy(values: dict[str, Any], path: tuple[Any, ...], remedy: str) -> None:
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
    assert sum(len(rule.reports) for rule in RULES.values()) == len(RULE_OF)


@pytest.mark.parametrize("key", ["select", "ignore", "include", "exclude"])
def test_a_list_has_at_most_100_items(key: str) -> None:
    assert len(getattr(settings(**{key: ["HR"] * 100}), key)) == 100
    read, (problem,) = read_settings({key: ["HR"] * 101})
    assert read is None and (problem.code, problem.path, problem.remedy) == ("too-long", (key,), "allowed: at most 100")


def test_the_defaults() -> None:
    """docs/ci.md lists them."""
    used = settings()
    assert (used.select, used.ignore, used.severity, used.per_file_ignores) == (("HR",), (), (), ())
    assert (used.include, used.exclude) == (("*.yaml", "*.yml", "*.json", "*.py"), ())
    assert (used.dialect, used.input, used.lock, used.locked, used.folder) == ("", None, "hrnet.lock", False, "")


def test_the_folder_of_a_settings_file_makes_no_other_settings() -> None:
    assert replace(settings(), folder="x") == settings()


@pytest.mark.parametrize("key", ["severity", "per-file-ignores"])
@pytest.mark.parametrize("value", [["HR4"], "HR4", 3])
def test_a_table_is_a_mapping(key: str, value: Any) -> None:
    read, (problem,) = read_settings({key: value})
    assert read is None and (problem.code, problem.message[:16]) == ("wrong-type", "expected a table")
