"""HigherHRNet for bottom-up pose (Cheng et al., CVPR 2020, section 3)."""

from __future__ import annotations

from hrnet_cli import nn
from hrnet_cli.model.blocks import BasicBlock
from hrnet_cli.model.network import HighResolutionNet
from hrnet_cli.model.place import Place, set_place
from hrnet_cli.schema import HigherHead, Spec

PADDING = {4: (1, 0), 3: (1, 1), 2: (0, 0)}
"""padding and output_padding with which a transposed convolution of that kernel doubles the size."""


def _outputs(head: HigherHead, index: int) -> int:
    """Channels of an output: a heatmap per joint, and tags where it has them."""
    tags = head.num_joints if head.tag_per_joint else 1
    return head.num_joints + (tags if head.with_ae_loss[index] else 0)


def _deconv(head: HigherHead, index: int, in_channels: int) -> nn.Sequential:
    """Doubles the size, then `num_basic_blocks` blocks, each in a Sequential of its own as in the original."""
    width, kernel = head.num_channels[index], head.kernel_size[index]
    padding, output_padding = PADDING[kernel]
    double = nn.ConvTranspose2d(in_channels, width, kernel, 2, padding, output_padding, bias=False)
    blocks = (nn.Sequential(BasicBlock(width, width)) for _ in range(head.num_basic_blocks))
    return nn.Sequential(nn.Sequential(double, nn.BatchNorm2d(width), nn.ReLU(inplace=True)), *blocks)


class HigherHighResolutionNet(HighResolutionNet):
    """N×in_channels×H×W to heatmaps (and tags) at 1/4, then at each doubled resolution."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        head = spec.head
        assert isinstance(head, HigherHead)
        kernel = head.final_conv_kernel
        inputs = [spec.stages[-1].widths[0], *head.num_channels]
        self.cat_output = head.cat_output
        self.final_layers = nn.ModuleList(
            [
                nn.Conv2d(width, _outputs(head, index), kernel, padding=1 if kernel == 3 else 0)
                for index, width in enumerate(inputs)
            ]
        )
        self.deconv_layers = nn.ModuleList(
            [
                _deconv(head, index, inputs[index] + (_outputs(head, index) if head.cat_output[index] else 0))
                for index in range(len(head.num_channels))
            ]
        )
        self.concat = nn.Concat()
        for part in (*self.final_layers, *self.deconv_layers, self.concat):
            set_place(part, Place("head"))

    def forward(self, x: nn.Tensor) -> list[nn.Tensor]:
        """The outputs, smallest first."""
        x = self.features(x)[0]
        outputs = [self.final_layers[0](x)]
        for index, deconv in enumerate(self.deconv_layers):
            x = deconv(self.concat(x, outputs[-1]) if self.cat_output[index] else x)
            outputs.append(self.final_layers[index + 1](x))
        return outputs
