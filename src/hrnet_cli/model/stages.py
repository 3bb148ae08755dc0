"""Transitions, stages and fuse layers: what HRNet and Lite-HRNet share, with the convolutions and modules of each.

In shapes, i is an output branch and j an input branch; branch i has C_i channels and is H_i×W_i.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from hrnet_cli import nn
from hrnet_cli.hrnet import size_ratio
from hrnet_cli.model.blocks import block_sequence, conv_bn
from hrnet_cli.model.place import Place, set_place
from hrnet_cli.schema import Spec, StageSpec, Upsampling

# Convolutions that halve a map or adapt its width

Convolution = Callable[[int, int, int], tuple[nn.Module, ...]]
"""The layers from in_channels to out_channels with a stride, without a ReLU; at stride 1 the size stays."""


def dense(in_channels: int, out_channels: int, stride: int) -> tuple[nn.Module, ...]:
    """HRNet's: a 3×3 convolution and its batch norm."""
    return conv_bn(in_channels, out_channels, 3, stride)


# Transitions


def make_transition(stage: int, before: Sequence[int], after: Sequence[int], conv: Convolution) -> nn.ModuleList:
    """The layers from a stage with branch widths `before` to `stage` + 1 with widths `after`, one for each branch.

    An existing branch has a convolution where its width changes, else None. A new branch is made from the last
    existing one by convolutions of stride 2, all but the last of them at that branch's width.
    """
    layers: list[nn.Sequential | None] = []
    for i, width in enumerate(after):
        j = min(i, len(before) - 1)
        layer = None
        if i > j:
            widths = [before[j]] * (i - j) + [width]
            layer = nn.Sequential(*(with_relu(conv(*pair, 2)) for pair in pairwise(widths)))
        elif before[i] != width:
            layer = with_relu(conv(before[i], width, 1))
        set_place(Place("transition", stage, branch=i, input_branch=j), layer)
        layers.append(layer)
    return nn.ModuleList(layers)


def with_relu(layers: tuple[nn.Module, ...]) -> nn.Sequential:
    """Layers and a ReLU behind them."""
    return nn.Sequential(*layers, nn.ReLU(inplace=True))


def apply_transition(layers: nn.ModuleList, xs: Sequence[nn.Tensor]) -> list[nn.Tensor]:
    """Each existing branch through its own layer, and the last one through those of the new branches."""
    sources = [xs[min(i, len(xs) - 1)] for i in range(len(layers))]
    return [x if layer is None else layer(x) for layer, x in zip(layers, sources, strict=True)]


# Stages


def make_stage(number: int, network: Spec, family: Family) -> nn.Sequential:
    """The modules of a stage from 2 on.

    The last module of the last stage has branch 0 alone as output, unless the network keeps all branches. Lite-HRNet
    computes all of them also where it leaves them out later.
    """
    spec = network.stages[number - 1]
    keeps_all_branches = number < len(network.stages) or network.keeps_all_branches or network.is_lite
    modules = []
    for index in range(spec.num_modules):
        is_last = index == spec.num_modules - 1
        num_outputs = spec.num_branches if keeps_all_branches or not is_last else 1
        module = family.module(number, index, spec)
        if spec.num_branches > 1 and spec.with_fuse:
            module.add_fuse_layers(number, index, spec.widths, num_outputs, network.upsampling, family.conv)
        modules.append(module)
    stage = nn.Sequential(*modules)
    set_place(Place("stage", number), stage)
    return stage


