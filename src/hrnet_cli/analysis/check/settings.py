"""What a check is told: by the command line, and by `[tool.hrnet-cli]` of pyproject.toml or `.hrnet-cli.toml`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hrnet_cli.analysis.check.finding import SEVERITIES
from hrnet_cli.spec import Budget, Shape4
from hrnet_cli.spec.fields import (
    INVALID,
    Choice,
    Each,
    Fault,
    Faults,
    Flag,
    Kind,
    Path,
    Record,
    Size,
    Text,
    entry,
    key_name,
    show,
    wrong_type,
)

PATTERNS = ("*.yaml", "*.yml", "*.json", "*.py")
"""The files of a folder that can hold a spec or a config."""
DIALECTS = ("official", "mmlab", "timm")
"""Whose own code a spec is held against: the keys of spec.writers.LIMITS."""


class Prefix:
    """A rule's code or the beginning of one: `HR`, `HR5`, `HR501`."""

    FORM = re.compile(r"HR[0-9]{0,3}")

    def read(self, value: Any, path: Path, faults: Faults) -> Any:
        """The text itself."""
        if not isinstance(value, str) or not self.FORM.fullmatch(value):
            hint = "write a rule's code or the beginning of one: HR501, HR5; `hrnet-cli rule --list` has them all"
            faults.append(Fault("bad-code", path, f"{show(value)} is no code", hint))
            return INVALID
        return value


@dataclass(frozen=True)
class Table:
    """A mapping of any keys of one kind to values of one kind."""

    key: Kind
    value: Kind

    def read(self, value: Any, path: Path, faults: Faults) -> Any:
        """Pairs in the order in which they stand, so that the whole is hashable."""
        if not isinstance(value, Mapping):
            faults.append(wrong_type(value, "a table", path))
            return INVALID
        return tuple(
            (self.key.read(key, (*path, key_name(key)), faults), self.value.read(item, (*path, key_name(key)), faults))
            for key, item in value.items()
        )


@dataclass(frozen=True)
class Settings:
    """How specs are checked. The field names are the keys of the file; there, `-` and `_` are the same."""

    select: tuple[str, ...] = entry(Each(Prefix(), 100), "the rules to run, by code or its beginning", default=("HR",))
    ignore: tuple[str, ...] = entry(Each(Prefix(), 100), "the rules not to run; the longer code wins", default=())
    severity: tuple[tuple[str, str], ...] = entry(
        Table(Prefix(), Choice(SEVERITIES)), "another severity for rules, by code or its beginning", default=()
    )
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = entry(
        Table(Text(), Each(Prefix(), 100)), "the rules not to run on files, by pattern", default=()
    )
    include: tuple[str, ...] = entry(Each(Text(), 100), "the files of a folder, by pattern", default=PATTERNS)
    exclude: tuple[str, ...] = entry(Each(Text(), 100), "files and folders to leave out, by pattern", default=())
    dialect: str = entry(
        Choice(DIALECTS), "whose own code is to build it; left out, the one it is written for", default=""
    )
    input: Shape4 | None = entry(Size(), "the input to check with; left out, each spec's own", default=None)
    budget: Budget = entry(Record(Budget), "what every network may cost, beside its own budget", default=Budget())
    lock: str = entry(Text(), "the lock file", default="hrnet.lock")
    locked: bool = entry(Flag(), "whether every spec must build what is locked", default=False)

    @classmethod
    def cross_check(cls, _values: Mapping[str, Any], _path: Path) -> Iterator[Fault]:
        """Each key stands by itself."""
        yield from ()

    def selects(self, code: str, source: str) -> bool:
        """Whether a rule runs on a file: the longest prefix that fits decides, and `ignore` where both are as long."""
        from fnmatch import fnmatch

        ignored = [*self.ignore]
        for pattern, codes in self.per_file_ignores:
            if fnmatch(source, pattern) or fnmatch(source, f"*/{pattern}"):
                ignored += codes
        return _longest(self.select, code) > _longest(ignored, code)

    def severity_of(self, code: str, usual: str) -> str:
        """A rule's severity: that of the longest prefix, or its own."""
        fitting = [(len(prefix), severity) for prefix, severity in self.severity if code.startswith(prefix)]
        return max(fitting)[1] if fitting else usual


def _longest(prefixes: list[str] | tuple[str, ...], code: str) -> int:
    return max((len(prefix) for prefix in prefixes if code.startswith(prefix)), default=-1)


def read_settings(values: Mapping[str, Any]) -> tuple[Settings | None, Faults]:
    """The settings of a configuration file, with everything that is wrong with it."""
    faults: Faults = []
    settings = Record(Settings).read(_underscored(values), (), faults)
    return (None if faults else settings), faults


def _underscored(values: Mapping[str, Any]) -> dict[str, Any]:
    """Keys as the fields are named, in the tables that have such keys."""
    plain = {key.replace("-", "_"): value for key, value in values.items()}
    if isinstance(plain.get("budget"), Mapping):
        plain["budget"] = {key.replace("-", "_"): value for key, value in plain["budget"].items()}
    return plain
