"""HigherHRNet for bottom-up pose (Cheng et al., CVPR 2020, section 3)."""

from __future__ import annotations

from hrnet_cli import nn
from hrnet_cli.hrnet import final_padding
from hrnet_cli.model.blocks import BasicBlock
from hrnet_cli.model.network import HighResolutionNet, Place, set_place
from hrnet_cli.schema import HigherHead, Spec

DOUBLING_PADDING = {4: (1, 0), 3: (1, 1), 2: (0, 0)}
"""By kernel: the padding and output_padding of a transposed convolution of stride 2 that doubles the size."""


class HigherHighResolutionNet(HighResolutionNet):
    """N×in_channels×H×W to a list: heatmaps (and tags) at H_0×W_0, then at each doubled resolution."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        head = spec.head
        assert isinstance(head, HigherHead)
        kernel = head.final_conv_kernel
        inputs = [spec.stages[-1].widths[0], *head.num_channels]
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
