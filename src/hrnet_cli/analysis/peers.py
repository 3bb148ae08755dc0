"""Running the peers of `verify` on the torch network, within the memory that real tensors take."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hrnet_cli.analysis.diagnosis import smallest_divisor
from hrnet_cli.analysis.peer_rules import PEER_RULES, TORCH_HOOKS, PeerRule, macs, module_facts
from hrnet_cli.errors import HrnetError
from hrnet_cli.schema import Shape4
from hrnet_cli.text import exact, shape_text
from hrnet_cli.tracing import InputError, Trace, torch_engine, trace
from hrnet_cli.tracing.record import TooLargeError, exceeds_memory

if TYPE_CHECKING:
    from hrnet_cli.lowering.peers import PeerReport

BYTES_PER_ELEMENT = 4
"""Of float32."""
MAX_ACTIVATION_BYTES = 2**30
"""For larger outputs of all leaves together, fvcore runs at a smaller input."""
MAX_WEIGHT_BYTES = 2**31
"""For more parameters, fvcore does not run; HRNet-W64 has half a GB."""


@dataclass(frozen=True)
class Answer:
    """What a peer reported, or why it reported nothing."""

    rule: PeerRule
    ours: Trace
    """Our trace at the input that the peer ran at."""
    device: str
    report: PeerReport | None = None
    theirs: Trace | None = None
    """The trace of torch hooks, which has more than a report: the order of the calls."""
    skipped: HrnetError | None = None
    broken: tuple[str, str] | None = None
    """The module and the message where the peer breaks although our forward pass does not."""


def ask_all(ours: Trace, device: str) -> list[Answer]:
    """Run every peer; torch hooks on `device`, the others on their own. Raises MissingExtraError without torch."""
    hooks = _ask_torch_hooks(ours, device)
    models = {} if hooks.theirs is None else {device: hooks.theirs.root.module}
    return [hooks, *(_ask(rule, ours, models) for rule in PEER_RULES)]


def _ask_torch_hooks(ours: Trace, device: str) -> Answer:
    peers = _torch_peers()
    try:
        theirs = trace(ours.spec, ours.input, engine="torch", device=device)
    except TooLargeError as error:
        return Answer(TORCH_HOOKS, ours, device, skipped=error)
    except InputError as error:
        return _broken(TORCH_HOOKS, ours, device, error.failure.node.path, error.failure.message)
    facts = module_facts(theirs, macs)
    modules = {path: peers.ModuleReport(each.outputs, each.params, each.count) for path, each in facts.items()}
    report = peers.PeerReport(peers.torch.__version__, facts[""].params, facts[""].count, modules)
    return Answer(TORCH_HOOKS, ours, device, report, theirs)


def _torch_peers() -> Any:
    """The module `lowering.peers`, imported now. Raises MissingExtraError without torch."""
    torch_engine()
    from hrnet_cli.lowering import peers

    return peers


def _ask(rule: PeerRule, ours: Trace, models: dict[str, Any]) -> Answer:
    """Run one peer. `models` keeps the torch network by device, so that each is built once."""
    peers = _torch_peers()
    try:
        if rule.device != "meta":
            ours = _within_memory(ours)
        if rule.device not in models:
            models[rule.device], _ = torch_engine().on_device(ours.root.module, ours.input, rule.device)
        report = peers.PEERS[rule.peer](models[rule.device], peers.random_input(ours.input, rule.device))
    except HrnetError as error:
        return Answer(rule, ours, rule.device, skipped=error)
    except Exception as error:  # another program can raise anything, and torchinfo an error of its own from torch's
        cause = error.__cause__ if error.__cause__ and exceeds_memory(str(error.__cause__)) else error
        return _broken(rule, ours, rule.device, "", f"{type(cause).__name__}: {cause}".splitlines()[0])
    return Answer(rule, ours, rule.device, report)


def _broken(rule: PeerRule, ours: Trace, device: str, path: str, message: str) -> Answer:
    """A peer that breaks on an input that goes through; one that only needs more memory is skipped."""
    if exceeds_memory(message):
        error = HrnetError(f"the tensors are too large on {device}", "try a smaller input")
        return Answer(rule, ours, device, skipped=error)
    return Answer(rule, ours, device, broken=(path, message))


def _within_memory(ours: Trace) -> Trace:
    """The trace itself if real tensors fit into memory, else one with a batch of 1 and half the size until they do.

    Raises HrnetError if no input is small enough.
    """
    weights = BYTES_PER_ELEMENT * sum(node.own_params for node in ours.root.walk())
    if weights > MAX_WEIGHT_BYTES:
        raise HrnetError(f"needs real tensors, and the weights alone are {exact(weights)} bytes")
    found, divisor = ours, 0
    while (activations := _activation_bytes(found)) > MAX_ACTIVATION_BYTES:
        divisor = divisor or smallest_divisor(ours.spec) or 1
        smaller = _half(found.input, divisor)
        if smaller == found.input:
            size = f"{shape_text(smaller)} all activations are {exact(activations)} bytes"
            raise HrnetError(f"needs real tensors, and even at {size}")
        found = trace(ours.spec, smaller)
    return found


def _activation_bytes(trace: Trace) -> int:
    return BYTES_PER_ELEMENT * sum(math.prod(shape) for call in trace.leaf_calls for shape in call.outputs)


def _half(shape: Shape4, divisor: int) -> Shape4:
    """One image instead of a batch; of one image half the height and width, rounded up to the divisor."""
    batch, channels, *size = shape
    height, width = size if batch > 1 else (math.ceil(n / 2 / divisor) * divisor for n in size)
    return (1, channels, height, width)
