"""No value of a Python config is stale: what code may change that is not followed is unread."""

from __future__ import annotations

import ast
import contextlib
import sys
import warnings
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_configs import BACKBONE, files, problem, read, value
from python_programs import random_program

from hrnet_cli.documents.python import read_python
from hrnet_cli.documents.python.values import Unread
from hrnet_cli.errors import Location, SpecError


@pytest.mark.parametrize(
    "code",
    [
        "for i in range(3):\n    x['a'] = i\n",
        "for y in [x]:\n    y['a'] = 2\n",
        "for key, y in z.items():\n    y['a'] = 2\n",
        "if z:\n    x = dict(a=2)\n",
        "if z:\n    x.update(a=2)\n",
        "if z:\n    del x['a']\n",
        "while z:\n    x['a'] += 1\n",
        "try:\n    x['a'] = 2\nfinally:\n    pass\n",
        "change(x)\n",
        "y = change(z)\n",
        "y = [change(x) for _ in z]\n",
        "y = lambda: 1\nx.change()\n",
        "def change():\n    x['a'] = 2\nchange()\n",
        "class A:\n    x['a'] = 2\n",
        "exec('x = 3')\n",
        "globals()['x'] = 3\n",
        "x[f()] = 2\n",
        "f().x[0] = 2\nx.setdefault('a', 3)\n",
        "(y := x).clear()\n",
        "with open(x) as y:\n    pass\n",
        "x['a'] = f()\n",
        "del x[f()]\n",
        "x.update(f())\n",
        "x.update(*z)\n",
    ],
)
def test_what_skipped_code_may_change_is_unread(code: str) -> None:
    x = value(f"x = dict(a=1)\nz = dict(b=x)\n{code}")["x"]
    assert isinstance(x, Unread) or isinstance(x["a"], Unread), x


