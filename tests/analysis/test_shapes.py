"""The branch shapes of a network: W32 by hand, and inputs that fail."""

from __future__ import annotations

import pytest
from strategies import Plain

from hrnet_cli.analysis.fuse import Operation
from hrnet_cli.analysis.shapes import BranchShape, TransitionStep, shapes
from hrnet_cli.tracing import trace

CONV = Operation("Conv2d", (3, 3), (1, 1), None, None)
HALVING = Operation("Conv2d", (3, 3), (2, 2), None, None)
BRANCHES = ((1, 32, 64, 48), (1, 64, 32, 24), (1, 128, 16, 12), (1, 256, 8, 6))


def test_w32() -> None:
    result = shapes("w32")
    assert (result.stem, result.outputs) == ((1, 64, 64, 48), ((1, 17, 64, 48),))
    assert [stage.path for stage in result.stages] == ["layer1", "stage2", "stage3", "stage4"]
    assert [len(stage.modules) for stage in result.stages] == [1, 1, 4, 3]
    for stage in result.stages[1:]:
        for module in stage.modules:
            branches = tuple(BranchShape(i, 4 * 2**i, BRANCHES[i]) for i in range(stage.stage))
            assert (module.branches, module.fuses) == (branches, True)
    assert [module.outputs for module in result.stages[-1].modules] == [BRANCHES, BRANCHES, BRANCHES[:1]]
    assert (result.calls, result.stretched, result.failure) == (None, (), None)


def test_a_module_of_one_branch_fuses_nothing(small: Plain) -> None:
    small["stage2"] |= {"num_branches": 1, "num_blocks": [1], "num_channels": [4]}
    assert [module.fuses for stage in shapes(small).stages for module in stage.modules] == [False, False, True, True]


def test_the_transitions_of_w32() -> None:
    """The first adapts the width of stage 1; each forks a new branch off the last one."""
    assert [stage.transition for stage in shapes("w32").stages] == [
        (),
        (TransitionStep(0, 0, (CONV,), BRANCHES[0]), TransitionStep(1, 0, (HALVING,), BRANCHES[1])),
        (TransitionStep(2, 1, (HALVING,), BRANCHES[2]),),
        (TransitionStep(3, 2, (HALVING,), BRANCHES[3]),),
    ]


def test_stage_1_is_a_module_that_does_not_fuse() -> None:
    (module,) = shapes("w32").stages[0].modules
    assert not module.fuses
    assert module.outputs == tuple(branch.shape for branch in module.branches) == ((1, 256, 64, 48),)


def test_two_new_branches_come_from_the_last_one(small: Plain) -> None:
    """The second of them by two halvings."""
    stage = {**small["stage2"], "num_branches": 3, "num_blocks": [1, 1, 1], "num_channels": [4, 6, 8]}
    steps = shapes({"stage1": small["stage1"], "stage2": stage}, "64x64").stages[1].transition
    assert [(step.output_branch, step.input_branch) for step in steps if step.output_branch] == [(1, 0), (2, 0)]
    assert steps[-1].operations == (HALVING._replace(times=2),)


def test_every_call_has_its_place() -> None:
    calls = shapes("w32", calls=True).calls
    assert calls is not None and len(calls) == len(trace("w32").calls)
    places = {row.path: (row.part, row.stage, row.module, row.output_branch, row.input_branch) for row in calls}
    assert places[""] == ("network", None, None, None, None)
    assert places["bn1"] == ("stem", None, None, None, None)
    assert places["layer1.0.conv1"] == ("stage", 1, None, None, None)
    assert places["transition3.3.0.0"] == ("transition", 3, None, 3, 2)
    assert places["stage4.1.branches.2.3.bn1"] == ("branch", 4, 1, 2, None)
    assert places["stage3.2.fuse_layers.1.2.0"] == ("fuse", 3, 2, 1, 2)
    assert places["stage3.2.sums.0"] == ("fuse", 3, 2, 0, None)
    assert places["final_layer"] == ("head", None, None, None, None)


def test_a_failure_is_a_result_with_everything_before_it() -> None:
    result = shapes("w32", "250x250")
    assert result.failure is not None and result.failure.path == "stage2.0.sums.0"
    assert (result.input, result.stem, result.outputs) == ((1, 3, 250, 250), (1, 64, 63, 63), ())
    assert [(stage.path, len(stage.modules)) for stage in result.stages] == [("layer1", 1), ("stage2", 1)]
    broken = result.stages[-1].modules[0]
    assert (len(broken.branches), broken.outputs) == (2, ())


@pytest.mark.parametrize("modules", [False, True])
def test_the_columns_of_the_report_are_part_of_the_result(modules: bool) -> None:
    assert shapes("w32", "64x64", modules=modules).by_module is modules
