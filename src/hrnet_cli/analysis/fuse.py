"""Each fuse layer as a matrix: how output branch i is made from input branch j, and what that costs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, ClassVar, Literal, NamedTuple

from hrnet_cli.analysis.costs import Cost, costs
from hrnet_cli.analysis.result import Result
from hrnet_cli.errors import UsageError
from hrnet_cli.hrnet import DEFAULT_PRESET, LITE_TIMES_BRANCH_0, size_ratio
from hrnet_cli.model import Place
from hrnet_cli.nn import Shape
from hrnet_cli.schema import Shape4, Spec
from hrnet_cli.text import plural, quote
from hrnet_cli.tracing import Call, Node, SpecLike, Trace, trace


class Operation(NamedTuple):
    """One or more equal layers in a row that change a map's size or channels. Batch norm and ReLU are left out."""

    type: str
    """`Conv2d`, `Upsample` or `Resize` (to the size of the output branch)."""
    kernel_size: tuple[int, ...] | None
    stride: tuple[int, ...] | None
    scale_factor: int | None
    mode: str | None
    """`nearest` or `bilinear`."""
    times: int = 1
    depthwise: bool = False
    """Whether it is a convolution of each channel alone, as Lite-HRNet has them."""


class Edge(NamedTuple):
    """How an input branch becomes a term of an output branch."""

    output_branch: int
    input_branch: int
    kind: Literal["identity", "up", "down"]
    factor: int
    """How many times larger (`up`) or smaller (`down`) height and width become."""
    operations: tuple[Operation, ...]
    in_channels: int
    out_channels: int
    input: Shape
    output: Shape
    params: int
    macs: int
    """Of all its calls."""
    path: str
    """Its module; empty for an identity, which has none."""
    times: int = 1
    """How often the output branch adds it: 2 for branch 0 in Lite-HRNet, else 1."""


class FuseLayer(NamedTuple):
    """The fuse layer at the end of one module."""

    stage: int
    module: int
    path: str
    """The path of the module."""
    inputs: tuple[Shape, ...]
    outputs: tuple[Shape, ...]
    rows: tuple[tuple[Edge, ...], ...]
    """A row for each output branch, in it an edge for each input branch."""
    params: int
    macs: int


@dataclass(frozen=True, slots=True, repr=False)
class Fuse(Result):
    """The result of `fuse`: every fuse layer, also those that are equal."""

    command: ClassVar[str] = "fuse"

    network: str
    engine: str
    convention: str
    input: Shape
    layers: tuple[FuseLayer, ...]


def fuse(
    spec: SpecLike | Trace = DEFAULT_PRESET,
    input: str | Shape4 | None = None,
    engine: str = "shapes",
    device: str | None = None,
    *,
    stage: int | None = None,
    module: int | None = None,
) -> Fuse:
    """The fuse layers of a network; with `stage` or `module`, those of that stage (from 2) or module (from 0) alone.

    The other arguments are those of `trace`. Raises UsageError if there is no such layer, and what `trace` raises.
    """
    found = trace(spec, input, engine, device)
    layers = tuple(_layers(found))
    chosen = tuple(each for each in layers if stage in (None, each.stage) and module in (None, each.module))
    if not chosen and (stage, module) != (None, None):
        wanted = {"stage": stage, "module": module}
        asked = ", ".join(f"{name} {quote(number)}" for name, number in wanted.items() if number is not None)
        counts = Counter(each.stage for each in layers)
        known = ", ".join(f"stage {number} ({plural(count, 'module')})" for number, count in counts.items())
        message = f"no fuse layer in {asked}" + ("" if known else ": this network has none")
        raise UsageError(message, f"choose from {known}" if known else "leave out stage and module")
    return Fuse(found.spec.name, found.engine, "macs", found.input, chosen)


def _layers(trace: Trace) -> Iterator[FuseLayer]:
    """The fuse layer of each module that has one."""
    calls = {call.node.place: call for call in reversed(trace.calls)}  # the first call at each place
    costs_at: dict[Place | None, list[Cost]] = defaultdict(list)
    for cost in costs(trace):
        costs_at[cost.call.place].append(cost)
    for stage, spec in enumerate(trace.spec.stages, 1):
        for module in range(spec.num_modules if spec.num_branches > 1 and spec.with_fuse else 0):
            yield _layer(trace.spec, stage, module, calls, costs_at)


def _layer(
    spec: Spec, stage: int, module: int, calls: dict[Place | None, Call], costs_at: dict[Place | None, list[Cost]]
) -> FuseLayer:
    columns = range(spec.stages[stage - 1].num_branches)
    whole = calls[Place("module", stage, module)]
    together = calls.get(Place("branch", stage, module))
    branches = [together] if together else [calls[Place("branch", stage, module, j)] for j in columns]
    inputs = tuple(shape for call in branches for shape in call.outputs)

    def edge(i: int, j: int) -> Edge:
        place = Place("fuse", stage, module, i, j)
        edge = _edge(i, j, inputs[j], calls.get(place), costs_at[place])
        return edge._replace(times=LITE_TIMES_BRANCH_0) if spec.is_lite and j == 0 else edge

    rows = tuple(tuple(edge(i, j) for j in columns) for i in range(len(whole.outputs)))
    return FuseLayer(
        stage=stage,
        module=module,
        path=whole.node.path,
        inputs=inputs,
        outputs=whole.outputs,
        rows=rows,
        params=sum(edge.params for row in rows for edge in row),
        macs=sum(edge.macs for row in rows for edge in row),
    )


def _edge(i: int, j: int, input: Shape, call: Call | None, costs: list[Cost]) -> Edge:
    """Edge i←j. Its call is that of its module, None for an identity; its costs include a resize after the module."""
    output = costs[-1].call.outputs[0] if costs else input
    return Edge(
        output_branch=i,
        input_branch=j,
        kind="identity" if i == j else "up" if j > i else "down",
        factor=size_ratio(i, j),
        operations=operations(first_calls(cost.call for cost in costs)),
        in_channels=input[1],
        out_channels=output[1],
        input=input,
        output=output,
        params=sum(cost.params for cost in costs),
        macs=sum(cost.macs for cost in costs),
        path=call.node.path if call else "",
    )


def first_calls(calls: Iterable[Call]) -> Iterator[Call]:
    """The first call of each layer: Lite-HRNet calls some of its fuse edges twice and adds both results."""
    seen: set[Node] = set()
    for call in calls:
        if call.node not in seen:
            seen.add(call.node)
            yield call


def operations(calls: Iterable[Call]) -> tuple[Operation, ...]:
    """The operations of a row of leaves; none for an identity."""
    each = (_operation(call.node.type, call.node.arguments) for call in calls if call.node.type in RESIZING)
    return tuple(operation._replace(times=len(list(equal))) for operation, equal in groupby(each))


RESIZING = ("Conv2d", "Upsample", "Resize")
"""The leaves of fuse layers and transitions that change a map's size or channels."""


def _operation(type: str, arguments: dict[str, Any]) -> Operation:
    return Operation(
        type=type,
        kernel_size=arguments.get("kernel_size"),
        stride=arguments.get("stride"),
        scale_factor=arguments.get("scale_factor"),
        mode=arguments.get("mode"),
        depthwise=arguments.get("groups", 1) > 1,
    )
