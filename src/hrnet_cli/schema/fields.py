"""The kinds of value a spec is made of. A kind reads a plain value, or reports what is wrong with it and goes on.

This is our own, small, and not pydantic, for one reason: importing pydantic and building its models costs more than
everything else in a command together (docs/architecture.md has the figures), and a command is to be instant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import MISSING, Field, field, fields
from typing import Any, NamedTuple, Protocol

from hrnet_cli.errors import Code, Diagnostic
from hrnet_cli.text import KeyPath, did_you_mean, nearest, quote, quote_key, type_name


class Invalid:
    """What a kind returns for a value that it has reported."""


INVALID = Invalid()


class Diagnostics(list[Diagnostic]):
    """What is wrong with a spec, in the words of the config that it was read from."""

    spell: Callable[[str], str] = str
    """How that config writes a key of the spec: `num_blocks` as `NUM_BLOCKS`."""


class Kind(Protocol):
    """What reads one value."""

    def read(self, value: Any, path: KeyPath, diagnostics: Diagnostics) -> Any:
        """The value as the spec keeps it, or INVALID after a report in `diagnostics`."""


def wrong_type(value: Any, wanted: str, path: KeyPath, remedy: str = "") -> Diagnostic:
    """The diagnostic for a value of the wrong kind."""
    found = type_name(value) if value is None or isinstance(value, Mapping) else f"{type_name(value)}, {quote(value)}"
    return Diagnostic("wrong-type", path, f"expected {wanted}, found {found}", remedy)


class Count(NamedTuple):
    """A whole number within bounds. A string that holds one, a float and a boolean are not numbers here."""

    low: int
    high: int

    def read(self, value: Any, path: KeyPath, diagnostics: Diagnostics) -> Any:
        """The integer itself."""
        if isinstance(value, bool) or not isinstance(value, int):
            diagnostics.append(wrong_type(value, "a whole number", path, self.remedy(value)))
            return INVALID
        if not self.low <= value <= self.high:
            code: Code = "too-small" if value < self.low else "too-large"
            message = f"{quote(value)} is out of range"
            diagnostics.append(Diagnostic(code, path, message, f"allowed: {self.low} to {self.high}"))
            return INVALID
        return value

    def remedy(self, value: Any) -> str:
        """The number that was probably meant. `032` need not have had quotes: a text it is by its zero."""
        if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,9}\s*", value):
            plain = value.strip() == str(int(value))
            return f"write {int(value)} without quotes" if plain else f"write {int(value)}, without a zero before it"
        if isinstance(value, float) and value.is_integer() and self.low <= value <= self.high:
            return f"write {int(value)}"
        return f"write a whole number from {self.low} to {self.high}"


_UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


class Amount:
    """A whole number that may be written with a decimal unit: 30000000, 30M, 7.65G."""

    FORM = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,12}))?([kMGT]?)")
    BELOW = 10**18

    def read(self, value: Any, path: KeyPath, diagnostics: Diagnostics) -> Any:
        """The integer; a fraction that the unit does not make whole is refused."""
        match = self.FORM.fullmatch(value.strip()) if isinstance(value, str) else None
        amount = value
        if match:
            whole, fraction, unit = match.groups(default="")
            amount, rest = divmod(int(whole + fraction) * _UNITS[unit], 10 ** len(fraction))
            amount = -1 if rest else amount
        if isinstance(amount, bool) or not isinstance(amount, int) or not 0 < amount < self.BELOW:
            remedy = "write a whole number, or one with a unit: 30M, 7.65G (k, M, G, T are decimal)"
            if isinstance(value, float) and value.is_integer() and 0 < value < self.BELOW:
                remedy = f"write {self.write(int(value))}"
            diagnostics.append(Diagnostic("bad-amount", path, f"{quote(value)} is no amount", remedy))
            return INVALID
        return amount

    @staticmethod
    def write(amount: int) -> str:
        """The text that reads as it, in the largest unit that it has one of: 29M, 7.65G."""
        unit, size = max((item for item in _UNITS.items() if item[1] <= amount), key=lambda item: item[1])
        fraction = str(amount % size).zfill(len(str(size)) - 1).rstrip("0")
        return f"{amount // size}{'.' if fraction else ''}{fraction}{unit}"


class Number(NamedTuple):
    """A number between two others, both excluded."""

    above: float
    below: float

    def read(self, value: Any, path: KeyPath, diagnostics: Diagnostics) -> Any:
        """The number itself, as a float."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            remedy = f"write a number between {self.above} and {self.below}"
            diagnostics.append(wrong_type(value, "a number", path, remedy))
            return INVALID
        if not self.above < value < self.below:
            message = f"{quote(value)} is out of range"
            diagnostics.append(
                Diagnostic("out-of-range", path, message, f"allowed: between {self.above} and {self.below}")
            )
            return INVALID
        return float(value)


