"""Statements of a Python config: assignments, changes of a dict or a list in place, imports as mere names.

A statement that is not read (a loop, a condition, a function) is not run: what it could change becomes Unread.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any

from hrnet_cli.documents.python.arithmetic import combine
from hrnet_cli.documents.python.expressions import BASE, HARMLESS, Scope, called, dict_of_arguments, names_in
from hrnet_cli.documents.python.values import Node, Scalar, Unread, code, merge, refuse, unread
from hrnet_cli.errors import Location


class Statements:
    """Reads the statements of one file into a scope.

    `hidden` are names that a config does not hand on: imports, functions. `later` are those that a function may change.
    """

    def __init__(self, scope: Scope, read_base: Callable[[ast.ImportFrom], None]) -> None:
        self.scope = scope
        self.read_base = read_base
        self.hidden: set[str] = set()
        self.has_read_base = False
        self.later: list[tuple[set[str], Location]] = []

    def run(self, body: Iterable[ast.stmt]) -> None:
        """Every statement, in order. Raises SpecError."""
        for statement in body:
            mark = self.scope.mark(statement)
            try:
                _STATEMENTS.get(type(statement), Statements.skip)(self, statement)
            except RecursionError:
                refuse("too-deep", "nested too deeply", "write it in several steps", mark)
        for names, mark in self.later:
            self.scope.spoil_names(names, mark)

    def skip(self, statement: ast.stmt) -> None:
        """A statement that is not read: what it assigns, and what it could change, is not known any more."""
        mark = self.scope.mark(statement)
        stored = {item.id for item in ast.walk(statement) if isinstance(item, ast.Name) and _changes(item)}
        self.scope.spoil(statement)
        for inner in ast.walk(statement):
            owner = _changed_owner(inner)
            if owner:
                through_own_name = owner & stored
                self.scope.spoil_names(names_in(statement) if through_own_name else owner, mark)
        for name in stored:
            self.set(name, code(f"what {_words(statement)} on line {mark.line} assigns", mark))

    def function(self, statement: ast.FunctionDef | ast.ClassDef) -> None:
        """A function or a class: not a value, and what it mentions it may change whenever it is called."""
        mark = self.scope.mark(statement)
        self.hide(statement.name, code(f"{statement.name[:60]}, which is defined by code", mark))
        own = {item.arg for item in ast.walk(statement) if isinstance(item, ast.arg)}
        self.later.append((names_in(statement) - own, mark))

    def hide(self, name: str, node: Node) -> None:
        """A name that is no part of the config."""
        self.scope.names[name] = node
        self.hidden.add(name)

    def set(self, name: str, node: Node) -> None:
        """A name of the config."""
        if name != BASE:
            self.scope.names[name] = node
            self.hidden.discard(name)

    def imports(self, statement: ast.Import | ast.ImportFrom) -> None:
        """Names for things elsewhere: nothing is imported, but a `type` may be one of these names."""
        mark = self.scope.mark(statement)
        for alias in statement.names:
            name = alias.asname or alias.name.partition(".")[0]
            imported = alias.name.rpartition(".")[2]
            self.hide(name, unread(f"an import, {name[:60]}: nothing is imported", mark, name=imported))

    def with_block(self, statement: ast.With) -> None:
        """`with read_base():`, which holds imports from other configs."""
        context = statement.items[0].context_expr
        if not (isinstance(context, ast.Call) and called(context.func) == "read_base"):
            self.skip(statement)
            return
        self.has_read_base = True
        for inner in statement.body:
            if isinstance(inner, ast.ImportFrom):
                self.read_base(inner)
            else:
                self.skip(inner)

    def assign(self, statement: ast.Assign) -> None:
        """`a = b = value`."""
        if [target.id for target in statement.targets if isinstance(target, ast.Name)] == [BASE]:
            return
        node = self.scope.read(statement.value)
        for target in statement.targets:
            self.put(target, node)

    def annotated(self, statement: ast.AnnAssign) -> None:
        """`a: int = value`."""
        if statement.value is not None:
            self.put(statement.target, self.scope.read(statement.value))

    def put(self, target: ast.expr, node: Node) -> None:
        """A value to a name, to several, or into a dict or a list."""
        mark = self.scope.mark(target)
        if isinstance(target, ast.Name):
            self.set(target.id, node)
        elif isinstance(target, ast.Tuple | ast.List):
            known = isinstance(node.value, list | tuple) and len(node.value) == len(target.elts)
            items = node.value if known else [code("a part of something that is not read", mark)] * len(target.elts)
            for part, item in zip(target.elts, items, strict=True):
                self.put(part, item)
        elif isinstance(target, ast.Starred):
            self.put(target.value, code("the rest of a list", mark))
        elif isinstance(target, ast.Subscript | ast.Attribute) and not self.put_into(target, node):
            self.scope.spoil_names(names_in(target.value), mark)

    def put_into(self, target: ast.Subscript | ast.Attribute, node: Node) -> bool:
        """`x["key"] = value`, `x.key = value`, `x[0] = value`; False where that is not known to be one of these."""
        owner, key, mark = self.scope.read(target.value), self.key(target), self.scope.mark(target)
        if owner.is_dict and isinstance(key, Scalar):
            owner.put(key, node, mark)
            return True
        if isinstance(owner.value, list) and isinstance(key, int) and -len(owner.value) <= key < len(owner.value):
            owner.value[key] = node
            return True
        return isinstance(owner.value, Unread)

    def key(self, target: ast.Subscript | ast.Attribute) -> Any:
        """What a subscript or an attribute names."""
        return target.attr if isinstance(target, ast.Attribute) else self.scope.read(target.slice).value

    def augmented(self, statement: ast.AugAssign) -> None:
        """`x += value`; a list grows in place."""
        mark = self.scope.mark(statement)
        old, new = self.scope.read(statement.target), self.scope.read(statement.value)
        result = combine(self.scope.steps, statement.op, old, new, mark) or code("an assignment in place", mark)
        if isinstance(old.value, list):
            old.value = result.value
        else:
            self.put(statement.target, result)

    def delete(self, statement: ast.Delete) -> None:
        """`del x`, `del x["key"]`, `del x.key`."""
        for target in statement.targets:
            if isinstance(target, ast.Name):
                self.scope.names.pop(target.id, None)
            elif isinstance(target, ast.Subscript | ast.Attribute):
                owner, key = self.scope.read(target.value), self.key(target)
                if owner.is_dict and isinstance(key, Scalar):
                    owner.value.pop(key, None)
                else:
                    self.scope.spoil_names(names_in(target.value), self.scope.mark(target))

    def expression(self, statement: ast.Expr) -> None:
        """A docstring, or a method that changes its owner."""
        call = statement.value
        if isinstance(call, ast.Constant):
            return
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and not call.keywords:
            owner = self.scope.read(call.func.value)
            arguments = [] if any(isinstance(item, ast.Starred) for item in call.args) else call.args
            change = _CHANGES.get((type(owner.value), call.func.attr, len(arguments)))
            if change and change(self, owner, *map(self.scope.read, arguments)):
                return
        if not self.updated(call):
            self.scope.read(call)

    def updated(self, call: ast.expr) -> bool:
        """`x.update(...)` and `x.merge(...)` with all that `dict(...)` takes; False where it is another call."""
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            return False
        if call.func.attr not in ("update", "merge"):
            return False
        owner, other = self.scope.read(call.func.value), dict_of_arguments(self.scope, call)
        if not owner.is_dict or other is None:
            return False
        if call.func.attr == "merge":
            merged = merge(other, owner, self.scope.steps, strict=False)
            owner.value, owner.key_marks = merged.value, merged.key_marks
        else:
            self.update(owner, other)
        return True

    def update(self, owner: Node, other: Node) -> None:
        """`dict.update`, which for a base's dict goes deep, as mmengine's ConfigDict does."""
        self.scope.steps.take(len(other.value), other.mark)
        for key, item in other.value.items():
            old = owner.value.get(key)
            if owner.merges and old is not None and old.is_dict and item.is_dict:
                self.update(old, item)
            else:
                owner.put(key, item, other.key_marks.get(key, other.mark))

    def append(self, owner: Node, item: Node) -> bool:
        """One more item."""
        owner.value.append(item)
        return True

    def extend(self, owner: Node, items: Node) -> bool:
        """Several more items."""
        if not isinstance(items.value, list | tuple):
            return False
        self.scope.steps.take(len(items.value), items.mark)
        owner.value.extend(list(items.value))
        return True

    def insert(self, owner: Node, place: Node, item: Node) -> bool:
        """An item before another."""
        if not isinstance(place.value, int):
            return False
        owner.value.insert(place.value, item)
        return True

    def pop(self, owner: Node, key: Node) -> bool:
        """A key, or the item at a place, taken out."""
        known = isinstance(key.value, Scalar) and key.value in owner.value if owner.is_dict else False
        if known:
            del owner.value[key.value]
            return True
        if isinstance(owner.value, list) and isinstance(key.value, int) and abs(key.value) < len(owner.value):
            del owner.value[key.value]
            return True
        return False


def _changes(item: ast.Name) -> bool:
    return isinstance(item.ctx, ast.Store | ast.Del)


def _changed_owner(item: ast.AST) -> set[str]:
    """The names through which a piece of syntax changes something in place."""
    if isinstance(item, ast.Subscript | ast.Attribute) and isinstance(item.ctx, ast.Store | ast.Del):
        return names_in(item.value)
    if isinstance(item, ast.AugAssign):
        return names_in(item.target)
    if isinstance(item, ast.Call) and isinstance(item.func, ast.Attribute) and item.func.attr not in HARMLESS:
        return names_in(item.func.value)
    return set()


def _words(statement: ast.stmt) -> str:
    names: dict[type[ast.stmt], str] = {ast.For: "a loop", ast.While: "a loop", ast.If: "a condition", ast.Try: "a try"}
    return names.get(type(statement), "a statement")


_CHANGES: dict[tuple[type, str, int], Callable[..., bool]] = {
    (list, "append", 1): Statements.append,
    (list, "extend", 1): Statements.extend,
    (list, "insert", 2): Statements.insert,
    (list, "pop", 1): Statements.pop,
    (dict, "pop", 1): Statements.pop,
}

_STATEMENTS: dict[type[ast.stmt], Callable[[Statements, Any], None]] = {
    ast.Assign: Statements.assign,
    ast.AnnAssign: Statements.annotated,
    ast.AugAssign: Statements.augmented,
    ast.Delete: Statements.delete,
    ast.Expr: Statements.expression,
    ast.Import: Statements.imports,
    ast.ImportFrom: Statements.imports,
    ast.With: Statements.with_block,
    ast.FunctionDef: Statements.function,
    ast.ClassDef: Statements.function,
}
