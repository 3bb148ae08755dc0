"""What can go wrong, as data and as exceptions: a message, a location and a remedy, never a traceback."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, TypeVar

from hrnet_cli.text import KeyPath, dotted_path, printable, quote

Severity = Literal["error", "warning", "note"]

Code = Literal[
    # a text that cannot be read
    "unreadable",
    "internal-error",
    "syntax",
    "empty",
    "too-deep",
    "unknown-tag",
    "duplicate-key",
    # a Python config that cannot be followed without running it
    "unreadable-code",
    "missing-base",
    "bad-base",
    "base-cycle",
    "no-folder",
    "other-package",
    "too-many-bases",
    # a spec that cannot be built
    "unknown-key",
    "missing-key",
    "wrong-type",
    "unknown-choice",
    "too-small",
    "too-large",
    "too-short",
    "too-long",
    "too-many-stages",
    "out-of-range",
    "wrong-length",
    "falling-branches",
    "first-stage",
    "bad-text",
    "bad-input",
    "bad-figure",
    "bad-amount",
    "bad-kernel",
    "bad-code",
    "odd-channels",
    "uneven-blocks",
    "no-effect",
    "wrong-channels",
    "head-branches",
    "not-hrnet",
    "not-batch-norm",
    "not-plain-conv",
    # what the code that a config is written for ignores, or reads in another way
    "misspelt-key",
    "unread-key",
    "letter-case",
    "unread-value",
    "fuse-method",
    "unbuilt-stage",
    "extra-entries",
    "assumed",
    "no-default",
    "left-out",
    "fork",
    "differs",
    # what that code cannot build
    "refused-argument",
    "head-strides",
    "width-change",
    "head-needs",
    "fixed-part",
    # what only a forward pass, a budget or a lock shows
    "input-breaks",
    "input-stretched",
    "unread-branches",
    "nothing-to-join",
    "heatmap-size",
    "joints",
    "unfriendly-channels",
    "max-params",
    "max-macs",
    "max-activations",
    "divisor",
    "published",
    "not-locked",
    "not-as-locked",
    # comments that suppress findings
    "unused-ignore",
    "bad-ignore",
]
"""The kind of a diagnostic. `checking.rules` says which rule reports it."""


class Location(NamedTuple):
    """A range of a text. Lines and columns count from 1, columns in characters; the end is exclusive.

    `line` is None where the whole of `source` is meant; `source` is empty where the text has no name.
    """

    line: int | None = None
    column: int | None = None
    source: str = ""
    end_line: int | None = None
    end_column: int | None = None

    def __str__(self) -> str:
        parts = (printable(self.source), self.line, self.column)
        return ":".join(str(part) for part in parts if part not in ("", None))


NOWHERE = Location()


class Diagnostic(NamedTuple):
    """One thing to say about a spec or a config: what was found, where, and what would be right."""

    code: Code
    path: KeyPath
    """Where in the document; empty for the whole of it."""
    message: str
    remedy: str = ""
    at_key: bool = False
    """Whether the key itself is meant, and not its value."""
    severity: Severity = "error"
    location: Location = NOWHERE
    """Where in the text, once the document is known that `path` leads through."""
    only_in_check: bool = False
    """Whether a note is left out of what commands other than `check` print."""
    at_most_note: bool = False
    """Whether it is a note, whatever the severity of its rule: it changes nothing, or the code that reads the config is
    not known."""

    @property
    def dotted(self) -> str:
        """The path as messages show it: `stage3.num_blocks[1]`."""
        return dotted_path(self.path)

    def __str__(self) -> str:
        parts = [text for text in (str(self.location), self.dotted, self.message) if text]
        first = printable(f"{': '.join(parts)} [{self.code}]")
        return f"{first}\n  {printable(self.remedy)}" if self.remedy else first


class HrnetError(Exception):
    """Bad usage or bad input: the command ends with exit 2 and this one message."""

    code = "error"

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy by what it holds: the constructors of some take other arguments than their message."""
        return _restore, (type(self), self.args), self.__dict__

    def __str__(self) -> str:
        return self.message + (f"\n  {self.remedy}" if self.remedy else "")


class UnreadableError(HrnetError):
    """A file, a folder or standard input that cannot be read as text, or an output that cannot be written.

    `location` says where, if the message does not.
    """

    code = "unreadable"

    def __init__(self, message: str, remedy: str = "", location: Location = NOWHERE) -> None:
        super().__init__(message, remedy)
        self.location = location

    def __str__(self) -> str:
        return (f"{self.location}: " if self.location.source else "") + super().__str__()


class UsageError(HrnetError):
    """An argument that makes no sense: an input shape, a stage number, an unknown preset."""

    code = "usage"


def _restore(kind: type[HrnetError], args: tuple[Any, ...]) -> HrnetError:
    error = kind.__new__(kind)
    error.args = args
    return error


Option = TypeVar("Option")


def choose(argument: str, value: Any, options: Mapping[str, Option]) -> Option:
    """The option that the value of an argument names. Raises UsageError with the choices."""
    if not isinstance(value, str) or value not in options:
        shown = quote(value) if value is not None else "None"
        raise UsageError(f"{argument}: {shown} is not a choice", f"choose from {', '.join(options)}")
    return options[value]


def check_flags(**flags: Any) -> None:
    """Raise UsageError for an argument that is neither True nor False."""
    for argument, value in flags.items():
        if not isinstance(value, bool):
            raise UsageError(f"{argument}: {quote(value)} is neither True nor False", "pass a boolean")


class MissingExtraError(HrnetError):
    """An optional dependency is needed and not installed."""

    code = "missing-extra"


class SpecError(HrnetError):
    """A spec or config that cannot be built: all diagnostics, in the order of the text."""

    code = "invalid-spec"

    def __init__(self, diagnostics: list[Diagnostic]) -> None:
        self.diagnostics = sorted(diagnostics, key=lambda each: (each.location.line or 0, each.location.column or 0))
        super().__init__("\n".join(map(str, self.diagnostics)))


class InexpressibleError(HrnetError):
    """A network that cannot be written in a dialect: it has no keys for it, or its own code would build another."""

    code = "inexpressible"