START = "a = dict(k=1, m=[1, 2])\nb = [a, 3]\nc = [1, [2]]\nd = {'k': c}\nn = 4\n"
NAMES = ("a", "b", "c", "d", "n")
ALIASES = [
    "b = a if [1] else {}",
    "b = a and a",
    "b = [x for x in [a] if 1][0]",
    "b = {'x': x for x in [a]}['x']",
    "b = [a, 1][not 1 > 2 and 0]",
    "b = max([a], key=len)",
    "b = sorted([a], key=len)[0]",
    "b = a.setdefault('x', a)",
    "b, c = a, 2",
    "b, *c = a, 2",
    "[b] = [a]",
    "d['x'] = a\nb = d['x']",
    "b = list({1: a}.values())[0]",
    "b = next(iter([a]))",
    "b = (lambda: a)()",
    "def f(): return a\nb = f()",
    "def f(y=a): return y\nb = f()",
    "for b in [a]: pass",
    "with manager(a) as b: pass",
    "match a:\n    case b: pass",
    "match d:\n    case {'gone': 1, **c}: pass\nb = a",
    "global a\nb = a",
    "if n: b = a",
    "try: b = a\nfinally: pass",
    "f = a.update\nf(k=7)\nb = a",
    "b = hold(a)",
]
"""Statements after which `b` may be `a`, by ways that are not followed, or hold it."""
CHANGES = [
    "b['k'] = 5",
    "b.k = a['k']",
    "b.update(k=5)",
    "b |= {'k': 5}",
    "b.clear()",
    "del b['k']",
    "b.pop('k')",
    "for x in [b]: x['k'] = 5",
    "change(b)",
    "[change(x) for x in [b]]",
    "hold()",
    "sorted([5], key=b.setdefault)",
    "list(map(b.pop, ['k']))",
    "for b['k'] in [5]: pass",
    "g = (b.pop('k') for _ in [1])\nlist(g)",
    "f = lambda: b.clear()\nf()",
    "b['m'].append(5)",
    "b['m'] += [5]",
    "b['m'][:] = []",
]
ASSIGNMENTS = [
    "assert (n := 5)",
    "f'{(n := 5)}'",
    "d[(n := 5)] = 1",
    "[n := i for i in [5]]",
    "(lambda: (n := 5))()",
    "x = [n, (n := 5), n]\nn = x[2]",
    "class A:\n    global n\n    n = 5",
    "def f():\n    global n\n    n = 5\nf()",
    "def f():\n    global n\n    n = 5\nn = 6\nf()",
    "@(n := staticmethod)\ndef f(): pass",
    "import os as n",
    "if d: import os as n",
    "from star import *",
    "async def n(): pass",
    "if d:\n    def n(): pass",
    "try: 1 / 0\nexcept ZeroDivisionError as n: pass",
    "for n in [5]: pass",
    "while n == 4: n = 5",
    "with manager(5) as n: pass",
    "match 5:\n    case n: pass",
    "match [5]:\n    case [*n]: pass",
    "match {'k': 5}:\n    case {**n}: pass",
    "exec('n = 5')",
    "globals()['n'] = 5",
    "globals().update(n=5)",
    "vars()['n'] = 5",
    "g = globals()\nn = 6\ng['n'] = 5",
    "e = exec\ne('n = 5')",
    "e = [eval]\ne[0]('(n := 5)')",
    "import builtins as e\ne.exec('n = 5')",
    "from builtins import exec as e\ne('n = 5')",
    "import sys\nsys._getframe().f_globals['n'] = 5",
    "from sys import _getframe as e\ne().f_globals['n'] = 5",
    "import inspect\ninspect.currentframe().f_globals['n'] = 5",
    "def f(): pass\nf.__globals__['n'] = 5",
    "def f(): pass\ng = f.__globals__\nn = 6\ng['n'] = 5",
    "(lambda: 0).__globals__.update(n=5)",
    "def f(): pass\ngetattr(f, '__globals__')['n'] = 5",
    "import builtins\nbuiltins.dict, e = (lambda **k: {'k': 5}), dict\nn = dict(k=1)\nbuiltins.dict = e",
    "e = sum\nprint.__self__.sum = len\nn = sum([4])\nprint.__self__.sum = e",
    "e = sum\nsetattr(print.__self__, 'sum', len)\nn = sum([4])\nsetattr(print.__self__, 'sum', e)",
    "from reprlib import builtins as y\ny.sum, e = len, sum\nn = sum([4])\ny.sum = e",
    "from os import sys as e\ne._getframe(0).f_globals['n'] = 5",
    "from os import sys as e\ne.modules['n'] = hold\nn = sum([4])\ndel e.modules['n']",
    "def f(): pass\ngetattr(f, '__glob' + 'als__')['n'] = 5",
    "def f(): pass\ngetattr(f, f'__globals{\"__\"}')['n'] = 5",
    "del (n, a)",
    "n += 1",
    "n: int = 5",
    "dict = change\nn = dict(k=5)",
    "exec('int = lambda x: 5')\nn = int(4)",
    "exec('dict = change')\nn = dict(k=5)",
    "eval('(sum := len)')\nn = sum([4])",
    "eval('exec(\"len = change\")')\nlen(a)",
    "eval(str('[sum := len]'))\nn = sum([4])",
    "e = eval\ne('[sum := len]')\nn = sum([4])",
    "globals()['sum'] = len\nn = sum([4])",
    "vars().update(len=change)\nlen(a)",
    "def f():\n    global sum\n    sum = len\nf()\nn = sum([4])",
    "[sum := len for _ in [1]]\nn = sum([4])",
    "if d:\n    def sum(x): return 5\nn = sum([4])",
    "try: sum = len\nfinally: pass\nn = sum([4])",
    "import builtins\ntry: e, builtins.sum = sum, len\nfinally: n = sum([4])\nbuiltins.sum = e",
    "__builtins__['sum'], e = len, sum\nn = sum([4])\n__builtins__['sum'] = e",
    "from star import *\nn = sum([4])",
    "if d:\n    from star import *\nn = sum([4])",
    "def len(x): x.clear()\nlen(a)",
    "y = [1]\ng = (i for i in y)\ny.append(2)\nn = sum(g)",
]
"""Statements that give `n` another value, or none, by ways that are not followed."""
SEEMINGLY_HARMLESS = [
    "for len in [list.clear]: len(c)",
    "if d:\n    sum = list.clear\n    sum(c)",
    "try:\n    sum = list.clear\n    sum(c)\nfinally: pass",
    "match c.append:\n    case len: len(4)",
    "with manager(c.append) as len: len(4)",
    "(len := c.append) and len(4)",
    "b = [sum(c) for sum in [list.clear] if 1]",
    "b = {len(c) for len in [list.clear]}",
    "b = {0: len(c) for len in [list.clear]}",
    "b = [len(c) for len in [list.clear]]",
    "b = [0 for y in [0] for len in [list.clear] for z in [len(c)]]",
    "if d:\n    from star import *\n    sum(c)",
    "max([5], **{'key': c.append})",
    "y = {'key': c.append}\nb = sorted([5], **y)",
    "from copy import deepcopy\nb = {}\ndeepcopy([1], b)",
    "from copy import deepcopy\nb = {}\ndeepcopy(*[[1], b])",
    "import copy\nb = {}\ncopy.deepcopy([1], b)",
    "import copy\nb = {}\ny = copy.deepcopy([1], memo=b)",
    "class A: pass\nA.get = list.clear\nA.get(c)",
    "class A: pass\nA.get = list.clear\nfor y in [A]: y.get(c)",
    "import types\ny = types.SimpleNamespace(get=list.clear)\ny.get(c)",
    "import types\ny = [types.SimpleNamespace(get=list.clear)]\ny[0].get(c)",
    "type('A', (), {'get': list.clear}).get(c)",
    "import heapq as copy\ncopy.copy = copy.heapify\nc = [3, 2, 1]\ncopy.copy(c)",
    "from heapq import heapify as format\nc = [3, 2, 1]\nformat(c)",
    "y = {'k': type('A', (), {'get': list.clear})}\ny.get('k').get(c)",
    "y = hold\ny.get = y\ndef f(): return c\ndef g(x=y.get(f())): pass\nhold()",
]
"""Statements that change `c` by the name of a function or a method that usually changes nothing."""


