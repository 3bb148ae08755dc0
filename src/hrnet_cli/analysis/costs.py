"""What a call costs, in each counting convention. Integers only.

MACs are multiply-accumulates of convolutions, bias not counted: one per output element and weight that reaches it.
`docs/counting.md` reconciles the conventions on W32, digit by digit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from hrnet_cli.nn import LEAVES, Module, Tensor, register_module_forward_hook
from hrnet_cli.tracing import Call, Node, Shapes, Trace, shapes

_new = tuple.__new__
"""Makes a NamedTuple of a tuple in half the time of its own constructor, which is a function in Python."""


class Cost(NamedTuple):
    """One leaf call: its parameters (counted at a module's first call only), MACs and fvcore's own count."""

    call: Call
    params: int
    macs: int
    fvcore: int
    activations: int
    """Elements that it puts out, if it is a leaf that multiplies and accumulates; else 0 (`docs/counting.md`)."""


def _conv_macs(_inputs: Shapes, outputs: Shapes, weights: int) -> int:
    """Output positions × weights: each weight is used once per output position."""
    batch, _, height, width = outputs[0]
    return batch * height * width * weights


def _transposed_macs(inputs: Shapes, _outputs: Shapes, weights: int) -> int:
    """Input positions × weights: each weight is used once per input position."""
    batch, _, height, width = inputs[0]
    return batch * height * width * weights


def _linear_macs(inputs: Shapes, _: Shapes, weights: int) -> int:
    """Rows × weights."""
    return math.prod(inputs[0][:-1]) * weights


def _matmul_macs(inputs: Shapes, outputs: Shapes, _weights: int) -> int:
    """B×M×K times B×K×N: B·M·K·N."""
    return math.prod(inputs[0]) * outputs[0][-1]


MACS: dict[str, Callable[[Shapes, Shapes, int], int]] = {
    "Conv2d": _conv_macs,
    "ConvTranspose2d": _transposed_macs,
    "Linear": _linear_macs,
    "MatMul": _matmul_macs,
}
"""The leaves that multiply and accumulate: from the shapes in and out and the elements of the weight to the MACs."""


def _resized(call: Call) -> int:
    """One per element that nearest upsampling makes, four where it is bilinear."""
    return math.prod(call.outputs[0]) * (4 if call.node.arguments["mode"] == "bilinear" else 1)


FVCORE: dict[str, Callable[[Call], int]] = {
    "BatchNorm2d": lambda call: 2 * math.prod(call.inputs[0]),
    "Upsample": _resized,
    "Resize": _resized,
    "AdaptiveAvgPool2d": lambda call: math.prod(call.inputs[0]),
}
"""What fvcore 0.1.5 adds to the MACs, beside them."""


HOLDERS = {name for name, leaf in LEAVES.items() if leaf.own_tensors is not Module.own_tensors}
COSTLY = HOLDERS | MACS.keys() | FVCORE.keys()
"""The leaves that cost or hold something, by any convention."""


def costs(trace: Trace) -> list[Cost]:
    """The cost of every leaf call, in order."""
    seen: set[Node] = set()
    result = []
    for call in trace.leaf_calls:
        node = call.node
        kind = node.type
        params = macs = extra = activations = 0
        if kind in COSTLY:
            params, weights = _elements(node.module)
            if node in seen:
                params = 0
            seen.add(node)
            if kind in MACS:
                macs, activations = MACS[kind](call.inputs, call.outputs, weights), math.prod(call.outputs[0])
            if kind in FVCORE:
                extra = FVCORE[kind](call)
        result.append(_new(Cost, (call, params, macs, macs + extra, activations)))
    return result


class Totals(NamedTuple):
    """What a network costs in all."""

    params: int
    macs: int
    activations: int


FIGURES = {"params": "params", "macs": "MACs", "activations": "activations"}
"""What reports call the figures of Totals."""


def measure(network: Module, x: Tensor) -> tuple[Shapes, Totals]:
    """The shapes that come out of a network, and its totals, with no record of the calls: much faster than a trace.

    Raises ShapeError for an input that cannot go through.
    """
    counted: dict[Module, int] = {}
    macs = activations = 0

    def count(leaf: Module, inputs: tuple[Any, ...], output: Any) -> None:
        nonlocal macs, activations
        kind = type(leaf).__name__
        if kind in COSTLY:
            counted[leaf], weights = _elements(leaf)
            if kind in MACS:
                macs += MACS[kind](shapes(inputs), (output.shape,), weights)
                activations += output.numel()

    handle = register_module_forward_hook(count)
    try:
        outputs = shapes(network(x))
    finally:
        handle.remove()
    return outputs, Totals(sum(counted.values()), macs, activations)


def totals(costs: Iterable[Cost]) -> Totals:
    """The sums over all calls."""
    each = [(cost.params, cost.macs, cost.activations) for cost in costs]
    return Totals(*map(sum, zip(*each, strict=True)))


def _elements(leaf: Any) -> tuple[int, int]:
    """Those of all parameters, and of `weight` alone."""
    total = weights = 0
    for name, tensor in leaf.named_parameters(recurse=False):
        elements = math.prod(tensor.shape)
        total += elements
        if name == "weight":
            weights = elements
    return total, weights


class Convention(NamedTuple):
    """A way of counting: how to get its figure from a Cost, what to call it, and what one G is."""

    name: str
    label: str
    giga: int
    count: Callable[[Cost], int]


CONVENTIONS: dict[str, Convention] = {
    convention.name: convention
    for convention in (
        Convention("macs", "MACs", 10**9, lambda cost: cost.macs),
        Convention("flops", "FLOPs (2 × MACs)", 10**9, lambda cost: 2 * cost.macs),
        Convention("published", "MACs ÷ 2³⁰ (as published)", 2**30, lambda cost: cost.macs),
        Convention("fvcore", "flops by fvcore's rules", 10**9, lambda cost: cost.fvcore),
    )
}
