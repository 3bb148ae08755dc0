"""YACS's CfgNode, the dict with attributes that the original's Python configs are made of.

Source: yacs 0.1.8, `yacs/config.py`; the CfgNode of fvcore and that of detectron2 are subclasses of it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from hrnet_cli.documents import refuse
from hrnet_cli.documents.python.values import Definition, Node, Steps, copy_node

CONFIG_NODE = "CfgNode"
MODULES = ("yacs.config", "yacs", "fvcore.common.config", "detectron2.config")
_MODULE_NAMES = ("config", "yacs")
"""What the modules are called where one of them is imported as a whole."""
MAX_NESTED = 200
"""Dicts in each other. Python's own recursion ends soon after."""

RESERVED = frozenset(
    (
        *dir(dict),
        *("DEPRECATED_KEYS", "IMMUTABLE", "NEW_ALLOWED", "RENAMED_KEYS", "clone", "defrost", "dump", "freeze"),
        *("is_frozen", "is_new_allowed", "key_is_deprecated", "key_is_renamed", "load_cfg", "merge_from_file"),
        *("merge_from_list", "merge_from_other_cfg", "raise_key_rename_error", "register_deprecated_key"),
        *("register_renamed_key", "set_new_allowed"),
    )
)
"""Attributes of a CfgNode that are no keys, besides those that begin with `_`."""
_OWN_RULES = ("_", "COMPUTED_")
"""How attributes begin that are no keys, or that fvcore sets by a rule of its own."""


def is_attribute_key(name: str) -> bool:
    """Whether `node.name` is the key `name` of a dict with attributes."""
    return name not in RESERVED and not name.startswith(_OWN_RULES)


def is_config_node(imported: object, attribute: str = "") -> bool:
    """Whether what is imported is YACS's CfgNode, or has it as this attribute."""
    found = isinstance(imported, Definition) and imported.module in MODULES and (attribute or imported.name)
    return found == CONFIG_NODE


def make_config_node(node: Node, steps: Steps, depth: int = 0) -> Node:
    """What `CfgNode(node)` makes of a dict: each dict in it is copied by itself, and by this rule.

    Two such dicts therefore share nothing afterwards; lists beside each other do, as `copy.deepcopy` keeps it.
    """
    if depth > MAX_NESTED:
        refuse("too-deep", "dicts that are nested too deeply", f"allowed: {MAX_NESTED} levels", steps.location)
    steps.take()
    made, copies = Node({}, node.location, dict(node.key_locations)), dict[int, Node]()
    for key, item in node.value.items():
        made.value[key] = make_config_node(item, steps, depth + 1) if item.is_dict else copy_node(item, steps, copies)
    if id(node) in copies:
        raise ValueError  # a list holds the dict that it is in, and there are several copies of that
    return made


def walk(code: ast.AST) -> list[ast.AST]:
    """A piece of syntax and all that is in it, in the order of `ast.walk`, which takes twice the time."""
    found = [code]
    for each in found:
        for name in each._fields:
            inner = getattr(each, name, None)
            if isinstance(inner, list):
                found += [item for item in inner if isinstance(item, ast.AST)]
            elif isinstance(inner, ast.AST):
                found.append(inner)
    return found


def within(parts: Iterable[ast.AST]) -> set[ast.AST]:
    """All that is in some pieces of syntax. An outer piece comes before what is in it: nothing is walked twice."""
    found: set[ast.AST] = set()
    for part in parts:
        if part not in found:
            found.update(walk(part))
    return found


def may_be_changed(code: Sequence[ast.AST], reached: Iterable[Node]) -> bool:
    """Whether code that changes something may change the class CfgNode: then nothing is known of any CfgNode.

    `reached` is what the code mentions, without the classes that it only uses, and all that this leads to.
    """
    owners = (owner for each in code for owner in _owners_of_attributes(each))
    return any(map(_is_type, within(owners))) or any(map(leads_to_class, reached))


def only_used(code: Sequence[ast.AST], classes: set[str]) -> set[str]:
    """Those of some classes that code only calls, compares or names."""
    if not classes:
        return classes
    harmless = within(part for each in code for part in _harmless_places(each))
    return classes - {each.id for each in code if isinstance(each, ast.Name) and each not in harmless}


def asks_for_type(code: Sequence[ast.AST]) -> bool:
    """Whether the value of some code may be the type of something: not if it is only compared."""
    compared = within(part for part in code if isinstance(part, ast.Compare))
    return any(_is_type(each) and each not in compared for each in code)


def leads_to_class(node: Node) -> bool:
    """Whether a name is an import of CfgNode, or of a module that has it."""
    found = node.value
    return isinstance(found, Definition) and found.module in MODULES and found.name in (CONFIG_NODE, *_MODULE_NAMES)


def _harmless_places(code: ast.AST) -> list[ast.expr]:
    """The parts of a piece of syntax where a class is only called, compared or named."""
    places: list[ast.expr | None] = []
    if isinstance(code, ast.Call):
        function = code.func
        owner = function.value if isinstance(function, ast.Attribute) else function
        places += [owner] if isinstance(owner, ast.Name) else []
        is_question = isinstance(function, ast.Name) and function.id in ("isinstance", "issubclass", "print", "type")
        places += code.args if is_question else []
    elif isinstance(code, ast.Compare):
        places += [code.left, *code.comparators]
    elif isinstance(code, ast.ClassDef):
        places += code.bases
    elif isinstance(code, ast.FunctionDef | ast.AsyncFunctionDef):
        places += [code.returns]
    elif isinstance(code, ast.AnnAssign | ast.arg):
        places += [code.annotation]
    return [place for place in places if place is not None]


def _owners_of_attributes(code: ast.AST) -> list[ast.expr]:
    """What a piece of syntax sets an attribute or an item of: `x` in `x.name = …` and in `setattr(x, …)`."""
    if isinstance(code, ast.Attribute | ast.Subscript) and not isinstance(code.ctx, ast.Load):
        return [code.value]
    if isinstance(code, ast.Call) and isinstance(code.func, ast.Name) and code.func.id in ("setattr", "delattr"):
        return code.args[:1]
    return []


def _is_type(code: ast.AST) -> bool:
    """`type`, or an attribute like `__class__`."""
    return (isinstance(code, ast.Name) and code.id == "type") or (
        isinstance(code, ast.Attribute) and code.attr[:2] == "__"
    )
