"""The guard before Python's own parser, which runs out of stack on code that nests too deeply and may end the process.

One scanner goes over the text once, with the rules of Python's tokenizer for strings, f-strings and comments. A string
that is not closed ends with its line or with the text, so that nothing is looked at twice.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from hrnet_cli.documents import refuse
from hrnet_cli.errors import Location

MAX_OPERATORS = 200
"""Operators, dots and brackets around any one place. A published config has up to 17."""
MAX_FIELDS = 2_000
"""Fields of f-strings in one file. Python 3.11 and earlier parse each of them by itself."""
QUOTES_MAY_NEST = sys.version_info >= (3, 12)
"""Whether the quote that an f-string begins with may be used again within its braces."""

_STRING = r"""
    '''[^\\']*(?:(?:\\.?|'(?!''))[^\\']*)*(?:''')?  |  \"\"\"[^\\"]*(?:(?:\\.?|"(?!""))[^\\"]*)*(?:\"\"\")?
  | '[^\\'\n]*(?:\\.?[^\\'\n]*)*'?                |  "[^\\"\n]*(?:\\.?[^\\"\n]*)*"?"""
_WHOLE_STRING = re.compile(_STRING, re.VERBOSE | re.DOTALL)
_COMMENT_OR_STRING = re.compile(rf"\#[^\n]* | (?P<string>{_STRING})", re.VERBOSE | re.DOTALL)
_CODE_TOKEN = re.compile(
    rf"""(?P<skip>\#[^\n]*|\\\n|{_STRING})
      |(?<!\w)(?i:[ft]r?|r[ft])(?P<fstring>'''|\"\"\"|'|")
      |(?P<open>[([{{])|(?P<close>[)\]}}])|(?P<cut>[,\n])|(?P<colon>:)
      |(?P<operator>[-+*/%@&|^~<>=!.]|\b(?:not|and|or|if|else|elif|lambda|await|in|is)\b)""",
    re.VERBOSE | re.DOTALL,
)
_TEXT_TOKEN = re.compile(r"""\\[^{}]|\{\{|\}\}|[{}\n]|'''|\"\"\"|'|\"""", re.DOTALL)
"""What may end a piece of text in an f-string, and what hides it."""


@dataclass(eq=False, slots=True)
class _Part:
    """A part of the text with rules of its own: `code`, the `text` of an f-string, or the `format` of a field.

    `end` is where the innermost f-string ends whatever is in it; `quote` is what ends its text. `in_field` is true for
    the code between the braces of an f-string. `count` is the number of operators and brackets that are open here.
    """

    kind: str
    end: int
    quote: str = ""
    in_field: bool = False
    count: int = 0


def find_strings(text: str) -> Iterator[tuple[int, int]]:
    """The start and the end of each string of a text whose lines end with a line feed, f-strings included."""
    return (match.span() for match in _COMMENT_OR_STRING.finditer(text) if match["string"])


def check_nesting(text: str, source: str) -> None:
    """Refuse an expression with more brackets and operators than MAX_OPERATORS, and a text with more than MAX_FIELDS.

    Raises SpecError with the line.
    """
    scanner = _Scanner(text.replace("\r\n", "\n").replace("\r", "\n"), source)
    while scanner.parts:
        if scanner.parts[-1].kind == "code":
            scanner.read_code()
        else:
            scanner.read_text()


class _Scanner:
    """The parts that are open at a position of a text, the innermost last; none at its end.

    `total` is the number of operators and brackets in them.
    """

    def __init__(self, text: str, source: str) -> None:
        self.text = text
        self.source = source
        self.position = 0
        self.total = 0
        self.fields = 0
        self.parts = [_Part("code", len(text))]

    def read_code(self) -> None:
        """Go on to where an f-string begins or a field ends. A comma ends an expression, and so does a line."""
        part = self.parts[-1]
        for match in _CODE_TOKEN.finditer(self.text, self.position, part.end):
            kind = match.lastgroup
            if kind == "colon" and part.in_field:
                self.parts.append(_Part("format", part.end, self.parts[-2].quote))
                break
            if kind in ("operator", "colon", "open"):
                self.count(part, match)
            if kind == "open":
                part = _Part("code", part.end)
                self.parts.append(part)
            elif kind == "cut" and (len(self.parts) == 1 or match[0] == ","):
                self.total -= part.count
                part.count = 0
            elif kind == "close" and part.in_field and match[0] == "}":
                self.leave()
                break
            elif kind == "close" and not part.in_field and len(self.parts) > 1:
                self.leave()
                part = self.parts[-1]
            elif kind == "fstring":
                self.parts.append(_Part("text", self.end_of_string(match.start("fstring"), part.end), match["fstring"]))
                break
        else:
            self.leave_string(part.end)
            return
        self.position = match.end()

    def read_text(self) -> None:
        """Go on to where a field begins or the text ends. In the format of a field, a double brace is two."""
        part, is_format = self.parts[-1], self.parts[-1].kind == "format"
        match = _TEXT_TOKEN.search(self.text, self.position, part.end)
        if match is None:
            self.leave_string(part.end)
            return
        found, self.position = match[0], match.end()
        if found == "{" or (found == "{{" and is_format):
            self.position = match.start() + 1
            self.fields += 1
            self.count(part, match)
            self.parts.append(_Part("code", part.end, in_field=True))
        elif found[0] == "}" and is_format:
            self.position = match.start() + 1
            self.leave()  # the format
            self.leave()  # its field
        elif found.startswith(part.quote):
            self.leave_string(match.start() + len(part.quote))
        elif found == "\n" and len(part.quote) == 1:
            self.leave_string(match.end())

    def end_of_string(self, start: int, end: int) -> int:
        """Where an f-string must end that begins at `start` and is in one that must end at `end`."""
        match = None if QUOTES_MAY_NEST else _WHOLE_STRING.match(self.text, start, end)
        return match.end() if match else end

    def count(self, part: _Part, match: re.Match[str]) -> None:
        """Count one more operator, bracket or field."""
        part.count += 1
        self.total += 1
        if self.total > MAX_OPERATORS or self.fields > MAX_FIELDS:
            location = Location(self.text.count("\n", 0, match.start()) + 1, 1, self.source)
            if self.fields > MAX_FIELDS:
                refuse("too-large", "too many fields of f-strings", f"allowed: {MAX_FIELDS:,}", location)
            refuse("too-deep", "an expression that is too long", "write it in several steps", location)

    def leave(self) -> _Part:
        """End the innermost part. The fields of a text are beside each other: none counts for the next."""
        left = self.parts.pop()
        self.total -= left.count
        if self.parts and self.parts[-1].kind != "code":
            self.total -= self.parts[-1].count
            self.parts[-1].count = 0
        return left

    def leave_string(self, position: int) -> None:
        """End the innermost f-string, with what is open in it; the whole text where there is none."""
        self.position = position
        while self.parts and self.leave().kind != "text":
            pass
