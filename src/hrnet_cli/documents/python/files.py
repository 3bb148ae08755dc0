"""A Python config and the configs it is based on, as one document."""

from __future__ import annotations

import ast
import os
import re
import warnings
from pathlib import Path

from hrnet_cli.documents import Document
from hrnet_cli.documents.python.expressions import BASE, Scope
from hrnet_cli.documents.python.repeated import repeated
from hrnet_cli.documents.python.statements import Statements
from hrnet_cli.documents.python.values import Node, Steps, Unread, as_document, from_base, merge, refuse, unread
from hrnet_cli.documents.yaml import refused
from hrnet_cli.errors import Code, Diagnostic, Location, SpecError
from hrnet_cli.text import quote

LONGEST_CODE = 300_000
"""Characters in one file; the longest published config has 75,000."""
MOST_FILES = 50
DEEPEST_CHAIN = 20
MOST_OPERATORS = 500
"""Operators, dots and brackets around any one place: beyond, Python's own parser may run out of stack."""

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_PREDEFINED = re.compile(r"\{\{[^{}]*\}\}")
"""`{{ fileDirname }}`, which mmengine fills in before it reads a config."""

_TOKENS = re.compile(
    r"""(?P<skip>\#[^\n]*|\\\n|\"\"\"(?:\\.|[^\\])*?\"\"\"|'''(?:\\.|[^\\])*?'''
        |"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
      |(?P<open>[([{])|(?P<close>[)\]}])|(?P<cut>[,\n])
      |(?P<chain>[-+*/%@&|^~<>=!.:]|\b(?:not|and|or|if|else|elif|lambda|await|in|is)\b)""",
    re.VERBOSE | re.DOTALL,
)


def read_config(text: str, source: str, path: Path | None) -> Document:
    """The document of a config; `path` is its file, if it has one. Raises SpecError."""
    files = Files()
    root = files.config(text, source, path, ())
    return as_document(root)._replace(diagnostics=tuple(dict.fromkeys(files.diagnostics)))


class Files:
    """Reads a config and its bases, and counts them."""

    def __init__(self) -> None:
        self.steps = Steps()
        self.count = 0
        self.diagnostics: list[Diagnostic] = []
        """Keys that stand twice: of the text, which is read all the same."""

    def config(self, text: str, source: str, path: Path | None, chain: tuple[Path, ...]) -> Node:
        """A config with its bases merged in, as a dict of its names."""
        tree = parse(text, source)
        if path is not None:
            chain = (*chain, path.resolve())
        scope = Scope(source, re.split("\r\n|\r|\n", text), self.steps)
        self.diagnostics += repeated(tree, scope.mark)

        def read_base(statement: ast.ImportFrom) -> None:
            scope.names.update(self.imported(statement, scope.mark(statement), path, chain))

        statements = Statements(scope, read_base)
        base = self.bases(tree, scope, path, chain)
        if base is not None:
            scope.names[BASE] = base
        statements.run(tree.body)
        hidden = {BASE} if statements.has_read_base else {BASE, *statements.hidden}
        names = {name: node for name, node in scope.names.items() if name not in hidden and not name.startswith("__")}
        start = Location(1, 1, source)
        own = Node(names, start, {name: node.mark for name, node in names.items()})
        if base is not None and isinstance(base.value, Unread):
            refuse("unreadable-code", base.value.message, base.value.remedy, base.value.mark)
        return own if base is None else merge(own, base, self.steps)

    def bases(self, tree: ast.Module, scope: Scope, path: Path | None, chain: tuple[Path, ...]) -> Node | None:
        """What the files in `_base_` have, together; None where there is no `_base_`."""
        found = next((item for item in tree.body if isinstance(item, ast.Assign) and _is_base(item)), None)
        if found is None:
            return None
        node = scope.read(found.value)
        together = Node({}, node.mark)
        for item in [node] if isinstance(node.value, str) else list(node.children()) or [node]:
            self.add(together, self.base(item, path, chain))
        return from_base(together)

    def base(self, name: Node, path: Path | None, chain: tuple[Path, ...]) -> Node:
        """One of the files in `_base_`."""
        value, mark = name.value, name.mark
        if isinstance(value, Unread):
            refuse("unreadable-code", value.message, "write the path of the base itself", value.mark)
        if not isinstance(value, str):
            refuse("bad-base", f"{quote(value)} is no path of a config", "write a path, or a list of paths", mark)
        if _ADDRESS.match(value):
            remedy = "save that config beside this one, and name it by a relative path"
            refuse("bad-base", f"the base {quote(value)} is an address: nothing is fetched", remedy, mark)
        if "::" in value:
            refuse(*_other_package(value.partition("::")[0], value), mark)
        variable = _PREDEFINED.search(value)
        if variable:
            message = f"the base {quote(value)}: {variable[0][:60]} is a variable of mmengine's, and is not filled in"
            refuse("bad-base", message, "write the path itself: a base is looked for from this file's folder", mark)
        return self.read(Path(value), mark, path, chain)

    @staticmethod
    def add(together: Node, base: Node) -> None:
        """Another base. mmengine refuses a key that two bases have, so such a key is not read."""
        for key, item in base.value.items():
            mark = base.key_marks.get(key, base.mark)
            if key in together.value:
                item = unread(f"{quote(key)} stands in two bases, which mmengine refuses", mark, "keep one of the two")
            together.put(key, item, mark)

    def imported(
        self, statement: ast.ImportFrom, mark: Location, path: Path | None, chain: tuple[Path, ...]
    ) -> dict[str, Node]:
        """The names that `from .x import ...` below `with read_base():` brings."""
        module = statement.module or ""
        if not statement.level or not module:
            refuse(*_other_package(module.partition(".")[0], f"from {module} import"), mark)
        parts = [".."] * (statement.level - 1) + module.split(".")
        config = self.read(Path(*parts).with_suffix(".py"), mark, path, chain)
        from_base(config)
        if statement.names[0].name == "*":
            return dict(config.value)
        missing = unread("a name that the imported config does not have", mark)
        return {alias.asname or alias.name: config.value.get(alias.name, missing) for alias in statement.names}

    def read(self, name: Path, mark: Location, path: Path | None, chain: tuple[Path, ...]) -> Node:
        """Another config, relative to the one that names it."""
        if path is None:
            remedy = "name the config by its path; of a git revision, check it out first (git worktree add DIR REV)"
            refuse("no-folder", f"the base {quote(str(name))} is relative to a file", remedy, mark)
        where = path.parent / name
        label = os.path.normpath(where)
        self.count += 1
        if where.suffix != ".py":
            refuse(
                "bad-base", f"the base {quote(label)} is no Python config", "only a .py file is read as a base", mark
            )
        text = _text(where, label, mark)
        if where.resolve() in chain:
            refuse(
                "base-cycle", f"the base {quote(label)} is based on this file", "a config cannot inherit itself", mark
            )
        if len(chain) > DEEPEST_CHAIN or self.count > MOST_FILES:
            refuse("too-many-bases", "too many bases", f"allowed: {MOST_FILES}, {DEEPEST_CHAIN} deep", mark)
        return self.config(text, label, where, chain)


