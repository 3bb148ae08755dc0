"""Why an input cannot go through, and which sizes can: found by sending sizes through the network, not by a formula."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from hrnet_cli.nn import Shape
from hrnet_cli.spec import Spec
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
    j = _breaking_term(failure)
    divisor = smallest_divisor(spec)
    part = str(place) if place else failure.node.path
    if j is not None:
        part = str(place._replace(source=j)) if place else part
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
        shapes=failure.inputs if j is None else (failure.inputs[j - 1], failure.inputs[j]),
        divisor=divisor,
        least=_next_multiple(spec, 0, divisor) if divisor else None,
        height=fit(spec, "height", height, divisor),
        width=fit(spec, "width", width, divisor),
        message=_reason(failure, j),
    )


def _reason(failure: Failure, j: int | None) -> str:
    """Why it breaks, in the same words for both engines."""
    if j is not None:
        before, term = (_size(shape) for shape in failure.inputs[j - 1 : j + 1])
        return f"{before} + {term}: what comes from branch {j} has another size"
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


def _breaking_term(failure: Failure) -> int | None:
    """The index of the first term of a sum that has another shape than those before it."""
    if failure.node.type != "Add" or failure.place is None or failure.place.part != "fuse":
        return None
    return next((j for j in range(1, len(failure.inputs)) if failure.inputs[j] != failure.inputs[j - 1]), None)


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


ODD = 257
"""An odd number so large that no size made of it passes by accident, as a map of 1×1 does."""


def smallest_divisor(spec: Spec) -> int | None:
    """The smallest power of two whose odd multiples go through: what height and width must be divisible by."""
    branches = max(stage.num_branches for stage in spec.stages)
    return next((2**n for n in range(branches + 3) if goes_through(spec, ODD * 2**n)), None)


def fit(spec: Spec, axis: str, size: int, divisor: int | None) -> AxisFit:
    """The sizes around `size` that go through."""
    if goes_through(spec, size) or divisor is None:
        return AxisFit(axis, size, divisor is not None, None, None, None, 0, 0)
    below = size // divisor * divisor
    smaller = next((n for n in range(below, 0, -divisor) if goes_through(spec, n)), None)
    multiple = _next_multiple(spec, below, divisor)
    larger = multiple
    while larger - 1 > size and goes_through(spec, larger - 1):
        larger -= 1
    return AxisFit(axis, size, False, smaller, larger, multiple, multiple - size, larger - size)


def _next_multiple(spec: Spec, below: int, divisor: int) -> int:
    """The first multiple of the divisor above `below`, itself a multiple, that goes through."""
    return next(n for n in range(below + divisor, below + 100 * divisor, divisor) if goes_through(spec, n))
