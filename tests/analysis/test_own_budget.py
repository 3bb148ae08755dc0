"""A network meets its own budget, and only just."""

from __future__ import annotations

import pytest

from hrnet_cli import flops, trace
from hrnet_cli.analysis.diagnosis import multiples_go_through
from hrnet_cli.analysis.own_budget import own_budget, rounded_up
from hrnet_cli.sources import load_spec


@pytest.mark.parametrize(
    ("number", "rounded"), [(1, 1), (99, 99), (100, 100), (101, 110), (28_535_281, 29_000_000), (9_950, 10_000)]
)
def test_rounded_up(number: int, rounded: int) -> None:
    assert rounded_up(number) == rounded


@pytest.mark.parametrize("name", ["w32", "seg-w18-small-v2", "face-w18", "cls-w18-small-v2", "det-w18", "higher-w32"])
def test_a_network_meets_it(name: str) -> None:
    budget, counted = own_budget(trace(name)), flops(name)
    assert budget.max_params and counted.params <= budget.max_params < 1.1 * counted.params
    assert budget.max_macs and counted.macs <= budget.max_macs < 1.1 * counted.macs
    assert budget.max_activations
    spec = load_spec(name)
    assert budget.divisor and multiples_go_through(spec, budget.divisor)
    assert not any(length % budget.divisor for length in spec.input_shape[2:])


def test_an_input_that_is_no_multiple_has_no_divisor() -> None:
    assert own_budget(trace("w32", "32x64")).divisor == 32
    assert own_budget(trace("w32", "29x64")).divisor is None  # goes through by accident: ⌈29 ÷ 32⌉ is 1
