"""Lowering: the network defined over shapes as a real torch.nn.Module of the same tree and the same forward."""

from __future__ import annotations

from functools import cache
from typing import Any

import torch

from hrnet_cli import nn
from hrnet_cli.lowering import twins


def lower(module: nn.Module, memo: dict[int, torch.nn.Module] | None = None) -> torch.nn.Module:
    """The torch module of a network: same names (so the same state-dict keys), torch's own initial weights.

    `memo` makes a module that stands in two places stay one.
    """
    memo = {} if memo is None else memo
    if id(module) not in memo:
        memo[id(module)] = _lower_leaf(module) if isinstance(module, nn.Leaf) else _lower_tree(module, memo)
        if hasattr(module, "place"):
            memo[id(module)].place = module.place
    return memo[id(module)]


def _lower_leaf(module: nn.Leaf) -> torch.nn.Module:
    """Class name and constructor arguments are all there is to a leaf."""
    name = type(module).__name__
    make: type[torch.nn.Module] = getattr(torch.nn if module.in_torch_nn else twins, name)
    return make(**nn.arguments(module))


def _lower_tree(module: nn.Module, memo: dict[int, torch.nn.Module]) -> torch.nn.Module:
    lowered = torch_class(type(module))()  # type: ignore[arg-type]  # a class is hashable
    for name, value in module.attributes():
        if isinstance(value, nn.Module):
            lowered.add_module(name, lower(value, memo))
        elif value is None:
            lowered.register_module(name, None)  # an absent child, as torch itself writes it
        elif not name.startswith("_"):
            setattr(lowered, name, value)
    return lowered


class Lowered(torch.nn.Module):
    """What every composite's torch class has beside the composite's own methods."""

    definition: type[nn.Module]

    def __reduce__(self) -> Any:
        """Pickle by the definition, since the torch class of it is made on demand and stands in no module."""
        return _restore, (self.definition,), self.__dict__


def _restore(definition: type[nn.Module]) -> torch.nn.Module:
    made = torch_class(definition)  # type: ignore[arg-type]
    return made.__new__(made)


@cache
def torch_class(definition: type[nn.Module]) -> type[torch.nn.Module]:
    """The torch class of a composite: its methods on a torch.nn.Module. Containers are torch's own."""
    if definition in (nn.Sequential, nn.ModuleList):
        return getattr(torch.nn, definition.__name__)  # type: ignore[no-any-return]
    methods = {
        name: value
        for base in reversed(definition.__mro__)
        if issubclass(base, nn.Module) and base is not nn.Module
        for name, value in vars(base).items()
        if not name.startswith("__")
    }
    about = {"definition": definition, "__doc__": definition.__doc__, "__module__": definition.__module__}
    return type(definition.__name__, (Lowered,), {**methods, **about})
