"""Our figure beside the one that was printed."""

from __future__ import annotations


def compare(printed: str, ours: int, giga: int) -> str:
    """✓ where our count, in G of `giga`, rounds to the printed text; else how far it is off."""
    number, unit = printed[:-1], printed[-1]
    mine = ours / (giga if unit == "G" else 10**6)
    decimals = len(number.partition(".")[2])
    if f"{mine:.{decimals}f}" == number:
        return "✓"
    off = f", {100 * (mine / float(number) - 1):+.2f}%" if float(number) else ""
    return f"✗ (ours {mine:.{decimals}f}{unit}{off})"
