"""The report of `presets`, and what `presets show` prints."""

from __future__ import annotations

import pytest
from commandline import call

from hrnet_cli.analysis.presets import presets
from hrnet_cli.sources import load_spec, parse_spec, preset_names

PRESETS, LIST = presets(), call("presets").out


@pytest.mark.parametrize("name", preset_names())
def test_published_figures_are_reproduced(name: str) -> None:
    preset = next(each for each in PRESETS.presets if each.name == name)
    row = next(line for line in LIST.splitlines() if line.split()[:1] == [name])
    assert row.count("✓") == sum(figure.reproduces for figure in preset.figures)
    for figure in preset.figures:
        assert figure.printed in row and figure.is_as_declared


@pytest.mark.parametrize("name", preset_names())
def test_presets_show_prints_a_spec(name: str) -> None:
    for asked in (name, f"{name}.yaml"):
        result = call("presets", "show", asked)
        assert (result.code, result.err) == (0, "")
        again = call("flops", "-", "--format", "json", stdin=result.out.encode())
        assert again.out == call("flops", name, "--format", "json").out

    assert parse_spec(result.out) == load_spec(name)
