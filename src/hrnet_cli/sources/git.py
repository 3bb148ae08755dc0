"""A file at a git revision: `git:REV:PATH`. Git is asked; nothing of the repository is run or changed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import NoReturn

from hrnet_cli.errors import UnreadableError
from hrnet_cli.sources.prefixes import GIT

FORM = "write git:REV:PATH, the path from the current folder: git:HEAD~1:configs/mine.yaml"


def git_bytes(source: str, most: int) -> bytes:
    """What PATH holds at REV, or as it is staged where REV is empty: `most` bytes at most. Raises UnreadableError."""
    revision, _, path = source.removeprefix(GIT).partition(":")
    if not path:
        raise UnreadableError(f"{source!r} names no file at a revision", FORM)
    if revision.startswith("-"):  # git would take it for an option
        _fail(source, "no revision begins with -")
    place = os.path.relpath(path) if Path(path).is_absolute() else path
    # cat-file and not show: it refuses a folder, and runs no program that the repository's settings name (textconv)
    # and with core.fsmonitor off, which names a program too
    command = ["git", "-c", "core.fsmonitor=false", "cat-file", "blob", f"{revision}:./{place.replace(os.sep, '/')}"]
    try:
        with subprocess.Popen(  # noqa: S603  # no shell, and no argument of it can be an option
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment()
        ) as process:
            assert process.stdout is not None and process.stderr is not None
            data = process.stdout.read(most)
            if len(data) == most:
                process.kill()
                return data
            said = process.stderr.read().decode(errors="replace")
    except FileNotFoundError:
        raise UnreadableError(f"cannot read {source!r}: git is not installed", "install git, or name a file") from None
    if process.returncode:
        _fail(source, said)
    return data


def _environment() -> dict[str, str]:
    """Git's messages in English, no question of it on the terminal, and nothing fetched that a partial clone lacks.

    To fetch is to run what the repository's settings name. Git before 2.45 knows only that no protocol is allowed.
    """
    quiet = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
    return {**os.environ, **quiet, "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none"}


def _fail(source: str, said: str) -> NoReturn:
    """What git said, on one line, and what would be right."""
    reason = "".join(letter if letter.isprintable() else " " for letter in said.partition("\n")[0])
    remedy = "run this inside the repository" if "not a git repository" in reason else FORM
    if reason.endswith("bad file"):
        reason = "this is no file"
    raise UnreadableError(f"cannot read {source!r}: {reason.removeprefix('fatal: ') or 'git gave up'}", remedy)
