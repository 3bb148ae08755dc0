"""What each peer counts and can tell: its convention as a rule over our own costs, term by term.

A rule is the whole of what is expected of a peer: its total, every module's figures, and the terms that explain why its
total is not ours. The libraries' own rules are cited where they are written down here.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from typing import NamedTuple

from hrnet_cli.analysis.costs import Cost, costs
from hrnet_cli.nn import Shape
from hrnet_cli.tracing import Node, Shapes, Trace


class Figures(NamedTuple):
    """What is compared of a module, with all below it: the shapes that each call returns, parameters, and the count."""

    outputs: tuple[Shapes, ...] | None
    params: int | None
    total: int | None


NOTHING = Figures(None, None, None)


class Known(NamedTuple):
    """All that our trace knows of a module."""

    node: Node
    outputs: tuple[Shapes, ...]
    params: int
    total: int
    reached: bool
    """Whether it or a module in it was called: a container of nothing but identities was not."""


Terms = Callable[[Cost], dict[str, int]]
"""What a leaf call counts under a convention, by the name of the term."""


def knowledge(trace: Trace, terms: Terms) -> dict[str, Known]:
    """Every module by path, in the order of the tree."""
    outputs: dict[str, tuple[Shapes, ...]] = {}
    counted: Counter[str] = Counter()
    for call in trace.calls:
        outputs[call.node.path] = (*outputs.get(call.node.path, ()), call.outputs)
    for cost in costs(trace):
        counted[cost.call.node.path] += sum(terms(cost).values())
    params = _with_all_below(trace.root, {node.path: node.own_params for node in trace.root.walk()})
    counts = _with_all_below(trace.root, counted)
    calls = _with_all_below(trace.root, {path: len(each) for path, each in outputs.items()})
    return {
        node.path: Known(node, outputs.get(node.path, ()), params[node.path], counts[node.path], calls[node.path] > 0)
        for node in trace.root.walk()
    }


def _with_all_below(root: Node, own: Mapping[str, int]) -> dict[str, int]:
    """The sum over each module and those below it."""
    sums = {node.path: own.get(node.path, 0) for node in root.walk()}
    for node in reversed(list(root.walk())):
        sums[node.path] += sum(sums[child.path] for child in node.children)
    return sums


class Rule(NamedTuple):
    """A source's convention: what it counts, term by term, and how much of what we know it can tell."""

    source: str
    device: str
    unit: str
    convention: str
    terms: Terms
    can_tell: Callable[[Known], Figures]
    """What it says of a module if it agrees with us."""
    tells_params: bool
    note: Callable[[dict[str, Known]], str] = lambda _: ""


def macs(cost: Cost) -> dict[str, int]:
    """Our own count."""
    return {"MACs": cost.macs}


def _torchinfo(cost: Cost) -> dict[str, int]:
    """calculate_macs of torchinfo/layer_info.py: every weight and bias of a `Conv…` × N·H·W of its output, else × N.

    So a transposed convolution is counted over its output, and a product of two maps, which has no weight, not at all.
    """
    call, kind = cost.call, cost.call.node.type
    elements = {name: math.prod(shape) for name, shape in call.node.parameters.items()}
    batch, positions = call.outputs[0][0], _positions(call.outputs[0])
    terms = {"MACs": cost.macs}
    if "Conv" in kind:
        terms["bias × output positions"] = elements.get("bias", 0) * positions
        if kind == "ConvTranspose2d":
            terms["transposed over output"] = elements["weight"] * (positions - _positions(call.inputs[0]))
    elif kind == "Linear":
        terms["N × bias of Linear"] = batch * elements.get("bias", 0)
    elif kind == "MatMul":
        terms["no products of two maps"] = -math.prod(call.inputs[0]) * call.outputs[0][-1]
    else:
        terms[f"N × parameters of {kind}"] = batch * sum(elements.values())
    return terms


def _positions(shape: Shape) -> int:
    """Elements of one channel: N·H·W."""
    return shape[0] * math.prod(shape[2:])


def _fvcore(cost: Cost) -> dict[str, int]:
    return {"MACs": cost.macs, f"fvcore's rule for {cost.call.node.type}": cost.fvcore - cost.macs}


def _all_told(known: Known) -> Figures:
    return Figures(known.outputs, known.params, known.total)


def _told_by_torchinfo(known: Known) -> Figures:
    """Of a list of branches the first one only, and no count of a composite.

    A container that is never called has a row, with its parameters, only where something in it is called.
    """
    if not known.reached:
        return NOTHING
    first_tensors = tuple(outputs[:1] for outputs in known.outputs)
    return Figures(first_tensors, known.params, None if known.node.children else known.total)


def _torchinfo_limits(known: dict[str, Known]) -> str:
    lists = sum(any(len(call) > 1 for call in each.outputs) for each in known.values())
    only_first = f"; keeps the first tensor of a list: {lists} modules compared on branch 0 only" if lists else ""
    unlisted = [path for path, each in known.items() if not each.reached]
    gap = f"; lists no module in which nothing is called: {', '.join(unlisted)}" if unlisted else ""
    return f"counts leaves only, {_how_many(known, _told_by_torchinfo)}{only_first}{gap}"


def _told_by_flop_counter(known: Known) -> Figures:
    """The count of what is called, where it is not 0."""
    return Figures(None, None, (known.total or None) if known.outputs else None)


def _flop_counter_limits(known: dict[str, Known]) -> str:
    how_many = _how_many(known, _told_by_flop_counter)
    return f"lists a module only where it counts something there, {how_many}; knows no shapes and no parameters"


def _how_many(known: Mapping[str, Known], can_tell: Callable[[Known], Figures]) -> str:
    """Of how many modules a source has a count."""
    return f"{sum(can_tell(each).total is not None for each in known.values())} of {len(known)} modules"


HOOKS_RULE = Rule(
    source="torch hooks",
    device="",
    unit="MACs",
    convention="multiply-accumulates, bias not counted, from torch's own weights and shapes",
    terms=macs,
    can_tell=_all_told,
    tells_params=True,
)

PEER_RULES = (
    Rule(
        source="torchinfo",
        device="meta",
        unit="mult-adds",
        convention="convolution weights and biases × output positions; of any other layer, batch size × parameters",
        terms=_torchinfo,
        can_tell=_told_by_torchinfo,
        tells_params=True,
        note=_torchinfo_limits,
    ),
    Rule(
        source="FlopCounterMode",
        device="meta",
        unit="FLOPs",
        convention="2 × MACs of convolutions and matrix products; bias, batch norm and all else not counted",
        terms=lambda cost: {"2 × MACs": 2 * cost.macs},
        can_tell=_told_by_flop_counter,
        tells_params=False,
        note=_flop_counter_limits,
    ),
    Rule(
        source="fvcore",
        device="cpu",
        unit="flops",
        convention="MACs, 2 per element of a batch norm, 1 per element that nearest upsampling makes (bilinear: 4)",
        terms=_fvcore,
        can_tell=lambda known: Figures(None, known.params, known.total),
        tells_params=True,
        note=lambda _: "knows no shapes; run with every branch as an output: it leaves out what no output depends on",
    ),
)
"""The peers in `lowering.peers.PEERS`, in the order in which they are run and shown."""
