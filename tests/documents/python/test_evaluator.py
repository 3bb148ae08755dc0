"""What the expressions and statements of a Python config mean."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from python_configs import BACKBONE, STATEMENTS, problem, value
from support import caught

from hrnet_cli.documents.python import read_python
from hrnet_cli.documents.python.evaluator import FUNCTIONS, OPERATORS
from hrnet_cli.documents.python.values import Unread, may_share_hash
from hrnet_cli.errors import SpecError
from hrnet_cli.sources import parse_spec


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("-3", -3),
        ("1 + 2 * 3 - 4 / 2", 5.0),
        ("2 ** 5 // 3", 10),
        ("[4] * 3", [4, 4, 4]),
        ("3 * (1, 2)", [1, 2, 1, 2, 1, 2]),
        ("[1] + [2, 3]", [1, 2, 3]),
        ("[*[1, 2], 3]", [1, 2, 3]),
        ("'a' + 'b' 'c'", "abc"),
        ("'ab' * 2", "abab"),
        ("dict(a=1, b=dict(c=[True, None]))", {"a": 1, "b": {"c": [True, None]}}),
        ("dict({'a': 1}, b=2)", {"a": 1, "b": 2}),
        ("dict(**{'a': 1}, b=2)", {"a": 1, "b": 2}),
        ("{'a': 1, **dict(a=2, b=3)}", {"a": 2, "b": 3}),
        ("dict(a=[5, 6])['a'][-1]", 6),
        ("[1, 2, 3][:2]", [1, 2]),
        ("sum([18, 36])", 54),
        ("sum(w for w in (18, 36))", 54),
        ("tuple(range(2))", [0, 1]),
        ("list((1, 2))", [1, 2]),
        ("[18 * 2 ** i for i in range(4)]", [18, 36, 72, 144]),
        ("int(2.5)", 2),
        ("dict(a=1).pop('a')", 1),
        ("dict(a=1).pop('b', 2)", 2),
    ],
)
def test_expressions(expression: str, wanted: Any) -> None:
    assert value(f"x = {expression}\n") == {"x": wanted}


UNREAD = [
    "open('/etc/passwd').read()",
    "__import__('os').system('true')",
    "eval('1')",
    "lambda: 1",
    "{1, 2}",
    "[x for x in y]",
    "[x for x in [1] if x]",
    "undefined",
    "[0] * 10 ** 9",
    "'a' * 10 ** 9",
    "10 ** 10 ** 9",
    "9 ** 99",
    "(2 ** 90) * (2 ** 90)",
    "2.0 ** 100 ** 9",
    "1e999",
    "range(10 ** 9)",
    "tuple(undefined)",
    "list(f())",
    "1 / 0",
    "[1] + (2,)",
    "[1][5]",
    "{}['a']",
    "(10 ** 20) ** 99.5",
    "(-8) ** 0.5",
    "dict(1)",
    "dict(**[1])",
    "dict(a=1).pop('b')",
    "{[]: 1}",
    "1j",
    "...",
    "b'x'",
    "a < b",
    "f'{x}'",
    "f'{x!r}'",
    "'%s' % 1",
    "(y := 3)",
    "-'a'",
    "1" * 40,
    "x.y.z",
    "1 if True else f()",
    "True and 1",
    "not True",
    "+1",
    "7 % 4",
    "max(1, 2)",
    "min([3, 4])",
    "float(1)",
    "len('ab')",
    "'{{ fileDirname }}/a'",
    "(x for x in [1])",
    "{2**61: 1}",
    "{1: 2}[2**61]",
    "dict(a=1).pop(2**61, 2)",
]
"""Expressions that are not followed, that Python refuses, or that are too large."""


@pytest.mark.parametrize("expression", UNREAD)
def test_an_unread_value_does_not_matter_until_it_is_needed(expression: str) -> None:
    made = value(f"x = {expression}\ny = 1\n")
    assert isinstance(made["x"], Unread) and made["x"].location.line == 1
    assert parse_spec(f"x = {expression}\n{BACKBONE}", "config.py")
    found = problem(f"x = {expression}\n" + BACKBONE.replace("(4, 8)", "x"))
    assert (found.code, found.location.line) == ("unreadable-code", 1)


def test_needed_code_is_named_with_its_line() -> None:
    text = "widths = compute()\n" + BACKBONE.replace("(4, 8)", "widths")
    found = problem(text)
    assert (found.code, str(found.location)) == ("unreadable-code", "config.py:1:10")
    assert found.dotted == "model.backbone.extra.stage2.num_channels"
    assert "compute()" in found.message


@pytest.mark.parametrize("expression", ["8 * compute()", "[compute()][0]", "{1: 2}[compute()]", "sum([1, compute()])"])
def test_an_expression_is_unread_for_the_reason_of_its_part(expression: str) -> None:
    x = value(f"x = {expression}\n")["x"]
    assert isinstance(x, Unread) and "compute()" in x.message
    assert x.location.column == len("x = ") + expression.index("compute") + 1


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("(4, 8)", "(4, f(8))", "config.py:7:107"),
        ("'BASIC'", "blocks.BASIC", "config.py:7:62"),
        ("dict(\n    backbone", "make(\n    backbone", "config.py:2:9"),
        ("type='HRNet'", "type=kind()", "config.py:4:14"),
    ],
)
def test_code_that_the_network_needs(old: str, new: str, where: str) -> None:
    found = problem(BACKBONE.replace(old, new))
    assert (found.code, str(found.location)) == ("unreadable-code", where)


def test_a_native_spec_in_python() -> None:
    stage = "dict(num_modules=1, num_branches=1, block='BASIC', num_blocks=[1], num_channels=[{}])"
    assert parse_spec(f"stage1 = {stage.format(4)}\n").stages[0].num_channels == (4,)
    found = problem(f"stage1 = {stage.format('f()')}\n")
    assert (found.code, found.dotted, found.location.line) == ("unreadable-code", "stage1.num_channels[0]", 1)


@pytest.mark.parametrize("text", STATEMENTS)
def test_statements(text: str) -> None:
    assert value(text)["x"] == STATEMENTS[text]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x = [1]\nx.extend([2])\n", 2),
        ("x = [1]\nx.insert(0, 2)\n", 2),
        ("x = [1]\nx.pop(0)\n", 2),
        ("x = [1]\nx += [2]\n", 2),
        ("x = 1\nx += 2\n", 2),
        ("x: int = 3\n", 1),
        ("*x, y = 1, 2\n", 1),
        ("x, y = 1, 2, 3\n", 1),
        ("x = [1]\nx[5] = 2\n", 2),
        ("x = [1]\ndel x[0]\n", 2),
        ("x = [1]\nx[:] = [2]\n", 2),
        ("x = 1\ndel (x, y)\n", 2),
        ("x = {}\nx[2**61] = 1\n", 2),
    ],
)
def test_a_statement_that_is_not_followed_leaves_no_value(text: str, line: int) -> None:
    x = value(text)["x"]
    assert isinstance(x, Unread) and x.location.line == line


@pytest.mark.parametrize("text", ["import os\n", "from os import path as p\n", "def f(): pass\n", "class A: pass\n"])
def test_imports_and_definitions_are_no_keys_of_the_config(text: str) -> None:
    assert value(text + "x = 1\n__y = 2\n") == {"x": 1}


@pytest.mark.parametrize(
    "product", ["[] * 10**19", "'' * 10**19", "10**19 * ()", "[1] * -(10**19)", "'a' * -(10**19)", "[1] * -1"]
)
def test_a_product_that_is_empty_however_large_the_factor(product: str) -> None:
    assert len(value(f"x = {product}")["x"]) == 0


def test_numbers_that_share_a_hash_are_no_keys() -> None:
    """A dict of them costs the square of their number, wherever they are put into one."""
    shared = [number * (2**61 - 1) for number in (1, 2, 3)]
    assert [may_share_hash(number) for number in (*shared, -(2**61), 2**60, 1e30, "a")] == [True] * 4 + [False] * 3
    repeated = f"x = f({{1: 1, 1: 2, {2**61}: 1, {2**61}: 2}})\n"
    assert [each.code for each in read_python(repeated, "config.py").diagnostics] == ["duplicate-key"]


ERRORS = [IndexError, KeyError, OverflowError, ZeroDivisionError, MemoryError, TypeError, ValueError, AttributeError]


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_of_an_operation_makes_the_value_unread(error: type[Exception], monkeypatch: Any) -> None:
    def fail(*arguments: Any) -> Any:
        raise error

    monkeypatch.setitem(OPERATORS, ast.Add, fail)
    monkeypatch.setitem(FUNCTIONS, "sum", fail)
    made = value("a = 1 + 1\nb = [2, sum([1])]\n")
    assert error.__name__ in made["a"].message and made["a"].location.line == 1
    assert error.__name__ in made["b"][1].message and made["b"][1].location.column == 9


def test_a_recursion_error_of_an_operation_is_refused_with_its_line(monkeypatch: Any) -> None:
    def fail(*arguments: Any) -> Any:
        raise RecursionError

    monkeypatch.setitem(OPERATORS, ast.Add, fail)
    error = caught(SpecError, read_python, "x = 1\ny = 1 + 1\n", "config.py")
    assert (error.diagnostics[0].code, error.diagnostics[0].location.line) == ("too-deep", 2)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("import cfg\nstage2 = cfg.stage2\n", "cfg is an import"),
        ("import cfg\nstage2 = cfg\n", "cfg is an import"),
        ("from cfg import s2\nstage2 = s2\n", "s2 is an import"),
        ("from cfg import stage2\n", "stage2 is an import"),
        ("def f(): pass\nstage2 = f\n", "f is defined by code"),
        ("stage2 = stage1\ndef stage2(): pass\n", "stage2 is defined by code"),
        ("import os\nhead = os.environ\n", "os is an import"),
        ("from cfg import head\n", "head is an import"),
        ("class backbone: pass\n", "backbone is defined by code"),
    ],
)
def test_a_part_of_the_network_that_is_imported_or_defined_is_unread(code: str, says: str) -> None:
    """It is not left out, as if the config had no such key."""
    stage1 = "stage1 = dict(num_modules=1, num_branches=1, block='BASIC', num_blocks=[1], num_channels=[4])\n"
    error = caught(SpecError, parse_spec, stage1 + code)
    assert error is not None
    assert any(says in each.message or "unknown key" in each.message for each in error.diagnostics)


@pytest.mark.parametrize("arguments", ["(w for w in (1, 2)), 10", "(w for w in (1, 2)), *[10]"])
def test_a_sum_from_a_start_is_not_the_sum_without_it(arguments: str) -> None:
    assert isinstance(value(f"x = sum({arguments})\n")["x"], Unread)
