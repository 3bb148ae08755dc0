"""Writes the arguments of every model class of mmlab's packages to src/hrnet_cli/dialects/mmlab/signatures.

Run by hand with a folder of wheels: `pip download --no-deps mmdet==3.3.0 …`, then `tools/signatures.py WHEELS`. Their
sources are read from syntax trees: nothing of them is imported or run. A file per package and line of versions, and in
it a line per registered class: its name, and the arguments that its constructor takes in any of these versions, its
base classes' included. A class whose arguments cannot be told, since it keeps its **kwargs or has a base outside the
package, has no arguments but `*`.
"""

from __future__ import annotations

import ast
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent.parent / "src" / "hrnet_cli" / "dialects" / "mmlab" / "signatures"
FILES = {
    "mmpose-new": ("mmpose", "mmpose", ("1.3.2",)),
    "mmpose-old": ("mmpose", "mmpose", ("0.10.0", "0.19.0", "0.29.0")),
    "mmdet-new": ("mmdet", "mmdet", ("3.3.0",)),
    "mmdet-old": ("mmdet", "mmdet", ("2.3.0", "2.11.0", "2.19.0", "2.28.2")),
    "mmseg-new": ("mmsegmentation", "mmseg", ("1.2.2",)),
    "mmseg-old": ("mmsegmentation", "mmseg", ("0.11.0", "0.20.0", "0.30.0")),
    "mmpretrain-new": ("mmpretrain", "mmpretrain", ("1.2.0",)),
    "mmpretrain-old": ("mmcls", "mmcls", ("0.12.0", "0.19.0", "0.25.0")),
}
"""By the name of a file: the distribution, the package in its wheel, and the versions."""
REGISTRY = re.compile(
    r"MODELS|BACKBONES|NECKS|HEADS|LOSSES|DETECTORS|SEGMENTORS|POSENETS|CLASSIFIERS|SHARED_HEADS|ROI_EXTRACTORS"
    r"|MESH_MODELS|POSE_ESTIMATORS"
)
"""The registries of parts of a model."""
OUTSIDE: dict[str, tuple[str, ...]] = {
    "Module": (),
    "nn.Module": (),
    "BaseModule": ("init_cfg",),
    "BaseModel": ("data_preprocessor", "init_cfg"),
    "ABC": (),
    "object": (),
}
"""The arguments of base classes of torch, mmengine and mmcv."""


class Class(NamedTuple):
    """A class as its module writes it."""

    name: str
    module: str
    bases: tuple[str, ...]
    init: ast.FunctionDef | None
    registered: tuple[str, ...]
    """The names under which a registry of models has it."""


class Package:
    """The classes of a package, by module and name."""

    def __init__(self, sources: dict[str, str]) -> None:
        self.classes: dict[tuple[str, str], Class] = {}
        self.by_name: dict[str, list[Class]] = {}
        self.imports: dict[tuple[str, str], str] = {}
        for module, text in sources.items():
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.ClassDef):
                    found = read_class(node, module)
                    self.classes[module, node.name] = found
                    self.by_name.setdefault(node.name, []).append(found)
                elif isinstance(node, ast.ImportFrom):
                    for alias in node.names:
                        self.imports[module, alias.asname or alias.name] = alias.name if node.level else ""
                        if node.module and node.module.partition(".")[0] == module.partition(".")[0]:
                            self.imports[module, alias.asname or alias.name] = alias.name

    def find(self, name: str, module: str) -> Class | None:
        """The class of the package that a name in a module means, if it is certain."""
        if (module, name) in self.classes:
            return self.classes[module, name]
        name = self.imports.get((module, name), "")
        found = self.by_name.get(name, [])
        return found[0] if len(found) == 1 else None

    def order(self, cls: Class) -> list[Class | str]:
        """The class and its bases in the order in which super() finds them; a text is a class outside."""
        chains: list[list[Class | str]] = []
        for base in cls.bases:
            inside = self.find(base, cls.module)
            chains.append(self.order(inside) if inside else [base])
        merged: list[Class | str] = [cls]
        for index, chain in enumerate(chains):
            later = [each for other in chains[index + 1 :] for each in other]
            merged += [each for each in chain if each not in later and each not in merged]
        return merged

    def arguments(self, cls: Class) -> tuple[str, ...] | None:
        """The arguments that the constructor takes; None where that cannot be told."""
        return follow(self.order(cls))