def change(x: Any = None) -> Any:
    if isinstance(x, dict):
        x["k"] = 55
    elif isinstance(x, list):
        x.append(56)
    return x


@contextlib.contextmanager
def manager(x: Any) -> Any:
    yield x


def python_values(statements: list[str]) -> tuple[str, dict[str, Any]]:
    """The text of the statements that Python takes, and the values that Python then has.

    A statement that Python refuses may have changed something before it was: the others are run once more without it.
    """
    separate = [ast.unparse(each) for text in statements for each in ast.parse(text).body]
    ran, names = run(separate)
    return START + "".join(f"{each}\n" for each in separate[:ran]), names if ran == len(separate) else run(
        separate[:ran]
    )[1]


def run(statements: list[str]) -> tuple[int, dict[str, Any]]:
    """How many statements Python runs until it refuses one, and the values that it then has."""
    held: list[Any] = []

    def hold(x: Any = None) -> Any:
        held.append(x)
        for each in held:
            change(each)
        return x

    names: dict[str, Any] = {"change": change, "manager": manager, "hold": hold}
    exec(START, names)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for index, statement in enumerate(statements):
            try:
                exec(statement.replace("from star import *", "n = 5; a = 6; sum = len"), names)
            except PYTHON_REFUSES:
                return index, names
    return len(statements), names


PYTHON_REFUSES = (
    *(
        ArithmeticError,
        AssertionError,
        AttributeError,
        LookupError,
        NameError,
        RuntimeError,
        StopIteration,
        SyntaxError,
        TypeError,
    ),
    ValueError,
)


def is_stale(ours: Any, theirs: Any, depth: int = 0) -> bool:
    if isinstance(ours, Unread) or depth > 20:
        return False
    if isinstance(ours, dict):
        keys_differ = not isinstance(theirs, dict) or ours.keys() != theirs.keys()
        return keys_differ or any(is_stale(item, theirs[key], depth + 1) for key, item in ours.items())
    if isinstance(ours, list):
        lengths_differ = not isinstance(theirs, list | tuple | range) or len(ours) != len(theirs)
        return lengths_differ or any(is_stale(*pair, depth + 1) for pair in zip(ours, theirs, strict=True))
    return bool(type(ours) is not type(theirs) or ours != theirs)


