"""Texts that a grammar makes: of YAML and JSON, and of the Python that mmlab's configs are written in."""

from __future__ import annotations

import ast
import json
import random
import re
from contextlib import suppress
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from commandline import ROOT

from hrnet_cli.dialects.table import write_spec
from hrnet_cli.sources import load_spec, preset_names, preset_path

Grammar = dict[str, list[str]]
MAX_DEPTH = 5
ODD = [
    *(
        "\u202e",
        "\u2066",
        "\ufeff",
        "\u2028",
        "\u2029",
        "\x85",
        "\x0b",
        "\x0c",
        "\x1b[31m",
        "\x9b",
        "\x7f",
        "\x00",
        "\r",
    ),
    *(
        "\u00e9",
        "e\u0301",
        "\u00a0",
        "\u2003",
        "\u200b",
        "\U0001f469\u200d\U0001f4bb",
        "\uffff",
        "\U0010ffff",
        "\u7db2",
    ),
    *(
        "\t",
        "\\",
        "'",
        '"',
        "`",
        "::error::x",
        "##[error]x",
        "${x}",
        "%0A",
        "<b>",
        "|",
        "#",
        "%",
        "@",
        "&a",
        "*a",
        "!x",
    ),
]
"""Characters that are drawn, counted or compared in another way than letters, and what others take for a command."""

