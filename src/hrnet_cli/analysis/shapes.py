"""The shape of every branch after every stage and module, and what leads from one to the next."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from hrnet_cli.analysis.fuse import operation
from hrnet_cli.nn import Shape
from hrnet_cli.tracing import Call, InputError, Trace

if TYPE_CHECKING:
    from hrnet_cli.analysis.diagnosis import Diagnosis


STRETCHED = "adds maps of different sizes: a size of 1 is stretched, as torch does it"


class BranchShape(NamedTuple):
    """One branch: its C×H×W, at 1/stride of the input."""

    branch: int
    stride: int
    shape: Shape


class TransitionStep(NamedTuple):
    """How a branch enters a stage: from branch `source` of the one before. Without a step it is passed on."""

    branch: int
    source: int
    operation: str
    shape: Shape


class ModuleShapes(NamedTuple):
    """A module: its branches before the exchange, and what leaves it.

    A stage that has none, as stage 1, is shown as one without an exchange.
    """

    module: int
    branches: tuple[BranchShape, ...]
    fuses: bool
    outputs: tuple[Shape, ...]


class StageShapes(NamedTuple):
    """A stage, with the transition before it."""

    stage: int
    path: str
    block: str
    num_blocks: tuple[int, ...]
    num_modules: int
    transition: tuple[TransitionStep, ...]
    modules: tuple[ModuleShapes, ...]


class CallRow(NamedTuple):
    """One module call, in order; `depth` 0 is the network itself."""

    order: int
    depth: int
    path: str
    type: str
    part: str
    inputs: tuple[Shape, ...]
    outputs: tuple[Shape, ...]


class Shapes(NamedTuple):
    """The result of `trace`. With a failure: everything up to it."""

    spec: str
    engine: str
    convention: str
    """Every report has one; this one counts nothing."""
    input: Shape
    stem: Shape | None
    stages: tuple[StageShapes, ...]
    outputs: tuple[Shape, ...]
    calls: tuple[CallRow, ...] | None
    notes: tuple[str, ...]
    failure: Diagnosis | None


def shapes(trace: Trace, calls: bool = False, error: InputError | None = None) -> Shapes:
    """The branch shapes of a trace; with `calls`, every call too; with `error`, its diagnosis."""
    whole = next((call for call in trace.calls if call.depth == 0), None)
    first = next((call for call in trace.calls if _is(call, "stage") and _stage(call) == 1), None)
    return Shapes(
        spec=trace.spec.name,
        engine=trace.engine,
        convention="macs",
        input=trace.input,
        stem=first.inputs[0] if first else None,
        stages=tuple(stage for stage in _stages(trace) if stage.modules or stage.transition),
        outputs=whole.outputs if whole else (),
        calls=tuple(_row(call) for call in trace.calls) if calls else None,
        notes=tuple(f"{call.node.path} {STRETCHED}" for call in stretched(trace)),
        failure=_diagnosis(error) if error else None,
    )


def _diagnosis(error: InputError) -> Diagnosis:
    from hrnet_cli.analysis.diagnosis import diagnose  # only an input that fails pays for it

    return diagnose(error)


def _is(call: Call, part: str) -> bool:
    """Whether the call is of the very module that is that part, not of one inside it."""
    return call.node.place is not None and call.node.place.part == part


def _stage(call: Call) -> int | None:
    return call.place.stage if call.place else None


def _stages(trace: Trace) -> list[StageShapes]:
    transitions: dict[int | None, list[Call]] = defaultdict(list)
    stages: dict[int | None, list[Call]] = defaultdict(list)
    for call in trace.calls:
        place = call.node.place
        if place is not None:
            (transitions if place.part == "transition" else stages)[place.stage].append(call)
    result = []
    for number, spec in enumerate(trace.spec.stages, 1):
        calls, before = stages[number], transitions[number - 1]
        result.append(
            StageShapes(
                stage=number,
                path=next((call.node.path for call in calls if _is(call, "stage")), ""),
                block=spec.block,
                num_blocks=spec.num_blocks,
                num_modules=spec.num_modules,
                transition=tuple(_step(call, trace) for call in before),
                modules=tuple(_modules(calls) if number > 1 and spec.num_modules else _chain(calls)),
            )
        )
    return result


def _step(call: Call, trace: Trace) -> TransitionStep:
    place = call.node.place
    assert place is not None and place.branch is not None and place.input_branch is not None
    inside = [leaf for leaf in trace.leaf_calls if leaf.node.path.startswith(call.node.path + ".")]
    return TransitionStep(place.branch, place.input_branch, operation(inside), call.outputs[0])


def _chain(calls: list[Call]) -> list[ModuleShapes]:
    """A stage that has no modules, as one without an exchange."""
    return [
        ModuleShapes(
            0, tuple(BranchShape(i, 4 * 2**i, shape) for i, shape in enumerate(call.outputs)), False, call.outputs
        )
        for call in calls
        if _is(call, "stage")
    ]


def _modules(calls: list[Call]) -> list[ModuleShapes]:
    branches: dict[int, list[BranchShape]] = {}
    outputs: dict[int, tuple[Shape, ...]] = {}
    for call in calls:
        place = call.node.place
        if place and place.module is not None and place.part == "branch" and place.branch is not None:
            shape = BranchShape(place.branch, 4 * 2**place.branch, call.outputs[0])
            branches.setdefault(place.module, []).append(shape)
        elif place and place.module is not None and place.part == "module":
            outputs[place.module] = call.outputs
    return [
        ModuleShapes(module, tuple(each), len(each) > 1, outputs.get(module, ())) for module, each in branches.items()
    ]


def _row(call: Call) -> CallRow:
    part = str(call.place) if call.place else ""
    return CallRow(call.order, call.depth, call.node.path, call.node.type, part, call.inputs, call.outputs)


def stretched(trace: Trace) -> list[Call]:
    """Sums whose terms differ in size: torch stretches a map of 1 without a word, which is rarely meant."""
    return [call for call in trace.leaf_calls if call.node.type == "Add" and len(set(call.inputs)) > 1]
