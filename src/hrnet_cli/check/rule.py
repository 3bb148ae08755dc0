"""A rule: what a finding of its code means, and how it is found. Its page is docs/rules/CODE.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from hrnet_cli.check.subject import Subject
from hrnet_cli.errors import Code, Diagnostic, Severity

Find = Callable[[Subject], Iterator[Diagnostic]]


def _nothing(_: Subject) -> Iterator[Diagnostic]:
    """What a rule finds that speaks of specs of which there is no network."""
    yield from ()


class Rule(NamedTuple):
    """A row of RULES."""

    code: str
    """`HR` and three digits, never given to another rule."""
    name: str
    severity: Severity
    """One of SEVERITIES, unless a user says otherwise."""
    summary: str
    """What it finds, in half a sentence."""
    find: Find = _nothing
    """What is wrong with a network that can be built."""
    always: bool = True
    """Whether it looks at every spec, and not only where it is asked to: by a budget, a lock, a dialect."""
    reports: tuple[Code, ...] = ()
    """The codes of the diagnostics that are findings of this rule, where its name is not the only one."""
