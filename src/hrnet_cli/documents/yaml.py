"""YAML and JSON texts as plain values with their locations.

PyYAML reads a text twice: as events, so that a text that nests or repeats too much is refused before anything is built
from it, then as nodes. Only plain values come out of the nodes: PyYAML's constructors, which can make any object, are
never called. JSON is read as the YAML that it is.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import yaml

from hrnet_cli.documents import MAX_CHARACTERS, MAX_DEPTH, MAX_KEY, Document
from hrnet_cli.errors import Code, Diagnostic, Location, SpecError
from hrnet_cli.text import MAX_QUOTED, KeyPath, quote, quote_key

MAX_VALUES = 10_000
"""Values in a document, an alias counted each time it is used. A published config has about 200."""
MAX_SCALAR = 1_000
"""Characters of a number: to convert a text takes the square of its length."""
DIRECTIVE = re.compile("(?:^|[\n\r\x85\u2028\u2029])%")
MAX_DIRECTIVES = 100
"""Lines that begin with `%`: to read each `%TAG`, PyYAML goes through those before it."""
YAML_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C loader, if PyYAML was built with it."""


class _Loader(YAML_LOADER):  # type: ignore[misc]  # its type is not known
    """SafeLoader with the numbers of JSON: `1e-5` is a number, and `1:30`, `010`, `0x1F` and `1_000` are strings."""


_TAG = "tag:yaml.org,2002:"
_MERGE = f"{_TAG}merge"
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.removeprefix(_TAG) in ("bool", "merge", "null")]
    for first, resolvers in YAML_LOADER.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(f"{_TAG}int", re.compile(r"[-+]?(0|[1-9][0-9]*)$"), list("-+0123456789"))
_Loader.add_implicit_resolver(
    f"{_TAG}float",
    re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?$"),
    list("-+.0123456789"),
)

_SCALARS: dict[str, Callable[[str], Any]] = {
    f"{_TAG}str": str,
    f"{_TAG}null": lambda _: None,
    f"{_TAG}bool": lambda text: yaml.SafeLoader.bool_values[text.lower()],
    f"{_TAG}int": int,
    f"{_TAG}float": float,
    _MERGE: str,
}


def read_document(
    text: str, source: str = "", max_characters: int = MAX_CHARACTERS, max_values: int = MAX_VALUES
) -> Document:
    """The document of a text. Raises SpecError, with the location, for broken syntax and for a text beyond a bound."""
    return read_and_count(text, source, max_characters, max_values)[0]


