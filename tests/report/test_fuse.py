"""The report of `fuse`."""

from __future__ import annotations

from commandline import call
from strategies import Plain

from hrnet_cli import fuse
from hrnet_cli.report.content import Drawing, Heading, Table
from hrnet_cli.report.fuse import present

DRAWING = """\
         j=0        j=1        j=2
       32×64×48   64×32×24  128×16×12
i=0 ─────┤=├───────┤↑2├───────┤↑4├─────▶ Σ ─▶ 32×64×48
i=1 ────┤↓2├────────┤=├───────┤↑2├─────▶ Σ ─▶ 64×32×24
i=2 ────┤↓4├───────┤↓2├────────┤=├─────▶ Σ ─▶ 128×16×12
"""


def test_the_drawing_of_a_layer() -> None:
    assert DRAWING in call("fuse", "w32", "--stage", "3", "--module", "0").out


def test_equal_layers_of_a_stage_are_drawn_once() -> None:
    report = present(fuse("w32"))
    headings = [block.text.partition(" (")[0] for block in report.blocks if isinstance(block, Heading)][1:]
    assert headings == [
        "stage 2 module 0",
        "stage 3 modules 0–3, each",
        "stage 4 modules 0–1, each",
        "stage 4 module 2",
    ]
    drawings = [block for block in report.blocks if isinstance(block, Drawing)]
    tables = [block for block in report.blocks if isinstance(block, Table)]
    assert len(drawings) == len(tables) == len(headings)
    assert [len(table.rows) for table in tables] == [2, 3, 4, 1]


def test_equal_layers_of_two_stages_are_both_drawn() -> None:
    report = present(fuse("tests/examples/valid/branches_that_stay.yaml"))
    headings = [block.text.partition(" (")[0] for block in report.blocks if isinstance(block, Heading)][1:]
    assert headings == ["stage 2 module 0", "stage 3 module 0"]


def test_the_legend_has_the_kinds_of_edges_that_are_drawn() -> None:
    all_edges, last = call("fuse").out, call("fuse", "--stage", "4", "--module", "2").out
    assert "↑k 1×1 conv, ×k up · ↓k 3×3/2 convs (×n: n in a row), ÷k down" in all_edges
    assert "↑k 1×1 conv, ×k up · Σ sum" in last and "↓" not in last


def test_a_factor_names_what_it_changes() -> None:
    """× and ÷ alone could be of the size or of the channels."""
    out = call("fuse", "--stage", "3", "--module", "0").out
    for words in ("32→32, size ×1", "128→32, size ×4", "32→128, size ÷4", "3×3/2 conv ×2", "1×1 conv, ×2 up"):
        assert words in out
    assert "↑2 64→32 (÷2)" in call("describe").out


def test_nothing_to_fuse(small: Plain) -> None:
    report = present(fuse({"stage1": small["stage1"]}, "64x64"))
    assert len(report.blocks) == 2


LITE_DRAWING = """\
         j=0        j=1        j=2
       40×64×48   80×32×24  160×16×12
i=0 ────┤2×=├──────┤↑2├───────┤↑4├─────▶ Σ ─▶ 40×64×48
i=1 ───┤2×↓2├───────┤=├───────┤↑2├─────▶ Σ ─▶ 80×32×24
i=2 ───┤2×↓4├──────┤↓2├────────┤=├─────▶ Σ ─▶ 160×16×12
"""


def test_the_layers_of_lite_hrnet_say_what_is_added_twice() -> None:
    out = call("fuse", "litehrnet18", "--stage", "3").out
    assert LITE_DRAWING in out
    for words in (
        "↓k 3×3/2 depthwise and 1×1 convs (n ×: n in a row), ÷k down",
        "2× added twice; where i > 0, branch 0 is output 0 before its ReLU",
        "2 × (3×3/2 depthwise, 1×1 conv)",
        "40→80, size ÷2, twice",
    ):
        assert words in out
    assert "twice" not in call("fuse", "w32").out
