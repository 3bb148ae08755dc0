"""The kinds of value that a spec and a settings file are made of.

A kind checks one plain value, and reports what is wrong instead of raising, so that every mistake of a file is reported
at once. It is not pydantic, because importing pydantic takes longer than a whole command (docs/architecture.md).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import MISSING
from typing import Any

from hrnet_cli.errors import Code, Diagnostic
from hrnet_cli.schema.records import Diagnostics, Kind, entries
from hrnet_cli.text import KeyPath, did_you_mean, misspelt, quote, quote_key, type_name


class Invalid:
    """What stands in for a value that was reported as wrong."""


INVALID = Invalid()


def wrong_type(value: Any, expected: str, path: KeyPath, remedy: str = "") -> Diagnostic:
    """The diagnostic for a value of another type than `expected` says."""
    found = type_name(value) if value is None or isinstance(value, Mapping) else f"{type_name(value)}, {quote(value)}"
    return Diagnostic("wrong-type", path, f"expected {expected}, found {found}", remedy)


class Count:
    """A whole number within bounds. A string that holds one, a float and a boolean are refused."""

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high

    def read(self, value: Any, path: KeyPath, diagnostics: Diagnostics) -> Any:
        """The integer."""
        if isinstance(value, bool) or not isinstance(value, int):
            diagnostics.append(wrong_type(value, "a whole number", path, self.remedy(value)))
            return INVALID
        if not self.low <= value <= self.high:
            code: Code = "too-small" if value < self.low else "too-large"
            message, remedy = f"{quote(value)} is out of range", f"allowed: {self.low} to {self.high}"
            diagnostics.append(Diagnostic(code, path, message, remedy))
            return INVALID
        return value

    def remedy(self, value: Any) -> str:
        """How to write the number that was probably meant. YAML reads `032` as a string, with or without quotes."""
        if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,9}\s*", value):
            leading_zero = value.strip() != str(int(value))
            return (
                f"write {int(value)}, without a leading zero" if leading_zero else f"write {int(value)} without quotes"
            )
        if isinstance(value, float) and value.is_integer() and self.low <= value <= self.high:
            return f"write {int(value)}"
        return f"write a whole number from {self.low} to {self.high}"


class Amount:
    """A positive whole number that may have a decimal unit: 30000000, 30M, 7.65G."""

    FORM = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,12}))?([kMGT]?)")
    BELOW = 10**18
    UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}  # noqa: RUF012  # constant

    def read(self, value: Any, path: KeyPath, diagnostics: Diagnostics) -> Any:
        """The integer. A fraction that its unit does not make a whole number is refused."""
        match = self.FORM.fullmatch(value.strip()) if isinstance(value, str) else None
        amount = value
        if match:
            whole, fraction, unit = match.groups(default="")
            amount, rest = divmod(int(whole + fraction) * self.UNITS[unit], 10 ** len(fraction))
            amount = -1 if rest else amount
        if isinstance(amount, bool) or not isinstance(amount, int) or not 0 < amount < self.BELOW:
            remedy = "write a whole number, or one with a decimal unit (k, M, G, T): 30M, 7.65G"
            if isinstance(value, float) and value.is_integer() and 0 < value < self.BELOW:
                remedy = f"write {self.write(int(value))}"
            diagnostics.append(Diagnostic("bad-amount", path, f"{quote(value)} is not an amount", remedy))
            return INVALID
        return amount

    @classmethod
    def write(cls, amount: int) -> str:
        """The shortest text for an amount, in its largest unit: 29M, 7.65G."""
        unit, size = max((item for item in cls.UNITS.items() if item[1] <= amount), key=lambda item: item[1])
        fraction = str(amount % size).zfill(len(str(size)) - 1).rstrip("0")
        return f"{amount // size}{'.' if fraction else ''}{fraction}{unit}"


class Number:
    """A number between two bounds, both excluded."""

    def __init__(self, above: float, below: float) -> None:
        self.above, self.below = above, below

    def read(self, value: Any, path: KeyPath, diagnostics: Diagnostics) -> Any:
        """The number as a float."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            remedy = f"write a number between {self.above} and {self.below}"
            diagnostics.append(wrong_type(value, "a number", path, remedy))
            return INVALID
        if not self.above < value < self.below:
            message = f"{quote(value)} is out of range"
            remedy = f"allowed: greater than {self.above} and less than {self.below}"
            diagnostics.append(Diagnostic("out-of-range", path, message, remedy))
            return INVALID
        return float(value)


