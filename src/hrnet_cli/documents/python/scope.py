"""The names of a Python config, and what becomes of them where its code is skipped.

Code that is not followed (a loop, a condition, an unknown call) is skipped: what it may assign or change becomes
Unread, so that no value is ever stale.
"""

from __future__ import annotations

import ast
import re
import sys
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from pathlib import Path
from typing import Any

from hrnet_cli.documents.python.config_node import (
    asks_for_type,
    is_config_node,
    leads_to_class,
    may_be_changed,
    only_used,
    walk,
    within,
)
from hrnet_cli.documents.python.values import Definition, Node, Scalar, Steps, Unread
from hrnet_cli.errors import Location

BASE = "_base_"
TEMPLATE = re.compile(r"\{\{[^{}]*\}\}")
"""`{{ fileDirname }}`, which mmengine replaces in the text of a config."""

HARMLESS_FUNCTIONS = frozenset(
    (
        *("abs", "all", "any", "bool", "deepcopy", "dict", "enumerate", "float", "format", "int", "isinstance", "len"),
        *("list", "max", "min", "print", "range", "repr", "reversed", "round", "set", "sorted", "str", "sum", "tuple"),
        *("type", "zip"),
    )
)
HARMLESS_METHODS = frozenset(
    ("clone", "copy", "deepcopy", "format", "get", "index", "items", "join", "keys", "split", "values")
)
"""Calls that change none of their arguments, unless one of these is a function that does (`key=`).

A method is one of these if its owner is a plain value: an object may have a method of that name that keeps what it is
given, or changes it.
"""
PLAIN = (ast.Constant, ast.Dict, ast.DictComp, ast.JoinedStr, ast.List, ast.ListComp, ast.Tuple)
"""Syntax whose value is a plain one."""
HOLDS_ALL_NAMES = frozenset(("globals", "locals", "vars"))
REACHES_ALL_NAMES = frozenset(("eval", "exec", *HOLDS_ALL_NAMES))
"""Functions that may assign any name when they are called; those before it may do so afterwards too."""
NAMESPACES = frozenset(
    (
        *("__builtins__", "__globals__", "__main__", "__self__", "_getframe", "builtins", "f_builtins", "f_globals"),
        *("f_locals", "modules"),
    )
)
"""Names, attributes, imports and texts that lead to the names of a module: any of them may be assigned afterwards."""
MODULE_NAME = "__name__"
FINDS_BY_TEXT = {"__import__": 0, "getattr": 1, "getmodule": 0, "import_module": 0}
"""Functions that may find a namespace by an argument that is computed, and the place of it."""
ANY = "*"
STAR_LEAVES = frozenset(("dict",))
"""What a star import is taken to leave alone: no module has a `dict` of its own, and every config is made of it."""
_PRIVATE = re.compile(r"__(?!.*__$)")
_CALL_OR_WALRUS = re.compile(r"\(|:=")

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
LATER: tuple[type[ast.AST], ...] = (*DEFINITIONS, ast.Lambda, ast.GeneratorExp)
"""Syntax with code that may run at any time afterwards."""
if sys.version_info >= (3, 12):
    LATER += (ast.TypeAlias,)
Names = set[str]


def names_in(parts: Iterable[ast.AST]) -> set[str]:
    """Every name that some pieces of syntax mention."""
    return {inner.id for inner in within(parts) if isinstance(inner, ast.Name)}


def _assigned(node: ast.AST) -> Iterable[str]:
    """The names that one piece of syntax assigns, `*` for any."""
    if isinstance(node, ast.Name):
        return () if isinstance(node.ctx, ast.Load) else (node.id,)
    if isinstance(node, ast.NamedExpr):
        return (node.target.id,)
    if isinstance(node, ast.alias):
        return ((node.asname or node.name).partition(".")[0],)
    names = (getattr(node, field, None) for field in ("name", "rest"))  # of a definition, an exception or a pattern
    return (name for name in names if isinstance(name, str))


