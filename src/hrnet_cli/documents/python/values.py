"""The values of a Python config while it is read, each with its location.

A Node is shared wherever Python would share the object, so that a change made through one name shows through every
other. A value that only running the config would give is Unread, and is reported only where the network needs it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hrnet_cli.documents import MAX_DEPTH, MAX_KEY, Document, refuse
from hrnet_cli.errors import NOWHERE, Location
from hrnet_cli.hrnet import stage_number
from hrnet_cli.text import KeyPath, quote_key

MAX_STEPS = 12_000
"""Expressions and items that are read for one document: ten times what an HRNet config needs with all its bases."""
MAX_VALUES = 20_000
"""Values in a document, a shared one counted as often as it is used. The largest published config has 10,242."""
MAX_CHARACTERS = 100_000
"""Characters of one file, and of one text. The longest published config has 75,480."""
WALKED_PER_STEP = 20
"""Values or pieces of syntax that are only walked over, and that cost as much as one value that is made."""
CHARACTERS_PER_STEP = 100
"""Characters that are copied or searched, and that cost as much as one value that is made."""

Scalar = (str, int, float, bool, type(None))


@dataclass(eq=False)
class Unread:
    """A value that only running the config would give.

    `name` is the imported name, if the value is an import. `aliases` are values that it may be or may hold.
    """

    message: str
    location: Location
    remedy: str = "write the value itself"
    name: str = ""
    aliases: list[Node] = field(default_factory=list)

    def __repr__(self) -> str:
        return self.name or "code that is not run"


@dataclass(eq=False, repr=False)
class Definition(Unread):
    """An import, a function or a class. `module` is the module that an import names, where it is not a relative one."""

    module: str = ""


def may_share_hash(key: object) -> bool:
    """Whether a key is a whole number beyond MAX_KEY."""
    return isinstance(key, int) and abs(key) > MAX_KEY


NETWORK_NAMES = ("model", "backbone", "head", "extra")
"""Names of a config that hold the network or a part of it, besides the stages."""


def is_key(name: Any, node: Node) -> bool:
    """Whether a name of a config is one of its keys: not if it is a definition, unless the network may be in it."""
    return not isinstance(node.value, Definition) or name in NETWORK_NAMES or stage_number(name) is not None


@dataclass(eq=False)
class Node:
    """A value and its location. Dicts, lists and tuples hold Nodes; a dict has a location for each of its keys.

    `from_base` is true for what comes from a base: mmengine keeps such dicts as ConfigDict, which copies the plain
    dicts that are stored in it, and whose `update` goes deep.
    """

    value: Any
    location: Location
    key_locations: dict[Any, Location] = field(default_factory=dict)
    from_base: bool = False

    @property
    def is_dict(self) -> bool:
        """Whether it is a dict."""
        return isinstance(self.value, dict)

    def key_location(self, key: Any) -> Location:
        """Where a key of a dict is, or the dict itself."""
        return self.key_locations.get(key, self.location)

    def put(self, key: Any, item: Node, location: Location) -> None:
        """Set a key of a dict."""
        self.value[key] = item
        self.key_locations[key] = location

    def reachable(self, steps: Steps) -> list[Node]:
        """Every container and every Unread value that can be reached from it, itself included, each once."""
        found: dict[int, Node] = {}
        waiting = [self]
        while waiting:
            node = waiting.pop()
            if id(node) not in found and not isinstance(node.value, Scalar):
                found[id(node)] = node
                value = node.value
                inner = value.aliases if isinstance(value, Unread) else value.values() if node.is_dict else value
                steps.take(0, walked=1 + len(inner))
                waiting += inner
        return list(found.values())


class Steps:
    """Counts what is read for a config and all its bases. `location` is the statement that is being read."""

    def __init__(self) -> None:
        self.left: float = MAX_STEPS
        self.location = NOWHERE

    def take(self, count: float = 1, *, walked: int = 0, characters: int = 0) -> None:
        """Count values that are made, what is only walked over, and characters. Raises SpecError beyond MAX_STEPS."""
        self.left -= count + walked / WALKED_PER_STEP + characters / CHARACTERS_PER_STEP
        if self.left < 0:
            refuse("too-large", f"more than {MAX_STEPS:,} values are made", "make the config smaller", self.location)


def unread(message: str, location: Location, remedy: str = "write the value itself") -> Node:
    """A Node whose value is Unread."""
    return Node(Unread(message, location, remedy), location)


def merge(over: Node, base: Node, steps: Steps, *, strict: bool = True) -> Node:
    """`over` merged into `base` as mmengine does it: dicts key by key, `_delete_=True` replaces, all else replaces.

    mmengine refuses a dict over another kind of value, except in `ConfigDict.merge` (not strict).
    """
    steps.take(len(base.value) + len(over.value))
    merged = Node(dict(base.value), over.location, dict(base.key_locations))
    for key, item in over.value.items():
        old = base.value.get(key)
        if item.is_dict and old is not None:
            item = _merged(item, old, steps, strict)
        merged.put(key, item, over.key_location(key))
    return merged


def _merged(item: Node, old: Node, steps: Steps, strict: bool) -> Node:
    delete = item.value.get("_delete_")
    if delete is not None:
        kept = {key: value for key, value in item.value.items() if key != "_delete_"}
        item = Node(kept, item.location, item.key_locations)
        if delete.value:
            return delete if isinstance(delete.value, Unread) else item
    if isinstance(old.value, Unread):
        return old
    if old.is_dict:
        return merge(item, old, steps, strict=strict)
    if not strict:
        return item
    message = "a dict that replaces something else in the base, which mmengine refuses"
    return unread(message, item.location, "add _delete_=True")


def as_config_dict(node: Node, steps: Steps, *, deep: bool = False) -> Node:
    """The copy that mmengine stores in a dict of the base. Dicts of the base are copied only if `deep`."""
    steps.take()
    value = node.value
    if not isinstance(value, dict | list | tuple) or (node.is_dict and node.from_base and not deep):
        return node
    if isinstance(value, dict):
        copied: Any = {key: as_config_dict(item, steps, deep=deep) for key, item in value.items()}
    else:
        copied = type(value)(as_config_dict(item, steps, deep=deep) for item in value)
    return Node(copied, node.location, dict(node.key_locations), from_base=True)


def copy_node(node: Node, steps: Steps, copies: dict[int, Node] | None = None) -> Node:
    """What `copy.deepcopy` makes of plain values: what is shared inside of them is shared inside of the copy."""
    steps.take()
    value, copies = node.value, {} if copies is None else copies
    if not isinstance(value, dict | list | tuple):
        return node
    if id(node) not in copies:
        copied = copies[id(node)] = Node(value, node.location, dict(node.key_locations), node.from_base)
        if isinstance(value, dict):
            copied.value = {key: copy_node(item, steps, copies) for key, item in value.items()}
        else:
            copied.value = type(value)(copy_node(item, steps, copies) for item in value)
    return copies[id(node)]


def store(owner: Node, key: Any, node: Node, location: Location, steps: Steps) -> None:
    """Set a key of a dict."""
    owner.put(key, as_config_dict(node, steps) if owner.from_base else node, location)


def update(owner: Node, other: Node, steps: Steps) -> None:
    """`dict.update`, which goes deep in a dict of the base."""
    steps.take(len(other.value))
    for key, item in list(other.value.items()):
        old = owner.value.get(key)
        if owner.from_base and old is not None and old.is_dict and item.is_dict:
            update(old, item, steps)
        else:
            store(owner, key, item, other.key_location(key), steps)


def as_document(root: Node) -> Document:
    """The plain values of a config and their locations. Tuples become lists, and what is no key is left out.

    Raises SpecError beyond MAX_VALUES.
    """
    root.value = {name: node for name, node in root.value.items() if is_key(name, node)}
    document = Document({}, {}, {})
    count = 0

    def plain(node: Node, path: KeyPath) -> Any:
        nonlocal count
        count += 1
        if count > MAX_VALUES:
            refuse("too-large", f"more than {MAX_VALUES:,} values", "make the config smaller", node.location)
        value = node.value
        document.values[path] = node.location
        if isinstance(value, Unread):
            document.values[path] = value.location
            return value.name if value.name and path[-1:] == ("type",) else value
        if not isinstance(value, dict | list | tuple):
            return value
        if len(path) > MAX_DEPTH:
            return Unread("nested too deeply", node.location, f"allowed: {MAX_DEPTH} levels")
        if isinstance(value, dict):
            paths = {key: (*path, quote_key(key)) for key in value}
            document.keys.update((path, node.key_location(key)) for key, path in paths.items())
            return {key: plain(item, paths[key]) for key, item in value.items()}
        return [plain(item, (*path, index)) for index, item in enumerate(value)]

    return document._replace(value=plain(root, ()))
