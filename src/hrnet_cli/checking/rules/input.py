"""HR3: the input that a network takes."""

from __future__ import annotations

from collections.abc import Iterator

from hrnet_cli.analysis.diagnosis import AxisFit, diagnose
from hrnet_cli.analysis.shapes import stretching_sums
from hrnet_cli.checking.rule import Rule
from hrnet_cli.checking.subject import Subject
from hrnet_cli.errors import Diagnostic
from hrnet_cli.hrnet import branch_stride
from hrnet_cli.text import plural, shape_text
from hrnet_cli.tracing import InputError


def breaks(subject: Subject) -> Iterator[Diagnostic]:
    """The forward pass breaks: where, and the nearest sizes that go through. Other code may take the config's input."""
    is_judged = subject.code_is_known or bool(subject.requirements.input)
    for found in _breaks(subject):
        yield found._replace(at_most_note=not is_judged)


def _breaks(subject: Subject) -> Iterator[Diagnostic]:
    error = subject.input_error
    if isinstance(error, InputError):
        diagnosis, failure = diagnose(error), error.failure
        part = failure.place or failure.node.path
        message = f"an input of {shape_text(diagnosis.input)} breaks at {part}: {failure.message}"
        remedy = "; ".join(_remedy(fit) for fit in (diagnosis.height, diagnosis.width) if not fit.fits)
        reading = subject.loaded.reading
        if reading.input_remedy and subject.input_path:
            message, remedy = f"{reading.input_reason}: {message}", reading.input_remedy
        yield subject.at("input-breaks", subject.input_path, message, remedy)
    elif error is not None:
        yield subject.at("input-breaks", (), error.message, error.remedy)


def _remedy(fit: AxisFit) -> str:
    sizes = [str(size) for size in (fit.smaller, fit.larger) if size is not None]
    if not sizes:
        return f"no {fit.axis} near {fit.size} goes through"
    more = f", or pad by {fit.multiple_padding} to {fit.multiple}" if fit.larger != fit.multiple else ""
    return f"use a {fit.axis} of {' or '.join(sizes)} (pad by {fit.larger_padding}){more}"


def stretches(subject: Subject) -> Iterator[Diagnostic]:
    """A sum adds a map of size 1 to a larger one, which torch stretches without an error."""
    num_branches = max(stage.num_branches for stage in subject.spec.stages)
    if min(subject.input[2:]) > branch_stride(num_branches - 1) or subject.trace is None:
        return  # every map is larger than 1
    calls = stretching_sums(subject.trace)
    if calls:
        more = f" ({plural(len(calls) - 1, 'more sum')} too)" if len(calls) > 1 else ""
        message = f"{calls[0].node.path} adds maps of different sizes: torch stretches a map of size 1{more}"
        found = subject.at("input-stretched", subject.input_path, message, "use a larger input, or fewer branches")
        yield found._replace(at_most_note=not subject.code_is_known)


INPUT = (
    Rule("HR301", "input-breaks", "error", "an input that cannot go through the network", ("input-breaks",), breaks),
    Rule(
        "HR302",
        "input-stretched",
        "warning",
        "an input so small that sums stretch a map",
        ("input-stretched",),
        stretches,
    ),
)
