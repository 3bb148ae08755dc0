"""From what a user names to a Spec: a file, standard input, a preset, a mapping."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from hrnet_cli.errors import Problem, SpecError, UnreadableError, UsageError
from hrnet_cli.spec.document import LONGEST_TEXT, Document, dotted_path, read_document, refused
from hrnet_cli.spec.fields import INVALID, Findings, Size, did_you_mean
from hrnet_cli.spec.presets import preset_names, preset_path
from hrnet_cli.spec.schema import Shape4, Spec, read_spec

DEFAULT = "w32"


def load_spec(source: Spec | Mapping[str, Any] | str | Path = DEFAULT) -> Spec:
    """A checked Spec from a path, `-` (standard input), a preset's name, a plain mapping, or a Spec itself.

    Raises SpecError with every problem at once, or UnreadableError.
    """
    if isinstance(source, Spec):
        return source
    if isinstance(source, Mapping):
        return _checked(Document(source, {}, {}), "")
    text, name = read_source(source)
    return parse_spec(text, name)


def parse_spec(text: str, source: str = "") -> Spec:
    """A checked Spec from YAML or JSON text; `source` names it in messages. Raises SpecError."""
    return _checked(read_document(text, source), source)


def _checked(document: Document, source: str) -> Spec:
    spec, findings = read_spec(document.value)
    if spec is None:
        raise SpecError(_problems(findings, document, source))
    return spec


def _problems(findings: Findings, document: Document, source: str) -> list[Problem]:
    """Findings with their lines."""
    problems = []
    for finding in findings:
        line, column = document.mark(finding.path, finding.key) or (None, None)
        path = dotted_path(finding.path)
        problems.append(Problem(finding.code, path, finding.message, finding.hint, source, line, column))
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
