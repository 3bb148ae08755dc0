"""What a trace records, and that it removes its hooks."""

from __future__ import annotations

from typing import Any

import pytest
from support import calls

from hrnet_cli import build, nn, trace
from hrnet_cli.errors import UsageError
from hrnet_cli.model import Place
from hrnet_cli.nn import module as nn_module
from hrnet_cli.schema import HEAD_SPECS
from hrnet_cli.tracing import InputError, Trace, record
from hrnet_cli.tracing.record import Hooks


@pytest.fixture
def traced(small: dict[str, Any]) -> Trace:
    return trace(small)


def no_hooks() -> bool:
    return not nn_module._hooks and not nn_module._pre_hooks


def test_no_hook_is_left() -> None:
    trace("w32")
    assert no_hooks()
    with pytest.raises(InputError):
        trace("w32", "250x250")
    assert no_hooks()


def test_no_hook_is_left_after_an_error_of_another_kind(small: dict[str, Any]) -> None:
    hooks = Hooks(nn.register_module_forward_pre_hook, nn.register_module_forward_hook)
    with pytest.raises(AttributeError):
        record(build(small), None, hooks)
    assert no_hooks()


def test_a_handle_can_be_removed_twice() -> None:
    handle = nn.register_module_forward_hook(lambda module, inputs, output: None)
    handle.remove()
    handle.remove()
    assert no_hooks()


def test_two_traces_are_the_same(small: dict[str, Any]) -> None:
    first, second = trace(small), trace(small)
    assert calls(first) == calls(second)


def test_calls_nest(traced: Trace) -> None:
    assert traced.calls[0].node is traced.root and traced.calls[0].depth == 0
    for before, after in zip(traced.calls, traced.calls[1:], strict=False):
        assert after.depth <= before.depth + 1


def test_inputs_are_those_before_the_call(traced: Trace) -> None:
    for before, after in zip(traced.leaf_calls, traced.leaf_calls[1:], strict=False):
        if after.node.type in ("BatchNorm2d", "ReLU", "Upsample"):
            assert after.inputs == before.outputs, after.node.path


def test_lists_of_branches_are_flattened(traced: Trace) -> None:
    stage = next(call for call in traced.calls if call.node.path == "stage3")
    assert stage.inputs == stage.outputs == ((1, 6, 16, 16), (1, 8, 8, 8), (1, 16, 4, 4))


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("conv1", Place("stem")),
        ("relu", Place("stem")),
        ("layer1.0.downsample.0", Place("stage", 1)),
        ("transition1.1.0.0", Place("transition", 1, branch=1, input_branch=0)),
        ("transition2.0.0", Place("transition", 2, branch=0, input_branch=0)),
        ("transition2.2.0.1", Place("transition", 2, branch=2, input_branch=1)),
        ("stage2.0.branches.1.1.conv2", Place("branch", 2, 0, 1)),
        ("stage3.1", Place("module", 3, 1)),
        ("stage3.1.fuse_layers.0.2.2", Place("fuse", 3, 1, 0, 2)),
        ("stage3.0.fuse_layers.2.0.1.0", Place("fuse", 3, 0, 2, 0)),
        ("stage3.0.sums.1", Place("fuse", 3, 0, 1)),
        ("stage3.0.relu", Place("fuse", 3, 0)),
    ],
)
def test_places(traced: Trace, path: str, place: Place) -> None:
    assert {call.place for call in traced.calls if call.node.path == path} == {place}


@pytest.mark.parametrize("head", HEAD_SPECS)
def test_every_leaf_call_has_a_place(small: dict[str, Any], head: str) -> None:
    options = {"dropout": True} if head == "classification" else {}
    calls = trace({**small, "head": {"type": head, **options}}).leaf_calls
    assert [call.node.path for call in calls if not call.place] == []


