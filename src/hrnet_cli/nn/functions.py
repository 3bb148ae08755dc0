"""Leaves for what torch code writes as a function call: addition, concatenation, splitting, resizing to a size.

torch.nn has no modules for them; `lowering.functions` does. As leaves they are seen by hooks like any other call.
Maps are N×C×H×W; B×M×K and B×K×N are batches of matrices, as attention uses them.
"""

from __future__ import annotations

from typing import ClassVar

from hrnet_cli.nn.module import Leaf, Shape, ShapeError, Tensor


class Function(Leaf):
    """Base class of the leaves that torch.nn does not have."""

    in_torch_nn: ClassVar[bool] = False


class Add(Function):
    """The sum of any number of maps, from the left. Sizes of 1 broadcast, as in torch."""

    def forward(self, *terms: Tensor) -> Tensor:
        """Maps of one shape to that shape."""
        shape = terms[0].shape
        for term in terms[1:]:
            shape = _broadcast(shape, term.shape)
        return Tensor(shape)


class AddInPlace(Add):
    """The sum of maps, added one by one to the first, which keeps its shape: a size of 1 in it does not broadcast."""

    def forward(self, *terms: Tensor) -> Tensor:
        """Maps of one shape to that shape."""
        shape = terms[0].shape
        for term in terms[1:]:
            if _broadcast(shape, term.shape) != shape:
                raise ShapeError(f"cannot add {term.shape} to {shape} in place")
        return Tensor(shape)


def _broadcast(a: Shape, b: Shape, verb: str = "add") -> Shape:
    if a == b:
        return a
    if len(a) != len(b) or any(m != n and 1 not in (m, n) for m, n in zip(a, b, strict=True)):
        raise ShapeError(f"cannot {verb} {a} and {b}")
    return tuple(max(m, n) for m, n in zip(a, b, strict=True))


class Concat(Function):
    """Maps of one size, concatenated along the channels."""

    def forward(self, *maps: Tensor) -> Tensor:
        """N×C_i×H×W each to N×ΣC_i×H×W."""
        batch, _, height, width = maps[0].shape
        for x in maps:
            if (x.shape[0], *x.shape[2:]) != (batch, height, width):
                raise ShapeError(f"cannot concatenate {maps[0].shape} and {x.shape}")
        return Tensor((batch, sum(x.shape[1] for x in maps), height, width))


class Chunk(Function):
    """A map as so many maps, with the channels in order and equal parts of them."""

    def __init__(self, chunks: int) -> None:
        self.chunks = chunks

    def forward(self, x: Tensor) -> list[Tensor]:
        """N×C×H×W to a list of N×(C/chunks)×H×W."""
        batch, channels, *size = x.shape
        if channels % self.chunks:
            raise ShapeError(f"cannot divide {channels} channels by {self.chunks}")
        return [Tensor((batch, channels // self.chunks, *size))] * self.chunks


class Split(Function):
    """A map as several maps, with the channels in order and so many of them in each."""

    def __init__(self, channels: tuple[int, ...]) -> None:
        self.channels = channels

    def forward(self, x: Tensor) -> list[Tensor]:
        """N×ΣC_i×H×W to a list of N×C_i×H×W."""
        batch, channels, *size = x.shape
        if channels != sum(self.channels):
            raise ShapeError(f"Split expects {sum(self.channels)} channels, got {channels}")
        return [Tensor((batch, each, *size)) for each in self.channels]


class ShuffleChannels(Function):
    """The channels of equal groups in turn: the first of each group, then the second of each."""

    def __init__(self, groups: int) -> None:
        self.groups = groups

    def forward(self, x: Tensor) -> Tensor:
        """N×C×H×W to the same."""
        if x.shape[1] % self.groups:
            raise ShapeError(f"cannot divide {x.shape[1]} channels by {self.groups}")
        return x


class Multiply(Function):
    """Every element of a map times that of another. Sizes of 1 broadcast, as in torch."""

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        """Two maps of one shape to that shape."""
        return Tensor(_broadcast(a.shape, b.shape, "multiply"))


class Resize(Function):
    """Resizing to the height and width of another map."""

    def __init__(self, mode: str = "nearest", align_corners: bool | None = None) -> None:
        self.mode = mode
        self.align_corners = align_corners

    def forward(self, x: Tensor, like: Tensor) -> Tensor:
        """N×C×h×w and a map of H×W to N×C×H×W."""
        return Tensor((*x.shape[:2], *like.shape[2:]))


class AdaptiveAvgPoolLike(Function):
    """The mean over as many windows as another map has pixels, which are as equal as they can be."""

    def forward(self, x: Tensor, like: Tensor) -> Tensor:
        """N×C×h×w and a map of H×W to N×C×H×W."""
        return Tensor((*x.shape[:2], *like.shape[2:]))


class GlobalAvgPool2d(Function):
    """The mean over the whole map, by average pooling with a window of the map's size."""

    def forward(self, x: Tensor) -> Tensor:
        """N×C×H×W to N×C×1×1."""
        return Tensor((*x.shape[:2], 1, 1))


class Unflatten2d(Function):
    """A flattened map at the height and width of another map."""

    def forward(self, x: Tensor, like: Tensor) -> Tensor:
        """N×C×(H·W) and a map of H×W to N×C×H×W."""
        return Tensor((*x.shape[:2], *like.shape[2:]))


class Unsqueeze(Function):
    """A new last axis of size 1."""

    def forward(self, x: Tensor) -> Tensor:
        """N×C×K to N×C×K×1."""
        return Tensor((*x.shape, 1))


class Transpose(Function):
    """The last two axes swapped."""

    def forward(self, x: Tensor) -> Tensor:
        """B×M×N to B×N×M."""
        return Tensor((*x.shape[:-2], x.shape[-1], x.shape[-2]))


class MatMul(Function):
    """The product of two batches of matrices."""

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        """B×M×K and B×K×N to B×M×N."""
        if a.shape[-1] != b.shape[-2]:
            raise ShapeError(f"cannot multiply {a.shape} and {b.shape}")
        return Tensor((*a.shape[:-1], b.shape[-1]))


class Scale(Function):
    """Every element times a number."""

    def __init__(self, factor: float) -> None:
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        """Any shape to the same."""
        return x
