"""HRNetV2p for detection: a backbone and a feature pyramid (Wang et al., TPAMI 2020, section 4.2)."""

from __future__ import annotations

from collections.abc import Sequence

from hrnet_cli import nn
from hrnet_cli.hrnet import same_padding, size_ratio
from hrnet_cli.model.heads.segmentation import joined_width
from hrnet_cli.model.network import HighResolutionNet, Place, set_place
from hrnet_cli.schema import HrfpnHead, Spec


class HRFPN(nn.Module):
    """Branches to levels: concatenated at branch 0's size, reduced by 1×1; level i is pooled by 2^i from that."""

    def __init__(self, spec: Spec, head: HrfpnHead) -> None:
        set_place(Place("head"), self)
        width, kernel = head.out_channels, 3
        branches, levels = range(1, spec.stages[-1].num_branches), range(head.num_outs)
        self.upsamples = nn.ModuleList([nn.Upsample(size_ratio(0, i), "bilinear", False) for i in branches])
        self.concat = nn.Concat()
        self.reduction_conv = nn.Sequential(nn.Conv2d(joined_width(spec), width, 1))
        self.pools = nn.ModuleList([nn.AvgPool2d(size_ratio(0, i), size_ratio(0, i)) for i in levels[1:]])
        self.fpn_conv = nn.ModuleList(
            [nn.Conv2d(width, width, kernel, head.stride, same_padding(kernel)) for _ in levels]
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
