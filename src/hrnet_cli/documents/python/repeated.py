"""Keys that stand twice in a Python config: Python refuses the one kind, and keeps the last of the other in silence."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from hrnet_cli.errors import Diagnostic, Location
from hrnet_cli.text import quote

MOST_REPEATED = 20
"""Keys that are told of one file."""
Keys = Iterator[tuple[Any, ast.AST]]


def repeated(tree: ast.Module, mark: Callable[[Any], Location]) -> list[Diagnostic]:
    """A problem for each key of a call or of a dict that stood there before; `mark` is where syntax stands."""
    return list(islice(_repeated(tree, mark), MOST_REPEATED))


def _repeated(tree: ast.Module, mark: Callable[[Any], Location]) -> Iterator[Diagnostic]:
    for item in ast.walk(tree):
        if isinstance(item, ast.Call):
            keywords = ((word.arg, word) for word in item.keywords if word.arg is not None)
            yield from _again(keywords, mark, "Python refuses the file")
        elif isinstance(item, ast.Dict):
            keys = ((key.value, key) for key in item.keys if isinstance(key, ast.Constant))
            yield from _again(keys, mark, "Python keeps the last")


def _again(keys: Keys, mark: Callable[[Any], Location], what: str) -> Iterator[Diagnostic]:
    first: dict[Any, ast.AST] = {}
    for name, item in keys:
        before = first.setdefault(name, item)
        if before is not item:
            message = f"{quote(name)} stands here again, first on line {mark(before).line}: {what}"
            yield Diagnostic("duplicate-key", (), message, "keep one of the two", location=mark(item))
