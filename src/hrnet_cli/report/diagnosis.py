"""Why an input cannot go through, as a document."""

from __future__ import annotations

from hrnet_cli.analysis.diagnosis import AxisFit, Diagnosis
from hrnet_cli.report.content import Cell, Document, Facts, Note
from hrnet_cli.text import shape_text


def present(result: Diagnosis) -> Document:
    """Where it breaks, why, and which sizes work."""
    title = f"an input of {shape_text(result.input)} cannot go through {result.spec}"
    rows: list[tuple[str, Cell]] = [("where", f"{result.part} ({result.path})"), ("why", result.message)]
    if result.divisor and result.divisor > 1:
        start = f" from {result.least} on" if result.least != result.divisor else ""
        rows.append(("divisor", f"all multiples of {result.divisor}{start} go through"))
    rows += [(fit.axis, _advice(fit, result.divisor or 1)) for fit in (result.height, result.width)]
    return Document((Note(f"error: {title}", "bad"), Facts(tuple(rows))))


def _advice(fit: AxisFit, divisor: int) -> str:
    """The nearest sizes that go through. The stem rounds up, so one can lie below the next multiple."""
    if fit.multiple is None:
        return f"{fit.size} goes through" if fit.fits else f"{fit.size}: no size goes through"
    smaller = f"{fit.smaller} or " if fit.smaller else ""
    text = f"{fit.size} → {smaller}{fit.larger} (pad by {fit.larger_padding})"
    if fit.larger != fit.multiple:
        which = "the next" if fit.padding <= divisor else "a"
        text += f"; {fit.multiple}, {which} multiple of {divisor} (pad by {fit.padding})"
    return text
