"""What the reports say, read as a person reads them."""

from __future__ import annotations

import pytest
from commandline import call
from hypothesis import given
from hypothesis import strategies as st
from strategies import Plain

from hrnet_cli.analysis import api
from hrnet_cli.analysis.costs import FVCORE
from hrnet_cli.analysis.presets import presets
from hrnet_cli.report import describe as present_describe
from hrnet_cli.report import flops as present_flops
from hrnet_cli.report import fuse as present_fuse
from hrnet_cli.report import trace as present_trace
from hrnet_cli.report.content import Drawing, Facts, Heading, Note, Table, guides, plain
from hrnet_cli.report.describe import arguments
from hrnet_cli.sources import load_spec, preset_names

GRID = """\
     stem         stage 1        stage 2        stage 3         stage 4
                  4 blocks       1 module       4 modules       3 modules
1/4  64×64×48 ──▶ 256×64×48  ┬●▶ 32×64×48 ╳ ──▶ 32×64×48  ╳ ──▶ 32×64×48  ╳
1/8                          └─▶ 64×32×24 ╳ ┬─▶ 64×32×24  ╳ ──▶ 64×32×24  ╯
1/16                                        └─▶ 128×16×12 ╳ ┬─▶ 128×16×12 ╯
1/32                                                        └─▶ 256×8×6   ╯
"""
EXCHANGE = """\
         j=0        j=1        j=2
       32×64×48   64×32×24  128×16×12
i=0 ─────┤=├───────┤↑2├───────┤↑4├─────▶ Σ ─▶ 32×64×48
i=1 ────┤↓2├────────┤=├───────┤↑2├─────▶ Σ ─▶ 64×32×24
i=2 ────┤↓4├───────┤↓2├────────┤=├─────▶ Σ ─▶ 128×16×12
"""


def test_the_whiteboard() -> None:
    assert GRID in call("trace", "w32").out


def test_a_column_for_every_module() -> None:
    out = call("trace", "w32", "--modules").out
    columns = [f"stage{stage}.{n}" for stage, most in ((2, 1), (3, 4), (4, 3)) for n in range(most)]
    assert out.splitlines()[2].split() == ["stem", "stage", "1", *columns]


def test_the_exchange() -> None:
    assert EXCHANGE in call("fuse", "w32", "--stage", "3", "--module", "0").out


def test_fuse_layers_that_are_the_same_are_drawn_once() -> None:
    document = present_fuse.present(api.fuse("w32"))
    headings = [block.text.partition(" (")[0] for block in document.blocks if isinstance(block, Heading)][1:]
    assert headings == [
        "stage 2 module 0",
        "stage 3 modules 0–3, each",
        "stage 4 modules 0–1, each",
        "stage 4 module 2",
    ]
    drawings = [block for block in document.blocks if isinstance(block, Drawing)]
    tables = [block for block in document.blocks if isinstance(block, Table)]
    assert len(drawings) == len(tables) == len(headings)
    assert [len(table.rows) for table in tables] == [2, 3, 4, 1]


def test_layers_of_two_stages_that_are_alike_are_both_there() -> None:
    document = present_fuse.present(api.fuse("tests/examples/valid/branches_that_stay.yaml"))
    headings = [block.text.partition(" (")[0] for block in document.blocks if isinstance(block, Heading)][1:]
    assert headings == ["stage 2 module 0", "stage 3 module 0"]


def test_a_legend_has_what_is_drawn(small: Plain) -> None:
    one = {"stage1": small["stage1"]}
    for spec in (small, {**one, "stage2": small["stage2"]}, one, "w32"):
        grid, words = present_trace.present(api.shapes(spec, "64x64")).blocks[1:3]
        assert isinstance(grid, Drawing) and isinstance(words, Note)
        drawn = "".join(plain(line) for panel in grid.panels for line in panel.lines)
        for mark, sign in {"●▶": "●", "└─▶": "└─▶", "╳": "╳", "╯": "╯", "✗": "✗"}.items():
            assert (f"{mark} {present_trace.LEGEND[mark]}" in words.text.split(" · ")) is (sign in drawn), (spec, mark)
        assert "──▶ passed on" in words.text


