"""A rule: what a finding of its code means, and how it is found. Its page is docs/rules/CODE.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from hrnet_cli.analysis.check.subject import Subject
from hrnet_cli.errors import Problem

Find = Callable[[Subject], Iterator[Problem]]


def _nothing(_: Subject) -> Iterator[Problem]:
    """What a rule finds that speaks of specs of which there is no network."""
    yield from ()


class Rule(NamedTuple):
    """A row of RULES."""

    code: str
    """`HR` and three digits, never given to another rule."""
    name: str
    severity: str
    """One of SEVERITIES, unless a user says otherwise."""
    summary: str
    """What it finds, in half a sentence."""
    find: Find = _nothing
    """What is wrong with a network that can be built."""
    always: bool = True
    """Whether it looks at every spec, and not only where it is asked to: by a budget, a lock, a dialect."""
    problems: tuple[str, ...] = ()
    """The codes of the problems with a spec (`errors.Problem.code`) that are findings of this rule."""
