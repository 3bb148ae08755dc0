"""Python configs (mmengine's and mmcv's), read from their syntax tree and never run."""

from __future__ import annotations

import re
from pathlib import Path

from hrnet_cli.documents import Document

_NAME = r"[^\W\d][\w.]*"
_STATEMENT = re.compile(
    rf"{_NAME}(\[[^\]\n]*\])*[ \t]*(,[\w, ]+)?[-+*/]?=(?!=)"
    r"|from\s+[.\w]+\s+import\b|import\s+\w|with\s+read_base\("
)
_ANY_STATEMENT = re.compile(rf"^(?:{_STATEMENT.pattern})", re.MULTILINE)
_OTHER_BEGINNING = re.compile(
    rf"[rRuU]?(\"\"\"|\'\'\')|(with|if|for|while|try|def|class|del|assert|pass)\b|@\w|{_NAME}\("
)


def looks_like_python(text: str) -> bool:
    """Whether a text is Python code: by what its first line of substance is, which no YAML or JSON mapping begins with.

    An assignment or an import is; anything else that code may begin with is, if an assignment or an import follows.
    """
    first = re.match(r"(?:[ \t]*(?:#[^\n\r]*)?[\r\n]+)*", text)
    start = first.end() if first else 0
    if _STATEMENT.match(text, start):
        return True
    return bool(_OTHER_BEGINNING.match(text, start) and _ANY_STATEMENT.search(text, start))


def read_python(text: str, source: str, path: Path | None = None) -> Document:
    """The document of a Python config, bases and all; `path` is its file, if it has one. Raises SpecError."""
    from hrnet_cli.documents.python.files import read_config  # imports ast

    return read_config(text, source, path)