def _is_base(statement: ast.Assign) -> bool:
    target = statement.targets[0]
    return isinstance(target, ast.Name) and target.id == BASE


def _other_package(package: str, found: str) -> tuple[Code, str, str]:
    message = (
        f"{quote(found)} names a config of the package {package or 'that this file is in'}, which is not looked up"
    )
    return "other-package", message, "copy that config beside this one, and name it by a relative path"


def _text(path: Path, label: str, mark: Location) -> str:
    """The text of a base: of a regular file only, and of no more than a config has."""
    try:
        if not path.is_file():
            what = "is no regular file" if path.exists() else "is not there"
            refuse("missing-base", f"the base {quote(label)} {what}", "copy it to that place, or change _base_", mark)
        with path.open("rb") as file:
            data = file.read(4 * LONGEST_CODE + 1)
        return data.decode("utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        refuse("missing-base", f"the base {quote(label)} cannot be read: {reason}", "change _base_", mark)


def parse(text: str, source: str) -> ast.Module:
    """The syntax tree of a config. Raises SpecError with the place of what is no Python."""
    if len(text) > LONGEST_CODE:
        remedy = f"allowed: at most {LONGEST_CODE:,}; the longest published config has 75,000"
        raise refused("too-large", f"{len(text):,} characters of Python", remedy, source)
    _guard(text, source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        location = Location(error.lineno, error.offset, source)
        raise SpecError([Diagnostic("syntax", (), f"this is not Python: {error.msg}", location=location)]) from None
    except (ValueError, RecursionError, MemoryError):
        raise refused("syntax", "Python's parser refuses this text", "a config is plain assignments", source) from None


def _guard(text: str, source: str) -> None:
    """Refuse an expression that nests so deeply, or is so long a chain, that parsing it costs the stack."""
    counts = [0]
    total = line = 0
    for token in _TOKENS.finditer(text):
        kind = token.lastgroup
        if kind == "chain" or kind == "open":
            counts[-1] += 1
            total += 1
        if kind == "open":
            counts.append(0)
        elif kind == "close":
            total -= counts.pop()
            counts = counts or [0]
        elif kind == "cut" and (token[0] == "," or len(counts) == 1):
            total -= counts[-1]
            counts[-1] = 0
        if total > MOST_OPERATORS:
            line = text.count("\n", 0, token.start()) + 1
            refuse("too-deep", "an expression that is too long", "write it in several steps", Location(line, 1, source))
