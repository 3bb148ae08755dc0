"""torch.nn.Module's tree, hooks and printing, over tensors that have a shape and no values.

A module's children are the attributes that are modules, in the order in which they were set. A composite therefore
reads like any torch module (`self.conv1 = nn.Conv2d(...)`) and has the state-dict keys that torch would give it.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

if TYPE_CHECKING:
    from typing import Protocol

    T = TypeVar("T")
    Output = TypeVar("Output", covariant=True)

    class HasForward(Protocol[Output]):
        """A module whose `forward` returns `Output`: calling it returns the same type."""

        @property
        def forward(self) -> Callable[..., Output]: ...


Shape = tuple[int, ...]


class Tensor:
    """A shape, N×C×H×W as in torch, and no storage."""

    __slots__ = ("shape",)

    def __init__(self, shape: Shape) -> None:
        self.shape = shape

    def numel(self) -> int:
        """The number of elements, an integer of any size."""
        return math.prod(self.shape)

    def __repr__(self) -> str:
        return f"Tensor{self.shape}"


class ShapeError(RuntimeError):
    """Shapes that do not fit together; torch raises RuntimeError for them."""


# Hooks

PreHook = Callable[[Any, tuple[Any, ...]], None]
Hook = Callable[[Any, tuple[Any, ...], Any], None]

_pre_hooks: list[PreHook] = []
_hooks: list[Hook] = []


class RemovableHandle:
    """Removes a hook, as torch's handle of the same name does."""

    def __init__(self, hooks: list[Any], hook: Any) -> None:
        self._hooks, self._hook = hooks, hook

    def remove(self) -> None:
        """Remove the hook; a second call does nothing."""
        if self._hook in self._hooks:
            self._hooks.remove(self._hook)


def register_module_forward_pre_hook(hook: PreHook) -> RemovableHandle:
    """Call `hook(module, inputs)` before the forward of every module, as torch.nn.modules.module's function does."""
    _pre_hooks.append(hook)
    return RemovableHandle(_pre_hooks, hook)


def register_module_forward_hook(hook: Hook) -> RemovableHandle:
    """Call `hook(module, inputs, output)` after the forward of every module."""
    _hooks.append(hook)
    return RemovableHandle(_hooks, hook)


# Modules


class Module:
    """A node of the network. A composite defines `forward` by calling its children."""

    place: Any = None
    """The part of the network that the module belongs to, a `model.Place`; the model sets it."""

    def forward(self, *inputs: Any) -> Any:
        """Compute the output from the inputs, without changing them."""
        raise NotImplementedError

    def __call__(self: HasForward[Output], *inputs: Any) -> Output:
        for pre_hook in _pre_hooks:
            pre_hook(self, inputs)
        # Passing one argument is faster than unpacking it, and most modules take one.
        output = self.forward(inputs[0]) if len(inputs) == 1 else self.forward(*inputs)
        for hook in _hooks:
            hook(self, inputs, output)
        return output

    def attributes(self) -> Iterable[tuple[str, Any]]:
        """All attributes by name, in order: children, None for an absent child, and plain values."""
        return vars(self).items()

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The direct children with their names, in order."""
        for name, value in self.attributes():
            if isinstance(value, Module):
                yield name, value

    def named_parameters(self, recurse: bool = True) -> Iterator[tuple[str, Tensor]]:
        """Trainable tensors with their state-dict keys."""
        return self._named_tensors("parameters") if recurse else iter(self.own_tensors("parameters").items())

    def named_buffers(self, recurse: bool = True) -> Iterator[tuple[str, Tensor]]:
        """Tensors that are saved but not trained (batch norm's running statistics)."""
        return self._named_tensors("buffers") if recurse else iter(self.own_tensors("buffers").items())

    def own_tensors(self, kind: str) -> dict[str, Tensor]:  # noqa: ARG002
        """This module's own `parameters` or `buffers` by name; leaves that have tensors override it."""
        return {}

    def _named_tensors(self, kind: str) -> Iterator[tuple[str, Tensor]]:
        yield from self.own_tensors(kind).items()
        for child_name, child in self.named_children():
            for name, tensor in child._named_tensors(kind):
                yield f"{child_name}.{name}", tensor

    def state_dict(self) -> dict[str, Tensor]:
        """Every parameter and buffer by its key: the keys and shapes of this network's checkpoints."""
        return {**dict(self.named_parameters()), **dict(self.named_buffers())}

    def __repr__(self) -> str:
        """The tree as torch prints it."""
        children = [(name, value) for name, value in self.attributes() if value is None or isinstance(value, Module)]
        return _tree(self, [(name, repr(child)) for name, child in children])


def _tree(module: Module, lines: Iterable[tuple[str, str]]) -> str:
    """A module's name and what it prints of each child, indented."""
    body = "".join(f"\n({name}): {text}" for name, text in lines).replace("\n", "\n  ")
    return f"{type(module).__name__}({body}\n)" if body else f"{type(module).__name__}()"


class Leaf(Module):
    """A module without children. It has a shape rule, and keeps its constructor arguments under their own names."""

    in_torch_nn: ClassVar[bool] = True
    """Whether torch.nn has a module of this name."""

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """None."""
        return iter(())

    @classmethod
    @cache
    def argument_names(cls) -> tuple[str, ...]:
        """The names of the constructor arguments, in order."""
        return tuple(inspect.signature(cls).parameters)

    def arguments(self) -> dict[str, Any]:
        """The constructor arguments by name."""
        return {name: getattr(self, name) for name in self.argument_names()}

    def extra_repr(self) -> str:
        """The text in the parentheses of the repr: by default `name=value` for each constructor argument."""
        return ", ".join(f"{name}={value!r}" for name, value in self.arguments().items())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.extra_repr()})"


# Containers


class Numbered(Module):
    """Modules named `0`, `1`, …; None takes a number and has no keys."""

    def __init__(self, modules: Sequence[Any]) -> None:
        self._modules = tuple(modules)

    def attributes(self) -> Iterable[tuple[str, Any]]:
        """The modules by number."""
        return zip(_numbers(len(self._modules)), self._modules, strict=True)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._modules)

    def __getitem__(self, index: int) -> Any:
        return self._modules[index]

    def __len__(self) -> int:
        return len(self._modules)


@cache
def _numbers(count: int) -> tuple[str, ...]:
    """`0`, `1`, … as text. Cached, since a network has hundreds of containers of a few lengths."""
    return tuple(map(str, range(count)))


class Sequential(Numbered):
    """Modules called one after the other."""

    def __init__(self, *modules: Module) -> None:
        super().__init__(modules)

    if TYPE_CHECKING:

        def __call__(self, x: T, /) -> T: ...

    def forward(self, x: T) -> T:
        """Pass `x`, a tensor or a list of branches, through every child in order."""
        for module in self._modules:
            x = module(x)
        return x


class ModuleList(Numbered):
    """A list of modules that its owner calls."""

    def __repr__(self) -> str:
        """Equal neighbours are printed once, as torch does: `(0-3): 4 x ReLU()`."""
        lines = []
        for text, group in groupby(enumerate(map(repr, self._modules)), key=lambda pair: pair[1]):
            first, *rest = (index for index, _ in group)
            lines.append((f"{first}-{rest[-1]}", f"{len(rest) + 1} x {text}") if rest else (str(first), text))
        return _tree(self, lines)
