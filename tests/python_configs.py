"""What the tests of Python configs share: a whole small config, files on the disk, and what is read of a text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support import caught

from hrnet_cli.documents.python import read_python
from hrnet_cli.errors import Diagnostic, SpecError
from hrnet_cli.sources import parse_spec

BACKBONE = """
model = dict(
    backbone=dict(
        type='HRNet',
        extra=dict(
            stage1=dict(num_modules=1, num_branches=1, block='BOTTLENECK', num_blocks=(1, ), num_channels=(4, )),
            stage2=dict(num_modules=1, num_branches=2, block='BASIC', num_blocks=(1, 1), num_channels=(4, 8)))))
"""
"""A whole small config; the num_channels of stage2 are on line 7."""

STATEMENTS = {
    "x = dict(a=1)\nx['b'] = 2\n": {"a": 1, "b": 2},
    "x = dict(a=dict(b=1))\ny = x['a']\ny['b'] = 2\n": {"a": {"b": 2}},
    "x = dict(a=1)\nx.update(b=2)\nx.update(dict(c=3))\n": {"a": 1, "b": 2, "c": 3},
    "x = dict(a=dict(b=1))\nx.update(a=dict(c=2))\n": {"a": {"c": 2}},
    "x = dict(a=1, b=2)\ndel x['a']\n": {"b": 2},
    "x = dict(a=1, b=2)\nx.pop('a')\n": {"b": 2},
    "x = [1]\nx.append(2)\nx[0] = 9\n": [9, 2],
    "y, (x, z) = 1, (2, 3)\n": 2,
    "y = x = 4\n": 4,
    "'''A text.'''\nx = 1\n": 1,
    "x = 1\ndef f():\n    return x\n": 1,
    "x = [1]\nprint(x)\ny = len(x)\nz = x.copy()\n": [1],
    "import copy\nx = [1]\ny = copy.deepcopy(x)\n": [1],
    "from copy import deepcopy\nx = [1]\ny = deepcopy(x)\n": [1],
    "x = dict(a=1)\nfor i in range(3):\n    y = dict(x, b=i)\n": {"a": 1},
    "x = [1]\ny = [c for c in x if c]\n": [1],
}
"""What `x` is after each of these texts."""


def value(text: str, path: Path | None = None) -> Any:
    return read_python(text, "config.py", path).value


def problem(text: str, path: Path | None = None) -> Diagnostic:
    """The first diagnostic of a config that is refused."""
    error = caught(SpecError, parse_spec, text, "config.py", path)
    assert error is not None
    problems: list[Diagnostic] = error.diagnostics
    return problems[0]


def files(folder: Path, **texts: str) -> Path:
    """Files `a.py`, `b.py` …; the first is the one to read."""
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text)
    return folder / f"{next(iter(texts))}.py"


def read(path: Path) -> Any:
    return value(path.read_text(), path)
