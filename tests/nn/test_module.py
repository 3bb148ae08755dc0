"""The tree of modules: children, keys, containers and the repr."""

from __future__ import annotations

from typing import Any

import pytest

from hrnet_cli import build, nn
from hrnet_cli.schema import HEAD_SPECS


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


def test_a_module_without_forward() -> None:
    with pytest.raises(NotImplementedError):
        nn.Module()(nn.Tensor((1,)))


def test_a_repr_is_nested_as_torchs() -> None:
    leaf = nn.Conv2d(3, 64, 3, stride=2, padding=1, bias=False)
    body = nn.Sequential(leaf, nn.BatchNorm2d(64), nn.ReLU(inplace=True))
    assert (
        repr(nn.ModuleList([nn.ModuleList([None, body]), nn.Add(), nn.Add(), nn.ModuleList([])]))
        == """\
ModuleList(
  (0): ModuleList(
    (0): None
    (1): Sequential(
      (0): Conv2d(3, 64, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), bias=False)
      (1): BatchNorm2d(64, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)
      (2): ReLU(inplace=True)
    )
  )
  (1-2): 2 x Add()
  (3): ModuleList()
)"""
    )


@pytest.mark.parametrize("head", HEAD_SPECS)
@pytest.mark.parametrize("to", ["factor", "size"])
@pytest.mark.torch
def test_the_repr_of_a_network_is_torchs(small: dict[str, Any], head: str, to: str) -> None:
    torch = pytest.importorskip("torch")
    from hrnet_cli import build_torch

    spec = {**small, "head": {"type": head}, "upsampling": {"mode": "bilinear", "to": to, "align_corners": False}}
    with torch.device("meta"):
        lowered = repr(build_torch(spec))
    assert repr(build(spec)) == lowered.replace("bias=True, track", "track")  # torch 2.13 adds it to BatchNorm2d
