"""HRNetV2 for semantic segmentation (Wang et al., TPAMI 2020, section 4.3)."""

from __future__ import annotations

from hrnet_cli import nn
from hrnet_cli.model.heads.joined import Join, joined_width, two_convs
from hrnet_cli.model.network import HighResolutionNet
from hrnet_cli.model.place import Place, set_place
from hrnet_cli.schema import SegmentationHead, Spec


class SegmentationHighResolutionNet(HighResolutionNet):
    """N×in_channels×H×W to N×num_classes×(H/4)×(W/4)."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        head = spec.head
        assert isinstance(head, SegmentationHead)
        self.join = Join(spec)
        self.last_layer = two_convs(joined_width(spec), head.num_classes, head.final_conv_kernel, bias=head.conv_bias)
        set_place(self.last_layer, Place("head"))

    def forward(self, x: nn.Tensor) -> nn.Tensor:
        """A map per class."""
        classes: nn.Tensor = self.last_layer(self.join(self.features(x)))
        return classes
