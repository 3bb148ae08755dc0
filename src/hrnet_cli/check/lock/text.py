"""The lock file: YAML of one form, a field a line.

It is read back line by line, and what does not stand there as it is written is refused with its line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from hrnet_cli.check.lock.entries import LockEntry
from hrnet_cli.errors import UnreadableError
from hrnet_cli.nn import Shape
from hrnet_cli.text import quote

LOCK_VERSION = 1
LONGEST_LOCK = 10_000_000
HEADER = f"""\
# What each spec builds. Written by `hrnet-cli lock`; `hrnet-cli lock --update` renews it.
version: {LOCK_VERSION}
specs:
"""


class _Form(NamedTuple):
    """How the values of a kind stand in the file."""

    pattern: str
    read: Callable[[str], Any]
    write: Callable[[Any], str]


def _shape(text: str) -> Shape:
    return tuple(map(int, text.split("x")))


def _written(shape: Shape) -> str:
    return "x".join(map(str, shape))


_NUMBER = r"(?:0|[1-9][0-9]{0,29})"
_SHAPE = rf"{_NUMBER}(?:x{_NUMBER}){{0,7}}"
_number = _Form(_NUMBER, int, str)
_one_shape = _Form(_SHAPE, _shape, _written)
_shapes = _Form(
    rf"\[(?:{_SHAPE}(?:, {_SHAPE})*)?\]",
    lambda text: tuple(_shape(each) for each in text[1:-1].split(", ") if each),
    lambda value: f"[{', '.join(map(_written, value))}]",
)
_words = _Form(r"[a-z][a-z0-9_., -]*", str, str)
_FORMS: dict[str, _Form] = {
    "input": _one_shape,
    "params": _number,
    "macs": _number,
    "activations": _number,
    "branches": _shapes,
    "outputs": _shapes,
    "upsampling": _words,
    "batch_norm": _words,
    "keys": _number,
    "digest": _Form("[0-9a-f]{64}", str, str),
}


def lock_text(entries: Mapping[str, LockEntry]) -> str:
    """The file of these entries, by their paths: the same entries are the same bytes."""
    return HEADER + "".join(_block(path, entries[path]) for path in sorted(entries))


def _block(path: str, entry: LockEntry) -> str:
    fields = (f"    {name}: {form.write(getattr(entry, name))}\n" for name, form in _FORMS.items())
    return f"  {_quoted(path)}:\n{''.join(fields)}"


def _quoted(path: str) -> str:
    """As JSON and YAML both read it; letters stay letters, what is no letter on screen is escaped."""
    return json.dumps(path, ensure_ascii=not path.isprintable())


def open_lock(path: Path) -> dict[str, LockEntry]:
    """The entries of a lock file. Raises UnreadableError."""
    try:
        with path.open("rb") as file:
            data = file.read(LONGEST_LOCK + 1)
        if len(data) > LONGEST_LOCK:
            raise UnreadableError(f"{path} has more than {LONGEST_LOCK:,} bytes", "no lock file is that long")
        return read_lock(data.decode("utf-8-sig"), str(path))
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{path} is not UTF-8 (byte {error.start})", RESTORE) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableError(
            f"cannot read {str(path)!r}: {reason}", "write it with hrnet-cli lock SPEC, or name another with --lock"
        ) from None


def read_lock(text: str, source: str) -> dict[str, LockEntry]:
    """The entries of a lock file's text by their paths. Raises UnreadableError with the line that it breaks at."""
    return _Reader(text, source).entries()


RESTORE = "restore it, or remove it and lock anew"
_CONFLICT = re.compile(r"(<{7}|\|{7}|={7}|>{7})( |$)")
_PATH = re.compile(r'  ("(?:[^"\\]|\\.)+"):')
_FIELD = re.compile(r"    ([a-z_]+): (.*)")


class _Reader:
    """The lines of a lock file that say something, one after the other; at the end stands an empty one."""

    def __init__(self, text: str, source: str) -> None:
        self.source = source
        lines = list(enumerate(text.replace("\r\n", "\n").split("\n"), 1))
        conflict = next((each for each in lines if _CONFLICT.match(each[1])), None)
        if conflict:
            self.number, self.line = conflict
            raise self.refused("a conflict that git left here", "take either side, then run hrnet-cli lock --update")
        said = [(number, line) for number, line in lines if line.strip() and not line.startswith("#")]
        self.lines = iter([*said, (len(lines), "")])
        self.next()

    def refused(self, message: str, remedy: str = RESTORE) -> UnreadableError:
        return UnreadableError(f"{self.source}:{self.number}: {message}", remedy)

    def next(self) -> None:
        self.number, self.line = next(self.lines)

    def entries(self) -> dict[str, LockEntry]:
        """All entries of the file."""
        self.version()
        self.expect("specs:")
        found: dict[str, LockEntry] = {}
        while self.line:
            path = self.path()
            if path in found:
                raise self.refused(f"{quote(path)} stands here again", "keep one of the two")
            self.next()
            found[path] = LockEntry(**{name: self.value(name, form) for name, form in _FORMS.items()})
        return found

    def version(self) -> None:
        if not self.line.startswith("version: "):
            raise self.refused("this is no lock file: it does not begin with its version")
        version = self.line.removeprefix("version: ")
        if version != str(LOCK_VERSION):
            message = f"a lock file of version {quote(version)}, and this hrnet-cli reads version {LOCK_VERSION}"
            raise self.refused(message, "use the hrnet-cli that wrote it, or remove it and lock anew")
        self.next()

    def expect(self, line: str) -> None:
        if self.line != line:
            raise self.refused(f"expected {line!r}, found {self.found}")
        self.next()

    @property
    def found(self) -> str:
        return quote(self.line) if self.line else "the end of the file"

    def path(self) -> str:
        match = _PATH.fullmatch(self.line)
        try:
            path = json.loads(match[1]) if match else None
        except ValueError:
            path = None
        if not isinstance(path, str):
            raise self.refused(f"expected the path of a spec in quotes and a colon, found {self.found}")
        return path

    def value(self, name: str, form: _Form) -> Any:
        match = _FIELD.fullmatch(self.line)
        if not match or match[1] != name:
            raise self.refused(f"expected {name!r}, found {self.found}")
        if not re.fullmatch(form.pattern, match[2]):
            raise self.refused(f"{quote(match[2])} is no value of {name!r}")
        self.next()
        return form.read(match[2])
