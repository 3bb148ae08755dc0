"""A file at a git revision: `git:REV:PATH`. Git only reads: it runs nothing, changes nothing and fetches nothing."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import NoReturn

from hrnet_cli.errors import UnreadableError

FORM = "write git:REV:PATH, with the path from the current folder: git:HEAD~1:configs/mine.yaml"


def git_bytes(source: str, max_bytes: int) -> bytes:
    """The first `max_bytes` of PATH at REV, or as it is staged if REV is empty. Raises UnreadableError."""
    revision, _, path = source.partition(":")[2].partition(":")
    if not path:
        raise UnreadableError(f"{source!r} does not name a file at a revision", FORM)
    if revision.startswith("-"):  # git would take it for an option
        _fail(source, "a revision does not begin with -")
    place = os.path.relpath(path) if Path(path).is_absolute() else path
    # cat-file refuses a folder, and runs no program that the repository's settings name (textconv, as show would,
    # or core.fsmonitor).
    command = ["git", "-c", "core.fsmonitor=false", "cat-file", "blob", f"{revision}:./{place.replace(os.sep, '/')}"]
    try:
        with subprocess.Popen(  # noqa: S603  # no shell, and none of its arguments can be an option
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment()
        ) as process:
            assert process.stdout is not None and process.stderr is not None
            data = process.stdout.read(max_bytes)
            if len(data) == max_bytes:
                process.kill()
                return data
            errors = process.stderr.read().decode(errors="replace")
    except FileNotFoundError:
        raise UnreadableError(f"cannot read {source!r}: git is not installed", "install git, or name a file") from None
    if process.returncode:
        _fail(source, errors)
    return data


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
