"""The lock file: YAML that records what each spec built when it was locked. `hrnet-cli lock` writes it."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hrnet_cli.documents import PLACE_MARK
from hrnet_cli.documents.yaml import read_document
from hrnet_cli.errors import Diagnostic, Location, SpecError, UnreadableError, UsageError
from hrnet_cli.files import read_bytes
from hrnet_cli.nn import Shape
from hrnet_cli.schema.fields import INVALID, Count, Each, RecordOf, Text, unknown_keys, wrong_type
from hrnet_cli.schema.records import Diagnostics, Record, entries, entry, record
from hrnet_cli.sources import preset_names
from hrnet_cli.sources.loading import TIMM
from hrnet_cli.text import KeyPath, dotted_path, plural, printable, quote, quote_key, shape_argument

LOCK_NAME = "hrnet.lock"
LOCK_VERSION = 1
MAX_BYTES = 1_000_000
"""About 2,300 specs."""
MAX_VALUES = 120_000
"""More than a lock file of that length has."""
HEADER = f"""\
# What each spec builds. Written by `hrnet-cli lock`; `hrnet-cli lock --update` renews it.
version: {LOCK_VERSION}
specs:
"""


class Matching:
    """A string of one form, kept as `convert` makes it."""

    def __init__(self, pattern: str, example: str, convert: Any = str) -> None:
        self.pattern, self.example, self.convert = re.compile(pattern), example, convert

    def read(self, value: Any, path: KeyPath, diagnostics: Diagnostics) -> Any:
        """The converted string."""
        if not isinstance(value, str) or not self.pattern.fullmatch(value):
            message = f"expected a value like {self.example}, found {quote(value)}"
            diagnostics.append(Diagnostic("bad-text", path, message))
            return INVALID
        return self.convert(value)


NUMBER = Count(0, 10**30)
SHAPE = Matching(
    "[1-9][0-9]{0,29}(x[1-9][0-9]{0,29}){0,7}", "1x17x64x48", lambda text: tuple(map(int, text.split("x")))
)
SHAPES = Each(SHAPE, 100)


@record(frozen=True)
class LockEntry(Record):
    """What one spec builds at its own input. The fields are the keys of the file, in its order."""

    input: Shape = entry(SHAPE, "the input, N×C×H×W")
    params: int = entry(NUMBER, "elements of all parameters")
    macs: int = entry(NUMBER, "multiply-accumulates")
    activations: int = entry(NUMBER, "elements that convolutions and matrix products put out")
    branches: tuple[Shape, ...] = entry(SHAPES, "the C×H×W of each branch of the last stage")
    outputs: tuple[Shape, ...] = entry(SHAPES, "the shape of each output")
    upsampling: str = entry(Text(), "how fuse layers upsample, which neither a key nor a count shows")
    batch_norm: str = entry(Text(), "momentum and eps of the batch norms")
    keys: int = entry(NUMBER, "the number of state-dict keys")
    digest: str = entry(Matching("[0-9a-f]{64}", "a SHA-256"), "SHA-256 of the state-dict keys and their shapes")


ENTRY = RecordOf(LockEntry)


# Writing


def lock_text(locked: Mapping[str, LockEntry]) -> str:
    """The lock file of entries by spec name. The same entries give the same bytes, whatever their order.

    Raises UsageError for so many entries that no lock file may have them.
    """
    lines = [HEADER]
    for name in sorted(locked):
        # Quoted as JSON and YAML both read it. A name that would not print as it is gets escapes.
        lines.append(f"  {json.dumps(name, ensure_ascii=not name.isprintable())}:\n")
        lines += [f"    {field}: {_value_text(getattr(locked[name], field))}\n" for field in entries(LockEntry)]
    text = "".join(lines)
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        message = f"{plural(len(locked), 'entry')} take more than the {MAX_BYTES:,} bytes that a lock file may have"
        raise UsageError(message, "lock some of the specs in another file with --lock")
    return text


def _value_text(value: Any) -> str:
    """A number, a text, a shape (1x3x256x192) or a list of shapes."""
    if not isinstance(value, tuple):
        return str(value)
    if value and isinstance(value[0], int):
        return shape_argument(value)
    return f"[{', '.join(map(_value_text, value))}]"


# Reading

REMEDY = "restore the file, or remove it and lock the specs again"
CONFLICT = re.compile(r"^(?:<{7}|\|{7}|={7}|>{7})(?: |\r?$)", re.MULTILINE)
"""The markers that git leaves in a file whose merge has a conflict."""


def open_lock(path: Path) -> dict[str, LockEntry]:
    """The entries of a lock file by spec name. Raises UnreadableError."""
    try:
        data = read_bytes(path, MAX_BYTES + 1)
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{printable(str(path))} is not UTF-8 (byte {error.start})", REMEDY) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        remedy = "write it with hrnet-cli lock SPEC, or name another with --lock"
        raise UnreadableError(f"cannot read {str(path)!r}: {reason}", remedy) from None
    if len(data) > MAX_BYTES:
        message = f"{printable(str(path))} has more than {MAX_BYTES:,} bytes"
        raise UnreadableError(message, "no lock file is that long")
    return read_lock(text, str(path))


def read_lock(text: str, source: str) -> dict[str, LockEntry]:
    """The entries of a lock file's text. Raises UnreadableError with the place of the first mistake."""
    conflict = CONFLICT.search(text)
    if conflict:
        location = Location(text.count("\n", 0, conflict.start()) + 1, 1, source)
        remedy = "keep one of the two sides, then run hrnet-cli lock --update"
        raise UnreadableError("git left a merge conflict here", remedy, location)
    try:
        document = read_document(_yaml_escapes(text), source, max_characters=MAX_BYTES, max_values=MAX_VALUES)
    except SpecError as error:
        first = error.diagnostics[0]
        raise _unreadable(first._replace(remedy=REMEDY) if first.code == "empty" else first) from None
    diagnostics: Diagnostics = Diagnostics(document.diagnostics)
    found = {} if diagnostics else _read_entries(document.value, diagnostics)
    if diagnostics:
        located = [each if each.location.line else document.located(each, source) for each in diagnostics]
        raise _unreadable(min(located, key=lambda each: each.location[:2]))
    return found