def test_the_mark_of_a_sum_that_breaks_is_in_the_legend() -> None:
    out = call("trace", "-i", "250x250").out
    assert out.splitlines()[-1].endswith("└─▶ new branch by a 3×3/2 conv per halving · ✗ cannot be summed")
    assert "✗" not in call("trace").out


def test_the_legend_of_the_tree_has_what_is_drawn(small: Plain) -> None:
    def legend(spec: object, **more: int) -> list[str]:
        blocks = present_describe.present(api.describe(spec, "64x64", **more)).blocks  # type: ignore[arg-type]
        return [block.text for block in blocks if isinstance(block, Note)]

    assert legend("w32", depth=0) == []
    assert legend({"stage1": small["stage1"]}) == ["Paths are those of get_submodule."]
    (text,) = legend("w32")
    assert "↑2 size ×2, ↓2 size ÷2, then its channels" in text
    (text,) = legend({**small, "multi_scale_output": False, "stage3": small["stage2"]}, stage=3)
    assert "↑2 size ×2, then" in text and "↓2" not in text


def test_the_legend_of_an_exchange_has_what_is_drawn() -> None:
    all_edges, last = call("fuse").out, call("fuse", "--stage", "4", "--module", "2").out
    assert "↑k 1×1 conv, ×k up · ↓k 3×3/2 convs (×n: n in a row), ÷k down" in all_edges
    assert "↑k 1×1 conv, ×k up · Σ sum" in last and "↓" not in last


def test_a_factor_says_what_of() -> None:
    """× and ÷ alone would be the size in one report and the channels in another."""
    out = call("fuse", "--stage", "3", "--module", "0").out
    for words in ("32→32, size ×1", "128→32, size ×4", "32→128, size ÷4", "3×3/2 conv ×2", "1×1 conv, ×2 up"):
        assert words in out
    assert "↑2 64→32 (÷2)" in call("describe").out


def test_nothing_to_fuse(small: Plain) -> None:
    document = present_fuse.present(api.fuse({"stage1": small["stage1"]}, "64x64"))
    assert len(document.blocks) == 2


def test_the_reconciliation() -> None:
    out = call("flops", "w32").out
    for line in (
        "MACs       7,645,003,776 = 7.645 GMACs (bias not counted)",
        "FLOPs      2 × MACs = 15.29 GFLOPs",
        "published  7.645e9 ÷ 2³⁰ = 7.12, printed as 7.1G ✓",
        "fvcore     7,685,342,208 = MACs + 40,338,432 of batch norm and upsampling",
    ):
        assert line in out.splitlines()


def test_what_fvcore_counts_beside_is_what_there_is(small: Plain) -> None:
    def line(spec: object, input: str = "64x64") -> str:
        facts = present_flops.present(api.flops(spec, input)).blocks[-1]  # type: ignore[arg-type]
        assert isinstance(facts, Facts)
        return plain(dict(facts.rows)["fvcore"])

    one = {"stage1": small["stage1"]}
    assert line(one).endswith(" of batch norm")
    assert line(small).endswith(" of batch norm and upsampling")
    assert line("cls-w18").endswith(" of batch norm and upsampling")
    result = api.flops("timm-w18-small", "64x64")
    assert result.fvcore == result.macs + sum(result.fvcore_beside.values())
    assert set(present_flops.WORDS) == set(FVCORE)


def test_a_batch_is_said_beside_its_total() -> None:
    one, eight = (call("flops", "-i", f"{batch}x3x256x192").out for batch in (1, 8))
    assert "MACs       61,160,030,208 = 61.16 GMACs for a batch of 8 (bias not counted)" in eight
    assert "batch of" not in one
    assert "(61,160,030,208) for a batch of 8, FLOPs" in call("describe", "-i", "8x3x256x192").out


