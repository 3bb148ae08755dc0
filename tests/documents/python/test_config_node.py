"""YACS's CfgNode. Each right value was printed by yacs 0.1.8 itself."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from python_configs import value

from hrnet_cli.documents.python.config_node import walk
from hrnet_cli.documents.python.values import Unread
from hrnet_cli.errors import SpecError

IMPORT = "from yacs.config import CfgNode as CN\n"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a = CN()\na.STAGE2 = CN()\na.STAGE2.BLOCK = 'BASIC'\n", {"STAGE2": {"BLOCK": "BASIC"}}),
        ("a = CN(new_allowed=True)\ns = CN()\na.S = s\ns.N = [1, 2]\ndel s\n", {"S": {"N": [1, 2]}}),
        ("d = dict(x=dict(y=1))\na = CN(d)\nd['x']['y'] = 2\ndel d\n", {"x": {"y": 1}}),
        ("a = CN({'x': [1]})\nb = a.clone()\nb.x.append(2)\nb.freeze()\ndel b\n", {"x": [1]}),
        ("i = [1]\na = CN({'x': i, 'y': i})\na.x.append(2)\ndel i\n", {"x": [1, 2], "y": [1, 2]}),
    ],
)
def test_config_nodes_of_yacs(text: str, wanted: Any) -> None:
    """CfgNode copies its argument deeply, and keeps what is shared inside of it."""
    assert value(IMPORT + text) == {"a": wanted}


@pytest.mark.parametrize(
    "text",
    [
        "a = CN()\n",
        "from mine import CfgNode as CN\na = CN()\n",
        "from .config import CfgNode as CN\na = CN()\n",
        "from yacs.config import load_cfg as CN\na = CN()\n",
        IMPORT + "CN = dict\na = CN()\n",
        IMPORT + "a = CN(1)\n",
        IMPORT + "a = CN({}, ['key'])\n",
        IMPORT + "a = CN(x=1)\n",
        IMPORT + "a = CN().clone(1)\n",
    ],
)
def test_what_may_be_no_config_node_is_not_read(text: str) -> None:
    assert isinstance(value(text)["a"], Unread)


TWO = "t = dict(B=3, N=[4])\na = CN({'S': t, 'T': t})\ndel t\n"
SHARED = [
    (TWO + "a.T.B = 2", {"S": {"B": 3, "N": [4]}, "T": {"B": 2, "N": [4]}}),
    (TWO + "a.T.N.append(5)", {"S": {"B": 3, "N": [4]}, "T": {"B": 3, "N": [4, 5]}}),
    (TWO + "a.S = a.T\na.S.B = 1", {"S": {"B": 1, "N": [4]}, "T": {"B": 1, "N": [4]}}),
    (TWO + "a.S = a.T\na = CN(a)\na.S.B = 1", {"S": {"B": 1, "N": [4]}, "T": {"B": 3, "N": [4]}}),
    (TWO + "a.S = a.T\na = a.clone()\na.S.B = 1", {"S": {"B": 1, "N": [4]}, "T": {"B": 1, "N": [4]}}),
    ("i = [1]\na = CN({'x': i, 'y': {'x': i}})\na.x.append(2)\ndel i", {"x": [1, 2], "y": {"x": [1]}}),
    ("i = [1]\na = CN({'y': {'x': i, 'z': [i]}})\na.y.x.append(2)\ndel i", {"y": {"x": [1, 2], "z": [[1, 2]]}}),
    ("t = {}\na = CN({'x': t, 'y': [t]})\na.x.k = 1\ndel t", {"x": {"k": 1}, "y": [{}]}),
    ("t = {}\na = CN({'x': [t], 'y': [t]})\na.x[0]['k'] = 1\ndel t", {"x": [{"k": 1}], "y": [{"k": 1}]}),
    ("t = CN()\na = CN({'x': t, 'y': t})\na.x.k = 1\nt.z = 2\ndel t", {"x": {"k": 1}, "y": {}}),
    ("t = CN()\na = CN()\na.x = t\na.y = t\na.x.k = 1\ndel t", {"x": {"k": 1}, "y": {"k": 1}}),
    ("t = {'u': {}}\na = CN({'x': t, 'y': CN(t)})\na.x.u.k = 1\ndel t", {"x": {"u": {"k": 1}}, "y": {"u": {}}}),
    ("i = [1]\na = CN({'x': (i, i)})\na.x[0].append(2)\ndel i", {"x": [[1, 2], [1, 2]]}),
    ("i = [1]\na = CN(dict(x=dict(y=i), z=dict(y=i)))\ni.append(2)\ndel i", {"x": {"y": [1]}, "z": {"y": [1]}}),
    ("a = CN({'x': {'y': {}}})\nb = a.x\na = CN(a)\nb.y.k = 1\ndel b", {"x": {"y": {}}}),
    ("a = CN({'x': {'y': {}}})\nb = CN(a.x)\na.z = b\nb.y.k = 1\ndel b", {"x": {"y": {}}, "z": {"y": {"k": 1}}}),
    ("t = {'k': [0]}\na = CN({'x': t})\na.update(y=t)\nt['k'][0] = 1\ndel t", {"x": {"k": [0]}, "y": {"k": [1]}}),
    ("a = CN({'x': {}}, new_allowed=True)\na.x.y = CN(a)\na.x.y.x.z = 3", {"x": {"y": {"x": {"z": 3}}}}),
    ("a = CN({'x': 1})\na.freeze()\na['x'] = 2\na.defrost()\na.y = 3", {"x": 2, "y": 3}),
    ("a = CN()\na['items'] = [1]\na['clone'] = 2\na = a.clone()", {"items": [1], "clone": 2}),
]


@pytest.mark.parametrize(("text", "wanted"), SHARED)
def test_what_is_shared_between_dicts_is_not_shared_in_a_config_node(text: str, wanted: Any) -> None:
    assert value(f"{IMPORT}{text}\n") == {"a": wanted}


@pytest.mark.parametrize(
    "text",
    [
        "c = CN()\na = CN(new_allowed=(c := 4))\nb = c",
        "c = CN()\na = CN(c, new_allowed=c.update(a=4))\nb = c",
        "c = CN()\na = CN(new_allowed=c)\nb = 1",
        "i = {}\ni['k'] = [i]\na = CN(i)\ndel i\nb = a",
    ],
)
def test_a_config_node_with_an_argument_that_is_not_followed(text: str) -> None:
    made = value(f"{IMPORT}{text}\n")
    assert isinstance(made["a"], Unread)
    assert made["b"] == 1 or isinstance(made["b"], Unread)


MODULE = "import yacs.config as y\nfrom yacs.config import CfgNode as Other\n"
CLASS_CHANGES = [
    "CN.k = 7",
    "CN.__setattr__ = f",
    "CN.__init__.__defaults__ = (d,)",
    "del CN.clone",
    "setattr(CN, 'k', 7)",
    "y.CfgNode.k = 7",
    "y.CfgNode = dict",
    "Other.k = 7",
    "D = CN\nD.k = 7",
    "D = [CN]\nD[0].k = 7",
    "D = y.CfgNode\nD.k = 7",
    "D = type(a)\nD.k = 7",
    "D = dict(k=CN)\nchange(D)\nD['k'].k = 7",
    "a['k'] = CN\ndef f(x=a):\n    a.k.clear()\na.k.k = 7",
    "type(a).k = 7",
    "a.__class__.k = 7",
    "setattr(type(a), 'k', 7)",
    "patch(CN)",
    "def f():\n    CN.k = 7\nf()",
    "def f():\n    return CN\nf().k = 7",
    "def f():\n    return CN\nD = f\nD().k = 7",
    "def f(x=CN):\n    return x\ndef g():\n    return f\ng()().k = 7",
    "for D in [CN]:\n    D.k = 7",
]


@pytest.mark.parametrize("change", CLASS_CHANGES)
def test_nothing_is_known_of_a_config_node_whose_class_is_changed(change: str) -> None:
    made = value(f"{IMPORT}{MODULE}a = CN({{'k': 1}})\n{change}\nb = CN()\nc = CN()\nc.k = 2\n")
    assert all(isinstance(made[name], Unread) for name in "abc")


@pytest.mark.parametrize(
    "code",
    [
        "def f(cfg: CN, x) -> CN:\n    if isinstance(x, CN) or type(x) == CN:\n        cfg.merge(CN(x))",
        "class D(CN):\n    def add(self, x):\n        self[x] = CN()",
        "b = CN(f(CN()))\nb.x = 3\ndel b",
        "b = CN.load_cfg(open('x'))\ndel b",
        "def f():\n    return CN()\nf().k = 7",
        "if type(x) == str:\n    b = 1\nb.x = 3\ndel b",
    ],
)
def test_a_class_that_is_only_used_is_not_changed(code: str) -> None:
    assert value(f"{IMPORT}a = CN({{'k': 1}})\n{code}\n") == {"a": {"k": 1}}


@pytest.mark.parametrize("name", ["items", "IMMUTABLE", "clone", "__dict__", "_immutable", "COMPUTED_x"])
def test_an_attribute_that_is_no_key_is_unread(name: str) -> None:
    """`a.items` is the method, whatever the key holds."""
    made = value(f"{IMPORT}a = CN()\na.{name} = 4\nb = CN({{'{name}': 4}})\nc = b.{name}\n")
    assert isinstance(made["a"], Unread) and isinstance(made["c"], Unread)
    assert made["b"] == {name: 4}


def test_a_config_node_of_a_dict_that_holds_itself_is_refused() -> None:
    with pytest.raises(SpecError, match="nested too deeply"):
        value(f"{IMPORT}i = {{}}\ni['k'] = i\na = CN(i)\n")


def test_a_walk_over_syntax_is_that_of_python() -> None:
    tree = ast.parse("@a\ndef f(x: int = (y := 1), *, z=[i for i in b if c]):\n    return {**d, 'k': f'{x!r:{w}}'}\n")
    assert walk(tree) == list(ast.walk(tree))
