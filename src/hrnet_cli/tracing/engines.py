"""A spec to its Trace, on one of the engines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from hrnet_cli import nn
from hrnet_cli.errors import HrnetError, MissingExtraError, UsageError, choose
from hrnet_cli.hrnet import DEFAULT_PRESET
from hrnet_cli.model import build_network
from hrnet_cli.schema import Shape4, Spec
from hrnet_cli.sources import load_spec, parse_input
from hrnet_cli.text import plural, shape_argument, shape_text
from hrnet_cli.tracing.record import Call, Failure, Hooks, Node, Record, record

SpecLike = Spec | Mapping[str, Any] | str | Path


@dataclass(frozen=True, repr=False, eq=False)
class Trace:
    """A network and every call of one forward pass through it."""

    spec: Spec
    engine: str
    input: Shape4
    root: Node
    calls: tuple[Call, ...]

    def __repr__(self) -> str:
        text = f"{self.spec.name}, {shape_text(self.input)}, engine={self.engine!r}, {len(self.calls)} calls"
        return f"{type(self).__name__}({text})"

    @property
    def leaf_calls(self) -> tuple[Call, ...]:
        """The calls of leaves: those that compute something."""
        return tuple([call for call in self.calls if not call.node.children])


class InputError(HrnetError):
    """An input that the network cannot take: `trace` has the calls before the failure."""

    code = "input"

    def __init__(self, trace: Trace, failure: Failure) -> None:
        where = failure.place or failure.node.path or "the network"
        message = f"an input of {shape_text(trace.input)} cannot go through {trace.spec.name}"
        super().__init__(f"{message}: {where}: {failure.message}")
        self.trace = trace
        self.failure = failure

    def __str__(self) -> str:
        """The diagnosis that commands print: where and why it broke, and which sizes go through.

        `analysis` lies above this layer, so it is imported by name, and only when the error is printed.
        """
        return str(import_module("hrnet_cli.analysis.diagnosis").diagnose(self))


def trace(
    spec: SpecLike | Trace = DEFAULT_PRESET,
    input: str | Shape4 | None = None,
    engine: str = "shapes",
    device: str | None = None,
) -> Trace:
    """Run a forward pass and record every call; a Trace is returned as it is.

    `input` is N×C×H×W as numbers or as text (`1x3x256x192`), by default the spec's own. The engine `shapes` needs no
    torch and takes no `device`; `torch` lowers the same network to torch.nn and runs it on `device`, by default DEVICE.
    Raises SpecError, UsageError, MissingExtraError, and InputError for an input that the network cannot take.
    """
    if isinstance(spec, Trace):
        if input is not None or device is not None:
            raise UsageError("a trace was made with its own input and device", "pass its spec instead: trace.spec")
        if engine not in ("shapes", spec.engine):
            raise UsageError(f"the trace was made by the engine {spec.engine}", "pass its spec instead: trace.spec")
        return spec
    spec = load_spec(spec)
    shape = input_shape(spec, input)
    recorded = choose("engine", engine, ENGINES)(spec, shape, device)
    result = Trace(spec, engine, shape, recorded.root, recorded.calls)
    if recorded.failure:
        raise InputError(result, recorded.failure)
    return result


def labelled_trace(label: str, spec: SpecLike, input: str | Shape4 | None = None) -> Trace:
    """A trace of one of several specs: its InputError names the spec by a label."""
    try:
        return trace(spec, input)
    except InputError as error:
        own = error.trace.spec.name
        labelled = replace(error.trace.spec, name=own if own == label else f"{label} ({own})")
        raise InputError(replace(error.trace, spec=labelled), error.failure) from None


def input_shape(spec: Spec, input: str | Shape4 | None) -> Shape4:
    """The input shape of a trace: the argument, or the spec's default. Raises UsageError."""
    if input is None:
        return spec.input_shape
    shape = parse_input(input, spec)
    if shape[1] != spec.in_channels:
        message = f"input: {plural(shape[1], 'channel')}, but {spec.name} takes {spec.in_channels}"
        batch, _, height, width = shape
        raise UsageError(message, f"write {shape_argument((batch, spec.in_channels, height, width))}")
    return shape


DEVICE = "meta"
"""The default device of the torch engine: it computes shapes there and allocates no memory."""


def _shapes_engine(spec: Spec, shape: Shape4, device: str | None) -> Record:
    if device is not None:
        raise UsageError("device: the shapes engine runs on no device", "choose the torch engine: --engine torch")
    hooks = Hooks(nn.register_module_forward_pre_hook, nn.register_module_forward_hook)
    return record(build_network(spec), nn.Tensor(shape), hooks)


def _torch_engine(spec: Spec, shape: Shape4, device: str | None) -> Record:
    lowering = torch_engine()
    model, x = lowering.on_device(build_network(spec), shape, DEVICE if device is None else device)
    with lowering.no_grad():
        return record(model, x, Hooks(*lowering.HOOKS))


ENGINES: dict[str, Callable[[Spec, Shape4, str | None], Record]] = {"shapes": _shapes_engine, "torch": _torch_engine}
"""The engines by name: from a spec, an input shape and a device (None is the default) to the recorded calls."""


def torch_engine() -> ModuleType:
    """The package `lowering`, imported now. Raises MissingExtraError where torch is not installed."""
    try:
        from hrnet_cli import lowering
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        remedy = "pip install 'hrnet-cli[torch]'"
        raise MissingExtraError("the torch engine needs torch, which is not installed", remedy) from None
    return lowering


def build(spec: SpecLike = DEFAULT_PRESET) -> nn.Module:
    """The network of a spec over shapes: call it on an `nn.Tensor`. Raises SpecError."""
    return build_network(load_spec(spec))


def build_torch(spec: SpecLike = DEFAULT_PRESET) -> Any:
    """The network of a spec as a torch.nn.Module that trains, saves and loads the original checkpoints strictly.

    Weights are drawn as the original code draws them (`model.initialisation`), from torch's global generator. Raises
    SpecError, and MissingExtraError without torch.
    """
    spec = load_spec(spec)
    lowering = torch_engine()
    network = lowering.lower(build_network(spec))
    lowering.initialise(network, spec)
    return network
