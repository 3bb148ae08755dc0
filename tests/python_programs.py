"""Random programs in which a name or a shared container changes: the reader is compared with Python on them."""

from __future__ import annotations

import random
import re
import sys

GRAMMAR = {
    "name": ["a", "b", "c", "d", "n"],
    "target": ["{name}", "{name}", "a['k']", "d['x']", "c[0]", "b[0]", "b['k']", "(b, c)[0]['k']"],
    "number": [
        *("4", "n", "a['k']", "len(c)", "sum([n, 1])", "int({number})", "-{number}", "{number} + 1", "{number} * 2"),
        *("(n := {number})", "[{number}, 2][0]", "max({number}, 1)", "{number} if n else 3", "{number} or 1"),
        *("len(f'{(n := 5)}')", "len([1, 2][(n := 1):])", "[1, 2][(n := 1)]", "(lambda: (n := 5))()"),
        *("sum(x for x in [1] if (n := 5))", "[n := i for i in [5]][0]", "(lambda y=(n := 5): y)()", "(not n)"),
        *("dict(k=(n := 5))['k']", "range(n)[0]", "{value}['k']", "{1: (n := 6)}[1]", "{value}.pop('k')"),
    ],
    "value": [
        *("a", "b", "c", "d", "a", "b", "[{value}]", "{'x': {value}}", "dict(k={value})", "[{value}][0]"),
        *("({value},)", "{'x': {value}}['x']", "{value}.copy()", "({value} or a)", "({value} and a)"),
        *("({value} if n else a)", "[x for x in [{value}]][0]", "[x for x in [{value}] if n]", "[{value}][-1]"),
        *("{'z': x for x in [{value}]}['z']", "list([{value}])", "tuple([{value}])", "[*[{value}], 1]"),
        *("[{value}][:][0]", "([{value}] * 2)[1]", "([{value}] + [1])[0]", "sorted([{value}], key=id)[0]"),
        *("max([{value}], key=id)", "next(iter([{value}]))", "list(zip([{value}]))[0][0]", "(b := {value})"),
        *("list(enumerate([{value}]))[0][1]", "list(map(lambda x: x, [{value}]))[0]", "list(filter(None, [{value}]))"),
        *("list(reversed([{value}]))[0]", "{'x': {value}}.get('x')", "list({'x': {value}}.values())[0]"),
        *("list({'x': {value}}.items())[0][1]", "dict(x={value}).pop('x')", "dict(x=1).setdefault('y', {value})"),
        *("(lambda: {value})()", "(lambda y={value}: y)()", "hold({value})", "change({value})"),
        *("{**{'x': {value}}}", "dict(**{'x': {value}})", "dict({'x': {value}})", "next(x for x in [{value}])"),
        *("[{value} for _ in range(2)]", "[dict(k=x) for x in ({value}, 1)]", "sum([[{value}]], [])"),
        *("{'k': {number}}", "dict(k={number}, m={value})", "[{number}, {value}]", "{value}['m']", "{value}[0]"),
    ],
    "statement": [
        *("{target} = {value}", "{target} = {number}", "{name} = {target} = {value}", "b, c = {value}, {value}"),
        *("(b, [c]) = ({value}, [{value}])", "[b, *c] = [{value}, {value}]", "for {target} in [{value}]: pass"),
        *("for x in [{value}]: x['k'] = {number}", "with manager({value}) as {target}: pass", "b: list = {value}"),
        *("{value}.append({value})", "{value}.update(x={value})", "{value}.update({'k': {number}})", "print({value})"),
        *(
            "{value}['k'] = {number}",
            "{value}[0] = {value}",
            "b += [{value}]",
            "{target} += {number}",
            "c[:] = {value}",
        ),
        *("b |= {'x': {value}}", "del {value}['k']", "del {name}", "{value}.pop('k')", "assert {number} is not None"),
        *("d[{number}] = {value}", "if {number}: {target} = {value}", "while [0, {number}][0]: {target} = {value}"),
        *("try: {target} = {value}\nexcept KeyError: pass", "try: {}['k']\nexcept KeyError as {name}: pass"),
        *("def f(x={value}): return x", "def f(): return {value}", "b = f()", "f()['k'] = {number}", "f().append(1)"),
        *("def f():\n    global {name}\n    {name} = {value}", "f()", "x = [f]\nx[0]()", "x = f\nx()"),
        *("def f():\n    b = {value}\n    def g(): b['k'] = 9\n    return g", "f()()", "def f():\n    yield {value}"),
        *("class A:\n    x = {value}\nA.x['k'] = {number}", "class A:\n    x = {value}\n    x['k'] = {number}"),
        *("class A:\n    global {name}\n    {name} = {value}", "import os as {name}", "from os import path as {name}"),
        *(
            "@change\ndef f(): return {value}",
            "@(lambda g: {value})\ndef {name}(): pass",
            "g = iter([{value}])\nb = next(g)",
        ),
        *(
            "g = (x for x in [{value}])",
            "b = next(g)",
            "next(g)['k'] = 8",
            "g = {value}.append",
            "g({value})",
            "g(k=7)",
        ),
        *("g = {value}.update\ng(k={number})", "exec('n = 5')", "globals()['b'] = {value}", "vars().update(n=5)"),
        *(
            "match {value}:\n    case {'k': n}: pass\n    case [b, *_]: b['k'] = 7",
            "match {number}:\n    case {name}: pass",
        ),
        *("e = exec\ne('n = 7')", "def f(): pass\nf.__globals__['n'] = 8", "list = {value}", "x = {value}\nx['k'] = 3"),
        *("{value}.insert(0, {value})", "{value}.extend({value})", "{value}.clear()", "{value}[0:1] = [{value}]"),
    ],
}
"""Python's forms by kind; `{kind}` is to be replaced by one of that kind."""
if sys.version_info >= (3, 12):
    GRAMMAR["statement"] += [
        *(
            "type {name} = {value}",
            "type X = {value}",
            "type X[T: {value}] = T",
            "type X[T: ({value}, {value})] = {value}",
        ),
        *("X.__value__['k'] = {number}", "b = X.__value__", "{target} = X", "X.__type_params__[0].__bound__['k'] = 6"),
        *(
            "def f[T: {value}](): return {value}",
            "class f[T: {value}]: x = {value}",
            "f.__type_params__[0].__bound__['k'] = 7",
        ),
        *("def {name}[T](): pass", "class {name}[*T]: pass", "x = f.__type_params__\nx[0].__bound__.clear()"),
    ]
if sys.version_info >= (3, 13):
    GRAMMAR["statement"] += ["type X[T = {value}] = T", "X.__type_params__[0].__default__['k'] = 8"]
_HOLE = re.compile(r"\{(" + "|".join(GRAMMAR) + r")\}")
MAX_DEPTH = 4


def random_program(seed: int) -> list[str]:
    """From one to ten statements, the same ones for a seed."""
    chosen = random.Random(seed)

    def fill(kind: str, depth: int) -> str:
        forms = GRAMMAR[kind] if depth < MAX_DEPTH else GRAMMAR[kind][:2]
        return _HOLE.sub(lambda hole: fill(hole[1], depth + 1), chosen.choice(forms))

    return [fill("statement", 0) for _ in range(chosen.randint(1, 10))]
