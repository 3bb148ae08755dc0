"""What Lite-HRNet has in the place of HRNet's parts (Yu et al., CVPR 2021): its modules, its convolutions and its head.

The network around them is the same one: `model.network` makes the transitions, the stages and the fuse layers of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from hrnet_cli import nn
from hrnet_cli.hrnet import same_padding
from hrnet_cli.model.blocks import conv_bn
from hrnet_cli.model.lite_blocks import ConditionalChannelWeighting, ShuffleUnit, depthwise, pointwise
from hrnet_cli.model.place import Place, set_place
from hrnet_cli.model.stages import Family, FusingModule
from hrnet_cli.schema import StageSpec


def separable(in_channels: int, out_channels: int, stride: int) -> tuple[nn.Module, ...]:
    """A 3×3 convolution of each channel alone and its batch norm, then a 1×1 convolution and its own."""
    kernel = 3
    alone = nn.Conv2d(in_channels, in_channels, kernel, stride, same_padding(kernel), groups=in_channels, bias=False)
    return (alone, nn.BatchNorm2d(in_channels), *conv_bn(in_channels, out_channels, 1))


class LiteHRModule(FusingModule):
    """Blocks, then the fuse layers, if it has any: a list of N×C_j×H_j×W_j to a list of N×C_i×H_i×W_i.

    The authors add branch 0 twice to every output, and add to branch 0 itself, so that the lower outputs are made of
    output 0 before its ReLU in the place of branch 0 (`y = out[0]`, then `y += …` in their LiteHRModule).
    """

    sum_class = nn.AddInPlace
    relu_is_inplace = False

    def __init__(self, stage: int, module: int, spec: StageSpec) -> None:
        set_place(Place("module", stage, module), self)
        self.together, self.fuses = spec.is_over_all_branches, spec.with_fuse and spec.num_branches > 1
        if self.fuses:
            self.doubles = nn.ModuleList([nn.AddInPlace() for _ in spec.widths])
            for i, add in enumerate(self.doubles):
                set_place(Place("fuse", stage, module, i), add)
        if self.together:
            blocks = (ConditionalChannelWeighting(spec.widths, spec.reduce_ratio) for _ in range(spec.num_blocks[0]))
            self.layers: nn.Sequential | nn.ModuleList = nn.Sequential(*blocks)
            set_place(Place("branch", stage, module), self.layers)
            return
        counts = zip(spec.widths, spec.num_blocks, strict=True)
        branches = [nn.Sequential(*(ShuffleUnit(width) for _ in range(count))) for width, count in counts]
        self.layers = nn.ModuleList(branches)
        for i, branch in enumerate(branches):
            set_place(Place("branch", stage, module, i), branch)

    def forward(self, xs: list[nn.Tensor]) -> list[nn.Tensor]:
        """The blocks, on all branches together or on each alone, then row i of the fuse layers for output i."""
        xs = self.layers(xs) if self.together else [branch(x) for branch, x in zip(self.layers, xs, strict=True)]
        if not self.fuses:
            return xs
        outputs = []
        for i, (double, add) in enumerate(zip(self.doubles, self.sums, strict=True)):
            twice = double(self.term(i, 0, xs), self.term(i, 0, xs))
            total = add(twice, *(self.term(i, j, xs) for j in range(1, len(xs))))
            if i == 0:
                xs = [total, *xs[1:]]
            outputs.append(self.relu(total))
        return outputs


LITE_HRNET = Family(separable, LiteHRModule)


class IterativeHead(nn.Module):
    """Lite-HRNet's head: from the lowest branch up, each is added to the one above it and convolved to its width."""

    def __init__(self, widths: Sequence[int]) -> None:
        set_place(Place("head"), self)
        upwards = (*widths[::-1], widths[0])
        self.projects = nn.ModuleList([SeparableConvModule(*pair) for pair in pairwise(upwards)])
        self.resize = nn.Resize("bilinear", align_corners=True)
        self.add = nn.Add()

    def forward(self, xs: Sequence[nn.Tensor]) -> list[nn.Tensor]:
        """A list of N×C_i×H_i×W_i to the same, but each as wide as the branch above it."""
        outputs: list[nn.Tensor] = []
        for x, project in zip(xs[::-1], self.projects, strict=True):
            outputs.append(project(self.add(x, self.resize(outputs[-1], x)) if outputs else x))
        return outputs[::-1]


class SeparableConvModule(nn.Module):
    """A 3×3 convolution of each channel alone, then a 1×1 convolution and a ReLU, each with its batch norm."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        self.depthwise_conv = depthwise(in_channels)
        self.pointwise_conv = pointwise(in_channels, out_channels)

    def forward(self, x: nn.Tensor) -> nn.Tensor:
        """N×in×H×W to N×out×H×W."""
        return self.pointwise_conv(self.depthwise_conv(x))
