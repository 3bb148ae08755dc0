"""`flops`: the rows of every grouping add up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from originals import spec_of
from strategies import Plain, specs
from support import Golden

from hrnet_cli.analysis.costs import CONVENTIONS
from hrnet_cli.analysis.flops import GROUPINGS, CostRow, Flops, Kernel, Part, flops
from hrnet_cli.errors import UsageError
from hrnet_cli.tracing import trace


def sums(rows: tuple[CostRow, ...], level: int) -> tuple[int, int, int]:
    chosen = [row for row in rows if row.level == level]
    return sum(row.params for row in chosen), sum(row.macs for row in chosen), sum(row.count for row in chosen)


def divided(result: Flops) -> Iterator[tuple[CostRow, tuple[CostRow, ...]]]:
    """Each row of level 0 with the rows of level 1 below it."""
    starts = [index for index, row in enumerate(result.rows) if row.level == 0]
    for start, end in zip(starts, [*starts[1:], len(result.rows)], strict=True):
        yield result.rows[start], result.rows[start + 1 : end]


@settings(max_examples=15)
@given(specs(most_stages=4))
def test_every_grouping_adds_up_in_every_convention(plain: Plain) -> None:
    found = trace(plain, "64x128")
    results = [flops(found, by=by, convention=convention) for by in GROUPINGS for convention in CONVENTIONS]
    for result in results:
        assert sums(result.rows, 0) == (result.params, result.macs, result.count)
        for row, parts in divided(result):
            if parts:
                assert len(parts) > 1
                assert sums(parts, 1) == (row.params, row.macs, row.count)
    assert len({(result.params, result.macs, result.fvcore, result.flops) for result in results}) == 1


@pytest.mark.parametrize("by", GROUPINGS)
def test_each_part_has_one_row(by: str) -> None:
    result = flops("w32", by=by)
    parts = [row.part for row in result.rows if row.level == 0]
    assert len(parts) == len(set(parts)) == len(set(map(str, parts)))
    for _, shares in divided(result):
        assert len(shares) == len({share.part for share in shares})


def labels(by: str, level: int = 0) -> list[str]:
    return [str(row.part) for row in flops("w32", by=by).rows if row.level == level]


def test_by_stage() -> None:
    between = [part for n in (1, 2, 3) for part in (f"stage {n}", f"transition {n}")]
    assert labels("stage") == ["stem", *between, "stage 4", "head"]
    assert set(labels("stage", 1)) == {"branches", "fuse layers"}


def test_by_module() -> None:
    modules = [f"stage {stage} module {n}" for stage, most in ((2, 1), (3, 4), (4, 3)) for n in range(most)]
    assert [label for label in labels("module") if "module" in label] == modules


def test_by_branch() -> None:
    rows = ["stem", "branch 0", "transitions", "branch 1", "fuse layers", "branch 2", "branch 3", "head"]
    assert labels("branch") == rows
    found = {str(row.part): [str(part.part) for part in parts] for row, parts in divided(flops("w32", by="branch"))}
    assert found["branch 0"] == ["stage 1", "stage 2", "stage 3", "stage 4"]
    assert found["branch 3"] == []
    assert found["transitions"] == ["transition 1", "transition 2", "transition 3"]


def test_by_layer() -> None:
    """One row per leaf; a ReLU that is called twice has one row."""
    found = trace("w32")
    assert labels("layer") == list(dict.fromkeys(call.node.path for call in found.leaf_calls))


def test_by_type() -> None:
    assert labels("type") == ["Conv2d", "BatchNorm2d", "ReLU", "Add", "Upsample"]
    shares = [row.part for row in flops("w32", by="type").rows if row.level == 1]
    kernels = [Kernel((3, 3), (2, 2)), Kernel((1, 1), (1, 1)), Kernel((3, 3), (1, 1))]
    assert shares == [Part("Conv2d", kernel=kernel) for kernel in kernels]


@pytest.mark.parametrize(
    ("row", "part"),
    [
        ("stem", Part("stem")),
        ("stage 3", Part("stage", stage=3)),
        ("transition 2", Part("transition", stage=2)),
        ("stage 4 module 1", Part("module", stage=4, module=1)),
        ("branch 3", Part("branch", branch=3)),
    ],
)
def test_a_part_is_a_name_and_numbers(row: str, part: Part) -> None:
    assert str(part) == row
    assert part in [each.part for by in ("stage", "module", "branch") for each in flops("w32", by=by).rows]


@pytest.mark.parametrize(("argument", "known"), [("by", "stage, branch, module"), ("convention", "macs, flops")])
@pytest.mark.parametrize("value", ["stage5", "", None, 3, ["stage"]])
def test_a_wrong_choice_is_a_usage_error_with_the_choices(argument: str, known: str, value: Any) -> None:
    with pytest.raises(UsageError, match=f"{argument}: .* is not a choice") as raised:
        flops("w32", **{argument: value})
    assert raised.value.remedy.startswith(f"choose from {known}")


@pytest.mark.parametrize("by", ["stage", "module", "branch"])
def test_a_call_without_a_place_is_part_of_the_network(by: str) -> None:
    """A network has a row for its other parts, so that the rows add up."""
    found = trace("w32", "64x64")
    moved = replace(found, calls=tuple(call._replace(place=None) for call in found.calls))
    rows, total = flops(moved, by=by).rows, flops(found)
    assert [row.part for row in rows] == [Part("network")]
    assert (rows[0].params, rows[0].macs) == (total.params, total.macs)


def test_a_trace_is_counted_at_its_own_input() -> None:
    found = trace("w32", "64x64")
    assert flops(found).rows == flops("w32", "64x64").rows
    with pytest.raises(UsageError, match="its own input"):
        flops(found, "32x32")


def test_the_published_figures_are_in_the_result() -> None:
    published = flops("w32").published
    assert published is not None and (published.params, published.flops) == ("28.5M", "7.1G")


@pytest.mark.parametrize("name", ["pose-v1/coco_w32_256x192", "cls/w18", "timm/hrnet_w18"])
def test_what_fvcore_counts_beside_convolutions(name: str) -> None:
    """By type of layer, which fvcore calls otherwise."""
    golden = Golden(name)
    counted = golden.facts["counters"]
    result = flops(spec_of(golden), (1, *golden.facts["input"][1:]))
    assert (result.fvcore, result.macs) == (counted["fvcore_total"], golden.facts["macs"]["total"])
    assert sum(result.fvcore_extra.values()) == result.fvcore - result.macs
    assert result.fvcore_extra["BatchNorm2d"] == counted["fvcore_by_operator"]["batch_norm"]
    assert result.flops == 2 * result.macs and "Conv2d" not in result.fvcore_extra
