"""The kinds of value a spec is made of. A kind reads a plain value, or reports what is wrong with it and goes on.

This is our own, small, and not pydantic, for one reason: importing pydantic and building its models costs more than
everything else in a command together (docs/architecture.md has the figures), and a command is to be instant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, field, fields
from typing import Any, NamedTuple, Protocol

Path = tuple[str | int, ...]


class Invalid:
    """What a kind returns for a value that it has reported."""


INVALID = Invalid()


class Fault(NamedTuple):
    """A problem at a path, before the path is resolved to a line; `key` puts it at the key, not at the value."""

    code: str
    path: Path
    message: str
    hint: str
    key: bool = False


Faults = list[Fault]


class Kind(Protocol):
    """What reads one value."""

    def read(self, value: Any, path: Path, faults: Faults) -> Any:
        """The value as the spec keeps it, or INVALID after a report in `faults`."""


def show(value: Any) -> str:
    """A value from a spec as a message quotes it: on one line, escaped and cut to a readable length."""
    if value is None:
        return "nothing"
    text = _sketch(value, depth=2)
    return text if len(text) <= 60 else text[:57] + "..."


WORDS: Mapping[bool | None, str] = {None: "null", True: "true", False: "false"}
"""Values that YAML has a word for."""


def _sketch(value: Any, depth: int) -> str:
    """`repr`, but bounded in width and depth: a value can nest and share its parts without end."""
    if isinstance(value, str):
        return repr(value[:80])
    if value is None or isinstance(value, bool):
        return WORDS[value]
    if isinstance(value, int) and abs(value) >= 10**30:
        return "a number of more than 30 digits"
    if isinstance(value, list | tuple | Mapping):
        if depth == 0:
            return "..."
        items = [_sketch(item, depth - 1) for item in list(value)[:8]]
        return ("{%s}" if isinstance(value, Mapping) else "[%s]") % ", ".join(items)
    return repr(value)


def key_name(key: Any) -> str:
    """A mapping's key as a path names it: as it is if it is a short printable string, else as a message quotes it."""
    return key if isinstance(key, str) and key.isprintable() and len(key) <= 60 else show(key)


def name_of(value: Any) -> str:
    """The kind of a YAML value, in the words of YAML."""
    names: tuple[tuple[Any, str], ...] = (
        (bool, "a boolean"),
        (int, "a whole number"),
        (float, "a number"),
        (str, "a string"),
        (Mapping, "a mapping"),
        (list | tuple, "a list"),
        (type(None), "nothing"),
    )
    return next((name for kind, name in names if isinstance(value, kind)), f"a {type(value).__name__}")


def wrong_type(value: Any, wanted: str, path: Path, hint: str = "") -> Fault:
    """The fault for a value of the wrong kind."""
    found = name_of(value) if value is None or isinstance(value, Mapping) else f"{name_of(value)}, {show(value)}"
    return Fault("wrong-type", path, f"expected {wanted}, found {found}", hint)


