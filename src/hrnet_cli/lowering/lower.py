"""Lowering: the network over shapes as a torch.nn.Module with the same tree, state-dict keys and forward."""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook

from hrnet_cli import nn
from hrnet_cli.errors import UsageError
from hrnet_cli.lowering import functions
from hrnet_cli.model.initialisation import Draw, rules_of
from hrnet_cli.schema import Spec
from hrnet_cli.text import quote

HOOKS = (register_module_forward_pre_hook, register_module_forward_hook)
"""torch's functions that register a hook on every module."""

no_grad = torch.no_grad


def on_device(network: nn.Module, shape: nn.Shape, device: str) -> tuple[torch.nn.Module, torch.Tensor]:
    """The lowered network in evaluation mode and a random input, both on `device`; `meta` allocates no memory.

    Raises UsageError for an unknown device, and where the device cannot be used or has too little memory.
    """
    try:
        torch_device = torch.device(device)
    except (RuntimeError, TypeError, ValueError):
        raise UsageError(f"torch knows no device {quote(device)}", "try meta, cpu or cuda") from None
    try:
        with torch_device:
            return lower(network).eval(), torch.randn(shape)
    except (RuntimeError, AssertionError, ImportError) as error:
        message = f"torch cannot use {quote(device)}: {str(error).splitlines()[0]}"
        raise UsageError(message, "try the device meta, or a smaller input") from None


def lower(module: nn.Module, lowered: dict[int, torch.nn.Module] | None = None) -> torch.nn.Module:
    """The torch module of a module over shapes, with torch's default initial weights.

    A leaf becomes torch's leaf of the same class name and constructor arguments. `lowered` has the results by id,
    so that a module that is used twice stays one module.
    """
    lowered = {} if lowered is None else lowered
    if id(module) not in lowered:
        if isinstance(module, nn.Leaf):
            torch_leaves = torch.nn if module.in_torch_nn else functions
            result: torch.nn.Module = getattr(torch_leaves, type(module).__name__)(**module.arguments())
        else:
            result = _lower_composite(module, lowered)
        if module.place is not None:
            result.place = module.place
        lowered[id(module)] = result
    return lowered[id(module)]


def _lower_composite(module: nn.Module, lowered: dict[int, torch.nn.Module]) -> torch.nn.Module:
    result = torch_class(type(module))()  # type: ignore[arg-type]  # a class is hashable
    for name, value in module.attributes():
        if isinstance(value, nn.Module):
            result.add_module(name, lower(value, lowered))
        elif value is None:
            result.register_module(name, None)  # as torch code writes a child that is absent
        elif not name.startswith("_"):
            setattr(result, name, value)
    return result


class Lowered(torch.nn.Module):
    """Base class of every composite's torch class."""

    definition: type[nn.Module]

    def __reduce__(self) -> Any:
        """Pickle by the definition: the torch class is made on demand, and no module has it under its name."""
        return _restore, (self.definition,), self.__dict__


def _restore(definition: type[nn.Module]) -> torch.nn.Module:
    made = torch_class(definition)  # type: ignore[arg-type]  # a class is hashable
    return made.__new__(made)


@cache
def torch_class(definition: type[nn.Module]) -> type[torch.nn.Module]:
    """The torch class of a composite: torch.nn.Module with the composite's own methods, or torch's container."""
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


def initialise(network: torch.nn.Module, spec: Spec) -> None:
    """Draw the weights of every convolution as the original of a network does, from torch's global generator."""
    rules = rules_of(spec)
    if rules is None:
        return

    def visit(module: torch.nn.Module, draw: Draw | None) -> None:
        place = getattr(module, "place", None)
        if place is not None:
            draw = rules.head if place.part == "head" else rules.backbone
        if draw is not None and isinstance(module, torch.nn.Conv2d | torch.nn.ConvTranspose2d):
            getattr(torch.nn.init, draw.function)(module.weight, **draw.arguments)
            if draw.zero_bias and module.bias is not None:
                torch.nn.init.zeros_(module.bias)
        for child in module.children():
            visit(child, draw)

    visit(network, rules.backbone)
