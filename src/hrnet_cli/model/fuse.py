"""The fuse layers of a module: every output branch i is the sum over all input branches j, each brought to i's size.

Edge i←j (Sun et al., CVPR 2019, section 3, figure 3):
    j > i   1×1 convolution to i's width, batch norm, upsampling by 2^(j−i) or to i's own size
    j = i   the branch itself
    j < i   (i−j) × 3×3 stride 2 convolution and batch norm, ReLU between them; j's width until the last
"""

from __future__ import annotations

from collections.abc import Sequence

from hrnet_cli import nn
from hrnet_cli.model.blocks import conv_bn
from hrnet_cli.model.place import Place, set_place
from hrnet_cli.model.transition import conv_bn_relu
from hrnet_cli.schema import Upsampling


def fuse_edge(i: int, j: int, widths: Sequence[int], upsampling: Upsampling) -> nn.Sequential | None:
    """What brings input branch j to output branch i; None where they are the same.

    Upsampling to a size is no part of it: it needs the map that has the size (see `resizes`).
    """
    if i == j:
        return None
    if j > i:
        edge = conv_bn(widths[j], widths[i], kernel_size=1)
        if upsampling.to == "size":
            return nn.Sequential(*edge)
        return nn.Sequential(*edge, nn.Upsample(2 ** (j - i), upsampling.mode, upsampling.align_corners))
    halvings = [conv_bn_relu(widths[j], widths[j], stride=2) for _ in range(i - j - 1)]
    return nn.Sequential(*halvings, nn.Sequential(*conv_bn(widths[j], widths[i], kernel_size=3, stride=2)))


def fuse_layers(
    stage: int, module: int, widths: Sequence[int], num_outputs: int, upsampling: Upsampling
) -> nn.ModuleList:
    """Rows of edges: `fuse_layers[i][j]` makes output branch i from input branch j."""
    rows = []
    for i in range(num_outputs):
        edges = [fuse_edge(i, j, widths, upsampling) for j in range(len(widths))]
        for j, edge in enumerate(edges):
            if edge is not None:
                set_place(edge, Place("fuse", stage, module, i, j))
        rows.append(nn.ModuleList(edges))
    return nn.ModuleList(rows)


def resizes(stage: int, module: int, num_inputs: int, num_outputs: int, upsampling: Upsampling) -> nn.ModuleList:
    """`resizes[i][j]` brings the edge i←j to i's own size, where it upsamples (j > i); else None. It has no keys."""
    rows = []
    for i in range(num_outputs):
        row = [nn.Resize(upsampling.mode, upsampling.align_corners) if j > i else None for j in range(num_inputs)]
        for j, resize in enumerate(row):
            if resize is not None:
                set_place(resize, Place("fuse", stage, module, i, j))
        rows.append(nn.ModuleList(row))
    return nn.ModuleList(rows)