class Count(NamedTuple):
    """A whole number within bounds. A string that holds one, a float and a boolean are not numbers here."""

    low: int
    high: int

    def read(self, value: Any, path: Path, faults: Faults) -> Any:
        """The integer itself."""
        if isinstance(value, bool) or not isinstance(value, int):
            faults.append(wrong_type(value, "a whole number", path, self.remedy(value)))
            return INVALID
        if not self.low <= value <= self.high:
            code = "too-small" if value < self.low else "too-large"
            message = f"{show(value)} is out of range"
            faults.append(Fault(code, path, message, f"allowed: {self.low} to {self.high}"))
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

    def read(self, value: Any, path: Path, faults: Faults) -> Any:
        """The integer; a fraction that the unit does not make whole is refused."""
        match = self.FORM.fullmatch(value.strip()) if isinstance(value, str) else None
        amount = value
        if match:
            whole, fraction, unit = match.groups(default="")
            amount, rest = divmod(int(whole + fraction) * _UNITS[unit], 10 ** len(fraction))
            amount = -1 if rest else amount
        if isinstance(amount, bool) or not isinstance(amount, int) or not 0 < amount < self.BELOW:
            hint = "write a whole number, or one with a unit: 30M, 7.65G (k, M, G, T are decimal)"
            if isinstance(value, float) and value.is_integer() and 0 < value < self.BELOW:
                hint = f"write {self.write(int(value))}"
            faults.append(Fault("bad-amount", path, f"{show(value)} is no amount", hint))
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

    def read(self, value: Any, path: Path, faults: Faults) -> Any:
        """The number itself, as a float."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            hint = f"write a number between {self.above} and {self.below}"
            faults.append(wrong_type(value, "a number", path, hint))
            return INVALID
        if not self.above < value < self.below:
            message = f"{show(value)} is out of range"
            faults.append(Fault("out-of-range", path, message, f"allowed: between {self.above} and {self.below}"))
            return INVALID
        return float(value)


class Flag:
    """true or false."""

    def read(self, value: Any, path: Path, faults: Faults) -> Any:
        """The boolean itself."""
        if not isinstance(value, bool):
            faults.append(wrong_type(value, "true or false", path, "write true or false, without quotes"))
            return INVALID
        return value


class Text(NamedTuple):
    """A line of text."""

    longest: int = 200

    def read(self, value: Any, path: Path, faults: Faults) -> Any:
        """The string itself."""
        if not isinstance(value, str):
            plain = isinstance(value, int | float)
            hint = f'write "{show(value)}", with quotes' if plain else "write one line of text"
            faults.append(wrong_type(value, "a string", path, hint))
            return INVALID
        if not value.isprintable() or not 0 < len(value) <= self.longest:
            message = f"{show(value)} is not one line of 1 to {self.longest} printable characters"
            faults.append(Fault("bad-text", path, message, "shorten it, and leave out line breaks"))
            return INVALID
        return value


class Choice(NamedTuple):
    """One of a few words."""

    options: tuple[str, ...]

    def read(self, value: Any, path: Path, faults: Faults) -> Any:
        """The word itself."""
        if not isinstance(value, str) or value not in self.options:
            message = f"{show(value)} is none of {', '.join(self.options)}"
            faults.append(Fault("unknown-choice", path, message, did_you_mean(value, self.options)))
            return INVALID
        return value


class Each(NamedTuple):
    """A list with one kind of item."""

    kind: Kind
    longest: int
    shortest: int = 0

    def read(self, value: Any, path: Path, faults: Faults) -> Any:
        """A tuple of the items, INVALID for each that was reported: the length is still known."""
        if not isinstance(value, list | tuple):
            hint = f"write [{show(value)}]" if isinstance(value, int) else "write a list, in brackets"
            faults.append(wrong_type(value, "a list", path, hint))
            return INVALID
        if len(value) > self.longest:
            message = f"{len(value)} items are too many"
            faults.append(Fault("too-long", path, message, f"allowed: at most {self.longest}"))
            return INVALID
        if len(value) < self.shortest:
            message = f"{len(value)} items are too few"
            faults.append(Fault("too-short", path, message, f"allowed: at least {self.shortest}"))
            return INVALID
        return tuple(self.kind.read(item, (*path, index), faults) for index, item in enumerate(value))


LARGEST_SIZE = 1_000_000


class Size:
    """An input shape as text, `1x3x256x192`, as a list, or with fewer numbers (`3x256x192`, `256x192`).

    Missing leading numbers are 0 in the result and are filled in by `resolve_input`.
    """

    def read(self, value: Any, path: Path, faults: Faults) -> Any:
        """(N, C, H, W)."""
        parts = re.split(r"[x×X]", value.strip()) if isinstance(value, str) else value
        parts = list(parts) if isinstance(parts, list | tuple) else []
        numbers = [number for number in map(self.number, parts[:5]) if number is not None]
        if not 2 <= len(parts) <= 4 or len(numbers) != len(parts):
            message = f"{show(value)} is not an input shape"
            hint = "write NxCxHxW, CxHxW or HxW, height before width: 1x3x256x192"
            faults.append(Fault("bad-input", path, message, hint))
            return INVALID
        if not all(1 <= number <= LARGEST_SIZE for number in numbers):
            message = f"{show(value)} has a size that is out of range"
            faults.append(Fault("bad-input", path, message, f"allowed: 1 to {LARGEST_SIZE}"))
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

    def read(self, value: Any, path: Path, faults: Faults) -> Any:
        """An instance, or INVALID; every field is read and every cross-check is run, whatever failed before."""
        if not isinstance(value, Mapping):
            faults.append(wrong_type(value, f"a mapping with {', '.join(self.keys())}", path, BELOW))
            return INVALID
        before = len(faults)
        faults += unknown_keys(value, self.keys(), path)
        misspelt = meant(value, self.keys())
        values = {}
        for item in entries(self.into).values():
            if item.name in value:
                values[item.name] = item.metadata["kind"].read(value[item.name], (*path, item.name), faults)
            elif item.default is MISSING and item.name not in misspelt:
                message = f"{item.name} is missing"
                hint = f"add {item.name}: {item.metadata['help']}"
                faults.append(Fault("missing-key", (*path, item.name), message, hint))
        faults += getattr(self.into, "cross_check", _no_check)(values, path)
        return INVALID if len(faults) > before else self.into(**values)

    def keys(self) -> tuple[str, ...]:
        """The keys this record knows, in order."""
        return tuple(entries(self.into))


def _no_check(_values: Mapping[str, Any], _path: Path) -> Iterator[Fault]:
    """Of a record whose fields have nothing to do with each other."""
    yield from ()


class OneOf(NamedTuple):
    """A mapping whose `type` says which record it is."""

    records: Mapping[str, type[Any]]

    def read(self, value: Any, path: Path, faults: Faults) -> Any:
        """An instance of the record that `type` names."""
        names = tuple(self.records)
        if not isinstance(value, Mapping):
            hint = f"write {{type: {value}}}" if isinstance(value, str) and value in names else BELOW
            faults.append(wrong_type(value, f"a mapping with type ({', '.join(names)})", path, hint))
            return INVALID
        if "type" not in value:
            faults.append(Fault("missing-key", (*path, "type"), "type is missing", f"one of {', '.join(names)}"))
            return INVALID
        chosen = Choice(names).read(value["type"], (*path, "type"), faults)
        if chosen is INVALID:
            return INVALID
        rest = {key: item for key, item in value.items() if key != "type"}
        return Record(self.records[chosen]).read(rest, path, faults)


def entry(kind: Kind, help: str, default: Any = MISSING) -> Any:
    """A field of a record: how it is read, what it means, and its default (required without one)."""
    metadata = {"kind": kind, "help": help}
    return field(metadata=metadata) if default is MISSING else field(default=default, metadata=metadata)


def entries(record: type[Any]) -> dict[str, Field[Any]]:
    """The fields of a record that stand in a file, by name."""
    return {item.name: item for item in fields(record) if "kind" in item.metadata}


def unknown_keys(value: Mapping[Any, Any], known: tuple[str, ...], path: Path) -> Iterator[Fault]:
    """A fault per key that nobody reads, with the key that was probably meant."""
    strange = _strange(value, known)
    for key in strange[:MOST_SUGGESTIONS]:
        message = f"unknown key {show(key)}"
        yield Fault("unknown-key", (*path, key_name(key)), message, right_key(key, known, value), key=True)
    if len(strange) > MOST_SUGGESTIONS:
        message = f"{len(strange) - MOST_SUGGESTIONS} more unknown keys"
        yield Fault("unknown-key", path, message, f"known: {', '.join(known)}")


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


def did_you_mean(word: Any, options: tuple[str, ...]) -> str:
    """The nearest option as a question, or all options where none is near."""
    near = nearest(word, options)
    return f"did you mean {near}?" if near else f"known: {', '.join(options)}"


def nearest(word: Any, options: Iterable[str], cutoff: float = 0.6) -> str:
    """The option nearest to a word, of equals the first; nothing if none is near. Case and dashes do not count."""
    from difflib import SequenceMatcher  # only a mistake pays for it

    plain: Callable[[str], str] = lambda text: text.lower().replace("-", "_")  # noqa: E731
    matcher = SequenceMatcher(None, "", plain(word[:80]) if isinstance(word, str) else "")
    best, found = cutoff, ""
    for option in options:
        matcher.set_seq1(plain(option))
        if matcher.real_quick_ratio() >= best and matcher.quick_ratio() >= best:
            ratio = matcher.ratio()
            if ratio > best or (ratio == best and not found):
                best, found = ratio, option
    return found