def _mangle(code: list[ast.AST]) -> int:
    """Give the private names in classes the names that Python gives them: `__x` in `class A` is `_A__x`.

    Returns how many pieces of syntax were walked over.
    """
    walked = 0
    classes = [each for each in reversed(code) if isinstance(each, ast.ClassDef)]  # the innermost first
    for each in classes:
        prefix = f"_{each.name.lstrip('_')}"
        inside = [inner for statement in each.body for inner in walk(statement)]
        walked += len(inside)
        for inner in inside if prefix != "_" else ():
            for field, value in ast.iter_fields(inner):
                if field in ("asname", "id", "name", "rest") and isinstance(value, str) and _PRIVATE.match(value):
                    setattr(inner, field, prefix + value)
            if isinstance(inner, ast.Global):
                inner.names = [prefix + name if _PRIVATE.match(name) else name for name in inner.names]
    return walked


def _finds_namespace(function: str, arguments: list[ast.expr]) -> bool:
    """Whether a function of FINDS_BY_TEXT may find a namespace by its argument, if that is there.

    A text that begins like no namespace finds none: `f"stage{i}"`. `getattr(x, name)` is taken to find none either,
    as real configs have it.
    """
    text = arguments[0] if arguments else None
    while isinstance(text, ast.BinOp):
        text = text.left
    if isinstance(text, ast.JoinedStr):
        text = text.values[0] if text.values else None
    if isinstance(text, ast.Constant):
        is_part = text is not arguments[0]
        return is_part and any(name.startswith(str(text.value)) for name in NAMESPACES)
    return function != "getattr" or text is None or text is not arguments[0]


def leads_to_namespace(node: ast.AST) -> bool:
    """Whether one piece of syntax leads to the names of a module: `f.__globals__`, `sys.modules`, `import builtins`."""
    if isinstance(node, ast.Attribute):
        method = node.attr == "modules" and isinstance(node.value, ast.Name) and node.value.id != "sys"
        return (node.attr in NAMESPACES and not method) or node.attr == "sys"
    if isinstance(node, ast.Call):
        place = FINDS_BY_TEXT.get(called(node))
        return place is not None and _finds_namespace(called(node), node.args[place : place + 1])
    if isinstance(node, ast.Import):
        return any(each.name in NAMESPACES or (each.name == "sys" and each.asname) for each in node.names)
    if isinstance(node, ast.ImportFrom):
        names = {each.name for each in node.names}
        found = names & (NAMESPACES if node.module == "sys" else NAMESPACES - {"modules"} | {"sys"})
        renamed = any(each.name in FINDS_BY_TEXT and each.asname for each in node.names)
        return bool(found) or renamed or node.module in NAMESPACES
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and node.value in NAMESPACES and node.value != "modules"
    return isinstance(node, ast.Name) and node.id == "__builtins__"


def _compared_with_module_name(code: Iterable[ast.AST]) -> set[ast.AST]:
    pairs = [each for each in code if isinstance(each, ast.Compare) and len(each.comparators) == 1]
    return {each.comparators[0] for each in pairs if isinstance(each.left, ast.Name) and each.left.id == MODULE_NAME}


def rebound_builtins(code: Iterable[ast.AST]) -> set[str]:
    """Python's own functions that a star import or the text of an `exec` or `eval` may give another meaning.

    `eval("1")` cannot: it evaluates a text without a call and a walrus.
    """
    star, texts, harmless = False, set[ast.AST](), set[ast.AST]()
    for each in code:
        if isinstance(each, ast.alias) and each.name == ANY:
            star = True
        elif isinstance(each, ast.Name) and each.id in ("exec", "eval"):
            texts.add(each)
        elif isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id == "eval":
            text = each.args[0].value if len(each.args) == 1 and isinstance(each.args[0], ast.Constant) else None
            if isinstance(text, str) and not _CALL_OR_WALRUS.search(text):
                harmless.add(each.func)
    return set(HARMLESS_FUNCTIONS if texts - harmless else HARMLESS_FUNCTIONS - STAR_LEAVES if star else ())


