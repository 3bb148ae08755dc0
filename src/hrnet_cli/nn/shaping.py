"""Leaves that join, resize and reshape maps. What torch.nn lacks of them has a twin in `lowering.twins`.

Maps are N×C×H×W; B×M×K and B×K×N are batches of matrices, as attention uses them.
"""

from __future__ import annotations

import math

from hrnet_cli.nn.module import Leaf
from hrnet_cli.nn.tensor import Shape, ShapeError, Tensor


class Upsample(Leaf):
    """Resizing by a whole factor."""

    def __init__(self, scale_factor: int, mode: str = "nearest", align_corners: bool | None = None) -> None:
        self.scale_factor = scale_factor
        self.mode = mode
        self.align_corners = align_corners

    def forward(self, x: Tensor) -> Tensor:
        """N×C×H×W to N×C×(H·factor)×(W·factor)."""
        batch, channels, height, width = x.shape
        return Tensor((batch, channels, height * self.scale_factor, width * self.scale_factor))


class Resize(Leaf):
    """Resizing to another map's height and width, whatever they are: how an odd input passes a fuse layer."""

    in_torch_nn = False

    def __init__(self, mode: str = "nearest", align_corners: bool | None = None) -> None:
        self.mode = mode
        self.align_corners = align_corners

    def forward(self, x: Tensor, like: Tensor) -> Tensor:
        """N×C×h×w and a map of H×W to N×C×H×W."""
        return Tensor((*x.shape[:2], *like.shape[2:]))


class Add(Leaf):
    """The sum of any number of maps, from the left.

    torch.nn has no such module; here an addition is a leaf like any other, so that hooks see it. Sizes of 1 broadcast,
    as they do in torch and so in every original implementation.
    """

    in_torch_nn = False

    def forward(self, *terms: Tensor) -> Tensor:
        """Maps of one shape to that shape."""
        shape = terms[0].shape
        for term in terms[1:]:
            shape = _broadcast(shape, term.shape)
        return Tensor(shape)


def _broadcast(a: Shape, b: Shape) -> Shape:
    if a == b:
        return a
    if len(a) != len(b) or any(m != n and 1 not in (m, n) for m, n in zip(a, b, strict=True)):
        raise ShapeError(f"cannot add {a} and {b}")
    return tuple(max(m, n) for m, n in zip(a, b, strict=True))


class Concat(Leaf):
    """Maps of one size, one behind the other along the channels."""

    in_torch_nn = False

    def forward(self, *maps: Tensor) -> Tensor:
        """N×C_i×H×W each to N×ΣC_i×H×W."""
        batch, _, height, width = maps[0].shape
        for x in maps:
            if (x.shape[0], *x.shape[2:]) != (batch, height, width):
                raise ShapeError(f"cannot concatenate {maps[0].shape} and {x.shape}")
        return Tensor((batch, sum(x.shape[1] for x in maps), height, width))


class AvgPool2d(Leaf):
    """The mean over windows that do not overlap; what is left over at the edge is dropped."""

    def __init__(self, kernel_size: int, stride: int) -> None:
        self.kernel_size = kernel_size
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        """N×C×H×W to N×C×floor(H/k)×floor(W/k) for stride k."""
        batch, channels, *size = x.shape
        height, width = ((n - self.kernel_size) // self.stride + 1 for n in size)
        if height < 1 or width < 1:
            raise ShapeError(f"a {self.kernel_size}×{self.kernel_size} window does not fit on {size[0]}×{size[1]}")
        return Tensor((batch, channels, height, width))


class AdaptiveAvgPool2d(Leaf):
    """The mean over as many windows as are asked for."""

    def __init__(self, output_size: int) -> None:
        self.output_size = output_size

    def forward(self, x: Tensor) -> Tensor:
        """N×C×H×W to N×C×n×n."""
        return Tensor((*x.shape[:2], self.output_size, self.output_size))


class GlobalAvgPool2d(Leaf):
    """The mean over the whole map, by plain average pooling."""

    in_torch_nn = False

    def forward(self, x: Tensor) -> Tensor:
        """N×C×H×W to N×C×1×1."""
        return Tensor((*x.shape[:2], 1, 1))


class Flatten(Leaf):
    """All axes from one on as a single one."""

    def __init__(self, start_dim: int = 1) -> None:
        self.start_dim = start_dim

    def forward(self, x: Tensor) -> Tensor:
        """N×C×H×W to N×C×(H·W) from axis 2, to N×(C·H·W) from axis 1."""
        return Tensor((*x.shape[: self.start_dim], math.prod(x.shape[self.start_dim :])))


class Unflatten2d(Leaf):
    """A flattened map back to the height and width of another."""

    in_torch_nn = False

    def forward(self, x: Tensor, like: Tensor) -> Tensor:
        """N×C×(H·W) and a map of H×W to N×C×H×W."""
        return Tensor((*x.shape[:2], *like.shape[2:]))


class Unsqueeze(Leaf):
    """A new last axis of 1."""

    in_torch_nn = False

    def forward(self, x: Tensor) -> Tensor:
        """N×C×K to N×C×K×1."""
        return Tensor((*x.shape, 1))


class Transpose(Leaf):
    """The last two axes exchanged."""

    in_torch_nn = False

    def forward(self, x: Tensor) -> Tensor:
        """B×M×N to B×N×M."""
        return Tensor((*x.shape[:-2], x.shape[-1], x.shape[-2]))


class MatMul(Leaf):
    """The product of two batches of matrices."""

    in_torch_nn = False

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        """B×M×K and B×K×N to B×M×N."""
        if a.shape[-1] != b.shape[-2]:
            raise ShapeError(f"cannot multiply {a.shape} and {b.shape}")
        return Tensor((*a.shape[:-1], b.shape[-1]))


class Scale(Leaf):
    """Every element times a number."""

    in_torch_nn = False

    def __init__(self, factor: float) -> None:
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        """Any shape to the same."""
        return x


class Softmax(Leaf):
    """exp(x) over its sum along an axis."""

    def __init__(self, dim: int) -> None:
        self.dim = dim

    def forward(self, x: Tensor) -> Tensor:
        """Any shape to the same."""
        return x


class Dropout(Leaf):
    """Random zeros in training; nothing in evaluation."""

    def __init__(self, p: float = 0.5) -> None:
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        """Any shape to the same."""
        return x


class Dropout2d(Dropout):
    """Random zeros, a whole channel at a time."""
