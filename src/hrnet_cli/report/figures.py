"""Shares as bars."""

from __future__ import annotations


def bar(part: int, whole: int, width: int = 20) -> str:
    """A share as a bar, in eighths of a character."""
    eighths = round(8 * width * part / whole) if whole else 0
    full, rest = divmod(eighths, 8)
    return "█" * full + (" ▏▎▍▌▋▊▉"[rest] if rest else "")