def read_and_count(text: str, source: str, max_characters: int, max_values: int) -> tuple[Document, int]:
    """What `read_document` returns, and how many values were read: keys too, and an alias each time it is used."""
    if len(text) > max_characters:
        raise refused("too-large", f"{len(text):,} characters", f"allowed: at most {max_characters:,}", source)
    if len(DIRECTIVE.findall(text)) > MAX_DIRECTIVES:
        message, remedy = f"more than {MAX_DIRECTIVES} YAML directives", "remove them: a spec needs none"
        raise refused("too-large", message, remedy, source)
    json_text = text if text.lstrip()[:1] in ("{", "[") else ""
    if json_text:
        text = _json_as_yaml(text)
    composer = _Composer(source, max_values)
    try:
        depth = count = 0
        for event in yaml.parse(text, Loader=_Loader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            count += isinstance(event, yaml.NodeEvent)
            if depth > MAX_DEPTH or count > max_values:
                raise composer.beyond_a_bound(event, depth)
        node = _Loader(text).get_single_node()
        if node is None:
            raise refused("empty", "the file is empty", "a spec has at least stage1", source)
        value = composer.value(node, ())
        return Document(value, composer.keys, composer.values, tuple(composer.diagnostics)), composer.count
    except yaml.MarkedYAMLError as wrong:
        if json_text and (found := _json_alone(json_text, source, max_values)):
            return found
        mark = wrong.problem_mark or wrong.context_mark
        message = ", ".join(part for part in (wrong.context, wrong.problem) if part) or "cannot be read"
        error = refused("syntax", message, "check the YAML here and on the line before", source, mark)
        raise _within(error, text) from None
    except (yaml.YAMLError, UnicodeError) as error:
        message = " ".join(str(getattr(error, "reason", error)).split())
        unprintable = yaml.reader.Reader.NON_PRINTABLE.search(text)  # PyYAML's C reader does not say where it is
        where = end_location(text[: unprintable.start()], source) if unprintable else Location(source=source)
        remedy = "remove this character: a spec is YAML or JSON text in UTF-8"
        raise SpecError([Diagnostic("syntax", (), message, remedy, location=where)]) from None


def _scalar(node: yaml.ScalarNode) -> Any:
    """The value of a scalar: its text where it is longer than any number, or no number at all (`!!int abc`)."""
    if len(node.value) > MAX_SCALAR and node.tag != f"{_TAG}str":
        return node.value
    try:
        return _SCALARS[node.tag](node.value)
    except (KeyError, ValueError):
        return node.value


class _Composer:
    """Plain values and locations from PyYAML's nodes."""

    def __init__(self, source: str, max_values: int) -> None:
        self.source = source
        self.max_values = max_values
        self.keys: dict[KeyPath, Location] = {}
        self.values: dict[KeyPath, Location] = {}
        self.diagnostics: list[Diagnostic] = []
        self.count = 0
        self.scalars: dict[int, Any] = {}
        """The value of each scalar node, so that one which aliases repeat is converted once."""

    def value(self, node: Any, path: KeyPath, depth: int = 0) -> Any:
        """A node as a plain value. The bounds hold for aliases too, which events do not expand."""
        self.count += 1
        if self.count > self.max_values or depth > MAX_DEPTH:
            raise self.beyond_a_bound(node, depth)
        value: Any = None
        if isinstance(node, yaml.ScalarNode) and node.tag in _SCALARS:
            if id(node) not in self.scalars:
                self.scalars[id(node)] = _scalar(node)
            value = self.scalars[id(node)]
        elif isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
            value = [self.value(item, (*path, index), depth + 1) for index, item in enumerate(node.value)]
        elif isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
            value = self.mapping(node, path, depth)
        else:
            self.report("unknown-tag", f"the tag {quote(node.tag)} is not allowed in a spec", path, node)
        start, end = node.start_mark, node.end_mark
        self.values[path] = Location(start.line + 1, start.column + 1, "", end.line + 1, end.column + 1)
        return value

    def mapping(self, node: Any, path: KeyPath, depth: int) -> dict[Any, Any]:
        """A mapping, of whose equal keys the last wins."""
        value: dict[Any, Any] = {}
        if any(key.tag == _MERGE for key, _ in node.value):
            self.merge(node, path, depth + 1, value)
        merged = set(value)
        for key_node, value_node in node.value:
            if key_node.tag == _MERGE:
                continue
            key = self.value(key_node, path, depth) if isinstance(key_node, yaml.ScalarNode) else "?"
            if isinstance(key, int | float) and not abs(key) <= MAX_KEY:
                key = key_node.value
            short = isinstance(key, str) and len(key) <= MAX_QUOTED and key.isidentifier()
            key_path = (*path, key if short else quote_key(key))
            if key in value and key not in merged:
                if key_path not in self.keys:  # `true` and `1` are one key of a dict, and have two paths
                    first = next(each for each in value if each == key)
                    key_path = (*path, quote_key(first))
                self.report("duplicate-key", f"duplicate key {quote(key)}, first on line ", key_path, key_node)
            merged.discard(key)
            start, end = key_node.start_mark, key_node.end_mark
            self.keys[key_path] = Location(start.line + 1, start.column + 1, "", end.line + 1, end.column + 1)
            value[key] = self.value(value_node, key_path, depth + 1)
        return value

    def merge(self, node: Any, path: KeyPath, depth: int, into: dict[Any, Any]) -> None:
        """Add what a mapping's `<<` names: a mapping, or a list of them of which the first wins."""
        for key_node, value_node in node.value:
            if key_node.tag != _MERGE:
                continue
            nodes = value_node.value if isinstance(value_node, yaml.SequenceNode) else [value_node]
            for each in reversed(nodes):
                value = self.value(each, path, depth)
                if not isinstance(value, dict):
                    message, remedy = "<< needs a mapping", "name an anchor of a mapping"
                    raise refused("syntax", message, remedy, self.source, each.start_mark)
                into.update(value)

    def report(self, code: Code, message: str, path: KeyPath, node: Any) -> None:
        """Report what leaves the text readable: a duplicate key, of which YAML keeps the last, or an unknown tag."""
        remedy = "remove the tag: a spec holds plain values"
        if code == "duplicate-key":
            message, remedy = f"{message}{self.keys[path].line}", "keep one of the two"
        start, end = node.start_mark, node.end_mark
        location = Location(start.line + 1, start.column + 1, self.source, end.line + 1, end.column + 1)
        where = path if code == "duplicate-key" else ()
        self.diagnostics.append(Diagnostic(code, where, message, remedy, location=location))

    def beyond_a_bound(self, at: Any, depth: int) -> SpecError:
        """The error for too deep a nesting or too many values, at an event or a node."""
        if depth > MAX_DEPTH:
            remedy = f"allowed: {MAX_DEPTH} levels"
            return refused("too-deep", "nested too deeply", remedy, self.source, at.start_mark)
        remedy = f"allowed: {self.max_values:,}, an alias counted each time it is used; a config has about 200"
        return refused("too-large", f"more than {self.max_values:,} values", remedy, self.source, at.start_mark)


def refused(code: Code, message: str, remedy: str, source: str, mark: Any = None) -> SpecError:
    """The error for a text that cannot be read at all; `mark` is PyYAML's, which counts from 0."""
    location = Location(mark.line + 1, mark.column + 1, source) if mark else Location(source=source)
    return SpecError([Diagnostic(code, (), message, remedy, location=location)])


def _within(error: SpecError, text: str) -> SpecError:
    """The error; one that is below the last line, because something is not closed, is at the end of that line."""
    (diagnostic,) = error.diagnostics
    end = end_location(text.rstrip(), diagnostic.location.source)
    is_below = (diagnostic.location.line or 0) > (end.line or 0)
    return SpecError([diagnostic._replace(location=end)]) if is_below else error


LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line in YAML."""


def end_location(text: str, source: str = "") -> Location:
    """The location just after a text."""
    lines = LINE_BREAK.split(text)
    return Location(len(lines), len(lines[-1]) + 1, source)


_SURROGATE_PAIR = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


def _json_alone(text: str, source: str, max_values: int) -> tuple[Document, int] | None:
    """The document and the values of JSON that is no YAML, as with a key of 1,025 characters; None if it is no JSON.

    Its values have no locations. A key is a duplicate if one mapping has it twice.
    """
    repeated: list[str] = []

    def mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        repeated.extend(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        return made

    try:
        value = json.loads(text, object_pairs_hook=mapping, parse_int=_number(int), parse_float=_number(float))
    except (ValueError, RecursionError):
        return None
    count = _count(value, max_values, source)
    whole = Location(source=source)
    duplicates = (
        Diagnostic("duplicate-key", (), f"duplicate key {quote(key)}", "keep one of the two", location=whole)
        for key in repeated
    )
    return Document(value, {}, {}, tuple(duplicates)), count


def _number(kind: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda text: kind(text) if len(text) <= MAX_SCALAR else text


def _count(value: Any, max_values: int, source: str) -> int:
    """How many values are in a value, keys too. Raises SpecError beyond a bound."""
    waiting, count = [(value, 0)], 0
    while waiting:
        item, depth = waiting.pop()
        count += 1
        if depth > MAX_DEPTH:
            raise refused("too-deep", "nested too deeply", f"allowed: {MAX_DEPTH} levels", source)
        if count > max_values:
            raise refused("too-large", f"more than {max_values:,} values", "a config has about 200", source)
        parts = (*item, *item.values()) if isinstance(item, dict) else item if isinstance(item, list) else ()
        waiting += [(part, depth + 1) for part in parts]
    return count


def _json_as_yaml(text: str) -> str:
    """JSON in the form that YAML reads: spaces for tabs, and one escape for a surrogate pair. Columns stay the same."""

    def one_escape(match: re.Match[str]) -> str:
        high, low = (int(half, 16) for half in match.groups()[1:])
        return f"{match[1]}\\U{0x10000 + (high - 0xD800) * 0x400 + low - 0xDC00:08x}"

    return _SURROGATE_PAIR.sub(one_escape, text.replace("\t", " "))
