"""The blocks of Lite-HRNet (Yu et al., CVPR 2021, sections 3.1 to 3.3), and the layers that they are made of.

A shuffle block splits the channels in two, convolves the second half and shuffles the two together. Conditional channel
weighting replaces its 1×1 convolutions by weights, computed from all branches of a module and from each map alone.

Names are those of the authors' code and of mmpose's, so that the state-dict keys are theirs.
"""

from __future__ import annotations

from collections.abc import Sequence

from hrnet_cli import nn
from hrnet_cli.hrnet import EXPANSION, LITE_HALVES, LITE_SPATIAL_RATIO, same_padding


class ConvModule(nn.Module):
    """A convolution, a batch norm and an activation, under the keys that mmcv's class of this name gives them.

    Without a batch norm the convolution has a bias. At stride 1 the size of the map stays.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        stride: int = 1,
        groups: int = 1,
        activate: nn.Module | None = None,
        *,
        norm: bool = True,
    ) -> None:
        padding = same_padding(kernel_size)
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, groups, bias=not norm)
        self.bn = nn.BatchNorm2d(out_channels) if norm else None
        self.activate = activate

    def forward(self, x: nn.Tensor) -> nn.Tensor:
        """N×in×H×W to N×out×H'×W'."""
        x = self.conv(x)
        if self.bn is not None:
            x = self.bn(x)
        return x if self.activate is None else self.activate(x)


def pointwise(in_channels: int, out_channels: int) -> ConvModule:
    """A 1×1 convolution, its batch norm and a ReLU."""
    return ConvModule(in_channels, out_channels, 1, activate=nn.ReLU(inplace=True))


def depthwise(channels: int, stride: int = 1) -> ConvModule:
    """A 3×3 convolution of each channel alone, and its batch norm."""
    return ConvModule(channels, channels, 3, stride, groups=channels)


class Shuffle(nn.Module):
    """Base class of what splits a map into halves and shuffles two maps together."""

    def add_shuffle(self) -> None:
        """Set `split`, `concat` and `shuffle`."""
        self.split = nn.Chunk(LITE_HALVES)
        self.concat = nn.Concat()
        self.shuffle = nn.ShuffleChannels(LITE_HALVES)

    def join(self, x1: nn.Tensor, x2: nn.Tensor) -> nn.Tensor:
        """Two halves as one map, their channels in turn."""
        return self.shuffle(self.concat(x1, x2))


class ShuffleStem(Shuffle):
    """The stem's convolution, `conv1`, and a shuffle block of stride 2, which a spec has as stage 1.

    The first half of the block's input goes through branch1, the second through a convolution to `expand_ratio` times
    the stem's width, a depthwise one of stride 2 and another. Both put out half of the channels if the width stays,
    otherwise the second as many as the stem has.
    """

    expansion = EXPANSION["SHUFFLE"]

    def __init__(self, in_channels: int, width: int, out_channels: int, expand_ratio: float) -> None:
        self.conv1 = ConvModule(in_channels, width, 3, stride=2, activate=nn.ReLU(inplace=True))
        half, middle = width // LITE_HALVES, expanded_width(width, expand_ratio)
        second = half if width == out_channels else width
        self.branch1 = nn.Sequential(depthwise(half, stride=2), pointwise(half, out_channels - second))
        self.expand_conv = pointwise(half, middle)
        self.depthwise_conv = depthwise(middle, stride=2)
        self.linear_conv = pointwise(middle, second)
        self.add_shuffle()

    def forward(self, x: nn.Tensor) -> nn.Tensor:
        """N×in×H×W to N×out×H/4×W/4."""
        x1, x2 = self.split(self.conv1(x))
        x2 = self.linear_conv(self.depthwise_conv(self.expand_conv(x2)))
        return self.join(self.branch1(x1), x2)


def expanded_width(width: int, expand_ratio: float) -> int:
    """Channels of the stem's shuffle block between its two 1×1 convolutions."""
    return round(width * expand_ratio)