def check(statements: list[str]) -> None:
    """Every value that is read is the value that Python has."""
    text, names = python_values(statements)
    try:
        ours = read_python(text, "config.py").value
    except SpecError as error:
        if error.diagnostics[0].code not in ("too-large", "too-deep"):  # a value that holds itself in several places
            raise
        return
    for name in NAMES:
        assert name not in ours or (name in names or isinstance(ours[name], Unread)), text
        assert name not in ours or not is_stale(ours[name], names.get(name)), f"{name} is {ours[name]}:\n{text}"


@pytest.mark.parametrize("alias", ALIASES)
def test_a_value_with_another_name_is_not_stale(alias: str) -> None:
    for change in CHANGES:
        check([alias, change, "n = a['k']"])


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_a_name_that_is_assigned_by_skipped_code_is_not_stale(assignment: str) -> None:
    check([assignment])
    check([assignment, "c = [n]"])
    check([f"if d:\n{''.join(f'    {line}' for line in assignment.splitlines(keepends=True))}"])


@pytest.mark.parametrize("code", SEEMINGLY_HARMLESS)
def test_what_a_call_that_seems_harmless_changes_is_not_stale(code: str) -> None:
    check([code])
    check([code, "b = c"])


@pytest.mark.parametrize(
    "code",
    [
        "[exec('global n; n = 5') for n in [0]]",
        "[globals().update(n=5) for n in [0]]",
        "[[exec('global n; n = 5') for b in [0]] for n in [0]]",
        "[[exec('global n; n = 5') for n in [0]] for b in [0]]",
        "def f():\n    global n\n    n = 5\nb = [f() for n in [0]]",
        "def f(): return c\nb = [f() for c in [0]]\nb[0].append(5)",
        "def f(): return c\nb = [f for c in [0]]\nb[0]().append(5)",
        "def f(): return c\nb = [[f] for c in [0]]\nc = [7]\nb[0][0]().append(5)",
        "def f(): return c\nn = sum(f().append(5) or 1 for c in [0])",
    ],
)
def test_the_variable_of_a_comprehension_hides_a_name_only_from_the_comprehension(code: str) -> None:
    check([code])
    check([code, "b = c", "c = [n, c]"])


def test_a_comprehension_may_use_a_name_again() -> None:
    made = value("i, x = 7, [1]\na = [dict(k=i, m=[j * i for j in x]) for i in range(2)]\nb = [i]\n")
    assert made == {"i": 7, "x": [1], "a": [{"k": 0, "m": [0]}, {"k": 1, "m": [1]}], "b": [7]}
    assert value("def f(): return 1\na = [i + f() for i in [1]]\nb = 2\n")["b"] == 2


@pytest.mark.parametrize("code", ["x = eval('1')", "x = eval('[1, a]')", "from star import *\nx = 1"])
def test_code_that_leaves_python_s_functions_alone_hides_no_later_value(code: str) -> None:
    made = value(f"{code}\nb = dict(k=1)\n")
    assert made["b"] == {"k": 1}


