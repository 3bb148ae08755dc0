"""Expressions of a Python config as values, from the syntax tree: literals, dict(), names, and plain arithmetic.

Nothing is called, looked up in a module, or compiled. What an expression cannot be read as becomes Unread.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from typing import Any

from hrnet_cli.documents.python.arithmetic import FUNCTIONS, LARGEST, UNARY, bounded, combine, tried
from hrnet_cli.documents.python.values import Node, Scalar, Steps, Unread, code, unread
from hrnet_cli.errors import Location

BASE = "_base_"
_BASE_IN_TEXT = re.compile(r"\{\{\s*_base_\.([\w.]+)\s*\}\}")

HARMLESS = frozenset(
    (
        *("abs", "all", "any", "bool", "copy", "deepcopy", "dict", "enumerate", "float", "format", "get", "index"),
        *("int", "isinstance", "items", "join", "keys", "len", "list", "max", "min", "print", "range", "repr"),
        *("reversed", "round", "set", "sorted", "split", "str", "sum", "tuple", "type", "values", "zip"),
    )
)
"""Functions and methods that change none of their arguments."""
REACHING = frozenset(("eval", "exec", "globals", "locals", "vars"))
"""Functions that can change any name there is."""


class Scope:
    """The names that are assigned so far in one file."""

    def __init__(self, source: str, lines: list[str], steps: Steps) -> None:
        self.source = source
        self.lines = lines
        self.steps = steps
        self.names: dict[str, Node] = {}

    def mark(self, item: Any) -> Location:
        """Where a piece of syntax begins. The tree counts bytes; a mark counts characters, from 1."""
        line = self.lines[item.lineno - 1] if 0 < item.lineno <= len(self.lines) else ""
        before = item.col_offset
        if not line.isascii():
            before = len(line.encode()[:before].decode(errors="ignore"))
        return Location(item.lineno, before + 1, self.source)

    def read(self, item: ast.expr) -> Node:
        """The value of an expression."""
        self.steps.take(1, self.mark(item))
        reader = _READERS.get(type(item))
        node = reader(self, item) if reader else None
        if node is None:
            self.spoil(item)
            return code(_words(item), self.mark(item))
        return node

    def spoil(self, item: ast.AST) -> None:
        """Give up on whatever a piece of code that is not run might change."""
        mark = self.mark(item) if hasattr(item, "lineno") else Location(1, 1, self.source)
        for inner in ast.walk(item):
            if isinstance(inner, ast.Name) and inner.id in REACHING and inner.id not in self.names:
                self.spoil_names(self.names, mark)
            elif isinstance(inner, ast.NamedExpr):
                self.spoil_names(names_in(inner.target), mark)
            elif isinstance(inner, ast.Call) and called(inner.func) not in HARMLESS:
                arguments = [*inner.args, *(keyword.value for keyword in inner.keywords)]
                owner = [inner.func.value] if isinstance(inner.func, ast.Attribute) else []
                self.spoil_names((name for part in arguments + owner for name in names_in(part)), mark)

    def spoil_names(self, names: Iterable[str], mark: Location) -> None:
        """Code that is not run may change what these names hold: dicts and lists, however they are reached."""
        for name in list(names):
            if name in self.names:
                for inner in list(self.names[name].within()):
                    inner.value = Unread(f"code on line {mark.line} may change this: a config is never run", mark)


def names_in(item: ast.AST) -> set[str]:
    """Every name that a piece of syntax mentions."""
    return {inner.id for inner in ast.walk(item) if isinstance(inner, ast.Name)}


def called(item: ast.expr) -> str:
    """The name of what is called: a function's, or a method's."""
    return item.id if isinstance(item, ast.Name) else item.attr if isinstance(item, ast.Attribute) else ""


def _words(item: ast.expr) -> str:
    """What a piece of code is, for a message."""
    if isinstance(item, ast.Call):
        return f"a call of {called(item.func)[:60] or 'something'}()"
    names: dict[type[ast.expr], str] = {
        ast.ListComp: "a comprehension",
        ast.DictComp: "a comprehension",
        ast.SetComp: "a comprehension",
        ast.GeneratorExp: "a comprehension",
        ast.Lambda: "a lambda",
        ast.IfExp: "a condition",
        ast.Compare: "a comparison",
        ast.JoinedStr: "a formatted string",
        ast.Set: "a set",
    }
    return names.get(type(item), "an expression that is no plain value")


def _constant(scope: Scope, item: ast.Constant) -> Node | None:
    if not isinstance(item.value, Scalar):
        return None
    if isinstance(item.value, int) and abs(item.value) >= LARGEST:
        return unread("a number of more than 30 digits", scope.mark(item))
    if isinstance(item.value, str) and BASE in item.value:
        return _with_base(scope, item.value, scope.mark(item))
    return Node(item.value, scope.mark(item))


def _with_base(scope: Scope, text: str, mark: Location) -> Node:
    """A string in which `{{_base_.x}}` stands for what the base has at x: that value, or within a text its text."""
    whole = _BASE_IN_TEXT.fullmatch(text)
    if whole:
        return _base_value(scope, whole[1], mark)
    values = [_base_value(scope, path, mark).value for path in _BASE_IN_TEXT.findall(text)]
    if not all(isinstance(value, Scalar) for value in values):
        return unread("a text with a value of the base in it that is no text", mark)
    parts = iter(values)
    return bounded(_BASE_IN_TEXT.sub(lambda _: str(next(parts)), text), mark)


def _base_value(scope: Scope, dotted: str, mark: Location) -> Node:
    node = scope.names.get(BASE)
    for part in dotted.split("."):
        node = node.value.get(part) if node is not None and node.is_dict else None
    return node or unread(f"_base_.{dotted[:60]}, which the base does not have", mark)


def _name(scope: Scope, item: ast.Name) -> Node:
    missing = f"the name {item.id[:60]}, which is not defined here"
    return scope.names.get(item.id) or unread(missing, scope.mark(item))


def _items(scope: Scope, items: Iterable[ast.expr]) -> list[Node] | None:
    """The items of a list, a starred one spread out; None where that cannot be."""
    nodes: list[Node] = []
    for item in items:
        if not isinstance(item, ast.Starred):
            nodes.append(scope.read(item))
            continue
        node = scope.read(item.value)
        if not isinstance(node.value, list | tuple):
            return None
        scope.steps.take(len(node.value), scope.mark(item))
        nodes += node.value
    return nodes


def _list(scope: Scope, item: ast.List | ast.Tuple) -> Node | None:
    nodes = _items(scope, item.elts)
    if nodes is None:
        return None
    return Node(tuple(nodes) if isinstance(item, ast.Tuple) else nodes, scope.mark(item))


def _set(scope: Scope, item: ast.Set) -> Node | None:
    """`{{_base_.x}}` outside quotes, which Python reads as a set in a set."""
    inner = item.elts[0]
    if len(item.elts) == 1 and isinstance(inner, ast.Set) and len(inner.elts) == 1:
        expression = inner.elts[0]
        if names_in(expression) == {BASE}:
            return scope.read(expression)
    return None


def _dict(scope: Scope, item: ast.Dict) -> Node | None:
    made = Node({}, scope.mark(item))
    for key, value in zip(item.keys, item.values, strict=True):
        node = scope.read(value)
        if key is None:
            if not _spread(scope, node, made):
                return None
            continue
        name = scope.read(key).value
        if not isinstance(name, Scalar):
            return None
        made.put(name, node, scope.mark(key))
    return made


def _spread(scope: Scope, node: Node, into: Node) -> bool:
    if not node.is_dict:
        return False
    scope.steps.take(len(node.value), into.mark)
    for key, value in node.value.items():
        into.put(key, value, node.key_marks.get(key, node.mark))
    return True


def _call(scope: Scope, item: ast.Call) -> Node | None:
    """`dict(...)` and a few functions of numbers and lists; whatever else is called is not."""
    name = item.func.id if isinstance(item.func, ast.Name) else ""
    if name in scope.names:
        return None
    if name == "dict":
        return dict_of_arguments(scope, item)
    function = FUNCTIONS.get(name)
    if function is None or item.keywords:
        return None
    arguments = _items(scope, item.args)
    if arguments is None:
        return None
    mark = scope.mark(item)
    scope.steps.take(sum(len(node.value) for node in arguments if isinstance(node.value, list | tuple)), mark)
    return tried(lambda: function(*arguments), mark)


def dict_of_arguments(scope: Scope, item: ast.Call) -> Node | None:
    """The dict that `dict` makes of these arguments; None where one of them is not read as it would have to be."""
    made = Node({}, scope.mark(item))
    if len(item.args) > 1 or not all(_spread(scope, scope.read(argument), made) for argument in item.args):
        return None
    for keyword in item.keywords:
        node = scope.read(keyword.value)
        if keyword.arg is not None:
            made.put(keyword.arg, node, scope.mark(keyword))
        elif not _spread(scope, node, made):
            return None
    return made


def _joined(scope: Scope, item: ast.JoinedStr) -> Node | None:
    """An f-string of plain values without formats."""
    texts = []
    for part in item.values:
        if isinstance(part, ast.FormattedValue) and (part.format_spec is not None or part.conversion != -1):
            return None
        value = scope.read(part.value if isinstance(part, ast.FormattedValue) else part).value
        if not isinstance(value, Scalar):
            return None
        texts.append(str(value))
    return bounded("".join(texts), scope.mark(item))


def _unary(scope: Scope, item: ast.UnaryOp) -> Node | None:
    function, value = UNARY.get(type(item.op)), scope.read(item.operand).value
    if function is None or not isinstance(value, int | float):
        return None
    return Node(function(value), scope.mark(item))


def _binary(scope: Scope, item: ast.BinOp) -> Node | None:
    return combine(scope.steps, item.op, scope.read(item.left), scope.read(item.right), scope.mark(item))


def _attribute(scope: Scope, item: ast.Attribute) -> Node | None:
    """`_base_.model.backbone`: a key of a dict, as mmengine's ConfigDict has it."""
    node = scope.read(item.value)
    if isinstance(node.value, Unread) and node.value.name:
        return unread(node.value.message, scope.mark(item), name=item.attr)
    return node.value.get(item.attr) if node.is_dict else _passed_on(node)


