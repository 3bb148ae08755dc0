"""HR3: the input that a network is to take."""

from __future__ import annotations

from collections.abc import Iterator

from hrnet_cli.analysis.diagnosis import AxisFit, diagnose
from hrnet_cli.analysis.shapes import STRETCHED, stretched
from hrnet_cli.check.rule import Rule
from hrnet_cli.check.subject import Subject
from hrnet_cli.errors import Diagnostic, UsageError
from hrnet_cli.text import shape_text
from hrnet_cli.tracing import InputError


def breaks(subject: Subject) -> Iterator[Diagnostic]:
    """The forward pass breaks: where, and the nearest sizes that go through."""
    error = subject.outcome
    if isinstance(error, InputError):
        diagnosis, failure = diagnose(error), error.failure
        where = failure.place or failure.node.path
        message = f"an input of {shape_text(diagnosis.input)} breaks at {where}: {failure.message}"
        wanted = [_remedy(fit) for fit in (diagnosis.height, diagnosis.width) if not fit.fits]
        yield subject.at("input-breaks", subject.input_path, message, "; ".join(wanted))
    elif isinstance(error, UsageError):
        yield subject.at("input-breaks", (), error.message, error.remedy)


def _remedy(fit: AxisFit) -> str:
    sizes = [str(size) for size in (fit.smaller, fit.larger) if size is not None]
    if not sizes:
        return f"no {fit.axis} near {fit.size} goes through"
    more = f", or pad by {fit.multiple_padding} to {fit.multiple}" if fit.larger != fit.multiple else ""
    return f"take a {fit.axis} of {' or '.join(sizes)} (pad by {fit.larger_padding}){more}"


def stretches(subject: Subject) -> Iterator[Diagnostic]:
    """A map of 1 is added to a larger one: torch stretches it and says nothing."""
    largest_stride = 4 * 2 ** (max(stage.num_branches for stage in subject.spec.stages) - 1)
    if min(subject.input[2:]) > largest_stride or subject.trace is None:
        return  # every map is larger than 1
    calls = stretched(subject.trace)
    if calls:
        more = f" (and so do {len(calls) - 1} more sums)" if len(calls) > 1 else ""
        message = f"{calls[0].node.path} {STRETCHED}{more}"
        yield subject.at("input-stretched", subject.input_path, message, "take a larger input, or fewer branches")


INPUT = (
    Rule("HR301", "input-breaks", "error", "an input that cannot go through", breaks),
    Rule("HR302", "input-stretched", "warning", "an input so small that sums stretch their maps", stretches),
)
