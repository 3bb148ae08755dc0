"""The leaves that torch.nn has: its names, constructor arguments, shape rules and reprs; and the table of all leaves.

A leaf keeps every constructor argument under its own name, as torch does; lowering and printing need no more. Maps
are N×C×H×W.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

from hrnet_cli.nn import functions
from hrnet_cli.nn.module import Leaf, Shape, ShapeError, Tensor

Pair = tuple[int, int]


@cache
def _pair(value: int | Pair) -> Pair:
    """Height and width. Cached, since a network has hundreds of convolutions and a few sizes."""
    return (value, value) if isinstance(value, int) else value


def _wrong_input(leaf: Leaf, shape: Shape, channels: int) -> ShapeError:
    """The error of a leaf whose input has not four axes, or not the leaf's number of channels."""
    found = f"{channels} channels, got {shape[1]}" if len(shape) == 4 else f"N×C×H×W, got {len(shape)} dimensions"
    return ShapeError(f"{type(leaf).__name__} expects {found}")


def _weight_and_bias(kind: str, weight: Shape, out: int, bias: bool) -> dict[str, Tensor]:
    """The parameters of a leaf that has a `weight` and, if `bias`, one number for each of `out` outputs."""
    if kind != "parameters":
        return {}
    return {"weight": Tensor(weight), "bias": Tensor((out,))} if bias else {"weight": Tensor(weight)}


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
        weight = (self.out_channels, self.in_channels // self.groups, *self.kernel_size)
        return _weight_and_bias(kind, weight, self.out_channels, self.bias)

    def forward(self, x: Tensor) -> Tensor:
        """N×in×H×W to N×out×H'×W'."""
        shape = x.shape
        if len(shape) != 4 or shape[1] != self.in_channels:
            raise _wrong_input(self, shape, self.in_channels)
        batch, _, height, width = shape
        (kernel_h, kernel_w), (stride_h, stride_w), (pad_h, pad_w) = self.kernel_size, self.stride, self.padding
        out_h = (height + 2 * pad_h - kernel_h) // stride_h + 1
        out_w = (width + 2 * pad_w - kernel_w) // stride_w + 1
        if out_h < 1 or out_w < 1:
            raise ShapeError(f"a {kernel_h}×{kernel_w} kernel does not fit on {height}×{width}")
        return Tensor((batch, self.out_channels, out_h, out_w))

    def extra_repr(self) -> str:
        """As torch writes it."""
        return _conv_repr(self)


class ConvTranspose2d(Leaf):
    """A transposed 2-D convolution. Output size: (n − 1)·stride − 2·padding + kernel + output_padding."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Pair,
        stride: int | Pair = 1,
        padding: int | Pair = 0,
        output_padding: int | Pair = 0,
        bias: bool = True,
    ) -> None:
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = _pair(kernel_size)
        self.stride = _pair(stride)
        self.padding = _pair(padding)
        self.output_padding = _pair(output_padding)
        self.bias = bias

    def own_tensors(self, kind: str) -> dict[str, Tensor]:
        """`weight` is in × out × kernel; `bias` is out."""
        weight = (self.in_channels, self.out_channels, *self.kernel_size)
        return _weight_and_bias(kind, weight, self.out_channels, self.bias)

    def forward(self, x: Tensor) -> Tensor:
        """N×in×H×W to N×out×H'×W'."""
        if len(x.shape) != 4 or x.shape[1] != self.in_channels:
            raise _wrong_input(self, x.shape, self.in_channels)
        axes = zip(x.shape[2:], self.stride, self.padding, self.kernel_size, self.output_padding, strict=True)
        size = tuple((n - 1) * stride - 2 * pad + kernel + extra for n, stride, pad, kernel, extra in axes)
        return Tensor((x.shape[0], self.out_channels, *size))

    def extra_repr(self) -> str:
        """As torch writes it."""
        return _conv_repr(self)


def _conv_repr(conv: Conv2d | ConvTranspose2d) -> str:
    """The channels and sizes of a convolution, and the other arguments where they are not torch's defaults."""
    text = f"{conv.in_channels}, {conv.out_channels}, kernel_size={conv.kernel_size}, stride={conv.stride}"
    for name, default in {"padding": (0, 0), "output_padding": (0, 0), "groups": 1, "bias": True}.items():
        value = getattr(conv, name, default)
        text += "" if value == default else f", {name}={value}"
    return text


class Linear(Leaf):
    """A matrix and a bias on the last axis."""

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        self.in_features = in_features
        self.out_features = out_features
        self.bias = bias

    def own_tensors(self, kind: str) -> dict[str, Tensor]:
        """`weight` is out × in; `bias` is out."""
        return _weight_and_bias(kind, (self.out_features, self.in_features), self.out_features, self.bias)

    def forward(self, x: Tensor) -> Tensor:
        """N×in to N×out."""
        if x.shape[-1] != self.in_features:
            raise ShapeError(f"Linear expects {self.in_features} features, got {x.shape[-1]}")
        return Tensor((*x.shape[:-1], self.out_features))


class BatchNorm2d(Leaf):
    """Batch normalisation over N, H and W."""

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
        shape = x.shape
        if len(shape) != 4 or shape[1] != self.num_features:
            raise _wrong_input(self, shape, self.num_features)
        return x

    def extra_repr(self) -> str:
        """With two of torch's switches, which are always True here."""
        sizes = f"{self.num_features}, eps={self.eps}, momentum={self.momentum}"
        return f"{sizes}, affine=True, track_running_stats=True"


class ReLU(Leaf):
    """max(0, x)."""

    def __init__(self, inplace: bool = False) -> None:
        self.inplace = inplace

    def forward(self, x: Tensor) -> Tensor:
        """Any shape to the same."""
        return x

    def extra_repr(self) -> str:
        """`inplace`, where it is."""
        return "inplace=True" if self.inplace else ""


class Sigmoid(Leaf):
    """1 / (1 + exp(−x))."""

    def forward(self, x: Tensor) -> Tensor:
        """Any shape to the same."""
        return x


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

    def extra_repr(self) -> str:
        """The factor as torch keeps it, a float."""
        return f"scale_factor={float(self.scale_factor)}, mode={self.mode!r}"


class AvgPool2d(Leaf):
    """The mean over windows; pixels beyond the last whole window are dropped."""

    def __init__(self, kernel_size: int, stride: int) -> None:
        self.kernel_size = kernel_size
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        """N×C×H×W to N×C×floor(H/k)×floor(W/k) for a stride of k."""
        batch, channels, *size = x.shape
        height, width = ((n - self.kernel_size) // self.stride + 1 for n in size)
        if height < 1 or width < 1:
            raise ShapeError(f"a {self.kernel_size}×{self.kernel_size} window does not fit on {size[0]}×{size[1]}")
        return Tensor((batch, channels, height, width))

    def extra_repr(self) -> str:
        """With torch's padding, which is always 0 here."""
        return f"{super().extra_repr()}, padding=0"


class AdaptiveAvgPool2d(Leaf):
    """The mean over `output_size` × `output_size` windows."""

    def __init__(self, output_size: int) -> None:
        self.output_size = output_size

    def forward(self, x: Tensor) -> Tensor:
        """N×C×H×W to N×C×n×n."""
        return Tensor((*x.shape[:2], self.output_size, self.output_size))


class Flatten(Leaf):
    """All axes from `start_dim` on as one axis."""

    def __init__(self, start_dim: int = 1) -> None:
        self.start_dim = start_dim

    def forward(self, x: Tensor) -> Tensor:
        """N×C×H×W to N×C×(H·W) from axis 2, to N×(C·H·W) from axis 1."""
        return Tensor((*x.shape[: self.start_dim], math.prod(x.shape[self.start_dim :])))

    def extra_repr(self) -> str:
        """With torch's last axis, which is always the last one here."""
        return f"{super().extra_repr()}, end_dim=-1"


class Softmax(Leaf):
    """exp(x) divided by its sum along an axis."""

    def __init__(self, dim: int) -> None:
        self.dim = dim

    def forward(self, x: Tensor) -> Tensor:
        """Any shape to the same."""
        return x


class Dropout(Leaf):
    """Random zeros in training, nothing in evaluation."""

    def __init__(self, p: float = 0.5) -> None:
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        """Any shape to the same."""
        return x

    def extra_repr(self) -> str:
        """With torch's `inplace`, which is always False here."""
        return f"{super().extra_repr()}, inplace=False"


class Dropout2d(Dropout):
    """Random zeros in training, a whole channel at a time."""


LEAVES: dict[str, type[Leaf]] = {
    leaf.__name__: leaf
    for leaf in (
        Conv2d,
        ConvTranspose2d,
        Linear,
        BatchNorm2d,
        ReLU,
        Sigmoid,
        Upsample,
        AvgPool2d,
        AdaptiveAvgPool2d,
        Flatten,
        Softmax,
        Dropout,
        Dropout2d,
        functions.Add,
        functions.AddInPlace,
        functions.Concat,
        functions.Chunk,
        functions.Split,
        functions.ShuffleChannels,
        functions.Multiply,
        functions.Resize,
        functions.AdaptiveAvgPoolLike,
        functions.GlobalAvgPool2d,
        functions.Unflatten2d,
        functions.Unsqueeze,
        functions.Transpose,
        functions.MatMul,
        functions.Scale,
    )
}
"""Every leaf by its class name, on either engine."""


def arguments(module: Any) -> dict[str, Any]:
    """The constructor arguments of a leaf of ours or of torch's: equal for both. Empty for a module that is no leaf.

    torch keeps a parameter or None where its constructor took `bias: bool`, and a float where it took a whole factor.
    """
    leaf = LEAVES.get(type(module).__name__)
    if leaf is None:
        return {}
    values = {name: getattr(module, name) for name in leaf.argument_names()}
    if "bias" in values:
        values["bias"] = values["bias"] is not None and values["bias"] is not False
    if "scale_factor" in values:
        values["scale_factor"] = int(values["scale_factor"])
    return values