class ShuffleUnit(Shuffle):
    """ShuffleNetV2's block of stride 1, the block of naive Lite-HRNet: the first half of the channels is passed on."""

    expansion = EXPANSION["NAIVE"]

    def __init__(self, channels: int) -> None:
        half = channels // LITE_HALVES
        self.branch2 = nn.Sequential(pointwise(half, half), depthwise(half), pointwise(half, half))
        self.add_shuffle()

    def forward(self, x: nn.Tensor) -> nn.Tensor:
        """N×C×H×W to the same."""
        x1, x2 = self.split(x)
        return self.join(x1, self.branch2(x2))


# Conditional channel weighting


def weighting_convs(channels: int, ratio: int, *, norm: bool) -> tuple[ConvModule, ConvModule]:
    """Two 1×1 convolutions to `ratio` times fewer channels and back: a ReLU, then weights between 0 and 1."""
    reduced = channels // ratio
    reduce = ConvModule(channels, reduced, 1, activate=nn.ReLU(inplace=True), norm=norm)
    return reduce, ConvModule(reduced, channels, 1, activate=nn.Sigmoid(), norm=norm)


class CrossResolutionWeighting(nn.Module):
    """Weights of the channels of all branches, from all branches averaged to the lowest one's size."""

    def __init__(self, channels: Sequence[int], ratio: int) -> None:
        self.pool = nn.AdaptiveAvgPoolLike()
        self.concat = nn.Concat()
        self.conv1, self.conv2 = weighting_convs(sum(channels), ratio, norm=True)
        self.split = nn.Split(tuple(channels))
        self.resize = nn.Resize("nearest")
        self.multiply = nn.Multiply()

    def forward(self, xs: Sequence[nn.Tensor]) -> list[nn.Tensor]:
        """A list of N×C_i×H_i×W_i to the same, each element times a weight of its channel and region."""
        smallest = xs[-1]
        pooled = [self.pool(x, smallest) for x in xs[:-1]]
        weights = self.split(self.conv2(self.conv1(self.concat(*pooled, smallest))))
        return [self.multiply(x, self.resize(each, x)) for x, each in zip(xs, weights, strict=True)]


class SpatialWeighting(nn.Module):
    """Weights of the channels of one branch, from the mean of each."""

    def __init__(self, channels: int) -> None:
        self.global_avgpool = nn.AdaptiveAvgPool2d(1)
        self.conv1, self.conv2 = weighting_convs(channels, LITE_SPATIAL_RATIO, norm=False)
        self.multiply = nn.Multiply()

    def forward(self, x: nn.Tensor) -> nn.Tensor:
        """N×C×H×W to the same."""
        return self.multiply(x, self.conv2(self.conv1(self.global_avgpool(x))))


class ConditionalChannelWeighting(Shuffle):
    """A block over all branches of a module: cross-resolution weighting, a depthwise convolution, spatial weighting.

    It works on the second half of each branch's channels.
    """

    expansion = EXPANSION["LITE"]

    def __init__(self, widths: Sequence[int], reduce_ratio: int) -> None:
        halves = [width // LITE_HALVES for width in widths]
        self.cross_resolution_weighting = CrossResolutionWeighting(halves, reduce_ratio)
        self.depthwise_convs = nn.ModuleList([depthwise(half) for half in halves])
        self.spatial_weighting = nn.ModuleList([SpatialWeighting(half) for half in halves])
        self.add_shuffle()

    def forward(self, xs: Sequence[nn.Tensor]) -> list[nn.Tensor]:
        """A list of N×C_i×H_i×W_i to the same."""
        halves = [self.split(x) for x in xs]
        ys = self.cross_resolution_weighting([second for _, second in halves])
        ys = [conv(y) for conv, y in zip(self.depthwise_convs, ys, strict=True)]
        ys = [weigh(y) for weigh, y in zip(self.spatial_weighting, ys, strict=True)]
        return [self.join(first, y) for (first, _), y in zip(halves, ys, strict=True)]


LITE_BLOCKS: dict[str, type[ShuffleStem | ShuffleUnit | ConditionalChannelWeighting]] = {
    "SHUFFLE": ShuffleStem,
    "LITE": ConditionalChannelWeighting,
    "NAIVE": ShuffleUnit,
}
"""By the name that a spec uses. They differ in their arguments: `model.lite` makes each where it belongs."""
