"""Where a report goes: standard output or a file, whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from hrnet_cli.cli.interrupting import interruptible
from hrnet_cli.cli.options import Color
from hrnet_cli.errors import HrnetError, UnreadableError
from hrnet_cli.report.formats import FORMATS, Canvas, Render, Report

if TYPE_CHECKING:
    from hrnet_cli.analysis.diagnosis import Diagnosis


class Target(NamedTuple):
    """The three options of every report."""

    format: Enum
    output: str | None
    color: Color


def emit(report: Report, target: Target, formats: Mapping[str, Render] = FORMATS) -> None:
    """Render a report and write it. Raises UnreadableError where the file cannot be written."""
    text = formats[target.format.value](report, canvas(target.output, target.color))
    if target.output is None:
        say(text)
    else:
        write(Path(target.output), text)


def say(text: str) -> None:
    """Write to standard output. Raises UnreadableError where there is none (`>&-`)."""
    if sys.stdout is None:
        raise UnreadableError("cannot write the report: standard output is closed", "name a file with --output")
    sys.stdout.write(text)
    sys.stdout.flush()


@contextmanager
def diagnosed(color: Color) -> Iterator[None]:
    """What runs inside and meets an input that cannot go through ends with the diagnosis."""
    try:
        yield
    except HrnetError as error:
        from hrnet_cli.tracing import InputError

        if not isinstance(error, InputError):
            raise
        from hrnet_cli.analysis.diagnosis import diagnose

        explain(diagnose(error), color)


def explain(diagnosis: Diagnosis, color: Color = Color.auto) -> NoReturn:
    """Say on stderr why an input cannot go through and what would, and exit with 2."""
    from hrnet_cli.report.diagnosis import present

    report = Report("diagnosis", diagnosis, lambda: present(diagnosis))
    if sys.stderr is not None:
        sys.stderr.write(FORMATS["text"](report, canvas(None, color, to_stderr=True)))
    raise SystemExit(2)


def canvas(output: str | None, color: Color, to_stderr: bool = False) -> Canvas:
    """The width and colour of where the text goes: a terminal's own, or without bound and plain."""
    stream = sys.stderr if to_stderr else sys.stdout
    terminal = output is None and stream is not None and stream.isatty()
    quiet = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    colored = color is Color.always or (color is Color.auto and terminal and not quiet)
    bounded = terminal or (output is None and os.environ.get("COLUMNS", "").isdigit())
    return Canvas(max(shutil.get_terminal_size().columns, 20) if bounded else None, colored)


@interruptible()
def write(path: Path, text: str) -> None:
    """Write to a file, whole or not at all; through a device or a pipe. Raises UnreadableError."""
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")
        else:
            _replace(path, text)
    except OSError as error:
        remedy = REMEDIES.get(error.errno or 0, "name another file")
        raise UnreadableError(f"cannot write {str(path)!r}: {error.strerror or error}", remedy) from None


def _replace(path: Path, text: str) -> None:
    """Write beside the file and then replace it, so that nobody ever sees half of it."""
    real = Path(os.path.realpath(path))
    beside = real.with_name(f".{real.name}.{os.getpid()}.tmp")
    try:
        beside.write_text(text, encoding="utf-8")
        if real.exists():
            beside.chmod(real.stat().st_mode)  # whoever may read the old file may read the new one, and nobody else
        beside.replace(real)
    finally:
        with suppress(OSError):
            beside.unlink()


REMEDIES = {
    **dict.fromkeys((errno.ENOENT, errno.ENOTDIR), "name a file in a folder that is there"),
    errno.EISDIR: "name a file in that folder",
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), "name a file in a folder that you may write to"),
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "make room there, or name a file on another disk"),
    errno.ENAMETOOLONG: "give it a shorter name",
}
"""By what the system says."""
