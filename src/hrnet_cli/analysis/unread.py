"""The parameters of a network that get no gradient where only some of its branches are read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Any

from hrnet_cli.hrnet import branch_stride
from hrnet_cli.model import build_network
from hrnet_cli.nn import Leaf, Module, Shape, Tensor, register_module_forward_hook
from hrnet_cli.schema import NoHead, Spec

SIZED_BY_SECOND = ("Resize", "AdaptiveAvgPoolLike", "Unflatten2d")
"""The leaves that take the size of their second map alone: no gradient flows to it."""

Producers = dict[int, list[tuple[Module, tuple[Tensor, ...]]]]
"""The leaves that put out each tensor, by its id, with the tensors that they read."""


def unused_parameters(spec: Spec, read: Collection[int]) -> dict[str, tuple[Shape, ...]]:
    """The shapes of the parameters that no read branch of the backbone is computed from.

    By the path of the outermost modules whose parameters are all among them.
    """
    backbone = build_network(replace(spec, head=NoHead(), multi_scale_output=True))
    side = max(branch_stride(stage.num_branches - 1) for stage in spec.stages)
    branches, producers = _record(backbone, Tensor((1, spec.in_channels, side, side)))
    used = _used([branches[index] for index in read], producers)
    found = {
        path: tuple(tensor.shape for _, tensor in module.named_parameters())
        for path, module in _outermost_unused(backbone, "", used)
    }
    return {path: shapes for path, shapes in found.items() if shapes}


def _record(backbone: Module, image: Tensor) -> tuple[list[Tensor], Producers]:
    """The branches that a backbone puts out, and what every tensor on the way to them is computed from."""
    producers: Producers = defaultdict(list)
    kept: list[Any] = []  # an id is that of one tensor only as long as the tensor is there

    def after(module: Module, inputs: tuple[Any, ...], output: Any) -> None:
        if isinstance(module, Leaf):
            kept.append((inputs, output))
            read = inputs[:1] if type(module).__name__ in SIZED_BY_SECOND else inputs
            for tensor in output if isinstance(output, list) else [output]:
                producers[id(tensor)].append((module, read))

    handle = register_module_forward_hook(after)
    try:
        return backbone(image), producers
    finally:
        handle.remove()


def _used(outputs: Iterable[Tensor], producers: Producers) -> set[Module]:
    """The leaves that some tensors are computed from."""
    used: set[Module] = set()
    waiting, seen = [*outputs], set[int]()
    while waiting:
        tensor = waiting.pop()
        if id(tensor) not in seen:
            seen.add(id(tensor))
            for module, inputs in producers.get(id(tensor), ()):
                used.add(module)
                waiting += inputs
    return used


def _outermost_unused(module: Module, path: str, used: set[Module]) -> Iterator[tuple[str, Module]]:
    if used.isdisjoint(_with_parameters(module)):
        yield path, module
        return
    for name, child in module.named_children():
        yield from _outermost_unused(child, f"{path}.{name}" if path else name, used)


def _with_parameters(module: Module) -> Iterator[Module]:
    """The leaves in a module that have parameters."""
    if isinstance(module, Leaf):
        if module.own_tensors("parameters"):
            yield module
        return
    for _, child in module.named_children():
        yield from _with_parameters(child)
