"""The parameters without a gradient are those of torch."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import Plain, lite_networks, specs

from hrnet_cli import build_torch, load_spec
from hrnet_cli.analysis.unread import unused_parameters
from hrnet_cli.hrnet import branch_widths, stage
from hrnet_cli.sources import parse_spec, preset_path


def without_gradient(spec: Any, read: tuple[int, ...]) -> list[str]:
    """The keys of the parameters that torch's backward reaches from no branch that is read."""
    import torch

    network = build_torch(spec).train()
    branches = network(torch.zeros(2, spec.in_channels, 64, 64))
    sum(branches[index].sum() for index in read).backward()
    return [name for name, parameter in network.named_parameters() if parameter.grad is None]


def assert_same(spec: Any, read: tuple[int, ...]) -> int:
    unused, without = unused_parameters(spec, read), without_gradient(spec, read)
    assert all(name.startswith(tuple(f"{path}." for path in unused)) for name in without)
    assert len(without) == sum(map(len, unused.values()))
    return len(without)


@pytest.mark.parametrize(("iterative", "count"), [(True, 0), (False, 69)])
def test_lite_hrnet_18(iterative: bool, count: int) -> None:
    text = (
        preset_path("litehrnet18")
        .read_text()
        .replace("iterative_head: true", f"iterative_head: {str(iterative).lower()}")
    )
    unused = unused_parameters(parse_spec(text), (0,))
    assert sum(map(len, unused.values())) == count
    assert list(unused) == ([f"stage2.1.fuse_layers.{branch}" for branch in (1, 2, 3)] if count else [])


@pytest.mark.torch
@pytest.mark.parametrize("read", [(0,), (1, 2), (2,), (0, 2)])
def test_an_hrnet_as_in_torch(read: tuple[int, ...]) -> None:
    small = {f"stage{n}": stage(1, "BASIC", 1, branch_widths(4, n)) for n in (1, 2, 3)}
    assert assert_same(load_spec({**small, "multi_scale_output": True}), read) > 0


@pytest.mark.torch
@settings(max_examples=40, deadline=None)
@given(lite_networks() | specs(most_stages=3), st.data())
def test_any_network_as_in_torch(plain: Plain, data: st.DataObject) -> None:
    plain = {**plain, "multi_scale_output": True, "head": {"type": "none"}}
    spec = load_spec(plain)
    branches = st.sampled_from(range(spec.stages[-1].num_branches))
    assert_same(spec, tuple(sorted(data.draw(st.sets(branches, min_size=1)))))
