"""Where a finding is, as other tools name it: a path from the top of the repository, a URI, a fingerprint."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from hrnet_cli.checking.finding import Finding
from hrnet_cli.files import git_top


def repository_path(source: str) -> str:
    """The path of a file from the top of its git repository, or else from the working directory, with `/`.

    A file that is in neither, and standard input, keep their names.
    """
    path = Path(source)
    with suppress(ValueError, OSError):  # it is in neither, or the working directory was deleted
        absolute = Path(os.path.abspath(path))  # noqa: PTH100  # a link is not followed: it is in the repository
        if path.is_absolute() or os.path.lexists(path):
            path = absolute.relative_to(git_top(absolute.parent) or Path.cwd())
    return path.as_posix()


LONE_SURROGATE = re.compile(r"[\ud800-\udc7f\udd00-\udfff]")
"""Surrogates that stand for no byte; for the bytes of a file name that is not UTF-8, Python has U+DC80 to U+DCFF."""


def uri(source: str) -> str:
    """The percent-encoded bytes of the path, relative if `repository_path` is, else a file URI."""
    path = LONE_SURROGATE.sub("\ufffd", repository_path(source))
    scheme = "file://" if path.startswith("/") else ""
    return scheme + quote(path, errors="surrogateescape")


def numbered(findings: Iterable[Finding]) -> Iterator[tuple[Finding, int]]:
    """Each finding with its number, from 1, among those of the same rule at the same path of the same file."""
    seen: Counter[tuple[str, str, str]] = Counter()
    for finding in findings:
        place = (finding.source, finding.code, finding.path)
        seen[place] += 1
        yield finding, seen[place]


def fingerprint(finding: Finding, number: int) -> str:
    """A hash that stays the same if the finding moves to another line or its message changes."""
    parts = (finding.code, repository_path(finding.source), finding.path, str(number))
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
