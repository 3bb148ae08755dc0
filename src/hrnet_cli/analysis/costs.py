"""What a call costs, in each counting convention. Integers only.

MACs are multiply-accumulates of convolutions, bias not counted: one per output element and weight that reaches it.
`docs/counting.md` reconciles the conventions on W32, digit by digit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from hrnet_cli.nn import Shape
from hrnet_cli.tracing import Call, Trace


class Cost(NamedTuple):
    """One leaf call: its parameters (counted at a module's first call only), MACs and fvcore's own count."""

    call: Call
    params: int
    macs: int
    fvcore: int


def _conv_macs(call: Call, weight: Shape) -> int:
    """Output positions × weight elements: each weight is used once per output position."""
    batch, _, height, width = call.outputs[0]
    return batch * height * width * math.prod(weight)


MACS: dict[str, Callable[[Call, Shape], int]] = {"Conv2d": _conv_macs}
"""The leaves that multiply and accumulate; any other costs no MACs."""

FVCORE: dict[str, Callable[[Call], int]] = {
    "BatchNorm2d": lambda call: 2 * math.prod(call.inputs[0]),
    "Upsample": lambda call: math.prod(call.outputs[0]),
}
"""What fvcore 0.1.5 adds to the MACs: 2 per element of a batch norm, 1 per element that nearest upsampling makes."""


def costs(trace: Trace) -> list[Cost]:
    """The cost of every leaf call, in order."""
    seen: set[str] = set()
    result = []
    for call in trace.leaf_calls:
        parameters = call.node.parameters
        path = call.node.path
        params = 0 if path in seen or not parameters else sum(math.prod(shape) for shape in parameters.values())
        seen.add(path)
        kind = call.node.type
        macs = MACS[kind](call, parameters["weight"]) if kind in MACS else 0
        fvcore = macs + (FVCORE[kind](call) if kind in FVCORE else 0)
        result.append(Cost(call, params, macs, fvcore))
    return result


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
