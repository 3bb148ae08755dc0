"""The settings of check: `.hrnet-cli.toml`, or `[tool.hrnet-cli]` of pyproject.toml, in this folder or one above.

The search ends at the top of the git repository; a folder in none is searched alone.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import Path
from typing import Any

from hrnet_cli.checking.finding import SEVERITIES
from hrnet_cli.checking.rules import RULES, is_rule_prefix
from hrnet_cli.checking.subject import Requirements
from hrnet_cli.errors import Diagnostic, UnreadableError, UsageError
from hrnet_cli.files import lies_in, project_of, read_bytes
from hrnet_cli.schema.fields import INVALID, NOT_A_MAPPING, Choice, Each, RecordOf, Text, wrong_type
from hrnet_cli.schema.records import Diagnostics, Kind, entry, record
from hrnet_cli.text import KeyPath, printable, quote, quote_key


class Prefix:
    """The code of a rule or the beginning of one: `HR`, `HR5`, `HR501`."""

    def read(self, value: Any, path: KeyPath, diagnostics: Diagnostics) -> Any:
        """The string."""
        if not isinstance(value, str) or not is_rule_prefix(value):
            remedy = "write the code of a rule or the beginning of one: HR501, HR5; `hrnet-cli rule --list` lists them"
            diagnostics.append(Diagnostic("bad-code", path, f"{quote(value)} is not the code of a rule", remedy))
            return INVALID
        return value


MAX_PAIRS = 1_000
PREFIXES = Each(Prefix(), 100)


@dataclass(frozen=True)
class TableOf:
    """A mapping with any keys of one kind to values of one kind."""

    key: Kind
    value: Kind

    def read(self, value: Any, path: KeyPath, diagnostics: Diagnostics) -> Any:
        """Its pairs in order, as a tuple, which is hashable."""
        if not isinstance(value, Mapping):
            diagnostics.append(wrong_type(value, "a table", path, NOT_A_MAPPING))
            return INVALID
        if len(value) > MAX_PAIRS:
            diagnostics.append(Diagnostic("too-long", path, f"{len(value):,} entries", f"allowed: {MAX_PAIRS:,}"))
            return INVALID
        return tuple(
            (
                self.key.read(key, (*path, quote_key(key)), diagnostics),
                self.value.read(item, (*path, quote_key(key)), diagnostics),
            )
            for key, item in value.items()
        )


@record(frozen=True)
class Settings(Requirements):
    """How check runs. The names of the fields are the keys of a settings file, where `-` and `_` are the same."""

    select: tuple[str, ...] = entry(
        Each(Prefix(), 100, min_length=1), "the rules to run, by code or its beginning", default=("HR",)
    )
    ignore: tuple[str, ...] = entry(
        PREFIXES, "the rules not to run; of `select` and `ignore` the longer code wins, of equals `ignore`", default=()
    )
    severity: tuple[tuple[str, str], ...] = entry(
        TableOf(Prefix(), Choice(SEVERITIES)), "the severity of rules, by code or its beginning", default=()
    )
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = entry(
        TableOf(Text(), PREFIXES), "the rules not to run on some files, by pattern", default=()
    )
    include: tuple[str, ...] = entry(
        Each(Text(), 100),
        "the files of a folder to check, by pattern",
        default=("*.yaml", "*.yml", "*.json", "*.py"),
    )
    exclude: tuple[str, ...] = entry(Each(Text(), 100), "the files and folders to skip, by pattern", default=())
    folder: str = field(default="", compare=False)
    """The folder of the settings file, which its paths are relative to. Not a key of the file."""

    def selected_rules(self, source: str) -> frozenset[str]:
        """The codes of the rules that run on a file."""
        ignored = self.ignore
        if self.per_file_ignores:
            forms = self._path_forms(source)
            more = [codes for pattern, codes in self.per_file_ignores if _matches(forms, pattern)]
            ignored = sum(more, ignored)
        return _selected_rules(self.select, ignored)

    def severity_of(self, code: str, default: str) -> str:
        """The severity of a rule: that of its longest prefix in the settings, or the rule's own."""
        matches = [pair for pair in self.severity if code.startswith(pair[0])]
        return max(matches, key=lambda pair: len(pair[0]))[1] if matches else default

    def excludes(self, path: str) -> bool:
        """Whether a file or a folder is to be skipped."""
        forms = self._path_forms(path) if self.exclude else ()
        return any(_matches(forms, pattern) for pattern in self.exclude)

    def _path_forms(self, path: str) -> tuple[str, str]:
        """A path from the folder of the settings, and from the root."""
        absolute = os.path.normpath(Path(path).absolute())
        relative = os.path.relpath(absolute, self.folder or ".")
        return relative.replace(os.sep, "/"), absolute.replace(os.sep, "/")


def _matches(forms: tuple[str, ...], pattern: str) -> bool:
    """Whether a pattern matches a whole path, or the end of one that is relative to the settings."""
    wanted = os.path.normpath(pattern).replace(os.sep, "/")
    relative, absolute = forms
    return fnmatch(relative, wanted) or fnmatch(relative, f"*/{wanted}") or fnmatch(absolute, wanted)


