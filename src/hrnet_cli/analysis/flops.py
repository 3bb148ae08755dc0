"""What a network costs, by its parts. Every grouping adds up to the total exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Literal, NamedTuple

from hrnet_cli.analysis.costs import CONVENTIONS, PUBLISHED_CONVENTIONS, Convention, Cost, costs, last_calls
from hrnet_cli.analysis.result import Result
from hrnet_cli.errors import choose
from hrnet_cli.hrnet import DEFAULT_PRESET, FLOPS_PER_MAC
from hrnet_cli.model import NETWORK, Place
from hrnet_cli.nn import Shape
from hrnet_cli.schema import Published, Shape4
from hrnet_cli.tracing import SpecLike, Trace, trace


class Kernel(NamedTuple):
    """The window of a convolution or a pooling."""

    size: tuple[int, ...]
    stride: tuple[int, ...]


class Part(NamedTuple):
    """What a row of costs is for: a part of HRNet, a layer or a type of layer."""

    name: str
    """`stem`, `stage`, `module`, `transition`, `branch` or `head`; several parts together: `branches`, `fuse layers`,
    `transitions`; `all branches` for blocks that are over all of them; a layer's path; a type."""
    stage: int | None = None
    module: int | None = None
    branch: int | None = None
    kernel: Kernel | None = None

    def __str__(self) -> str:
        numbered = {
            "stage": f"stage {self.stage}",
            "module": f"stage {self.stage} module {self.module}",
            "transition": f"transition {self.stage}",
            "branch": f"branch {self.branch}",
        }
        return numbered.get(self.name, self.name)


@dataclass(frozen=True, slots=True)
class CostRow:
    """What a part costs. Rows of level 1 add up to the row of level 0 above them, and those of level 0 to the total."""

    level: int
    part: Part
    params: int
    macs: int
    count: int
    """The figure in the convention of the report."""


class PublishedFigure(NamedTuple):
    """A printed figure and our own, counted by the rule of those who printed it."""

    name: Literal["params", "flops"]
    printed: str
    ours: int
    unit: int
    """How much one M or G of the printed figure is."""
    reproduces: bool
    """Whether our figure rounds to the printed one."""
    differs: bool
    """Whether the spec lists it under `differs`."""

    @property
    def is_as_declared(self) -> bool:
        """Whether it reproduces, or the spec says that it does not."""
        return self.reproduces is not self.differs

    @property
    def rounded(self) -> str:
        """Our figure with the decimals and the unit of the printed one."""
        return _rounded(self.printed, self.ours, self.unit)


@dataclass(frozen=True, slots=True, repr=False)
class Flops(Result):
    """The result of `flops`."""

    command: ClassVar[str] = "flops"

    network: str
    engine: str
    input: Shape
    convention: str
    by: str
    rows: tuple[CostRow, ...]
    params: int
    macs: int
    flops: int
    fvcore: int
    fvcore_extra: dict[str, int]
    """What fvcore counts in addition to the MACs, by type of layer."""
    count: int
    """The total in the convention of the report."""
    published: Published | None
    figures: tuple[PublishedFigure, ...]
    """The published figures; none if the input is not the one that they were counted at."""


def flops(
    spec: SpecLike | Trace = DEFAULT_PRESET,
    input: str | Shape4 | None = None,
    engine: str = "shapes",
    device: str | None = None,
    *,
    by: str = "stage",
    convention: str = "macs",
) -> Flops:
    """The costs of a network in groups, counted by a convention.

    `by` is a key of GROUPINGS, `convention` a key of CONVENTIONS; the other arguments are those of `trace`.
    Raises UsageError, and what `trace` raises.
    """
    grouping, figure = choose("by", by, GROUPINGS), choose("convention", convention, CONVENTIONS).figure
    found = trace(spec, input, engine, device)
    counted = costs(found)
    groups: dict[Part, dict[Part, list[Cost]]] = defaultdict(lambda: defaultdict(list))
    for cost in counted:
        part, share = grouping(cost)
        groups[part][share].append(cost)
    rows, wholes = [], []
    for part, shares in groups.items():
        divided = [_row(share, each, figure) for share, each in shares.items()]
        wholes.append(_sum(part, divided))
        rows += [wholes[-1], *(divided if len(divided) > 1 else ())]
    total = _sum(Part("total"), wholes)
    at_own_input = found.input == found.spec.input_shape
    extra: dict[str, int] = defaultdict(int)
    for cost in counted:
        if cost.fvcore != cost.macs:
            extra[cost.call.node.type] += cost.fvcore - cost.macs
    return Flops(
        network=found.spec.name,
        engine=found.engine,
        input=found.input,
        convention=convention,
        by=by,
        rows=tuple(rows),
        params=total.params,
        macs=total.macs,
        flops=FLOPS_PER_MAC * total.macs,
        fvcore=total.macs + sum(extra.values()),
        fvcore_extra=dict(extra),
        count=total.count,
        published=found.spec.published,
        figures=published_figures(found.spec.published, counted) if at_own_input else (),
    )


