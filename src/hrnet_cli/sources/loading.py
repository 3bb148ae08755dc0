"""From what a user names (a file, standard input, a preset, a mapping) to a Spec."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from hrnet_cli.dialects.reading import Reading, note_text, remove_modules
from hrnet_cli.dialects.table import FOREIGN, WRITERS, explain_unknown, identify, write_spec
from hrnet_cli.documents import MAX_CHARACTERS, Document, read_text
from hrnet_cli.documents.yaml import end_location, refused
from hrnet_cli.errors import Diagnostic, Location, SpecError, UnreadableError, UsageError, choose
from hrnet_cli.hrnet import DEFAULT_PRESET
from hrnet_cli.schema.fields import INVALID, Size
from hrnet_cli.schema.records import Diagnostics
from hrnet_cli.schema.spec import Shape4, Spec, read_spec
from hrnet_cli.text import type_name

if TYPE_CHECKING:
    from hrnet_cli.dialects.writing import Written

GIT = "git:"
"""Begins the name of a file at a git revision."""
TIMM = "timm:"
"""Begins the name of a network of timm."""


class Loaded(NamedTuple):
    """A Spec with the document that it was read from, so that a diagnostic can be located in the text."""

    spec: Spec
    document: Document
    reading: Reading
    """How a config of another dialect became the data of the spec."""
    source: str
    """The name of the text in messages."""

    def at_spec_path(self, diagnostic: Diagnostic) -> Diagnostic:
        """A diagnostic at a path of the spec, located in the text that the spec was read from."""
        return _at_spec_path(diagnostic, self.document, self.reading, self.source)

    def at_config_path(self, diagnostic: Diagnostic) -> Diagnostic:
        """A diagnostic at a path of the document, which differs from the spec's in a config of another dialect."""
        return self.document.located(diagnostic, self.source)


class MismatchError(SpecError):
    """A config with parts that do not fit each other. `loaded` is its network, which can be built."""

    def __init__(self, diagnostics: list[Diagnostic], loaded: Loaded) -> None:
        super().__init__(diagnostics)
        self.loaded = loaded


def load_spec(source: Spec | Mapping[str, Any] | str | Path = DEFAULT_PRESET) -> Spec:
    """A checked Spec from a path, `-` (standard input), `git:REV:PATH`, a preset, `timm:NAME`, a mapping, or a Spec.

    Raises SpecError with everything that is wrong, UnreadableError, or UsageError for a value of another type.
    """
    if isinstance(source, Spec):
        return source
    if isinstance(source, Mapping):
        return load_document(Document(source, {}, {}), "").spec
    if not isinstance(source, str | Path):
        remedy = "pass the path of a file, the name of a preset, a mapping or a Spec"
        raise UsageError(f"expected a spec, found {type_name(source)}", remedy)
    text, name, path = read_source(source)
    return load_document(read_text(text, name, path), name).spec


def convert(source: Spec | Mapping[str, Any] | str | Path = DEFAULT_PRESET, to: str = "yaml") -> Written:
    """A spec as the text of a dialect: `yaml`, `json`, `official`, `mmlab` or `timm`.

    Its notes say what is left out. Raises InexpressibleError if the dialect's own code would build another backbone,
    UsageError, and what `load_spec` raises.
    """
    choose("to", to, WRITERS)
    return write_spec(load_spec(source), to)


def parse_spec(text: str, source: str = "", path: Path | None = None) -> Spec:
    """A checked Spec from the text of a spec, or of a config of another dialect. Raises SpecError.

    `source` is its name in messages; `path` is its file, beside which a Python config finds its bases.
    """
    return load_text(text, source, path).spec


def load_text(text: str, source: str = "", path: Path | None = None) -> Loaded:
    """What `parse_spec` returns, with the document and its locations."""
    return load_document(read_text(text, source, path), source)


def load_document(document: Document, source: str, dialect: str | None = None) -> Loaded:
    """The Spec of a document in any dialect; `dialect` is the result of `identify` for it, if that is known.

    Raises SpecError with everything that is wrong with the text and with the network, and MismatchError if parts of the
    config do not fit each other and nothing else is wrong.
    """
    value, name = document.value, identify(document.value) if dialect is None else dialect
    reading = FOREIGN[name].read(value) if name in FOREIGN else Reading(value)
    if not name and isinstance(value, Mapping) and (unknown := explain_unknown(value)):
        whole_file = unknown._replace(location=Location(source=source))
        raise SpecError([document.located(unknown, source) if unknown.path else whole_file])
    wrong = [document.located(each, source) for each in reading.diagnostics]
    mismatches = [document.located(each, source) for each in reading.mismatches]
    spec = None
    if reading.data or not wrong:
        spec, diagnostics = read_spec(reading.data, reading.spell, reading.blocks if name in FOREIGN else ())
        explained = [_explain_unread(each, reading.data) for each in diagnostics]
        wrong += [_at_spec_path(each, document, reading, source) for each in explained]
    if document.diagnostics or spec is None or wrong:
        known = {each.location[:3] for each in document.diagnostics}
        others = [each for each in (*wrong, *mismatches) if each.location[:3] not in known]
        raise SpecError([*document.diagnostics, *others])
    if name in FOREIGN:
        notes = tuple(note_text(note) for note in reading.notes if not note.only_in_check)
        spec = replace(remove_modules(spec, reading.empty_stages), dialect=name, notes=notes)
    loaded = Loaded(spec, document, reading, source)
    if mismatches:
        raise MismatchError(mismatches, loaded)
    return loaded


