"""HRNetV2 for classification (Wang et al., TPAMI 2020, appendix), and timm's feature maps of it."""

from __future__ import annotations

from itertools import pairwise

from hrnet_cli import nn
from hrnet_cli.hrnet import branch_widths
from hrnet_cli.model.blocks import Bottleneck, conv_bn_relu
from hrnet_cli.model.network import HighResolutionNet, Place, set_place
from hrnet_cli.schema import ClassificationHead, FeaturesHead, Spec

HEAD_WIDTH = 32
"""Channels of branch 0's Bottleneck before its expansion; each lower branch has twice as many."""
FINAL_WIDTH = 2048
"""Channels in front of the classifier."""


def head_widths(spec: Spec) -> tuple[int, ...]:
    """Channels of each branch's Bottleneck before its expansion."""
    return branch_widths(HEAD_WIDTH, spec.stages[-1].num_branches)


def make_incre_modules(spec: Spec) -> nn.ModuleList:
    """A Bottleneck for each branch, to 128, 256, 512 and 1024 channels."""
    widths = zip(spec.stages[-1].widths, head_widths(spec), strict=True)
    modules = nn.ModuleList([nn.Sequential(Bottleneck(in_channels, channels)) for in_channels, channels in widths])
    for branch, module in enumerate(modules):
        set_place(Place("head", branch=branch), module)
    return modules


class ClassificationHighResolutionNet(HighResolutionNet):
    """N×in_channels×H×W to N×num_classes."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        head = spec.head
        assert isinstance(head, ClassificationHead)
        widths = [Bottleneck.expansion * channels for channels in head_widths(spec)]
        bias = head.head_conv_bias
        self.incre_modules = make_incre_modules(spec)
        self.downsamp_modules = nn.ModuleList(
            [conv_bn_relu(*pair, 3, stride=2, bias=bias) for pair in pairwise(widths)]
        )
        self.sums = nn.ModuleList([nn.Add() for _ in widths[1:]])
        self.final_layer = conv_bn_relu(widths[-1], FINAL_WIDTH, 1, bias=bias)
        pool = nn.AdaptiveAvgPool2d(1) if head.global_pool == "adaptive" else nn.GlobalAvgPool2d()
        self.global_pool = nn.Sequential(pool, nn.Flatten(1))
        self.head_drop = nn.Dropout(0.0) if head.dropout else None
        self.classifier = nn.Linear(FINAL_WIDTH, head.num_classes)
        set_place(Place("head"), *self.downsamp_modules, *self.sums, self.final_layer)
        set_place(Place("head"), self.global_pool, self.head_drop, self.classifier)

    def forward(self, x: nn.Tensor) -> nn.Tensor:
        """Each map, from the largest: halved and added to the next branch; the last is pooled and classified."""
        xs = self.features(x)
        y = self.incre_modules[0](xs[0])
        for i, (halve, add) in enumerate(zip(self.downsamp_modules, self.sums, strict=True), 1):
            y = add(self.incre_modules[i](xs[i]), halve(y))
        y = self.global_pool(self.final_layer(y))
        return self.classifier(y if self.head_drop is None else self.head_drop(y))


class FeaturesHighResolutionNet(HighResolutionNet):
    """N×in_channels×H×W to a list: the stem's first map, H/2×W/2, then a map for each branch."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        head = spec.head
        assert isinstance(head, FeaturesHead)
        self.incre_modules = make_incre_modules(spec) if head.location == "incre" else None

    def forward(self, x: nn.Tensor) -> list[nn.Tensor]:
        """The maps, largest first."""
        half = self.half_resolution(x)
        xs = self.stages(half)
        if self.incre_modules is not None:
            xs = [widen(x) for widen, x in zip(self.incre_modules, xs, strict=True)]
        return [half, *xs]
