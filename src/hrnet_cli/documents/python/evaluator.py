"""What the expressions and statements of a Python config mean, from the syntax tree: nothing is ever called or run.

Followed is what the configs of mmpose, mmdetection and mmsegmentation are written with: literals, names, dict(),
arithmetic on numbers, joined and repeated lists, and changes of a dict or list in place. All else is skipped.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from hrnet_cli.documents.python.config_node import is_attribute_key, is_config_node, make_config_node, walk
from hrnet_cli.documents.python.scope import BASE, REACHES_ALL_NAMES, TEMPLATE, Scope, leads_to_namespace
from hrnet_cli.documents.python.values import (
    MAX_CHARACTERS,
    MAX_VALUES,
    Definition,
    Node,
    Scalar,
    Steps,
    Unread,
    as_config_dict,
    copy_node,
    may_share_hash,
    merge,
    store,
    unread,
    update,
)
from hrnet_cli.errors import Location

MAX_NUMBER = 10**30
"""No network has a greater number, and arithmetic on greater ones costs time."""
MAX_EXPONENT = 100

PYTHON_ERRORS = (ArithmeticError, AttributeError, LookupError, MemoryError, TypeError, ValueError)
"""What an operation on values may raise."""


class NotFollowedError(Exception):
    """An expression is not followed; `cause` is the part of it that is Unread, if one is."""

    def __init__(self, cause: Unread | None = None) -> None:
        super().__init__()
        self.cause = cause


def read(scope: Scope, expression: ast.expr) -> Node:
    """The value of an expression."""
    scope.steps.take()
    node: Node = _follow(scope, EXPRESSIONS, expression)
    return node


def follow(scope: Scope, statement: ast.stmt) -> None:
    """Read a statement into the scope."""
    _follow(scope, STATEMENTS, statement)


def _follow(scope: Scope, handlers: Mapping[type, Callable[[Scope, Any], Any]], code: ast.AST) -> Any:
    """What a handler makes of some code. Code without a handler, or that Python would refuse, is skipped."""
    cause = None
    try:
        if type(code) in handlers:
            return handlers[type(code)](scope, code)
    except NotFollowedError as error:
        cause = error.cause
    except PYTHON_ERRORS as error:
        cause = Unread(f"Python refuses this ({type(error).__name__})", scope.location(code))
    if scope.hidden:
        raise NotFollowedError(cause)  # what is skipped may use the hidden name: skip the whole comprehension
    return scope.skip(code, cause)


def _value(node: Node, kind: Any = object) -> Any:
    """The value of a Node, if it is known and of a kind. Raises NotFollowedError."""
    if isinstance(node.value, Unread):
        raise NotFollowedError(node.value)
    if not isinstance(node.value, kind):
        raise NotFollowedError
    return node.value


def _key(node: Node) -> Any:
    """The key that a Node is. Raises NotFollowedError."""
    key = _value(node, Scalar)
    if may_share_hash(key):
        raise NotFollowedError
    return key


# Literals and names


def _scalar(value: Any, location: Location) -> Node:
    """A number or a text as a Node, Unread if it is too large."""
    if not isinstance(value, Scalar):
        raise NotFollowedError
    if isinstance(value, int | float) and not abs(value) < MAX_NUMBER:
        return unread("a number that is too large", location, f"allowed: numbers below {float(MAX_NUMBER):.0e}")
    if isinstance(value, str) and len(value) > MAX_CHARACTERS:
        return unread("a text that is too long", location, f"allowed: {MAX_CHARACTERS:,} characters")
    return Node(value, location)


def _constant(scope: Scope, item: ast.Constant) -> Node:
    if isinstance(item.value, str):
        scope.steps.take(0, characters=len(item.value))
        if TEMPLATE.search(item.value):
            raise NotFollowedError
    return _scalar(item.value, scope.location(item))


def _name(scope: Scope, item: ast.Name) -> Node:
    if scope.hidden and scope.gives_out(item.id):
        raise NotFollowedError
    scope.mention(item)
    if item.id not in scope.names and (item.id in REACHES_ALL_NAMES or leads_to_namespace(item)):
        raise NotFollowedError
    return scope.names.get(item.id) or unread(f"the name {item.id[:60]} is not defined here", scope.location(item))


def _list(scope: Scope, item: ast.List | ast.Tuple) -> Node:
    kind = list if isinstance(item, ast.List) else tuple
    return Node(kind(_items(scope, item.elts)), scope.location(item))


def _items(scope: Scope, items: Iterable[ast.expr]) -> Iterator[Node]:
    """The items of a list or the arguments of a call, with those of a starred list."""
    for item in items:
        if isinstance(item, ast.Starred):
            starred = _value(read(scope, item.value), list | tuple)
            scope.steps.take(len(starred))
            yield from starred
        else:
            yield read(scope, item)


def _set(scope: Scope, item: ast.Set) -> Node:
    """`{{_base_.x}}` without quotes, which Python parses as a set in a set."""
    inner = item.elts[0]
    if not isinstance(inner, ast.Set) or len(inner.elts) > 1:
        raise NotFollowedError
    code = walk(inner)
    scope.steps.take(walked=len(code))
    if {each.id for each in code if isinstance(each, ast.Name)} != {BASE}:
        raise NotFollowedError
    return read(scope, inner.elts[0])


def _dict(scope: Scope, item: ast.Dict | ast.Call) -> Node:
    """`{...}`, or what `dict(...)` makes of the arguments of a call."""
    pairs: list[tuple[ast.expr | ast.keyword | None, ast.expr]]
    if isinstance(item, ast.Dict):
        pairs = list(zip(item.keys, item.values, strict=True))
    else:
        pairs = [(None, argument) for argument in item.args]
        pairs += [(keyword if keyword.arg else None, keyword.value) for keyword in item.keywords]
    made = Node({}, scope.location(item))
    for key, value in pairs:
        name = _key(read(scope, key)) if isinstance(key, ast.expr) else key and key.arg
        node = read(scope, value)
        if key is not None:
            made.put(name, node, scope.location(key))
        else:  # **node
            scope.steps.take(len(_value(node, dict)))
            for inner, each in node.value.items():
                made.put(inner, each, node.key_location(inner))
    return made


# Operators


def _negative(scope: Scope, item: ast.UnaryOp) -> Node:
    if not isinstance(item.op, ast.USub):
        raise NotFollowedError
    return _scalar(-_value(read(scope, item.operand), int | float), scope.location(item))


OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Pow: operator.pow,
}


def _operation(scope: Scope, item: ast.BinOp) -> Node:
    left, right = _value(read(scope, item.left)), _value(read(scope, item.right))
    function, location, is_product = OPERATORS.get(type(item.op)), scope.location(item), isinstance(item.op, ast.Mult)
    if function is None:
        raise NotFollowedError
    if is_product and isinstance(right, str | list | tuple):
        left, right = right, left
    if isinstance(left, str | list | tuple):
        if is_product:
            right = max(right, 0) if left else 0  # Python's own product takes no larger number than a size
        size = len(left) * right if is_product else len(left) + len(right)
        if size > (MAX_CHARACTERS if isinstance(left, str) else MAX_VALUES):
            return unread("a text or a list that is too long", location, f"allowed: {MAX_VALUES:,} items")
        if isinstance(left, str):
            scope.steps.take(characters=size)
        else:
            scope.steps.take(size)
        return Node(function(left, right), location)
    if isinstance(item.op, ast.Pow) and abs(right) > MAX_EXPONENT:
        return unread(f"a power of more than {MAX_EXPONENT}", location)
    return _scalar(function(left, right), location)


def _attribute(scope: Scope, item: ast.Attribute) -> Node:
    """`_base_.model.backbone`: a key of a dict, as mmengine's ConfigDict has it; or a part of an imported module."""
    node = read(scope, item.value)
    imported = node.value
    if leads_to_namespace(item):
        raise NotFollowedError
    if isinstance(imported, Definition) and imported.name:
        part = Definition(imported.message, scope.location(item), name=item.attr, module=imported.module)
        return Node(part, node.location)
    if not is_attribute_key(item.attr):
        raise NotFollowedError
    found: Node = _value(node, dict)[item.attr]
    return found


