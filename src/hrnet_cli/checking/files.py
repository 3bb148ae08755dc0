"""The files that check looks at: those that are named, and in folders those that can hold a spec."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from hrnet_cli.checking.settings import Settings
from hrnet_cli.documents import MAX_CHARACTERS
from hrnet_cli.errors import UnreadableError
from hrnet_cli.files import is_outside, is_regular, project_of, read_bytes
from hrnet_cli.sources.loading import decode

SKIPPED_FOLDERS = ("__pycache__", "build", "dist", "node_modules", "site-packages", "venv")
"""Folders that hold no specs of the user's own. Those whose name begins with a dot are skipped too."""


class Target(NamedTuple):
    """One thing to check, by the name that `load_spec` takes."""

    name: str
    in_folder: bool = False
    """Whether it was found in a folder, so that it is skipped if it is not an HRNet."""
    error: str = ""
    """Why a folder cannot be listed."""
    projects: tuple[str, ...] = ()
    """Of a file of a folder: the folders that it and its bases must lie in, their links followed. Empty: anywhere."""


def targets(names: Iterable[str], settings: Settings, skip_others: bool = False) -> list[Target]:
    """Every file once, in the order of the names; those of a folder in alphabetical order.

    With `skip_others` a named file is treated like one of a folder: by its pattern, and skipped if it is not an HRNet.
    """
    result: dict[str, Target] = {}
    for name in names:
        if name != "-" and os.path.isdir(name):  # noqa: PTH112  # a name that is too long is no error
            found = _in_folder(name, settings)
        elif skip_others:
            parent, file = os.path.split(name)
            found = _if_included(parent, file, settings, _projects(parent))
        else:
            found = iter((Target(name),))
        for target in found:
            result.setdefault(os.path.normpath(target.name), target)
    return list(result.values())


def _in_folder(folder: str, settings: Settings) -> Iterator[Target]:
    """The included files below a folder. Links to folders are not followed."""
    projects = _projects(folder)
    errors: list[OSError] = []
    for parent, folders, files in os.walk(folder, onerror=errors.append):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".")
            and name not in SKIPPED_FOLDERS
            and not settings.excludes(os.path.join(parent, name))  # noqa: PTH118  # 10,000 files are listed at once
        )
        for name in sorted(files):
            yield from _if_included(parent, name, settings, projects)
    for error in errors:
        yield Target(str(error.filename), error=error.strerror or str(error))


def _projects(folder: str) -> tuple[str, ...]:
    """Where files may be read that a folder leads to: its project, and that of the working directory."""
    return tuple(dict.fromkeys(map(project_of, (folder, "."))))


def _if_included(parent: str, name: str, settings: Settings, projects: tuple[str, ...]) -> Iterator[Target]:
    """The file, if the settings include it and it is a regular one, or if it is gone."""
    path = Path(parent, name)
    included = any(fnmatch(name, pattern) for pattern in settings.include)
    if not included or settings.excludes(str(path)):
        return
    if is_regular(path) or not os.path.lexists(path):
        yield Target(str(path), in_folder=True, projects=projects)


# Whether a file of a folder can be the config of an HRNet

HRNET_WORDS = re.compile(rb"hrnet|highresolutionnet|hrfpn|rustqnet|num_b?ranches", re.IGNORECASE)
CONFIG_WORDS = re.compile(HRNET_WORDS.pattern + rb"|stage_?[1-9]", re.IGNORECASE)
"""Every config of an HRNet has one of these words; so have other files."""
_NAMES = rb"""(\[[^\]]*\]|\([^)]*\)|(['"])[^'"\n]*\2"""
_YAML_BASE = re.compile(rb"""^["']?(?:_base_|_BASE_)["']?\s*:(?:\s*""" + _NAMES + rb"""|[^\s'"\[(#-]\S*))?""", re.M)
BASE = {
    ".py": re.compile(rb"^(?:_base_\s*=(?:\s*" + _NAMES + rb"))?|with read_base\()", re.M),
    ".yaml": _YAML_BASE,
    ".yml": _YAML_BASE,
}
"""By the ending of a config, what begins its bases: the names, if they are plain strings."""
STRING = re.compile(rb"""[^'",\[\]()\s]+""")
MAX_BASE_DEPTH = 20
"""How far a config is followed to its bases, which may be based on each other."""


def read_if_config(path: Path) -> str | None:
    """The text of a file of a folder; None if it cannot be a config: it is too long, or has no word of HRNet's.

    Raises OSError, and UnreadableError for a file that is not UTF-8, unless it is Python: such a file is no config.
    """
    data = read_bytes(path, MAX_CHARACTERS + 1)
    if len(data) > MAX_CHARACTERS or not _has_word(CONFIG_WORDS, path, data):
        return None
    try:
        return decode(BytesIO(data), str(path))
    except UnreadableError:
        if path.suffix == ".py":
            return None
        raise


def mentions_hrnet(text: str, path: Path | None = None) -> bool:
    """Whether a text has a word that only HRNets use, or a base has one that it names; `path` is its file."""
    data = text.encode("utf-8", "replace")
    return HRNET_WORDS.search(data) is not None if path is None else _has_word(HRNET_WORDS, path, data)


def may_be_config(text: str, path: Path) -> bool:
    """Whether a text, or a base that it names, has a word that every config of an HRNet has.

    If none has, its lines are not shown: a link in a pull request may lead to any file of the machine.
    """
    return _has_word(CONFIG_WORDS, path, text.encode("utf-8", "replace"))


PROGRAM = re.compile(
    r"^(?:(?:async )?def|class) \w+|^if __name__\b|^(?:import|from) (?:torch|tensorflow|paddle|unittest)\b", re.M
)
BASED = re.compile(r"^_base_\s*=|^with read_base\(", re.M)


def is_program(text: str) -> bool:
    """Whether a Python text is a program and no config: it defines something or uses a framework, and has no base."""
    return PROGRAM.search(text) is not None and BASED.search(text) is None


def has_base_outside(path: Path) -> bool:
    """Whether a config names a base that lies outside of where files may be read: then nobody knows what it is."""
    try:
        return not is_outside(path) and any(map(is_outside, _bases(path, read_bytes(path, MAX_CHARACTERS)) or ()))
    except (OSError, ValueError):
        return False


def _bases(path: Path, data: bytes) -> list[Path] | None:
    """The bases that a config names; None where they are not plain strings."""
    found = BASE[path.suffix].search(data) if path.suffix in BASE else None
    if found is None:
        return []
    return None if found[1] is None else [path.parent / os.fsdecode(name) for name in STRING.findall(found[1])]


def _has_word(words: re.Pattern[bytes], path: Path, data: bytes, depth: int = 0) -> bool:
    """Whether a config, or one that it is based on, has one of some words.

    If its bases are not plain strings, they may be anything: so the config may be one, and is not said to be an HRNet.
    """
    if words.search(data):
        return True
    if depth > MAX_BASE_DEPTH:
        return False
    bases = _bases(path, data)
    return words is CONFIG_WORDS if bases is None else any(_base_has_word(words, base, depth) for base in bases)


def _base_has_word(words: re.Pattern[bytes], path: Path, depth: int) -> bool:
    try:
        return not is_outside(path) and _cached_has_word(words, path, path.stat().st_mtime_ns, depth)
    except (OSError, ValueError):
        return False


@lru_cache(maxsize=4096)
def _cached_has_word(words: re.Pattern[bytes], path: Path, _modified: int, depth: int) -> bool:
    """Cached by time of modification: hundreds of configs have the same few bases."""
    return _has_word(words, path, read_bytes(path, MAX_CHARACTERS), depth + 1)
