"""Why an input cannot go through, as a report."""

from __future__ import annotations

from hrnet_cli.analysis.diagnosis import AxisFit, Diagnosis
from hrnet_cli.model import Place
from hrnet_cli.report.content import Cell, Facts, Note, Report
from hrnet_cli.text import shape_text


def present(result: Diagnosis) -> Report:
    """Where it breaks, why, and which sizes go through."""
    title = f"an input of {shape_text(result.input)} cannot go through {result.network}"
    rows: list[tuple[str, Cell]] = [("where", f"{_place(result)} ({result.path})"), ("why", result.message)]
    if result.divisor and result.divisor > 1:
        start = "" if result.smallest_multiple == result.divisor else f" from {result.smallest_multiple} on"
        rows.append(("divisor", f"all multiples of {result.divisor}{start} go through"))
    rows += [(fit.axis, _sizes(fit, result.divisor or 1)) for fit in (result.height, result.width)]
    return Report((Note(title, "bad"), Facts(tuple(rows))))


def one_line(result: Diagnosis) -> str:
    """The network, the input and the part that breaks."""
    return f"{result.network}, {shape_text(result.input)}, breaks at {_place(result)}"


def _place(result: Diagnosis) -> str:
    place = Place(result.part, result.stage, result.module, result.output_branch, result.input_branch)
    return str(place) or result.part


def _sizes(fit: AxisFit, divisor: int) -> str:
    """The nearest sizes that go through, and the next multiple of the divisor where that is another one."""
    if fit.multiple is None:
        return f"{fit.size} goes through" if fit.fits else f"{fit.size}: no size goes through"
    smaller = f"{fit.smaller} or " if fit.smaller else ""
    text = f"{fit.size} → {smaller}{fit.larger} (pad by {fit.larger_padding})"
    if fit.larger != fit.multiple:
        which = "the next" if fit.multiple_padding <= divisor else "a"
        text += f"; {fit.multiple}, {which} multiple of {divisor} (pad by {fit.multiple_padding})"
    return text