class FusingModule(nn.Module):
    """Base class of the modules: fuse layers for the branches that a subclass has.

    Output i is the ReLU of the sum over all j of branch j at the width and size of branch i (figure 3 of the CVPR
    paper).
    """

    sum_class: type[nn.Add] = nn.Add
    relu_is_inplace = True
    """Whether nothing reads a sum after its ReLU."""

    def __init__(self, stage: int, module: int, spec: StageSpec) -> None:
        raise NotImplementedError

    def add_fuse_layers(
        self,
        stage: int,
        module: int,
        widths: Sequence[int],
        num_outputs: int,
        upsampling: Upsampling,
        conv: Convolution,
    ) -> None:
        """Set the fuse layers, of which each output has a row and each input a column, the sums and the ReLU."""
        branches = range(len(widths))

        def edges(make: Callable[[int, int], nn.Module | None]) -> nn.ModuleList:
            """`make(i, j)` for every edge i←j: a row for each output, a column for each input."""
            rows = [[make(i, j) for j in branches] for i in range(num_outputs)]
            for i, row in enumerate(rows):
                for j, edge in enumerate(row):
                    set_place(Place("fuse", stage, module, i, j), edge)
            return nn.ModuleList([nn.ModuleList(row) for row in rows])

        self.fuse_layers = edges(lambda i, j: fuse_edge(i, j, widths, upsampling, conv))
        self.resizes = None
        if upsampling.to == "size":
            mode, align_corners = upsampling.mode, upsampling.align_corners
            self.resizes = edges(lambda i, j: nn.Resize(mode, align_corners) if j > i else None)
        self.sums = nn.ModuleList([self.sum_class() for _ in range(num_outputs)])
        self.relu = nn.ReLU(inplace=self.relu_is_inplace)
        set_place(Place("fuse", stage, module), self.relu)
        for i, add in enumerate(self.sums):
            set_place(Place("fuse", stage, module, i), add)

    def term(self, i: int, j: int, xs: Sequence[nn.Tensor]) -> nn.Tensor:
        """Branch j at the width and size of output i."""
        edge = self.fuse_layers[i][j]
        x = xs[j] if edge is None else edge(xs[j])
        resize = None if self.resizes is None else self.resizes[i][j]
        return x if resize is None else resize(x, xs[i])


class HighResolutionModule(FusingModule):
    """Parallel branches, then the fuse layers: a list of N×C_j×H_j×W_j to a list of N×C_i×H_i×W_i.

    A module of one branch has no fuse layers and no ReLU.
    """

    def __init__(self, stage: int, module: int, spec: StageSpec) -> None:
        set_place(Place("module", stage, module), self)
        widths, branches = spec.widths, range(spec.num_branches)
        self.branches = nn.ModuleList(
            [block_sequence(spec.block, widths[i], spec.num_channels[i], spec.num_blocks[i]) for i in branches]
        )
        for i, branch in enumerate(self.branches):
            set_place(Place("branch", stage, module, i), branch)

    def forward(self, xs: Sequence[nn.Tensor]) -> list[nn.Tensor]:
        """Every branch by itself, then row i of the fuse layers for output i."""
        xs = [branch(x) for branch, x in zip(self.branches, xs, strict=True)]
        if len(xs) == 1:
            return xs
        columns = range(len(xs))
        return [self.relu(add(*[self.term(i, j, xs) for j in columns])) for i, add in enumerate(self.sums)]


def fuse_edge(i: int, j: int, widths: Sequence[int], upsampling: Upsampling, conv: Convolution) -> nn.Sequential | None:
    """The layers from input branch j to output branch i.

    j > i: 1×1 convolution to the width of i, batch norm, and upsampling by 2^(j−i). Upsampling to a size needs the map
    that has the size; it is in `FusingModule.resizes`.
    j = i: None.
    j < i: i−j times a convolution of stride 2, a ReLU between them; the width of j until the last.
    """
    if i == j:
        return None
    if j > i:
        layers = conv_bn(widths[j], widths[i], 1)
        if upsampling.to == "size":
            return nn.Sequential(*layers)
        return nn.Sequential(*layers, nn.Upsample(size_ratio(i, j), upsampling.mode, upsampling.align_corners))
    halvings = [with_relu(conv(widths[j], widths[j], 2)) for _ in range(i - j - 1)]
    return nn.Sequential(*halvings, nn.Sequential(*conv(widths[j], widths[i], 2)))


class Family(NamedTuple):
    """What the stages of a family of networks are made of."""

    conv: Convolution
    module: type[FusingModule]


HRNET = Family(dense, HighResolutionModule)
