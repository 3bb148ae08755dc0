"""The report of `presets`, and what `presets show` prints."""

from __future__ import annotations

import pytest
from commandline import call
from support import ONE_OF_EACH_HEAD

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


@pytest.mark.parametrize("name", ONE_OF_EACH_HEAD)
def test_presets_show_prints_a_spec(name: str) -> None:
    for asked in (name, f"{name}.yaml"):
        result = call("presets", "show", asked)
        assert (result.code, result.err) == (0, "")
        again = call("flops", "-", "--format", "json", stdin=result.out.encode())
        assert again.out == call("flops", name, "--format", "json").out

    assert parse_spec(result.out) == load_spec(name)


def test_notes_on_how_the_printed_figures_were_counted() -> None:
    """A line for each rule, the most common one last."""
    rules = [line for line in LIST.splitlines() if " ÷ 10⁹: " in line or " ÷ 2³⁰: " in line]
    assert [line.partition(",")[0] for line in rules] == [
        "MACs",
        "flops by fvcore's rules ÷ 10⁹: timm-w18",
        "MACs ÷ 2³⁰: all other printed figures",
    ]
    assert rules[0].endswith("transposed convolutions over their output ÷ 10⁹: higher-w32, higher-w32-640, higher-w48")
    landmarks = call("presets", "--task", "landmarks").out.splitlines()
    assert "MACs ÷ 2³⁰: face-w18, face-w18-aflw, face-w18-cofw, face-w18-wflw" in landmarks
