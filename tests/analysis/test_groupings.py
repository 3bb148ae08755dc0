"""`flops`: whatever the rows are, they add up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from strategies import Plain, specs

from hrnet_cli.analysis.costs import CONVENTIONS
from hrnet_cli.analysis.flops import GROUPINGS, CostRow, Flops, flops
from hrnet_cli.tracing import trace


def sums(rows: tuple[CostRow, ...], level: int) -> tuple[int, int, int]:
    chosen = [row for row in rows if row.level == level]
    return sum(row.params for row in chosen), sum(row.macs for row in chosen), sum(row.value for row in chosen)


def divided(result: Flops) -> Iterator[tuple[CostRow, tuple[CostRow, ...]]]:
    """Each row of level 0 with the rows of level 1 below it."""
    starts = [index for index, row in enumerate(result.rows) if row.level == 0]
    for start, end in zip(starts, [*starts[1:], len(result.rows)], strict=True):
        yield result.rows[start], result.rows[start + 1 : end]


@settings(max_examples=15)
@given(specs(most_stages=4))
def test_every_grouping_adds_up_in_every_convention(plain: Plain) -> None:
    found = trace(plain, "64x128")
    results = [flops(found, by, convention) for by in GROUPINGS for convention in CONVENTIONS]
    for result in results:
        assert sums(result.rows, 0) == (result.params, result.macs, result.total)
        for row, parts in divided(result):
            if parts:
                assert len(parts) > 1
                assert sums(parts, 1) == (row.params, row.macs, row.value)
    assert len({(result.params, result.macs, result.fvcore, result.flops) for result in results}) == 1


@pytest.mark.parametrize("by", GROUPINGS)
def test_labels_are_said_once(by: str) -> None:
    result = flops(trace("w32"), by)
    labels = [row.label for row in result.rows if row.level == 0]
    assert len(labels) == len(set(labels))
    for _, parts in divided(result):
        assert len(parts) == len({part.label for part in parts})


def labels(by: str, level: int = 0) -> list[str]:
    return [row.label for row in flops(trace("w32"), by).rows if row.level == level]


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
    under = dict(divided(flops(trace("w32"), "branch")))
    found = {row.label: [part.label for part in parts] for row, parts in under.items()}
    assert found["branch 0"] == ["stage 1", "stage 2", "stage 3", "stage 4"]
    assert found["branch 3"] == []
    assert found["transitions"] == ["transition 1", "transition 2", "transition 3"]


def test_by_layer() -> None:
    """One row per leaf, by its path; the one ReLU that is called twice is one row."""
    found = trace("w32")
    assert labels("layer") == list(dict.fromkeys(call.node.path for call in found.leaf_calls))


def test_by_type() -> None:
    assert labels("type") == ["Conv2d", "BatchNorm2d", "ReLU", "Add", "Upsample"]
    assert labels("type", 1) == ["3×3 stride 2", "1×1", "3×3"]


def test_what_is_published_comes_along() -> None:
    published = flops(trace("w32")).published
    assert published is not None and (published.params, published.flops) == ("28.5M", "7.1G")
