"""The leaves' shape rules against torch's own, and the tree."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrnet_cli import nn


def test_children_and_keys_are_in_the_order_they_were_set() -> None:
    body = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4), nn.ReLU())
    assert [name for name, _ in body.named_children()] == ["0", "1", "2"]
    assert list(dict(body.named_parameters())) == ["0.weight", "0.bias", "1.weight", "1.bias"]
    assert list(dict(body.named_buffers())) == ["1.running_mean", "1.running_var", "1.num_batches_tracked"]
    assert {key: tensor.numel() for key, tensor in body.state_dict().items()} == {
        "0.weight": 12,
        "0.bias": 4,
        "1.weight": 4,
        "1.bias": 4,
        "1.running_mean": 4,
        "1.running_var": 4,
        "1.num_batches_tracked": 1,
    }


def test_containers_are_sequences() -> None:
    leaves = [nn.ReLU(), nn.ReLU(inplace=True)]
    body = nn.Sequential(*leaves)
    assert list(body) == leaves and len(body) == 2 and body[-1] is leaves[1]
    holey = nn.ModuleList([leaves[0], None, leaves[1]])
    assert list(holey) == [leaves[0], None, leaves[1]] and len(holey) == 3 and holey[-2] is None
    assert [name for name, _ in holey.named_children()] == ["0", "2"]
    with pytest.raises(IndexError):
        holey[3]


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


def test_a_module_without_forward() -> None:
    with pytest.raises(NotImplementedError):
        nn.Module()(nn.Tensor((1,)))


def same_as_torch(name: str, arguments: dict[str, Any], *shapes: nn.Shape) -> None:
    """The leaf and its torch twin give the same shape, or both refuse; and they say the same of themselves."""
    torch = pytest.importorskip("torch")
    from hrnet_cli.lowering import lower

    leaf = nn.LEAVES[name](**arguments)
    with torch.device("meta"):
        twin = lower(leaf)
        xs = [torch.empty(shape) for shape in shapes]
    assert nn.arguments(leaf) == nn.arguments(twin)
    try:
        theirs: Any = tuple(twin.eval()(*xs).shape)
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
