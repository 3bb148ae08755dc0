"""Convolution, batch norm and ReLU, and the residual blocks made of them (He et al., CVPR 2016).

A block takes N×in×H×W to N×(channels·expansion)×H×W. The sum of its body and its shortcut is a leaf, `add`.
"""

from __future__ import annotations

from hrnet_cli import nn
from hrnet_cli.hrnet import EXPANSION, same_padding


def conv_bn(
    in_channels: int,
    out_channels: int,
    kernel_size: int,
    stride: int = 1,
    *,
    padding: int | None = None,
    bias: bool = False,
) -> tuple[nn.Conv2d, nn.BatchNorm2d]:
    """A convolution and its batch norm. The default padding keeps the size at stride 1."""
    padding = same_padding(kernel_size) if padding is None else padding
    conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, bias=bias)
    return conv, nn.BatchNorm2d(out_channels)


def conv_bn_relu(
    in_channels: int,
    out_channels: int,
    kernel_size: int,
    stride: int = 1,
    *,
    padding: int | None = None,
    bias: bool = False,
) -> nn.Sequential:
    """A convolution, its batch norm and a ReLU, under the keys `0`, `1` and `2`."""
    layers = conv_bn(in_channels, out_channels, kernel_size, stride, padding=padding, bias=bias)
    return nn.Sequential(*layers, nn.ReLU(inplace=True))


class Block(nn.Module):
    """Base class of the blocks: the shortcut, which has a 1×1 convolution where the width changes."""

    expansion: int

    def __init__(self, in_channels: int, channels: int) -> None:
        """The arguments of every block."""
        raise NotImplementedError

    def add_shortcut(self, in_channels: int, out_channels: int) -> None:
        """Set `downsample`, None where the width stays, and `add`."""
        same = in_channels == out_channels
        self.downsample = None if same else nn.Sequential(*conv_bn(in_channels, out_channels, 1))
        self.add = nn.Add()

    def shortcut(self, x: nn.Tensor) -> nn.Tensor:
        """The input as it is added to the body's output."""
        return x if self.downsample is None else self.downsample(x)


class BasicBlock(Block):
    """Two 3×3 convolutions."""

    expansion = EXPANSION["BASIC"]

    def __init__(self, in_channels: int, channels: int) -> None:
        self.conv1, self.bn1 = conv_bn(in_channels, channels, 3)
        self.relu = nn.ReLU(inplace=True)
        self.conv2, self.bn2 = conv_bn(channels, channels, 3)
        self.add_shortcut(in_channels, channels)

    def forward(self, x: nn.Tensor) -> nn.Tensor:
        """N×in×H×W to N×channels×H×W."""
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return self.relu(self.add(y, self.shortcut(x)))


class Bottleneck(Block):
    """1×1, 3×3 and 1×1 convolutions; the last is four times as wide."""

    expansion = EXPANSION["BOTTLENECK"]

    def __init__(self, in_channels: int, channels: int) -> None:
        out_channels = channels * self.expansion
        self.conv1, self.bn1 = conv_bn(in_channels, channels, 1)
        self.conv2, self.bn2 = conv_bn(channels, channels, 3)
        self.conv3, self.bn3 = conv_bn(channels, out_channels, 1)
        self.relu = nn.ReLU(inplace=True)
        self.add_shortcut(in_channels, out_channels)

    def forward(self, x: nn.Tensor) -> nn.Tensor:
        """N×in×H×W to N×4·channels×H×W."""
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        return self.relu(self.add(y, self.shortcut(x)))


BLOCKS: dict[str, type[Block]] = {"BASIC": BasicBlock, "BOTTLENECK": Bottleneck}
"""Those of HRNet; Lite-HRNet's are in `model.lite_blocks`."""


def block_sequence(block: str, in_channels: int, channels: int, num_blocks: int) -> nn.Sequential:
    """`num_blocks` blocks one after the other: a branch of a module, or stage 1."""
    block_class = BLOCKS[block]
    out_channels = channels * block_class.expansion
    first = block_class(in_channels, channels)
    return nn.Sequential(first, *(block_class(out_channels, channels) for _ in range(num_blocks - 1)))
