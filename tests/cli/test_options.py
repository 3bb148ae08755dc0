"""The choices that `--help` spells out against the tables that they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, get_args

import pytest
from commandline import ROOT, call

from hrnet_cli.analysis.costs import CONVENTIONS
from hrnet_cli.analysis.flops import GROUPINGS
from hrnet_cli.cli import options
from hrnet_cli.dialects.native.starter import STARTS
from hrnet_cli.dialects.table import BUILDERS, WRITERS
from hrnet_cli.report.findings import CHECK_FORMATS
from hrnet_cli.report.formats import FORMATS
from hrnet_cli.report.schemas import RESULTS
from hrnet_cli.sources import preset_names, preset_path
from hrnet_cli.tracing import ENGINES

FOLDER = ROOT / "src" / "hrnet_cli" / "cli" / "commands"
COMMANDS = sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))
TRACED = ("describe", "trace", "fuse", "flops")
REPORTS = (*TRACED, "check", "diff", "presets", "rule", "verify")


@pytest.mark.parametrize(
    ("name", "table", "where"),
    [
        ("Format", FORMATS, "report.formats.FORMATS"),
        ("CheckFormat", CHECK_FORMATS, "report.findings.CHECK_FORMATS"),
        ("Engine", ENGINES, "tracing.ENGINES"),
        ("Grouping", GROUPINGS, "analysis.flops.GROUPINGS"),
        ("Convention", CONVENTIONS, "analysis.costs.CONVENTIONS"),
        ("Task", STARTS, "dialects.native.starter.STARTS"),
        ("Dialect", BUILDERS, "dialects.table.BUILDERS"),
        ("TargetDialect", WRITERS, "dialects.table.WRITERS"),
        ("ReportName", RESULTS, "report.schemas.RESULTS"),
    ],
)
def test_choices_are_the_keys_of_their_tables(name: str, table: Mapping[str, Any], where: str) -> None:
    choices = get_args(getattr(options, name))
    for key in table:
        assert key in choices, f"add {key!r} to {name} in cli/options.py: {where} has it"
    for key in choices:
        assert key in table, f"add a row for {key!r} to {where}, or remove it from {name} in cli/options.py"
    assert choices == tuple(table), f"{name} and {where} are not in the same order"


def test_presets_complete() -> None:
    assert options.complete_spec("") == list(preset_names())
    assert options.complete_spec("w48") == ["w48", "w48-384x288"]
    assert options.complete_spec("x") == []


@pytest.mark.smoke
@pytest.mark.parametrize("command", [*COMMANDS, "presets show"])
def test_help_shows_an_example_that_works(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "w32.yaml").write_text(preset_path("w32").read_text())
    result = call(*command.split(), "--help")
    assert result.code == 0 and not result.err
    example = result.out.partition("Example: ")[2].splitlines()[0].partition(" >")[0]
    assert example.startswith(f"hrnet-cli {command}")
    if command != "verify" or find_spec("torch"):
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
