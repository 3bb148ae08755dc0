"""What a stream without our letters gets in their place: one ASCII letter for each, so that columns stay columns."""

from __future__ import annotations

import codecs

NAME = "hrnet-cli"
"""The error handler's, for `reconfigure(errors=NAME)` once `register` was called."""

STAND_INS = {
    **dict(zip("×÷→←↑↓▶−≠·", "x/><^v>-!.", strict=True)),
    **dict(zip("✓✗╳●╯Σ–—…│", "y!Xo+S--~|", strict=True)),
    **dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True)),
    **dict.fromkeys("─━╸╺", "-"),
    **dict.fromkeys("└├┤┬┴┼┌┐┘", "+"),
    **dict.fromkeys("█▉▊▋▌▍▎▏", "#"),
    **dict.fromkeys("\u2003\u00a0", " "),
}
"""For every letter that a report draws; a test collects those of all commands."""

UNKNOWN = "?"
"""For the letters of a user's own names."""


def register() -> None:
    """Make the handler known to Python."""
    codecs.register_error(NAME, stand_in)


def stand_in(error: UnicodeError) -> tuple[str, int]:
    """The stand-ins of what cannot be encoded, and where to go on."""
    assert isinstance(error, UnicodeEncodeError)
    return "".join(STAND_INS.get(letter, UNKNOWN) for letter in error.object[error.start : error.end]), error.end
