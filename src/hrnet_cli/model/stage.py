"""A stage from the second on: modules in a row, each with its branches in parallel and a fuse layer behind them."""

from __future__ import annotations

from collections.abc import Sequence

from hrnet_cli import nn
from hrnet_cli.model.blocks import chain
from hrnet_cli.model.fuse import fuse_layers, resizes
from hrnet_cli.model.place import Place, set_place
from hrnet_cli.schema import StageSpec, Upsampling


class HighResolutionModule(nn.Module):
    """Branches, then the exchange between them: a list of N×C_j×H_j×W_j to a list of N×C_i×H_i×W_i.

    A module of one branch has nothing to exchange, and so neither fuse layers nor the ReLU behind them.
    """

    def __init__(
        self,
        spec: StageSpec,
        stage: int,
        module: int,
        num_outputs: int,
        upsampling: Upsampling,
    ) -> None:
        set_place(self, Place("module", stage, module))
        widths, branches = spec.widths, spec.num_branches
        self.branches = nn.ModuleList(
            [chain(spec.block, widths[i], spec.num_channels[i], spec.num_blocks[i]) for i in range(branches)]
        )
        for index, branch in enumerate(self.branches):
            set_place(branch, Place("branch", stage, module, index))
        if branches > 1:
            self.fuse_layers = fuse_layers(stage, module, widths, num_outputs, upsampling)
            self.resizes = None
            if upsampling.to == "size":
                self.resizes = resizes(stage, module, branches, num_outputs, upsampling)
            self.sums = nn.ModuleList([nn.Add() for _ in range(num_outputs)])
            self.relu = nn.ReLU(inplace=True)
            set_place(self.relu, Place("fuse", stage, module))
            for i, add in enumerate(self.sums):
                set_place(add, Place("fuse", stage, module, i))

    def forward(self, xs: Sequence[nn.Tensor]) -> list[nn.Tensor]:
        """Every branch on its own, then row i of the fuse layers for output i."""
        xs = [branch(x) for branch, x in zip(self.branches, xs, strict=True)]
        if len(xs) == 1:
            return xs
        return [self.relu(self.sums[i](*self.terms(i, xs))) for i in range(len(self.sums))]

    def terms(self, i: int, xs: Sequence[nn.Tensor]) -> list[nn.Tensor]:
        """Every branch as output i takes it."""
        terms = [x if edge is None else edge(x) for edge, x in zip(self.fuse_layers[i], xs, strict=True)]
        if self.resizes is None:
            return terms
        return [x if to is None else to(x, xs[i]) for to, x in zip(self.resizes[i], terms, strict=True)]


def stage(spec: StageSpec, number: int, keeps_all_branches: bool, upsampling: Upsampling) -> nn.Sequential:
    """`num_modules` modules; only the last one may drop outputs, and then keeps branch 0 alone."""
    modules = []
    for index in range(spec.num_modules):
        is_last = index == spec.num_modules - 1
        num_outputs = spec.num_branches if keeps_all_branches or not is_last else 1
        modules.append(HighResolutionModule(spec, number, index, num_outputs, upsampling))
    stage = nn.Sequential(*modules)
    set_place(stage, Place("stage", number))
    return stage
