"""What a check finds: each finding has a stable code, a place and a remedy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

SEVERITIES = ("error", "warning", "note")
"""From the worst down. Errors and warnings are exit 1; a note alone is not."""


class Finding(NamedTuple):
    """One thing that a rule found."""

    code: str
    """`HR` and three digits, never given to another rule: `HR104`."""
    name: str
    """The rule's name: `misspelt-key`."""
    severity: str
    """One of SEVERITIES."""
    source: str
    """The file as it was named, `<stdin>`, or a preset."""
    line: int | None
    """From 1; None where the finding is about the whole file."""
    column: int | None
    """From 1, in characters."""
    path: str
    """Where in the spec: `stage3.num_blocks`; empty for the whole of it."""
    message: str
    """What was found, on one line."""
    remedy: str
    """The remedy; empty where the message says it."""
    excerpt: str = ""
    """The line of the file that `line` is the number of, without its line break."""
    checked: str = ""
    """The file that was checked, where it is based on `source` and the finding is about what it makes of that."""

    @property
    def fails(self) -> bool:
        """Whether it makes a check end with 1."""
        return self.severity != "note"


class Tally(NamedTuple):
    """How often a rule found something."""

    code: str
    name: str
    severity: str
    found: int


class Check(NamedTuple):
    """The result of `check`."""

    findings: tuple[Finding, ...]
    """By file in the order in which they were named, then by line, column and code."""
    files: tuple[str, ...]
    """What was looked at, as it was named."""
    unreadable: int
    """Those of them that could not be read at all."""
    suppressed: int
    """Findings that a comment in their file took back."""
    skipped: tuple[str, ...] = ()
    """Files of a folder that are no HRNet."""
    statistics: bool = False
    """Whether the report counts by rule instead of listing."""

    @property
    def checked(self) -> int:
        """How many files were looked at."""
        return len(self.files)

    @property
    def counts(self) -> dict[str, int]:
        """Findings by severity, the worst first, those that there are."""
        found = Counter(finding.severity for finding in self.findings)
        return {severity: found[severity] for severity in SEVERITIES if found[severity]}

    @property
    def by_rule(self) -> tuple[Tally, ...]:
        """Findings by rule, the most frequent first."""
        found = Counter((finding.code, finding.name, finding.severity) for finding in self.findings)
        return tuple(Tally(*rule, count) for rule, count in sorted(found.items(), key=lambda item: (-item[1], item[0])))

    @property
    def exit_code(self) -> int:
        """0 clean, 1 findings, 2 where a file could not be read."""
        return 2 if self.unreadable else int(any(finding.fails for finding in self.findings))


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings of one file as they are read: from the top down."""
    return tuple(sorted(findings, key=lambda each: (each.line or 0, each.column or 0, each.code, each.message)))
