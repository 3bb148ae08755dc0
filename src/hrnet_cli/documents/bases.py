"""A YAML config with the configs that it is based on, as PaddlePaddle (`_base_`, `_BASE_`) and detectron2 have them.

A base is a file beside the config, or several. Mappings are merged key by key, and the config's own values win; a
mapping with `_inherited_: false` replaces that of the base. What is not read stays below the key, and the document has
the reasons.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hrnet_cli.documents import MAX_CHARACTERS, MAX_DEPTH, Document, read_base_text, refuse, why_no_file
from hrnet_cli.documents.yaml import MAX_VALUES, read_and_count
from hrnet_cli.errors import Location, SpecError
from hrnet_cli.text import KeyPath, quote, quote_key

BASE_KEYS = ("_base_", "_BASE_")
REPLACE = "_inherited_"
"""PaddleSeg's: whether a mapping is merged into that of the base."""
SUFFIXES = (".yml", ".yaml")
MAX_BASES = 20
"""Files that a config is based on, in all. The published configs have up to six."""
MAX_NAME = 1_000
MAX_REASONS = 3
"""Bases that are not read and that a message names."""


def base_key(value: Any) -> str:
    """The key that names the bases of a config; empty where it has none."""
    return next((key for key in BASE_KEYS if isinstance(value, dict) and key in value), "")


def why_unread(document: Document) -> str:
    """Why the bases that remain below the key are not read, for a message."""
    if document.unread_bases:
        more = len(document.unread_bases) - MAX_REASONS
        return ", ".join(document.unread_bases[:MAX_REASONS]) + (f" and {more:,} more" if more > 0 else "")
    named = document.value[base_key(document.value)]
    return f"{quote(named)} is not read, since only a file has others beside it" if named else NOTHING_NAMED


NOTHING_NAMED = "no file is named"
_Tables = tuple[dict[KeyPath, Location], ...]


def add_bases(document: Document, path: Path, source: str) -> Document:
    """The document of a config merged into those of its bases. Raises SpecError for a base that cannot be read.

    `source` names the config in messages.
    """
    return _Merger().document(document, path, source, ())


class _Merger:
    """Reads the bases of a config, and counts them, and what is in all of them together."""

    def __init__(self) -> None:
        self.count = 0
        self.characters = MAX_CHARACTERS
        self.values = MAX_VALUES

    def document(self, document: Document, path: Path, source: str, ancestors: tuple[Path, ...]) -> Document:
        """A document with what its bases have; of several, the later wins."""
        key = base_key(document.value)
        if not key:
            return document
        named = document.value[key]
        location = document.location((key,))._replace(source=source)
        missing: list[Any] = []
        reasons: list[str] = []
        merged = Document({}, {}, {})
        for name in named if isinstance(named, list) else [named]:
            why = _why_no_base(name, path)
            if not why:
                base = self.base(name, path, location, key, (*ancestors, path.resolve()))
                why = "" if isinstance(base.value, dict) else f"{quote(name)} has no mapping"
                merged = merged if why else _merge(merged, base)
            if why:
                missing.append(name)
                reasons.append(why)
        own = {each: value for each, value in document.value.items() if each != key}
        if missing:
            own[key] = missing if isinstance(named, list) else named
        return _merge(merged, document._replace(value=own, unread_bases=tuple(reasons)))

    def base(self, name: str, path: Path, location: Location, key: str, ancestors: tuple[Path, ...]) -> Document:
        """The document of one base, each location with its file; `path` and `location` are where it is named."""
        file = path.parent / name
        self.count += 1
        if file.resolve() in ancestors:
            refuse("base-cycle", f"the base {quote(name)} is based on this file", "remove it", location)
        if self.count > MAX_BASES:
            refuse("too-many-bases", "too many bases", f"allowed: {MAX_BASES}", location)
        text = read_base_text(file, name, location, key, MAX_CHARACTERS)
        document = self.document(self.read(text, str(file), name, location), file, str(file), ancestors)
        keys, values = (
            {path: place if place.source else place._replace(source=str(file)) for path, place in table.items()}
            for table in (document.keys, document.values)
        )
        return document._replace(keys=keys, values=values)

    def read(self, text: str, source: str, name: str, location: Location) -> Document:
        """The document of a base's text, within what all bases of the config may have together."""
        try:
            document, count = read_and_count(text, source, self.characters, self.values)
        except SpecError as error:
            if error.diagnostics[0].code != "too-large":
                raise
            message = f"the base {quote(name)} makes the bases of this config too large"
            remedy = f"allowed: {MAX_CHARACTERS:,} characters and {MAX_VALUES:,} values in all of them together"
            refuse("too-large", message, remedy, location)
        self.characters -= len(text)
        self.values -= count
        return document


def _why_no_base(name: Any, path: Path) -> str:
    """Why what is named is not read as a base of a file, for a message; empty if it is read."""
    if not name and not isinstance(name, int):
        return NOTHING_NAMED
    if not isinstance(name, str):
        return f"{quote(name)} is no path of a file"
    file = path.parent / name
    try:
        why = why_no_file(file) if len(name) < MAX_NAME else "does not exist"
    except PermissionError:
        why = ""  # to be said where it is read
    except (OSError, ValueError):  # a name that no file can have
        why = "does not exist"
    if why == "does not exist":
        return f"{quote(name)} is not found beside {path.name[:60]}"
    if not why and file.suffix not in SUFFIXES:
        why = "is no YAML file"
    return why and f"{quote(name)} {why}"


def _merge(base: Document, own: Document) -> Document:
    """A document over another. What the config replaces as a whole has no location in the base."""
    keys, values = dict(base.keys), dict(base.values)
    value = _merge_values(base.value, own.value, (), (keys, values))
    diagnostics, unread = (*base.diagnostics, *own.diagnostics), (*base.unread_bases, *own.unread_bases)
    return Document(value, keys | own.keys, values | own.values, diagnostics, unread_bases=unread)


def _merge_values(base: dict[Any, Any], own: dict[Any, Any], path: KeyPath, tables: _Tables) -> dict[Any, Any]:
    """A mapping over another. The locations of what is replaced are removed from the tables of the base."""
    if own.get(REPLACE) is False or len(path) > MAX_DEPTH:
        _remove(base, path, tables)
        return {key: value for key, value in own.items() if key != REPLACE}
    merged = dict(base)
    for key, value in own.items():
        before, inner = base.get(key), (*path, quote_key(key))
        if isinstance(before, dict) and isinstance(value, dict):
            merged[key] = _merge_values(before, value, inner, tables)
        else:
            merged[key] = value
            _remove(before, inner, tables)
    return merged


def _remove(value: Any, path: KeyPath, tables: _Tables) -> None:
    """Remove the locations of a value and of all that is in it."""
    for table in tables:
        table.pop(path, None)
    if isinstance(value, dict):
        for key, item in value.items():
            _remove(item, (*path, quote_key(key)), tables)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _remove(item, (*path, index), tables)
