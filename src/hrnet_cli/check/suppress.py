"""Comments that take findings back: `# hrnet: ignore[HR012] reason`.

Behind something, a comment is for its line; on a line of its own for the line below it. Where that line opens a block
with a colon, it is for the next one too. Above everything else in the file it is for the whole file.
"""

from __future__ import annotations

import re
import tokenize
from contextlib import suppress
from functools import lru_cache
from io import StringIO
from typing import NamedTuple

import yaml

from hrnet_cli.check.settings import names_a_rule
from hrnet_cli.documents.python import looks_like_python
from hrnet_cli.documents.yaml import LINE_BREAK, YAML_LOADER
from hrnet_cli.errors import Diagnostic, Location
from hrnet_cli.text import quote

COMMENT = re.compile(r"(?:^|(?<=\s))#\s*hrnet(?:-cli)?:\s*ignore(?P<codes>\[[^\]]*\])?(?P<reason>.*)$", re.IGNORECASE)
FORM = "write # hrnet: ignore[CODE] and the reason; several codes with commas"


class Ignore(NamedTuple):
    """One comment, and the lines that it is for: none where it is for the whole file."""

    line: int
    column: int
    codes: tuple[str, ...]
    lines: tuple[int, ...]
    whole_file: bool

    def suppresses(self, prefix: str, diagnostic: Diagnostic) -> bool:
        """Whether one of its codes is for the rule of a diagnostic, and the diagnostic is where the comment is for."""
        from hrnet_cli.check.rules import BY_DIAGNOSTIC  # which has a row for the comments themselves

        here = self.whole_file or diagnostic.location.line in self.lines
        return here and BY_DIAGNOSTIC[diagnostic.code].code.startswith(prefix)


def lines_of(text: str) -> list[str]:
    """The lines as a mark in the text counts them."""
    return LINE_BREAK.split(text)


def apply_suppressions(
    diagnostics: list[Diagnostic], text: str, source: str, ran: frozenset[str]
) -> tuple[list[Diagnostic], int]:
    """The diagnostics that no comment suppresses, those about the comments themselves, and how many are suppressed.

    `ran` has the codes of the rules that ran: only of those can a comment be said to suppress nothing.
    """
    comments, wrong = _comments(text, source)
    used: set[tuple[Ignore, str]] = set()
    kept = []
    for diagnostic in diagnostics:
        own = diagnostic.location.source in ("", source)
        matching = [
            (each, code) for each in comments if own for code in each.codes if each.suppresses(code, diagnostic)
        ]
        used.update(matching)
        if not matching:
            kept.append(diagnostic)
    for each in comments:
        unused = [code for code in each.codes if (each, code) not in used and _all_ran(code, ran)]
        if unused:
            message = f"there is no {' and no '.join(unused)} here to suppress"
            location = Location(each.line, each.column, source)
            wrong.append(Diagnostic("unused-ignore", (), message, "remove the code", location=location))
    return [*kept, *wrong], len(diagnostics) - len(kept)


def _all_ran(prefix: str, ran: frozenset[str]) -> bool:
    from hrnet_cli.check.rules import RULES  # which has a row for the comments themselves

    return all(code in ran for code in RULES if code.startswith(prefix))


def _comments(text: str, source: str) -> tuple[list[Ignore], list[Diagnostic]]:
    """Every comment that takes findings back, and what is wrong with them."""
    comments: list[Ignore] = []
    diagnostics: list[Diagnostic] = []
    if "ignore" not in text.lower():
        return comments, diagnostics
    lines = lines_of(text)
    for index, line in enumerate(lines):
        match = COMMENT.search(line)
        if match is None or _in_a_string(text, index, match.start()):
            continue
        codes = tuple(code.strip() for code in (match["codes"] or "").strip("[]").split(",") if code.strip())
        column = match.start() + 1
        wrong = next((code for code in codes if not names_a_rule(code)), None)
        said = f"{quote(wrong)} is no rule's code" if wrong else "this names no rule" if not codes else ""
        if said or not match["reason"].strip():
            said = said or "this gives no reason"
            location = Location(index + 1, column, source)
            diagnostics.append(Diagnostic("bad-ignore", (), said, FORM, location=location))
        comments.append(_comment(lines, index, column, tuple(filter(names_a_rule, codes))))
    return comments, diagnostics


def _in_a_string(text: str, line: int, column: int) -> bool:
    """Whether a place is inside a string of the text, be that YAML or Python; not where it cannot be told."""
    return any(start <= (line, column) < end for start, end in _strings(text))


@lru_cache(maxsize=1)
def _strings(text: str) -> tuple[tuple[tuple[int, int], tuple[int, int]], ...]:
    """From where to where each string of the text reaches, in lines and columns from 0."""
    if looks_like_python(text):
        with suppress(tokenize.TokenError, SyntaxError):
            tokens = tokenize.generate_tokens(StringIO(text).readline)
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


def _comment(lines: list[str], index: int, column: int, codes: tuple[str, ...]) -> Ignore:
    behind = bool(lines[index][: column - 1].strip())
    on_top = all(_is_empty(line) for line in lines[:index])
    meant = index if behind else _next(lines, index)
    opens = meant < len(lines) and re.search(r":\s*(#.*)?$", lines[meant])
    each = (meant, _next(lines, meant)) if opens else (meant,)
    return Ignore(index + 1, column, codes, tuple(line + 1 for line in each), on_top and not behind)


def _next(lines: list[str], index: int) -> int:
    """The index of the next line that says something."""
    return next((n for n in range(index + 1, len(lines)) if not _is_empty(lines[n])), len(lines))


def _is_empty(line: str) -> bool:
    stripped = line.strip()
    return not stripped or stripped.startswith("#") or stripped == "---"
