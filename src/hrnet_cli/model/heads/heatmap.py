"""HRNetV1 for pose: one convolution on branch 0 (Sun et al., CVPR 2019, section 3)."""

from __future__ import annotations

from hrnet_cli import nn
from hrnet_cli.hrnet import final_padding
from hrnet_cli.model.network import HighResolutionNet, Place, set_place
from hrnet_cli.schema import HeatmapHead, Spec


class PoseHighResolutionNet(HighResolutionNet):
    """N×in_channels×H×W to N×num_joints×H_0×W_0."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        head = spec.head
        assert isinstance(head, HeatmapHead)
        kernel = head.final_conv_kernel
        self.final_layer = nn.Conv2d(spec.stages[-1].widths[0], head.num_joints, kernel, padding=final_padding(kernel))
        set_place(Place("head"), self.final_layer)

    def forward(self, x: nn.Tensor) -> nn.Tensor:
        """A heatmap for each joint."""
        return self.final_layer(self.features(x)[0])
