"""HRNetV2p for detection (Wang et al., TPAMI 2020, section 4.2): a backbone and a feature pyramid beside each other."""

from __future__ import annotations

from collections.abc import Sequence

from hrnet_cli import nn
from hrnet_cli.model.heads.joined import joined_width
from hrnet_cli.model.network import HighResolutionNet
from hrnet_cli.model.place import Place, set_place
from hrnet_cli.schema import HrfpnHead, Spec


class HRFPN(nn.Module):
    """Branches to levels: concatenated at branch 0's size, reduced by 1×1, and level i pooled by 2^i from that."""

    def __init__(self, spec: Spec, head: HrfpnHead) -> None:
        set_place(self, Place("head"))
        branches, width = spec.stages[-1].num_branches, head.out_channels
        self.upsamples = nn.ModuleList([nn.Upsample(2**i, "bilinear", False) for i in range(1, branches)])
        self.concat = nn.Concat()
        self.reduction_conv = nn.Sequential(nn.Conv2d(joined_width(spec), width, 1))
        self.pools = nn.ModuleList([nn.AvgPool2d(2**i, 2**i) for i in range(1, head.num_outs)])
        self.fpn_conv = nn.ModuleList(
            [nn.Conv2d(width, width, 3, stride=head.stride, padding=1) for _ in range(head.num_outs)]
        )

    def forward(self, xs: Sequence[nn.Tensor]) -> list[nn.Tensor]:
        """A list of N×C_i×H_i×W_i to a list of N×out_channels×floor(H_0/2^i)×floor(W_0/2^i)."""
        resized = [upsample(x) for upsample, x in zip(self.upsamples, xs[1:], strict=True)]
        top = self.reduction_conv(self.concat(xs[0], *resized))
        levels = [top, *(pool(top) for pool in self.pools)]
        return [conv(level) for conv, level in zip(self.fpn_conv, levels, strict=True)]


class DetectionHighResolutionNet(nn.Module):
    """N×in_channels×H×W to the levels of the pyramid. Its keys are `backbone.` and `neck.`, as in the detector."""

    def __init__(self, spec: Spec) -> None:
        assert isinstance(spec.head, HrfpnHead)
        self.backbone = HighResolutionNet(spec)
        self.neck = HRFPN(spec, spec.head)

    def forward(self, x: nn.Tensor) -> list[nn.Tensor]:
        """The levels, largest first."""
        levels: list[nn.Tensor] = self.neck(self.backbone(x))
        return levels