@lru_cache
def _selected_rules(select: tuple[str, ...], ignore: tuple[str, ...]) -> frozenset[str]:
    """The rules whose longest prefix in `select` is longer than that in `ignore`."""
    return frozenset(code for code in RULES if _longest_prefix(select, code) > _longest_prefix(ignore, code))


def _longest_prefix(prefixes: tuple[str, ...], code: str) -> int:
    return max((len(prefix) for prefix in prefixes if code.startswith(prefix)), default=-1)


def read_settings(values: Mapping[str, Any]) -> tuple[Settings | None, Diagnostics]:
    """The settings of a mapping, and everything that is wrong with it; the Settings are None if anything is."""
    diagnostics = Diagnostics()
    plain = _with_underscores(values)
    if isinstance(plain.get("budget"), Mapping):
        plain["budget"] = _with_underscores(plain["budget"])
    settings = RecordOf(Settings).read(plain, (), diagnostics)
    return (None if diagnostics else settings), diagnostics


def _with_underscores(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key.replace("-", "_"): value for key, value in values.items()}


# Settings files

OWN_FILE = ".hrnet-cli.toml"
PROJECT_FILE = "pyproject.toml"


MAX_BYTES = 1_000_000
LONG_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){16}""")
"""A key of 17 parts: to read one takes the square of their number."""
TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)
MAX_TABLES = 10_000
"""Lines that can begin a table, each of which takes 2 kB to read."""


def load_settings(file: str | None = None, lock: str | None = None) -> Settings:
    """The settings of a file, by default of the nearest one; defaults if there is none.

    The lock file is that of the settings unless `lock` names one. A file that is named may be anywhere; one that is
    found lies in the repository of the working directory, or else in that folder itself. Raises UnreadableError and
    UsageError.
    """
    for option, value in (("config", file), ("lock", lock)):
        if value == "":
            raise UsageError(f"--{option} is empty", f"name a file, or leave --{option} out")
    path = _nearest_file() if file is None else Path(file)
    settings = Settings() if path is None else _settings_of(path)
    if file is None and path is not None:
        _refuse_outside(path, "write the settings there, or name the file with --config")
    return settings if lock is None else replace(settings, lock=lock)


def refuse_lock_outside(lock: str) -> None:
    """Raise UsageError for a lock file, which nobody named on the command line, that lies outside of the project."""
    _refuse_outside(Path(lock), "keep the lock file there, or name it with --lock")


def settings_above() -> Path | None:
    """The nearest settings file above the project of the working directory, which is not read; None without one."""
    folders = Path(project_of(".")).absolute().parents
    return next((folder / OWN_FILE for folder in folders if os.path.isfile(folder / OWN_FILE)), None)  # noqa: PTH113


def _settings_of(path: Path) -> Settings:
    values = _read_table(path)
    if values is None:
        raise UsageError(f"{printable(str(path))} has no [tool.hrnet-cli]", f"write one, or name a {OWN_FILE}")
    settings, diagnostics = read_settings(values)
    if settings is None:
        raise UsageError("\n".join(_mistake(path, each) for each in diagnostics), "docs/ci.md lists every key")
    return replace(settings, folder=str(path.parent), lock=os.path.relpath(path.parent / settings.lock))


def _refuse_outside(path: Path, remedy: str) -> None:
    """Raise UsageError for a file that lies outside of the project, or is a link out of it."""
    project = project_of(".")
    if not lies_in(path, (project,)):
        raise UsageError(f"{str(path)!r} lies outside of {project!r}", remedy)


def _mistake(path: Path, diagnostic: Diagnostic) -> str:
    line = f"{printable(str(path))}: {diagnostic.dotted.replace('_', '-')}: {diagnostic.message}"
    return f"{line}: {diagnostic.remedy}" if diagnostic.remedy else line


def _nearest_file() -> Path | None:
    """The settings file of this folder or the nearest one above in its repository; OWN_FILE if a folder has both."""
    here, top = Path.cwd(), Path(project_of("."))
    for folder in (here, *here.parents):
        for path in (folder / OWN_FILE, folder / PROJECT_FILE):
            if path.is_file() and _read_table(path) is not None:
                return path
        if folder == top:
            break
    return None


def _read_table(path: Path) -> Mapping[str, Any] | None:
    """The settings in a TOML file: its `[tool.hrnet-cli]`, or the whole of a file that is not a pyproject.toml."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        data = read_bytes(path, MAX_BYTES + 1)
        text = data.decode()
        if len(data) > MAX_BYTES or LONG_KEY.search(text) or len(TABLE.findall(text)) > MAX_TABLES:
            remedy = f"allowed: {MAX_BYTES:,} bytes, {MAX_TABLES:,} tables, and keys of up to 16 parts"
            raise UnreadableError(f"{printable(str(path))} is too large", remedy)
        values: dict[str, Any] = tomllib.loads(text)
    except OSError as error:
        raise UnreadableError(f"cannot read {str(path)!r}: {error.strerror}", "name a TOML file") from None
    except (ValueError, RecursionError) as error:
        remedy = "correct it, or name another with --config"
        raise UnreadableError(f"{printable(str(path))} is not TOML: {error}", remedy) from None
    tool = values.get("tool")
    table = tool.get("hrnet-cli") if isinstance(tool, dict) else None
    if isinstance(table, dict):
        return table
    return None if path.name == PROJECT_FILE else values
