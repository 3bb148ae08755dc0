"""What a Lite-HRNet must fulfil: every mistake is one error at its own key, and no network that is built is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import lite_networks
from support import caught

from hrnet_cli import load_spec, trace
from hrnet_cli.errors import SpecError
from hrnet_cli.hrnet import EXPANSION, HRNET_BLOCKS, LITE_BLOCKS

Plain = dict[str, Any]

FIRST: Plain = {"num_modules": 1, "num_branches": 1, "block": "SHUFFLE", "num_blocks": [1], "num_channels": [32]}
SECOND: Plain = {"num_modules": 1, "num_branches": 2, "block": "LITE", "num_blocks": [2, 2], "num_channels": [40, 80]}
LITE: Plain = {"stem_widths": [32], "stage1": FIRST, "stage2": SECOND}
BASIC: Plain = {"num_modules": 1, "num_branches": 1, "block": "BASIC", "num_blocks": [1], "num_channels": [8]}


@pytest.mark.parametrize(
    ("change", "code", "path", "says"),
    [
        (
            {"stage1": {"num_blocks": [2]}},
            "too-large",
            "stage1.num_blocks[0]",
            "one SHUFFLE block, found num_blocks: 2",
        ),
        (
            {"stage1": {"num_channels": [30]}},
            "too-small",
            "stage1.num_channels[0]",
            "30 is less than the 32 of the stem",
        ),
        ({"stage1": {"num_channels": [33]}}, "odd-channels", "stage1.num_channels[0]", "write 34"),
        ({"stage1": {"expand_ratio": 0.01}}, "too-small", "stage1.expand_ratio", "0 channels of the stem's 32"),
        (
            {"stage1": {"expand_ratio": 1023, "num_channels": [128]}, "stem_widths": [128]},
            "too-large",
            "stage1.expand_ratio",
            "makes 130944 channels",
        ),
        ({"stage1": {"reduce_ratio": 8}}, "no-effect", "stage1.reduce_ratio", "only LITE blocks have it"),
        ({"stage1": {"with_fuse": True}}, "no-effect", "stage1.with_fuse", "only LITE and NAIVE blocks have it"),
        ({"stage1": {"block": "NAIVE"}}, "unknown-choice", "stage1.block", "write SHUFFLE"),
        ({"stage1": {"block": "LITE"}}, "unknown-choice", "stage1.block", "write SHUFFLE"),
        ({"stage1": {"expand_ratio": 0}}, "out-of-range", "stage1.expand_ratio", "greater than 0 and less than 1024"),
        ({"stage1": {"block": "LITE", "reduce_ratio": 99}}, "unknown-choice", "stage1.block", "write SHUFFLE"),
        ({"stage2": {"block": "BASIC"}}, "unknown-choice", "stage2.block", "write LITE or NAIVE"),
        ({"stage2": {"block": "SHUFFLE"}}, "unknown-choice", "stage2.block", "write LITE or NAIVE"),
        ({"stage2": {"expand_ratio": 2}}, "no-effect", "stage2.expand_ratio", "has no effect on LITE blocks"),
        ({"stage2": {"num_channels": [41, 80]}}, "odd-channels", "stage2.num_channels[0]", "write 42"),
        ({"stage2": {"num_channels": [40, 6]}}, "too-small", "stage2.num_channels[1]", "write 8 or more"),
        ({"stage2": {"num_blocks": [1, 2]}}, "uneven-blocks", "stage2.num_blocks", "write [1, 1]"),
        ({"stage2": {"reduce_ratio": 61}}, "too-large", "stage2.reduce_ratio", "write 60 or less"),
        ({"stage2": {**BASIC, "block": "LITE"}}, "too-small", "stage2.num_branches", "2 or more, or write NAIVE"),
        ({"stem_widths": [64, 64]}, "too-long", "stem_widths", "write stem_widths: [32]"),
        ({"stem_widths": [31]}, "odd-channels", "stem_widths[0]", "write 32"),
        ({"head": {"type": "features"}}, "unknown-choice", "head.type", "timm's"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_one_mistake_is_one_error(change: Plain, code: str, path: str, says: str) -> None:
    spec = {
        **LITE,
        **{key: {**LITE.get(key, {}), **value} if "stage" in key else value for key, value in change.items()},
    }
    error = caught(SpecError, load_spec, spec)
    assert [(each.code, each.dotted) for each in error.diagnostics] == [(code, path)]
    assert says in f"{error.diagnostics[0].message}\n{error.diagnostics[0].remedy}"


@pytest.mark.parametrize(
    ("spec", "code", "path"),
    [
        ({"stage1": FIRST}, "missing-key", "stem_widths"),
        ({"stage1": BASIC, "stem_widths": [64]}, "too-short", "stem_widths"),
        ({"stage1": BASIC, "iterative_head": True}, "no-effect", "iterative_head"),
        ({"stage1": BASIC, "stage2": SECOND}, "unknown-choice", "stage2.block"),
        ({"stage1": BASIC, "stage2": {**SECOND, "block": "SHUFFLE"}}, "unknown-choice", "stage2.block"),
        ({"stage1": {**BASIC, "reduce_ratio": 8}}, "no-effect", "stage1.reduce_ratio"),
        ({"stage1": {**BASIC, "with_fuse": False}}, "no-effect", "stage1.with_fuse"),
    ],
)
def test_hrnet_and_lite_hrnet_do_not_mix(spec: Plain, code: str, path: str) -> None:
    error = caught(SpecError, load_spec, spec)
    assert [(each.code, each.dotted) for each in error.diagnostics] == [(code, path)]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(list(EXPANSION)), min_size=1, max_size=4), st.sampled_from([{}, {"stem_widths": [8]}]))
def test_any_block_in_any_stage_is_refused_or_built(blocks: list[str], stem: Plain) -> None:
    spec: Plain = {**stem, "input": "64x64", "stage1": {**BASIC, "block": blocks[0]}}
    for number, block in enumerate(blocks[1:], 2):
        spec[f"stage{number}"] = {**SECOND, "block": block, "num_channels": [8, 16]}
    is_lite = blocks[0] == "SHUFFLE" and {*blocks[1:]} <= {*LITE_BLOCKS}
    is_hrnet = {*blocks} <= {*HRNET_BLOCKS}
    if (is_lite and stem) or (is_hrnet and not stem):
        assert trace(load_spec(spec)).calls[0].outputs
    else:
        assert caught(SpecError, load_spec, spec).diagnostics


@pytest.mark.parametrize(
    "change",
    [
        {"num_channels": [8, 8], "reduce_ratio": 8},
        {"block": "NAIVE", "num_channels": [2, 2], "num_blocks": [1, 3]},
        {"block": "NAIVE", "num_branches": 1, "num_channels": [2], "num_blocks": [1]},
        {"with_fuse": False},
    ],
)
def test_the_bounds_are_built(change: Plain) -> None:
    spec = load_spec({**LITE, "stage2": {**SECOND, **change}})
    assert trace(spec, "64x64").calls[0].outputs[0][1:] == (spec.stages[1].widths[0], 16, 16)


def test_its_branches_may_fall() -> None:
    third = {**SECOND, "num_branches": 1, "block": "NAIVE", "num_blocks": [1], "num_channels": [24]}
    assert trace(load_spec({**LITE, "stage3": third}), "64x64").calls[0].outputs == ((1, 24, 16, 16),)


@settings(max_examples=50, deadline=None)
@given(lite_networks())
def test_what_is_accepted_is_built(plain: Plain) -> None:
    spec = load_spec(plain)
    assert spec.is_lite and trace(spec).calls[0].outputs


def test_the_widths_that_a_head_gets() -> None:
    assert load_spec({**LITE, "iterative_head": True}).output_widths == (40, 40)
    assert load_spec(LITE).output_widths == (40, 80)


def test_the_stem_that_is_missing_is_named() -> None:
    error = caught(SpecError, load_spec, {"stage1": FIRST, "stage2": SECOND})
    assert [(each.message, each.remedy) for each in error.diagnostics] == [
        ("stem_widths is missing: the stem of Lite-HRNet has one convolution", "add stem_widths: [32]")
    ]


def test_both_ways_out_of_a_mixture_are_told() -> None:
    error = caught(SpecError, load_spec, {**LITE, "stage2": {**SECOND, "block": "BASIC"}})
    assert error.diagnostics[0].remedy == "write LITE or NAIVE, or give stage1 BASIC or BOTTLENECK blocks"


@pytest.mark.parametrize(("block", "offers"), [("SHUFFLE", False), ("LITE", True), ("NAIVE", True)])
def test_another_first_stage_is_offered_where_it_helps(block: str, offers: bool) -> None:
    error = caught(SpecError, load_spec, {"stage1": BASIC, "stage2": {**SECOND, "block": block}})
    assert ("give stage1 one SHUFFLE block" in error.diagnostics[0].remedy) is offers
