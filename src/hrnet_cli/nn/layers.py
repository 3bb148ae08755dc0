"""The leaves: torch.nn's names, constructor arguments and shape rules.

Every constructor argument is kept under its own name, as torch keeps it: that is all that lowering and printing need
to know of a leaf. Shapes are N×C×H×W.
"""

from __future__ import annotations

from functools import cache

from hrnet_cli.nn.module import Leaf
from hrnet_cli.nn.tensor import Shape, ShapeError, Tensor

Pair = tuple[int, int]


@cache
def _pair(value: int | Pair) -> Pair:
    """Height and width. Kept, since a network has hundreds of convolutions and a handful of sizes."""
    return (value, value) if isinstance(value, int) else value


def _refused(leaf: Leaf, shape: Shape, channels: int) -> ShapeError:
    """What a leaf says to an input that has other than four axes, or other channels than its own."""
    found = f"{channels} channels, got {shape[1]}" if len(shape) == 4 else f"N×C×H×W, got {len(shape)} dimensions"
    return ShapeError(f"{type(leaf).__name__} expects {found}")


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
        height, width = self.kernel_size
        tensors = {"weight": Tensor((self.out_channels, self.in_channels // self.groups, height, width))}
        if self.bias:
            tensors["bias"] = Tensor((self.out_channels,))
        return tensors

    def forward(self, x: Tensor) -> Tensor:
        """N×in×H×W to N×out×H'×W'."""
        shape = x.shape
        if len(shape) != 4 or shape[1] != self.in_channels:
            raise _refused(self, shape, self.in_channels)
        batch, _, height, width = shape
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
        shape = x.shape
        if len(shape) != 4 or shape[1] != self.num_features:
            raise _refused(self, shape, self.num_features)
        return x


class ReLU(Leaf):
    """max(0, x)."""

    def __init__(self, inplace: bool = False) -> None:
        self.inplace = inplace

    def forward(self, x: Tensor) -> Tensor:
        """Any shape to the same."""
        return x


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
        if kind != "parameters":
            return {}
        tensors = {"weight": Tensor((self.in_channels, self.out_channels, *self.kernel_size))}
        if self.bias:
            tensors["bias"] = Tensor((self.out_channels,))
        return tensors

    def forward(self, x: Tensor) -> Tensor:
        """N×in×H×W to N×out×H'×W'."""
        if len(x.shape) != 4 or x.shape[1] != self.in_channels:
            raise _refused(self, x.shape, self.in_channels)
        each = zip(x.shape[2:], self.stride, self.padding, self.kernel_size, self.output_padding, strict=True)
        size = tuple((n - 1) * stride - 2 * pad + kernel + extra for n, stride, pad, kernel, extra in each)
        return Tensor((x.shape[0], self.out_channels, *size))


class Linear(Leaf):
    """A matrix and a bias on the last axis."""

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        self.in_features = in_features
        self.out_features = out_features
        self.bias = bias

    def own_tensors(self, kind: str) -> dict[str, Tensor]:
        """`weight` is out × in; `bias` is out."""
        if kind != "parameters":
            return {}
        tensors = {"weight": Tensor((self.out_features, self.in_features))}
        if self.bias:
            tensors["bias"] = Tensor((self.out_features,))
        return tensors

    def forward(self, x: Tensor) -> Tensor:
        """N×in to N×out."""
        if x.shape[-1] != self.in_features:
            raise ShapeError(f"Linear expects {self.in_features} features, got {x.shape[-1]}")
        return Tensor((*x.shape[:-1], self.out_features))
