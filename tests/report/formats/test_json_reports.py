"""JSON: the result itself, in whole numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest
from commandline import call, validate_report
from hypothesis import given, settings
from strategies import Plain, specs

import hrnet_cli as api
from hrnet_cli.report.formats.json import SCHEMA_VERSION, plain, render

COMMANDS = [
    ["describe", "w32"],
    ["describe", "w32", "--full"],
    ["trace", "w32"],
    ["trace", "w32", "--calls"],
    ["fuse", "w32"],
    ["flops", "w32"],
    ["flops", "w32", "--by", "layer", "--convention", "published"],
    ["presets"],
    ["diff", "w32", "w48"],
]


def no_constant(name: str) -> NoReturn:
    raise AssertionError(f"{name} is no JSON")


def no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len(pairs) == len({key for key, _ in pairs}), pairs
    return dict(pairs)


def read(text: str) -> dict[str, Any]:
    """Strict JSON: no NaN, no key twice."""
    report: dict[str, Any] = json.loads(text, parse_constant=no_constant, object_pairs_hook=no_twins)
    return report


def floats(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, float):
        yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from floats(item, f"{path}.{key}")
    elif isinstance(value, list):
        for item in value:
            yield from floats(item, path)


@pytest.mark.slow
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_every_report_names_its_command_and_network(arguments: list[str]) -> None:
    result = call(*arguments, "--format", "json")
    assert (result.code, result.err) == (0, "")
    report = read(result.out)
    assert list(report)[:2] == ["schema_version", "command"]
    assert (report["schema_version"], report["command"]) == (SCHEMA_VERSION, arguments[0])
    if arguments[0] == "diff":
        assert [report[side]["network"] for side in ("before", "after")] == ["hrnet-w32", "hrnet-w48"]
    elif arguments[0] != "presets":
        assert (report["network"], report["input"]) == ("hrnet-w32", [1, 3, 256, 192])
    assert report["engine"] == "shapes"
    convention = "published" if "published" in arguments else "macs"
    assert report.get("convention") == (None if arguments[0] == "trace" else convention), "trace counts nothing"


@pytest.mark.slow
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_numbers_are_raw_integers(arguments: list[str]) -> None:
    """Except for two arguments of a leaf: eps and momentum."""
    report = read(call(*arguments, "--format", "json").out)
    assert set(floats(report)) <= {".tree.arguments.eps", ".tree.arguments.momentum"}


def test_figures_are_exact() -> None:
    report = read(call("flops", "w32", "--format", "json").out)
    assert (report["params"], report["macs"], report["flops"]) == (28_536_113, 7_645_003_776, 15_290_007_552)
    assert report["count"] == sum(row["count"] for row in report["rows"] if row["level"] == 0)


def test_a_failure_is_a_result() -> None:
    result = call("trace", "w32", "--input", "250x250", "--format", "json")
    report = read(result.out)
    assert result.code == 2 and result.err.startswith("error: an input of")
    failure = report["failure"]
    assert (failure["part"], failure["stage"], failure["module"]) == ("fuse", 2, 0)
    assert (failure["output_branch"], failure["input_branch"], failure["divisor"]) == (0, 1, 32)
    assert (failure["path"], failure["shapes"]) == ("stage2.0.sums.0", [[1, 32, 63, 63], [1, 32, 64, 64]])
    assert failure["height"] == {
        "axis": "height",
        "size": 250,
        "fits": False,
        "smaller": 224,
        "larger": 253,
        "multiple": 256,
        "larger_padding": 3,
        "multiple_padding": 6,
    }
    assert report["outputs"] == [] and len(report["stages"]) == 2


def test_calls_are_null_unless_they_are_asked_for() -> None:
    assert read(call("trace", "w32", "--format", "json").out)["calls"] is None
    calls = read(call("trace", "w32", "--calls", "--format", "json").out)["calls"]
    assert [each["order"] for each in calls] == list(range(len(calls)))


@settings(max_examples=15)
@given(specs(most_stages=3), specs(most_stages=2))
def test_random_specs(spec: Plain, other: Plain) -> None:
    for command, result in {
        "describe": api.describe(spec, "64x64"),
        "trace": api.shapes(spec, "64x64"),
        "fuse": api.fuse(spec, "64x64"),
        "flops": api.flops(spec, "64x64"),
        "diff": api.diff(spec, other, "64x64", keys=True),
    }.items():
        text = render(command, result)
        validate_report(json.loads(text))
        assert command == "diff" or read(text)["network"] == spec.get("name", "hrnet")
        assert set(floats(read(text))) <= {".tree.arguments.eps", ".tree.arguments.momentum"}


def test_records_become_mappings() -> None:
    assert plain({"a": (1, [2, (3,)]), "b": None}) == {"a": [1, [2, [3]]], "b": None}
