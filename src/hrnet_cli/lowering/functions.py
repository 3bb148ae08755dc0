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


class Concat(torch.nn.Module):
    """Maps concatenated along the channels."""

    def forward(self, *maps: torch.Tensor) -> torch.Tensor:
        """N×C_i×H×W each to N×ΣC_i×H×W."""
        return torch.cat(maps, dim=1)


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