def _subscript(scope: Scope, item: ast.Subscript) -> Node:
    container = read(scope, item.value)
    if isinstance(item.slice, ast.Slice):
        parts = (item.slice.lower, item.slice.upper, item.slice.step)
        limits = slice(*(None if part is None else _value(read(scope, part), int) for part in parts))
        items = _value(container, list | tuple)[limits]
        scope.steps.take(len(items))
        return Node(items, scope.location(item))
    key = _key(read(scope, item.slice))
    found: Node = _value(container, dict | list | tuple)[key]
    return found


def _comprehension(scope: Scope, item: ast.ListComp | ast.GeneratorExp) -> Node:
    """`[f(x) for x in items]`: one name over a known list, without a condition."""
    loop = item.generators[0]
    if len(item.generators) > 1 or loop.ifs or loop.is_async or not isinstance(loop.target, ast.Name):
        raise NotFollowedError
    name = loop.target.id
    values = list(_value(read(scope, loop.iter), list | tuple))
    outside, hidden, made = scope.names.get(name), scope.hidden, []
    scope.hidden = hidden or outside is not None
    try:
        for value in values:
            scope.names[name] = value
            made.append(read(scope, item.elt))
    finally:
        scope.hidden = hidden
        scope.names.pop(name, None)
        if outside is not None:
            scope.names[name] = outside
    return Node(made, scope.location(item))


