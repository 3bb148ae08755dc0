"""torch.nn.Module's tree and hooks, over shapes.

Children are the attributes that are modules, in the order in which they were set, so that a composite reads like any
torch module (`self.conv1 = nn.Conv2d(...)`) and has the state-dict keys torch would give it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any, ClassVar

from hrnet_cli.nn.tensor import Tensor

PreHook = Callable[[Any, tuple[Any, ...]], None]
Hook = Callable[[Any, tuple[Any, ...], Any], None]


_pre_hooks: list[PreHook] = []
_hooks: list[Hook] = []


class RemovableHandle:
    """Takes a hook off again, as torch's handle of the same name does."""

    def __init__(self, hooks: list[Any], hook: Any) -> None:
        self._hooks, self._hook = hooks, hook

    def remove(self) -> None:
        """Unregister the hook; a second call does nothing."""
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


class Module:
    """A node of the network. A composite writes `forward`; it owns no shape rule of its own."""

    def forward(self, *inputs: Any) -> Any:
        """Compute the output from the inputs, without changing them."""
        raise NotImplementedError

    def __call__(self, *inputs: Any) -> Any:
        for pre_hook in _pre_hooks:
            pre_hook(self, inputs)
        # Python passes a single argument in less time than it unpacks one, and most modules take one.
        output = self.forward(inputs[0]) if len(inputs) == 1 else self.forward(*inputs)
        for hook in _hooks:
            hook(self, inputs, output)
        return output

    def attributes(self) -> Iterable[tuple[str, Any]]:
        """What was set on it, by name and in order: children, None where one is absent, and plain values."""
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
        """This module's own tensors of a kind (`parameters` or `buffers`), by name; leaves with tensors override it."""
        return {}

    def _named_tensors(self, kind: str) -> Iterator[tuple[str, Tensor]]:
        yield from self.own_tensors(kind).items()
        for child_name, child in self.named_children():
            for name, tensor in child._named_tensors(kind):
                yield f"{child_name}.{name}", tensor

    def state_dict(self) -> dict[str, Tensor]:
        """Every parameter and buffer by its key: the keys and shapes a checkpoint of this network has."""
        return {**dict(self.named_parameters()), **dict(self.named_buffers())}


class Leaf(Module):
    """A module with none below it: it has a shape rule, and is kept with its constructor arguments."""

    in_torch_nn: ClassVar[bool] = True
    """Whether torch.nn has it; what it lacks has a twin in `lowering.twins`."""

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """None."""
        return iter(())


class Numbered(Module):
    """Modules (or None: a place without keys) in a row; their names are `0`, `1` and so on."""

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
    """`0`, `1` and so on. Kept, since a network has hundreds of rows of a few lengths."""
    return tuple(map(str, range(count)))


class Sequential(Numbered):
    """Modules called one after the other."""

    def __init__(self, *modules: Module) -> None:
        super().__init__(modules)

    def forward(self, x: Any) -> Any:
        """Pass `x` through every child in order."""
        for module in self._modules:
            x = module(x)
        return x


class ModuleList(Numbered):
    """A list of modules that its owner calls."""