class Flag:
    """true or false."""

    def read(self, value: Any, path: KeyPath, diagnostics: Diagnostics) -> Any:
        """The boolean."""
        if not isinstance(value, bool):
            diagnostics.append(wrong_type(value, "true or false", path, "write true or false, without quotes"))
            return INVALID
        return value


class Text:
    """One line of printable text."""

    def __init__(self, max_length: int = 200) -> None:
        self.max_length = max_length

    def read(self, value: Any, path: KeyPath, diagnostics: Diagnostics) -> Any:
        """The string."""
        if not isinstance(value, str):
            is_number = isinstance(value, int | float)
            remedy = f'write "{quote(value)}", with quotes' if is_number else "write one line of text"
            diagnostics.append(wrong_type(value, "a string", path, remedy))
            return INVALID
        if not value.isprintable() or not 0 < len(value) <= self.max_length:
            message = f"{quote(value)} is not one line of 1 to {self.max_length} printable characters"
            diagnostics.append(Diagnostic("bad-text", path, message, "shorten it and remove line breaks"))
            return INVALID
        return value


class Choice:
    """One of a few words."""

    def __init__(self, options: tuple[str, ...]) -> None:
        self.options = options

    def read(self, value: Any, path: KeyPath, diagnostics: Diagnostics) -> Any:
        """The word."""
        if not isinstance(value, str) or value not in self.options:
            message = f"{quote(value)} is none of {', '.join(self.options)}"
            diagnostics.append(Diagnostic("unknown-choice", path, message, did_you_mean(value, self.options)))
            return INVALID
        return value


class BlockName(Choice):
    """A block: one of those that the config's own code has."""

    def read(self, value: Any, path: KeyPath, diagnostics: Diagnostics) -> Any:
        """The word."""
        if diagnostics.blocks:
            return Choice(diagnostics.blocks).read(value, path, diagnostics)
        return super().read(value, path, diagnostics)


class Each:
    """A list whose items are all of one kind."""

    def __init__(self, kind: Kind, max_length: int, min_length: int = 0) -> None:
        self.kind, self.max_length, self.min_length = kind, max_length, min_length

    def read(self, value: Any, path: KeyPath, diagnostics: Diagnostics) -> Any:
        """A tuple of the items, with INVALID for each wrong one, so that the length is still known."""
        if not isinstance(value, list | tuple):
            remedy = f"write [{quote(value)}]" if isinstance(value, int) else "write a list, in brackets"
            diagnostics.append(wrong_type(value, "a list", path, remedy))
            return INVALID
        if not self.min_length <= len(value) <= self.max_length:
            too_long = len(value) > self.max_length
            code: Code = "too-long" if too_long else "too-short"
            message = f"{len(value)} items are too {'many' if too_long else 'few'}"
            remedy = f"allowed: at most {self.max_length}" if too_long else f"allowed: at least {self.min_length}"
            diagnostics.append(Diagnostic(code, path, message, remedy))
            return INVALID
        read = self.kind.read
        return tuple([read(item, (*path, index), diagnostics) for index, item in enumerate(value)])


MAX_SIZE = 1_000_000


class Size:
    """An input shape as text (`1x3x256x192`) or as a list; leading numbers may be left out (`3x256x192`, `256x192`)."""

    def read(self, value: Any, path: KeyPath, diagnostics: Diagnostics) -> Any:
        """(N, C, H, W), with 0 for each number that was left out."""
        parts: Any = re.split(r"[x×X]", value.strip()) if isinstance(value, str) else value
        parts = list(parts) if isinstance(parts, list | tuple) else []
        numbers = [
            int(part) if isinstance(part, str) and re.fullmatch(r"\s*-?[0-9]{1,99}\s*", part) else part
            for part in parts[:5]
        ]
        if not 2 <= len(parts) <= 4 or any(type(number) is not int for number in numbers):
            message = f"{quote(value)} is not an input shape"
            remedy = "write NxCxHxW, CxHxW or HxW, height before width: 1x3x256x192"
            diagnostics.append(Diagnostic("bad-input", path, message, remedy))
            return INVALID
        if not all(1 <= number <= MAX_SIZE for number in numbers):
            message = f"{quote(value)} has a size that is out of range"
            diagnostics.append(Diagnostic("bad-input", path, message, f"allowed: 1 to {MAX_SIZE}"))
            return INVALID
        return (0,) * (4 - len(numbers)) + tuple(numbers)


NOT_A_MAPPING = "write a mapping: keys with their values"
"""The remedy for another value where a mapping is needed."""