# Calls


def _range(steps: Steps, *limits: Node) -> list[Node]:
    numbers = range(*(_value(limit, int) for limit in limits))
    if len(numbers) > MAX_VALUES:
        raise NotFollowedError
    steps.take(len(numbers))
    return [Node(number, limits[0].location) for number in numbers]


def _elements(steps: Steps, node: Node) -> list[Node] | tuple[Node, ...]:
    """What is in a list, to be copied or added up."""
    found: list[Node] | tuple[Node, ...] = _value(node, list | tuple)
    steps.take(walked=len(found))
    return found


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "int": lambda _, node: int(_value(node, int | float)),
    "list": lambda steps, node: list(_elements(steps, node)),
    "range": _range,
    "sum": lambda steps, node: sum(_value(item, int | float) for item in _elements(steps, node)),
    "tuple": lambda steps, node: tuple(_elements(steps, node)),
}


def _is_config_node(scope: Scope, function: ast.expr) -> bool:
    """Whether what is called is YACS's CfgNode, by its import."""
    name = function.value if isinstance(function, ast.Attribute) else function
    if not isinstance(name, ast.Name) or name.id not in scope.names:
        return False
    return is_config_node(scope.names[name.id].value, function.attr if isinstance(function, ast.Attribute) else "")


def _config_node(scope: Scope, item: ast.Call) -> Node:
    """`CfgNode()` or `CfgNode({...})`, which may allow new keys."""
    for keyword in item.keywords:
        allowed = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
        if keyword.arg != "new_allowed" or not isinstance(allowed, bool):
            raise NotFollowedError
    if len(item.args) > 1:
        raise NotFollowedError
    location = scope.location(item)
    argument = read(scope, item.args[0]) if item.args else Node({}, location)
    _value(argument, dict)
    made = make_config_node(argument, scope.steps)
    made.location = location
    return made


def _call(scope: Scope, item: ast.Call) -> Node:
    """`dict(...)`, a few functions of numbers and lists, and methods that change a list or a dict in place."""
    function, location = item.func, scope.location(item)
    if _is_config_node(scope, function):
        return _config_node(scope, item)
    if isinstance(function, ast.Attribute):
        owner = read(scope, function.value)
        method = METHODS.get((type(owner.value), function.attr))
        if method is None:
            raise NotFollowedError
        return method(scope, owner, item) or Node(None, location)
    name = function.id if isinstance(function, ast.Name) else ""
    if name == "dict" and scope.is_builtin(name):
        return _dict(scope, item)
    if name not in FUNCTIONS or not scope.is_builtin(name) or item.keywords:
        raise NotFollowedError
    if len(item.args) == 1 and isinstance(item.args[0], ast.GeneratorExp):
        arguments = [_comprehension(scope, item.args[0])]
    else:
        arguments = list(_items(scope, item.args))
    result = FUNCTIONS[name](scope.steps, *arguments)
    if not isinstance(result, list | tuple):
        return _scalar(result, location)
    return Node(result, location)


def _append(scope: Scope, owner: Node, item: ast.Call) -> None:
    (argument,) = item.args
    owner.value.append(read(scope, argument))


def _pop(scope: Scope, owner: Node, item: ast.Call) -> Node:
    key, *default = _items(scope, item.args)
    found: Node = owner.value.pop(_key(key), *default)
    return found


def _merge(scope: Scope, owner: Node, item: ast.Call) -> None:
    """`ConfigDict.merge`, which leaves no dict shared with what was merged."""
    merged = merge(_dict(scope, item), owner, scope.steps, strict=False)
    copied = as_config_dict(merged, scope.steps, deep=True)
    owner.value, owner.key_locations = copied.value, copied.key_locations


