"""What a check looks at: files as they are named, and in folders those that can hold a spec."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from stat import S_ISREG
from typing import NamedTuple

from hrnet_cli.check.settings import Settings
from hrnet_cli.documents.document import MAX_CHARACTERS
from hrnet_cli.errors import UnreadableError
from hrnet_cli.sources.loading import decode

OTHERS = ("__pycache__", "build", "dist", "node_modules", "site-packages", "venv")
"""Folders that hold nobody's specs, beside those whose name begins with a dot."""
NAMES = re.compile(rb"hrnet|highresolutionnet|num_r?branches", re.IGNORECASE)
WORDS = re.compile(NAMES.pattern + rb"|stage_?[1-9]", re.IGNORECASE)
BASES = re.compile(rb"""^_base_\s*=\s*(\[[^\]]*\]|\([^)]*\)|(['"])[^'"\n]*\2)""", re.MULTILINE)
TEXTS = re.compile(rb"""['"]([^'"\n]+)['"]""")
MOST_BASES = 20
"""How deep a config is followed to its bases, which may be based on each other."""


class Target(NamedTuple):
    """One thing to check: what `load_spec` takes."""

    name: str
    found: bool = False
    """Whether nobody named it for a spec (it lies in a folder): where it is no HRNet it is left out."""
    error: str = ""
    """Why a folder cannot be looked into."""


def targets(names: Iterable[str], settings: Settings, skip_others: bool = False) -> list[Target]:
    """Every file once, in the order in which they are named; those of a folder by name.

    With `skip_others` a file that is named is taken as one of a folder is: by its pattern, and if it is an HRNet.
    """
    result: dict[str, Target] = {}
    for name in names:
        if name != "-" and os.path.isdir(name):  # noqa: PTH112  # a name that is too long is no error
            found = _in_folder(name, settings)
        elif skip_others:
            found = _in_files(*os.path.split(name), settings)
        else:
            found = iter((Target(name),))
        for target in found:
            result.setdefault(os.path.normpath(target.name), target)
    return list(result.values())


def _in_folder(folder: str, settings: Settings) -> Iterator[Target]:
    """The files below a folder that have the pattern of a spec. Links to folders are not followed."""
    errors: list[OSError] = []
    for where, folders, files in os.walk(folder, onerror=errors.append):
        folders[:] = sorted(name for name in folders if not _left_out(where, name, settings) and _is_open(name))
        for name in sorted(files):
            yield from _in_files(where, name, settings)
    for error in errors:
        yield Target(str(error.filename), error=error.strerror or str(error))


def _in_files(where: str, name: str, settings: Settings) -> Iterator[Target]:
    """The file itself, if its pattern is asked for. A pipe among files would be waited on for ever."""
    path = Path(where, name)
    fits = any(fnmatch(name, pattern) for pattern in settings.include)
    if fits and not _left_out(where, name, settings) and (path.is_file() or not os.path.lexists(path)):
        yield Target(str(path), found=True)


def _is_open(folder: str) -> bool:
    return not folder.startswith(".") and folder not in OTHERS


def _left_out(where: str, name: str, settings: Settings) -> bool:
    return any(settings.fits(str(Path(where, name)), pattern) for pattern in settings.exclude)


def names_hrnet(text: str) -> bool:
    """Whether it says itself that it is one, and not only by a word that other programs have too."""
    return NAMES.search(text.encode()) is not None


def _says_hrnet(path: Path, data: bytes, depth: int = 0) -> bool:
    """Whether there is a word in it that every HRNet config has, or in what it is based on.

    What that is may be told by something else than plain texts: then it may be anything.
    """
    if WORDS.search(data):
        return True
    if path.suffix != ".py" or b"_base_" not in data or depth > MOST_BASES:
        return False
    bases = BASES.search(data)
    return bases is None or any(
        _file_says_hrnet(path.parent / os.fsdecode(base), depth) for base in TEXTS.findall(bases[1])
    )


def _file_says_hrnet(path: Path, depth: int) -> bool:
    try:
        found = path.stat()
        return S_ISREG(found.st_mode) and _cached_says_hrnet(path, found.st_mtime_ns, depth)
    except (OSError, ValueError):
        return False


@lru_cache(maxsize=4096)
def _cached_says_hrnet(path: Path, _changed: int, depth: int) -> bool:
    """Kept, since hundreds of configs have the same few bases."""
    with path.open("rb") as file:
        return _says_hrnet(path, file.read(MAX_CHARACTERS), depth + 1)


def text_of_found(path: Path) -> str | None:
    """The text of a file that nobody named; None where it cannot be a config: too long, or without a word of HRNet's.

    What is based on another file may have that word from there. Raises OSError, and UnreadableError for a file that is
    not UTF-8; Python that is not, is no config.
    """
    with path.open("rb") as file:
        data = file.read(MAX_CHARACTERS + 1)
    if len(data) > MAX_CHARACTERS or not _says_hrnet(path, data):
        return None
    try:
        return decode(BytesIO(data), str(path))
    except UnreadableError:
        if path.suffix == ".py":
            return None
        raise
