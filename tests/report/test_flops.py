"""The report of `flops`, and our figures beside published ones."""

from __future__ import annotations

import pytest
from commandline import call
from hypothesis import given
from hypothesis import strategies as st
from strategies import Plain

from hrnet_cli import flops
from hrnet_cli.analysis.costs import CONVENTIONS, FVCORE_EXTRA, PUBLISHED_CONVENTIONS
from hrnet_cli.analysis.flops import PublishedFigure
from hrnet_cli.report.content import Facts, plain
from hrnet_cli.report.flops import EXTRAS, TITLES, UNITS, bar_text, present, verdict

TABLE = """\
stage          params    MACs   share
stem           38.85k  134.5M    1.8%  ▍
stage 1        286.2k  868.2M   11.4%  ██▎
transition 1   221.4k  339.7M    4.4%  ▉
stage 2        390.8k  468.7M    6.1%  █▎
  branches     370.2k  453.0M    5.9%
  fuse layers  20.67k  15.73M    0.2%
transition 2   73.98k  14.16M    0.2%
"""
SHARES = {"Conv2d": "99.1%", "BatchNorm2d": "0.7%", "Upsample": "0.0%", "AdaptiveAvgPool2d": "0.0%", "Linear": "0.1%"}


def test_the_table() -> None:
    assert TABLE in call("flops", "w32").out


def test_shares_are_of_the_count_in_the_convention() -> None:
    """Batch norm has no MACs, but 0.7% of what fvcore counts."""
    out = call("flops", "timm-w18-small", "--by", "type", "--convention", "fvcore").out
    rows = [line.split() for line in out.splitlines()]
    assert {row[0]: row[3] for row in rows if row and row[0] in SHARES} == SHARES


def test_a_type_is_divided_by_kernel_and_stride() -> None:
    lines = call("flops", "w32", "--by", "type").out.splitlines()
    assert [line[:14].rstrip() for line in lines[3:8]] == [
        "Conv2d",
        "  3×3 stride 2",
        "  1×1",
        "  3×3",
        "BatchNorm2d",
    ]


def test_the_reconciliation() -> None:
    out = call("flops", "w32").out
    for line in (
        "MACs       7,645,003,776 = 7.645 GMACs (bias not counted)",
        "FLOPs      2 × MACs = 15.29 GFLOPs",
        "published  7.645e9 ÷ 2³⁰ = 7.12, printed as 7.1G ✓",
        "fvcore     7,685,342,208 = MACs + 40,338,432 of batch norm and upsampling",
    ):
        assert line in out.splitlines()


def test_what_fvcore_counts_in_addition_is_named(small: Plain) -> None:
    def line(spec: object, input: str = "64x64") -> str:
        facts = present(flops(spec, input)).blocks[-1]  # type: ignore[arg-type]
        assert isinstance(facts, Facts)
        return plain(dict(facts.rows)["fvcore"])

    one = {"stage1": small["stage1"]}
    assert line(one).endswith(" of batch norm")
    assert line(small).endswith(" of batch norm and upsampling")
    assert line("cls-w18").endswith(" of batch norm and upsampling")
    result = flops("timm-w18-small", "64x64")
    assert result.fvcore == result.macs + sum(result.fvcore_extra.values())


def test_every_convention_and_every_layer_has_its_words() -> None:
    assert set(EXTRAS) == set(FVCORE_EXTRA)
    assert set(TITLES) == set(UNITS) == {*CONVENTIONS, *PUBLISHED_CONVENTIONS}


def test_a_batch_is_named_with_its_total() -> None:
    one, eight = (call("flops", "-i", f"{batch}x3x256x192").out for batch in (1, 8))
    assert "MACs       61,160,030,208 = 61.16 GMACs for a batch of 8 (bias not counted)" in eight
    assert "batch of" not in one
    assert "(61,160,030,208) for a batch of 8, FLOPs" in call("describe", "-i", "8x3x256x192").out


@pytest.mark.parametrize(
    ("convention", "title", "total"),
    [
        ("macs", "MACs by stage", "7.645G"),
        ("flops", "FLOPs (2 × MACs) by stage", "15.29G"),
        ("published", "MACs ÷ 2³⁰ (as HRNet's authors print them) by stage", "7.120Gi"),
        ("fvcore", "flops by fvcore's rules by stage", "7.685G"),
    ],
)
def test_the_title_names_the_convention(convention: str, title: str, total: str) -> None:
    lines = call("flops", "w32", "--convention", convention).out.splitlines()
    assert lines[0] == f"hrnet-w32 · 1×3×256×192 · {title}"
    assert next(line for line in lines if line.startswith("total")).split() == ["total", "28.54M", total, "100.0%"]


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_a_bar_is_as_long_as_its_share(part: int, rest: int) -> None:
    whole = part + rest
    drawn = bar_text(part, whole)
    assert len(drawn) <= 20
    assert drawn.count("█") == (round(160 * part / whole) // 8 if whole else 0)


@pytest.mark.parametrize(
    ("printed", "ours", "giga", "text"),
    [
        ("7.1G", 7_645_003_776, 2**30, "✓"),
        ("7.6G", 7_645_003_776, 10**9, "✓"),
        ("28.5M", 28_536_113, 10**9, "✓"),
        ("7.2G", 7_645_003_776, 2**30, "✗ (ours 7.1G, -1.11%)"),
        ("28M", 28_536_113, 10**9, "✗ (ours 29M, +1.91%)"),
        ("0.0G", 7_645_003_776, 2**30, "✗ (ours 7.1G, more than 0)"),
        ("0M", 0, 10**9, "✓"),
    ],
)
def test_our_figure_beside_a_printed_one(printed: str, ours: int, giga: int, text: str) -> None:
    unit = giga if printed.endswith("G") else 10**6
    figure = PublishedFigure("flops", printed, ours, unit, reproduces=text == "✓", differs=False)
    assert (figure.rounded == printed) is figure.reproduces
    assert verdict(figure).text == text
    assert verdict(figure._replace(differs=True)).text == (
        "✗ (comes out, but the spec lists it under differs)" if text == "✓" else f"≠{text[1:]}"
    )


def test_the_count_of_lite_hrnets_authors_is_divided_as_they_do() -> None:
    out = call("flops", "litehrnet18").out
    assert (
        "torchstat  215,202,112 = flops by torchstat's rules, each layer once; ÷ 2²⁰ = 205.23, printed as 205.2M ✓"
        in out
    )
    assert "each layer once ÷ 2²⁰: all other printed figures" in call("presets", "--task", "pose").out
