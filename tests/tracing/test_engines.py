"""The two engines against each other, on random networks and random inputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import sizes, specs
from support import calls

from hrnet_cli import build, build_torch, describe, flops, fuse, load_spec, trace, verify
from hrnet_cli.errors import UsageError
from hrnet_cli.schema import Shape4
from hrnet_cli.tracing import InputError
from hrnet_cli.tracing.record import TooLargeError

torch = pytest.importorskip("torch")
pytestmark = [pytest.mark.torch, pytest.mark.slow]


def outcome(spec: Any, shape: Shape4 | str | None, engine: str, device: str | None = None) -> tuple[Any, ...]:
    """Every call, and the failure if there is one."""
    try:
        return calls(trace(spec, shape, engine, device)), None
    except InputError as error:
        failure = error.failure
        return calls(error.trace), (failure.node.path, failure.node.type, failure.place, failure.shapes)


@settings(max_examples=20)
@given(specs())
def test_every_call_on_the_default_input(spec: dict[str, Any]) -> None:
    assert outcome(spec, None, "shapes") == outcome(spec, None, "torch")


@settings(max_examples=40)
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
    assert outcome(loaded, None, "shapes") == outcome(loaded, None, "torch", "cpu")


@pytest.mark.parametrize("size", ["250x250", "270x270", "1x1", "8x8", "33x64"])
def test_both_engines_fail_at_the_same_edge(size: str) -> None:
    assert outcome("w32", size, "shapes") == outcome("w32", size, "torch")


@pytest.mark.parametrize("engine", ["shapes", "torch"])
@pytest.mark.parametrize("shape", [(1, 4, 64, 64), "4x64x64"])
def test_an_input_of_other_channels_is_refused_before_the_run(shape: Any, engine: str) -> None:
    with pytest.raises(UsageError, match="4 channels, but hrnet-w32 takes 3"):
        trace("w32", shape, engine)


@pytest.mark.parametrize("report", [trace, describe, fuse, flops])
def test_the_shapes_engine_takes_no_device(report: Callable[..., object]) -> None:
    with pytest.raises(UsageError, match="the shapes engine runs on no device"):
        report("w32", device="cpu")


@pytest.mark.parametrize(
    "message", ["Storage size calculation overflowed with sizes=[999999, 64]", "CUDA out of memory."]
)
def test_tensors_that_are_too_large_are_no_input_that_cannot_go_through(
    message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError(message)

    if message.startswith("Storage"):
        with pytest.raises(TooLargeError, match="the tensors are too large: Storage size calculation overflowed"):
            trace("w32", "999999x3x960000x960000", "torch")
    monkeypatch.setattr(torch.nn.Conv2d, "forward", fails)
    with pytest.raises(TooLargeError, match=message[:20]):
        trace("w32", None, "torch")
    peers = {peer.name: peer.status for peer in verify("w32").peers}
    assert peers["torch hooks"] == "skipped" and "disagree" not in peers.values()
