"""What can go wrong, as types. Each error is a message, a place and a remedy; none is ever shown as a traceback."""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    """One thing wrong with a spec: what was found, where, and what would be right.

    `code` is stable and names the kind of problem (`unknown-key`, `wrong-length` …); `path` is the dotted path in the
    spec (`stage3.num_blocks`); `line` and `column` count from 1 and are None where the spec is not a text.
    """

    code: str
    path: str
    message: str
    hint: str
    source: str = ""
    line: int | None = None
    column: int | None = None

    @property
    def where(self) -> str:
        """`file:line:column`, as far as it is known."""
        parts = [self.source, self.line, self.column]
        return ":".join(str(part) for part in parts if part not in ("", None))

    def __str__(self) -> str:
        before = [text for text in (self.where, self.path) if text]
        message = ": ".join([*before, self.message])
        return f"{message} [{self.code}]" + (f"\n  {self.hint}" if self.hint else "")


class HrnetError(Exception):
    """Bad usage or bad input: the command ends with exit 2 and this one message."""

    code = "error"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message + (f"\n  {self.hint}" if self.hint else "")


class UnreadableError(HrnetError):
    """A file, a folder or standard input that cannot be read as text, or an output that cannot be written."""

    code = "unreadable"

    def __init__(self, message: str, hint: str = "", where: str = "", line: int | None = None, column: int = 1) -> None:
        super().__init__(message, hint)
        self.where = where
        """The file, where the message does not name it."""
        self.line = line
        """With `column`, the place in it, from 1; None where it is about the whole of it."""
        self.column = column if line else None

    def __str__(self) -> str:
        return (f"{self.where}:{self.line}:{self.column}: " if self.where else "") + super().__str__()


class UsageError(HrnetError):
    """An argument that makes no sense: an input shape, a stage number, an unknown preset."""

    code = "usage"


class MissingExtraError(HrnetError):
    """Something needs an optional dependency that is not installed."""

    code = "missing-extra"


class SpecError(HrnetError):
    """A spec with problems: all of them, in the order of the text."""

    code = "invalid-spec"

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems, key=lambda p: (p.line or 0, p.column or 0))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class InexpressibleError(HrnetError):
    """A network that the dialect it is to be written in has no words for, or whose own code would build another."""

    code = "inexpressible"
