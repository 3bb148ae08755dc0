"""HRNetV2 for classification (Wang et al., TPAMI 2020, appendix), and timm's features of it."""

from __future__ import annotations

from hrnet_cli import nn
from hrnet_cli.model.blocks import Bottleneck
from hrnet_cli.model.network import HighResolutionNet
from hrnet_cli.model.place import Place, set_place
from hrnet_cli.schema import ClassificationHead, FeaturesHead, Spec

NARROWEST = 32
"""Branch i is widened to 4 × 32·2^i channels."""
WIDEST = 2048


def _head_channels(spec: Spec) -> list[int]:
    return [NARROWEST * 2**i for i in range(spec.stages[-1].num_branches)]


def incre_modules(spec: Spec) -> nn.ModuleList:
    """One Bottleneck per branch, to 128, 256, 512, 1024 channels."""
    pairs = zip(spec.stages[-1].widths, _head_channels(spec), strict=True)
    modules = nn.ModuleList([nn.Sequential(Bottleneck(width, channels)) for width, channels in pairs])
    for branch, module in enumerate(modules):
        set_place(module, Place("head", branch=branch))
    return modules


def _conv_bn_relu(in_channels: int, out_channels: int, kernel: int, stride: int, bias: bool) -> nn.Sequential:
    layer = nn.Sequential(
        nn.Conv2d(in_channels, out_channels, kernel, stride=stride, padding=kernel // 2, bias=bias),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(inplace=True),
    )
    set_place(layer, Place("head"))
    return layer


class ClassificationHighResolutionNet(HighResolutionNet):
    """N×in_channels×H×W to N×num_classes."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        head = spec.head
        assert isinstance(head, ClassificationHead)
        widths = [4 * channels for channels in _head_channels(spec)]
        bias = head.head_conv_bias
        self.incre_modules = incre_modules(spec)
        self.downsamp_modules = nn.ModuleList(
            [_conv_bn_relu(widths[i], widths[i + 1], 3, 2, bias) for i in range(len(widths) - 1)]
        )
        self.sums = nn.ModuleList([nn.Add() for _ in widths[1:]])
        self.final_layer = _conv_bn_relu(widths[-1], WIDEST, 1, 1, bias)
        pool = nn.AdaptiveAvgPool2d(1) if head.global_pool == "adaptive" else nn.GlobalAvgPool2d()
        self.global_pool = nn.Sequential(pool, nn.Flatten(1))
        self.head_drop = nn.Dropout(0.0) if head.dropout else None
        self.classifier = nn.Linear(WIDEST, head.num_classes)
        for part in (*self.sums, self.global_pool, self.classifier):
            set_place(part, Place("head"))

    def forward(self, x: nn.Tensor) -> nn.Tensor:
        """From the largest map down: halve, add the next branch, at last pool and classify."""
        xs = self.features(x)
        y = self.incre_modules[0](xs[0])
        for i, (halve, add) in enumerate(zip(self.downsamp_modules, self.sums, strict=True), 1):
            y = add(self.incre_modules[i](xs[i]), halve(y))
        y = self.global_pool(self.final_layer(y))
        scores: nn.Tensor = self.classifier(y if self.head_drop is None else self.head_drop(y))
        return scores


class FeaturesHighResolutionNet(HighResolutionNet):
    """N×in_channels×H×W to the stem at 1/2, then a map per branch from 1/4 on."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        head = spec.head
        assert isinstance(head, FeaturesHead)
        self.incre_modules = incre_modules(spec) if head.location == "incre" else None

    def forward(self, x: nn.Tensor) -> list[nn.Tensor]:
        """The maps, largest first."""
        half = self.first_half(x)
        xs = self.after_stem(half)
        if self.incre_modules is not None:
            xs = [widen(x) for widen, x in zip(self.incre_modules, xs, strict=True)]
        return [half, *xs]