@pytest.mark.parametrize(
    ("convention", "title", "total"),
    [
        ("macs", "MACs by stage", "7.645G"),
        ("flops", "FLOPs (2 × MACs) by stage", "15.29G"),
        ("published", "MACs ÷ 2³⁰ (as published) by stage", "7.120Gi"),
        ("fvcore", "flops by fvcore's rules by stage", "7.685G"),
    ],
)
def test_a_table_names_its_convention(convention: str, title: str, total: str) -> None:
    lines = call("flops", "w32", "--convention", convention).out.splitlines()
    assert lines[0] == f"hrnet-w32 · 1×3×256×192 · {title}"
    assert next(line for line in lines if line.startswith("total")).split() == ["total", "28.54M", total, "100.0%"]


def test_a_stretched_map_is_told() -> None:
    """torch adds a map of 1×1 to one of 2×2 without a word."""
    stage = {"num_modules": 1, "block": "BASIC"}
    one = {**stage, "num_branches": 1, "num_blocks": [1], "num_channels": [2]}
    two = {**stage, "num_branches": 2, "num_blocks": [1, 1], "num_channels": [2, 2]}
    result = api.shapes({"stage1": one, "stage2": two}, "4x4")
    assert result.notes and result.failure is None


def test_five_lines_above_the_tree() -> None:
    lines = call("describe", "w32").out.splitlines()
    assert lines[0] == "hrnet-w32 · PoseHighResolutionNet"
    assert lines[2:7] == [
        "network  4 stages, 8 modules, 4 branches, 108 blocks, head heatmap",
        "widths   256 → 32/64 → 32/64/128 → 32/64/128/256",
        "params   28.54M (28,536,113; buffers 54,628)",
        "MACs     7.645G (7,645,003,776), FLOPs = 2 × MACs = 15.29G",
        "shapes   1×3×256×192 → 1×17×64×48",
    ]


def test_full_shows_arguments_as_in_code() -> None:
    out = call("describe", "w32", "--full").out
    assert "conv1 Conv2d(3, 64, kernel_size=3, stride=2, padding=1, bias=False)" in out
    assert "stage2.0.fuse_layers.0.1.2 Upsample(scale_factor=2, mode=nearest)" in out
    assert "final_layer Conv2d(32, 17, kernel_size=1)" in out


def test_arguments_that_are_the_default_go_unsaid() -> None:
    assert (
        arguments({"in_channels": 1, "out_channels": 2, "kernel_size": (3, 5), "bias": True})
        == "(1, 2, kernel_size=(3, 5))"
    )
    assert arguments({"inplace": False}) == ""


def test_one_sibling_is_not_counted() -> None:
    assert "(1) HighResolutionModule, as (0)" in call("describe", "w32").out


def stem_depth(stem: str) -> int:
    return len(stem) // 2


@given(st.lists(st.integers(0, 1), max_size=30))
def test_guides_connect(steps: list[int]) -> None:
    """A child's line starts below its parent, and every open line is closed by a last child."""
    depths = [0]
    for step in steps:
        depths.append(max(depths[-1] + step, 1) if step else max(depths[-1] - 1, 1))
    stems = guides(depths)
    assert [stem_depth(stem) for stem in stems] == depths
    for index, (stem, depth) in enumerate(zip(stems, depths, strict=True)):
        if depth:
            later = next((other for other in depths[index + 1 :] if other <= depth), 0)
            assert stem[-2:] == ("├ " if later == depth else "└ ")


PRESETS, LISTED = presets(), call("presets").out


@pytest.mark.parametrize("name", preset_names())
def test_what_the_authors_published_is_reproduced(name: str) -> None:
    preset = next(each for each in PRESETS.presets if each.name == name)
    row = next(line for line in LISTED.splitlines() if line.split()[:1] == [name])
    assert row.count("✓") == sum(figure.reproduces for figure in preset.figures)
    for figure in preset.figures:
        assert figure.printed in row and figure.reproduces is not figure.declared


@pytest.mark.parametrize("name", preset_names())
def test_presets_show_prints_a_spec(name: str) -> None:
    for asked in (name, f"{name}.yaml"):
        result = call("presets", "show", asked)
        assert (result.code, result.err) == (0, "")
        again = call("flops", "-", "--format", "json", stdin=result.out.encode())
        assert again.out == call("flops", name, "--format", "json").out
    from hrnet_cli.sources import parse_spec

    assert parse_spec(result.out) == load_spec(name)
