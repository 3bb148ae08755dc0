"""The shape of every branch after every stage and module, and the transitions between them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from hrnet_cli.analysis.fuse import Operation, operations
from hrnet_cli.analysis.result import Result
from hrnet_cli.errors import check_flags
from hrnet_cli.hrnet import DEFAULT_PRESET, branch_stride
from hrnet_cli.model import NETWORK, Place
from hrnet_cli.nn import Shape
from hrnet_cli.schema import Shape4
from hrnet_cli.tracing import Call, InputError, SpecLike, Trace, trace

if TYPE_CHECKING:
    from hrnet_cli.analysis.diagnosis import Diagnosis


class BranchShape(NamedTuple):
    """One branch: N×C×H×W, at 1/stride of the input."""

    branch: int
    stride: int
    shape: Shape


class TransitionStep(NamedTuple):
    """How an input branch of one stage becomes an output branch for the next; without a step it is passed on."""

    output_branch: int
    input_branch: int
    operations: tuple[Operation, ...]
    shape: Shape


class ModuleShapes(NamedTuple):
    """The branches of a module before its fuse layer, and the outputs of the module.

    A stage without modules, as stage 1 is, has one that does not fuse.
    """

    module: int
    branches: tuple[BranchShape, ...]
    fuses: bool
    outputs: tuple[Shape, ...]
    """Empty if the forward pass broke inside the module."""


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
    """One module call, in order, and its place in HRNet; `depth` 0 is the network itself."""

    order: int
    depth: int
    path: str
    type: str
    part: str
    stage: int | None
    module: int | None
    output_branch: int | None
    input_branch: int | None
    inputs: tuple[Shape, ...]
    outputs: tuple[Shape, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Shapes(Result):
    """The result of `trace`; with a failure, everything before it."""

    command: ClassVar[str] = "trace"

    network: str
    engine: str
    input: Shape
    stem: Shape | None
    """The output of the stem; None if the forward pass broke before."""
    stages: tuple[StageShapes, ...]
    outputs: tuple[Shape, ...]
    calls: tuple[CallRow, ...] | None
    """None if they were not asked for."""
    stretched: tuple[str, ...]
    """Paths of the sums that stretch a map of size 1."""
    failure: Diagnosis | None
    by_module: bool
    """Whether the report has a column for each module instead of each stage."""


def shapes(
    spec: SpecLike | Trace = DEFAULT_PRESET,
    input: str | Shape4 | None = None,
    engine: str = "shapes",
    device: str | None = None,
    *,
    calls: bool = False,
    modules: bool = False,
) -> Shapes:
    """The branch shapes of a network; with `calls`, every module call too.

    The other arguments are those of `trace`. An input that cannot go through is a result too, with a `failure`.
    Raises what `trace` raises for anything else.
    """
    check_flags(calls=calls, modules=modules)
    failure = None
    try:
        found = trace(spec, input, engine, device)
    except InputError as error:
        from hrnet_cli.analysis.diagnosis import diagnose  # only for an input that fails

        found, failure = error.trace, diagnose(error)
    network = next((call for call in found.calls if call.depth == 0), None)
    stage_1 = next((call for call in found.calls if call.node.place == Place("stage", 1)), None)
    stem = [call.outputs[0] for call in found.calls if call.node.place == Place("stem")]
    return Shapes(
        network=found.spec.name,
        engine=found.engine,
        input=found.input,
        stem=stem[-1] if stage_1 else None,
        stages=tuple(stage for stage in _stages(found) if stage.modules or stage.transition),
        outputs=network.outputs if network else (),
        calls=tuple(map(_row, found.calls)) if calls else None,
        stretched=tuple(call.node.path for call in stretching_sums(found)),
        failure=failure,
        by_module=modules,
    )


def _stages(trace: Trace) -> list[StageShapes]:
    paths = {node.place: node.path for node in trace.root.walk()}
    placed = [(call.node.place, call) for call in trace.calls if call.node.place]
    leaves = trace.leaf_calls
    stages = []
    for number, stage in enumerate(trace.spec.stages, 1):
        before = [(place, call) for place, call in placed if (place.part, place.stage) == ("transition", number - 1)]
        calls = [(place, call) for place, call in placed if place.part != "transition" and place.stage == number]
        stages.append(
            StageShapes(
                stage=number,
                path=paths[Place("stage", number)],
                block=stage.block,
                num_blocks=stage.num_blocks,
                num_modules=stage.num_modules,
                transition=tuple(_step(place, call, leaves) for place, call in before),
                modules=tuple(
                    _modules(calls, stage.with_fuse) if number > 1 and stage.num_modules else _unfused(calls)
                ),
            )
        )
    return stages


def _step(place: Place, call: Call, leaves: tuple[Call, ...]) -> TransitionStep:
    assert place.branch is not None and place.input_branch is not None
    inside = (leaf for leaf in leaves if leaf.place == place)
    return TransitionStep(place.branch, place.input_branch, operations(inside), call.outputs[0])


def _unfused(calls: list[tuple[Place, Call]]) -> list[ModuleShapes]:
    """A stage without modules as a module that does not fuse."""
    return [
        ModuleShapes(0, tuple(map(_branch, count(), call.outputs)), fuses=False, outputs=call.outputs)
        for place, call in calls
        if place.part == "stage"
    ]


def _modules(calls: list[tuple[Place, Call]], with_fuse: bool) -> list[ModuleShapes]:
    """The modules of a stage, as far as the forward pass reached their branches."""
    branches: dict[int, list[BranchShape]] = {}
    outputs: dict[int, tuple[Shape, ...]] = {}
    for place, call in calls:
        if place.part == "branch" and place.module is not None:
            first = place.branch or 0  # a call without a branch is that of all together
            branches.setdefault(place.module, []).extend(map(_branch, count(first), call.outputs))
        elif place.part == "module" and place.module is not None:
            outputs[place.module] = call.outputs
    return [
        ModuleShapes(module, tuple(each), fuses=with_fuse and len(each) > 1, outputs=outputs.get(module, ()))
        for module, each in branches.items()
    ]


def _branch(number: int, shape: Shape) -> BranchShape:
    return BranchShape(number, branch_stride(number), shape)


def _row(call: Call) -> CallRow:
    place = call.place or NETWORK
    return CallRow(
        order=call.order,
        depth=call.depth,
        path=call.node.path,
        type=call.node.type,
        part=place.part,
        stage=place.stage,
        module=place.module,
        output_branch=place.branch,
        input_branch=place.input_branch,
        inputs=call.inputs,
        outputs=call.outputs,
    )


def stretching_sums(trace: Trace) -> list[Call]:
    """The sums of maps of different sizes. Torch stretches a map of size 1 without a warning; it is rarely wanted."""
    return [call for call in trace.leaf_calls if call.node.type == "Add" and len(set(call.inputs)) > 1]