@pytest.mark.parametrize("head", ["classification", "features"])
def test_a_widened_branch_of_a_head_keeps_its_branch(small: dict[str, Any], head: str) -> None:
    places = {call.node.path: call.place for call in trace({**small, "head": {"type": head}}).calls}
    for branch in range(3):
        assert places[f"incre_modules.{branch}.0.conv1"] == Place("head", branch=branch)


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (Place("stem"), "stem"),
        (Place("head"), "head"),
        (Place("stage", 1), "stage 1"),
        (Place("module", 3, 2), "stage 3 module 2"),
        (Place("branch", 3, 2, 1), "stage 3 module 2 branch 1"),
        (Place("fuse", 3, 2, 0, 1), "stage 3 module 2 fuse 0←1"),
        (Place("fuse", 3, 2, 0), "stage 3 module 2 fuse 0"),
        (Place("fuse", 3, 2), "stage 3 module 2 fuse"),
        (Place("transition", 2, branch=1, input_branch=0), "transition 2 branch 1"),
    ],
)
def test_places_as_text(place: Place, text: str) -> None:
    assert str(place) == text


def test_an_input_error_has_the_failure_and_the_calls_before_it() -> None:
    with pytest.raises(InputError) as error:
        trace("w32", "250x250")
    failure, before = error.value.failure, error.value.trace
    assert failure.node.path == "stage2.0.sums.0"
    assert failure.place == Place("fuse", 2, 0, 0, 1)
    assert failure.message == "cannot add 1×32×64×64 from branch 1 to 1×32×63×63"
    assert failure.shapes == ((1, 32, 63, 63), (1, 32, 64, 64))
    assert before.calls[-1].node.path == "stage2.0.fuse_layers.0.1.2"
    assert "1×3×250×250 cannot go through hrnet-w32" in str(error.value)


def test_sizes_of_one_broadcast_as_in_the_original(small: dict[str, Any]) -> None:
    del small["stage3"]
    assert trace(small, "4x4").calls[0].outputs == ((1, 4, 2, 2), (1, 8, 1, 1))


def test_numbers_stay_whole_at_any_size() -> None:
    huge = trace("w48", "1000000x3x1000000x1000000").calls[0].outputs[0]
    assert huge == (1_000_000, 17, 250_000, 250_000)


@pytest.mark.parametrize("input", ["axb", (1, 2, 3, 4, 5), (0, 3, 64, 64), ()])
def test_wrong_inputs(input: Any) -> None:
    with pytest.raises(UsageError, match="input"):
        trace("w32", input)


def test_an_unknown_engine() -> None:
    with pytest.raises(UsageError, match="choose from shapes, torch"):
        trace("w32", engine="tensorflow")


def test_calls_of_other_networks_are_not_recorded(traced: Trace, small: dict[str, Any]) -> None:
    """Hooks are global, so they also see another network that is called during the trace."""
    other = build(small)

    class Both(nn.Module):
        def __init__(self) -> None:
            self.ours = build(small)

        def forward(self, x: nn.Tensor) -> Any:
            other(x)
            return self.ours(x)

    hooks = Hooks(nn.register_module_forward_pre_hook, nn.register_module_forward_hook)
    seen = record(Both(), nn.Tensor((1, 3, 64, 64)), hooks)
    assert len(seen.calls) == len(traced.calls) + 1


def test_a_trace_asks_modules_for_their_children_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor leaves for those: a network has a thousand modules, and a trace computes nothing that it does not need."""
    asked: list[str] = []

    def own_tensors(module: nn.Module, kind: str) -> dict[str, nn.Tensor]:
        asked.append(kind)
        return {}

    def named_children(leaf: nn.Leaf) -> Any:
        asked.append("children")
        return iter(())

    for leaf in nn.LEAVES.values():
        monkeypatch.setattr(leaf, "own_tensors", own_tensors)
    monkeypatch.setattr(nn.Leaf, "named_children", named_children)
    assert trace("w32").calls
    assert not asked


def test_a_trace_prints_as_one_line(traced: Trace) -> None:
    assert repr(traced) == f"Trace(small, 1×3×64×64, engine='shapes', {len(traced.calls)} calls)"
    assert repr(traced.calls[1].node) == "Node('conv1', Conv2d)"
