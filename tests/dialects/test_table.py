"""The table of dialects: each row has a folder with the functions that it names, and imports what it uses alone."""

from __future__ import annotations

import sys
from importlib import import_module
from inspect import signature
from subprocess import run
from typing import Any

import pytest
from support import TESTS, caught

from hrnet_cli import load_spec
from hrnet_cli.dialects.official import NETWORKS
from hrnet_cli.dialects.official.families import FAMILIES
from hrnet_cli.dialects.table import BUILDERS, DIALECTS, FOREIGN, WRITERS, Dialect, identify, recognise
from hrnet_cli.errors import SpecError

POSE = TESTS / "configs" / "pose" / "w32_256x192_adam_lr1e-3.yaml"


@pytest.mark.parametrize("name", DIALECTS)
def test_a_row_has_its_functions(name: str) -> None:
    """The table imports them by name, which mypy cannot follow."""
    package, targets = import_module(f"hrnet_cli.dialects.{name}"), DIALECTS[name].targets
    write = import_module(f"hrnet_cli.dialects.{name}.write") if targets else None
    functions = [getattr(write, f"write_{target}") for target in targets]
    if name in FOREIGN:  # the table itself detects and reads the native one
        functions += [package.detect, import_module(f"hrnet_cli.dialects.{name}.read").read]
    if name in BUILDERS:
        assert write is not None
        functions.append(write.find_limits)
    for function in functions:
        parameters = signature(function).parameters
        assert list(parameters) == (["spec"] if "spec" in parameters else ["config"])
    assert DIALECTS[name].name == name


def test_each_target_has_one_dialect() -> None:
    targets = [target for dialect in DIALECTS.values() for target in dialect.targets]
    assert targets == list(WRITERS)


def test_the_authors_networks_are_named_once() -> None:
    assert list(FAMILIES) == list(NETWORKS)


@pytest.mark.parametrize("config", [None, 3, [], {}, {"a": 1}])
def test_of_no_dialect(config: Any) -> None:
    assert identify(config) == ""


def imported(statement: str) -> set[str]:
    """The modules of dialects that Python has imported after a statement."""
    code = f"{statement}\nimport sys\nprint(*(name for name in sys.modules if name.startswith('hrnet_cli.dialects.')))"
    output = run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    return {name.removeprefix("hrnet_cli.dialects.") for name in output.split()}


def test_a_broken_spec_of_a_folder_is_recognised_and_a_job_of_that_name_is_not() -> None:
    assert recognise({"stage2": {"num_modulse": 1}, "nmae": "x"})
    assert not recognise({"stage1": {"script": "make"}, "stages": []})


def test_a_spec_in_its_own_words_imports_no_other_dialect() -> None:
    modules = imported("from hrnet_cli import load_spec; load_spec('w32')")
    assert modules == {"table", "reading"}


def test_a_config_imports_its_own_dialect_alone() -> None:
    modules = imported(f"from hrnet_cli import load_spec; load_spec({str(POSE)!r})")
    assert "official.read" in modules
    assert not modules & {"mmlab.read", "mmlab.write", "timm.read", "timm.write", "native.write"}


def test_detection_runs_once_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    from checks import check_all

    detected = []
    detect = Dialect.detect

    def count(dialect: Dialect, config: Any) -> bool:
        detected.append(dialect.name)
        return detect(dialect, config)

    monkeypatch.setattr(Dialect, "detect", count)
    (tmp_path / "pose.yaml").write_text(POSE.read_text())
    assert not check_all(tmp_path).skipped
    assert detected == ["official"]
    detected.clear()
    assert load_spec(POSE).dialect == "official"
    assert detected == ["official"]


@pytest.mark.parametrize(
    "config",
    [
        {"image": "python", "stages": ["a"], "stage1": {"script": ["x"], "stage": "a"}},
        {"stage2": {"lr": 0.1, "epochs": 3}, "stage3": {"lr": 0.01}, "model": "other"},
        {"stage1": {"epochs": 1}, "stage2": {"epochs": 2}},
        {"stage1": 3, "image": "python"},
    ],
)
def test_stages_of_another_tool_are_none_of_ours(config: dict[str, Any]) -> None:
    """No list of a spec's keys is of any use there."""
    (problem,) = caught(SpecError, load_spec, config).diagnostics
    assert problem.code == "not-hrnet" and problem.message.startswith("no stages of an HRNet are found")


@pytest.mark.parametrize("config", [{"stage1": {}}, {"stage1": None, "name": "x"}, {"stage1": {"num_block": [4]}}])
def test_a_spec_that_is_begun_is_one(config: dict[str, Any]) -> None:
    assert all(each.code != "not-hrnet" for each in caught(SpecError, load_spec, config).diagnostics)
