"""Where text goes: the result to standard output or a file, notes and errors to standard error."""

from __future__ import annotations

import codecs
import errno
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from hrnet_cli.cli.inert import STRINGS, SYNTAXES, TEXT, inert
from hrnet_cli.errors import UnreadableError
from hrnet_cli.signals import REQUESTS_TO_END, signals_delayed

if TYPE_CHECKING:
    from hrnet_cli.analysis.diagnosis import Diagnosis
    from hrnet_cli.analysis.result import Result
    from hrnet_cli.report.formats import Canvas, Render


def emit(
    result: Result, format: str, output: str | None, color: str, formats: Mapping[str, Render] | None = None
) -> None:
    """Write the report of a result to the file `output`, or to standard output, in one of `formats` (default: FORMATS).

    Raises UnreadableError if it cannot be written.
    """
    from hrnet_cli.report.formats import FORMATS

    canvas = canvas_of(output, color)
    write_report([(formats or FORMATS)[format](result, canvas)], format, output, canvas)


def write_report(parts: Iterable[str], format: str, output: str | None, canvas: Canvas) -> None:
    """Write a report to the file `output`, or to standard output, in parts of whole lines as they are made.

    Raises UnreadableError if it cannot be written.
    """
    syntax, colored = SYNTAXES.get(format, TEXT), canvas.color and format == "text"
    _write((inert(part, syntax, colored) for part in parts), output)


def write_document(text: str, output: str | None = None) -> None:
    """Write JSON, YAML or Python to the file `output`, or to standard output; a device or a pipe is written directly.

    Raises UnreadableError if it cannot be written.
    """
    _write([inert(text, STRINGS)], output)


def _write(parts: Iterable[str], output: str | None) -> None:
    if output is not None:
        _write_file(Path(output), parts)
        return
    if sys.stdout is None:
        raise UnreadableError("cannot write the report: standard output is closed", "name a file with --output")
    for part in parts:
        try:
            sys.stdout.write(part)
            sys.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            remedy = REMEDIES.get(error.errno or 0, "name a file with --output")
            raise UnreadableError(f"cannot write the report: {error.strerror or error}", remedy) from None


def print_diagnosis(diagnosis: Diagnosis, color: str = "auto") -> None:
    """Print on standard error why an input cannot go through the network, and which sizes can."""
    from hrnet_cli.report.formats import FORMATS

    if sys.stderr is not None:
        canvas = canvas_of(None, color, to_stderr=True)
        sys.stderr.write(inert("error: " + FORMATS["text"](diagnosis, canvas), colored=canvas.color))


def canvas_of(output: str | None, color: str, to_stderr: bool = False) -> Canvas:
    """The width and colour of the text: those of the terminal; in a file or a pipe, any width and no colour."""
    import shutil

    from hrnet_cli.report.formats import Canvas

    stream = sys.stderr if to_stderr else sys.stdout
    is_terminal = output is None and stream is not None and stream.isatty()
    is_plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    is_colored = color == "always" or (color == "auto" and is_terminal and not is_plain)
    has_width = is_terminal or (output is None and os.environ.get("COLUMNS", "").isdigit())
    return Canvas(max(shutil.get_terminal_size().columns, 20) if has_width else None, is_colored)


# Standard output and standard error


def write_stderr(*lines: str) -> None:
    """Write lines to standard error, a stand-in for a line break in one; do nothing if it is full or closed."""
    with suppress(OSError, AttributeError):
        sys.stderr.write("".join(f"{inert(_one_line(line))}\n" for line in lines))


def _one_line(text: str) -> str:
    return text.replace("\n", "\u240a")


ASCII_STAND_INS = {
    **dict(zip("×÷→←↑↓▶−≠·", "x/><^v>-!.", strict=True)),
    **dict(zip("✓✗╳●╯Σ–—…│", "y!Xo+S--~|", strict=True)),
    **dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True)),
    **dict.fromkeys("─━╸╺", "-"),
    **dict.fromkeys("└├┤┬┴┼┌┐┘", "+"),
    **dict.fromkeys("█▉▊▋▌▍▎▏", "="),
    **dict.fromkeys("\u2003\u00a0", " "),
}
"""One ASCII character for each other character that a report draws, so that columns stay aligned.

They are written after `inert`: none may be a character that a command to a CI begins with.
A test collects those of all commands.
"""
UNKNOWN = "?"
"""The stand-in for characters of a user's own names."""
ENCODING_ERRORS = "hrnet-cli"
"""The name of the error handler that writes the stand-ins."""