def _row(part: Part, costs: list[Cost], figure: Callable[[Cost], int]) -> CostRow:
    """The part of a row, by its costs."""
    params, macs = sum([cost.params for cost in costs]), sum([cost.macs for cost in costs])
    return CostRow(1, part, params, macs, sum(map(figure, costs)))


def _sum(part: Part, rows: list[CostRow]) -> CostRow:
    """A row, by its parts."""
    figures = [(row.params, row.macs, row.count) for row in rows]
    return CostRow(0, part, *map(sum, zip(*figures, strict=True)))


# Groupings: the row that a cost belongs to, and the part of that row. A row with one part is not divided.

Grouping = Callable[[Cost], tuple[Part, Part]]


def _by_place(parts: Callable[[Place], tuple[Part, Part]]) -> Grouping:
    """A grouping that depends on places alone. A network has fewer places than calls: each is grouped once."""
    cached = cache(parts)
    return lambda cost: cached(cost.call.place or NETWORK)


def _stage(place: Place) -> Part:
    if place.part == "transition":
        return Part("transition", place.stage)
    return Part("stage", place.stage) if place.stage else Part(place.part)


def _share(place: Place) -> Part:
    return Part("fuse layers" if place.part == "fuse" else "branches")


@_by_place
def _by_stage(place: Place) -> tuple[Part, Part]:
    return _stage(place), _share(place)


@_by_place
def _by_module(place: Place) -> tuple[Part, Part]:
    whole = _stage(place) if place.module is None else Part("module", place.stage, place.module)
    return whole, _share(place)


@_by_place
def _by_branch(place: Place) -> tuple[Part, Part]:
    if place.part == "transition":
        return Part("transitions"), _stage(place)
    if place.part == "fuse":
        return Part("fuse layers"), _stage(place)
    if place.part == "branch" and place.branch is None:
        return Part("all branches"), _stage(place)
    return Part("branch", branch=place.branch or 0) if place.stage else Part(place.part), _stage(place)


def _by_layer(cost: Cost) -> tuple[Part, Part]:
    part = Part(cost.call.node.path)
    return part, part


def _by_type(cost: Cost) -> tuple[Part, Part]:
    kind, arguments = cost.call.node.type, cost.call.node.arguments
    size, stride = _pair(arguments.get("kernel_size")), _pair(arguments.get("stride"))
    return Part(kind), Part(kind, kernel=Kernel(size, stride) if size and stride else None)


def _pair(argument: Any) -> tuple[int, ...]:
    """An argument that torch takes as one number or two, as two; empty if a layer has no such argument."""
    return (argument, argument) if isinstance(argument, int) else argument or ()


GROUPINGS: dict[str, Grouping] = {
    "stage": _by_stage,
    "branch": _by_branch,
    "module": _by_module,
    "layer": _by_layer,
    "type": _by_type,
}


# Published figures


def published_figures(published: Published | None, costs: Iterable[Cost]) -> tuple[PublishedFigure, ...]:
    """The params and the FLOPs that authors printed, with our own; nothing if they printed none."""
    if published is None:
        return ()
    counted = list(costs)
    rule = PUBLISHED_CONVENTIONS[published.rule]
    return (
        _figure("params", sum(cost.params for cost in counted), CONVENTIONS["macs"], published),
        _figure(
            "flops", sum(map(rule.figure, last_calls(counted) if rule.each_layer_once else counted)), rule, published
        ),
    )


def _figure(name: Literal["params", "flops"], ours: int, rule: Convention, published: Published) -> PublishedFigure:
    printed: str = getattr(published, name)
    unit = rule.giga if printed[-1] == "G" else rule.mega
    reproduces = _rounded(printed, ours, unit) == printed
    return PublishedFigure(name, printed, ours, unit, reproduces, differs=name in published.differs)


def _rounded(printed: str, ours: int, unit: int) -> str:
    decimals = len(printed[:-1].partition(".")[2])
    return f"{ours / unit:.{decimals}f}{printed[-1]}"
