"""Where a finding is, as other tools name it: a path from the repository's top, a URI, a fingerprint."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from hrnet_cli.check.finding import Finding


def relative(source: str) -> str:
    """A file with `/` between its folders: from the top of its repository, or else of the working directory."""
    path = Path(source)
    with suppress(ValueError, OSError):  # it lies elsewhere, or there is no working directory any more
        whole = Path(os.path.abspath(path))  # noqa: PTH100  # a link in a repository is that repository's
        if path.is_absolute() or os.path.lexists(path):
            path = whole.relative_to(_repository(whole.parent) or Path.cwd())
    return path.as_posix()


@cache
def _repository(folder: Path) -> Path | None:
    """The top of the git repository that a folder is in: CI counts paths from there, wherever it runs a command."""
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)


_HALF = re.compile(r"[\ud800-\udc7f\udd00-\udfff]")
"""Halves of characters but those that Python has for bytes of a file name that are no UTF-8."""


def uri(source: str) -> str:
    """A file as a relative URI, or an absolute one where it lies elsewhere; its own bytes, percent-encoded."""
    path = _HALF.sub("\ufffd", relative(source))
    scheme = "file://" if path.startswith("/") else ""
    return scheme + quote(path, errors="surrogateescape")


def numbered(findings: Iterable[Finding]) -> Iterator[tuple[Finding, int]]:
    """Each finding with a number, from 1, that tells apart those of one rule at one place of one spec."""
    seen: Counter[tuple[str, str, str]] = Counter()
    for finding in findings:
        kind = (finding.source, finding.code, finding.path)
        seen[kind] += 1
        yield finding, seen[kind]


def fingerprint(finding: Finding, number: int) -> str:
    """The same for as long as the finding is there, whatever becomes of its line and of what its message says."""
    parts = (finding.code, relative(finding.source), finding.path, str(number))
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
