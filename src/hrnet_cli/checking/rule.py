"""What a rule is. Its page is docs/rules/CODE.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hrnet_cli.checking.subject import Subject
from hrnet_cli.errors import Code, Diagnostic, Severity

Find = Callable[[Subject], Iterator[Diagnostic]]


@dataclass(frozen=True)
class Rule:
    """A row of RULES."""

    code: str
    """`HR` and three digits. It is never given to another rule."""
    name: str
    severity: Severity
    """What a finding of it is, unless the settings change that."""
    summary: str
    """What it finds, in half a sentence."""
    reports: tuple[Code, ...]
    """The codes of the diagnostics that are its findings."""
    find: Find | None = None
    """Yields these diagnostics; rules of a family may share one function. None: they come from reading the file."""
    conditional: bool = False
    """Whether it checks a spec only if something asks for it: a budget, a published figure, a lock, a dialect."""
