"""Why an input cannot go through, as a document."""

from __future__ import annotations

from hrnet_cli.analysis.diagnosis import AxisFit, Diagnosis
from hrnet_cli.present.document import Cell, Document, Facts, Note
from hrnet_cli.present.figures import size


def present(result: Diagnosis) -> Document:
    """Where it breaks, why, and which sizes work."""
    title = f"an input of {size(result.input)} cannot go through {result.spec}"
    rows: list[tuple[str, Cell]] = [("where", f"{result.part} ({result.path})"), ("why", result.message)]
    if result.divisor and result.divisor > 1:
        rows.append(("divisor", f"height and width must be multiples of {result.divisor}"))
    rows += [(fit.axis, _advice(fit)) for fit in (result.height, result.width)]
    return Document((Note(f"error: {title}", "bad"), Facts(tuple(rows))))


def _advice(fit: AxisFit) -> str:
    if fit.multiple is None:
        return f"{fit.size} goes through" if fit.fits else f"{fit.size}: no size goes through"
    smaller = f"{fit.smaller} or " if fit.smaller else ""
    text = f"{fit.size} → {smaller}{fit.multiple} (pad by {fit.padding})"
    if fit.larger != fit.multiple:
        text += f"; {fit.larger} to {fit.multiple} go through too, since the stem rounds up"
    return text
