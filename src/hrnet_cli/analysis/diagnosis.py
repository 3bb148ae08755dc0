"""Why an input cannot go through a network, and which sizes can: every size is tried, and no formula is used."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

from hrnet_cli.analysis.result import Result
from hrnet_cli.analysis.skeleton import output_shapes
from hrnet_cli.model import Place
from hrnet_cli.nn import Shape, ShapeError
from hrnet_cli.schema import Spec
from hrnet_cli.tracing import InputError


class AxisFit(NamedTuple):
    """Whether the height or the width goes through, and if not the nearest sizes that do; None where there is none."""

    axis: Literal["height", "width"]
    size: int
    fits: bool
    smaller: int | None
    """The nearest smaller size that goes through."""
    larger: int | None
    """The nearest larger size that goes through: at most `multiple`, because the stem rounds up."""
    multiple: int | None
    """The next multiple of the divisor that goes through."""
    larger_padding: int
    """`larger` minus the size."""
    multiple_padding: int
    """`multiple` minus the size."""


@dataclass(frozen=True, slots=True, repr=False)
class Diagnosis(Result):
    """Where and why a forward pass breaks, and the nearest sizes that go through."""

    command: ClassVar[str] = "diagnosis"

    network: str
    engine: str
    input: Shape
    part: str
    """The part of HRNet that breaks: `fuse`, `head` and so on, or `network`."""
    stage: int | None
    module: int | None
    output_branch: int | None
    input_branch: int | None
    """The branch whose map a fuse layer cannot add."""
    path: str
    shapes: tuple[Shape, ...]
    """The inputs of the module that breaks; of a sum, the sum so far and the map that cannot be added to it."""
    message: str
    """Why it breaks, in the same words for both engines."""
    divisor: int | None
    """Height and width must be divisible by it; None if no divisor is enough."""
    smallest_multiple: int | None
    """The smallest multiple of the divisor that goes through; all larger ones do too."""
    height: AxisFit
    width: AxisFit


def diagnose(error: InputError) -> Diagnosis:
    """The diagnosis of an input that cannot go through."""
    spec, failure = error.trace.spec, error.failure
    place = failure.place or Place("network")
    divisor = smallest_divisor(spec)
    _, _, height, width = error.trace.input
    return Diagnosis(
        network=spec.name,
        engine=error.trace.engine,
        input=error.trace.input,
        part=place.part,
        stage=place.stage,
        module=place.module,
        output_branch=place.branch,
        input_branch=place.input_branch,
        path=failure.node.path,
        shapes=failure.shapes,
        message=failure.message,
        divisor=divisor,
        smallest_multiple=_next_multiple(spec, 0, divisor) if divisor else None,
        height=fit(spec, "height", height, divisor),
        width=fit(spec, "width", width, divisor),
    )


def goes_through(spec: Spec, size: int) -> bool:
    """Whether a square input of this size goes through; height and width follow the same rule independently."""
    try:
        output_shapes(spec, (1, spec.in_channels, size, size))
    except ShapeError:
        return False
    return True


LARGE_ODD = 2**20 + 1
"""A factor for which no size passes by chance, as a map of 1×1 does, and none fails for being too small."""


def multiples_go_through(spec: Spec, divisor: int) -> bool:
    """Whether every multiple of a divisor goes through, if it is large enough."""
    return goes_through(spec, LARGE_ODD * divisor)


def smallest_divisor(spec: Spec) -> int | None:
    """The smallest power of two of which all large multiples go through: height and width must be divisible by it."""
    powers = [2**n for n in range(max(stage.num_branches for stage in spec.stages) + 3)]
    # What every multiple of 2ⁿ can do, every multiple of 2ⁿ⁺¹ can do too: bisection finds the first.
    first = bisect_left(powers, True, key=lambda power: multiples_go_through(spec, power))
    return powers[first] if first < len(powers) else None


def fit(spec: Spec, axis: Literal["height", "width"], size: int, divisor: int | None) -> AxisFit:
    """Find the sizes nearest to `size` that go through."""
    if divisor is None or goes_through(spec, size):
        return AxisFit(axis, size, divisor is not None, None, None, None, 0, 0)
    below = size // divisor * divisor
    smaller = below if goes_through(spec, below) else None  # 0 never does
    multiple = larger = _next_multiple(spec, below, divisor)
    while goes_through(spec, larger - 1):  # stops at `size` at the latest
        larger -= 1
    return AxisFit(axis, size, False, smaller, larger, multiple, larger - size, multiple - size)


def _next_multiple(spec: Spec, below: int, divisor: int) -> int:
    """The first multiple of the divisor above `below`, itself a multiple, that goes through.

    A multiple fails only for being too small, so all multiples above one that goes through do too: bisection finds it.
    """
    fails, passes = below // divisor, below // divisor + 1
    while not goes_through(spec, passes * divisor):
        fails, passes = passes, 2 * passes
    while passes - fails > 1:
        middle = (fails + passes) // 2
        fails, passes = (fails, middle) if goes_through(spec, middle * divisor) else (middle, passes)
    return passes * divisor