class Flag:
    """true or false."""

    def read(self, value: Any, path: KeyPath, diagnostics: Diagnostics) -> Any:
        """The boolean itself."""
        if not isinstance(value, bool):
            diagnostics.append(wrong_type(value, "true or false", path, "write true or false, without quotes"))
            return INVALID
        return value


class Text(NamedTuple):
    """A line of text."""

    longest: int = 200

    def read(self, value: Any, path: KeyPath, diagnostics: Diagnostics) -> Any:
        """The string itself."""
        if not isinstance(value, str):
            plain = isinstance(value, int | float)
            remedy = f'write "{quote(value)}", with quotes' if plain else "write one line of text"
            diagnostics.append(wrong_type(value, "a string", path, remedy))
            return INVALID
        if not value.isprintable() or not 0 < len(value) <= self.longest:
            message = f"{quote(value)} is not one line of 1 to {self.longest} printable characters"
            diagnostics.append(Diagnostic("bad-text", path, message, "shorten it, and leave out line breaks"))
            return INVALID
        return value


class Choice(NamedTuple):
    """One of a few words."""

    options: tuple[str, ...]

    def read(self, value: Any, path: KeyPath, diagnostics: Diagnostics) -> Any:
        """The word itself."""
        if not isinstance(value, str) or value not in self.options:
            message = f"{quote(value)} is none of {', '.join(self.options)}"
            diagnostics.append(Diagnostic("unknown-choice", path, message, did_you_mean(value, self.options)))
            return INVALID
        return value


class Each(NamedTuple):
    """A list with one kind of item."""

    kind: Kind
    longest: int
    shortest: int = 0

    def read(self, value: Any, path: KeyPath, diagnostics: Diagnostics) -> Any:
        """A tuple of the items, INVALID for each that was reported: the length is still known."""
        if not isinstance(value, list | tuple):
            remedy = f"write [{quote(value)}]" if isinstance(value, int) else "write a list, in brackets"
            diagnostics.append(wrong_type(value, "a list", path, remedy))
            return INVALID
        if len(value) > self.longest:
            message = f"{len(value)} items are too many"
            diagnostics.append(Diagnostic("too-long", path, message, f"allowed: at most {self.longest}"))
            return INVALID
        if len(value) < self.shortest:
            message = f"{len(value)} items are too few"
            diagnostics.append(Diagnostic("too-short", path, message, f"allowed: at least {self.shortest}"))
            return INVALID
        return tuple(self.kind.read(item, (*path, index), diagnostics) for index, item in enumerate(value))


LARGEST_SIZE = 1_000_000


class Size:
    """An input shape as text, `1x3x256x192`, as a list, or with fewer numbers (`3x256x192`, `256x192`).

    Missing leading numbers are 0 in the result and are filled in by `resolve_input`.
    """

    def read(self, value: Any, path: KeyPath, diagnostics: Diagnostics) -> Any:
        """(N, C, H, W)."""
        parts = re.split(r"[x×X]", value.strip()) if isinstance(value, str) else value
        parts = list(parts) if isinstance(parts, list | tuple) else []
        numbers = [number for number in map(self.number, parts[:5]) if number is not None]
        if not 2 <= len(parts) <= 4 or len(numbers) != len(parts):
            message = f"{quote(value)} is not an input shape"
            remedy = "write NxCxHxW, CxHxW or HxW, height before width: 1x3x256x192"
            diagnostics.append(Diagnostic("bad-input", path, message, remedy))
            return INVALID
        if not all(1 <= number <= LARGEST_SIZE for number in numbers):
            message = f"{quote(value)} has a size that is out of range"
            diagnostics.append(Diagnostic("bad-input", path, message, f"allowed: 1 to {LARGEST_SIZE}"))
            return INVALID
        return (0,) * (4 - len(numbers)) + tuple(numbers)

    @staticmethod
    def number(part: Any) -> int | None:
        """A whole number, also where it is a string that holds one."""
        if isinstance(part, str):
            return int(part) if re.fullmatch(r"\s*-?[0-9]{1,99}\s*", part) else None
        return part if isinstance(part, int) and not isinstance(part, bool) else None


