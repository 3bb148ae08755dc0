"""The torch modules of the leaves in `nn.functions`: same names, same arguments, same shapes."""

from __future__ import annotations

from functools import reduce

import torch
from torch.nn import functional


class Add(torch.nn.Module):
    """The sum of any number of maps, from the left, as the original code adds them."""

    def forward(self, *terms: torch.Tensor) -> torch.Tensor:
        """Maps of one shape (or sizes of 1, which broadcast) to their sum."""
        return reduce(torch.add, terms)


class AddInPlace(torch.nn.Module):
    """The sum of maps, added one by one to a copy of the first, as `y += x` adds them."""

    def forward(self, first: torch.Tensor, *others: torch.Tensor) -> torch.Tensor:
        """Maps of one shape to their sum; torch refuses to make the first one larger."""
        total = first.clone()
        for term in others:
            total += term
        return total


class Concat(torch.nn.Module):
    """Maps concatenated along the channels."""

    def forward(self, *maps: torch.Tensor) -> torch.Tensor:
        """N×C_i×H×W each to N×ΣC_i×H×W."""
        return torch.cat(maps, dim=1)


class Chunk(torch.nn.Module):
    """A map as so many maps, with equal parts of its channels in order."""

    def __init__(self, chunks: int) -> None:
        super().__init__()
        self.chunks = chunks

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """N×C×H×W to a list of N×(C/chunks)×H×W."""
        return list(torch.chunk(x, self.chunks, dim=1))

    def extra_repr(self) -> str:
        """The argument."""
        return f"chunks={self.chunks}"


class Split(torch.nn.Module):
    """A map as several maps, with so many of its channels in each, in order."""

    def __init__(self, channels: tuple[int, ...]) -> None:
        super().__init__()
        self.channels = channels

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """N×ΣC_i×H×W to a list of N×C_i×H×W."""
        return list(torch.split(x, list(self.channels), dim=1))

    def extra_repr(self) -> str:
        """The argument."""
        return f"channels={self.channels}"


class ShuffleChannels(torch.nn.Module):
    """The channels of equal groups in turn."""

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """N×C×H×W to the same."""
        batch, channels, *size = x.shape
        grouped = x.reshape(batch, self.groups, channels // self.groups, *size)
        return grouped.transpose(1, 2).reshape(x.shape)

    def extra_repr(self) -> str:
        """The argument."""
        return f"groups={self.groups}"


class Multiply(torch.nn.Module):
    """Every element of a map times that of another."""

    def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        """Maps of one shape (or sizes of 1, which broadcast) to their product."""
        return a * b


class AdaptiveAvgPoolLike(torch.nn.Module):
    """The mean over as many windows as another map has pixels."""

    def forward(self, x: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
        """N×C×h×w and a map of H×W to N×C×H×W."""
        return functional.adaptive_avg_pool2d(x, (like.shape[2], like.shape[3]))


class Resize(torch.nn.Module):
    """Resizing to the height and width of another map."""

    def __init__(self, mode: str, align_corners: bool | None) -> None:
        super().__init__()
        self.mode = mode
        self.align_corners = align_corners

    def forward(self, x: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
        """N×C×h×w and a map of H×W to N×C×H×W."""
        return functional.interpolate(x, size=like.shape[2:], mode=self.mode, align_corners=self.align_corners)

    def extra_repr(self) -> str:
        """The arguments."""
        return f"mode={self.mode!r}, align_corners={self.align_corners}"


class GlobalAvgPool2d(torch.nn.Module):
    """The mean over the whole map, by average pooling with a window of the map's size."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """N×C×H×W to N×C×1×1."""
        return functional.avg_pool2d(x, kernel_size=x.shape[2:])


class Unflatten2d(torch.nn.Module):
    """A flattened map at the height and width of another map."""

    def forward(self, x: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
        """N×C×(H·W) and a map of H×W to N×C×H×W."""
        return x.reshape(*x.shape[:2], *like.shape[2:])


class Unsqueeze(torch.nn.Module):
    """A new last axis of size 1."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """N×C×K to N×C×K×1."""
        return x.unsqueeze(-1)


class Transpose(torch.nn.Module):
    """The last two axes swapped."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """B×M×N to B×N×M."""
        return x.transpose(-1, -2)


class MatMul(torch.nn.Module):
    """The product of two batches of matrices."""

    def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        """B×M×K and B×K×N to B×M×N."""
        return torch.matmul(a, b)


class Scale(torch.nn.Module):
    """Every element times a number."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Any shape to the same."""
        return x * self.factor

    def extra_repr(self) -> str:
        """The argument."""
        return f"factor={self.factor}"