def _clone(scope: Scope, owner: Node, item: ast.Call) -> Node:
    """`CfgNode.clone`, a deep copy."""
    if item.args or item.keywords:
        raise NotFollowedError
    return copy_node(owner, scope.steps)


METHODS: dict[tuple[type, str], Callable[[Scope, Node, ast.Call], Node | None]] = {
    (dict, "clone"): _clone,
    (dict, "defrost"): lambda scope, owner, item: None,  # noqa: ARG005  # yacs: whether keys may be set
    (dict, "freeze"): lambda scope, owner, item: None,  # noqa: ARG005
    (dict, "merge"): _merge,
    (dict, "pop"): _pop,
    (dict, "update"): lambda scope, owner, item: update(owner, _dict(scope, item), scope.steps),
    (list, "append"): _append,
}
EXPRESSIONS: dict[type[ast.expr], Callable[[Scope, Any], Node]] = {
    ast.Attribute: _attribute,
    ast.BinOp: _operation,
    ast.Call: _call,
    ast.Constant: _constant,
    ast.Dict: _dict,
    ast.List: _list,
    ast.ListComp: _comprehension,
    ast.Name: _name,
    ast.Set: _set,
    ast.Subscript: _subscript,
    ast.Tuple: _list,
    ast.UnaryOp: _negative,
}


# Statements


def _assign(scope: Scope, statement: ast.Assign) -> None:
    """`a = b = value`. `_base_` is read before everything else."""
    first = statement.targets[0]
    if isinstance(first, ast.Name) and first.id == BASE:
        return
    node = read(scope, statement.value)
    for target in statement.targets:
        _assign_to(scope, target, node)


def _assign_to(scope: Scope, target: ast.expr, node: Node) -> None:
    """A value to a name, to several names, or into a dict or a list."""
    location = scope.location(target)
    if isinstance(target, ast.Name):
        value = node.value
        if isinstance(value, Definition):  # a name of the config's own, whose value only running it would give
            node = Node(Unread(value.message, value.location, value.remedy, value.name, aliases=[node]), location)
        scope.set(target.id, node, location)
    elif isinstance(target, ast.Tuple | ast.List):
        for part, item in zip(target.elts, _value(node, list | tuple), strict=True):
            _assign_to(scope, part, item)
    else:
        owner, key = _part(scope, target)
        if owner.is_dict:
            store(owner, key, node, location, scope.steps)
        else:
            _value(owner, list)[key] = node


def _part(scope: Scope, target: ast.expr) -> tuple[Node, Any]:
    """The dict or list that a target is a part of, and the key of that part."""
    if isinstance(target, ast.Attribute) and is_attribute_key(target.attr):
        return read(scope, target.value), target.attr
    if isinstance(target, ast.Subscript):
        return read(scope, target.value), _key(read(scope, target.slice))
    raise NotFollowedError


def _delete(scope: Scope, statement: ast.Delete) -> None:
    """`del x`, `del x.key` and `del x["key"]`."""
    for target in statement.targets:
        if isinstance(target, ast.Name):
            del scope.names[target.id]
        else:
            owner, key = _part(scope, target)
            del _value(owner, dict)[key]


def _module(statement: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    """The module that a name is imported from; empty for a relative import."""
    if isinstance(statement, ast.Import):
        return alias.name
    return "" if statement.level else statement.module or ""


def _import(scope: Scope, statement: ast.Import | ast.ImportFrom) -> None:
    """Names for things elsewhere: nothing is imported, but a `type` may be one of these names."""
    location = scope.location(statement)
    if leads_to_namespace(statement):
        raise NotFollowedError
    for alias in statement.names:
        if alias.name == "*":
            raise NotFollowedError
        name, imported = (alias.asname or alias.name).partition(".")[0], alias.name.rpartition(".")[2]
        module = _module(statement, alias)
        definition = Definition(
            f"{name[:60]} is an import: nothing is imported", location, name=imported, module=module
        )
        scope.set(name, Node(definition, location), location)


STATEMENTS: dict[type[ast.stmt], Callable[[Scope, Any], Any]] = {
    ast.Assign: _assign,
    ast.Delete: _delete,
    ast.Expr: lambda scope, statement: read(scope, statement.value),
    ast.Import: _import,
    ast.ImportFrom: _import,
}