BELOW = "write its keys below it, each with its value"
"""The remedy for something else than a mapping."""


class Record(NamedTuple):
    """A mapping with known keys, read into a frozen dataclass whose fields were declared with `entry`."""

    into: type[Any]

    def read(self, value: Any, path: KeyPath, diagnostics: Diagnostics) -> Any:
        """An instance, or INVALID; every field is read and every cross-check is run, whatever failed before."""
        if not isinstance(value, Mapping):
            diagnostics.append(wrong_type(value, f"a mapping with {', '.join(self.keys())}", path, BELOW))
            return INVALID
        before = len(diagnostics)
        diagnostics += unknown_keys(value, self.keys(), path)
        misspelt = meant(value, self.keys())
        values = {}
        for item in entries(self.into).values():
            if item.name in value:
                values[item.name] = item.metadata["kind"].read(value[item.name], (*path, item.name), diagnostics)
            elif item.default is MISSING and item.name not in misspelt:
                message = f"{item.name} is missing"
                remedy = f"add {item.name}: {item.metadata['help']}"
                diagnostics.append(Diagnostic("missing-key", (*path, item.name), message, remedy))
        diagnostics += getattr(self.into, "cross_check", _no_check)(values, path)
        return INVALID if len(diagnostics) > before else self.into(**values)

    def keys(self) -> tuple[str, ...]:
        """The keys this record knows, in order."""
        return tuple(entries(self.into))


def _no_check(_values: Mapping[str, Any], _path: KeyPath) -> Iterator[Diagnostic]:
    """Of a record whose fields have nothing to do with each other."""
    yield from ()


class OneOf(NamedTuple):
    """A mapping whose `type` says which record it is."""

    records: Mapping[str, type[Any]]

    def read(self, value: Any, path: KeyPath, diagnostics: Diagnostics) -> Any:
        """An instance of the record that `type` names."""
        names = tuple(self.records)
        if not isinstance(value, Mapping):
            remedy = f"write {{type: {value}}}" if isinstance(value, str) and value in names else BELOW
            diagnostics.append(wrong_type(value, f"a mapping with type ({', '.join(names)})", path, remedy))
            return INVALID
        if "type" not in value:
            diagnostics.append(
                Diagnostic("missing-key", (*path, "type"), "type is missing", f"one of {', '.join(names)}")
            )
            return INVALID
        chosen = Choice(names).read(value["type"], (*path, "type"), diagnostics)
        if chosen is INVALID:
            return INVALID
        rest = {key: item for key, item in value.items() if key != "type"}
        return Record(self.records[chosen]).read(rest, path, diagnostics)


def entry(kind: Kind, help: str, default: Any = MISSING) -> Any:
    """A field of a record: how it is read, what it means, and its default (required without one)."""
    metadata = {"kind": kind, "help": help}
    return field(metadata=metadata) if default is MISSING else field(default=default, metadata=metadata)


def entries(record: type[Any]) -> dict[str, Field[Any]]:
    """The fields of a record that stand in a file, by name."""
    return {item.name: item for item in fields(record) if "kind" in item.metadata}


def unknown_keys(value: Mapping[Any, Any], known: tuple[str, ...], path: KeyPath) -> Iterator[Diagnostic]:
    """A diagnostic per key that nobody reads, with the key that was probably meant."""
    strange = _strange(value, known)
    for key in strange[:MOST_SUGGESTIONS]:
        message = f"unknown key {quote(key)}"
        yield Diagnostic("unknown-key", (*path, quote_key(key)), message, right_key(key, known, value), at_key=True)
    if len(strange) > MOST_SUGGESTIONS:
        message = f"{len(strange) - MOST_SUGGESTIONS} more unknown keys"
        yield Diagnostic("unknown-key", path, message, f"known: {', '.join(known)}")


def _strange(value: Mapping[Any, Any], known: tuple[str, ...]) -> list[Any]:
    return [key for key in value if not isinstance(key, str) or key not in known]


def meant(value: Mapping[Any, Any], known: tuple[str, ...]) -> set[str]:
    """The keys that are said to be meant by others: that they are missing need not be said too."""
    return {nearest(key, known) for key in _strange(value, known)[:MOST_SUGGESTIONS]} - value.keys()


def right_key(key: Any, known: tuple[str, ...], there: Container[str]) -> str:
    """The key that was probably meant; where that is there too, writing it once more would be no remedy."""
    near = nearest(key, known)
    return f"leave it out: {near} is there too" if near and near in there else did_you_mean(key, known)


MOST_SUGGESTIONS = 20