VALUES: Grammar = {
    "word": [
        "HRNet",
        "BASIC",
        "BOTTLENECK",
        "BASICK",
        "LITE",
        "x",
        "''",
        "null",
        "true",
        "NO",
        "~",
        "pose_hrnet",
        "hrnet_w18",
    ],
    "number": [
        "1",
        "4",
        "0",
        "-1",
        "2",
        "18",
        "1.5",
        "1e3",
        "1e999",
        "0x10",
        "017",
        "1_000",
        "1:30",
        ".inf",
        "9" * 40,
        "nan",
    ],
    "key": [
        *("stage1", "stage2", "stage3", "stage4", "stage5", "STAGE2", "num_modules", "num_branches", "num_blocks"),
        *(
            "num_channels",
            "block",
            "NUM_MODULES",
            "NUM_BRANCHES",
            "NUM_BLOCKS",
            "BLOCK",
            "NUM_CHANNELS",
            "input",
            "name",
        ),
        *("head", "type", "num_joints", "budget", "max_params", "MODEL", "EXTRA", "NAME", "NUM_JOINTS", "IMAGE_SIZE"),
        *(
            "model",
            "backbone",
            "extra",
            "norm_cfg",
            "HRNet",
            "width",
            "architecture",
            "fuse_method",
            "_base_",
            "stage_1",
        ),
        *(
            "<<",
            "'stage1'",
            '"sta\\u0067e1"',
            "1",
            "true",
            "?",
            "stem_width",
            "upsampling",
            "batch_norm",
            "momentum",
            "S#",
        ),
    ],
    "tag": ["!!int", "!!str", "!!map", "!!seq", "!x", "!!python/name:os.system", "!<tag:x>", "!!float", "!!null", "!"],
}
YAML: Grammar = {
    **VALUES,
    "scalar": [
        *("{word}", "{number}", "{number}", "'{odd}'", '"{odd}"', '"\\x1b\\u202e"', "{tag} {number}", "*a", "*b"),
        *(
            "64x64",
            "1x3x250x192",
            "[{number}, {number}]",
            "!!int {word}",
            "!!float {word}",
            "!!bool {number}",
            "!!null x",
        ),
    ],
    "value": [
        *(
            "{scalar}",
            "{scalar}",
            "[{value}, {value}]",
            "{{pair}, {pair}}",
            "&a {value}",
            "&b {value}",
            "{tag} {value}",
        ),
        *(
            "{? {value} : {value}}",
            "[{value}, *a]",
            "{<<: *a, {pair}}",
            "{<<: [*a, *b], {pair}}",
            "[{pair}, {pair}]",
            "{}",
        ),
        "{num_modules: {number}, num_branches: {number}, block: {word}, num_blocks: {value}, num_channels: {value}}",
        "{num_modules: 1, num_branches: 2, block: BASIC, num_blocks: [1, 1], num_channels: [{number}, {number}]}",
    ],
    "pair": ["{key}: {value}", "{key}: {value}", "{key} : {scalar}", '"{key}":{value}', "{odd}: {scalar}", "{key}:"],
    "line": [
        *(
            "{key}: {value}",
            "{key}: {value}",
            "{key}: {value}",
            "{key}:\n  {pair}\n  {pair}",
            "{key}:\n- {value}\n- {pair}",
        ),
        *(
            "{key}: |\n  {odd}\n  {word}",
            "{key}: >-\n\n  {odd}\n {word}",
            "{key}: |9\n  x",
            "? {value}\n: {value}",
            "# {odd}",
        ),
        *(
            "# hrnet: ignore[HR0] {odd}",
            "{key}: {value}  # hrnet: ignore[HR405,{odd}] x",
            "---",
            "...",
            "%YAML 1.1",
            "%TAG ! {odd}",
        ),
        *(
            "{key}: '{odd}\n\n  {odd}'",
            "{key}: &a\n  {pair}",
            "{key}: *a",
            "  {pair}",
            "\t{pair}",
            "{odd}",
            "- {value}",
        ),
    ],
    "text": ["{line}\n" * count for count in range(1, 9)]
    + [
        "stage1: {value}\n{line}\n{line}\n",
        "{{pair}, {pair}, {pair}}\n",
        '{"stage1": {value}, {pair}}\n',
        "[{value}, {value}]\n",
    ],
}
PYTHON: Grammar = {
    "name": ["a", "b", "model", "backbone", "extra", "norm_cfg", "stage1", "x", "widths", "_base_"],
    "attribute": [
        "copy",
        "update",
        "pop",
        "append",
        "extend",
        "setdefault",
        "items",
        "keys",
        "get",
        "clear",
        "x",
        "__class__",
    ],
    "number": [
        "1",
        "2",
        "18",
        "0",
        "-1",
        "1.5",
        "1e3",
        "10**30",
        "1j",
        "0xff",
        "True",
        "2**{number}",
        "{number}//{number}",
        "1_0",
    ],
    "text": [
        "'HRNet'",
        "'BASIC'",
        "'BOTTLENECK'",
        "'BASICK'",
        "'{odd}'",
        "f'{a}{odd}'",
        "'''\n{odd}\n'''",
        "r'\\'",
        "b'x'",
        "'a' 'b'",
    ],
    "stage": [
        "dict(num_modules=1, num_branches=1, block='BOTTLENECK', num_blocks=(1, ), num_channels=(4, ))",
        "dict(num_modules={value}, num_branches=2, block={text}, num_blocks=(1, 1), num_channels=({number}, {number}))",
        "dict(num_modules={number}, num_branches={number}, block='BASIC', num_blocks={value}, num_channels={value})",
    ],
    "value": [
        *(
            "{number}",
            "{text}",
            "{name}",
            "{name}",
            "[{value}, {value}]",
            "({value}, )",
            "dict({name}={value}, type={text})",
            "None",
        ),
        *(
            "{'k': {value}, {value}: {value}}",
            "{name}['k']",
            "{name}[{number}]",
            "{name}.{attribute}({value})",
            "{name}.{attribute}",
        ),
        *(
            "dict({name}, **{value})",
            "[{value} for {name} in {value}]",
            "[{value} for i in range({number}) if i]",
            "lambda {name}: {value}",
        ),
        *(
            "({name} := {value})",
            "{value} if {value} else {value}",
            "{value} + {value}",
            "{value} * {number}",
            "not {value}",
            "-{value}",
        ),
        *(
            "{name}({value})",
            "sum({value})",
            "len({name})",
            "list({value})",
            "max({value}, {value})",
            "{stage}",
            "{{value}, 1}",
            "...",
        ),
        *(
            "{value}[{number}:{number}]",
            "*{name}",
            "{value} < {value}",
            "{value} and {value}",
            "dict({name}={value}, {name}={value})",
        ),
        "dict(type='HRNet', in_channels={number}, extra=dict(stage1={stage}, stage2={stage}, stage3={value}))",
        "dict(type={text}, backbone=dict(type='HRNet', extra=dict(stage1={stage}, stage2={stage})), head={value})",
    ],
    "statement": [
        *(
            "{name} = {value}",
            "{name} = {value}",
            "{name} = {value}",
            "model = {value}",
            "model = dict(backbone={value})",
            "{name} += {value}",
        ),
        *(
            "{name}['k'] = {value}",
            "{name}.update({name}={value})",
            "{name}.{attribute}({value})",
            "del {name}",
            "del {name}['k']",
        ),
        *(
            "{name}, b = {value}",
            "{name} = b = {value}",
            "*a, b = {value}",
            "for {name} in {value}:\n    {statement}",
            "pass",
            "{value}",
        ),
        *(
            "if {value}:\n    {statement}\nelse:\n    {statement}",
            "while {value}:\n    {statement}",
            "def {name}(a={value}):\n    {statement}",
        ),
        *(
            "try:\n    {statement}\nexcept {name} as {name}:\n    {statement}",
            "with {value} as {name}:\n    {statement}",
            "return {value}",
        ),
        *(
            "class {name}({name}):\n    {statement}",
            "import {name}",
            "from .{name} import *",
            "from {name} import {name} as {name}",
        ),
        *(
            "match {value}:\n    case {'k': {name}, **b}:\n        {statement}",
            "global {name}",
            "assert {value}, {value}",
            "exec({text})",
        ),
        *(
            "@{value}\ndef {name}(): {statement}",
            "async def {name}():\n    await {value}",
            "{name}: {value} = {value}",
            "# {odd}",
        ),
        *(
            "{name} = {value}  # hrnet: ignore[HR0,{odd}] x",
            "with read_base():\n    from .{name} import *",
            "{odd}",
            "  {name} = 1",
            "lambda: (yield)",
        ),
        *(
            "_base_ = ['{name}.py', {value}]",
            "from yacs.config import CfgNode as CN\n{name} = CN()\n{name}.{attribute} = CN({value})",
            "{name}[:] = {value}",
        ),
    ],
    "program": ["{statement}\n" * count for count in range(1, 9)]
    + ["model = {value}\n" + "{statement}\n" * count for count in range(1, 5)],
}