def _may_change(node: ast.AST) -> bool:
    """Whether a piece of syntax may change an object in place; what a function is by its name is left out."""
    if isinstance(node, ast.Call):
        name, keywords = called(node), {keyword.arg for keyword in node.keywords}
        if name == "deepcopy" and (keywords or len(node.args) != 1 or isinstance(node.args[0], ast.Starred)):
            return True  # `deepcopy(x, memo)` fills `memo`
        if isinstance(node.func, ast.Name):
            return None in keywords and name != "dict"  # `max(x, **{"key": y.append})`
        return _owner_of_harmless_method(node) is None
    if isinstance(node, ast.Subscript | ast.Attribute):
        return not isinstance(node.ctx, ast.Load)
    return isinstance(node, ast.AugAssign) or (isinstance(node, ast.keyword) and node.arg == "key")


def _owner_of_harmless_method(node: ast.AST) -> ast.expr | None:
    """The owner of a method that a piece of syntax calls, if the method changes nothing where the owner is plain."""
    method = node.func if isinstance(node, ast.Call) else None
    return method.value if isinstance(method, ast.Attribute) and method.attr in HARMLESS_METHODS else None


def _names_of_later_code(code: list[ast.AST]) -> set[str]:
    """The names in code that may run at any time afterwards."""
    return names_in(each for each in code if isinstance(each, LATER))


