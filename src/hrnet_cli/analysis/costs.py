"""What each call costs, in whole numbers, by every counting convention.

MACs are the multiply-accumulates of convolutions and matrix products, bias not counted: one for each output element and
each weight that reaches it. `docs/counting.md` reconciles the conventions on W32, digit by digit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from hrnet_cli.hrnet import FLOPS_PER_MAC, GIBI, GIGA, MEBI, MEGA
from hrnet_cli.nn import LEAVES, Module, Shape
from hrnet_cli.tracing import Call, Node, Trace

_new = tuple.__new__
"""Makes a NamedTuple of a tuple in half the time of its own constructor, which is a function in Python."""


class Cost(NamedTuple):
    """What one call of a leaf costs."""

    call: Call
    params: int
    """Elements of the leaf's parameters; 0 if an earlier call of the same leaf has counted them."""
    macs: int
    fvcore: int
    """What fvcore counts: the MACs, and more for some leaves (FVCORE_EXTRA)."""
    activations: int
    """Elements of the output of a leaf that has MACs; 0 for any other."""


# MACs of a leaf, from the shapes of its inputs and outputs and the elements of its weight


def _conv_macs(_inputs: tuple[Shape, ...], outputs: tuple[Shape, ...], weights: int) -> int:
    """Output positions × weights: each weight is used once per output position."""
    batch, _, height, width = outputs[0]
    return batch * height * width * weights


def _transposed_conv_macs(inputs: tuple[Shape, ...], _outputs: tuple[Shape, ...], weights: int) -> int:
    """Input positions × weights: each weight is used once per input position."""
    batch, _, height, width = inputs[0]
    return batch * height * width * weights


def _linear_macs(inputs: tuple[Shape, ...], _outputs: tuple[Shape, ...], weights: int) -> int:
    """Rows × weights."""
    return math.prod(inputs[0][:-1]) * weights


def _matmul_macs(inputs: tuple[Shape, ...], outputs: tuple[Shape, ...], _weights: int) -> int:
    """B×M×K times B×K×N: B·M·K·N."""
    return math.prod(inputs[0]) * outputs[0][-1]


MACS: dict[str, Callable[[tuple[Shape, ...], tuple[Shape, ...], int], int]] = {
    "Conv2d": _conv_macs,
    "ConvTranspose2d": _transposed_conv_macs,
    "Linear": _linear_macs,
    "MatMul": _matmul_macs,
}
"""The leaves that multiply and accumulate."""


def _upsampling_extra(call: Call) -> int:
    """One per output element of nearest upsampling, four per output element of bilinear upsampling."""
    return math.prod(call.outputs[0]) * (4 if call.node.arguments["mode"] == "bilinear" else 1)


FVCORE_EXTRA: dict[str, Callable[[Call], int]] = {
    "BatchNorm2d": lambda call: 2 * math.prod(call.inputs[0]),
    "Upsample": _upsampling_extra,
    "Resize": _upsampling_extra,
    "AdaptiveAvgPool2d": lambda call: math.prod(call.inputs[0]),
    "AdaptiveAvgPoolLike": lambda call: math.prod(call.inputs[0]),
}
"""What fvcore 0.1.5 counts in addition to the MACs."""

WITH_TENSORS = {name for name, leaf in LEAVES.items() if leaf.own_tensors is not Module.own_tensors}
COSTLY = WITH_TENSORS | MACS.keys() | FVCORE_EXTRA.keys()
"""The leaves with parameters or with a count in any convention."""


def costs(trace: Trace) -> list[Cost]:
    """The cost of every leaf call, in order."""
    counted: set[Node] = set()
    result = []
    for call in trace.leaf_calls:
        node = call.node
        params = macs = extra = activations = 0
        if node.type in COSTLY:
            params, weights = elements(node.module)
            if node in counted:
                params = 0
            counted.add(node)
            if node.type in MACS:
                macs, activations = MACS[node.type](call.inputs, call.outputs, weights), math.prod(call.outputs[0])
            if node.type in FVCORE_EXTRA:
                extra = FVCORE_EXTRA[node.type](call)
        result.append(_new(Cost, (call, params, macs, macs + extra, activations)))
    return result


def elements(leaf: Any) -> tuple[int, int]:
    """The elements of all parameters of a leaf, and of its `weight` alone."""
    params = weights = 0
    for name, tensor in leaf.named_parameters(recurse=False):
        size = math.prod(tensor.shape)
        params += size
        if name == "weight":
            weights = size
    return params, weights


class Totals(NamedTuple):
    """What a network costs in all."""

    params: int
    macs: int
    activations: int


FIGURES = {"params": "params", "macs": "MACs", "activations": "activations"}
"""What reports call the figures of Totals."""


def totals(costs: Iterable[Cost]) -> Totals:
    """The sums over all calls."""
    params = macs = activations = 0
    for cost in costs:
        params += cost.params
        macs += cost.macs
        activations += cost.activations
    return Totals(params, macs, activations)


class Convention(NamedTuple):
    """A way of counting: the figure of a cost, and how much one G and one M of it are."""

    figure: Callable[[Cost], int]
    giga: int = GIGA
    mega: int = MEGA
    each_layer_once: bool = False
    """Whether of a layer that is called several times the last call alone is counted."""


CONVENTIONS: dict[str, Convention] = {
    "macs": Convention(lambda cost: cost.macs),
    "flops": Convention(lambda cost: FLOPS_PER_MAC * cost.macs),
    "published": Convention(lambda cost: cost.macs, GIBI),
    "fvcore": Convention(lambda cost: cost.fvcore),
}


def _output_deconv_macs(cost: Cost) -> int:
    """MACs, but of a transposed convolution output positions × weights, as of a convolution."""
    if cost.call.node.type != "ConvTranspose2d":
        return cost.macs
    return _conv_macs(cost.call.inputs, cost.call.outputs, math.prod(cost.call.node.parameters["weight"]))


TORCHSTAT_EXTRA: dict[str, Callable[[Call], int]] = {
    "Conv2d": lambda call: math.prod(call.outputs[0]) if call.node.arguments["bias"] else 0,
    "BatchNorm2d": lambda call: 2 * math.prod(call.inputs[0]),
    "ReLU": lambda call: math.prod(call.inputs[0]),
    "Upsample": lambda call: math.prod(call.outputs[0]) // call.outputs[0][1],
    "AdaptiveAvgPool2d": lambda call: math.prod(call.inputs[0][:2]) * math.prod(n + 1 for n in call.inputs[0][2:]),
}
"""What the torchstat of Lite-HRNet's authors (tools/torchstat of HRNet/Lite-HRNet) counts besides the MACs.

Of upsampling it counts one channel; of pooling to one pixel, a row and a column more than there are. It sees leaves of
torch.nn alone, and keeps the last call of each.
"""


def _torchstat(cost: Cost) -> int:
    extra = TORCHSTAT_EXTRA.get(cost.call.node.type)
    return cost.macs + (extra(cost.call) if extra else 0)


def last_calls(costs: Iterable[Cost]) -> list[Cost]:
    """The costs of the last call of each leaf."""
    return list({cost.call.node: cost for cost in costs}.values())


PUBLISHED_CONVENTIONS: dict[str, Convention] = {
    "published": CONVENTIONS["published"],
    "macs": CONVENTIONS["macs"],
    "fvcore": CONVENTIONS["fvcore"],
    "output-deconv": Convention(_output_deconv_macs),
    "torchstat": Convention(_torchstat, GIBI, MEBI, each_layer_once=True),
}
"""How authors counted the FLOPs that they printed, by `rule` in a spec's `published`."""
