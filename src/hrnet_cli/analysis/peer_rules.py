"""What each peer of `verify` counts and reports, as rules over our own figures.

A rule splits a peer's count into terms of our costs, so that a count that is not ours is explained by numbers that add
up. It also says what the peer reports of each module if it agrees with us. The libraries' own rules are cited here.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from hrnet_cli.analysis.costs import Cost, costs
from hrnet_cli.hrnet import FLOPS_PER_MAC
from hrnet_cli.nn import Shape
from hrnet_cli.tracing import Node, Trace


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a module with all below it, which are compared; None is not reported."""

    outputs: tuple[tuple[Shape, ...], ...] | None
    """The shapes that each call returns."""
    params: int | None
    count: int | None


NOT_REPORTED = Figures(None, None, None)


@dataclass(frozen=True, slots=True)
class ModuleFacts:
    """What our trace has of a module with all below it; `count` is in a peer's convention."""

    node: Node
    outputs: tuple[tuple[Shape, ...], ...]
    params: int
    count: int
    is_used: bool
    """Whether the module or one below it is called."""


TermName = Literal[
    "macs", "flops", "conv_bias", "transposed_output", "linear_bias", "no_matmul", "batch_params", "fvcore_rule"
]
Terms = dict[tuple[TermName, str], int]
"""Parts of a peer's count by the name of the term and, where it depends on that, the type of the layer."""


def module_facts(trace: Trace, terms: Callable[[Cost], Terms]) -> dict[str, ModuleFacts]:
    """The facts of every module by path, in the order of the tree."""
    nodes = {node.path: node for node in trace.root.walk()}
    outputs: dict[str, tuple[tuple[Shape, ...], ...]] = {}
    counts: Counter[str] = Counter()
    for call in trace.calls:
        outputs[call.node.path] = (*outputs.get(call.node.path, ()), call.outputs)
    for cost in costs(trace):
        counts[cost.call.node.path] += sum(terms(cost).values())
    params = _with_all_below(trace.root, {path: node.own_params for path, node in nodes.items()})
    counts_below = _with_all_below(trace.root, counts)
    calls_below = _with_all_below(trace.root, {path: len(calls) for path, calls in outputs.items()})
    return {
        path: ModuleFacts(node, outputs.get(path, ()), params[path], counts_below[path], calls_below[path] > 0)
        for path, node in nodes.items()
    }


def _with_all_below(root: Node, own: Mapping[str, int]) -> dict[str, int]:
    """The sum over each module and those below it."""
    sums = {node.path: own.get(node.path, 0) for node in root.walk()}
    for node in reversed(list(root.walk())):
        sums[node.path] += sum(sums[child.path] for child in node.children)
    return sums


# What a leaf call counts


def macs(cost: Cost) -> Terms:
    """Our own count."""
    return {("macs", ""): cost.macs}


def _torchinfo(cost: Cost) -> Terms:
    """calculate_macs of torchinfo/layer_info.py: weights and bias of a `Conv…` × N·H·W of its output, of others × N.

    So a transposed convolution is counted over its output, and a product of two maps, which has no weight, not at all.
    """
    call, layer = cost.call, cost.call.node.type
    elements = {name: math.prod(shape) for name, shape in call.node.parameters.items()}
    batch, positions = call.outputs[0][0], _positions(call.outputs[0])
    terms: Terms = {("macs", ""): cost.macs}
    if "Conv" in layer:
        terms["conv_bias", ""] = elements.get("bias", 0) * positions
        if layer == "ConvTranspose2d":
            terms["transposed_output", ""] = elements["weight"] * (positions - _positions(call.inputs[0]))
    elif layer == "Linear":
        terms["linear_bias", ""] = batch * elements.get("bias", 0)
    elif layer == "MatMul":
        terms["no_matmul", ""] = -cost.macs
    else:
        terms["batch_params", layer] = batch * sum(elements.values())
    return terms


def _positions(shape: Shape) -> int:
    """Elements of one channel over the batch: N·H·W."""
    return shape[0] * math.prod(shape[2:])


def _flop_counter(cost: Cost) -> Terms:
    return {("flops", ""): FLOPS_PER_MAC * cost.macs}


def _fvcore(cost: Cost) -> Terms:
    return {("macs", ""): cost.macs, ("fvcore_rule", cost.call.node.type): cost.fvcore - cost.macs}


# What is reported of a module


def _all_figures(facts: ModuleFacts) -> Figures:
    return Figures(facts.outputs, facts.params, facts.count)


def _torchinfo_figures(facts: ModuleFacts) -> Figures:
    """Of a list of branches only the first, and no count of a module with children.

    A container that is never called is listed, with its parameters, only if something in it is called.
    """
    if not facts.is_used:
        return NOT_REPORTED
    first_tensors = tuple(outputs[:1] for outputs in facts.outputs)
    return Figures(first_tensors, facts.params, None if facts.node.children else facts.count)


def _flop_counter_figures(facts: ModuleFacts) -> Figures:
    """The count of a module that is called, if it is not 0."""
    return Figures(None, None, (facts.count or None) if facts.outputs else None)


def _fvcore_figures(facts: ModuleFacts) -> Figures:
    return Figures(None, facts.params, facts.count)


@dataclass(frozen=True)
class PeerRule:
    """The convention of a peer, and what it reports of a module if it agrees with us."""

    peer: str
    convention: str
    device: str
    terms: Callable[[Cost], Terms]
    figures: Callable[[ModuleFacts], Figures]
    total_params: bool = True
    """Whether the peer reports the parameters of the network."""


TORCH_HOOKS = PeerRule("torch hooks", "macs", "", macs, _all_figures)
PEER_RULES = (
    PeerRule("torchinfo", "torchinfo", "meta", _torchinfo, _torchinfo_figures),
    PeerRule("FlopCounterMode", "flops", "meta", _flop_counter, _flop_counter_figures, total_params=False),
    PeerRule("fvcore", "fvcore", "cpu", _fvcore, _fvcore_figures),
)
"""The peers of `lowering.peers.PEERS`, in the order in which they run."""
