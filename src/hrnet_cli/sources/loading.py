"""From what a user names (a file, standard input, a preset, a mapping) to a Spec."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from hrnet_cli.dialects.reading import Reading, note_text, remove_modules
from hrnet_cli.dialects.table import (
    FOREIGN,
    WRITERS,
    explain_limits,
    explain_unknown,
    identify,
    may_hold_hrnet,
    write_spec,
)
from hrnet_cli.documents import MAX_CHARACTERS, PLACE_MARK, Document, read_text
from hrnet_cli.documents.bases import base_key, why_unread
from hrnet_cli.documents.yaml import end_location, refused
from hrnet_cli.errors import Diagnostic, Location, SpecError, UnreadableError, UsageError, choose
from hrnet_cli.files import read_bytes
from hrnet_cli.hrnet import DEFAULT_PRESET
from hrnet_cli.schema.fields import INVALID, Size
from hrnet_cli.schema.records import Diagnostics
from hrnet_cli.schema.spec import Shape4, Spec, read_spec
from hrnet_cli.text import KeyPath, printable, type_name

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
    found = read_source(source)
    return load_document(found.document(), found.name).spec


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
    config, absent = document.value, [*document.absent]
    try:
        document, name, reading = _read(document, source, dialect)
    except SpecError as error:
        raise SpecError(absent or error.diagnostics) from None
    wrong = [document.located(each, source) for each in reading.diagnostics]
    mismatches = [document.located(each, source) for each in reading.mismatches]
    spec = None
    if reading.data or not wrong:
        spec, diagnostics = read_spec(reading.data, reading.spell, reading.blocks if name in FOREIGN else ())
        explained = [_explain_unread(each, reading.data) for each in diagnostics]
        wrong += [_at_spec_path(each, document, reading, source) for each in explained]
    if wrong and name in FOREIGN and not reading.code_is_known and (base_key(config) or not reading.diagnostics):
        from hrnet_cli.sources.places import explain_part

        part = explain_part(reading, config)
        wrong = [document.located(part, source)] if part else wrong
    if reading.is_fork:
        wrong = _not_built(wrong)
    if document.diagnostics or spec is None or wrong:
        known = {each.location[:3] for each in document.diagnostics}
        others = [each for each in (*wrong, *mismatches) if each.location[:3] not in known]
        raise SpecError(absent or [*document.diagnostics, *others])
    for each in absent:
        reading.add_note("assumed", (), f"{each.message}: what it has is not read")
    loaded = Loaded(
        _with_reading(spec, name, reading, document.root) if name in FOREIGN else spec, document, reading, source
    )
    if mismatches:
        raise MismatchError(mismatches, loaded)
    return loaded


def _read(document: Document, source: str, dialect: str | None) -> tuple[Document, str, Reading]:
    """The document or the part of it that holds an HRNet, its dialect, and what the reader makes of it."""
    name = identify(document.value) if dialect is None else dialect
    if not name and may_hold_hrnet(document.value):
        from hrnet_cli.sources.places import find_place  # most configs are read from their top

        document = find_place(document, source)
    value = document.value
    if document.root:
        from hrnet_cli.sources.places import read_place

        name, reading = read_place(document)
    else:
        reading = FOREIGN[name].read(value) if name in FOREIGN else Reading(value)
    if not name and isinstance(value, Mapping) and (unknown := explain_unknown(document, source.endswith(".py"))):
        whole_file = unknown._replace(location=Location(source=source))
        raise SpecError([document.located(unknown, source) if unknown.path or document.root else whole_file])
    if name in FOREIGN and not document.root and (key := base_key(value)):
        effect = ": what it has is not read" if value[key] else ""
        reading.add_note("assumed", (key,), f"{key}: {why_unread(document)}{effect}")
    return document.without("unknown-tag") if reading.accepts_tags else document, name, reading


def _with_reading(spec: Spec, name: str, reading: Reading, root: KeyPath) -> Spec:
    """The spec with what its reader says of it, and of what the config's own code cannot build."""
    spec = replace(remove_modules(spec, reading.empty_stages), dialect=name, key_prefixes=reading.key_prefixes)
    said = [note for note in reading.notes if not note.only_in_check]
    if reading.code_is_known:
        limits = explain_limits(name, spec, reading)
        said += [limit._replace(path=reading.origin(limit.path), at_key=False) for limit in limits]
    return replace(spec, notes=tuple(note_text(each._replace(path=(*root, *each.path))) for each in said))


