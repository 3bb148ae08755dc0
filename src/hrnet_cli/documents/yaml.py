"""A YAML or JSON text as plain values, with the line and column of each.

Read in two passes of PyYAML: the events first, so that a text that nests, repeats or refers too much is refused before
anything is built from it, then the nodes. Only plain values come out; a tag that would make anything else is refused,
and PyYAML's constructors are never called. JSON is read as the YAML it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import yaml

from hrnet_cli.documents.document import MAX_CHARACTERS, MAX_DEPTH, Document
from hrnet_cli.errors import Code, Diagnostic, Location, SpecError
from hrnet_cli.text import KeyPath, quote, quote_key

MAX_VALUES = 10_000
"""Values in a document, aliases counted as often as they are used. A published config has about 200."""


YAML_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C loader, where PyYAML was built with it."""


class _Loader(YAML_LOADER):  # type: ignore[misc]  # its type is not known
    """SafeLoader with the numbers of JSON: `1e-5` is one, while `1:30`, `010`, `0x1F` and `1_000` stay texts."""


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
    "str": str,
    "null": lambda _: None,
    "bool": lambda text: yaml.SafeLoader.bool_values[text.lower()],
    "int": int,
    "float": float,
    "merge": str,
}


def read_document(
    text: str, source: str = "", max_characters: int = MAX_CHARACTERS, max_values: int = MAX_VALUES
) -> Document:
    """Parse a text. Raises SpecError with the place of what cannot be read: syntax, a duplicate key, a bound."""
    if len(text) > max_characters:
        raise refused("too-large", f"{len(text):,} characters", f"allowed: at most {max_characters:,}", source)
    if text.lstrip()[:1] in ("{", "["):
        text = _json_as_yaml(text)
    try:
        _guard(text, source, max_values)
        return _Composer(text, source, max_values).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = ", ".join(part for part in (error.context, error.problem) if part) or "cannot be read"
        raise refused("syntax", message, "check the YAML here and on the line before", source, mark) from None
    except (yaml.YAMLError, UnicodeError) as error:
        message = " ".join(str(getattr(error, "reason", error)).split())
        remedy = "leave this character out: a spec is YAML or JSON text in UTF-8"
        raise refused("syntax", message, remedy, source, _unprintable(text)) from None


LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line in YAML."""


def end_location(text: str) -> Location:
    """The line and column that come after a text."""
    lines = LINE_BREAK.split(text)
    return Location(len(lines), len(lines[-1]) + 1)


class _Place(NamedTuple):
    """A mark as PyYAML's are: from 0."""

    line: int
    column: int


def _unprintable(text: str) -> _Place | None:
    """Where the first character is that YAML does not take; both of PyYAML's readers refuse it, one without a place."""
    found = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if found is None:
        return None
    lines = LINE_BREAK.split(text[: found.start()])
    return _Place(len(lines) - 1, len(lines[-1]))


_PAIR = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


def _json_as_yaml(text: str) -> str:
    """What JSON may and YAML may not: tabs that indent (columns stay as they are), and a character as two escapes."""

    def joined(match: re.Match[str]) -> str:
        high, low = (int(half, 16) for half in match.groups()[1:])
        return f"{match[1]}\\U{0x10000 + (high - 0xD800) * 0x400 + low - 0xDC00:08x}"

    return _PAIR.sub(joined, text.replace("\t", " "))


def refused(code: Code, message: str, remedy: str, source: str, mark: Any = None) -> SpecError:
    """A text of which nothing can be read: one problem and no more."""
    line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
    return SpecError([Diagnostic(code, (), message, remedy, location=Location(line, column, source))])


def _guard(text: str, source: str, max_values: int) -> None:
    """Refuse what is too deep or too long, from the events alone."""
    depth = values = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        values += isinstance(event, yaml.NodeEvent)
        if depth > MAX_DEPTH:
            raise _too_deep(source, event.start_mark)
        if values > max_values:
            raise _too_many(source, max_values, event.start_mark)


def _too_deep(source: str, mark: Any) -> SpecError:
    return refused("too-deep", "nested too deeply", f"allowed: {MAX_DEPTH} levels", source, mark)


def _too_many(source: str, max_values: int, mark: Any) -> SpecError:
    remedy = f"allowed: {max_values:,}, aliases counted as often as they are used; a config has about 200"
    return refused("too-large", f"more than {max_values:,} values", remedy, source, mark)