def test_what_a_file_does_when_it_is_run_hides_no_value() -> None:
    """The `if` is in many configs. It is followed no further if `__name__` may be something else."""
    code = "if __name__ == '__main__':\n    import sys\n    print(a, file=sys.stderr)\n"
    made = value(f"a = dict(k=1)\n{code}b = dict(k=2)\n")
    assert (made["a"], made["b"]) == ({"k": 1}, {"k": 2})
    for other in (
        "__name__ = f()\n",
        "def g():\n    global __name__\n    __name__ = f()\n",
        "if [__name__ := f()] and __name__ == '__main__': pass\n",
        "f(__name__, '__main__')\n",
        "if __name__ == '__main__' == f(): pass\n",
    ):
        assert isinstance(value(f"a = dict(k=1)\n{other}{code}")["a"], Unread), other


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters are of Python 3.12")
@pytest.mark.parametrize(
    "code",
    [
        "type f = a\nf.__value__['k'] = 5",
        "type f = a\na = dict(k=9, m=[])\nf.__value__['k'] = 5",
        "type f = a\nx = f\na = dict(k=9)\nx.__value__['k'] = 5",
        "type f = a.pop('k')\na = dict(k=9)\nf.__value__",
        "type f = a.pop('k')\nb = f\na = dict(k=9)\nb.__value__",
        "type f[T: a.pop('k')] = 1\na = dict(k=9)\nf.__type_params__[0].__bound__",
        "def f[T: a.pop('k')](): pass\na = dict(k=9)\nf.__type_params__[0].__bound__",
        "def f[T: a](): pass\na = dict(k=9)\nf.__type_params__[0].__bound__['k'] = 5",
        "class f[T: a]: pass\na = dict(k=9)\nf.__type_params__[0].__bound__['k'] = 5",
        "type n = 5",
        "type n[a] = a",
        "def n[T](): pass",
        "class n[T]: pass",
    ],
)
def test_what_a_type_refers_to_is_not_stale(code: str) -> None:
    check([code])
    check(["b = a", code, "c = [a, b]"])


READERS = [
    "def f(): return a",
    "def f(): return [a, c]",
    "def f(x=None): return x or a",
    "def f(y=a): return y",
    "def f(y=[a]): return y[0]",
    "def f(y: a = 1): return f.__annotations__['y']",
    "def f() -> a: return f.__annotations__['return']",
    "def f(y=a.pop('k')): return a",
    "def f():\n    yield a",
    "def f(): return lambda: a",
    "def f(): return (x for x in [a])",
    "def f():\n    def g(): return a\n    return g()",
    "def f():\n    for x in [a]: return x",
    "def f():\n    @change\n    def g(x=change(a)): pass\n    return a",
    "def f():\n    global a\n    a = dict(k=6)\n    return a",
    "def g(): return a\ndef f(): return g()",
    "def g(): return a\ndef f(): return g",
    "def f(): return g()\ndef g(): return a",
    "def f(): return g\ndef g(): return a",
    "def g(): return f()['k']\ndef f(): return a",
    "def f(): return f if n == 5 else a",
    "def f(): return n\ndef f(): return a",
    "def f(): return a\ndef g(y=f): return y()\ndef f(): return 1\nf = g",
    "def f(): return globals()['a']",
    "def f(): return eval('a')",
    "def f(): return change(a)",
    "@staticmethod\ndef f(): return a",
    "@(lambda g: g())\ndef f(): return a",
    "class K:\n    def m(self): return a\nf = K().m",
    "class K:\n    @staticmethod\n    def m(): return a\nf = K.m",
    "if 1:\n    def f(): return a",
    "f = lambda: a",
]
"""Functions that give out `a`, or what holds it, when they are called."""
USES = [
    "f()['k'] = 5",
    "f()[0]['k'] = 5",
    "f()()['k'] = 5",
    "f.x = f()\nf.x.clear()",
    "b = f()\nb['k'] = 5",
    "g = f\ng()['k'] = 5",
    "b = [f]\nb[0]()['k'] = 5",
    "d['f'] = f\nd['f']()['k'] = 5",
    "for x in f(): x.clear()",
    "next(f())['k'] = 5",
    "x = f()\na = dict(k=9, m=[])\nnext(x)['k'] = 5",
    "x = f()\nb = a\na = dict(k=9, m=[])\nx['k'] = 5",
    "b = a\na = dict(k=9, m=[])\nf()['k'] = 5",
    "b = a\na = 3\nf()['k'] = 5",
    "x = f\na = dict(k=9, m=[])\nx()['k'] = 5",
    "change(f())",
    "hold(f())\nhold()",
    "list(map(change, [f()]))",
    "f['k'] = 5",
    "def h(): return f()\nh()['k'] = 5",
    "def h(): return f\nh()()['k'] = 5",
    "def h(): return h, f\nx = h\nx()[1]()['k'] = 5",
    "def h():\n    f()['k'] = 5\nh()",
    "class H:\n    def m(self): return f()\nH().m()['k'] = 5",
    "exec('f().clear()')",
    "globals()['f']()['k'] = 5",
]


