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

from hrnet_cli.analysis.check.settings import names_a_rule
from hrnet_cli.errors import Problem
from hrnet_cli.spec.document import LINE_BREAK, YAML_LOADER
from hrnet_cli.spec.fields import show
from hrnet_cli.spec.readers.python import looks_like_python

COMMENT = re.compile(r"(?:^|(?<=\s))#\s*hrnet(?:-cli)?:\s*ignore(?P<codes>\[[^\]]*\])?(?P<reason>.*)$", re.IGNORECASE)
FORM = "write # hrnet: ignore[CODE] and the reason; several codes with commas"


class Ignore(NamedTuple):
    """One comment, and the lines that it is for: none where it is for the whole file."""

    line: int
    column: int
    codes: tuple[str, ...]
    lines: tuple[int, ...]
    whole_file: bool

    def takes_back(self, code: str, problem: Problem) -> bool:
        """Whether one of its codes is for a problem, and it stands where the problem is."""
        return (self.whole_file or problem.line in self.lines) and problem.code.startswith(code)


def lines_of(text: str) -> list[str]:
    """The lines as a mark in the text counts them."""
    return LINE_BREAK.split(text)


def take_back(problems: list[Problem], text: str, source: str, ran: frozenset[str]) -> tuple[list[Problem], int]:
    """The problems that no comment takes back, with those of the comments themselves, and how many are taken back.

    The problems' codes are those of rules; `ran` are the rules that would have found what there is.
    """
    comments, wrong = _comments(text, source)
    used: set[tuple[Ignore, str]] = set()
    kept = []
    for problem in problems:
        own = problem.source in ("", source)
        taking = [(each, code) for each in comments if own for code in each.codes if each.takes_back(code, problem)]
        used.update(taking)
        if not taking:
            kept.append(problem)
    for each in comments:
        unused = [code for code in each.codes if (each, code) not in used and _all_ran(code, ran)]
        if unused:
            message = f"there is no {' and no '.join(unused)} here to take back"
            wrong.append(Problem("unused-ignore", "", message, "take the code out", source, each.line, each.column))
    return [*kept, *wrong], len(problems) - len(kept)


def _all_ran(prefix: str, ran: frozenset[str]) -> bool:
    from hrnet_cli.analysis.check.rules import RULES  # which has a row for the comments themselves

    return all(code in ran for code in RULES if code.startswith(prefix))


def _comments(text: str, source: str) -> tuple[list[Ignore], list[Problem]]:
    """Every comment that takes findings back, and what is wrong with them."""
    comments: list[Ignore] = []
    problems: list[Problem] = []
    if "ignore" not in text.lower():
        return comments, problems
    lines = lines_of(text)
    for index, line in enumerate(lines):
        match = COMMENT.search(line)
        if match is None or _in_a_string(text, index, match.start()):
            continue
        codes = tuple(code.strip() for code in (match["codes"] or "").strip("[]").split(",") if code.strip())
        column = match.start() + 1
        wrong = next((code for code in codes if not names_a_rule(code)), None)
        said = f"{show(wrong)} is no rule's code" if wrong else "this names no rule" if not codes else ""
        if said or not match["reason"].strip():
            said = said or "this gives no reason"
            problems.append(Problem("bad-ignore", "", said, FORM, source, index + 1, column))
        comments.append(_comment(lines, index, column, tuple(filter(names_a_rule, codes))))
    return comments, problems


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