def made(grammar: Grammar, kind: str, chosen: random.Random) -> str:
    """A text of a kind: `{kind}` in a form stands for one of that kind, and `{odd}` for some odd characters."""
    hole = _hole(tuple(grammar))

    def fill(kind: str, depth: int) -> str:
        if kind == "odd":
            return "".join(chosen.choice(ODD) for _ in range(chosen.randint(0, 3)))
        forms = grammar[kind] if depth < MAX_DEPTH else grammar[kind][:4]
        form = chosen.choice(forms)
        if depth > 4 * MAX_DEPTH:
            return "1"
        return hole.sub(lambda match: _indented(fill(match[1], depth + 1), form, match), form)

    return fill(kind, 0)


def _indented(text: str, form: str, match: re.Match[str]) -> str:
    """A text of several lines as far to the right as the hole that it fills."""
    blanks = re.search(r"[ ]*$", form[: match.start()].rpartition("\n")[2])
    return text.replace("\n", "\n" + (blanks[0] if blanks else ""))


@cache
def _hole(kinds: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"\{(" + "|".join((*kinds, "odd")) + r")\}")


# Published texts with changes


@cache
def published() -> tuple[str, ...]:
    """The presets, and the configs of `tests/configs`."""
    paths = [*map(preset_path, preset_names()), *sorted((ROOT / "tests" / "configs").rglob("*.yaml"))]
    return tuple(Path(path).read_text(encoding="utf-8") for path in paths)


def changed(text: str, grammar: Grammar, kinds: tuple[str, ...], chosen: random.Random) -> str:
    """A text with up to six changes: lines and words that are removed, repeated, exchanged or replaced."""
    for _ in range(chosen.randint(1, 6)):
        lines = text.split("\n")
        at, other = chosen.randrange(len(lines)), chosen.randrange(len(lines))
        change = chosen.randrange(8)
        if change == 0:
            del lines[at]
        elif change == 1:
            lines[at:at] = lines[min(at, other) : max(at, other)][:40]
        elif change == 2:
            lines[at], lines[other] = lines[other], lines[at]
        elif change == 3:
            lines[at] = chosen.choice(["", " ", "  ", "\t", "    "]) + lines[at].lstrip(" " * chosen.randint(0, 2))
        elif change == 4:
            lines.insert(at, made(grammar, chosen.choice(kinds), chosen))
        else:
            lines[at] = _word_replaced(lines[at], made(grammar, chosen.choice([*kinds, "odd"]), chosen), chosen)
        text = "\n".join(lines)
    return text if chosen.random() < 0.9 else text.replace("\n", chosen.choice(["\r\n", "\r"]))