def _explain_unread(diagnostic: Diagnostic, value: Any) -> Diagnostic:
    """The diagnostic, or for a value that is known only by running a Python config one that says so."""
    from hrnet_cli.documents.python.values import Unread

    for part in diagnostic.path:
        if isinstance(value, Mapping):
            value = value.get(part)
        else:
            value = value[part] if isinstance(value, list | tuple) and isinstance(part, int) else None
    if not isinstance(value, Unread):
        return diagnostic
    return diagnostic._replace(code="unreadable-code", message=value.message, remedy=value.remedy)


def _at_spec_path(diagnostic: Diagnostic, document: Document, reading: Reading, source: str) -> Diagnostic:
    """A diagnostic at a path of the spec, with the path in the config that the value came from and its location."""
    if not reading.origins:
        return document.located(diagnostic, source)
    origin = reading.origin(diagnostic.path)
    located = document.located(diagnostic._replace(path=origin), source)
    return located if origin else located._replace(path=diagnostic.path)


# Reading what a SPEC names


class Source(NamedTuple):
    """The text that a SPEC names."""

    text: str
    name: str
    """Its name in messages."""
    path: Path | None = None
    """Its file; None for standard input, a preset and the like."""


def read_source(source: str | Path) -> Source:
    """The text that a SPEC names. A file takes precedence over a preset of its name. Raises UnreadableError."""
    name, path = str(source), Path(source)
    try:
        if not name:
            raise UnreadableError("SPEC is empty", "name a spec file or a preset, or - for standard input")
        if name == "-":
            return Source(decode(getattr(sys.stdin, "buffer", BytesIO()), "<stdin>"), "<stdin>")
        if path.is_dir():
            raise UnreadableError(f"{path} is a folder", "name a spec file in it")
        if path.exists():
            with path.open("rb") as file:
                return Source(decode(file, str(path)), str(path), path)
        if name.startswith(GIT):
            from hrnet_cli.sources.git import git_bytes

            return Source(decode(BytesIO(git_bytes(name, MAX_CHARACTERS + 1)), name), name)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableError(f"cannot read {name!r}: {reason}", "name a spec file or a preset") from None
    if name.startswith(TIMM):
        from hrnet_cli.dialects.timm import variant_text

        return Source(variant_text(name.removeprefix(TIMM)), name)
    from hrnet_cli.sources.presets import nearest_presets, preset_names, preset_path

    if path.name != name or name.removesuffix(".yaml") not in preset_names():
        raise UnreadableError(f"no file and no preset {name!r}", nearest_presets(path.stem))
    return Source(preset_path(name).read_text(encoding="utf-8"), preset_path(name).name)


def own_path(source: str | Path) -> Path | None:
    """The file that a SPEC names; None for standard input, a preset and the like."""
    path = Path(source)
    return path if str(source) != "-" and path.exists() else None


def decode(file: BinaryIO, source: str) -> str:
    """The text of a file. Raises UnreadableError if it is not UTF-8, and SpecError if it is too long to be a config."""
    data = file.read(MAX_CHARACTERS + 1)
    if len(data) > MAX_CHARACTERS:
        raise refused("too-large", f"more than {MAX_CHARACTERS:,} bytes", "a published config has about 1,000", source)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        location = end_location(error.object[: error.start].decode(), source)  # without the byte order mark
        message, remedy = f"not UTF-8 (byte {error.start})", "save it as UTF-8: a spec is YAML or JSON text"
        raise UnreadableError(message, remedy, location) from None


def parse_input(input: str | Sequence[int], spec: Spec) -> Shape4:
    """The input shape of a network from `1x3x256x192`, `3x256x192` or `256x192`, as text or as numbers.

    Left out, the batch is 1 and the channels are the network's. Raises UsageError.
    """
    diagnostics = Diagnostics()
    shape = Size().read(input, ("input",), diagnostics)
    if shape is INVALID:
        raise UsageError(f"input: {diagnostics[0].message}", diagnostics[0].remedy)
    return spec.fill_input(shape)
