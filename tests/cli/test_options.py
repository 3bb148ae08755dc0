"""The choices that `--help` spells out against the tables that they stand for."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

import pytest
from commandline import ROOT, call

from hrnet_cli.analysis.costs import CONVENTIONS
from hrnet_cli.analysis.flops import GROUPINGS
from hrnet_cli.cli import options
from hrnet_cli.cli.options import By, Convention, Engine, Format
from hrnet_cli.report.formats import FORMATS
from hrnet_cli.sources import preset_names, preset_path
from hrnet_cli.tracing import ENGINES

FOLDER = ROOT / "src" / "hrnet_cli" / "cli" / "commands"
COMMANDS = sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))
TRACED = ("describe", "trace", "fuse", "flops")
REPORTS = (*TRACED, "check", "diff", "presets", "rule", "verify")


@pytest.mark.parametrize(
    ("choice", "table", "name"),
    [
        (Format, FORMATS, "render.FORMATS"),
        (Engine, ENGINES, "tracing.ENGINES"),
        (By, GROUPINGS, "analysis.flops.GROUPINGS"),
        (Convention, CONVENTIONS, "analysis.costs.CONVENTIONS"),
    ],
)
def test_choices_are_the_keys_of_their_tables(choice: type[Enum], table: dict[str, object], name: str) -> None:
    choices = [each.value for each in choice]
    for key in table:
        assert key in choices, f"add {key} = {key!r} to {choice.__name__} in cli/options.py: {name} has it"
    for key in choices:
        assert key in table, f"add a row for {key!r} to {name}, or take it out of {choice.__name__} in cli/options.py"
    assert choices == list(table), f"{choice.__name__} and {name} are not in the same order"
    assert [each.name for each in choice] == choices


def test_presets_complete() -> None:
    assert options.complete_spec("") == list(preset_names())
    assert options.complete_spec("w48") == ["w48", "w48-384x288"]
    assert options.complete_spec("x") == []


@pytest.mark.parametrize("command", [*COMMANDS, "presets show"])
def test_help_shows_an_example_that_works(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "w32.yaml").write_text(preset_path("w32").read_text())
    result = call(*command.split(), "--help")
    assert result.code == 0 and not result.err
    example = result.out.partition("Example: ")[2].splitlines()[0].partition(" >")[0]
    assert example.startswith(f"hrnet-cli {command}")
    if command != "verify":
        assert call(*example.split()[1:]).code == 0
    assert call(*command.split(), "-h").out == result.out


@pytest.mark.parametrize("command", REPORTS)
def test_every_report_has_the_same_options(command: str) -> None:
    out = call(command, "--help").out
    for option in ("--format", "--output", "--color"):
        assert option in out
    if command in TRACED:
        assert "--engine" in out and "--input" in out


def test_help_lists_every_command() -> None:
    out = call("--help").out
    assert len(COMMANDS) >= 13
    for command in COMMANDS:
        assert f"\n  {command} " in out


def test_version() -> None:
    assert call("--version").out.startswith("hrnet-cli 0.")
