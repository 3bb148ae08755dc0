"""A Python config and the configs that it is based on, as one document."""

from __future__ import annotations

import ast
import os
import re
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from hrnet_cli.documents import Document, read_base_text, refuse
from hrnet_cli.documents.python.config_node import walk
from hrnet_cli.documents.python.evaluator import follow, read
from hrnet_cli.documents.python.nesting import check_nesting
from hrnet_cli.documents.python.scope import BASE, TEMPLATE, Scope, called
from hrnet_cli.documents.python.values import (
    MAX_CHARACTERS,
    Node,
    Steps,
    Unread,
    as_document,
    is_key,
    may_share_hash,
    merge,
    unread,
)
from hrnet_cli.errors import Diagnostic, Location, SpecError
from hrnet_cli.text import quote, type_name

MAX_FILES = 50
MAX_ANCESTORS = 20
"""Files that a config is based on, one on the other. The published configs have up to 6, and 9 files in all."""
MAX_CHARACTERS_OF_ALL = 200_000
"""Characters of a config and all its bases. Those of a published one have up to 75,480."""
MAX_DUPLICATES = 20
"""Duplicate keys that are reported for one file."""

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def read_config(text: str, source: str, path: Path | None) -> Document:
    """The document of a config; `path` is its file, if it has one. Raises SpecError."""
    reader = ConfigReader()
    root = reader.config(parse(text, source), text, source, path, ())
    diagnostics, absent = tuple(dict.fromkeys(reader.diagnostics)), tuple(dict.fromkeys(reader.absent))
    return as_document(root)._replace(diagnostics=diagnostics, absent=absent)


ABSENT = ("missing-base", "other-package")
"""The codes of bases that a config may do without: its network may be in its own text."""


class ConfigReader:
    """Reads a config and its bases, and counts them. `diagnostics` are the duplicate keys in all of them.

    `trees` are the syntax trees of bases by their real paths: no file is parsed twice.
    """

    def __init__(self) -> None:
        self.steps = Steps()
        self.count = 0
        self.characters = MAX_CHARACTERS_OF_ALL
        self.trees: dict[Path, ast.Module] = {}
        self.diagnostics: list[Diagnostic] = []
        self.absent: list[Diagnostic] = []

    def config(self, tree: ast.Module, text: str, source: str, path: Path | None, ancestors: tuple[Path, ...]) -> Node:
        """The names of a config as a dict, merged into those of its bases."""
        self.characters -= len(text)
        scope = Scope(text, source, path, ancestors, self.steps)
        self.steps.location = Location(1, 1, source)
        self.diagnostics += duplicate_keys(tree, scope)
        try:
            base = self.bases(tree, scope)
            for statement in tree.body:
                self.steps.location = scope.location(statement)
                if isinstance(statement, ast.With) and _is_read_base(statement):
                    self.read_bases(statement, scope)
                else:
                    follow(scope, statement)
            scope.close()
            own = Node({}, Location(1, 1, source))
            for name, node in scope.names.items():
                if name != BASE and not name.startswith("__"):
                    own.put(name, node, scope.name_locations[name])
            if base is None:
                return own
            if isinstance(base.value, Unread):
                refuse("unreadable-code", base.value.message, base.value.remedy, base.value.location)
            return merge(own, base, self.steps)
        except RecursionError:
            refuse("too-deep", "nested too deeply", "write it in several steps", self.steps.location)

    def bases(self, tree: ast.Module, scope: Scope) -> Node | None:
        """What the files in `_base_` have, together; None if there is no `_base_`."""
        found = next((item for item in tree.body if isinstance(item, ast.Assign) and _is_base(item)), None)
        if found is None:
            return None
        for constant in ast.walk(found.value):
            if not isinstance(constant, ast.Constant) or not isinstance(constant.value, str):
                continue
            variable = TEMPLATE.search(constant.value)
            if variable:
                message = f"the base {quote(constant.value)}: {variable[0][:60]} is a variable of mmengine"
                remedy = "write the path itself, relative to the folder of this file"
                refuse("bad-base", message, remedy, scope.location(constant))
        node = read(scope, found.value)
        together = Node({}, node.location)
        for item in node.value if isinstance(node.value, list | tuple) else [node]:
            base = self.if_there(partial(self.base, item, scope), item.location)
            for key, value in base.value.items():
                location = base.key_location(key)
                if key in together.value:
                    message = f"{quote(key)} is in two bases, which mmengine refuses"
                    value = unread(message, location, "remove it from one of the two")
                if is_key(key, value):
                    together.put(key, value, location)
        _mark_from_base(together, self.steps)
        scope.names[BASE] = together
        return together

    def if_there(self, read_base: Callable[[], Node], location: Location) -> Node:
        """What a base has; nothing of one that is not there."""
        try:
            return read_base()
        except SpecError as error:
            if any(each.code not in ABSENT for each in error.diagnostics):
                raise
            self.absent += error.diagnostics
            return Node({}, location)

    def base(self, name: Node, scope: Scope) -> Node:
        """One of the files in `_base_`."""
        value, location = name.value, name.location
        if isinstance(value, Unread):
            refuse("unreadable-code", value.message, "write the path of the base itself", value.location)
        if not isinstance(value, str):
            what = type_name(value) if isinstance(value, dict | list | tuple) else quote(value)
            refuse("bad-base", f"{what} is no path of a config", "write a path, or a list of paths", location)
        if _ADDRESS.match(value):
            remedy = "save that config in a file, and write the relative path of that file"
            refuse("bad-base", f"the base {quote(value)} is an address: nothing is fetched", remedy, location)
        if "::" in value:
            _refuse_package(value.partition("::")[0], value, location)
        return self.read(Path(value), location, scope)

    def read_bases(self, statement: ast.With, scope: Scope) -> None:
        """The names that imports below `with read_base():` bring."""
        for inner in statement.body:
            if not isinstance(inner, ast.ImportFrom):
                scope.skip(inner)
                continue
            location = scope.location(inner)
            config = self.if_there(partial(self.imported, inner, scope), location)
            _mark_from_base(config, self.steps)
            missing = unread("the imported config has no such name", location)
            for alias in inner.names:
                names = {name: name for name in config.value} if alias.name == "*" else {alias.name: alias.asname}
                for name, own_name in names.items():
                    node = config.value.get(name, missing)
                    scope.set(own_name or name, node, config.key_locations.get(name, location))

    def imported(self, statement: ast.ImportFrom, scope: Scope) -> Node:
        """The config that an import below `with read_base():` names."""
        module, location = statement.module or "", scope.location(statement)
        if not statement.level or not module:
            _refuse_package(module.partition(".")[0], f"from {module} import", location)
        parts = [".."] * (statement.level - 1) + module.split(".")
        return self.read(Path(*parts).with_suffix(".py"), location, scope)

    def read(self, name: Path, location: Location, scope: Scope) -> Node:
        """Another config, relative to the one that names it."""
        if scope.path is None:
            remedy = "name the config by its path; of a git revision, check it out first (git worktree add DIR REV)"
            refuse("no-folder", f"the base {quote(str(name))} is relative to a file", remedy, location)
        path = scope.path.parent / name
        label = os.path.normpath(path)
        self.count += 1
        if len(scope.ancestors) > MAX_ANCESTORS or self.count > MAX_FILES:
            refuse("too-many-bases", "too many bases", f"allowed: {MAX_FILES}, {MAX_ANCESTORS} deep", location)
        if path.suffix != ".py":
            message = f"the base {quote(label)} is no Python config"
            refuse("bad-base", message, "name a .py file: no other is read as a base", location)
        text = read_base_text(path, label, location, BASE, MAX_CHARACTERS)
        real = path.resolve()
        if real in scope.ancestors:
            message = f"the base {quote(label)} is based on this file"
            refuse("base-cycle", message, "remove it: a config cannot inherit itself", location)
        if len(text) > self.characters:
            message = f"the base {quote(label)} makes this config and its bases too large"
            refuse("too-large", message, f"allowed: {MAX_CHARACTERS_OF_ALL:,} characters in all of them", location)
        if real not in self.trees:
            self.trees[real] = parse(text, label)
        return self.config(self.trees[real], text, label, path, scope.ancestors)


