"""From what a user names to a Spec: a file, standard input, a preset, a mapping."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from hrnet_cli.errors import Problem, SpecError, UnreadableError, UsageError
from hrnet_cli.spec.document import LONGEST_TEXT, Document, dotted_path, mark_after, read_document, refused
from hrnet_cli.spec.fields import INVALID, Fault, Faults, Size
from hrnet_cli.spec.prefixes import GIT, TIMM
from hrnet_cli.spec.presets import nearest_presets, preset_names, preset_path
from hrnet_cli.spec.readers.reading import Reading
from hrnet_cli.spec.schema import STAGE_KEY, Shape4, Spec, is_native, read_spec

DEFAULT = "w32"


class Loaded(NamedTuple):
    """A Spec with the text that it was read from, for whoever has to point into it."""

    spec: Spec
    document: Document
    reading: Reading
    """How a foreign config became the spec; empty for a spec in its own words."""
    source: str
    """What messages call the text."""

    def problem(self, fault: Fault) -> Problem:
        """A fault at a path of the spec, at the place in the text that it came from."""
        return _problem(fault, self.document, self.source, self.reading)

    def problem_there(self, fault: Fault) -> Problem:
        """A fault at a path of the text itself, which for a foreign config is another."""
        return _problem(fault, self.document, self.source, NATIVE)


class MisfitError(SpecError):
    """A config with parts that do not fit together, each of which can be built: `loaded` is the network so far."""

    def __init__(self, problems: list[Problem], loaded: Loaded) -> None:
        super().__init__(problems)
        self.loaded = loaded


def load_spec(source: Spec | Mapping[str, Any] | str | Path = DEFAULT) -> Spec:
    """A checked Spec from a path, `-` (standard input), `git:REV:PATH`, a preset, `timm:NAME`, a mapping, or a Spec.

    Raises SpecError with every problem at once, or UnreadableError.
    """
    if isinstance(source, Spec):
        return source
    if isinstance(source, Mapping):
        return load_document(Document(source, {}, {}), "").spec
    text, name = read_source(source)
    return load_text(text, name, own_path(source)).spec


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


def read_text(text: str, source: str = "", path: Path | None = None) -> Document:
    """YAML or JSON; a text that is no mapping there may be a Python config, which is read and never run."""
    from hrnet_cli.spec.readers.python import looks_like_python, read_python

    if looks_like_python(text):
        return read_python(text, source, path)
    return read_document(text, source)


def load_document(document: Document, source: str) -> Loaded:
    """The Spec of a document; what is wrong with the text and what is wrong with the network is said together."""
    problems = {(problem.source, problem.line, problem.column) for problem in document.problems}
    try:
        loaded = _read(document, source)
    except SpecError as error:
        if not problems:
            raise
        rest = [each for each in error.problems if (each.source, each.line, each.column) not in problems]
        raise SpecError([*document.problems, *rest]) from None
    if problems:
        raise SpecError(list(document.problems))
    return loaded


NOT_OURS = "name the config of an HRNet; check leaves this one out with exclude in its settings"


def _read(document: Document, source: str) -> Loaded:
    """The Spec of a document in any dialect that is read."""
    value = document.value
    if not isinstance(value, Mapping) or is_native(value):
        return _native(document, source)
    from hrnet_cli.spec.readers.reading import NotHrnetError
    from hrnet_cli.spec.readers.seems import seems_to_be
    from hrnet_cli.spec.readers.table import READERS

    try:
        for name, reader in READERS.items():
            if reader.detect(value):
                reading = reader.read(value)
                if reading.faults:
                    faults = (*reading.faults, *reading.misfits)
                    raise SpecError([_problem(fault, document, source, NATIVE) for fault in faults])
                return _fitting(document, source, name, reading)
    except NotHrnetError as error:
        raise SpecError([Problem("not-hrnet", "", str(error), NOT_OURS, source)]) from None
    slips = [fault for reader in READERS.values() if reader.slip and (fault := reader.slip(value))]
    if slips:
        raise SpecError([_problem(slips[0], document, source, NATIVE)])
    other = seems_to_be(value)
    if other:
        raise SpecError([Problem("not-hrnet", "", f"this is no HRNet: it seems to be {other}", NOT_OURS, source)])
    return _native(document, source)


def _fitting(document: Document, source: str, dialect: str, reading: Reading) -> Loaded:
    """The Spec of a reading. Raises SpecError, with what does not fit together beside what else is wrong."""
    from hrnet_cli.spec.readers.zeros import without_modules, without_zeros

    misfits, beside = (
        [_problem(fault, document, source, NATIVE) for fault in faults] for faults in (reading.misfits, reading.beside)
    )
    reading, empty = without_zeros(reading)
    try:
        spec = without_modules(_spec(document, source, reading, reading.data, beside), empty)
    except SpecError as error:
        raise SpecError([*misfits, *error.problems]) from None
    notes = tuple(note.line for note in reading.notes if not note.silent)
    loaded = Loaded(replace(spec, dialect=dialect, notes=notes), document, reading, source)
    if misfits:
        raise MisfitError(misfits, loaded)
    return loaded


def is_recognised(document: Document) -> bool:
    """Whether it is meant to be an HRNet, however wrong: it has stages of ours, or a dialect knows it as its own.

    A Python file whose `model` is a call is any program; a job of a pipeline may be called stage1.
    """
    value = document.value
    if not isinstance(value, Mapping):
        return False
    from hrnet_cli.spec.readers.reading import is_stage
    from hrnet_cli.spec.readers.table import READERS

    ours = any(STAGE_KEY.match(str(key)) and is_stage(item) for key, item in value.items())
    return ours or any((reader.recognise or reader.detect)(value) for reader in READERS.values())


NATIVE = Reading({}, {})
"""The reading of a spec in its own words: there is nothing to translate."""


def _native(document: Document, source: str) -> Loaded:
    return Loaded(_spec(document, source, NATIVE, document.value), document, NATIVE, source)


def _spec(document: Document, source: str, reading: Reading, value: Any, beside: Iterable[Problem] = ()) -> Spec:
    spec, faults = read_spec(value)
    explained = [_explained(fault, value) for fault in faults]
    problems = [*beside, *(_problem(fault, document, source, reading) for fault in explained)]
    if spec is None or problems:
        raise SpecError(problems)
    return spec


def _explained(fault: Fault, value: Any) -> Fault:
    """A fault at a value that only running a Python config would give says so."""
    from hrnet_cli.spec.readers.python.values import Unread

    for part in fault.path:
        if isinstance(value, Mapping):
            value = value.get(part)
        else:
            value = value[part] if isinstance(value, list | tuple) and isinstance(part, int) else None
    if not isinstance(value, Unread):
        return fault
    return fault._replace(code="unreadable-code", message=value.message, hint=value.hint)


def _problem(fault: Fault, document: Document, source: str, reading: Reading) -> Problem:
    """A fault with its line, at the place in the config that it came from, and in that config's words."""
    fault, path = reading.say(fault), reading.origin(fault.path) if reading.origins else fault.path
    line, column, file = document.mark(path, fault.key) or (None, None, "")
    where = dotted_path(path or fault.path)
    return Problem(fault.code, where, fault.message, fault.hint, file or source, line, column)


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
            from hrnet_cli.spec.git import git_bytes

            return decode(BytesIO(git_bytes(name, LONGEST_TEXT + 1)), name), name
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableError(f"cannot read {name!r}: {reason}", "name a spec file or a preset") from None
    if name.startswith(TIMM):
        from hrnet_cli.spec.readers.timm import variant_text

        return variant_text(name), name
    if path.name != name or name.removesuffix(".yaml") not in preset_names():
        raise UnreadableError(f"no file and no preset {name!r}", nearest_presets(path.stem))
    return preset_path(name).read_text(encoding="utf-8"), preset_path(name).name


def decode(file: BinaryIO, source: str) -> str:
    """All that a file holds. Raises SpecError where it is too long, of which no more is read, and UnreadableError."""
    data = file.read(LONGEST_TEXT + 1)
    if len(data) > LONGEST_TEXT:
        raise refused("too-large", f"more than {LONGEST_TEXT:,} bytes", "a published config has about 1,000", source)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column, _ = mark_after(error.object[: error.start].decode())  # which has no byte order mark
        message = f"this is not UTF-8 (byte {error.start})"
        hint = "save it as UTF-8: a spec is YAML or JSON text"
        raise UnreadableError(message, hint, source, line, column) from None


def parse_input(text: str, spec: Spec) -> Shape4:
    """`1x3x256x192`, `3x256x192` or `256x192` as the N×C×H×W that goes into `spec`. Raises UsageError."""
    faults: Faults = []
    shape = Size().read(text, ("--input",), faults)
    if shape is INVALID:
        raise UsageError(f"--input: {faults[0].message}", faults[0].hint)
    return spec.fill_input(shape)
