r"""The last step before text leaves: nothing in it acts on a terminal, and nothing in it is a command to a CI.

A CI reads the log of a job for commands. These are taken from the sources and manuals of the runners:

- GitHub: `::name ...::` at the start of a line, in front of which blanks do not count, and `##[name ...]` anywhere;
- Azure Pipelines: `##vso[...]` and `##[...]`; TeamCity: `##teamcity[...]`;
- GitLab: `section_start:` and `section_end:`, which end with a carriage return and an escape sequence.

So `::` at the start of a line becomes `:\:`, and `##[` and `##word[` become `#\#[` and `#\#word[`, in every message
and every report. A shell and Markdown take such a backslash away, so that the name of a file can still be copied. In
JSON, YAML, Python and XML the first character is written as an escape instead, which their readers undo. A control,
format or bidirectional character becomes a visible stand-in in text, and an escape in the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

COLOR = r"\x1b\[[0-9;]*m"
COMMAND_AT_START = rf"(?m)^((?:[^\S\n]|{COLOR})*):(?=:)"
COMMAND_ANYWHERE = r"#(?=#\w*\[)"
JOINERS = "\u200c\u200d"
"""They bind letters and emoji: without them a text would read otherwise."""
_IGNORED = (
    r"\u200c\u200d\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    r"\U000e0000-\U000e0fff"
)
IGNORED_BEHIND_ASCII = rf"(?m)(^|[\x00-/:-\x7f\s])([{_IGNORED}]+)"
"""Characters without a width: GitHub's runner compares by the rules of a language, and sees a command around them.

They are left behind what they belong to: a letter that is not ASCII, an emoji, the digit of a keycap.
"""


class Syntax(NamedTuple):
    """How a kind of text writes the characters that must not be in it."""

    escape: Callable[[str], str]
    """Writes a character that is not drawn."""
    number_sign: str
    """The first character of `##[`."""
    colon: str
    """The first character of `::` at the start of a line."""
    has_joiners: bool = True
    """Whether the joiners are left in it."""


def _stand_in(character: str) -> str:
    from hrnet_cli.text import printable  # imported only if needed: when memory runs out, an import fails too

    shown = printable(character)
    return "\ufffd" if shown == character else shown


def _string_escape(character: str) -> str:
    """As a string of JSON, YAML or Python has it."""
    digits = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{digits[start : start + 4]}" for start in range(0, len(digits), 4))


def _reference(character: str) -> str:
    """As XML has it; a stand-in for what XML 1.0 cannot hold."""
    point = ord(character)
    is_allowed = 0x7F <= point < 0xD800 or 0xE000 <= point < 0xFFFE or point > 0xFFFF
    return f"&#{point};" if is_allowed else _stand_in(character)


TEXT = Syntax(_stand_in, "#\\", ":\\")
STRINGS = Syntax(_string_escape, "\\u0023", "\\u003a", has_joiners=False)
"""JSON, and the YAML and Python that are written here: what comes from a file is in strings, or behind `#`."""
XML = Syntax(_reference, "&#35;", "&#58;")
COMMANDS = Syntax(_stand_in, "#\\", ":")
"""Lines that are commands of our own, whose values are escaped."""
SYNTAXES = {
    **dict.fromkeys(("json", "gitlab", "sarif"), STRINGS),
    **dict.fromkeys(("svg", "junit"), XML),
    "github": COMMANDS,
}
"""By the name of a format, where it is not TEXT."""


def inert(text: str, syntax: Syntax = TEXT, colored: bool = False) -> str:
    """The text without what would act on a terminal or a CI; colours are kept only if it is `colored`, by rich."""
    lines = text.split("\n")
    if not all(map(str.isprintable, lines)):
        text = "\n".join(line if line.isprintable() else _printable_line(line, syntax, colored) for line in lines)
    if not text.isascii():
        text = re.sub(IGNORED_BEHIND_ASCII, lambda found: found[1] + "".join(map(syntax.escape, found[2])), text)
    if "##" in text:
        text = re.sub(COMMAND_ANYWHERE, lambda _: syntax.number_sign, text)
    if "::" in text:
        text = re.sub(COMMAND_AT_START, lambda found: found[1] + syntax.colon, text)
    return text


def _printable_line(line: str, syntax: Syntax, colored: bool) -> str:
    """A line with its hidden characters as the syntax writes them."""
    from hrnet_cli.text import printable

    def shown(character: str) -> str:
        is_kept = syntax.has_joiners if character in JOINERS else printable(character) == character
        return character if is_kept else syntax.escape(character)

    parts = re.split(f"({COLOR})", line) if colored else [line]  # every other part is a colour
    parts[::2] = ["".join(map(shown, part)) for part in parts[::2]]
    return "".join(parts)
