"""Each fuse layer as a matrix: how output branch i is made from input branch j, and what that costs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from hrnet_cli.analysis.costs import Cost, costs
from hrnet_cli.errors import UsageError
from hrnet_cli.nn import Shape
from hrnet_cli.tracing import Call, Trace


class Edge(NamedTuple):
    """Output branch i from input branch j. `factor` is how much larger (`up`) or smaller (`down`) the map becomes."""

    i: int
    j: int
    kind: str
    """`identity`, `up` or `down`."""
    operation: str
    """As people write it: `identity`, `1×1 conv, ×2 up`, `3×3/2 conv ×2`."""
    factor: int
    in_channels: int
    out_channels: int
    input: Shape
    output: Shape
    params: int
    macs: int
    path: str
    """Its module, or nothing for an identity, which has none."""


class FuseLayer(NamedTuple):
    """The exchange of one module: rows are outputs, columns inputs."""

    stage: int
    module: int
    path: str
    inputs: tuple[Shape, ...]
    outputs: tuple[Shape, ...]
    rows: tuple[tuple[Edge, ...], ...]
    params: int
    macs: int


class Fuse(NamedTuple):
    """The result of `fuse`. A layer that is the same as an earlier one is there all the same."""

    spec: str
    engine: str
    convention: str
    input: Shape
    layers: tuple[FuseLayer, ...]


def fuse(trace: Trace, stage: int | None = None, module: int | None = None) -> Fuse:
    """The fuse layers of a trace, of one stage or module if asked. Raises UsageError where there is none such."""
    layers = [layer for layer in _layers(trace) if stage in (None, layer.stage) and module in (None, layer.module)]
    if not layers and (stage is not None or module is not None):
        raise UsageError(_nothing(trace, stage, module), "hrnet-cli fuse without --stage and --module shows all")
    return Fuse(trace.spec.name, trace.engine, "macs", trace.input, tuple(layers))


def _nothing(trace: Trace, stage: int | None, module: int | None) -> str:
    wanted = [f"stage {stage}"] * (stage is not None) + [f"module {module}"] * (module is not None)
    there = sorted({f"{layer.stage}.{layer.module}" for layer in _layers(trace)})
    have = f"there are fuse layers in {', '.join(there)} (stage.module)" if there else "this network has none"
    return f"no fuse layer in {', '.join(wanted)}: {have}"


def _layers(trace: Trace) -> Iterable[FuseLayer]:
    """One per module that fuses: found by what its parts say of themselves."""
    parts: dict[tuple[int, int], list[Cost]] = {}
    branches: dict[tuple[int, int], list[Shape]] = {}
    for call in trace.calls:
        place = call.node.place
        if place and place.part == "branch" and place.stage and place.module is not None:
            branches.setdefault((place.stage, place.module), []).append(call.outputs[0])
    for cost in costs(trace):
        place = cost.call.place
        if place and place.part == "fuse" and place.stage and place.module is not None:
            parts.setdefault((place.stage, place.module), []).append(cost)
    edges = _edge_calls(trace)
    for key, found in parts.items():
        yield _layer(key, found, branches[key], edges)


def _edge_calls(trace: Trace) -> dict[tuple[int, int, int, int], Call]:
    """The calls of the edges themselves, by stage, module, i and j."""
    calls: dict[tuple[int, int, int, int], Call] = {}
    for call in trace.calls:
        place = call.node.place
        if place and place.part == "fuse" and place.input_branch is not None:
            assert place.stage is not None and place.module is not None and place.branch is not None
            key = (place.stage, place.module, place.branch, place.input_branch)
            calls.setdefault(key, call)  # what comes after it on the same edge is its resizing, which has no keys
    return calls


def _layer(
    key: tuple[int, int], found: list[Cost], inputs: list[Shape], edges: dict[tuple[int, int, int, int], Call]
) -> FuseLayer:
    sums = [cost.call for cost in found if cost.call.place and cost.call.node.type == "Add"]
    rows = []
    for i, add in enumerate(sums):
        row = []
        for j, shape in enumerate(inputs):
            call = edges.get((*key, i, j))
            mine = [
                cost
                for cost in found
                if cost.call.place and (cost.call.place.branch, cost.call.place.input_branch) == (i, j)
            ]
            row.append(_edge(i, j, shape, add.inputs[j], call, mine))
        rows.append(tuple(row))
    return FuseLayer(
        stage=key[0],
        module=key[1],
        path=sums[0].node.path.rpartition(".sums")[0],
        inputs=tuple(inputs),
        outputs=tuple(add.outputs[0] for add in sums),
        rows=tuple(rows),
        params=sum(cost.params for cost in found),
        macs=sum(cost.macs for cost in found),
    )


def _edge(i: int, j: int, before: Shape, after: Shape, call: Call | None, mine: list[Cost]) -> Edge:
    return Edge(
        i=i,
        j=j,
        kind="identity" if i == j else "up" if j > i else "down",
        operation=operation([cost.call for cost in mine]),
        factor=2 ** abs(i - j),
        in_channels=before[1],
        out_channels=after[1],
        input=before,
        output=after,
        params=sum(cost.params for cost in mine),
        macs=sum(cost.macs for cost in mine),
        path=call.node.path if call else "",
    )


def operation(calls: Iterable[Call]) -> str:
    """What a chain of leaves does to a map, in the words of a whiteboard; batch norm and ReLU go without saying."""
    words: list[str] = []
    repeats: list[int] = []
    for call in calls:
        word = _word(call)
        if word and words and words[-1] == word:
            repeats[-1] += 1
        elif word:
            words.append(word)
            repeats.append(1)
    return ", ".join(f"{word} ×{n}" if n > 1 else word for word, n in zip(words, repeats, strict=True)) or "identity"


def _word(call: Call) -> str:
    arguments = call.node.arguments
    if call.node.type == "Conv2d":
        kernel, stride = arguments["kernel_size"], arguments["stride"]
        return f"{kernel[0]}×{kernel[1]}{'' if stride[0] == 1 else f'/{stride[0]}'} conv"
    if call.node.type == "Upsample":
        return f"×{arguments['scale_factor']} up{_how(arguments['mode'])}"
    if call.node.type == "Resize":
        return f"up to size{_how(arguments['mode'])}"
    return ""


def _how(mode: str) -> str:
    """What is not nearest is said."""
    return "" if mode == "nearest" else f" ({mode})"
