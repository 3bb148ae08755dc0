"""Between two stages: adapt the width of the branches there are, and grow the new ones."""

from __future__ import annotations

from collections.abc import Sequence

from hrnet_cli import nn
from hrnet_cli.model.blocks import conv_bn
from hrnet_cli.model.place import Place, set_place


def conv_bn_relu(in_channels: int, out_channels: int, stride: int) -> nn.Sequential:
    """3×3 convolution, batch norm, ReLU."""
    return nn.Sequential(*conv_bn(in_channels, out_channels, kernel_size=3, stride=stride), nn.ReLU(inplace=True))


def transition(stage: int, before: Sequence[int], after: Sequence[int]) -> nn.ModuleList:
    """What leads from a stage with branch widths `before` to `stage`+1 with widths `after`; its keys are `transitionN`.

    Branch i that was there: 3×3 stride 1 where its width changes, else None. A new branch: 3×3 stride 2 from the last
    branch that was there, as often as it takes, at that branch's width until the last one.
    """
    layers: list[nn.Sequential | None] = []
    for branch, width in enumerate(after):
        if branch >= len(before):
            steps = branch - len(before) + 1
            widths = [before[-1]] * steps + [width]
            layer: nn.Sequential | None = nn.Sequential(
                *(conv_bn_relu(widths[step], widths[step + 1], stride=2) for step in range(steps))
            )
        else:
            layer = None if before[branch] == width else conv_bn_relu(before[branch], width, stride=1)
        if layer is not None:
            set_place(layer, Place("transition", stage, branch=branch, input_branch=min(branch, len(before) - 1)))
        layers.append(layer)
    return nn.ModuleList(layers)


def cross(layers: nn.ModuleList, xs: Sequence[nn.Tensor]) -> list[nn.Tensor]:
    """Each branch through its layer: an old one from itself, a new one from the last old one."""
    sources = [xs[min(branch, len(xs) - 1)] for branch in range(len(layers))]
    return [x if layer is None else layer(x) for layer, x in zip(layers, sources, strict=True)]