def _word_replaced(line: str, new: str, chosen: random.Random) -> str:
    words = list(re.finditer(r"[\w.-]+|[^\w\s]", line))
    if not words:
        return new
    word = chosen.choice(words)
    return line[: word.start()] + new + line[chosen.choice([word.start(), word.end()]) :]


PLAIN: list[Any] = [
    0,
    1,
    -1,
    2,
    10**6,
    10**30,
    1.5,
    float("nan"),
    None,
    True,
    "",
    "x",
    "BASIC",
    "HRNet",
    [],
    {},
    [1],
    [[4, 8]],
    {"x": 1},
]
PLAIN += [
    [4, 8, 16, 32],
    "1x3x250x192",
    [250, 192],
    "64x64",
    {"type": "HRNet"},
    "\u202e::error::x",
    "9" * 50,
    2**61 - 1,
]


def value_changed(value: Any, chosen: random.Random) -> None:
    """Change a plain value in up to four places: a key or an item is removed, repeated, renamed or replaced."""
    for _ in range(chosen.randint(1, 4)):
        inside = value
        while isinstance(inside, dict | list) and inside:
            key = chosen.choice([*inside] if isinstance(inside, dict) else range(len(inside)))
            if isinstance(inside[key], dict | list) and inside[key] and chosen.random() < 0.8:
                inside = inside[key]
                continue
            change = chosen.randrange(5)
            if change == 0:
                del inside[key]
            elif change == 1 and isinstance(inside, dict):
                inside[chosen.choice([f"{key}x", str(key)[1:], str(key).upper(), str(key).lower(), *ODD])] = inside[key]
            elif change == 2 and isinstance(inside, list):
                inside.insert(key, inside[key])
            else:
                inside[key] = deepcopy(chosen.choice(PLAIN))
            break


def random_yaml(seed: int) -> str:
    """A YAML or JSON text, the same one for a seed: of the grammar, or a published one with changes."""
    chosen = random.Random(seed)
    if seed % 4 == 0:
        return made(YAML, "text", chosen)
    text = chosen.choice(published())
    if seed % 4 == 1:
        return changed(text, YAML, ("value", "pair", "line", "scalar", "key", "number"), chosen)
    value = yaml.safe_load(text)
    value_changed(value, chosen)
    return (
        yaml.safe_dump(value, sort_keys=False) if seed % 4 == 2 else json.dumps(value, indent=chosen.choice([None, 1]))
    )


@cache
def _python_configs() -> tuple[str, ...]:
    return tuple(write_spec(load_spec(name), "mmlab").text for name in ("cls-w18-small-v1", "w32", "w48"))


class _Replace(ast.NodeTransformer):
    """Replaces some of the expressions of a program by others."""

    def __init__(self, chosen: random.Random) -> None:
        self.chosen = chosen

    def visit(self, node: ast.AST) -> ast.AST:
        """A node, or one of the grammar in place of an expression."""
        if isinstance(node, ast.Constant | ast.Tuple | ast.Call) and self.chosen.random() < 0.02:
            with suppress(SyntaxError, ValueError):
                return ast.parse(made(PYTHON, "value", self.chosen), mode="eval").body
        return self.generic_visit(node)


def random_python(seed: int) -> str:
    """A Python text, the same one for a seed: of the grammar, or a config of mmlab's with changes of text or value."""
    chosen = random.Random(seed)
    if seed % 4 == 0:
        return made(PYTHON, "program", chosen)
    text = chosen.choice(_python_configs())
    if seed % 4 == 1:
        return changed(text, PYTHON, ("statement", "value", "name", "number", "text"), chosen)
    tree = _Replace(chosen).visit(ast.parse(text))
    lines = ast.unparse(tree).splitlines()
    for _ in range(chosen.randint(0, 5)):
        statement = made(PYTHON, "statement", chosen)
        with suppress(SyntaxError, ValueError):
            ast.parse(statement)
            lines.insert(chosen.randint(0, len(lines)), statement)
    return "\n".join(lines) + "\n"
