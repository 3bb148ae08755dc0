"""What a check is told: by the command line, and by `[tool.hrnet-cli]` of pyproject.toml or `.hrnet-cli.toml`."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any

from hrnet_cli.check.finding import SEVERITIES
from hrnet_cli.check.lock_file import LOCK_NAME
from hrnet_cli.errors import Diagnostic
from hrnet_cli.schema import Budget, Shape4
from hrnet_cli.schema.fields import INVALID, NOT_A_MAPPING, Choice, Each, Flag, RecordOf, Size, Text, wrong_type
from hrnet_cli.schema.records import Diagnostics, Kind, Record, entry, record
from hrnet_cli.text import KeyPath, quote, quote_key

PATTERNS = ("*.yaml", "*.yml", "*.json", "*.py")
"""The files of a folder that can hold a spec or a config."""
DIALECTS = ("official", "mmlab", "timm")
"""Whose own code a spec is held against: the keys of dialects.table.FOREIGN."""


def names_a_rule(prefix: str) -> bool:
    """Whether it is a rule's code or the beginning of one."""
    from hrnet_cli.check.rules import RULES  # which are held against settings themselves

    return prefix.startswith("HR") and any(code.startswith(prefix) for code in RULES)


class Prefix:
    """A rule's code or the beginning of one: `HR`, `HR5`, `HR501`."""

    def read(self, value: Any, path: KeyPath, diagnostics: Diagnostics) -> Any:
        """The text itself."""
        if not isinstance(value, str) or not names_a_rule(value):
            remedy = "write a rule's code or the beginning of one: HR501, HR5; `hrnet-cli rule --list` has them all"
            diagnostics.append(Diagnostic("bad-code", path, f"{quote(value)} is no rule's code", remedy))
            return INVALID
        return value


@dataclass(frozen=True)
class Table:
    """A mapping of any keys of one kind to values of one kind."""

    key: Kind
    value: Kind

    def read(self, value: Any, path: KeyPath, diagnostics: Diagnostics) -> Any:
        """Pairs in the order in which they stand, so that the whole is hashable."""
        if not isinstance(value, Mapping):
            diagnostics.append(wrong_type(value, "a table", path, NOT_A_MAPPING))
            return INVALID
        return tuple(
            (
                self.key.read(key, (*path, quote_key(key)), diagnostics),
                self.value.read(item, (*path, quote_key(key)), diagnostics),
            )
            for key, item in value.items()
        )


@record(frozen=True)
class Settings(Record):
    """How specs are checked. The field names are the keys of the file; there, `-` and `_` are the same."""

    select: tuple[str, ...] = entry(
        Each(Prefix(), 100, min_length=1), "the rules to run, by code or its beginning", default=("HR",)
    )
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
    budget: Budget = entry(RecordOf(Budget), "what every network may cost, beside its own budget", default=Budget())
    lock: str = entry(Text(), "the lock file", default=LOCK_NAME)
    locked: bool = entry(Flag(), "whether every spec must build what is locked", default=False)
    folder: str = field(default="", compare=False)
    """Where the settings file lies, from which its paths lead. Not a key of the file."""

    def selects(self, codes: Iterable[str], source: str) -> frozenset[str]:
        """The rules that run on a file: the longest prefix that fits decides, and `ignore` where both are as long."""
        ignored = [*self.ignore]
        for pattern, more in self.per_file_ignores:
            if self.fits(source, pattern):
                ignored += more
        return frozenset(code for code in codes if _longest(self.select, code) > _longest(ignored, code))

    def fits(self, path: str, pattern: str) -> bool:
        """Whether a pattern of the settings is for a file or folder: its whole path from their folder, or its end."""
        whole = os.path.normpath(pathlib.Path(path).absolute()).replace(os.sep, "/")
        short = os.path.relpath(path, self.folder or ".").replace(os.sep, "/")
        wanted = os.path.normpath(pattern).replace(os.sep, "/")
        return fnmatch(short, wanted) or fnmatch(short, f"*/{wanted}") or fnmatch(whole, wanted)

    def severity_of(self, code: str, usual: str) -> str:
        """A rule's severity: that of the longest prefix, of equals the last, or its own."""
        fitting = [pair for pair in reversed(self.severity) if code.startswith(pair[0])]
        return max(fitting, key=lambda pair: len(pair[0]))[1] if fitting else usual


def _longest(prefixes: list[str] | tuple[str, ...], code: str) -> int:
    return max((len(prefix) for prefix in prefixes if code.startswith(prefix)), default=-1)


def read_settings(values: Mapping[str, Any]) -> tuple[Settings | None, Diagnostics]:
    """The settings of a configuration file, with everything that is wrong with it."""
    diagnostics = Diagnostics()
    settings = RecordOf(Settings).read(_underscored(values), (), diagnostics)
    return (None if diagnostics else settings), diagnostics


def _underscored(values: Mapping[str, Any]) -> dict[str, Any]:
    """Keys as the fields are named, in the tables that have such keys."""
    plain = {key.replace("-", "_"): value for key, value in values.items()}
    if isinstance(plain.get("budget"), Mapping):
        plain["budget"] = {key.replace("-", "_"): value for key, value in plain["budget"].items()}
    return plain
