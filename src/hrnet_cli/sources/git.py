"""A file at a git revision: `git:REV:PATH`. Git only reads: it runs nothing, changes nothing and fetches nothing."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from tempfile import TemporaryFile
from typing import NoReturn

from hrnet_cli.errors import UnreadableError

FORM = "write git:REV:PATH, with the path from the current folder: git:HEAD~1:configs/mine.yaml"


MAX_SECONDS = 10
"""A revision can name a search through the whole history (`:/words`), which may take any time."""


def git_size(source: str) -> int:
    """The number of bytes of PATH at REV, or as it is staged if REV is empty. Raises UnreadableError."""
    return int(_cat_file(source, "-s"))


def git_bytes(source: str) -> bytes:
    """The bytes of PATH at REV, all of them: ask for `git_size` before. Raises UnreadableError."""
    return _cat_file(source, "blob")


def _cat_file(source: str, what: str) -> bytes:
    """What `git cat-file` says of a file, which is an object of git's and never a program's output.

    It refuses a folder, and runs no program that the repository's settings name (textconv, as show would, or
    core.fsmonitor).
    """
    revision, _, path = source.partition(":")[2].partition(":")
    if not path:
        raise UnreadableError(f"{source!r} does not name a file at a revision", FORM)
    if revision.startswith("-"):  # git would take it for an option
        _fail(source, "a revision does not begin with -")
    place = os.path.relpath(path) if Path(path).is_absolute() else path
    command = ["git", "-c", "core.fsmonitor=false", "cat-file", what, f"{revision}:./{place.replace(os.sep, '/')}"]
    with TemporaryFile() as errors:  # a pipe that nobody reads while another is read can fill up
        try:
            done = subprocess.run(  # noqa: S603  # no shell, and none of its arguments can be an option
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=_environment(),
                timeout=MAX_SECONDS,
                check=False,
            )
        except FileNotFoundError:
            remedy = "install git, or name a file"
            raise UnreadableError(f"cannot read {source!r}: git is not installed", remedy) from None
        except subprocess.TimeoutExpired:
            _fail(source, f"git takes longer than {MAX_SECONDS} s")
        if done.returncode:
            errors.seek(0)
            _fail(source, errors.read(MAX_ERRORS).decode(errors="replace"))
    return done.stdout


MAX_ERRORS = 10_000
"""Bytes of git's errors that are read."""


def _environment() -> dict[str, str]:
    """Git's messages in English, no prompt on the terminal, and no fetch of what a partial clone lacks.

    A fetch runs programs that the repository's settings name. Git before 2.45 does not know GIT_NO_LAZY_FETCH; it has
    no protocol left to fetch by.
    """
    settings = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none"}
    return {**os.environ, **settings}


def _fail(source: str, errors: str) -> NoReturn:
    """Raise UnreadableError with the first line of git's errors, and a remedy."""
    reason = "".join(letter if letter.isprintable() else " " for letter in errors.partition("\n")[0])
    remedy = "run this inside the repository" if "not a git repository" in reason else FORM
    if reason.endswith("bad file"):
        reason = "this is not a file"
    raise UnreadableError(f"cannot read {source!r}: {reason.removeprefix('fatal: ') or 'git gave up'}", remedy)
