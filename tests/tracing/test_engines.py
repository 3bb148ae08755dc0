"""The two engines against each other, on random networks and random inputs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import sizes, specs
from support import calls

from hrnet_cli import Trace, build, build_torch, load_spec, trace
from hrnet_cli.spec import Shape4, preset_names
from hrnet_cli.tracing import InputError

torch = pytest.importorskip("torch")
pytestmark = [pytest.mark.torch, pytest.mark.slow]


def outcome(spec: Any, shape: Shape4 | None, engine: str) -> tuple[Any, ...]:
    """What an engine says, as facts: every call, and where it broke if it did."""
    try:
        return calls(trace(spec, shape, engine)), None
    except InputError as error:
        failure = error.failure
        return calls(error.trace), (failure.node.path, failure.node.type, failure.place, failure.inputs)


@pytest.mark.parametrize("name", preset_names())
def test_presets(name: str) -> None:
    assert outcome(name, None, "shapes") == outcome(name, None, "torch")


@settings(max_examples=40)
@given(specs())
def test_every_call_on_the_default_input(spec: dict[str, Any]) -> None:
    assert outcome(spec, None, "shapes") == outcome(spec, None, "torch")


@settings(max_examples=60)
@given(specs(most_stages=3), st.integers(1, 2), sizes, sizes)
def test_every_call_on_any_input(spec: dict[str, Any], batch: int, height: int, width: int) -> None:
    shape = (batch, spec.get("in_channels", 3), height, width)
    assert outcome(spec, shape, "shapes") == outcome(spec, shape, "torch")


@settings(max_examples=30)
@given(specs())
def test_the_state_dict(spec: dict[str, Any]) -> None:
    ours = {key: tensor.shape for key, tensor in build(spec).state_dict().items()}
    with torch.device("meta"):
        theirs = {key: tuple(tensor.shape) for key, tensor in build_torch(spec).state_dict().items()}
    assert ours == theirs


@settings(max_examples=15)
@given(specs(most_stages=3))
def test_a_real_forward_pass_has_the_shapes_of_the_trace(spec: dict[str, Any]) -> None:
    loaded = load_spec(spec)
    assert outcome(loaded, None, "shapes")[0] == calls(trace(loaded, engine="torch", device="cpu"))


@pytest.mark.parametrize("size", ["250x250", "270x270", "1x1", "8x8", "33x64"])
def test_both_break_at_the_same_edge(size: str) -> None:
    def run(engine: str) -> tuple[Any, ...]:
        try:
            seen: Trace = trace("w32", size, engine)
        except InputError as error:
            return calls(error.trace), error.failure[:3]
        return calls(seen), None

    (ours, our_failure), (theirs, their_failure) = run("shapes"), run("torch")
    assert ours == theirs
    assert (our_failure is None) == (their_failure is None)
    if our_failure:
        assert our_failure[0].path == their_failure[0].path
        assert our_failure[1:] == their_failure[1:]


def test_an_input_of_other_channels_breaks_at_once_on_both() -> None:
    for engine in ("shapes", "torch"):
        with pytest.raises(InputError) as error:
            trace("w32", (1, 4, 64, 64), engine)
        assert error.value.failure.node.path == "conv1"
        assert error.value.trace.calls == ()
