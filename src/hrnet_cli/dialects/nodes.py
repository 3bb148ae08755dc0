"""A config as a tree that is asked for names in whatever letter case, and knows how each is spelt and where it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from hrnet_cli.text import KeyPath, dotted_path

LITERAL = re.compile(r"(?:[\s,()\[\]]|True\b|False\b|[-+]?[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?(?![\w.]))+")


class Node(NamedTuple):
    """A value of the config and its path."""

    value: Any
    path: KeyPath

    @property
    def dotted(self) -> str:
        """The path as a message names it."""
        return dotted_path(self.path)

    @property
    def keys(self) -> tuple[str, ...]:
        """Its keys that are texts; none where it is no mapping."""
        return tuple(key for key in self.value if isinstance(key, str)) if isinstance(self.value, Mapping) else ()

    def get(self, *names: str) -> Node | None:
        """What stands at a path of names, or None."""
        node: Node | None = self
        for name in names:
            node = node.child(name) if node else None
        return node

    def child(self, name: str) -> Node | None:
        """The key that is `name`, or else the first that is it in another letter case."""
        alike = [key for key in self.keys if key.lower() == name.lower()]
        key = name if name in alike else next(iter(alike), None)
        return None if key is None else Node(self.value[key], (*self.path, key))

    def missing(self, *names: str) -> Node:
        """What would stand there, spelt as this config spells."""
        return Node(None, (*self.path, *(self.spelt(name) for name in names)))

    def spelt(self, name: str) -> str:
        """A name in the letter case of the keys beside it."""
        lower = any(key.islower() for key in self.keys) and not any(key.isupper() for key in self.keys)
        return name.lower() if lower else name.upper()

    @property
    def literal(self) -> Any:
        """The value as YACS takes it: a text that is a number, a boolean or a tuple of such is that."""
        return literal(self.value)


def literal(value: Any) -> Any:
    """`"(True, False)"` as [True, False]; any other text as it is."""
    if isinstance(value, tuple):
        return list(value)
    if not isinstance(value, str) or len(value) > 200 or not LITERAL.fullmatch(value):
        return value
    from ast import literal_eval

    try:
        plain = literal_eval(value.strip())
    except (ValueError, SyntaxError, TypeError):
        return value
    return list(plain) if isinstance(plain, tuple) else plain
