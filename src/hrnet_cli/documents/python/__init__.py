"""Python configs of mmengine and mmcv, read from their syntax tree and never run."""

from __future__ import annotations

import re
from pathlib import Path

from hrnet_cli.documents import Document

_FIRST_LINE = re.compile(r"(?<![^\r\n])[ \t]*[^ \t\r\n#]")
"""The beginning of a line that is neither blank nor a comment."""
_NAME = r"[^\W\d][\w.]*"
_ASSIGNMENT_OR_IMPORT = re.compile(
    rf"{_NAME}(\[[^\]\n]*\])*[ \t]*(,[\w, ]+)?[-+*/]?=(?!=)"
    r"|from\s+[.\w]+\s+import\b|import\s+\w|with\s+read_base\("
)
_ON_ANY_LINE = re.compile(rf"^(?:{_ASSIGNMENT_OR_IMPORT.pattern})", re.MULTILINE)
_OTHER_CODE = re.compile(rf"[rRuU]?(\"\"\"|\'\'\')|(with|if|for|while|try|def|class|del|assert|pass)\b|@\w|{_NAME}\(")


def looks_like_python(text: str) -> bool:
    """Whether a text is Python code, by its first line that is neither blank nor a comment.

    An assignment or an import is code: no YAML or JSON mapping begins like that. So is a line that other code begins
    with, if there is an assignment or an import below it.
    """
    first = _FIRST_LINE.search(text)
    start = first.start() if first else 0
    if _ASSIGNMENT_OR_IMPORT.match(text, start):
        return True
    return bool(_OTHER_CODE.match(text, start) and _ON_ANY_LINE.search(text, start))


def read_python(text: str, source: str, path: Path | None = None) -> Document:
    """The document of a Python config and its bases; `path` is its file, if it has one. Raises SpecError."""
    from hrnet_cli.documents.python.files import read_config  # imports ast

    return read_config(text, source, path)
