"""From what a user names to a Spec: a file, standard input, a preset, a mapping."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from hrnet_cli.errors import Problem, SpecError, UnreadableError, UsageError
from hrnet_cli.spec.document import LONGEST_TEXT, Document, dotted_path, read_document, refused
from hrnet_cli.spec.fields import INVALID, Finding, Findings, Size, did_you_mean
from hrnet_cli.spec.presets import preset_names, preset_path
from hrnet_cli.spec.readers.reading import Reading
from hrnet_cli.spec.schema import Shape4, Spec, is_native, read_spec

DEFAULT = "w32"


def load_spec(source: Spec | Mapping[str, Any] | str | Path = DEFAULT) -> Spec:
    """A checked Spec from a path, `-` (standard input), a preset, `timm:NAME`, a plain mapping, or a Spec itself.

    Raises SpecError with every problem at once, or UnreadableError.
    """
    if isinstance(source, Spec):
        return source
    if isinstance(source, Mapping):
        return _checked(Document(source, {}, {}), "")
    text, name = read_source(source)
    path = Path(source)
    return parse_spec(text, name, path if str(source) != "-" and path.exists() else None)


def parse_spec(text: str, source: str = "", path: Path | None = None) -> Spec:
    """A checked Spec from the text of a spec or of a foreign config. Raises SpecError.

    `source` names it in messages; `path` is its file, by which a config finds those that it is based on.
    """
    return _checked(_document(text, source, path), source)


def _document(text: str, source: str, path: Path | None) -> Document:
    """YAML or JSON; a text that is no mapping there may be a Python config, which is read and never run."""
    from hrnet_cli.spec.readers.python import looks_like_python, read_python

    if looks_like_python(text):
        return read_python(text, source, path)
    return read_document(text, source)


def _checked(document: Document, source: str) -> Spec:
    """The Spec of a document; what is wrong with the text and what is wrong with the network is said together."""
    problems = {(problem.line, problem.column): problem for problem in document.problems}
    try:
        spec = _read(document, source)
    except SpecError as error:
        rest = [each for each in error.problems if not each.line or (each.line, each.column) not in problems]
        raise SpecError([*document.problems, *rest]) from None
    if problems:
        raise SpecError(list(document.problems))
    return spec


def _read(document: Document, source: str) -> Spec:
    """The Spec of a document in any dialect that is read."""
    value = document.value
    if not isinstance(value, Mapping) or is_native(value):
        return _spec(document, source, Reading({}, {}), value)
    from hrnet_cli.spec.readers.reading import NotHrnetError
    from hrnet_cli.spec.readers.seems import seems_to_be
    from hrnet_cli.spec.readers.table import READERS

    try:
        for name, reader in READERS.items():
            if reader.detect(value):
                reading = reader.read(value)
                if reading.findings:
                    raise SpecError(_problems(list(reading.findings), document, source, Reading({}, {})))
                spec = _spec(document, source, reading, reading.data)
                return replace(spec, dialect=name, notes=reading.notes)
    except NotHrnetError as error:
        raise SpecError([Problem("not-hrnet", "", str(error), "", source)]) from None
    other = seems_to_be(value)
    if other:
        raise SpecError([Problem("not-hrnet", "", f"this is no HRNet: it seems to be {other}", "", source)])
    return _spec(document, source, Reading({}, {}), value)


def _spec(document: Document, source: str, reading: Reading, value: Any) -> Spec:
    spec, findings = read_spec(value)
    if spec is None:
        findings = [_explained(finding, value) for finding in findings]
        raise SpecError(_problems(findings, document, source, reading))
    return spec


def _explained(finding: Finding, value: Any) -> Finding:
    """A finding at a value that only running a Python config would give says so."""
    from hrnet_cli.spec.readers.python.values import Unread

    for part in finding.path:
        if isinstance(value, Mapping):
            value = value.get(part)
        else:
            value = value[part] if isinstance(value, list | tuple) and isinstance(part, int) else None
    if not isinstance(value, Unread):
        return finding
    return finding._replace(code="unreadable-code", message=value.message, hint=value.hint)


def _problems(findings: Findings, document: Document, source: str, reading: Reading) -> list[Problem]:
    """Findings with their lines, at the place in the config that they came from."""
    problems = []
    for finding in findings:
        path = reading.origin(finding.path) if reading.origins else finding.path
        line, column, file = document.mark(path, finding.key) or (None, None, "")
        where = dotted_path(path or finding.path)
        problems.append(Problem(finding.code, where, finding.message, finding.hint, file or source, line, column))
    return problems


def read_source(source: str | Path) -> tuple[str, str]:
    """The text that SPEC names, and what to call it. A file that is there wins over a preset of its name."""
    path = Path(source)
    try:
        if str(source) == "-":
            return _text(getattr(sys.stdin, "buffer", BytesIO()), "<stdin>"), "<stdin>"
        if path.is_dir():
            raise UnreadableError(f"{path} is a folder", "name a spec file in it")
        if path.exists():
            with path.open("rb") as file:
                return _text(file, str(path)), str(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableError(f"cannot read {str(source)!r}: {reason}", "name a spec file or a preset") from None
    if str(source).startswith("timm:"):
        from hrnet_cli.spec.readers.timm import variant_text

        return variant_text(str(source)), str(source)
    if path.name != str(source) or str(source).removesuffix(".yaml") not in preset_names():
        hint = did_you_mean(path.stem, preset_names())
        raise UnreadableError(f"no file and no preset {str(source)!r}", f"presets: {hint}")
    return preset_path(str(source)).read_text(encoding="utf-8"), preset_path(str(source)).name


def _text(file: BinaryIO, source: str) -> str:
    """All that a file holds, or no more of it than shows that it is too long."""
    data = file.read(LONGEST_TEXT + 1)
    if len(data) > LONGEST_TEXT:
        raise refused("too-large", f"more than {LONGEST_TEXT:,} bytes", "a published config has about 1,000", source)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{source} is not UTF-8 (byte {error.start})", "a spec is YAML or JSON text") from None


def parse_input(text: str, spec: Spec) -> Shape4:
    """`1x3x256x192`, `3x256x192` or `256x192` as the N×C×H×W that goes into `spec`. Raises UsageError."""
    findings: Findings = []
    shape = Size().read(text, ("--input",), findings)
    if shape is INVALID:
        raise UsageError(f"--input: {findings[0].message}", findings[0].hint)
    return spec.fill_input(shape)