def _is_base(statement: ast.Assign) -> bool:
    target = statement.targets[0]
    return isinstance(target, ast.Name) and target.id == BASE


def _is_read_base(statement: ast.With) -> bool:
    call = statement.items[0].context_expr
    return len(statement.items) == 1 and isinstance(call, ast.Call) and called(call) == "read_base"


def _mark_from_base(node: Node, steps: Steps) -> None:
    for inner in node.reachable(steps):
        inner.from_base = True


def _refuse_package(package: str, found: str, location: Location) -> NoReturn:
    owner = f"the package {package}" if package else "the package that this file is in"
    message = f"{quote(found)} names a config of {owner}, which is not searched"
    refuse("other-package", message, "copy that config to a file, and write the relative path of that file", location)


def parse(text: str, source: str) -> ast.Module:
    """The syntax tree of a config. Raises SpecError with the location of what is no Python."""
    whole = Location(source=source)
    if len(text) > MAX_CHARACTERS:
        message = f"{len(text):,} characters of Python"
        refuse("too-large", message, f"allowed: {MAX_CHARACTERS:,}; the longest published config has 75,480", whole)
    check_nesting(text, source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        location = Location(max(error.lineno or 1, 1), max(error.offset or 1, 1), source)
        raise SpecError([Diagnostic("syntax", (), f"this is not Python: {error.msg}", location=location)]) from None
    except (ValueError, RecursionError, MemoryError):
        refuse("syntax", "Python's parser refuses this text", "write the config as plain assignments", whole)


def duplicate_keys(tree: ast.Module, scope: Scope) -> list[Diagnostic]:
    """A diagnostic for each key that is written twice in a call or in a dict, at most MAX_DUPLICATES."""
    found: list[Diagnostic] = []
    inside = walk(tree)
    scope.steps.take(walked=len(inside))
    for item in inside:
        if isinstance(item, ast.Call):
            keys: list[tuple[Any, ast.AST]] = [(each.arg, each) for each in item.keywords if each.arg is not None]
        elif isinstance(item, ast.Dict):
            constants = (each for each in item.keys if isinstance(each, ast.Constant))
            keys = [(each.value, each) for each in constants if not may_share_hash(each.value)]
        else:
            continue
        first: dict[Any, ast.AST] = {}
        what = "Python refuses the file" if isinstance(item, ast.Call) else "Python keeps the last"
        for name, key in keys:
            if first.setdefault(name, key) is not key and len(found) < MAX_DUPLICATES:
                message = f"duplicate key {quote(name)}, first on line {scope.location(first[name]).line}: {what}"
                location = scope.location(key)
                found.append(Diagnostic("duplicate-key", (), message, "keep one of the two", location=location))
    return found