class _Composer:
    """Nodes to values and marks."""

    def __init__(self, text: str, source: str, max_values: int) -> None:
        self.source = source
        self.max_values = max_values
        self.loader = _Loader(text)
        self.keys: dict[KeyPath, Location] = {}
        self.values: dict[KeyPath, Location] = {}
        self.diagnostics: list[Diagnostic] = []
        self.count = 0

    def document(self) -> Document:
        """The one document of the text."""
        node = self.loader.get_single_node()
        if node is None:
            raise refused("empty", "there is nothing in it", "a spec has at least stage1", self.source)
        value = self.value(node, ())
        return Document(value, self.keys, self.values, tuple(self.diagnostics))

    def value(self, node: Any, path: KeyPath, depth: int = 0) -> Any:
        """A node as a plain value. The bounds hold for aliases too, which the events cannot show."""
        self.count += 1
        if self.count > self.max_values:
            raise _too_many(self.source, self.max_values, node.start_mark)
        if depth > MAX_DEPTH:
            raise _too_deep(self.source, node.start_mark)
        value: Any
        if isinstance(node, yaml.ScalarNode):
            value = self.scalar(node)
        elif node.tag not in (f"{_TAG}map", f"{_TAG}seq"):
            value = None
            self.strange_tag(node)
        elif isinstance(node, yaml.MappingNode):
            value = self.mapping(node, path, depth + 1)
        else:
            value = [self.value(item, (*path, index), depth + 1) for index, item in enumerate(node.value)]
        self.values[path] = _location(node)  # last, since what `<<` brings in is first marked here
        return value

    def scalar(self, node: Any) -> Any:
        """A scalar as its tag says; one that is none of these (`!!int abc`, a number too long for one) stays text."""
        tag = node.tag.removeprefix(_TAG)
        if tag not in _SCALARS:
            self.strange_tag(node)
            return None
        try:
            return _SCALARS[tag](node.value)
        except (KeyError, ValueError):
            return node.value

    def strange_tag(self, node: Any) -> None:
        """Report a tag that would make something else than a plain value (`!!python/object`, `!!set`)."""
        message = f"the tag {quote(node.tag)} is not for a spec"
        remedy = "leave it out: a spec is plain values"
        location = _location(node)._replace(source=self.source)
        self.diagnostics.append(Diagnostic("unknown-tag", (), message, remedy, location=location))

    def mapping(self, node: Any, path: KeyPath, depth: int) -> dict[Any, Any]:
        """A mapping; a key that stands twice is a problem, since YAML would silently keep the last."""
        merged: dict[Any, Any] = {}
        own: dict[Any, Any] = {}
        for source in _merge_sources(node):
            merged |= self.merged(source, path, depth)
        for key_node, value_node in node.value:
            if key_node.tag == _MERGE:
                continue
            key = self.scalar(key_node) if isinstance(key_node, yaml.ScalarNode) else "?"
            place = (*path, quote_key(key))
            if key in own:
                self.duplicate(key, place, key_node)
            self.keys[place] = _location(key_node)
            own[key] = self.value(value_node, place, depth)
        return merged | own

    def merged(self, node: Any, path: KeyPath, depth: int) -> dict[Any, Any]:
        """What `<<` brings in."""
        value = self.value(node, path, depth)
        if not isinstance(value, dict):
            raise refused("syntax", "<< wants a mapping", "name an anchor of a mapping", self.source, node.start_mark)
        return value

    def duplicate(self, key: Any, path: KeyPath, node: Any) -> None:
        """Report a key that stands twice in one mapping."""
        message = f"{quote(key)} stands here again, first on line {self.keys[path].line}"
        location = _location(node)._replace(source=self.source)
        self.diagnostics.append(Diagnostic("duplicate-key", path, message, "keep one of the two", location=location))


def _location(node: Any) -> Location:
    start, end = node.start_mark, node.end_mark
    return Location(start.line + 1, start.column + 1, "", end.line + 1, end.column + 1)


def _merge_sources(mapping: Any) -> list[Any]:
    """The nodes that a mapping's `<<` name, the strongest last: in a list that is the first, as YAML has it."""
    nodes = [value for key, value in mapping.value if key.tag == _MERGE]
    lists = [node.value if isinstance(node, yaml.SequenceNode) else [node] for node in nodes]
    return [source for sources in lists for source in reversed(sources)]
