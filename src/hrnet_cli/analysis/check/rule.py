"""A rule: what a finding of its code means. Its page is docs/rules/CODE.md."""

from __future__ import annotations

from typing import NamedTuple


class Rule(NamedTuple):
    """A row of RULES."""

    code: str
    name: str
    severity: str
    """One of SEVERITIES, unless a user says otherwise."""
    summary: str
    """What it finds, in half a sentence."""
