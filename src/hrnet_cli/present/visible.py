"""Text of a user's files as text that does nothing: no control character reaches a terminal, a log or a page."""

from __future__ import annotations

import unicodedata

UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of what is not drawn but acted on: escapes, marks that turn text around, halves of characters, breaks."""
JOINERS = "\u200c\u200d"
"""They only bind what stands beside them: emoji, letters."""
NONE = "\ufffe\uffff"
"""No characters at all, and refused by XML."""


def visible(text: str) -> str:
    """The text with a stand-in for every character that is not drawn; it stays as long as it is."""
    return text if text.isprintable() else "".join(map(_drawn, text))


def _drawn(letter: str) -> str:
    if letter in JOINERS or (unicodedata.category(letter) not in UNSEEN and letter not in NONE):
        return letter
    if letter == "\x7f":
        return "\u2421"
    return chr(0x2400 + ord(letter)) if letter < " " else "\ufffd"  # ␛ for an escape