def _subscript(scope: Scope, item: ast.Subscript) -> Node | None:
    node = scope.read(item.value)
    if isinstance(item.slice, ast.Slice):
        parts = (item.slice.lower, item.slice.upper, item.slice.step)
        limits = slice(*(None if part is None else scope.read(part).value for part in parts))
        sliced = isinstance(node.value, str | list | tuple)
        return tried(lambda: node.value[limits], scope.mark(item)) if sliced else _passed_on(node)
    key = scope.read(item.slice).value
    if not isinstance(node.value, dict | list | tuple) or not isinstance(key, Scalar):
        return _passed_on(node)
    container: Any = node.value
    try:
        found: Node = container[key]
    except (LookupError, TypeError):
        return None
    return found


def _passed_on(node: Node) -> Node | None:
    """What is taken out of something unread is unread for the same reason."""
    return node if isinstance(node.value, Unread) else None


def _condition(scope: Scope, item: ast.IfExp) -> Node | None:
    test = scope.read(item.test).value
    if not isinstance(test, Scalar):
        return None
    return scope.read(item.body if test else item.orelse)


def _comprehension(scope: Scope, item: ast.ListComp | ast.GeneratorExp) -> Node | None:
    """`[f(x) for x in items]`: one plain name over a known list, without a condition."""
    loop = item.generators[0]
    if len(item.generators) > 1 or loop.ifs or loop.is_async or not isinstance(loop.target, ast.Name):
        return None
    items = scope.read(loop.iter).value
    if not isinstance(items, list | tuple):
        return None
    name, outside = loop.target.id, dict(scope.names)
    made = []
    for value in list(items):
        scope.names[name] = value
        made.append(scope.read(item.elt))
    scope.names = outside
    return Node(made, scope.mark(item))


_READERS: dict[type[ast.expr], Callable[[Scope, Any], Node | None]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.List: _list,
    ast.Tuple: _list,
    ast.Set: _set,
    ast.Dict: _dict,
    ast.Call: _call,
    ast.JoinedStr: _joined,
    ast.UnaryOp: _unary,
    ast.BinOp: _binary,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.IfExp: _condition,
    ast.ListComp: _comprehension,
    ast.GeneratorExp: _comprehension,
}