@pytest.mark.parametrize("reader", READERS)
def test_a_value_that_a_function_gives_out_is_not_stale(reader: str) -> None:
    for use in USES:
        check([reader, use])
        check(["b = a", reader, use, "c = [a, b]"])
        check([reader, "a = dict(k=[8])\nb = a", use])


@pytest.mark.parametrize(
    "function",
    [
        "def f(): return a",
        "def f(): return a.clone()",
        "def f(w): return {'x': a}[w]",
        "def f(w='x'):\n    'Text.'\n    z = {'x': a}\n    return z.get(w)",
        "def f(): return a\ndef g(): return f()\ndef h(): return g",
        "def f():\n    return len(a), [x for x in a['k']]",
        "from yacs.config import CfgNode as CN\ndef f(x: CN) -> CN:\n    return CN(a)",
    ],
)
def test_a_function_that_only_reads_hides_nothing_until_it_may_be_called(function: str) -> None:
    made = value(f"a = dict(k=[1])\n{function}\na['m'] = 2\nb = a\n")
    assert made == {"a": {"k": [1], "m": 2}, "b": {"k": [1], "m": 2}}
    for call in ("f()", "c = f", "def later():\n    f().append(1)", "c = [f]", "class C:\n    x = f"):
        made = value(f"a = dict(k=[1])\n{function}\n{call}\nb = dict(a=a)\nd = 3\n")
        assert isinstance(made["a"], Unread) and isinstance(made["b"]["a"], Unread) and made["d"] == 3


def test_a_function_of_an_imported_config_gives_out_what_it_reads(tmp_path: Any) -> None:
    base = "a = dict(k=1)\ndef g(): return a\ndef f(): return g()\n"
    load = "with read_base():\n    from .base import *\n"
    assert read(files(tmp_path, child=load, base=base)) == {"a": {"k": 1}}
    change = "()['k'] = 5\n"
    for use in (f"f{change}", f"x = f\nx{change}", f"x = [f]\nx[0]{change}", f"def h(): return f\nh(){change}"):
        assert isinstance(read(files(tmp_path, child=load + use, base=base))["a"], Unread)


@pytest.mark.parametrize(
    "code",
    [
        "class A:\n    global __n\n    __n = 5",
        "class __A:\n    global __n\n    __n = 5",
        "class B:\n    class A:\n        global __n\n        __n = 5",
        "class A:\n    def f(self):\n        global __n\n        for __n in [5]: pass\nA().f()",
        "class A:\n    global __n\n    import os as __n",
        "class A:\n    global __n\n    match 5:\n        case __n: pass",
        "class A:\n    global __n\n    def __n(): pass",
        "class A:\n    __c.append(5)",
        "class A:\n    x = __c\nA.x.append(5)",
        "class A:\n    def f(self): return __c\nA().f().append(5)",
    ],
)
def test_a_private_name_in_a_class_is_the_name_that_python_makes_of_it(code: str) -> None:
    start = "_A__n, _A__c = n, c"
    check([start, code, "n, c = _A__n, _A__c"])
    check([start, f"if d:\n{''.join(f'    {line}' for line in code.splitlines(keepends=True))}", "n, c = _A__n, _A__c"])


@pytest.mark.parametrize(
    "code",
    [
        "from os import sys as s\ns.modules[__name__].n = 5",
        "import os\ns = os.sys\nn = 1\ns.modules[__name__].n = 5",
        "import importlib\nimportlib.import_module(__name__).n = 5",
        "from importlib import import_module as f\nf(__name__).n = 5",
        "__import__(__name__).n = 5",
        "import inspect\ndef g(): pass\ninspect.getmodule(g).n = 5",
    ],
)
def test_a_name_that_is_assigned_in_the_module_of_the_config_is_unread(code: str) -> None:
    assert isinstance(value(f"n = 1\n{code}\n")["n"], Unread)


