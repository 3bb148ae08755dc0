"""The leaves' shape rules against torch's own."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrnet_cli import nn


@pytest.mark.parametrize(
    ("leaf", "shape", "words"),
    [
        (nn.Conv2d(3, 4, 3), (1, 4, 8, 8), "expects 3 channels, got 4"),
        (nn.Conv2d(3, 4, 3), (3, 8, 8), "expects N×C×H×W, got 3 dimensions"),
        (nn.Conv2d(3, 4, 3), (1, 3, 2, 8), "a 3×3 kernel does not fit on 2×8"),
        (nn.BatchNorm2d(4), (1, 3, 8, 8), "expects 4 channels, got 3"),
    ],
)
def test_shapes_that_do_not_fit(leaf: nn.Leaf, shape: nn.Shape, words: str) -> None:
    with pytest.raises(nn.ShapeError, match=words):
        leaf(nn.Tensor(shape))


def test_a_sum_of_what_does_not_add_up() -> None:
    with pytest.raises(nn.ShapeError, match="cannot add"):
        nn.Add()(nn.Tensor((1, 2, 3, 4)), nn.Tensor((1, 2, 3, 5)))


def same_as_torch(name: str, arguments: dict[str, Any], *shapes: nn.Shape) -> None:
    """Our leaf and torch's have the same arguments and repr, and give the same shape or both raise."""
    torch = pytest.importorskip("torch")
    from hrnet_cli.lowering import lower

    leaf = nn.LEAVES[name](**arguments)
    with torch.device("meta"):
        lowered = lower(leaf)
        xs = [torch.empty(shape) for shape in shapes]
    assert nn.arguments(leaf) == leaf.arguments() == nn.arguments(lowered)
    assert repr(leaf) == repr(lowered).replace("bias=True, track", "track")  # torch 2.13 adds it to BatchNorm2d
    try:
        theirs: Any = tuple(lowered.eval()(*xs).shape)
    except RuntimeError:
        theirs = None
    try:
        ours = leaf(*(nn.Tensor(shape) for shape in shapes)).shape
    except nn.ShapeError:
        ours = None
    assert ours == theirs


batches, widths, lengths = st.integers(1, 3), st.integers(1, 6), st.integers(1, 20)
maps = st.tuples(batches, widths, lengths, lengths)
pairs = st.integers(1, 5) | st.tuples(st.integers(1, 5), st.integers(1, 5))


@pytest.mark.torch
@given(maps, widths, pairs, pairs, st.integers(0, 3) | st.tuples(st.integers(0, 2), st.integers(0, 2)), st.booleans())
def test_conv2d(x: nn.Shape, out: int, kernel: Any, stride: Any, padding: Any, bias: bool) -> None:
    sizes = {"kernel_size": kernel, "stride": stride, "padding": padding}
    same_as_torch("Conv2d", {"in_channels": x[1], "out_channels": out, "bias": bias, **sizes}, x)


@pytest.mark.torch
@given(maps, widths, st.sampled_from([1, 2, 3]))
def test_grouped_conv2d(x: nn.Shape, out: int, groups: int) -> None:
    shape = (x[0], x[1] * groups, *x[2:])
    arguments = {"in_channels": shape[1], "out_channels": out * groups, "kernel_size": 1, "groups": groups}
    same_as_torch("Conv2d", arguments, shape)


@pytest.mark.torch
@given(maps, st.integers(1, 8))
def test_upsample(x: nn.Shape, factor: int) -> None:
    same_as_torch("Upsample", {"scale_factor": factor}, x)


@pytest.mark.torch
@given(st.lists(st.tuples(*[st.sampled_from([1, 2, 3])] * 4), min_size=1, max_size=4))
def test_add(shapes: list[nn.Shape]) -> None:
    same_as_torch("Add", {}, *shapes)


@pytest.mark.torch
@given(maps, widths)
def test_batch_norm_and_relu(x: nn.Shape, features: int) -> None:
    same_as_torch("BatchNorm2d", {"num_features": features}, x)
    same_as_torch("ReLU", {"inplace": True}, x)
