"""A text as plain values, each with its location: YAML, JSON, and Python that is read and never executed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from hrnet_cli.errors import NOWHERE, Code, Diagnostic, Location, SpecError
from hrnet_cli.files import NOT_REGULAR, is_outside, is_regular, read_bytes
from hrnet_cli.text import KeyPath, quote

PLACE_MARK = "#"
"""Between the name of a file and the path of a network in it: `configs.py#W32`."""
MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 30
MAX_KEY = 2**60
"""A number that is a key is at most that. Python's hash of a number is its remainder by 2⁶¹ - 1: any number of greater
keys may have one hash, and to put them in a dict takes the square of their number."""


class Document(NamedTuple):
    """The value of a text, or a part of it, and where each key and each value of the text is, by path.

    `diagnostics` are about the text itself and leave it readable: a duplicate key, an unknown tag.
    """

    value: Any
    keys: dict[KeyPath, Location]
    values: dict[KeyPath, Location]
    diagnostics: tuple[Diagnostic, ...] = ()
    root: KeyPath = ()
    """The path of `value` in the text; empty for the whole of it."""
    unread_bases: tuple[str, ...] = ()
    """Why files that a YAML config is based on are not read: `'x.yml' is not found beside this file`."""
    absent: tuple[Diagnostic, ...] = ()
    """Why a base of a Python config is not read: an error where the network needs it."""

    def location(self, path: KeyPath, at_key: bool = False) -> Location:
        """Where a path is, or the innermost thing around it that is there: by its key, if its value begins below."""
        path, table = (*self.root, *path), self.keys if at_key else self.values
        if path in table:
            return table[path]
        while path and path not in self.values:
            path = path[:-1]
        value, key = self.values.get(path, NOWHERE), self.keys.get(path)
        above = key is not None and (key.line or 0) < (value.line or 0) and key.source == value.source
        return key if key is not None and above else value

    def without(self, code: Code) -> Document:
        """The document without the diagnostics of a code."""
        return self._replace(diagnostics=tuple(each for each in self.diagnostics if each.code != code))

    def located(self, diagnostic: Diagnostic, source: str) -> Diagnostic:
        """The diagnostic with its path in the text and its location, in `source` unless it came from another file."""
        location = self.location(diagnostic.path, diagnostic.at_key)
        location = location if location.source else location._replace(source=source)
        return diagnostic._replace(path=(*self.root, *diagnostic.path), location=location)


NOT_PYTHON = (".yaml", ".yml", ".json")


def read_text(text: str, source: str = "", path: Path | None = None) -> Document:
    """The document of a YAML, JSON or Python text. Python is known by its ending or its first line.

    `source` names the text in messages; `path` is its file, beside which a Python config finds its bases. Raises
    SpecError for a text that cannot be read.
    """
    if path is None or path.suffix not in NOT_PYTHON:
        from hrnet_cli.documents.python import looks_like_python, read_python

        if (path is not None and path.suffix == ".py") or looks_like_python(text):
            return read_python(text, source, path)
    from hrnet_cli.documents.yaml import read_document

    document = read_document(text, source)
    if path is None or not isinstance(document.value, dict) or not document.value.keys() & {"_base_", "_BASE_"}:
        return document
    from hrnet_cli.documents.bases import add_bases

    return add_bases(document, path, source)


# The files that a config is based on


def refuse(code: Code, message: str, remedy: str, location: Location) -> NoReturn:
    """End the reading with one diagnostic. Raises SpecError."""
    raise SpecError([Diagnostic(code, (), message, remedy, location=location)])


OUTSIDE = "lies outside of the folder that is checked"


def why_no_file(path: Path) -> str:
    """What keeps a path from being read, as a message says it; empty for a regular file, or a link to one.

    Raises OSError, and ValueError for a path that no file can have.
    """
    if is_outside(path):
        return OUTSIDE
    if is_regular(path):
        return ""
    return NOT_REGULAR if path.exists() else "does not exist"


def read_base_text(path: Path, label: str, location: Location, key: str, max_characters: int) -> str:
    """The text of a base, no further than `max_characters` and a bit. Raises SpecError with the location of its name.

    `key` is what names the base.
    """
    try:
        what = why_no_file(path)
        if what:
            missing = Diagnostic("missing-base", (), f"the base {quote(label)} {what}", location=location)
            if what == OUTSIDE:  # it may be there, and all may be well
                remedy = "check from a folder that has both, or name this config itself"
                raise SpecError([missing._replace(remedy=remedy, at_most_note=True)])
            raise SpecError([missing._replace(remedy=f"copy it to that path, or change {key}")])
        return read_bytes(path, 4 * max_characters + 1).decode("utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        refuse("missing-base", f"the base {quote(label)} cannot be read: {reason}", f"change {key}", location)
