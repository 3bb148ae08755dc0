"""Residual blocks (He et al., CVPR 2016), as HRNet uses them.

All take N×in×H×W to N×(channels·expansion)×H×W at stride 1. The sum of body and shortcut is a leaf of its own.
"""

from __future__ import annotations

from hrnet_cli import nn
from hrnet_cli.hrnet import EXPANSION


def conv_bn(in_channels: int, out_channels: int, kernel_size: int, stride: int = 1) -> tuple[nn.Conv2d, nn.BatchNorm2d]:
    """A convolution without bias that keeps the size at stride 1, and its batch norm."""
    conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride, kernel_size // 2, bias=False)
    return conv, nn.BatchNorm2d(out_channels)


class Block(nn.Module):
    """What all blocks share: the shortcut, which has a 1×1 convolution only where the width changes."""

    expansion: int

    def __init__(self, in_channels: int, channels: int) -> None:
        """What every block is made from."""
        raise NotImplementedError

    def add_shortcut(self, in_channels: int, out_channels: int) -> None:
        """Set `downsample` (None where the input can be added as it is) and the sum."""
        same = in_channels == out_channels
        self.downsample = None if same else nn.Sequential(*conv_bn(in_channels, out_channels, kernel_size=1))
        self.add = nn.Add()

    def shortcut(self, x: nn.Tensor) -> nn.Tensor:
        """The other way through the block."""
        return x if self.downsample is None else self.downsample(x)


class BasicBlock(Block):
    """Two 3×3 convolutions."""

    expansion = EXPANSION["BASIC"]

    def __init__(self, in_channels: int, channels: int) -> None:
        self.conv1, self.bn1 = conv_bn(in_channels, channels, kernel_size=3)
        self.relu = nn.ReLU(inplace=True)
        self.conv2, self.bn2 = conv_bn(channels, channels, kernel_size=3)
        self.add_shortcut(in_channels, channels)

    def forward(self, x: nn.Tensor) -> nn.Tensor:
        """N×in×H×W to N×channels×H×W."""
        y: nn.Tensor = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        y = self.relu(self.add(y, self.shortcut(x)))
        return y


class Bottleneck(Block):
    """1×1, 3×3, 1×1; the last is four times as wide."""

    expansion = EXPANSION["BOTTLENECK"]

    def __init__(self, in_channels: int, channels: int) -> None:
        out_channels = channels * self.expansion
        self.conv1, self.bn1 = conv_bn(in_channels, channels, kernel_size=1)
        self.conv2, self.bn2 = conv_bn(channels, channels, kernel_size=3)
        self.conv3, self.bn3 = conv_bn(channels, out_channels, kernel_size=1)
        self.relu = nn.ReLU(inplace=True)
        self.add_shortcut(in_channels, out_channels)

    def forward(self, x: nn.Tensor) -> nn.Tensor:
        """N×in×H×W to N×4·channels×H×W."""
        y: nn.Tensor = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        y = self.relu(self.add(y, self.shortcut(x)))
        return y


BLOCKS: dict[str, type[Block]] = {"BASIC": BasicBlock, "BOTTLENECK": Bottleneck}


def chain(block: str, in_channels: int, channels: int, num_blocks: int) -> nn.Sequential:
    """`num_blocks` blocks in a row: the body of a branch, and all of stage 1."""
    make = BLOCKS[block]
    width = channels * make.expansion
    return nn.Sequential(*(make(in_channels if index == 0 else width, channels) for index in range(num_blocks)))