@pytest.mark.parametrize(
    "code",
    [
        "import_module('math')",
        "import_module(f'a.{x}')",
        "__import__('math')",
        "a.modules()",
        "getattr(a, 'x')",
        "getattr(a, x)",
        "getattr(a, f'stage{x}')",
        "getattr(a, 'stage' + x)",
    ],
)
def test_code_that_finds_another_module_hides_nothing(code: str) -> None:
    assert value(f"from importlib import import_module\nn = 1\nb = {code}\n")["n"] == 1


def test_a_private_name_in_a_class_hides_no_other_name() -> None:
    assert value("__c = [1]\nclass A:\n    x = __c\nb = [__c]\n")["b"] == [[1]]
    assert isinstance(value("__c = [1]\nclass _:\n    x = __c\nb = [__c]\n")["b"][0], Unread)


PIECES = [
    *ALIASES,
    *READERS,
    *USES,
    *CHANGES,
    *ASSIGNMENTS,
    *SEEMINGLY_HARMLESS,
    "a['m'] = c",
    "b = [b]",
    "c = a['m']",
    "a = dict(k=d)",
    "c.append(a)",
]


@settings(max_examples=150)
@given(st.lists(st.sampled_from(PIECES), max_size=8))
def test_no_value_is_ever_stale(statements: list[str]) -> None:
    check(statements)


def check_programs(first: int, count: int) -> None:
    for seed in range(first, first + count):
        check(random_program(seed))


@pytest.mark.hostile
def test_programs_of_a_grammar_have_the_values_that_python_gives_them() -> None:
    check_programs(0, 400)


@pytest.mark.hostile
@pytest.mark.slow
@pytest.mark.parametrize("first", range(1_000_000, 11_000_000, 1_000_000))
def test_many_programs_of_a_grammar_have_the_values_that_python_gives_them(first: int) -> None:
    check_programs(first, 2_000)


@pytest.mark.hostile
@pytest.mark.parametrize("function", ["exec", "eval", "globals"])
def test_code_that_reaches_every_name_is_neither_run_nor_ignored(function: str, tmp_path: Any) -> None:
    proof = tmp_path / "proof"
    text = f"_base_ = 'base.py'\nx = {function}(open({str(proof)!r}, 'w'))\n"
    found = problem(text, files(tmp_path, child=text, base=BACKBONE))
    assert (found.code, found.location.line) == ("unreadable-code", 2)
    assert not proof.exists()


def test_columns_count_characters() -> None:
    found = problem("é = 'ü'; x = f()\n" + BACKBONE.replace("(4, 8)", "x"))
    assert found.location == Location(1, 14, "config.py", 1, 17)


def test_the_columns_of_a_long_line_are_counted_in_characters() -> None:
    document = read_python("x = [" + "'é', " * 3_000 + "]\n", "config.py")
    column = 6 + 5 * 2_999
    assert document.values["x", 2_999] == Location(1, column, "config.py", 1, column + 3)


def test_every_location_has_an_end() -> None:
    document = read_python("é = dict(\n  ü=['ö',\n    f()], **{'k': 1})\n", "config.py")
    assert document.values == {
        (): Location(1, 1, "config.py"),
        ("é",): Location(1, 5, "config.py", 3, 22),
        ("é", "ü"): Location(2, 5, "config.py", 3, 9),
        ("é", "ü", 0): Location(2, 6, "config.py", 2, 9),
        ("é", "ü", 1): Location(3, 5, "config.py", 3, 8),
        ("é", "k"): Location(3, 19, "config.py", 3, 20),
    }
    assert document.keys == {
        ("é",): Location(1, 1, "config.py", 1, 2),
        ("é", "ü"): Location(2, 3, "config.py", 2, 4),
        ("é", "k"): Location(3, 14, "config.py", 3, 17),
    }


def test_a_wrong_value_is_reported_where_it_is_written() -> None:
    found = problem("w = 'four'\n" + BACKBONE.replace("(4, 8)", "(w, 8)"))
    assert (found.code, str(found.location)) == ("wrong-type", "config.py:1:5")
    assert found.dotted == "model.backbone.extra.stage2.num_channels[0]"
