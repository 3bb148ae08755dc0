"""HRNetV2 for facial landmarks (Wang et al., TPAMI 2020, section 4.4)."""

from __future__ import annotations

from hrnet_cli import nn
from hrnet_cli.model.heads.joined import Join, joined_width, two_convs
from hrnet_cli.model.network import HighResolutionNet
from hrnet_cli.model.place import Place, set_place
from hrnet_cli.schema import LandmarkHead, Spec


class LandmarkHighResolutionNet(HighResolutionNet):
    """N×in_channels×H×W to N×num_joints×(H/4)×(W/4); with kernel 3 the map is 2 larger each way, as in the original."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        head = spec.head
        assert isinstance(head, LandmarkHead)
        kernel = head.final_conv_kernel
        self.join = Join(spec)
        self.head = two_convs(joined_width(spec), head.num_joints, kernel, first_padding=1 if kernel == 3 else 0)
        set_place(self.head, Place("head"))

    def forward(self, x: nn.Tensor) -> nn.Tensor:
        """A heatmap per landmark."""
        heatmaps: nn.Tensor = self.head(self.join(self.features(x)))
        return heatmaps
