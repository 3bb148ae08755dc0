"""What the authors printed, held against our count: each by the rule with which they counted."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from hrnet_cli.analysis.costs import CONVENTIONS, MACS, Convention, Cost
from hrnet_cli.schema import Published


def _output_deconv(cost: Cost) -> int:
    """MACs, but a transposed convolution as a convolution: output positions × weight elements."""
    if cost.call.node.type != "ConvTranspose2d":
        return cost.macs
    return MACS["Conv2d"](cost.call.inputs, cost.call.outputs, math.prod(cost.call.node.parameters["weight"]))


RULES: dict[str, Convention] = {
    **{name: CONVENTIONS[name] for name in ("published", "macs", "fvcore")},
    "output-deconv": Convention(
        "output-deconv", "MACs, transposed convolutions over their output", 10**9, _output_deconv
    ),
}
"""From a `rule` in a spec's `published` to the count that it stands for."""


class Figure(NamedTuple):
    """One printed figure. Ours is a raw integer, and `unit` what one M or G of the printed one is."""

    name: str
    printed: str
    ours: int
    unit: int
    reproduces: bool
    declared: bool
    """Whether the spec says that it does not come out (`differs`)."""

    @property
    def stands(self) -> bool:
        """Whether it is as the spec has it: it comes out, or is known not to."""
        return self.reproduces is not self.declared


def figures(published: Published | None, params: int, costs: Iterable[Cost]) -> tuple[Figure, ...]:
    """Both printed figures beside ours, where there are any."""
    if published is None:
        return ()
    rule = RULES[published.rule]
    flops = sum(map(rule.count, costs))
    return (
        _figure("params", published.params, params, 10**9, published),
        _figure("flops", published.flops, flops, rule.giga, published),
    )


def _figure(name: str, printed: str, ours: int, giga: int, published: Published) -> Figure:
    unit = giga if printed[-1] == "G" else 10**6
    return Figure(name, printed, ours, unit, as_printed(printed, ours, unit) == printed[:-1], name in published.differs)


def as_printed(printed: str, ours: int, unit: int) -> str:
    """Our count with as many decimals as the printed figure has."""
    decimals = len(printed[:-1].partition(".")[2])
    return f"{ours / unit:.{decimals}f}"
