"""A YAML config with the configs that it is based on, as PaddlePaddle (`_base_`, `_BASE_`) and detectron2 have them.

A base is a file beside the config, or several. Mappings are merged key by key, and the config's own values win; a
mapping with `_inherited_: false` replaces that of the base. What cannot be found stays below the key, for the reader to
say so.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hrnet_cli.documents import MAX_CHARACTERS, MAX_DEPTH, Document
from hrnet_cli.documents.yaml import read_document, refused
from hrnet_cli.errors import Location
from hrnet_cli.text import quote

BASE_KEYS = ("_base_", "_BASE_")
REPLACE = "_inherited_"
"""PaddleSeg's: whether a mapping is merged into that of the base."""
SUFFIXES = (".yml", ".yaml")
MAX_BASES = 20
"""Files that a config is based on, in all. The published configs have up to six."""


def base_key(value: Any) -> str:
    """The key that names the bases of a config; empty where it has none."""
    return next((key for key in BASE_KEYS if isinstance(value, dict) and key in value), "")


def add_bases(document: Document, path: Path) -> Document:
    """The document of a config merged into those of its bases. Raises SpecError for a base that cannot be read."""
    return _Merger().document(document, path, ())


class _Merger:
    """Reads the bases of a config, and counts them."""

    def __init__(self) -> None:
        self.count = 0

    def document(self, document: Document, path: Path, ancestors: tuple[Path, ...]) -> Document:
        """A document with what its bases have; of several, the later wins."""
        key = base_key(document.value)
        if not key:
            return document
        named = document.value[key]
        missing: list[Any] = []
        merged = Document({}, {}, {})
        for name in named if isinstance(named, list) else [named]:
            file = path.parent / name if isinstance(name, str) and 0 < len(name) < 1_000 else None
            if file is None or file.suffix not in SUFFIXES or not _is_file(file):
                missing.append(name)
                continue
            merged = _merge(merged, self.base(file, document.location((key,)), (*ancestors, path.resolve())))
        own = {each: value for each, value in document.value.items() if each != key}
        if missing:
            own[key] = missing if isinstance(named, list) else named
        return _merge(merged, document._replace(value=own))

    def base(self, file: Path, location: Location, ancestors: tuple[Path, ...]) -> Document:
        """The document of one base, each location with its file."""
        self.count += 1
        if file.resolve() in ancestors:
            raise refused(
                "base-cycle", f"the base {quote(str(file))} is based on this file", "remove it", location.source
            )
        if self.count > MAX_BASES:
            raise refused("too-many-bases", "too many bases", f"allowed: {MAX_BASES}", location.source)
        with file.open("rb") as opened:
            text = opened.read(MAX_CHARACTERS + 1).decode("utf-8-sig", "replace")
        document = self.document(read_document(text, str(file)), file, ancestors)
        keys, values = (
            {path: place if place.source else place._replace(source=str(file)) for path, place in table.items()}
            for table in (document.keys, document.values)
        )
        return document._replace(keys=keys, values=values)


def _is_file(file: Path) -> bool:
    try:
        return file.is_file()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _merge(base: Document, own: Document) -> Document:
    """A document over another. A location that the config has is its own."""
    if not isinstance(base.value, dict) or not isinstance(own.value, dict):
        return own
    value = _merge_values(base.value, own.value, 0)
    return Document(value, base.keys | own.keys, base.values | own.values, (*base.diagnostics, *own.diagnostics))


def _merge_values(base: dict[Any, Any], own: dict[Any, Any], depth: int) -> dict[Any, Any]:
    if own.get(REPLACE) is False or depth > MAX_DEPTH:
        return {key: value for key, value in own.items() if key != REPLACE}
    merged = dict(base)
    for key, value in own.items():
        before = base.get(key)
        both = isinstance(before, dict) and isinstance(value, dict)
        merged[key] = _merge_values(before, value, depth + 1) if both and isinstance(before, dict) else value
    return merged