class Scope:
    """The names that are assigned so far in one file, and the code that may change them later.

    `path` is the file, if there is one; `ancestors` are the files that it is a base of, and itself.
    """

    def __init__(self, text: str, source: str, path: Path | None, ancestors: tuple[Path, ...], steps: Steps) -> None:
        self.lines = re.split("\r\n|\r|\n", text)
        self.source = source
        self.path = path
        self.ancestors = ancestors if path is None else (*ancestors, path.resolve())
        self.steps = steps
        self.names: dict[str, Node] = {}
        self.name_locations: dict[str, Location] = {}
        self.hidden = False  # whether the variable of a comprehension stands in place of a name of the config
        self._assigned_later: set[str] = set()
        self._rebound: set[str] = set()  # Python's own functions that may have another meaning by now
        self._mentioned_later: set[str] = set()
        self._classes: set[str] = set()  # imports of CfgNode
        self._ends: dict[int, list[int]] = {}  # of the characters of a line that is not ASCII, in bytes
        self._reads: dict[str, set[str]] = {}  # by functions that change nothing and are not mentioned so far

    def location(self, item: Any) -> Location:
        """The range of a piece of syntax. The tree counts bytes; a location counts characters, from 1."""
        line, end_line = item.lineno, item.end_lineno
        start, end = self._column(line, item.col_offset), self._column(end_line, item.end_col_offset)
        if isinstance(item, ast.keyword) and item.arg is not None:  # its name alone
            end_line, end = line, start + len(item.arg)
        return Location(line, start, self.source, end_line, end)

    def _column(self, line: int, offset: int) -> int:
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        if text.isascii():
            return 1 + offset if offset > 0 else 1
        if line not in self._ends:
            self._ends[line] = [*accumulate(len(character.encode(errors="replace")) for character in text)]
        return 1 + bisect_right(self._ends[line], max(offset, 0))

    def is_builtin(self, name: str) -> bool:
        """Whether a name is Python's own function of that name."""
        return name not in self.names and name not in self._rebound and ANY not in self._assigned_later

    def set(self, name: str, node: Node, location: Location) -> None:
        """Assign a name. It is Unread at once if skipped code may assign it later, or may change what it holds."""
        if name in self._assigned_later or ANY in self._assigned_later:
            node = Node(_changed(location, node), location)
        elif name in self._mentioned_later:
            self.forget(node, location)
        if name != BASE:
            self.names[name] = node
            (self._classes.add if leads_to_class(node) else self._classes.discard)(name)
            self.name_locations[name] = location

    def forget(self, node: Node, location: Location) -> None:
        """Mark everything that can be reached from a value as Unread: the code at `location` may change it."""
        found = node.reachable(self.steps)
        self.steps.take(len(found))
        classes = [inner for inner in found if leads_to_class(inner)]  # nothing is known of one, and it is still there
        for inner in found:
            if not isinstance(inner.value, Unread):
                inner.value = _changed(location, *classes)

    def skip(self, code: Any, cause: Unread | None = None) -> Node:
        """The Unread value of code that is not followed. What the code may assign or change becomes Unread too.

        `cause` is the Unread value that keeps it from being followed, if one does.
        """
        inside, location = walk(code), self.location(code)
        self.steps.take(walked=len(inside) + len(self._classes))
        self.steps.take(walked=_mangle(inside))
        calls = {each.func.id for each in inside if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)}
        bound = {name for each in inside for name in _assigned(each)}  # `for len in [list.clear]: len(x)`
        self._rebound |= rebound_builtins(inside)
        changing = {name for name in calls if name in bound or self._may_change_arguments(name)}
        classes = self._classes & self.names.keys()
        mentioned = {each.id for each in inside if isinstance(each, ast.Name)} - only_used(inside, classes)
        if isinstance(code, ast.FunctionDef) and self._only_reads(code, inside, changing):
            self._reads[code.name] = mentioned | self._reads.get(code.name, set())
            return self._define(code, location)
        builtins = {name for name in mentioned if name not in self.names}
        holds_all = self._leads_to_namespace(inside)
        reaches_all = holds_all or bool(builtins & REACHES_ALL_NAMES)
        if reaches_all:
            mentioned |= self.names.keys()
        later = _names_of_later_code(inside) & mentioned
        if holds_all or builtins & (REACHES_ALL_NAMES - calls | HOLDS_ALL_NAMES | later & REACHES_ALL_NAMES):
            self._assigned_later.add(ANY)
        later |= self._read_by(mentioned)
        mentioned |= later
        self._mentioned_later |= later
        self._assigned_later.update(name for each in inside if isinstance(each, ast.Global) for name in each.names)
        may_change = bool(changing) or any(_may_change(each) or self._is_foreign(each, bound) for each in inside)
        if may_change and classes:
            nodes = [self.names[name] for name in mentioned & self.names.keys()]
            if may_be_changed(inside, [inner for node in nodes for inner in node.reachable(self.steps)]):
                self._assigned_later.add(ANY)

        assigned = self._assigned_by(code, inside, reaches_all)
        known = (mentioned | assigned) & self.names.keys()
        nodes = [self.names[name] for name in known]
        self.steps.take(len(nodes))
        for node in nodes if may_change else [self.names[name] for name in known & later]:
            self.forget(node, location)
        if classes and asks_for_type(inside):
            nodes += [self.names[name] for name in classes]
        cause = cause or Unread(f"{_describe(code)} is not followed: a config is read and never run", location)
        skipped = Node(Unread(cause.message, cause.location, cause.remedy, aliases=nodes), location)
        for name in sorted(assigned):
            self.set(name, skipped, location)
        return self._define(code, location) if isinstance(code, DEFINITIONS) else skipped

    def gives_out(self, name: str) -> bool:
        """Whether a name is a function that only reads, and that nothing mentions so far."""
        return name in self._reads

    def mention(self, name: ast.Name) -> None:
        """Code that is followed takes up a function that only reads: it may be called from now on."""
        later = self._read_by({name.id})
        self._mentioned_later |= later
        function = self.names.get(name.id)
        for node in [self.names[each] for each in later & self.names.keys()]:
            self.forget(node, self.location(name))
            if function is not None and isinstance(function.value, Definition):
                function.value.aliases.append(node)

    def close(self) -> None:
        """Note what each function may give out, for the files that import it."""
        for function, reads in self._reads.items():
            node = self.names.get(function)
            if node is not None and isinstance(node.value, Definition):
                node.value.aliases += [self.names[name] for name in reads & self.names.keys()]

    def _define(self, code: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, location: Location) -> Node:
        message = f"{code.name[:60]} is defined by code, which is never run"
        node = Node(Definition(message, location), location)
        self.set(code.name, node, location)
        return self.names.get(code.name, node)  # `_base_` is no name of the config's own

    def _only_reads(self, code: ast.FunctionDef, inside: list[ast.AST], changing: Names) -> bool:
        """Whether a function changes nothing when it is defined and when it is called.

        `changing` are the functions that it calls by name and that may change their arguments.
        Such a function still gives out what it mentions, but not before something mentions the function.
        """
        at_once = names_in([code.args, *([code.returns] if code.returns else ())]) & self.names.keys()
        return not (
            any(isinstance(each, ast.Global | ast.Nonlocal | ast.NamedExpr) for each in inside)
            or any(each.decorator_list for each in inside if isinstance(each, DEFINITIONS))
            or any(map(_may_change, inside))
            or any(self._is_foreign(each, set()) for each in within([code.args]))
            or bool(changing - self._reads.keys())
            or any(not isinstance(self.names[name].value, (Definition, *Scalar)) for name in at_once)
            or any(isinstance(each, ast.Name) and each.id in REACHES_ALL_NAMES for each in inside)
            or self._leads_to_namespace(inside)
            or code.name in self._mentioned_later
        )

    def _leads_to_namespace(self, code: list[ast.AST]) -> bool:
        """Whether something in code leads to the names of a module; `__name__ == "__main__"` by itself does not."""
        found = {each for each in code if leads_to_namespace(each)}
        if not found or MODULE_NAME in self.names.keys() | self._assigned_later.union(*map(_assigned, code)):
            return bool(found)
        return bool(found - _compared_with_module_name(code))

    def _read_by(self, mentioned: Names) -> Names:
        """The names that the mentioned functions read, and those that these mention: each may run from now on."""
        found: Names = set()
        waiting = [*mentioned]
        while waiting:
            read = self._reads.pop(waiting.pop(), set()) - found
            found |= read
            waiting += read
        return found

    def _assigned_by(self, code: ast.AST, inside: list[ast.AST], reaches_all: bool) -> Names:
        """The names that code may assign, now or by what it begins."""
        walruses = [each for each in inside if isinstance(each, ast.NamedExpr)]
        parts = walruses if isinstance(code, (ast.expr, *DEFINITIONS)) else inside
        assigned = {name for part in parts for name in _assigned(part)} | self._assigned_later
        if ANY in assigned or reaches_all:
            assigned |= self.names.keys()
        return assigned - {ANY, BASE}

    def _may_change_arguments(self, function: str) -> bool:
        known = self.names.get(function)
        harmless = function in HARMLESS_FUNCTIONS and self.is_builtin(function)
        harmless = harmless or self._is_of_copy(function, "deepcopy")
        return not harmless and not (known is not None and is_config_node(known.value))

    def _is_of_copy(self, name: str, imported: str) -> bool:
        """Whether a name is an import of the module `copy`, or of its `deepcopy`."""
        known = self.names.get(name)
        found = known.value if known else None
        return isinstance(found, Definition) and (found.module, found.name) == ("copy", imported)

    def _is_foreign(self, call: ast.AST, bound: Names) -> bool:
        """Whether syntax calls a harmless method of what may be no plain value, with more than constants.

        `bound` are the names that the code around it assigns.
        """
        owner = _owner_of_harmless_method(call)
        if not isinstance(call, ast.Call) or owner is None:
            return False
        if all(isinstance(each, ast.Constant) for each in (*call.args, *(each.value for each in call.keywords))):
            return False
        if not isinstance(owner, ast.Name):
            return not isinstance(owner, PLAIN)
        known = self.names.get(owner.id)
        if owner.id in bound or known is None:
            return True
        return isinstance(known.value, Unread) and not self._is_of_copy(owner.id, "copy")


def _changed(location: Location, *aliases: Node) -> Unread:
    message = f"code on line {location.line} may change this: a config is never run"
    return Unread(message, location, aliases=[*aliases])


def _describe(code: ast.AST) -> str:
    """What a piece of code is, for a message."""
    return f"the call of {called(code)[:60] or 'a value'}()" if isinstance(code, ast.Call) else "this code"


def called(call: ast.Call) -> str:
    """The name of the function or method that is called."""
    function = call.func
    return (
        function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    )