HALF_CHARACTER = re.compile(r"(?<!\\)((?:\\\\)*)\\u(?=d[89a-f][0-9a-f]{2}|ffff)", re.IGNORECASE)
"""JSON's escape of half a character (`\\ud83d`, a byte of a file name that is not UTF-8), which YAML does not have."""


def _yaml_escapes(text: str) -> str:
    """The text with U+FFFF and four hexadecimal digits in place of each half of a character."""
    return HALF_CHARACTER.sub(r"\1\\uffff", text)


def _spec_name(key: str) -> str:
    """A key as JSON reads it: what `_yaml_escapes` took apart is put together."""
    halves = re.sub("\uffff([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), key)
    return halves.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def is_no_file(name: str) -> bool:
    """Whether a name in a lock file is that of a preset or of a network of timm, or `-`, which is standard input."""
    return name in preset_names() or name.startswith(TIMM) or name == "-"


def canonical_name(name: str) -> str:
    """The name of a spec as `lock` writes it: `./` begins only what would be taken for something else without it."""
    if is_no_file(name):
        return name
    file, mark, place = name.rpartition(PLACE_MARK) if PLACE_MARK in name else (name, "", "")
    plain = f"{posixpath.normpath(file) if file else file}{mark}{place}"
    return f"./{plain}" if is_no_file(plain) else plain


def _unreadable(diagnostic: Diagnostic) -> UnreadableError:
    """The error of a mistake, which names the field of the entry that it is in."""
    field = dotted_path(diagnostic.path[2:])
    message = diagnostic.message if field in diagnostic.message else f"{field}: {diagnostic.message}"
    return UnreadableError(message, diagnostic.remedy or REMEDY, diagnostic.location)


def _read_entries(value: Any, diagnostics: Diagnostics) -> dict[str, LockEntry]:
    """The entries by name, in the order of the file; what is wrong goes to `diagnostics`."""
    if not isinstance(value, Mapping) or value.get("version") is None:
        diagnostics.append(Diagnostic("missing-key", (), "this is not a lock file: it has no version"))
        return {}
    version, specs = value["version"], value.get("specs")
    if version is True or version != LOCK_VERSION:
        message = f"a lock file of version {quote(version)}, and this hrnet-cli reads version {LOCK_VERSION}"
        remedy = "use the hrnet-cli that wrote it, or remove it and lock the specs again"
        diagnostics.append(Diagnostic("out-of-range", ("version",), message, remedy))
        return {}
    diagnostics += unknown_keys(value, ("version", "specs"), ())
    if "specs" not in value and not diagnostics:
        diagnostics.append(Diagnostic("missing-key", (), "specs is missing"))
    if specs is not None and not isinstance(specs, Mapping):
        diagnostics.append(wrong_type(specs, "a mapping of specs", ("specs",)))
    if diagnostics or specs is None:  # an empty lock file has `specs:` and nothing below it
        return {}
    found = {}
    for name, item in specs.items():
        path = ("specs", quote_key(name))
        if isinstance(name, str):
            spec = canonical_name(_spec_name(name))
            if spec in found:
                message, remedy = f"{quote(name)} is a second entry of {quote(spec)}", "keep one of the two"
                diagnostics.append(Diagnostic("duplicate-key", path, message, remedy, at_key=True))
            found[spec] = ENTRY.read(item, path, diagnostics)
        else:
            message = f"expected the name of a spec in quotes, found {quote(name)}"
            diagnostics.append(Diagnostic("wrong-type", path, message, at_key=True))
    return found
