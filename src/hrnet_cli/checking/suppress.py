"""Comments that suppress findings: `# hrnet: ignore[HR012] reason`.

After a value, a comment is for its line; on a line of its own, for the next line with content. If that line ends with a
colon, it is for the line below that too. Above all content, it is for the whole file.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from itertools import accumulate, islice
from typing import NamedTuple

import yaml

from hrnet_cli.checking.rules import RULE_OF, RULES, is_rule_prefix
from hrnet_cli.documents.python import looks_like_python
from hrnet_cli.documents.yaml import LINE_BREAK, YAML_LOADER
from hrnet_cli.errors import Diagnostic, Location
from hrnet_cli.text import quote

COMMENT = re.compile(r"(?:^|(?<=\s))#\s*hrnet(?:-cli)?:\s*ignore(?P<codes>\[[^\]]*\])?(?P<reason>.*)$", re.IGNORECASE)
REMEDY = "write # hrnet: ignore[CODE] and the reason; separate several codes with commas"


MAX_COMMENTS = 1_000
"""Comments of a file that are read. What they say is reported one by one."""
MAX_TOKENS = 100_000
"""Tokens of a YAML text among which strings are looked for: ten times what a text that can be read has."""


class Suppression(NamedTuple):
    """A comment, the codes that it names, and the lines that it is for."""

    line: int
    column: int
    codes: tuple[str, ...]
    """Codes of rules or beginnings of them, each once."""
    lines: tuple[int | None, ...]
    """None stands for the whole file."""


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
    suppressed = {(line, code) for each in suppressions for line in each.lines for code in each.codes}
    used: set[tuple[int | None, str]] = set()
    kept = []
    for diagnostic in diagnostics:
        location, rule = diagnostic.location, RULE_OF[diagnostic.code].code
        here = (None, location.line) if location.source in ("", source) else ()
        matches = {(line, rule[:end]) for line in here for end in range(1, len(rule) + 1)} & suppressed
        used |= matches
        if not matches:
            kept.append(diagnostic)
    for each in suppressions:
        unused = [code for code in each.codes if not any((line, code) in used for line in each.lines)]
        unused = [code for code in unused if _all_ran(code, ran)]
        if unused:
            message = f"there is no {' and no '.join(unused)} here to suppress"
            place = Location(each.line, each.column, source)
            about_comments.append(Diagnostic("unused-ignore", (), message, "remove the code", location=place))
    return [*kept, *about_comments], len(diagnostics) - len(kept)


@lru_cache
def _all_ran(prefix: str, ran: frozenset[str]) -> bool:
    return all(code in ran for code in RULES if code.startswith(prefix))


def _find_suppressions(text: str, source: str) -> tuple[list[Suppression], list[Diagnostic]]:
    """Every comment that suppresses findings, and what is wrong with such comments."""
    suppressions: list[Suppression] = []
    diagnostics: list[Diagnostic] = []
    lines = split_lines(text)
    content = [index for index, line in enumerate(lines) if not _is_empty(line)]
    for index, match in _comments(text, lines):
        location = Location(index + 1, match.start() + 1, source)
        if len(suppressions) == MAX_COMMENTS:
            message = (
                f"more than {MAX_COMMENTS:,} comments that suppress findings: this one and those below are not read"
            )
            remedy = "leave the rule out for this file: per-file-ignores in the settings"
            diagnostics.append(Diagnostic("bad-ignore", (), message, remedy, location=location))
            break
        named = (code.strip() for code in (match["codes"] or "").strip("[]").split(","))
        codes = tuple(dict.fromkeys(filter(None, named)))
        unknown = next((code for code in codes if not is_rule_prefix(code)), None)
        if unknown:
            message = f"{quote(unknown)} is not the code of a rule"
        else:
            message = "this gives no reason" if codes else "this names no rule"
        if unknown or not codes or not match["reason"].strip():
            diagnostics.append(Diagnostic("bad-ignore", (), message, REMEDY, location=location))
        targets = _targets(lines, content, index, match.start())
        suppressions.append(Suppression(index + 1, match.start() + 1, tuple(filter(is_rule_prefix, codes)), targets))
    return suppressions, diagnostics


def _comments(text: str, lines: list[str]) -> Iterator[tuple[int, re.Match[str]]]:
    """The comments that suppress findings, each with the index of its line."""
    for index, line in enumerate(lines):
        match = COMMENT.search(line)
        if match and not _is_in_string(text, index, match.start()):
            yield index, match


def _targets(lines: list[str], content: list[int], index: int, start: int) -> tuple[int | None, ...]:
    """The lines, from 1, that a comment is for; `content` has the indices of the lines that are not empty."""
    after_value = bool(lines[index][:start].strip())
    if not after_value and (not content or index < content[0]):
        return (None,)
    first = bisect_right(content, index) - after_value
    near = content[first : first + 2]
    is_block = bool(near) and _opens_block(lines[near[0]])
    return tuple(line + 1 for line in (near if is_block else near[:1]))


@lru_cache(maxsize=1)  # a thousand comments may be above one line of a million characters
def _opens_block(line: str) -> bool:
    return re.search(r":\s*(#.*)?$", line) is not None


def _is_empty(line: str) -> bool:
    """Whether a line is neither a value nor code."""
    stripped = line.strip()
    return not stripped or stripped.startswith("#") or stripped == "---"


# Strings: what looks like a comment inside one is none


def _is_in_string(text: str, line: int, column: int) -> bool:
    """Whether a position, from 0, is inside a string of a YAML or Python text; not if YAML cannot be parsed."""
    ranges = _string_ranges(text)
    before = bisect_right(ranges, ((line, column + 1),))  # a range is longer than its start alone, and so is after it
    return before > 0 and (line, column) < ranges[before - 1][1]


@lru_cache(maxsize=1)
def _string_ranges(text: str) -> tuple[tuple[tuple[int, int], tuple[int, int]], ...]:
    """The start and the end of each string of a text, in lines and columns from 0."""
    if looks_like_python(text):
        from hrnet_cli.documents.python.nesting import find_strings  # compiles long patterns

        lines = split_lines(text)
        starts = [0, *accumulate(len(line) + 1 for line in lines)]

        def position(offset: int) -> tuple[int, int]:
            line = bisect_right(starts, offset) - 1
            return line, offset - starts[line]

        return tuple((position(start), position(end)) for start, end in find_strings("\n".join(lines)))
    with suppress(yaml.YAMLError):
        return tuple(
            ((token.start_mark.line, token.start_mark.column), (token.end_mark.line, token.end_mark.column))
            for token in islice(yaml.scan(text, Loader=YAML_LOADER), MAX_TOKENS)
            if isinstance(token, yaml.ScalarToken) and not token.plain
        )
    return ()
