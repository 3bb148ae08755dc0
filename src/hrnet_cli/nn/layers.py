"""The leaves: torch.nn's names, constructor arguments and shape rules.

Every constructor argument is kept under its own name, as torch keeps it: that is all that lowering and printing need
to know of a leaf. Shapes are N×C×H×W.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from functools import cache
from typing import Any

from hrnet_cli.nn.module import Leaf
from hrnet_cli.nn.tensor import Shape, ShapeError, Tensor

Pair = tuple[int, int]


def _pair(value: int | Sequence[int]) -> Pair:
    if isinstance(value, int):
        return (value, value)
    height, width = value
    return (height, width)


def _expect_channels(module: str, x: Tensor, channels: int) -> None:
    if len(x.shape) != 4:
        raise ShapeError(f"{module} expects N×C×H×W, got {len(x.shape)} dimensions")
    if x.shape[1] != channels:
        raise ShapeError(f"{module} expects {channels} channels, got {x.shape[1]}")


class Conv2d(Leaf):
    """A 2-D convolution. Output size along an axis: floor((n + 2·padding − kernel) / stride) + 1."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Pair,
        stride: int | Pair = 1,
        padding: int | Pair = 0,
        groups: int = 1,
        bias: bool = True,
    ) -> None:
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = _pair(kernel_size)
        self.stride = _pair(stride)
        self.padding = _pair(padding)
        self.groups = groups
        self.bias = bias

    def own_tensors(self, kind: str) -> dict[str, Tensor]:
        """`weight` is out × in/groups × kernel; `bias` is out."""
        if kind != "parameters":
            return {}
        weight = Tensor((self.out_channels, self.in_channels // self.groups, *self.kernel_size))
        return {"weight": weight} | ({"bias": Tensor((self.out_channels,))} if self.bias else {})

    def forward(self, x: Tensor) -> Tensor:
        """N×in×H×W to N×out×H'×W'."""
        _expect_channels("Conv2d", x, self.in_channels)
        batch, _, height, width = x.shape
        (kernel_h, kernel_w), (stride_h, stride_w), (pad_h, pad_w) = self.kernel_size, self.stride, self.padding
        out_h = (height + 2 * pad_h - kernel_h) // stride_h + 1
        out_w = (width + 2 * pad_w - kernel_w) // stride_w + 1
        if out_h < 1 or out_w < 1:
            raise ShapeError(f"a {kernel_h}×{kernel_w} kernel does not fit on {height}×{width}")
        return Tensor((batch, self.out_channels, out_h, out_w))


class BatchNorm2d(Leaf):
    """Batch normalisation over N, H and W: the shape passes through."""

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum

    def own_tensors(self, kind: str) -> dict[str, Tensor]:
        """Scale and shift are parameters; the running statistics and their counter are buffers."""
        each = Tensor((self.num_features,))
        if kind == "parameters":
            return {"weight": each, "bias": each}
        return {"running_mean": each, "running_var": each, "num_batches_tracked": Tensor(())}

    def forward(self, x: Tensor) -> Tensor:
        """N×C×H×W to the same."""
        _expect_channels("BatchNorm2d", x, self.num_features)
        return Tensor(x.shape)


class ReLU(Leaf):
    """max(0, x)."""

    def __init__(self, inplace: bool = False) -> None:
        self.inplace = inplace

    def forward(self, x: Tensor) -> Tensor:
        """Any shape to the same."""
        return Tensor(x.shape)


class Upsample(Leaf):
    """Resizing by a whole factor."""

    def __init__(self, scale_factor: int, mode: str = "nearest") -> None:
        self.scale_factor = scale_factor
        self.mode = mode

    def forward(self, x: Tensor) -> Tensor:
        """N×C×H×W to N×C×(H·factor)×(W·factor)."""
        batch, channels, height, width = x.shape
        return Tensor((batch, channels, height * self.scale_factor, width * self.scale_factor))


class Add(Leaf):
    """The sum of any number of maps, from the left.

    torch.nn has no such module; here an addition is a leaf like any other, so that hooks see it. Sizes of 1 broadcast,
    as they do in torch and so in every original implementation.
    """

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


@cache
def argument_names(leaf: type[Leaf]) -> tuple[str, ...]:
    """The names of a leaf's constructor arguments, in order."""
    return tuple(inspect.signature(leaf).parameters)


LEAVES: dict[str, type[Leaf]] = {leaf.__name__: leaf for leaf in (Conv2d, BatchNorm2d, ReLU, Upsample, Add)}


def arguments(module: Any) -> dict[str, Any]:
    """A leaf's constructor arguments, from our leaf or from its torch twin: the same for both, whichever is asked.

    torch keeps a parameter or None where the constructor took `bias: bool`, and a float where it took a whole factor.
    """
    leaf = LEAVES.get(type(module).__name__)
    if leaf is None:
        return {}
    values = {name: getattr(module, name) for name in argument_names(leaf)}  # type: ignore[arg-type]  # a class is hashable
    if "bias" in values:
        values["bias"] = values["bias"] is not None and values["bias"] is not False
    if "scale_factor" in values:
        values["scale_factor"] = int(values["scale_factor"])
    return values
