"""HRNetV1 for pose: heatmaps from the highest resolution alone."""

from __future__ import annotations

from hrnet_cli import nn
from hrnet_cli.model.network import HighResolutionNet
from hrnet_cli.model.place import Place, set_place
from hrnet_cli.schema import HeatmapHead, Spec


class PoseHighResolutionNet(HighResolutionNet):
    """N×in_channels×H×W to N×num_joints×(H/4)×(W/4)."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        head = spec.head
        assert isinstance(head, HeatmapHead)
        kernel = head.final_conv_kernel
        width = spec.stages[-1].widths[0]
        # The original pads by 1 only for kernel 3; any other kernel above 1 shrinks the heatmaps.
        self.final_layer = nn.Conv2d(width, head.num_joints, kernel, padding=1 if kernel == 3 else 0)
        set_place(self.final_layer, Place("head"))

    def forward(self, x: nn.Tensor) -> nn.Tensor:
        """The heatmaps, from branch 0."""
        heatmaps: nn.Tensor = self.final_layer(self.features(x)[0])
        return heatmaps