def read_class(node: ast.ClassDef, module: str) -> Class:
    """A class statement as data."""
    bases = tuple(ast.unparse(base) for base in node.bases)
    inits = [each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"]
    return Class(node.name, module, bases, inits[-1] if inits else None, tuple(registered(node)))


def registered(node: ast.ClassDef) -> Iterator[str]:
    """The names under which its decorators register it as a part of a model."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith(".register_module"):
            registry = ast.unparse(decorator.func).removesuffix(".register_module")
            if REGISTRY.fullmatch(registry):
                values = [*decorator.args, *(each.value for each in decorator.keywords if each.arg == "name")]
                names = [each.value for value in values for each in ast.walk(value) if isinstance(each, ast.Constant)]
                yield from [name for name in names if isinstance(name, str)] or [node.name]


def follow(order: list[Class | str]) -> tuple[str, ...] | None:
    """The arguments of the first constructor, and through its **kwargs those of the next."""
    for index, cls in enumerate(order):
        if isinstance(cls, str):
            name = cls.rpartition(".")[2]
            if name in OUTSIDE:
                if OUTSIDE[name] or index == len(order) - 1:
                    return OUTSIDE[name]
                continue
            return None
        if cls.init is None:
            continue
        own = cls.init.args
        names = [each.arg for each in (*own.posonlyargs, *own.args, *own.kwonlyargs)][1:]
        if own.kwarg is None:
            return tuple(names)
        more = through_kwargs(cls.init, own.kwarg.arg, order[index + 1 :])
        return None if more is None else (*names, *(each for each in more if each not in names))
    return ()


def through_kwargs(init: ast.FunctionDef, kwargs: str, rest: list[Class | str]) -> tuple[str, ...] | None:
    """What may be passed in **kwargs, where all of it goes to the next constructor; None otherwise."""
    calls = [call for node in ast.walk(init) if (call := super_call(node, kwargs))]
    taken = [name for node in ast.walk(init) for name in popped(node, kwargs)]
    known = sum(reads_one_key(node, kwargs) for node in ast.walk(init))
    uses = sum(isinstance(node, ast.Name) and node.id == kwargs for node in ast.walk(init))
    following = follow(rest)
    if len(calls) != 1 or uses != known + 1 or following is None:
        return None
    positional = sum(not isinstance(each, ast.Starred) for each in calls[0].args)
    given = {keyword.arg for keyword in calls[0].keywords} | set(following[:positional])
    return (*taken, *(name for name in following if name not in given))


def is_name(node: ast.expr, name: str) -> bool:
    """Whether it is the variable of that name."""
    return isinstance(node, ast.Name) and node.id == name


def super_call(node: ast.AST, kwargs: str) -> ast.Call | None:
    """A call of the next constructor that passes **kwargs on."""
    if not isinstance(node, ast.Call) or not re.fullmatch(r"super\(.*\)\.__init__", ast.unparse(node.func)):
        return None
    passed = any(each.arg is None and is_name(each.value, kwargs) for each in node.keywords)
    return node if passed else None


def method_key(node: ast.AST, kwargs: str) -> tuple[str, str] | None:
    """The method and the key of a call such as kwargs.pop('key')."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
        return None
    first = node.args[0]
    if not is_name(node.func.value, kwargs) or not isinstance(first, ast.Constant) or not isinstance(first.value, str):
        return None
    return node.func.attr, first.value


def popped(node: ast.AST, kwargs: str) -> list[str]:
    """The key that is taken out of **kwargs before they are passed on."""
    found = method_key(node, kwargs)
    return [found[1]] if found and found[0] == "pop" else []


def reads_one_key(node: ast.AST, kwargs: str) -> bool:
    """Whether it reads, sets or looks for one key of **kwargs, and does not keep them."""
    found = method_key(node, kwargs)
    if found:
        return found[0] in ("pop", "get", "setdefault")
    if isinstance(node, ast.Subscript):
        return is_name(node.value, kwargs) and isinstance(node.slice, ast.Constant)
    return (
        isinstance(node, ast.Compare)
        and isinstance(node.ops[0], ast.In | ast.NotIn)
        and is_name(node.comparators[0], kwargs)
    )


def sources(wheel: Path, package: str) -> dict[str, str]:
    """The text of every module of a package, by its path."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if name.startswith(f"{package}/") and name.endswith(".py")]
        return {name: archive.read(name).decode() for name in names if ".mim" not in name}


def signatures(package: Package) -> dict[str, tuple[str, ...] | None]:
    """The arguments by each name under which a model class is registered; None where two classes have the name."""
    found: dict[str, set[tuple[str, ...] | None]] = {}
    for cls in package.classes.values():
        for name in cls.registered:
            found.setdefault(name, set()).add(package.arguments(cls))
    return {name: next(iter(each)) if len(each) == 1 else None for name, each in found.items()}


def lines(versions: list[dict[str, tuple[str, ...] | None]]) -> Iterator[str]:
    """A line for each class, with the arguments that it takes in any version."""
    for name in sorted(set().union(*versions)):
        arguments: dict[str, None] = {}
        for version in reversed(versions):
            found = version.get(name, ())
            arguments |= dict.fromkeys(("*",) if found is None else found)
        yield " ".join((name, *(("*",) if "*" in arguments else arguments)))


def main() -> None:
    """Read the wheels of a folder and write a file for each."""
    folder = Path(sys.argv[1])
    FOLDER.mkdir(exist_ok=True)
    for name, (distribution, package, versions) in FILES.items():
        wheels = [next(folder.glob(f"{distribution}-{version}-*.whl")) for version in versions]
        written = list(lines([signatures(Package(sources(wheel, package))) for wheel in wheels]))
        heading = f"# {distribution} {', '.join(versions)}: written by tools/signatures.py"
        (FOLDER / f"{name}.txt").write_text("\n".join((heading, *written, "")), encoding="utf-8")
        print(f"{name}: {len(written)} classes")


if __name__ == "__main__":
    main()
