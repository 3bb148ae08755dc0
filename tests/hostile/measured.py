"""A command in a process of its own with limits, and what it took. Run as a program, this file is what sets them."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

MAX_SECONDS = 10
"""Of the processor, for each hostile file. A fence: a test of what never ends would not end either."""
MAX_BYTES = 8 * 2**30
"""Of addresses. A fence too, for the machine that runs the tests."""


class Measured(NamedTuple):
    code: int
    """Negative if a signal ended the command: its number."""
    out: bytes
    err: str
    seconds: float
    """Of the processor, in the command and in its own processes."""
    bytes: int
    """The most memory that it, or one of its own processes, had at once."""


def run_measured(words: list[str], folder: Path, report: Path, env: Mapping[str, str], files: int) -> Measured:
    """Run a command in a folder, within the limits for some files. What it took is written to `report` on the way.

    A small process stands between: the system counts the memory of whoever starts a process as that process's.
    """
    done = subprocess.run(
        [sys.executable, "-S", "-E", __file__, str(report), str(files), *words],
        cwd=folder,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    taken = json.loads(report.read_text())
    return Measured(taken["code"], done.stdout, done.stderr.decode(errors="replace"), taken["seconds"], taken["bytes"])


def _main(report: str, files: str, *words: str) -> None:
    seconds = MAX_SECONDS * int(files)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MAX_BYTES, MAX_BYTES))
    code = subprocess.run(words, check=False).returncode
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    taken = {"code": code, "seconds": used.ru_utime + used.ru_stime, "bytes": used.ru_maxrss * 1024}
    Path(report).write_text(json.dumps(taken))


if __name__ == "__main__":
    _main(*sys.argv[1:])
