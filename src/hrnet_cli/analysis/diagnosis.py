"""Why an input cannot go through, and which sizes can: found by sending sizes through the network, not by a formula."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from hrnet_cli import nn
from hrnet_cli.nn import Shape
from hrnet_cli.schema import Spec
from hrnet_cli.tracing import ENGINES, Failure, InputError


class AxisFit(NamedTuple):
    """What to do with one axis of the input. A size of None does not exist."""

    axis: str
    size: int
    fits: bool
    smaller: int | None
    """The nearest smaller size that goes through."""
    larger: int | None
    """The nearest larger size that goes through; the stem rounds up, so it can be below the next multiple."""
    multiple: int | None
    """The next multiple of the divisor that goes through."""
    padding: int
    """What to add to reach `multiple`."""
    larger_padding: int
    """What to add to reach `larger`."""


class Diagnosis(NamedTuple):
    """Where a forward pass breaks. `i` and `j` name the fuse edge i←j where it is a fuse sum that breaks."""

    spec: str
    engine: str
    input: Shape
    part: str
    path: str
    stage: int | None
    module: int | None
    i: int | None
    j: int | None
    shapes: tuple[Shape, ...]
    """The two shapes that do not go together: the sum so far and the term of edge i←j."""
    divisor: int | None
    least: int | None
    """The smallest multiple of the divisor that goes through; with it go all larger ones."""
    height: AxisFit
    width: AxisFit
    message: str


def diagnose(error: InputError) -> Diagnosis:
    """The diagnosis of an input that could not go through."""
    spec, failure = error.trace.spec, error.failure
    place = failure.place
    broken = _broken_sum(failure)
    j = broken.j if broken else None
    divisor = smallest_divisor(spec)
    part = str(place) if place else failure.node.path
    if j is not None:
        part = str(place._replace(input_branch=j)) if place else part
    _, _, height, width = error.trace.input
    return Diagnosis(
        spec=spec.name,
        engine=error.trace.engine,
        input=error.trace.input,
        part=part,
        path=failure.node.path,
        stage=place.stage if place else None,
        module=place.module if place else None,
        i=place.branch if place and j is not None else None,
        j=j,
        shapes=(broken.so_far, broken.term) if broken else failure.inputs,
        divisor=divisor,
        least=_next_multiple(spec, 0, divisor) if divisor else None,
        height=fit(spec, "height", height, divisor),
        width=fit(spec, "width", width, divisor),
        message=_reason(failure, broken),
    )


class BrokenSum(NamedTuple):
    """The edge i←j whose term a fuse sum cannot take: the sum of the terms before it, and the term."""

    j: int
    so_far: Shape
    term: Shape


def _broken_sum(failure: Failure) -> BrokenSum | None:
    """Where a fuse sum breaks, by the rule of the sum itself: a map of 1 is stretched and breaks nothing."""
    if failure.node.type != "Add" or failure.place is None or failure.place.part != "fuse":
        return None
    add, so_far = nn.Add(), nn.Tensor(failure.inputs[0])
    for j, term in enumerate(failure.inputs[1:], 1):
        try:
            so_far = add(so_far, nn.Tensor(term))
        except nn.ShapeError:
            return BrokenSum(j, so_far.shape, term)
    return None


def _reason(failure: Failure, broken: BrokenSum | None) -> str:
    """Why it breaks, in the same words for both engines."""
    if broken:
        sizes = f"{_size(broken.so_far)} + {_size(broken.term)}"
        return f"{sizes}: what comes from branch {broken.j} has another size"
    size = failure.inputs[0][2:]
    if failure.node.type == "Conv2d":
        kernel, padding = failure.node.arguments["kernel_size"], failure.node.arguments["padding"]
        if any(n + 2 * pad < k for n, pad, k in zip(size, padding, kernel, strict=True)):
            return f"a {_size(kernel)} kernel does not fit on a map of {_size(size)}"
    if failure.node.type == "AvgPool2d":
        window = failure.node.arguments["kernel_size"]
        return f"a {window}×{window} window does not fit on a map of {_size(size)}"
    return failure.message


def _size(shape: Shape) -> str:
    return "×".join(map(str, shape))


def goes_through(spec: Spec, size: int) -> bool:
    """Whether a square input of this size passes. Height and width follow the same rule, each by itself."""
    return ENGINES["shapes"](_skeleton(spec), (1, spec.in_channels, size, size), None).failure is None


def _skeleton(spec: Spec) -> Spec:
    """The same exchange between the same branches with as few blocks and modules as have it."""
    stages = tuple(
        replace(stage, num_blocks=(1,) * stage.num_branches, num_modules=min(stage.num_modules, 2))
        for stage in spec.stages
    )
    return replace(spec, stages=stages)


ODD = 2**20 + 1
"""An odd number so large that no size made of it passes by accident, as a map of 1×1 does, or fails for being small."""


def smallest_divisor(spec: Spec) -> int | None:
    """The smallest power of two whose odd multiples go through: what height and width must be divisible by."""
    branches = max(stage.num_branches for stage in spec.stages)
    return next((2**n for n in range(branches + 3) if goes_through(spec, ODD * 2**n)), None)


def fit(spec: Spec, axis: str, size: int, divisor: int | None) -> AxisFit:
    """The sizes around `size` that go through."""
    if goes_through(spec, size) or divisor is None:
        return AxisFit(axis, size, divisor is not None, None, None, None, 0, 0)
    below = size // divisor * divisor
    smaller = below if below and goes_through(spec, below) else None
    multiple = larger = _next_multiple(spec, below, divisor)
    while larger - 1 > size and goes_through(spec, larger - 1):
        larger -= 1
    return AxisFit(axis, size, False, smaller, larger, multiple, multiple - size, larger - size)


def _next_multiple(spec: Spec, below: int, divisor: int) -> int:
    """The first multiple of the divisor above `below`, itself a multiple, that goes through.

    A multiple fails for being too small alone, so with one that goes through go all above it: the first is bisected.
    """
    few, many = below // divisor, below // divisor + 1
    while not goes_through(spec, many * divisor):
        few, many = many, 2 * many
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if goes_through(spec, middle * divisor) else (middle, many)
    return many * divisor
