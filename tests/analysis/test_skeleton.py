"""A skeleton has the output shapes of its network, and its costs come to the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import Plain, lite_networks, networks

from hrnet_cli import Spec, load_spec, nn, trace
from hrnet_cli.analysis.costs import Totals, costs, totals
from hrnet_cli.analysis.skeleton import measure, output_shapes, skeleton
from hrnet_cli.sources import preset_names
from hrnet_cli.tracing import InputError


def traced(spec: Spec, input: Any = None) -> tuple[tuple[nn.Shape, ...], Totals] | None:
    """The output shapes and the totals of the whole network; None if the input cannot go through."""
    try:
        found = trace(spec, input)
    except InputError:
        return None
    return found.calls[0].outputs, totals(costs(found))


def measured(spec: Spec, input: nn.Shape) -> tuple[tuple[nn.Shape, ...], Totals] | None:
    try:
        return measure(spec, input)
    except nn.ShapeError:
        return None


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_is_measured_as_its_trace_adds_up(name: str) -> None:
    spec = load_spec(name)
    expected = traced(spec)
    assert expected is not None and measure(spec, spec.input_shape) == expected
    assert output_shapes(spec, spec.input_shape) == expected[0]
    with pytest.raises(nn.ShapeError):
        measure(spec, (1, 5, 64, 64))
    assert measure(spec, spec.input_shape) == expected, "a run that broke left its hooks"


@settings(max_examples=200, deadline=None)
@given(
    networks() | lite_networks(),
    st.tuples(st.integers(1, 3), st.sampled_from([32, 64, 100, 128]), st.sampled_from([1, 64, 96])),
)
def test_any_network_is_measured_as_its_trace_adds_up(plain: Plain, size: tuple[int, int, int]) -> None:
    spec = load_spec(plain)
    batch, height, width = size
    input = (batch, spec.in_channels, height, width)
    assert measured(spec, input) == traced(spec, input)


@pytest.mark.parametrize("num_modules", [1, 2, 3, 5])
@pytest.mark.parametrize("num_blocks", [1, 2, 4])
@pytest.mark.parametrize("head", ["none", "heatmap"])
def test_repetitions_are_counted(num_modules: int, num_blocks: int, head: str) -> None:
    first = {"num_modules": 1, "num_branches": 1, "block": "BOTTLENECK", "num_blocks": [3], "num_channels": [8]}
    blocks = [num_blocks, num_blocks + 1]
    second = {**first, "num_modules": num_modules, "num_branches": 2, "num_blocks": blocks, "num_channels": [8, 16]}
    spec = load_spec({"stage1": first, "stage2": second, "head": {"type": head}, "input": "64x64"})
    assert measure(spec, spec.input_shape) == traced(spec)


def test_a_skeleton_is_small() -> None:
    whole, reduced = (
        len(list(network.state_dict())) for network in (trace("w48").root.module, skeleton(load_spec("w48")))
    )
    assert reduced < whole / 2