class RecordOf:
    """A mapping that becomes a record, whose fields are declared with `entry`."""

    def __init__(self, into: type[Any]) -> None:
        self.into, self.entries = into, entries(into)
        self.usual = tuple(name for name, item in self.entries.items() if not item.metadata["is_rare"])
        """The keys that a message lists."""
        self.defaults = {item.name: item.default for item in dataclasses.fields(into)}
        self.check_fields = getattr(into, "check_fields", None)

    def read(self, value: Any, path: KeyPath, diagnostics: Diagnostics) -> Any:
        """The record. Every field and every check between fields is run, whatever failed before."""
        spell = diagnostics.spell
        if not isinstance(value, Mapping):
            expected = f"a mapping with {', '.join(map(spell, self.usual))}"
            diagnostics.append(wrong_type(value, expected, path, NOT_A_MAPPING))
            return INVALID
        before = len(diagnostics)
        misspelt: set[str] = set()
        if not value.keys() <= self.entries.keys():
            diagnostics += unknown_keys(value, tuple(self.entries), path, spell)
            misspelt = misspelt_keys(value, tuple(self.entries), spell)
        values = {}
        for name, item in self.entries.items():
            if name in value:
                values[name] = item.metadata["kind"].read(value[name], (*path, name), diagnostics)
            elif item.default is MISSING and name not in misspelt:
                remedy = f"add {spell(name)}: {item.metadata['help']}"
                diagnostics.append(Diagnostic("missing-key", (*path, name), f"{spell(name)} is missing", remedy))
        if self.check_fields is not None:
            diagnostics += self.check_fields(values, path, spell)
        if len(diagnostics) > before:
            return INVALID
        made = object.__new__(self.into)  # its fields are checked: __init__ would check them again
        vars(made).update(self.defaults | values)
        return made


class OneOf:
    """A mapping whose `type` names the record that it becomes."""

    def __init__(self, records: Mapping[str, type[Any]]) -> None:
        self.records = {name: RecordOf(each) for name, each in records.items()}
        self.choice = Choice(tuple(records))

    def read(self, value: Any, path: KeyPath, diagnostics: Diagnostics) -> Any:
        """The record that `type` names."""
        names = self.choice.options
        if not isinstance(value, Mapping):
            is_name = isinstance(value, str) and value in names
            remedy = f"write {{type: {value}}}" if is_name else NOT_A_MAPPING
            diagnostics.append(wrong_type(value, f"a mapping with type ({', '.join(names)})", path, remedy))
            return INVALID
        if "type" not in value:
            remedy = f"set type to one of {', '.join(names)}"
            diagnostics.append(Diagnostic("missing-key", (*path, "type"), "type is missing", remedy))
            return INVALID
        name = self.choice.read(value["type"], (*path, "type"), diagnostics)
        if name is INVALID:
            return INVALID
        rest = {key: item for key, item in value.items() if key != "type"}
        return self.records[name].read(rest, path, diagnostics)


# Keys that no record has

MAX_SUGGESTIONS = 20


def unknown_keys(
    value: Mapping[Any, Any], known: tuple[str, ...], path: KeyPath, spell: Callable[[str], str] = str
) -> Iterator[Diagnostic]:
    """A diagnostic for each key that is not known, with the key that was probably meant; `spell` writes the known."""
    unknown = [key for key in value if not isinstance(key, str) or key not in known]
    names, present = tuple(map(spell, known)), {spell(key) for key in known if key in value}
    for key in unknown[:MAX_SUGGESTIONS]:
        message, remedy = f"unknown key {quote(key)}", right_key(key, names, present)
        yield Diagnostic("unknown-key", (*path, quote_key(key)), message, remedy, at_key=True)
    if len(unknown) > MAX_SUGGESTIONS:
        message = f"{len(unknown) - MAX_SUGGESTIONS} more unknown keys"
        yield Diagnostic("unknown-key", path, message, f"known: {', '.join(names)}")


def misspelt_keys(value: Mapping[Any, Any], known: tuple[str, ...], spell: Callable[[str], str] = str) -> set[str]:
    """The known keys that unknown ones are misspellings of: to report them as missing too would be noise."""
    by_name = {spell(key): key for key in known}
    unknown = [key for key in value if not isinstance(key, str) or key not in known]
    near = {by_name.get(misspelt(key, by_name, same_digits=False), "") for key in unknown[:MAX_SUGGESTIONS]}
    return near - value.keys()


def right_key(key: Any, known: tuple[str, ...], present: Container[str]) -> str:
    """The remedy for an unknown key: the key that was probably meant, unless that is present too."""
    near = misspelt(key, known, same_digits=False)
    if not near:
        return f"known: {', '.join(known)}"
    return f"remove it: {near} is present too" if near in present else f"did you mean {near}?"
