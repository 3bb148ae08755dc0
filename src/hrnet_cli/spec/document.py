"""A YAML or JSON text as plain values, with the line and column of each.

Read in two passes of PyYAML: the events first, so that a text that nests, repeats or refers too much is refused before
anything is built from it, then the nodes. Only plain values come out; a tag that would make anything else is refused.
JSON is read as the YAML it is.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import yaml

from hrnet_cli.errors import Problem, SpecError
from hrnet_cli.spec.fields import Path

MOST_VALUES = 10_000
"""Values in a document, aliases counted as often as they are used. A published config has about 200."""
DEEPEST = 30
LONGEST_TEXT = 1_000_000

Mark = tuple[int, int]


class Document(NamedTuple):
    """A text's value; `keys` and `values` have the line and column, from 1, of each path."""

    value: Any
    keys: dict[Path, Mark]
    values: dict[Path, Mark]

    def mark(self, path: Path, key: bool) -> Mark | None:
        """Where a path stands, or the nearest thing around it that stands anywhere."""
        table = self.keys if key else self.values
        while path not in table:
            if not path:
                return None
            path, table = path[:-1], self.values
        return table[path]


_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]  # the C loader where PyYAML was built with it
    """SafeLoader that also reads `1e-5` as the number that YAML 1.2, JSON and people mean by it."""


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"), list("-+0123456789")
)
_MERGE = "tag:yaml.org,2002:merge"


def read_document(text: str, source: str = "") -> Document:
    """Parse a text. Raises SpecError with the place of what cannot be read: syntax, a duplicate key, a bound."""
    if len(text) > LONGEST_TEXT:
        raise _refused("too-large", f"{len(text):,} characters", f"allowed: at most {LONGEST_TEXT:,}", source)
    if text.lstrip()[:1] in ("{", "["):
        text = text.replace("\t", " ")  # JSON may indent with tabs, YAML may not; columns stay as they are
    try:
        _guard(text, source)
        return _Composer(text, source).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = ", ".join(part for part in (error.context, error.problem) if part) or "cannot be read"
        raise _refused("syntax", message, "check the YAML here and on the line before", source, mark) from None
    except yaml.YAMLError as error:
        message = " ".join(str(getattr(error, "reason", error)).split())
        raise _refused("syntax", message, "a spec is YAML or JSON text in UTF-8", source) from None


def _refused(code: str, message: str, hint: str, source: str, mark: Any = None) -> SpecError:
    line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
    return SpecError([Problem(code, "", message, hint, source, line, column)])


def _guard(text: str, source: str) -> None:
    """Refuse what is too deep or too long, from the events alone."""
    depth = values = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        values += isinstance(event, yaml.NodeEvent)
        if depth > DEEPEST:
            raise _refused("too-deep", "nested too deeply", f"allowed: {DEEPEST} levels", source, event.start_mark)
        if values > MOST_VALUES:
            raise _too_many(source, event.start_mark)


def _too_many(source: str, mark: Any) -> SpecError:
    hint = f"allowed: {MOST_VALUES:,}, aliases counted as often as they are used; a config has about 200"
    return _refused("too-large", f"more than {MOST_VALUES:,} values", hint, source, mark)


class _Composer:
    """Nodes to values and marks."""

    def __init__(self, text: str, source: str) -> None:
        self.source = source
        self.loader = _Loader(text)
        self.keys: dict[Path, Mark] = {}
        self.values: dict[Path, Mark] = {}
        self.problems: list[Problem] = []
        self.count = 0

    def document(self) -> Document:
        """The one document of the text."""
        node = self.loader.get_single_node()
        if node is None:
            raise _refused("empty", "there is nothing in it", "a spec has at least stage1", self.source)
        value = self.value(node, ())
        if self.problems:
            raise SpecError(self.problems)
        return Document(value, self.keys, self.values)

    def value(self, node: Any, path: Path) -> Any:
        """A node as a plain value."""
        self.count += 1
        if self.count > MOST_VALUES or len(path) > DEEPEST:  # aliases: the events cannot show this
            raise _too_many(self.source, node.start_mark)
        self.values[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        return self.scalar(node)

    def scalar(self, node: Any) -> Any:
        """A scalar by YAML's own rules; a date or a number too long for one stays the text that it is."""
        if node.tag.endswith(":timestamp"):
            return node.value
        try:
            return self.loader.construct_object(node)
        except ValueError:
            return node.value

    def mapping(self, node: Any, path: Path) -> dict[Any, Any]:
        """A mapping; a key that stands twice is a problem, since YAML would silently keep the last."""
        merged: dict[Any, Any] = {}
        own: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag == _MERGE:
                for source in value_node.value if isinstance(value_node, yaml.SequenceNode) else [value_node]:
                    merged = self.merged(source, path) | merged
                continue
            key = self.scalar(key_node) if isinstance(key_node, yaml.ScalarNode) else "?"
            place = (*path, str(key))
            if key in own:
                self.duplicate(key, place, key_node)
            self.keys[place] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            own[key] = self.value(value_node, place)
        return merged | own

    def merged(self, node: Any, path: Path) -> dict[Any, Any]:
        """What `<<` brings in."""
        value = self.value(node, path)
        if not isinstance(value, dict):
            raise _refused("syntax", "<< wants a mapping", "name an anchor of a mapping", self.source, node.start_mark)
        return value

    def duplicate(self, key: Any, path: Path, node: Any) -> None:
        """Report a key that stands twice in one mapping."""
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        message = f"{key!r:.60} stands here again, first on line {self.keys[path][0]}"
        dotted = dotted_path(path)
        self.problems.append(
            Problem("duplicate-key", dotted, message, "keep one of the two", self.source, line, column)
        )


def dotted_path(path: Path) -> str:
    """`("stage3", "num_blocks", 1)` as `stage3.num_blocks[1]`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")
