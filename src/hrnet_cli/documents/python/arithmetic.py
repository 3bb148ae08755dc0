"""Arithmetic on the plain values of a Python config: numbers, texts and lists, within bounds.

What Python would refuse, and what would be too large, is None or Unread; nothing here raises but SpecError.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable
from typing import Any

from hrnet_cli.documents.python.values import LONGEST_STRING, MOST_VALUES, Node, Steps, unread
from hrnet_cli.errors import Location

LARGEST = 10**30
"""Beyond this a whole number is no number of a network, and costs time."""


def _sequence(node: Node) -> list[Node] | tuple[Node, ...]:
    if not isinstance(node.value, list | tuple):
        raise TypeError
    return node.value


def _numbers(node: Node) -> list[Any]:
    values = [item.value for item in _sequence(node)]
    if not all(isinstance(value, int | float) for value in values):
        raise TypeError
    return values


def _range(*limits: Node) -> list[Node]:
    numbers = range(*(limit.value for limit in limits))
    if len(numbers) > MOST_VALUES:
        raise ValueError
    return [Node(number, limits[0].mark) for number in numbers]


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "list": lambda node: list(_sequence(node)),
    "tuple": lambda node: tuple(_sequence(node)),
    "len": lambda node: len(node.value),
    "sum": lambda node: sum(_numbers(node)),
    "min": lambda *nodes: min(_numbers(nodes[0]) if len(nodes) == 1 else [node.value for node in nodes]),
    "max": lambda *nodes: max(_numbers(nodes[0]) if len(nodes) == 1 else [node.value for node in nodes]),
    "int": lambda node: int(node.value) if isinstance(node.value, int | float) else None,
    "float": lambda node: float(node.value) if isinstance(node.value, int | float) else None,
    "range": _range,
}


def tried(function: Callable[[], Any], mark: Location) -> Node | None:
    """The result as a Node, or None where Python would raise or the result is too large."""
    try:
        value = function()
    except (TypeError, ValueError, ArithmeticError, AttributeError, LookupError):
        return None
    return None if value is None else bounded(value, mark)


def bounded(value: Any, mark: Location) -> Node:
    """A number or a text as a Node, unless it is too large."""
    if isinstance(value, int | float) and not (math.isfinite(value) and abs(value) < LARGEST):
        return unread("a number that is too large", mark)
    if isinstance(value, str) and len(value) > LONGEST_STRING:
        return unread("a text that is too long", mark)
    return Node(value, mark)


UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}
BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}


def combine(steps: Steps, sign: ast.operator, left: Node, right: Node, mark: Location) -> Node | None:
    """Two values with + - * / // % ** between them: numbers, texts joined, lists joined, and either one repeated."""
    a, b = left.value, right.value
    function = BINARY.get(type(sign))
    if isinstance(sign, ast.Add) and type(a) is type(b) and isinstance(a, str | list | tuple):
        steps.take(len(a) + len(b) if not isinstance(a, str) else 1, mark)
        return bounded(a + b, mark)
    if isinstance(sign, ast.Mult) and isinstance(b, str | list | tuple):
        a, b = b, a
    if isinstance(sign, ast.Mult) and isinstance(a, str | list | tuple):
        return _repeated(steps, a, b, mark)
    if function is None or not (isinstance(a, int | float) and isinstance(b, int | float)):
        return None
    if isinstance(sign, ast.Pow) and abs(b) > 100:
        return unread("a power of more than 100", mark)
    return tried(lambda: function(a, b), mark)


def _repeated(steps: Steps, value: Any, times: Any, mark: Location) -> Node | None:
    if not isinstance(times, int):
        return None
    times = max(times, 0) if value else 0  # all that Python's own product knows of the rest
    if len(value) * times > (LONGEST_STRING if isinstance(value, str) else MOST_VALUES):
        return unread(f"{len(value) * times:,} items: more than {MOST_VALUES:,} are not read", mark)
    steps.take(max(len(value) * times, 1), mark)
    return Node(value * times, mark)