def _not_built(wrong: list[Diagnostic]) -> list[Diagnostic]:
    """What cannot be built of a config that is for other code: that may build it, so that it is at most a note."""
    notes = [each._replace(at_most_note=True) for each in wrong]
    first = "this is for other code, and nothing is built: "
    return [each._replace(message=first + each.message) for each in notes[:1]] + notes[1:]


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
    place: str = ""
    """The path of the network in the text, as `FILE#PATH` names it; empty for the whole."""

    def document(self) -> Document:
        """The text as plain values, or the part of it that is named. Raises SpecError, or UnreadableError."""
        document = read_text(self.text, self.name, self.path)
        if not self.place:
            return document
        from hrnet_cli.sources.places import choose_place

        return choose_place(document, self.place, self.name)


def read_source(source: str | Path) -> Source:
    """The text that a SPEC names. A file takes precedence over a preset of its name. Raises UnreadableError.

    The last `#` of a name that is no file's begins the path of the network in the text.
    """
    name, place = split_place(str(source))
    return _read_source(name)._replace(place=place)


def split_place(source: str) -> tuple[str, str]:
    """`FILE#PATH` as the name of the file and the path of the network in it, which is empty where none is named."""
    name, mark, place = source.rpartition(PLACE_MARK)
    return (name, place) if mark and not _exists(source) else (source, "")


def _exists(name: str) -> bool:
    try:
        return Path(name).exists()
    except (OSError, ValueError):
        return False


def _read_source(name: str) -> Source:
    path = Path(name)
    try:
        if not name:
            raise UnreadableError("SPEC is empty", "name a spec file or a preset, or - for standard input")
        if name == "-":
            return Source(decode(getattr(sys.stdin, "buffer", BytesIO()), "<stdin>"), "<stdin>")
        if path.is_dir():
            raise UnreadableError(f"{printable(str(path))} is a folder", "name a spec file in it")
        if path.exists():
            return Source(decode(_open(path), str(path)), str(path), path)
        if name.startswith(GIT):
            from hrnet_cli.sources.git import git_bytes, git_size

            if git_size(name) > MAX_CHARACTERS:
                raise _too_long(name)
            return Source(decode(BytesIO(git_bytes(name)), name), name)
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


OPEN_FILE = re.compile("/dev/(stdin|fd/[0-9]+)")
"""A file that whoever started the command has opened for it: `<(sed … w32.yaml)` in a shell."""


def _open(path: Path) -> BinaryIO:
    """A file that the user names, no further than a config may be long. Raises OSError."""
    if OPEN_FILE.fullmatch(str(path)):
        with path.open("rb") as file:
            return BytesIO(file.read(MAX_CHARACTERS + 1))
    return BytesIO(read_bytes(path, MAX_CHARACTERS + 1))


def own_path(source: str | Path) -> Path | None:
    """The file that a SPEC names; None for standard input, a preset and the like."""
    name, _ = split_place(str(source))
    return Path(name) if name != "-" and _exists(name) else None


def decode(file: BinaryIO, source: str) -> str:
    """The text of a file. Raises UnreadableError if it is not UTF-8, and SpecError if it is too long to be a config."""
    data = file.read(MAX_CHARACTERS + 1)
    if len(data) > MAX_CHARACTERS:
        raise _too_long(source)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        location = end_location(error.object[: error.start].decode(), source)  # without the byte order mark
        message, remedy = f"not UTF-8 (byte {error.start})", "save it as UTF-8: a spec is YAML or JSON text"
        raise UnreadableError(message, remedy, location) from None


def _too_long(source: str) -> SpecError:
    return refused("too-large", f"more than {MAX_CHARACTERS:,} bytes", "a published config has about 1,000", source)


def parse_input(input: str | Sequence[int], spec: Spec) -> Shape4:
    """The input shape of a network from `1x3x256x192`, `3x256x192` or `256x192`, as text or as numbers.

    Left out, the batch is 1 and the channels are the network's. Raises UsageError.
    """
    diagnostics = Diagnostics()
    shape = Size().read(input, ("input",), diagnostics)
    if shape is INVALID:
        raise UsageError(f"input: {diagnostics[0].message}", diagnostics[0].remedy)
    return spec.fill_input(shape)
