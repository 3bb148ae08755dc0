"""A config as a tree whose keys are found in any letter case. Each node knows its path."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from hrnet_cli.hrnet import stage_number
from hrnet_cli.text import KeyPath, dotted_path

LITERAL = re.compile(r"(?:[\s,()\[\]]|True\b|False\b|[-+]?[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?(?![\w.]))+")
MAX_LITERAL = 200
"""Characters of a text that may be a tuple of numbers."""


class ConfigNode(NamedTuple):
    """A value of a config and its path."""

    value: Any
    path: KeyPath

    @property
    def dotted(self) -> str:
        """The path as messages show it: `MODEL.EXTRA.STAGE2`."""
        return dotted_path(self.path)

    @property
    def keys(self) -> tuple[str, ...]:
        """Its keys that are strings; none where it is not a mapping."""
        return tuple(key for key in self.value if isinstance(key, str)) if isinstance(self.value, Mapping) else ()

    @property
    def stage_keys(self) -> tuple[str, ...]:
        """Its keys that name a stage: `STAGE2`, `stage3`."""
        return tuple(key for key in self.keys if stage_number(key) is not None)

    def get(self, *names: str) -> ConfigNode | None:
        """The node at a path of names below this one, or None."""
        node: ConfigNode | None = self
        for name in names:
            node = node.child(name) if node else None
        return node

    def child(self, name: str) -> ConfigNode | None:
        """The node at the key `name`, or else at the first key that differs from it in letter case alone."""
        alike = [key for key in self.keys if key.lower() == name.lower()]
        key = name if name in alike else next(iter(alike), None)
        return None if key is None else ConfigNode(self.value[key], (*self.path, key))

    def missing(self, *names: str) -> ConfigNode:
        """The node that a missing path would be, in the letter case of the keys here."""
        return ConfigNode(None, (*self.path, *map(self.spell, names)))

    def spell(self, name: str) -> str:
        """A name in the letter case of the keys here: upper, unless they are in lower case."""
        lower = any(key.islower() for key in self.keys) and not any(key.isupper() for key in self.keys)
        return name.lower() if lower else name.upper()

    @property
    def literal(self) -> Any:
        """The value as YACS reads it: a text that is a number, a boolean or a tuple of them becomes that."""
        return read_literal(self.value)


def read_literal(value: Any) -> Any:
    """`"(True, False)"` as [True, False]; any other text is unchanged."""
    if isinstance(value, tuple):
        return list(value)
    if not isinstance(value, str) or len(value) > MAX_LITERAL or not LITERAL.fullmatch(value):
        return value
    from ast import literal_eval

    try:
        plain = literal_eval(value.strip())
    except (ValueError, SyntaxError, TypeError):
        return value
    return list(plain) if isinstance(plain, tuple) else plain
