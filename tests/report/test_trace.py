"""The report of `trace`."""

from __future__ import annotations

from commandline import call
from strategies import Plain

from hrnet_cli import shapes
from hrnet_cli.report.content import Drawing, Note, plain
from hrnet_cli.report.trace import LEGEND, present

GRID = """\
     stem         stage 1        stage 2        stage 3         stage 4
                  4 blocks       1 module       4 modules       3 modules
1/4  64×64×48 ──▶ 256×64×48  ┬●▶ 32×64×48 ╳ ──▶ 32×64×48  ╳ ──▶ 32×64×48  ╳
1/8                          └─▶ 64×32×24 ╳ ┬─▶ 64×32×24  ╳ ──▶ 64×32×24  ╯
1/16                                        └─▶ 128×16×12 ╳ ┬─▶ 128×16×12 ╯
1/32                                                        └─▶ 256×8×6   ╯
"""


def test_the_whiteboard() -> None:
    assert GRID in call("trace", "w32").out


LITE_GRID = """\
     stem          stage 1       stage 2        stage 3         stage 4
     at 1/2        1 block       2 modules      4 modules       2 modules
1/4  32×128×96 ──▶ 32×64×48  ┬●▶ 40×64×48 ╳ ──▶ 40×64×48  ╳ ──▶ 40×64×48  ╳
1/8                          └─▶ 80×32×24 ╳ ┬─▶ 80×32×24  ╳ ──▶ 80×32×24  ╳
1/16                                        └─▶ 160×16×12 ╳ ┬─▶ 160×16×12 ╳
1/32                                                        └─▶ 320×8×6   ╳
"""


def test_the_whiteboard_of_lite_hrnet() -> None:
    out = call("trace", "litehrnet18").out
    assert LITE_GRID in out
    assert "●▶ 3×3 depthwise and 1×1 conv to a new width" in out


def test_a_column_for_every_module() -> None:
    out = call("trace", "w32", "--modules").out
    columns = [f"stage{stage}.{n}" for stage, modules in ((2, 1), (3, 4), (4, 3)) for n in range(modules)]
    assert out.splitlines()[2].split() == ["stem", "stage", "1", *columns]


def test_the_legend_has_the_marks_that_are_drawn(small: Plain) -> None:
    one = {"stage1": small["stage1"]}
    for spec in (small, {**one, "stage2": small["stage2"]}, one, "w32"):
        grid, words = present(shapes(spec, "64x64")).blocks[1:3]
        assert isinstance(grid, Drawing) and isinstance(words, Note)
        drawn = "".join(plain(line) for panel in grid.panels for line in panel.lines)
        for mark, sign in {"●▶": "●", "└─▶": "└─▶", "╳": "╳", "╯": "╯", "✗": "✗"}.items():
            assert (f"{mark} {LEGEND[mark]}" in words.text.split(" · ")) is (sign in drawn), (spec, mark)
        assert "──▶ passed on" in words.text


def test_a_broken_sum_has_a_mark() -> None:
    out = call("trace", "-i", "250x250").out
    assert out.splitlines()[-1].endswith("└─▶ new branch by a 3×3/2 conv per halving · ✗ cannot be summed")
    assert "✗" not in call("trace").out


def test_a_sum_that_stretches_a_map_has_a_note() -> None:
    """torch adds a map of 1×1 to one of 2×2 without a warning."""
    stage = {"num_modules": 1, "block": "BASIC"}
    one = {**stage, "num_branches": 1, "num_blocks": [1], "num_channels": [2]}
    two = {**stage, "num_branches": 2, "num_blocks": [1, 1], "num_channels": [2, 2]}
    result = shapes({"stage1": one, "stage2": two}, "4x4")
    assert result.stretched == ("stage2.0.sums.0",) and result.failure is None
    notes = [block.text for block in present(result).blocks if isinstance(block, Note)]
    assert notes[-1] == "stage2.0.sums.0 adds maps of different sizes: torch stretches a map of size 1"
