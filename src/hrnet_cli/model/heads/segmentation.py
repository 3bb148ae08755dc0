"""HRNetV2: every branch joined at branch 0's size, then a map for each class or landmark.

Semantic segmentation and facial landmarks (Wang et al., TPAMI 2020, sections 4.3 and 4.4).
"""

from __future__ import annotations

from collections.abc import Sequence

from hrnet_cli import nn
from hrnet_cli.hrnet import final_padding
from hrnet_cli.model.blocks import conv_bn_relu
from hrnet_cli.model.network import HighResolutionNet, Place, set_place
from hrnet_cli.schema import LandmarkHead, SegmentationHead, Spec


class Join(nn.Module):
    """A list of N×C_i×H_i×W_i to N×ΣC_i×H_0×W_0. It has no parameters."""

    def __init__(self, spec: Spec) -> None:
        set_place(Place("head"), self)
        # Where the fuse layers upsample by a factor, the originals still join the branches bilinearly.
        mode = spec.upsampling.mode if spec.upsampling.to == "size" else "bilinear"
        align_corners = None if mode == "nearest" else bool(spec.upsampling.align_corners)
        self.resize = nn.Resize(mode, align_corners)
        self.concat = nn.Concat()

    def forward(self, xs: Sequence[nn.Tensor]) -> nn.Tensor:
        """Branch 0, and the other branches resized to it."""
        return self.concat(xs[0], *(self.resize(x, xs[0]) for x in xs[1:]))


def joined_width(spec: Spec) -> int:
    """Channels of all branches of the last stage together."""
    return sum(spec.stages[-1].widths)


def two_convs(width: int, outputs: int, kernel: int, *, first_padding: int = 0, bias: bool = True) -> nn.Sequential:
    """1×1 convolution (with `bias`), batch norm, ReLU, and the convolution to the outputs, which has a bias."""
    first = conv_bn_relu(width, width, 1, padding=first_padding, bias=bias)
    return nn.Sequential(*first, nn.Conv2d(width, outputs, kernel, padding=final_padding(kernel)))


class SegmentationHighResolutionNet(HighResolutionNet):
    """N×in_channels×H×W to N×num_classes×H_0×W_0."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        head = spec.head
        assert isinstance(head, SegmentationHead)
        self.join = Join(spec)
        self.last_layer = two_convs(joined_width(spec), head.num_classes, head.final_conv_kernel, bias=head.conv_bias)
        set_place(Place("head"), self.last_layer)

    def forward(self, x: nn.Tensor) -> nn.Tensor:
        """A map for each class."""
        return self.last_layer(self.join(self.features(x)))


class LandmarkHighResolutionNet(HighResolutionNet):
    """N×in_channels×H×W to N×num_joints×H_0×W_0.

    With a final kernel of 3 the original pads the first convolution too, so that the map is 2 larger along each axis.
    """

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        head = spec.head
        assert isinstance(head, LandmarkHead)
        kernel = head.final_conv_kernel
        self.join = Join(spec)
        self.head = two_convs(joined_width(spec), head.num_joints, kernel, first_padding=final_padding(kernel))
        set_place(Place("head"), self.head)

    def forward(self, x: nn.Tensor) -> nn.Tensor:
        """A heatmap for each landmark."""
        return self.head(self.join(self.features(x)))
