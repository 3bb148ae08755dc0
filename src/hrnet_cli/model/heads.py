"""The heads. Each is a network that has one: its state-dict keys are next to the backbone's, as in the original.

OCR, which is longer, is in `model.ocr`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from hrnet_cli import nn
from hrnet_cli.hrnet import branch_widths, final_padding, same_padding, size_ratio
from hrnet_cli.model.blocks import BasicBlock, Bottleneck, conv_bn_relu
from hrnet_cli.model.network import HighResolutionNet
from hrnet_cli.model.place import Place, set_place
from hrnet_cli.schema import (
    ClassificationHead,
    FeaturesHead,
    HeatmapHead,
    HigherHead,
    HrfpnHead,
    LandmarkHead,
    SegmentationHead,
    Spec,
)

# HRNetV1 for pose: one convolution on branch 0 (Sun et al., CVPR 2019, section 3)


class PoseHighResolutionNet(HighResolutionNet):
    """N×in_channels×H×W to N×num_joints×H_0×W_0."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        head = spec.head
        assert isinstance(head, HeatmapHead)
        kernel = head.final_conv_kernel
        self.final_layer = nn.Conv2d(spec.output_widths[0], head.num_joints, kernel, padding=final_padding(kernel))
        set_place(Place("head"), self.final_layer)

    def forward(self, x: nn.Tensor) -> nn.Tensor:
        """A heatmap for each joint."""
        return self.final_layer(self.features(x)[0])


# HigherHRNet for bottom-up pose (Cheng et al., CVPR 2020, section 3)

DOUBLING_PADDING = {4: (1, 0), 3: (1, 1), 2: (0, 0)}
"""By kernel: the padding and output_padding of a transposed convolution of stride 2 that doubles the size."""


class HigherHighResolutionNet(HighResolutionNet):
    """N×in_channels×H×W to a list: heatmaps (and tags) at H_0×W_0, then at each doubled resolution."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        head = spec.head
        assert isinstance(head, HigherHead)
        kernel = head.final_conv_kernel
        inputs = [spec.output_widths[0], *head.num_channels]
        outputs = [output_channels(head, index) for index in range(len(inputs))]
        self.cat_output = head.cat_output
        self.final_layers = nn.ModuleList(
            [
                nn.Conv2d(width, output, kernel, padding=final_padding(kernel))
                for width, output in zip(inputs, outputs, strict=True)
            ]
        )
        self.deconv_layers = nn.ModuleList(
            [
                make_deconv(head, index, inputs[index] + (outputs[index] if joins else 0))
                for index, joins in enumerate(head.cat_output)
            ]
        )
        self.concat = nn.Concat()
        set_place(Place("head"), *self.final_layers, *self.deconv_layers, self.concat)

    def forward(self, x: nn.Tensor) -> list[nn.Tensor]:
        """The outputs, smallest first."""
        x = self.features(x)[0]
        outputs = [self.final_layers[0](x)]
        for index, deconv in enumerate(self.deconv_layers):
            x = deconv(self.concat(x, outputs[-1]) if self.cat_output[index] else x)
            outputs.append(self.final_layers[index + 1](x))
        return outputs


def output_channels(head: HigherHead, index: int) -> int:
    """Channels of an output: a heatmap for each joint, and its tags."""
    tags = head.num_joints if head.tag_per_joint else 1
    return head.num_joints + (tags if head.with_ae_loss[index] else 0)


def make_deconv(head: HigherHead, index: int, in_channels: int) -> nn.Sequential:
    """A transposed convolution that doubles the size, then `num_basic_blocks` blocks, each in its own Sequential."""
    width, kernel = head.num_channels[index], head.kernel_size[index]
    padding, output_padding = DOUBLING_PADDING[kernel]
    double = nn.ConvTranspose2d(in_channels, width, kernel, 2, padding, output_padding, bias=False)
    blocks = (nn.Sequential(BasicBlock(width, width)) for _ in range(head.num_basic_blocks))
    return nn.Sequential(nn.Sequential(double, nn.BatchNorm2d(width), nn.ReLU(inplace=True)), *blocks)


# HRNetV2: every branch joined at branch 0's size, then a map for each class or landmark: semantic segmentation and
# facial landmarks (Wang et al., TPAMI 2020, sections 4.3 and 4.4)


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
    return sum(spec.output_widths)


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


# HRNetV2 for classification (Wang et al., TPAMI 2020, appendix), and timm's feature maps of it

HEAD_WIDTH = 32
"""Channels of branch 0's Bottleneck before its expansion; each lower branch has twice as many."""
FINAL_WIDTH = 2048
"""Channels in front of the classifier."""


def head_widths(spec: Spec) -> tuple[int, ...]:
    """Channels of each branch's Bottleneck before its expansion."""
    return branch_widths(HEAD_WIDTH, spec.stages[-1].num_branches)


def make_incre_modules(spec: Spec) -> nn.ModuleList:
    """A Bottleneck for each branch, to 128, 256, 512 and 1024 channels."""
    widths = zip(spec.output_widths, head_widths(spec), strict=True)
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


# HRNetV2p for detection: a backbone and a feature pyramid (Wang et al., TPAMI 2020, section 4.2)


class HRFPN(nn.Module):
    """Branches to levels: concatenated at branch 0's size, reduced by 1×1; level i is pooled by 2^i from that."""

    def __init__(self, spec: Spec, head: HrfpnHead) -> None:
        set_place(Place("head"), self)
        width, kernel = head.out_channels, 3
        branches, levels = range(1, spec.stages[-1].num_branches), range(head.num_outs)
        self.upsamples = nn.ModuleList([nn.Upsample(size_ratio(0, i), "bilinear", False) for i in branches])
        self.concat = nn.Concat()
        self.reduction_conv = nn.Sequential(nn.Conv2d(joined_width(spec), width, 1, bias=head.bias))
        self.pools = nn.ModuleList([nn.AvgPool2d(size_ratio(0, i), size_ratio(0, i)) for i in levels[1:]])
        self.fpn_conv = nn.ModuleList(
            [nn.Conv2d(width, width, kernel, head.stride, same_padding(kernel), bias=head.bias) for _ in levels]
        )

    def forward(self, xs: Sequence[nn.Tensor]) -> list[nn.Tensor]:
        """A list of N×C_i×H_i×W_i to a list of N×out_channels×floor(H_0/2^i)×floor(W_0/2^i)."""
        resized = [upsample(x) for upsample, x in zip(self.upsamples, xs[1:], strict=True)]
        top = self.reduction_conv(self.concat(xs[0], *resized))
        levels = [top, *(pool(top) for pool in self.pools)]
        return [conv(level) for conv, level in zip(self.fpn_conv, levels, strict=True)]


class DetectionHighResolutionNet(nn.Module):
    """N×in_channels×H×W to the levels of the pyramid. Its keys begin with `backbone.` and `neck.`, as a detector's."""

    def __init__(self, spec: Spec) -> None:
        assert isinstance(spec.head, HrfpnHead)
        self.backbone = HighResolutionNet(spec)
        self.neck = HRFPN(spec, spec.head)

    def forward(self, x: nn.Tensor) -> list[nn.Tensor]:
        """The levels, largest first."""
        return self.neck(self.backbone(x))
