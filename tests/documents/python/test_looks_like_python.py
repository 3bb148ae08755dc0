"""Which texts are Python, and what that costs."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from hrnet_cli.documents.python import looks_like_python
from hrnet_cli.sources import preset_names, preset_path


@pytest.mark.parametrize(
    "text",
    [
        "x = 1",
        "# a comment\n\n\nx = 1",
        "_base_ = ['a.py']",
        "from mmengine import x\n",
        "import os",
        "'''doc'''\nx = 1",
        '"""doc\n\nx: 1\n"""\nmodel = dict()',
        "with read_base():\n    from .a import *\nx = 1",
        "model.update(a=1)\nx = 2",
        "x['a'] = 1",
        "x, y = 1, 2",
        "x += 1",
        "if True:\n    x = 1\ny = 2",
        "\t# indented comment\r\nx = 1\r\n",
    ],
)
def test_what_looks_like_python(text: str) -> None:
    assert looks_like_python(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "#only\n",
        "stage1: {num_modules: 1}",
        "# model = dict()\nname: x\n",
        '{"model": {"backbone": {"type": "HRNet"}}}',
        "- x = 1",
        "---\nname: a = b\n",
        "name: 'x = 1'\n",
        "text: |\n  x = 1\n",
        "if: 1\nname: y",
        "import: 1",
        "from: x",
        "with: y",
        "'''quoted''': 1\nname: x",
        "x == 1",
        "imports: [a]",
    ],
)
def test_what_does_not_look_like_python(text: str) -> None:
    assert not looks_like_python(text)


@pytest.mark.parametrize("name", preset_names())
def test_no_preset_looks_like_python(name: str) -> None:
    assert not looks_like_python(preset_path(name).read_text(encoding="utf-8"))


def test_a_yaml_spec_never_pays_for_python() -> None:
    code = "import sys, hrnet_cli\nhrnet_cli.load_spec('w32')\n"
    code += "assert 'hrnet_cli.documents.python.files' not in sys.modules\n"
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ})
