"""Our figure beside the one that was printed."""

from __future__ import annotations

from hrnet_cli.analysis.published import Figure, as_printed
from hrnet_cli.report.content import Span


def verdict(figure: Figure) -> Span:
    """✓ where our count rounds to the printed text, else how far it is off; ✗ only where the spec does not say so."""
    if figure.reproduces and not figure.declared:
        return Span("✓", "good")
    if figure.reproduces:
        return Span("✗ (comes out, and is said not to)", "bad")
    return Span(f"{'≠' if figure.declared else '✗'} ({_ours(figure)})", "muted" if figure.declared else "bad")


def _ours(figure: Figure) -> str:
    ours = as_printed(figure.printed, figure.ours, figure.unit)
    return f"ours {ours}{figure.printed[-1]}, {difference(figure)}"


def difference(figure: Figure) -> str:
    """How much more or less our count is than the printed one, in percent."""
    number = float(figure.printed[:-1])
    return f"{100 * (figure.ours / figure.unit / number - 1):+.2f}%" if number else "more than 0"
