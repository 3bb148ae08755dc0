"""What a Python config is made of while it is read: values that know where they stand.

A Node is shared wherever Python would share the object, so that a change made through one name is seen through every
other. What would need code to run is Unread; it is reported only where the network needs it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

from hrnet_cli.documents import MAX_DEPTH, Document
from hrnet_cli.errors import Code, Diagnostic, Location, SpecError
from hrnet_cli.text import KeyPath, quote_key

MOST_VALUES = 100_000
"""Values in a config, those of its bases and every repetition counted. A large one, with its data sets, has 10,000."""
MOST_STEPS = 1_000_000
"""Values made on the way there."""
LONGEST_STRING = 100_000

Scalar = (str, int, float, bool, type(None))


class Unread:
    """Stands for a value that only running the config would give; `name` is set where it is an import of that name."""

    __slots__ = ("mark", "message", "name", "remedy")

    def __init__(self, message: str, mark: Location, remedy: str = "write the value itself", name: str = "") -> None:
        self.message = message
        self.mark = mark
        self.remedy = remedy
        self.name = name

    def __repr__(self) -> str:
        return self.name or "code that is not run"


class Node:
    """A value and its place. Dicts hold Nodes and have a mark for each key; lists and tuples hold Nodes.

    `merges` is true for a dict that comes from a base: mmengine keeps those as ConfigDict, whose `update` goes deep.
    """

    __slots__ = ("key_marks", "mark", "merges", "value")

    def __init__(self, value: Any, mark: Location, key_marks: dict[Any, Location] | None = None) -> None:
        self.value = value
        self.mark = mark
        self.key_marks = {} if key_marks is None else key_marks
        self.merges = False

    @property
    def is_dict(self) -> bool:
        """Whether it has keys."""
        return isinstance(self.value, dict)

    def put(self, key: Any, item: Node, mark: Location) -> None:
        """Set a key of a dict."""
        self.value[key] = item
        self.key_marks[key] = mark

    def children(self) -> Iterator[Node]:
        """The Nodes in it."""
        if isinstance(self.value, dict):
            yield from self.value.values()
        elif isinstance(self.value, list | tuple):
            yield from self.value

    def within(self) -> Iterator[Node]:
        """Itself and every container in it, each once."""
        seen: set[int] = set()
        waiting = [self]
        while waiting:
            node = waiting.pop()
            if id(node) not in seen and isinstance(node.value, dict | list | tuple):
                seen.add(id(node))
                yield node
                waiting += node.children()


class Steps:
    """Counts what is made, over a config and all its bases, and ends the reading when it is too much."""

    def __init__(self) -> None:
        self.left = MOST_STEPS

    def take(self, count: int, mark: Location) -> None:
        """Count so many values. Raises SpecError."""
        self.left -= count
        if self.left < 0:
            refuse("too-large", f"more than {MOST_STEPS:,} values are made", "a large config has 10,000", mark)


def refuse(code: Code, message: str, remedy: str, mark: Location) -> NoReturn:
    """End the reading with one problem."""
    raise SpecError([Diagnostic(code, (), message, remedy, location=mark)])


def unread(message: str, mark: Location, remedy: str = "write the value itself", name: str = "") -> Node:
    """A Node whose value is not read."""
    return Node(Unread(message, mark, remedy, name), mark)


def code(what: str, mark: Location) -> Node:
    """A Node for a piece of code."""
    return unread(f"{what}: a config is read and never run", mark)


def merge(over: Node, base: Node, steps: Steps, *, strict: bool = True) -> Node:
    """`over` merged into `base` as mmengine does it: dicts key by key, `_delete_=True` replaces, all else replaces.

    mmengine refuses a dict over something else, unless it comes from `ConfigDict.merge` (not strict).
    """
    steps.take(len(base.value) + len(over.value), over.mark)
    merged = Node(dict(base.value), over.mark, dict(base.key_marks))
    for key, item in over.value.items():
        merged.put(key, _merged(item, base.value.get(key), steps, strict), over.key_marks.get(key, over.mark))
    return merged


def _merged(item: Node, old: Node | None, steps: Steps, strict: bool) -> Node:
    if not item.is_dict or old is None:
        return item
    delete = item.value.get("_delete_")
    if delete is not None and delete.value:
        kept = {key: value for key, value in item.value.items() if key != "_delete_"}
        return Node(kept, item.mark, item.key_marks)
    if isinstance(old.value, Unread):
        return old
    if old.is_dict:
        return merge(item, old, steps, strict=strict)
    if not strict:
        return item
    return unread("a dict here, and no dict in the base: mmengine merges no such two", item.mark, "add _delete_=True")


def from_base(node: Node) -> Node:
    """The same Node, its dicts marked as a base's."""
    for inner in node.within():
        inner.merges = True
    return node


def as_document(root: Node) -> Document:
    """Plain values, and where each stands. Tuples become lists. Raises SpecError beyond MOST_VALUES."""
    document = Document({}, {}, {})
    count = 0

    def plain(node: Node, path: KeyPath) -> Any:
        nonlocal count
        count += 1
        if count > MOST_VALUES:
            refuse("too-large", f"more than {MOST_VALUES:,} values", "a large config has 10,000", node.mark)
        value = node.value
        document.values[path] = node.mark
        if isinstance(value, Unread):
            document.values[path] = value.mark
            return value.name if value.name and path[-1:] == ("type",) else value
        if not isinstance(value, dict | list | tuple):
            return value
        if len(path) > MAX_DEPTH:
            return Unread("nested too deeply", node.mark, f"allowed: {MAX_DEPTH} levels")
        if isinstance(value, dict):
            places = {key: (*path, quote_key(key)) for key in value}
            document.keys.update((place, node.key_marks.get(key, node.mark)) for key, place in places.items())
            return {key: plain(item, places[key]) for key, item in value.items()}
        return [plain(item, (*path, index)) for index, item in enumerate(value)]

    return document._replace(value=plain(root, ()))
