"""What several heads begin with: every branch at branch 0's size, one behind the other along the channels."""

from __future__ import annotations

from collections.abc import Sequence

from hrnet_cli import nn
from hrnet_cli.model.place import Place, set_place
from hrnet_cli.schema import Spec


class Join(nn.Module):
    """A list of N×C_i×H_i×W_i to N×ΣC_i×H_0×W_0. It has no parameters, and so no keys."""

    def __init__(self, spec: Spec) -> None:
        set_place(self, Place("head"))
        mode = spec.upsampling.mode if spec.upsampling.to == "size" else "bilinear"
        align_corners = None if mode == "nearest" else bool(spec.upsampling.align_corners)
        self.resize = nn.Resize(mode, align_corners)
        self.concat = nn.Concat()

    def forward(self, xs: Sequence[nn.Tensor]) -> nn.Tensor:
        """Branch 0 as it is, the others resized to it (bilinear, whatever the fuse layers do by factor)."""
        joined: nn.Tensor = self.concat(xs[0], *(self.resize(x, xs[0]) for x in xs[1:]))
        return joined


def joined_width(spec: Spec) -> int:
    """Channels of all branches of the last stage together."""
    return sum(spec.stages[-1].widths)


def two_convs(width: int, outputs: int, kernel: int, first_padding: int = 0, bias: bool = True) -> nn.Sequential:
    """1×1 convolution, batch norm, ReLU, and the convolution that makes the outputs, with bias; the first has `bias`.

    The originals pad the last by 1 only for kernel 3, and the landmark network then pads the first too.
    """
    return nn.Sequential(
        nn.Conv2d(width, width, 1, padding=first_padding, bias=bias),
        nn.BatchNorm2d(width),
        nn.ReLU(inplace=True),
        nn.Conv2d(width, outputs, kernel, padding=1 if kernel == 3 else 0),
    )
