"""A network with every part of another but without its repetitions, which is much faster to build and to run.

The blocks of a branch are alike, and so are the modules of a stage except the last, which may have fewer outputs. A
skeleton has one of each; the output shapes are the same, and costs are multiplied by how often a part is repeated.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from typing import Any

from hrnet_cli.analysis.costs import COSTLY, MACS, Totals, elements
from hrnet_cli.model import Place, build_network
from hrnet_cli.nn import (
    Module,
    Shape,
    Tensor,
    register_module_forward_hook,
    register_module_forward_pre_hook,
)
from hrnet_cli.schema import Spec
from hrnet_cli.tracing import shapes


@lru_cache(maxsize=1)  # a diagnosis tries many sizes on one network
def skeleton(spec: Spec) -> Module:
    """The network of a spec with one block in each branch, and at most two modules in each stage; stage 1 is whole."""
    first, *others = spec.stages
    reduced = (
        replace(stage, num_blocks=(1,) * stage.num_branches, num_modules=min(stage.num_modules, 2)) for stage in others
    )
    return build_network(replace(spec, stages=(first, *reduced)))


def output_shapes(spec: Spec, input: Shape) -> tuple[Shape, ...]:
    """The output shapes of a network. Raises ShapeError if the input cannot go through."""
    return shapes(skeleton(spec)(Tensor(input)))


def measure(spec: Spec, input: Shape) -> tuple[tuple[Shape, ...], Totals]:
    """The output shapes and the costs of a network. Raises ShapeError if the input cannot go through."""
    params: dict[Module, int] = {}
    macs = activations = 0
    repeats = [1]
    """How often each module that is being called is there in the whole network."""

    def before(module: Module, _inputs: tuple[Any, ...]) -> None:
        place = getattr(module, "place", None)
        repeats.append(repeats[-1] * _repeats(spec, place) if place else repeats[-1])

    def after(module: Module, inputs: tuple[Any, ...], output: Any) -> None:
        nonlocal macs, activations
        times, kind = repeats.pop(), type(module).__name__
        if kind in COSTLY:
            own_params, weights = elements(module)
            params[module] = times * own_params
            if kind in MACS:
                macs += times * MACS[kind](shapes(inputs), (output.shape,), weights)
                activations += times * math.prod(output.shape)

    handles = (register_module_forward_pre_hook(before), register_module_forward_hook(after))
    try:
        outputs = output_shapes(spec, input)
    finally:
        for handle in handles:
            handle.remove()
    return outputs, Totals(sum(params.values()), macs, activations)


def _repeats(spec: Spec, place: Place) -> int:
    """How many modules or blocks of the network the one in the skeleton stands for, at the place where it begins."""
    if place.stage is None or place.stage == 1:
        return 1
    stage = spec.stages[place.stage - 1]
    if place.part == "branch":
        return stage.num_blocks[place.branch or 0]
    return stage.num_modules - 1 if place.part == "module" and place.module == 0 and stage.num_modules > 1 else 1
