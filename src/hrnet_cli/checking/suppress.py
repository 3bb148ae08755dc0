"""Comments that suppress findings: `# hrnet: ignore[HR012] reason`.

After a value, a comment is for its line; on a line of its own, for the next line with content. If that line ends with a
colon, it is for the line below that too. Above all content, it is for the whole file.
"""

from __future__ import annotations

import re
import tokenize
from contextlib import suppress
from functools import lru_cache
from io import StringIO
from typing import NamedTuple

import yaml

from hrnet_cli.checking.rules import RULE_OF, RULES, is_rule_prefix
from hrnet_cli.documents.python import looks_like_python
from hrnet_cli.documents.yaml import LINE_BREAK, YAML_LOADER
from hrnet_cli.errors import Diagnostic, Location
from hrnet_cli.text import quote

COMMENT = re.compile(r"(?:^|(?<=\s))#\s*hrnet(?:-cli)?:\s*ignore(?P<codes>\[[^\]]*\])?(?P<reason>.*)$", re.IGNORECASE)
REMEDY = "write # hrnet: ignore[CODE] and the reason; separate several codes with commas"


class Suppression(NamedTuple):
    """A comment, the codes that it names, and the lines that it is for."""

    line: int
    column: int
    codes: tuple[str, ...]
    """Codes of rules or beginnings of them."""
    lines: tuple[int, ...]
    whole_file: bool

    def matching_codes(self, diagnostic: Diagnostic) -> list[str]:
        """The codes with which it suppresses a diagnostic; none if it does not."""
        is_here = self.whole_file or diagnostic.location.line in self.lines
        return [code for code in self.codes if is_here and RULE_OF[diagnostic.code].code.startswith(code)]


def split_lines(text: str) -> list[str]:
    """The lines of a text, as locations count them: Python ends a line at fewer characters than YAML and JSON."""
    return (PYTHON_LINE_BREAK if looks_like_python(text) else LINE_BREAK).split(text)


PYTHON_LINE_BREAK = re.compile("\r\n|[\n\r]")
"""What ends a line in Python. A form feed does not, nor do U+0085, U+2028 and U+2029, which do in YAML."""


def apply_suppressions(
    diagnostics: list[Diagnostic], text: str, source: str, ran: frozenset[str]
) -> tuple[list[Diagnostic], int]:
    """The diagnostics that remain, those about the comments themselves, and the number of those that are suppressed.

    `ran` has the codes of the rules that ran: a comment for another rule is not reported as unused.
    """
    if "ignore" not in text.lower():
        return diagnostics, 0
    suppressions, about_comments = _find_suppressions(text, source)
    used: set[tuple[int, str]] = set()
    kept = []
    for diagnostic in diagnostics:
        in_this_file = suppressions if diagnostic.location.source in ("", source) else []
        numbered = enumerate(in_this_file)
        matches = {(number, code) for number, each in numbered for code in each.matching_codes(diagnostic)}
        used |= matches
        if not matches:
            kept.append(diagnostic)
    for number, each in enumerate(suppressions):
        unused = [code for code in dict.fromkeys(each.codes) if (number, code) not in used and _all_ran(code, ran)]
        if unused:
            message = f"there is no {' and no '.join(unused)} here to suppress"
            location = Location(each.line, each.column, source)
            about_comments.append(Diagnostic("unused-ignore", (), message, "remove the code", location=location))
    return [*kept, *about_comments], len(diagnostics) - len(kept)


def _all_ran(prefix: str, ran: frozenset[str]) -> bool:
    return all(code in ran for code in RULES if code.startswith(prefix))


def _find_suppressions(text: str, source: str) -> tuple[list[Suppression], list[Diagnostic]]:
    """Every comment that suppresses findings, and what is wrong with such comments."""
    suppressions: list[Suppression] = []
    diagnostics: list[Diagnostic] = []
    lines = split_lines(text)
    for index, line in enumerate(lines):
        match = COMMENT.search(line)
        if match is None or _is_in_string(text, index, match.start()):
            continue
        codes = tuple(code.strip() for code in (match["codes"] or "").strip("[]").split(",") if code.strip())
        column = match.start() + 1
        unknown = next((code for code in codes if not is_rule_prefix(code)), None)
        if unknown:
            message = f"{quote(unknown)} is not the code of a rule"
        else:
            message = "this gives no reason" if codes else "this names no rule"
        if unknown or not codes or not match["reason"].strip():
            location = Location(index + 1, column, source)
            diagnostics.append(Diagnostic("bad-ignore", (), message, REMEDY, location=location))
        suppressions.append(_suppression(lines, index, column, tuple(filter(is_rule_prefix, codes))))
    return suppressions, diagnostics


def _suppression(lines: list[str], index: int, column: int, codes: tuple[str, ...]) -> Suppression:
    """The comment on a line, by its index, and the lines that it is for."""
    after_value = bool(lines[index][: column - 1].strip())
    above_all = not after_value and all(_is_empty(line) for line in lines[:index])
    target = index if after_value else _next_content(lines, index)
    opens_block = target < len(lines) and re.search(r":\s*(#.*)?$", lines[target])
    targets = (target, _next_content(lines, target)) if opens_block else (target,)
    return Suppression(index + 1, column, codes, tuple(line + 1 for line in targets), above_all)


def _next_content(lines: list[str], index: int) -> int:
    """The index of the next line that is neither empty nor a comment."""
    return next((n for n in range(index + 1, len(lines)) if not _is_empty(lines[n])), len(lines))


def _is_empty(line: str) -> bool:
    stripped = line.strip()
    return not stripped or stripped.startswith("#") or stripped == "---"


# Strings: what looks like a comment inside one is none


def _is_in_string(text: str, line: int, column: int) -> bool:
    """Whether a position, from 0, is inside a string of a YAML or Python text; not if the text cannot be parsed."""
    return any(start <= (line, column) < end for start, end in _string_ranges(text))


@lru_cache(maxsize=1)
def _string_ranges(text: str) -> tuple[tuple[tuple[int, int], tuple[int, int]], ...]:
    """The start and the end of each string of a text, in lines and columns from 0."""
    if looks_like_python(text):
        with suppress(tokenize.TokenError, SyntaxError):
            tokens = tokenize.generate_tokens(StringIO("\n".join(split_lines(text))).readline)
            return tuple(
                ((token.start[0] - 1, token.start[1]), (token.end[0] - 1, token.end[1]))
                for token in tokens
                if token.type == tokenize.STRING
            )
        return ()
    with suppress(yaml.YAMLError):
        return tuple(
            ((token.start_mark.line, token.start_mark.column), (token.end_mark.line, token.end_mark.column))
            for token in yaml.scan(text, Loader=YAML_LOADER)
            if isinstance(token, yaml.ScalarToken) and not token.plain
        )
    return ()
