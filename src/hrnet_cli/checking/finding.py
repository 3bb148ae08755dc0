"""What check finds: in one file, and in all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from hrnet_cli.analysis.result import Result

SEVERITIES = ("error", "warning", "note")
"""The worst first. Errors and warnings make check exit with 1; notes do not."""


class Finding(NamedTuple):
    """One thing that a rule found."""

    code: str
    """The code of the rule: `HR104`."""
    name: str
    """The name of the rule: `misspelt-key`."""
    severity: str
    """One of SEVERITIES."""
    source: str
    """The file as the user named it, `<stdin>`, or a preset."""
    line: int | None
    """From 1; None if the finding is about the whole file."""
    column: int | None
    """From 1, in characters."""
    end_line: int | None
    """The line of the end; None if the end is not known."""
    end_column: int | None
    """The column after the last character."""
    path: str
    """Where in the spec or config: `stage3.num_blocks`; empty for the whole of it."""
    message: str
    """What was found, on one line."""
    remedy: str
    """What to do about it, on one line; empty if the message says it."""
    excerpt: str = ""
    """The line of the file at `line`, without its line break."""
    checked: str = ""
    """The file that was checked, if it is based on `source`, which has the finding's place."""

    @property
    def fails(self) -> bool:
        """Whether it makes check exit with 1."""
        return self.severity != "note"


class FileCheck(NamedTuple):
    """What was found in one file."""

    source: str
    findings: tuple[Finding, ...] = ()
    """By line, column and code."""
    suppressed: int = 0
    """The number of findings that a comment suppresses."""
    unreadable: bool = False
    skipped: bool = False
    """Whether it is not an HRNet, and lies in a folder that was named."""
    base_outside: bool = False
    """Whether it was skipped although a base, which lies outside of the project, may make it an HRNet."""


@dataclass(frozen=True, slots=True)
class RuleCount:
    """The number of findings of a rule."""

    code: str
    name: str
    severity: str
    count: int


@dataclass(frozen=True, slots=True, repr=False)
class Check(Result):
    """The result of `check`."""

    command = "check"

    findings: tuple[Finding, ...]
    """By file in the order in which they were named, then by line, column and code."""
    files: tuple[str, ...]
    """The files that were checked, as they were named."""
    unreadable: int
    """The number of files that could not be read."""
    suppressed: int
    """The number of findings that a comment in their file suppresses."""
    skipped: tuple[str, ...] = ()
    """The files of a folder that are not an HRNet."""
    statistics: bool = False
    """Whether the report counts the findings by rule and does not list them."""
    checked: int = field(init=False)
    """The number of files that were checked."""
    counts: dict[str, int] = field(init=False)
    """The number of findings by severity, the worst first."""
    rules: tuple[RuleCount, ...] = field(init=False)
    """The number of findings by rule, the most frequent first."""
    exit_code: int = field(init=False)
    """0: nothing but notes; 1: an error or a warning; 2: a file could not be read."""

    def __post_init__(self) -> None:
        summary = self.summary
        computed = {"checked": summary.checked, "counts": {**dict.fromkeys(SEVERITIES, 0), **summary.counts}}
        computed |= {"rules": summary.rules, "exit_code": summary.exit_code}
        for name, value in computed.items():
            object.__setattr__(self, name, value)  # the only way to set a field of a frozen dataclass

    @property
    def summary(self) -> Summary:
        """The numbers of findings and of files."""
        summary = Summary(len(self.files), len(self.skipped), self.unreadable, self.suppressed)
        summary.found.update((finding.code, finding.name, finding.severity) for finding in self.findings)
        return summary


@dataclass
class Summary:
    """The numbers of a check, which can be counted file by file without keeping the findings."""

    checked: int = 0
    skipped: int = 0
    unreadable: int = 0
    suppressed: int = 0

    def __post_init__(self) -> None:
        self.found: Counter[tuple[str, str, str]] = Counter()
        """The number of findings by code, name and severity."""

    def count(self, results: Iterable[FileCheck]) -> Iterator[FileCheck]:
        """The same results, each counted as it passes."""
        for result in results:
            self.checked += not result.skipped
            self.skipped += result.skipped
            self.unreadable += result.unreadable
            self.suppressed += result.suppressed
            self.found.update((finding.code, finding.name, finding.severity) for finding in result.findings)
            yield result

    @property
    def counts(self) -> dict[str, int]:
        """The number of findings by severity, the worst first, without zeros."""
        counts = dict.fromkeys(SEVERITIES, 0)
        for (_, _, severity), number in self.found.items():
            counts[severity] += number
        return {severity: number for severity, number in counts.items() if number}

    @property
    def rules(self) -> tuple[RuleCount, ...]:
        """The number of findings by rule, the most frequent first."""
        rules = sorted(self.found.items(), key=lambda item: (-item[1], item[0]))
        return tuple(RuleCount(*rule, number) for rule, number in rules)

    @property
    def exit_code(self) -> int:
        """0: nothing but notes; 1: an error or a warning; 2: a file could not be read."""
        return 2 if self.unreadable else int(bool(self.counts.keys() - {"note"}))


def collect(results: Iterable[FileCheck], statistics: bool = False) -> Check:
    """All results as one."""
    every = list(results)
    return Check(
        findings=tuple(finding for result in every for finding in result.findings),
        files=tuple(result.source for result in every if not result.skipped),
        unreadable=sum(result.unreadable for result in every),
        suppressed=sum(result.suppressed for result in every),
        skipped=tuple(result.source for result in every if result.skipped),
        statistics=statistics,
    )
