"""Immutable records whose fields a spec or a settings file sets by name.

To a type checker they are frozen dataclasses. At run time the methods below serve all of them: a frozen dataclass
compiles its own, which took an eighth of the start of every command.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, field, fields
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from hrnet_cli.errors import Diagnostic
from hrnet_cli.text import KeyPath

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass as record
else:
    from dataclasses import dataclass

    def record(*, frozen):  # noqa: ARG001  # for the type checker
        """The fields of a class as a dataclass has them, without methods of its own."""
        return dataclass(init=False, repr=False, eq=False)


__all__ = ["Diagnostics", "Kind", "Record", "entries", "entry", "record"]


class Record:
    """A record: made from values by position or by name, equal to one with the same values, hashable, unchangeable."""

    def __init__(self, *values: Any, **named: Any) -> None:
        names = fields(self)  # type: ignore[arg-type]  # a dataclass, once it is decorated
        if len(values) > len(names):
            raise TypeError(f"{type(self).__name__} has {len(names)} fields, got {len(values)} values")
        given = {**{item.name: value for item, value in zip(names, values, strict=False)}, **named}
        missing = [item.name for item in names if item.name not in given and item.default is MISSING]
        unknown = given.keys() - {item.name for item in names}
        if missing or unknown:
            raise TypeError(f"{type(self).__name__}: missing {missing}, unknown {sorted(unknown)}")
        vars(self).update({item.name: given.get(item.name, item.default) for item in names})

    def _compared(self) -> tuple[Any, ...]:
        return tuple(getattr(self, item.name) for item in fields(self) if item.compare)  # type: ignore[arg-type]

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._compared() == other._compared()

    def __hash__(self) -> int:
        return hash((type(self).__name__, *self._compared()))

    def __repr__(self) -> str:
        values = ((item, getattr(self, item.name)) for item in fields(self))  # type: ignore[arg-type]
        shown = [f"{item.name}={value!r}" for item, value in values if item.compare and value != item.default]
        return f"{type(self).__name__}({', '.join(shown)})"

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be changed: use dataclasses.replace")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be deleted")


class Diagnostics(list[Diagnostic]):
    """What is wrong with a spec, in the vocabulary of the config that it was read from."""

    spell: Callable[[str], str] = str
    """How that config writes a key of the spec: `num_blocks` as `NUM_BLOCKS`."""
    blocks: tuple[str, ...] = ()
    """The blocks that its code has; empty where a spec may have any."""


class Kind(Protocol):
    """The kind of a field's value: checks a plain value and converts it."""

    def read(self, value: Any, path: KeyPath, diagnostics: Diagnostics) -> Any:
        """The value as the record keeps it, or INVALID once `diagnostics` says what is wrong with it."""


def entry(kind: Kind, help: str, default: Any = MISSING, *, is_rare: bool = False) -> Any:
    """A field that a file can set: its kind, what it means, and its default (without one it is required).

    A rare one is left out where a message lists the keys of a record.
    """
    metadata = {"kind": kind, "help": help, "is_rare": is_rare}
    return field(metadata=metadata) if default is MISSING else field(default=default, metadata=metadata)


def entries(record: type[Any]) -> Mapping[str, Field[Any]]:
    """The fields of a record that a file can set, by name."""
    return {item.name: item for item in fields(record) if "kind" in item.metadata}
