"""From what a user names to a Spec: a file, standard input, a preset, a mapping."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from hrnet_cli.dialects.reading import Reading, note_text, remove_modules, replace_zeros
from hrnet_cli.dialects.table import FOREIGN, WRITERS, explain_unknown, identify, write_spec
from hrnet_cli.documents import MAX_CHARACTERS, Document, read_text
from hrnet_cli.documents.yaml import end_location, refused
from hrnet_cli.errors import Diagnostic, Location, SpecError, UnreadableError, UsageError, choose
from hrnet_cli.schema.fields import INVALID, Size
from hrnet_cli.schema.records import Diagnostics
from hrnet_cli.schema.spec import Shape4, Spec, read_spec
from hrnet_cli.sources.prefixes import GIT, TIMM
from hrnet_cli.sources.presets import nearest_presets, preset_names, preset_path
from hrnet_cli.text import type_name

if TYPE_CHECKING:
    from hrnet_cli.dialects.writing import Written

DEFAULT = "w32"


class Loaded(NamedTuple):
    """A Spec with the text that it was read from, for whoever has to point into it."""

    spec: Spec
    document: Document
    reading: Reading
    """How a foreign config became the spec; empty for a spec in its own words."""
    source: str
    """What messages call the text."""

    def at_spec_path(self, diagnostic: Diagnostic) -> Diagnostic:
        """A diagnostic at a path of the spec, located in the text that it was read from."""
        return _located(diagnostic, self.document, self.source, self.reading)

    def at_config_path(self, diagnostic: Diagnostic) -> Diagnostic:
        """A diagnostic at a path of the text itself, which is another path in a config of another dialect."""
        return self.document.located(diagnostic, self.source)


class MismatchError(SpecError):
    """A config with parts that do not fit each other. `loaded` is its network, which can be built."""

    def __init__(self, diagnostics: list[Diagnostic], loaded: Loaded) -> None:
        super().__init__(diagnostics)
        self.loaded = loaded


def load_spec(source: Spec | Mapping[str, Any] | str | Path = DEFAULT) -> Spec:
    """A checked Spec from a path, `-` (standard input), `git:REV:PATH`, a preset, `timm:NAME`, a mapping, or a Spec.

    Raises SpecError with every problem at once, UnreadableError, or UsageError for a value of another type.
    """
    if isinstance(source, Spec):
        return source
    if isinstance(source, Mapping):
        return load_document(Document(source, {}, {}), "").spec
    if not isinstance(source, str | Path):
        remedy = "pass the path of a file, the name of a preset, a mapping or a Spec"
        raise UsageError(f"expected a spec, found {type_name(source)}", remedy)
    text, name = read_source(source)
    return load_text(text, name, own_path(source)).spec


def convert(source: Spec | Mapping[str, Any] | str | Path = DEFAULT, to: str = "yaml") -> Written:
    """A spec as the text of a dialect: `yaml`, `json`, `official`, `mmlab` or `timm`.

    Its notes say what is left out. Raises InexpressibleError if the dialect's own code would build another backbone,
    UsageError, and what `load_spec` raises.
    """
    choose("to", to, WRITERS)
    return write_spec(load_spec(source), to)


def own_path(source: str | Path) -> Path | None:
    """The file that a source names; None for standard input, a preset and the like."""
    path = Path(source)
    return path if str(source) != "-" and path.exists() else None


def parse_spec(text: str, source: str = "", path: Path | None = None) -> Spec:
    """A checked Spec from the text of a spec or of a foreign config. Raises SpecError.

    `source` names it in messages; `path` is its file, by which a config finds those that it is based on.
    """
    return load_text(text, source, path).spec


def load_text(text: str, source: str = "", path: Path | None = None) -> Loaded:
    """What `parse_spec` gives, with the places in the text."""
    return load_document(read_text(text, source, path), source)


def load_document(document: Document, source: str, dialect: str | None = None) -> Loaded:
    """The Spec of a document; what is wrong with the text and what is wrong with the network is said together.

    `dialect` is what `identify` gave for its value, where that is known already.
    """
    places = {diagnostic.location[:3] for diagnostic in document.diagnostics}
    try:
        loaded = _read(document, source, identify(document.value) if dialect is None else dialect)
    except SpecError as error:
        rest = [each for each in error.diagnostics if each.location[:3] not in places]
        if not places:
            raise
        raise SpecError([*document.diagnostics, *rest]) from None
    if places:
        raise SpecError(list(document.diagnostics))
    return loaded


def _read(document: Document, source: str, dialect: str) -> Loaded:
    """The Spec of a document in any dialect that is read."""
    value = document.value
    if dialect in FOREIGN:
        return _translated(document, source, dialect, FOREIGN[dialect].read(value))
    unknown = explain_unknown(value) if isinstance(value, Mapping) and not dialect else None
    if unknown:
        whole = unknown._replace(location=Location(source=source))
        raise SpecError([document.located(unknown, source) if unknown.path else whole])
    return _native(document, source)


def _translated(document: Document, source: str, dialect: str, reading: Reading) -> Loaded:
    """The Spec of a reading. Raises SpecError with everything that is wrong, and MismatchError for mismatches alone."""
    diagnostics, mismatches = (
        [document.located(diagnostic, source) for diagnostic in found]
        for found in (reading.diagnostics, reading.mismatches)
    )
    if diagnostics and not reading.data:
        raise SpecError([*diagnostics, *mismatches])
    reading, empty = replace_zeros(reading)
    try:
        spec = remove_modules(_spec(document, source, reading, reading.data, diagnostics), empty)
    except SpecError as error:
        raise SpecError([*mismatches, *error.diagnostics]) from None
    notes = tuple(note_text(note) for note in reading.notes if not note.only_in_check)
    loaded = Loaded(replace(spec, dialect=dialect, notes=notes), document, reading, source)
    if mismatches:
        raise MismatchError(mismatches, loaded)
    return loaded


NATIVE = Reading({}, {})
"""The reading of a spec in its own words: there is nothing to translate."""


def _native(document: Document, source: str) -> Loaded:
    return Loaded(_spec(document, source, NATIVE, document.value), document, NATIVE, source)


def _spec(document: Document, source: str, reading: Reading, value: Any, beside: Iterable[Diagnostic] = ()) -> Spec:
    spec, diagnostics = read_spec(value, reading.spell)
    explained = [_explained(diagnostic, value) for diagnostic in diagnostics]
    located = [*beside, *(_located(diagnostic, document, source, reading) for diagnostic in explained)]
    if spec is None or located:
        raise SpecError(located)
    return spec


def _explained(diagnostic: Diagnostic, value: Any) -> Diagnostic:
    """A diagnostic at a value that only running a Python config would give says so."""
    from hrnet_cli.documents.python.values import Unread

    for part in diagnostic.path:
        if isinstance(value, Mapping):
            value = value.get(part)
        else:
            value = value[part] if isinstance(value, list | tuple) and isinstance(part, int) else None
    if not isinstance(value, Unread):
        return diagnostic
    return diagnostic._replace(code="unreadable-code", message=value.message, remedy=value.remedy)


def _located(diagnostic: Diagnostic, document: Document, source: str, reading: Reading) -> Diagnostic:
    """A diagnostic of the spec with its location, at the path in the config that it came from."""
    if reading.origins:
        origin = reading.origin(diagnostic.path)
        located = document.located(diagnostic._replace(path=origin), source)
        return located if origin else located._replace(path=diagnostic.path)
    return document.located(diagnostic, source)


def read_source(source: str | Path) -> tuple[str, str]:
    """The text that SPEC names, and what to call it. A file that is there wins over a preset of its name."""
    name, path = str(source), Path(source)
    try:
        if not name:
            raise UnreadableError("SPEC is empty", "name a spec file or a preset, or - for standard input")
        if name == "-":
            return decode(getattr(sys.stdin, "buffer", BytesIO()), "<stdin>"), "<stdin>"
        if path.is_dir():
            raise UnreadableError(f"{path} is a folder", "name a spec file in it")
        if path.exists():
            with path.open("rb") as file:
                return decode(file, str(path)), str(path)
        if name.startswith(GIT):
            from hrnet_cli.sources.git import git_bytes

            return decode(BytesIO(git_bytes(name, MAX_CHARACTERS + 1)), name), name
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableError(f"cannot read {name!r}: {reason}", "name a spec file or a preset") from None
    if name.startswith(TIMM):
        from hrnet_cli.dialects.timm.variants import variant_text

        return variant_text(name.removeprefix(TIMM)), name
    if path.name != name or name.removesuffix(".yaml") not in preset_names():
        raise UnreadableError(f"no file and no preset {name!r}", nearest_presets(path.stem))
    return preset_path(name).read_text(encoding="utf-8"), preset_path(name).name


def decode(file: BinaryIO, source: str) -> str:
    """All that a file holds. Raises SpecError where it is too long, of which no more is read, and UnreadableError."""
    data = file.read(MAX_CHARACTERS + 1)
    if len(data) > MAX_CHARACTERS:
        raise refused("too-large", f"more than {MAX_CHARACTERS:,} bytes", "a published config has about 1,000", source)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        end = end_location(error.object[: error.start].decode())  # which has no byte order mark
        message = f"this is not UTF-8 (byte {error.start})"
        remedy = "save it as UTF-8: a spec is YAML or JSON text"
        raise UnreadableError(message, remedy, end._replace(source=source)) from None


def parse_input(input: str | Sequence[int], spec: Spec) -> Shape4:
    """`1x3x256x192`, `3x256x192` or `256x192`, as text or as numbers, as the N×C×H×W that goes into `spec`.

    Raises UsageError.
    """
    diagnostics = Diagnostics()
    shape = Size().read(input, ("--input",), diagnostics)
    if shape is INVALID:
        raise UsageError(f"--input: {diagnostics[0].message}", diagnostics[0].remedy)
    return spec.fill_input(shape)