def use_ascii_stand_ins() -> None:
    """Let both streams write a stand-in for each character that their encoding does not have."""
    codecs.register_error(ENCODING_ERRORS, _stand_in)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=ENCODING_ERRORS)


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    """The stand-ins of the characters that cannot be encoded, and the position after them."""
    assert isinstance(error, UnicodeEncodeError)
    characters = error.object[error.start : error.end]
    return "".join(ASCII_STAND_INS.get(character, UNKNOWN) for character in characters), error.end


# Files


@contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C and a request to end raise inside: a half-written file, a progress line or a process is cleaned up.

    Elsewhere they end the process at once (see `main`): Python would print a traceback of the import it was in.
    """
    before = {signal.SIGINT: signal.signal(signal.SIGINT, signal.default_int_handler)}
    before |= {number: signal.signal(number, _end) for number in REQUESTS_TO_END}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(number: int, _frame: Any) -> NoReturn:
    raise SystemExit(128 + number)  # the exit code of a process that the signal ended


@contextmanager
def closed_pipe_raises() -> Iterator[None]:
    """A pipe whose reader is gone raises inside, so that processes are ended; then it ends this one as elsewhere."""
    if not hasattr(signal, "SIGPIPE"):
        yield
        return
    before = signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    try:
        yield
    except BrokenPipeError:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGPIPE)
    finally:
        signal.signal(signal.SIGPIPE, before)


@interruptible()
def _write_file(path: Path, parts: Iterable[str]) -> None:
    try:
        if path.is_symlink():
            _refuse_link_out(path)
        if path.exists() and not path.is_file():
            with path.open("w", encoding="utf-8") as file:
                file.writelines(parts)
        else:
            _replace_file(path, parts)
    except BrokenPipeError:
        raise
    except OSError as error:
        remedy = REMEDIES.get(error.errno or 0, "name another file")
        raise UnreadableError(f"cannot write {str(path)!r}: {error.strerror or error}", remedy) from None


def _replace_file(path: Path, parts: Iterable[str]) -> None:
    """Write a temporary file beside `path` and rename it, so that nobody reads half a report.

    Its name cannot be guessed and the file is made exclusively: a link of that name in a checkout would be followed.
    """
    from tempfile import mkstemp  # only a report in a file pays for it

    real = Path(os.path.realpath(path))
    temporary: Path | None = None
    try:
        with signals_delayed():  # between the two lines nobody would remove the file
            descriptor, name = mkstemp(prefix=".hrnet-cli-", suffix=".tmp", dir=real.parent)
            temporary = Path(name)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.writelines(parts)
        temporary.chmod(real.stat().st_mode if real.exists() else NEW_FILE & ~_umask())
        temporary.replace(real)  # those who may read the old file may read the new one, and no others
    except BaseException:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()
        raise


def _refuse_link_out(link: Path) -> None:
    """Raise UnreadableError for a link out of the git repository that it is in: a pull request may have made it.

    Folders that are links are followed: people keep their results on another disk.
    """
    from hrnet_cli.files import git_top, lies_in

    top = git_top(Path(os.path.realpath(link.parent)))
    if top and not lies_in(link, (str(top),)):
        remedy = "remove the link, or name another file"
        raise UnreadableError(f"cannot write {str(link)!r}: it is a link out of the repository", remedy)


NEW_FILE = 0o666
"""The permissions of a new file, without those that the umask takes away."""


def _umask() -> int:
    """The umask, which can be read by setting it alone."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


REMEDIES = {
    **dict.fromkeys((errno.ENOENT, errno.ENOTDIR), "name a file in a folder that exists"),
    errno.EISDIR: "name a file in that folder",
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), "name a file in a folder that you may write to"),
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "free some space, or name a file on another disk"),
    errno.ENAMETOOLONG: "choose a shorter name",
}
"""By error number, what to do about a file that cannot be written."""
