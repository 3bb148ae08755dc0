"""Lite-HRNet where the goldens do not look: what is returned, how it is drawn, and its leaves on both engines."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from strategies import lite_networks
from support import caught, lite_spec

from hrnet_cli import build, build_torch, load_spec, nn, trace
from hrnet_cli.tracing import InputError

Plain = dict[str, Any]


@pytest.mark.parametrize(
    ("more", "channels"),
    [
        ({}, (8, 16)),
        ({"iterative_head": True}, (8, 8)),
        ({"multi_scale_output": False}, (8,)),
        ({"multi_scale_output": False, "iterative_head": True}, (8,)),
    ],
)
def test_what_is_returned(more: Plain, channels: tuple[int, ...]) -> None:
    assert [shape[1] for shape in trace(lite_spec(**more)).calls[0].outputs] == list(channels)


def test_every_row_of_the_last_module_is_built_also_where_branch_0_alone_is_returned() -> None:
    keys = build(lite_spec(multi_scale_output=False)).state_dict().keys()
    assert "stage0.1.fuse_layers.1.0.0.0.weight" in keys
    assert keys == build(lite_spec()).state_dict().keys()


def test_without_fuse_layers_there_is_no_sum() -> None:
    spec = lite_spec()
    spec["stage2"]["with_fuse"] = False
    seen = trace(spec)
    assert not any("fuse" in key for key in seen.root.module.state_dict())
    assert "Add" not in {call.node.type for call in seen.calls}


def test_a_segmentation_head_joins_what_the_iterative_head_gives() -> None:
    spec = lite_spec(iterative_head=True, head={"type": "segmentation", "num_classes": 5})
    keys = {key: tensor.shape for key, tensor in build(spec).state_dict().items()}
    assert keys["last_layer.0.weight"] == (16, 16, 1, 1)
    assert trace(spec).calls[0].outputs == ((1, 5, 16, 24),)


def test_the_first_edge_is_called_twice_and_sums_branch_0_twice() -> None:
    """`y = f(x)` and then `y += f(x)`: once for the start of the sum and once in its loop."""
    calls = [call for call in trace(lite_spec()).calls if call.node.path == "stage0.0.fuse_layers.1.0"]
    assert len(calls) == 2
    first = next(call for call in trace(lite_spec()).calls if call.node.path == "stage0.0.doubles.0")
    assert first.inputs == ((1, 8, 16, 24),) * 2


def test_a_sum_in_place_stretches_no_map() -> None:
    """As mmpose's `y += x`: where HRNet's sum broadcasts a branch 0 of one pixel, this one fails."""
    branch_0 = {size: -(-size // 4) for size in range(1, 41)}
    passes = {size for size in branch_0 if caught(InputError, trace, lite_spec(), f"64x{size}") is None}
    assert passes == {size for size, width in branch_0.items() if width % 2 == 0}
    error = caught(InputError, trace, lite_spec(), "64x4")
    assert error.failure.message == "cannot add 1×8×16×2 from branch 1 to 1×8×16×1"


@pytest.mark.torch
def test_convolutions_are_drawn_as_in_the_original() -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    network = build_torch("litehrnet18")
    convs = [module for module in network.modules() if isinstance(module, torch.nn.Conv2d)]
    weights = torch.cat([conv.weight.detach().flatten() for conv in convs])
    assert weights.std() == pytest.approx(0.001, rel=0.01) and abs(weights.mean()) < 1e-5
    assert not any(conv.bias.any() for conv in convs if conv.bias is not None)


@pytest.mark.torch
@settings(max_examples=25, deadline=None)
@given(lite_networks())
def test_both_engines_see_the_same(plain: Plain) -> None:
    pytest.importorskip("torch")
    spec = load_spec(plain)
    ours, theirs = trace(spec), trace(spec, engine="torch")
    assert [(call.node.path, call.inputs, call.outputs) for call in ours.calls] == [
        (call.node.path, call.inputs, call.outputs) for call in theirs.calls
    ]


@pytest.mark.torch
def test_the_leaves_compute_what_their_names_say() -> None:
    torch = pytest.importorskip("torch")
    from hrnet_cli.lowering import lower

    x = torch.arange(2 * 4 * 3 * 2.0).reshape(2, 4, 3, 2)
    assert lower(nn.ShuffleChannels(2))(x)[:, :, 0, 0].tolist() == [[0, 12, 6, 18], [24, 36, 30, 42]]
    first, second = lower(nn.Chunk(2))(x)
    assert torch.equal(torch.cat([first, second], 1), x) and first.shape == (2, 2, 3, 2)
    assert [part.shape[1] for part in lower(nn.Split((1, 3)))(x)] == [1, 3]
    assert torch.equal(lower(nn.AddInPlace())(x, x, torch.ones(1, 1, 1, 1)), 2 * x + 1) and x[0, 0, 0, 1] == 1
    with pytest.raises(RuntimeError):
        lower(nn.AddInPlace())(torch.ones(1, 1, 1, 1), x)
    assert torch.equal(lower(nn.Multiply())(x, torch.full((2, 4, 1, 1), 2.0)), 2 * x)
    pooled = lower(nn.AdaptiveAvgPoolLike())(x, torch.empty(1, 1, 1, 2))
    assert torch.equal(pooled, x.mean(2, keepdim=True))


@pytest.mark.parametrize(
    ("leaf", "shape", "words"),
    [
        (nn.Chunk(2), (1, 3, 8, 8), "cannot divide 3 channels by 2"),
        (nn.ShuffleChannels(2), (1, 3, 8, 8), "cannot divide 3 channels by 2"),
        (nn.Split((1, 3)), (1, 5, 8, 8), "Split expects 4 channels, got 5"),
    ],
)
def test_channels_that_do_not_divide(leaf: nn.Leaf, shape: nn.Shape, words: str) -> None:
    with pytest.raises(nn.ShapeError, match=words):
        leaf(nn.Tensor(shape))


def test_factors_that_do_not_fit() -> None:
    with pytest.raises(nn.ShapeError, match="cannot multiply"):
        nn.Multiply()(nn.Tensor((1, 2, 3, 4)), nn.Tensor((1, 2, 3, 5)))
