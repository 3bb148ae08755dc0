"""A tensor that has a shape and no values."""

from __future__ import annotations

import math

Shape = tuple[int, ...]


class Tensor:
    """What flows through the shapes engine: `shape` is N×C×H×W as in torch; there is no storage behind it."""

    __slots__ = ("shape",)

    def __init__(self, shape: Shape) -> None:
        self.shape = shape

    def numel(self) -> int:
        """The number of elements, a plain integer of any size."""
        return math.prod(self.shape)

    def __repr__(self) -> str:
        return f"Tensor{self.shape}"


class ShapeError(RuntimeError):
    """Shapes that do not go together, where torch would raise its RuntimeError."""
