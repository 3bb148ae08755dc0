"""The report of `describe`."""

from __future__ import annotations

import pytest
from commandline import call
from strategies import Plain

from hrnet_cli import describe
from hrnet_cli.report.content import Note
from hrnet_cli.report.describe import arguments_text, present, ratio


def test_the_legend_has_the_signs_of_edges_in_the_tree(small: Plain) -> None:
    def legend(spec: object, **more: int) -> list[str]:
        blocks = present(describe(spec, "64x64", **more)).blocks  # type: ignore[arg-type]
        return [block.text for block in blocks if isinstance(block, Note)]

    assert legend("w32", depth=0) == []
    assert legend({"stage1": small["stage1"]}) == ["Paths are those of get_submodule."]
    (text,) = legend("w32")
    assert "↑2 size ×2, ↓2 size ÷2, then its channels" in text
    (text,) = legend({**small, "multi_scale_output": False, "stage3": small["stage2"]}, stage=3)
    assert "↑2 size ×2, then" in text and "↓2" not in text


def test_the_five_facts() -> None:
    lines = call("describe", "w32").out.splitlines()
    assert lines[0] == "hrnet-w32 · PoseHighResolutionNet"
    assert lines[2:7] == [
        "network  4 stages, 8 modules, 4 branches, 108 blocks, head heatmap",
        "widths   256 → 32/64 → 32/64/128 → 32/64/128/256",
        "params   28.54M (28,536,113; buffers 54,628)",
        "MACs     7.645G (7,645,003,776), FLOPs = 2 × MACs = 15.29G",
        "shapes   1×3×256×192 → 1×17×64×48",
    ]


def test_a_lite_hrnet_says_how_its_stages_are_numbered() -> None:
    said = "In the tree stage 2 is stage0, transition 1 is transition0, and so on: Lite-HRNet's code"
    out = call("describe", "litehrnet18").out
    assert out.index("transition 3") < out.index(said) < out.index("transition0.0")
    assert said not in call("describe", "litehrnet18", "--depth", "0").out
    assert "In the tree" not in call("describe", "w32").out


def test_full_shows_arguments_as_in_code() -> None:
    out = call("describe", "w32", "--full").out
    assert "conv1 Conv2d(3, 64, kernel_size=3, stride=2, padding=1, bias=False)" in out
    assert "stage2.0.fuse_layers.0.1.2 Upsample(scale_factor=2, mode=nearest)" in out
    assert "final_layer Conv2d(32, 17, kernel_size=1)" in out


def test_default_arguments_are_left_out() -> None:
    assert (
        arguments_text({"in_channels": 1, "out_channels": 2, "kernel_size": (3, 5), "bias": True})
        == "(1, 2, kernel_size=(3, 5))"
    )
    assert arguments_text({"inplace": False}) == ""


def test_one_equal_sibling_has_no_count() -> None:
    assert "(1) HighResolutionModule, as (0)" in call("describe", "w32").out


@pytest.mark.parametrize(
    ("before", "after", "text"), [(32, 64, "×2"), (64, 32, "÷2"), (32, 32, "×1"), (32, 48, "×48/32"), (1, 7, "×7")]
)
def test_ratios_of_channels(before: int, after: int, text: str) -> None:
    assert ratio(before, after) == text
