"""Python configs, which are read from their syntax tree and never run."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import caught

from hrnet_cli import load_spec
from hrnet_cli.documents.python import looks_like_python, read_python
from hrnet_cli.documents.python.repeated import MOST_REPEATED
from hrnet_cli.documents.python.values import Unread
from hrnet_cli.errors import Diagnostic, SpecError
from hrnet_cli.sources import parse_spec, preset_names, preset_path

BACKBONE = """
model = dict(
    backbone=dict(
        type='HRNet',
        extra=dict(
            stage1=dict(num_modules=1, num_branches=1, block='BOTTLENECK', num_blocks=(1, ), num_channels=(4, )),
            stage2=dict(num_modules=1, num_branches=2, block='BASIC', num_blocks=(1, 1), num_channels=(4, 8)))))
"""
"""A whole small config; stage2's num_channels stand on line 7."""


def value(text: str, path: Path | None = None) -> Any:
    return read_python(text, "config.py", path).value


def problem(text: str, path: Path | None = None) -> Diagnostic:
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


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("-3", -3),
        ("1 + 2 * 3 - 4 / 2", 5.0),
        ("2 ** 5 // 3 % 4", 2),
        ("[4] * 3", [4, 4, 4]),
        ("3 * (1, 2)", [1, 2, 1, 2, 1, 2]),
        ("[1] + [2, 3]", [1, 2, 3]),
        ("[*[1, 2], 3]", [1, 2, 3]),
        ("'a' + 'b' 'c'", "abc"),
        ("f'a{1 + 1}b'", "a2b"),
        ("dict(a=1, b=dict(c=[True, None]))", {"a": 1, "b": {"c": [True, None]}}),
        ("dict({'a': 1}, b=2)", {"a": 1, "b": 2}),
        ("dict(**{'a': 1}, b=2)", {"a": 1, "b": 2}),
        ("{'a': 1, **dict(a=2, b=3)}", {"a": 2, "b": 3}),
        ("dict(a=[5, 6])['a'][-1]", 6),
        ("[1, 2, 3][:2]", [1, 2]),
        ("sum([18, 36]) + max(1, 2) + min([3, 4]) + len('ab')", 61),
        ("tuple(range(2))", [0, 1]),
        ("[18 * 2 ** i for i in range(4)]", [18, 36, 72, 144]),
        ("1 if True else f()", 1),
        ("int(2.5)", 2),
        ("not True", False),
    ],
)
def test_expressions(expression: str, wanted: Any) -> None:
    assert value(f"x = {expression}\n") == {"x": wanted}


@pytest.mark.parametrize(
    "expression",
    [
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
        "range(10 ** 9)",
        "tuple(undefined)",
        "list(f())",
        "1 / 0",
        "[1] + (2,)",
        "[1][5]",
        "dict(1)",
        "dict(**[1])",
        "{[]: 1}",
        "1j",
        "...",
        "b'x'",
        "a < b",
        "f'{x!r}'",
        "'%s' % 1",
        "(y := 3)",
        "-'a'",
        "1" * 40,
        "x.y.z",
    ],
)
def test_what_is_not_read_does_not_matter_until_it_is_needed(expression: str) -> None:
    made = value(f"x = {expression}\ny = 1\n")
    assert isinstance(made["x"], Unread)
    assert load_spec_text(f"x = {expression}\n{BACKBONE}")


def load_spec_text(text: str) -> Any:
    return parse_spec(text, "config.py")


def test_needed_code_is_named_with_its_line() -> None:
    text = "widths = compute()\n" + BACKBONE.replace("(4, 8)", "widths")
    found = problem(text)
    assert (found.code, str(found.location)) == ("unreadable-code", "config.py:1:10")
    assert found.dotted == "model.backbone.extra.stage2.num_channels"
    assert "compute()" in found.message


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("(4, 8)", "(4, f(8))", "config.py:7:107"),
        ("'BASIC'", "blocks.BASIC", "config.py:7:62"),
        ("dict(\n    backbone", "make(\n    backbone", "config.py:2:9"),
        ("type='HRNet'", "type=kind()", "config.py:4:14"),
    ],
)
def test_whatever_the_network_needs(old: str, new: str, where: str) -> None:
    found = problem(BACKBONE.replace(old, new))
    assert (found.code, str(found.location)) == ("unreadable-code", where)


def test_a_spec_in_our_own_words_written_in_python() -> None:
    stage = "dict(num_modules=1, num_branches=1, block='BASIC', num_blocks=[1], num_channels=[{}])"
    assert parse_spec(f"stage1 = {stage.format(4)}\n").stages[0].num_channels == (4,)
    found = problem(f"stage1 = {stage.format('f()')}\n")
    assert (found.code, found.dotted, found.location.line) == ("unreadable-code", "stage1.num_channels[0]", 1)


def test_columns_count_characters() -> None:
    found = problem("é = 'ü'; x = f()\n" + BACKBONE.replace("(4, 8)", "x"))
    assert str(found.location) == "config.py:1:14"


def test_a_wrong_value_is_reported_where_it_stands() -> None:
    found = problem("w = 'four'\n" + BACKBONE.replace("(4, 8)", "(w, 8)"))
    assert (found.code, str(found.location)) == ("wrong-type", "config.py:1:5")
    assert found.dotted == "model.backbone.extra.stage2.num_channels[0]"


STATEMENTS = {
    "x = dict(a=1)\nx['b'] = 2\n": {"a": 1, "b": 2},
    "x = dict(a=dict(b=1))\ny = x['a']\ny['b'] = 2\n": {"a": {"b": 2}},
    "x = dict(a=1)\nx.update(b=2)\nx.update(dict(c=3))\n": {"a": 1, "b": 2, "c": 3},
    "x = dict(a=dict(b=1))\nx.update(a=dict(c=2))\n": {"a": {"c": 2}},
    "x = dict(a=1, b=2)\ndel x['a']\n": {"b": 2},
    "x = dict(a=1, b=2)\nx.pop('a')\n": {"b": 2},
    "x = [1]\nx.append(2)\nx.extend([3])\nx.insert(0, 0)\nx.pop(1)\nx += [4]\nx[0] = 9\n": [9, 2, 3, 4],
    "x = 1\nx += 2\nx *= 3\n": 9,
    "x: int = 3\n": 3,
    "y, (x, z) = 1, (2, 3)\n": 2,
    "y = x = 4\n": 4,
    "'''A text.'''\nx = 1\n": 1,
    "x = 1\ndef f():\n    return x\n": 1,
    "x = [1]\nprint(x)\ny = len(x)\nz = x.copy()\n": [1],
    "x = dict(a=1)\nfor i in range(3):\n    y = dict(x, b=i)\n": {"a": 1},
}


@pytest.mark.parametrize("text", STATEMENTS)
def test_statements(text: str) -> None:
    assert value(text)["x"] == STATEMENTS[text]


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
def test_what_code_may_change_is_not_read(code: str) -> None:
    """A dict that a loop, a condition or an unknown function may have changed is not taken for what it was."""
    made = value(f"x = dict(a=1)\nz = dict(b=x)\n{code}")
    x = made["x"]
    assert isinstance(x, Unread) or isinstance(x["a"], Unread), x


def test_bases_are_merged_as_mmengine_does(tmp_path: Path) -> None:
    path = files(
        tmp_path,
        child="_base_ = './base.py'\nm = dict(a=2, new=dict(x=1), gone=dict(_delete_=True, q=3), l=[3])\n"
        "n = _base_.m.b.c\n"
        "s = '{{_base_.m.b.c}}'\nt = 'is {{_base_.m.a}}'\nu = {{_base_.m.l}}\nv = _base_['m']['a']\n",
        base="m = dict(a=1, b=dict(c=[4], d=5), gone=dict(p=1), l=[1, 2])\nkept = 7\n",
    )
    merged = {"a": 2, "b": {"c": [4], "d": 5}, "gone": {"q": 3}, "l": [3], "new": {"x": 1}}
    assert read(path) == {"m": merged, "kept": 7, "n": [4], "s": [4], "t": "is 1", "u": [1, 2], "v": 1}


def test_a_chain_of_bases_in_folders(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    path = files(tmp_path / "deep", child="_base_ = ['../one.py', '../two.py']\nm = dict(c=3)\n")
    files(tmp_path, one="_base_ = 'root.py'\nm = dict(b=2)\n", two="k = 1\n", root="m = dict(a=1)\n")
    assert read(path) == {"m": {"a": 1, "b": 2, "c": 3}, "k": 1}


def test_a_dict_of_the_base_is_changed_in_place_and_deeply(tmp_path: Path) -> None:
    path = files(
        tmp_path,
        child="_base_ = 'base.py'\n_base_.m.update(dict(b=dict(d=2)))\n_base_.m.e = 3\ndel _base_.m.gone\n",
        base="m = dict(b=dict(c=1), gone=1)\n",
    )
    assert read(path) == {"m": {"b": {"c": 1, "d": 2}, "e": 3}}


def test_what_mmengine_refuses_to_merge_is_not_read(tmp_path: Path) -> None:
    path = files(tmp_path, child="_base_ = ['a.py', 'b.py']\nx = dict(y=1)\n", a="x = [1]\nk = 1\n", b="k = 2\n")
    made = read(path)
    assert "_delete_" in made["x"].remedy
    assert "two bases" in made["k"].message


def test_new_style_configs(tmp_path: Path) -> None:
    path = files(
        tmp_path,
        child="from mmengine.config import read_base\nwith read_base():\n    from .base import *\n"
        "    from .other import k as kk\nmodel.update(dict(backbone=dict(in_channels=4)))\n"
        "model.merge(dict(gone=dict(_delete_=True, y=2)))\n",
        base="from mmpose.models import HRNet\nmodel = dict(backbone=dict(type=HRNet), gone=dict(x=1))\n",
        other="k = 5\nl = 6\n",
    )
    made = read(path)
    assert made["model"] == {"backbone": {"type": "HRNet", "in_channels": 4}, "gone": {"y": 2}}
    assert made["kk"] == 5 and "l" not in made


def test_an_error_names_the_base_that_it_stands_in(tmp_path: Path) -> None:
    path = files(
        tmp_path, child="_base_ = 'base.py'\nmodel = dict(type='X')\n", base=BACKBONE.replace("(4, 8)", "(4, 0)")
    )
    error = caught(SpecError, load_spec, path)
    assert [str(problem.location) for problem in error.diagnostics] == [f"{tmp_path}/base.py:7:107"]


@pytest.mark.parametrize(
    ("base", "code"),
    [
        ("'gone.py'", "missing-base"),
        ("'/dev/zero'", "bad-base"),
        ("'zero.py'", "missing-base"),
        ("'folder.py'", "missing-base"),
        ("'child.py'", "base-cycle"),
        ("'cycle.py'", "base-cycle"),
        ("'base.json'", "bad-base"),
        ("'mmdet::_base_/default_runtime.py'", "other-package"),
        ("'a\\x00b.py'", "missing-base"),
        ("'binary.py'", "missing-base"),
        ("'https://example.com/ok.py'", "bad-base"),
        ("['{{ fileDirname }}/ok.py']", "bad-base"),
        ("'broken.py'", "syntax"),
        ("3", "bad-base"),
        ("f()", "unreadable-code"),
        ("['ok.py', f()]", "unreadable-code"),
    ],
)
def test_bases_that_cannot_be_read(base: str, code: str, tmp_path: Path) -> None:
    path = files(
        tmp_path, child=f"x = 1\n_base_ = {base}\n", cycle="_base_ = 'child.py'\n", broken="x = (\n", ok="k = 1\n"
    )
    (tmp_path / "zero.py").symlink_to("/dev/zero")
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "binary.py").write_bytes(b"\xff\xfe")
    found = problem(path.read_text(), path)
    assert found.code == code
    assert code == "syntax" or "cycle" in base or found.location.line == 2


@pytest.mark.parametrize(
    ("base", "words", "remedy"),
    [
        (
            "https://example.com/a.py",
            "'https://example.com/a.py' is an address: nothing is fetched",
            "save that config",
        ),
        ("{{ fileDirname }}/a.py", "{{ fileDirname }} is a variable of mmengine's", "write the path itself"),
    ],
)
def test_a_base_that_is_no_path_is_quoted_as_it_is_written(base: str, words: str, remedy: str, tmp_path: Path) -> None:
    path = files(tmp_path, child=f"_base_ = [{base!r}]\n")
    found = problem(path.read_text(), path)
    assert words in found.message and remedy in found.remedy
    assert (found.location.line, found.location.column) == (1, 11)


REPEATED = [
    ("dict(a=1, |a=2)", "'a' stands here again, first on line 1: Python refuses the file"),
    ("dict(a=1, b=2,\n    |a=2)", "'a' stands here again, first on line 1: Python refuses the file"),
    ("f(g(a=1, b=dict(c=1, |c=1)))", "'c' stands here again, first on line 1: Python refuses the file"),
    ("{'a': 1, 'b': 2, |'a': 3}", "'a' stands here again, first on line 1: Python keeps the last"),
    ("{1: 1, |True: 3}", "true stands here again, first on line 1: Python keeps the last"),
    ("dict(é=1, |é=2)", "'é' stands here again, first on line 1: Python refuses the file"),
]


@pytest.mark.parametrize(("expression", "message"), REPEATED)
def test_a_key_that_stands_twice(expression: str, message: str) -> None:
    text = f"k = {expression}\n"
    before = text[: text.index("|")]
    (found,) = read_python(text.replace("|", ""), "config.py").diagnostics
    assert (found.code, found.message, found.remedy) == ("duplicate-key", message, "keep one of the two")
    place = (before.count("\n") + 1, len(before) - before.rfind("\n"))
    assert (found.location.source, found.location.line, found.location.column) == ("config.py", *place)


@pytest.mark.parametrize("expression", ["dict(a=1, b=dict(a=1))", "dict(a=1, **b, **b)", "{a: 1, a: 2, **b}", "{1: 0}"])
def test_a_key_that_stands_once_or_is_code(expression: str) -> None:
    assert read_python(f"a = 1\nb = dict(c=1)\nk = {expression}\n", "config.py").diagnostics == ()


def test_a_key_that_stands_twice_is_told_beside_what_else_is_wrong(tmp_path: Path) -> None:
    """Also that of a base, which is read twice and told of once."""
    base = BACKBONE.replace("(4, 8)", "(4, 0)").replace("type='HRNet',", "type='HRNet', type='HRNet',", 1)
    assert base.count("type='HRNet', type=") == 1
    path = files(tmp_path, child="_base_ = ['base.py', 'other.py']\n", base=base, other="_base_ = 'more.py'\n", more="")
    error = caught(SpecError, load_spec, path)
    assert [each.code for each in error.diagnostics] == ["duplicate-key", "too-small"]
    assert {each.location.source for each in error.diagnostics} == {f"{tmp_path}/base.py"}


def test_not_too_many_keys_that_stand_twice_are_told() -> None:
    text = f"k = dict({'a=1, ' * 60})\n"
    assert len(read_python(text, "config.py").diagnostics) == MOST_REPEATED


@pytest.mark.parametrize(
    "module", ["mmpose.configs.x", ".", ".gone"], ids=["another package", "a package itself", "not there"]
)
def test_new_style_bases_that_cannot_be_read(module: str, tmp_path: Path) -> None:
    path = files(tmp_path, child=f"with read_base():\n    from {module} import *\n")
    found = problem(path.read_text(), path)
    assert found.code in ("other-package", "missing-base")
    assert found.location.line == 2


def test_standard_input_has_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    text = b"_base_ = 'x.py'\n"
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(text)))
    error = caught(SpecError, load_spec, "-")
    assert error.diagnostics[0].code == "no-folder"
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(BACKBONE.encode())))
    assert load_spec("-").dialect == "mmlab"


def test_many_bases_are_refused(tmp_path: Path) -> None:
    """Each names the next one three times: 3^30 files if nobody counted."""
    for index in range(30):
        (tmp_path / f"b{index}.py").write_text(f"_base_ = ['b{index + 1}.py'] * 3\n")
    (tmp_path / "b30.py").write_text("x = 1\n")
    path = tmp_path / "b0.py"
    assert problem(path.read_text(), path).code == "too-many-bases"


BOMBS = {
    "doubling": "a = [0] * 1000\n" + "a = a + a\n" * 40,
    "nesting": "a = [0, 0]\n" + "a = [a, a]\n" * 60,
    "growing": "a = 'x' * 1000\n" + "a += a\n" * 40,
    "squaring": "a = 10 ** 20\n" + "a = a * a\n" * 100,
    "repeats": "a = [0] * 90_000\n" * 1000,
    "itself": "a = dict()\na['x'] = a\na['y'] = a\nb = [a] * 1000\n",
    "merging": "d = dict(x=1)\n" + "d = dict(a=d, b=d)\n" * 60,
    "calls": "a = [0] * 90_000\n" + "b = sum(a)\n" * 1000,
    "comprehension": "r = range(90_000)\nx = [[[1 for a in r] for b in r] for c in r]\n",
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_or_left_unread(name: str) -> None:
    error = caught(SpecError, read_python, BOMBS[name], "config.py")
    assert error is None or error.diagnostics[0].code == "too-large"


def chain(before: str, after: str = "") -> str:
    return f"x = {before * 40_000}1{after * 40_000}\n"


@pytest.mark.parametrize(
    "text",
    [
        *(
            chain("-"),
            chain("(", ")"),
            chain("[", "]"),
            chain("1+"),
            chain("not "),
            chain("lambda:"),
            chain("1 if 1 else "),
        ),
        *(chain("", ".b"), chain("", "[0]"), chain("", "()"), chain("2**"), chain("dict(a=", ")"), chain("1+\\\n")),
        "if 1:\n  x = 1\n" + "elif 1:\n  x = 1\n" * 20_000,
        "x = 'a' " + "'a' " * 70_000,
        "x = " + "{**" * 40_000,
        "x = f'" + "{" * 40_000,
        "x = '''" + "'" * 100_000,
        "x = 1\0\n",
        "x = '\ud800'\n",
        "x = " + "9" * 50_000,
        "x = (\n",
        "x = 1\n  y = 2\n",
        "x = 1\n" * 100_000,
    ],
    ids=range(24),
)
def test_texts_that_strain_the_parser(text: str) -> None:
    """In another process: without a guard some of them end the interpreter."""
    code = (
        "import sys\nfrom hrnet_cli.errors import SpecError\nfrom hrnet_cli.documents.python import read_python\n"
        "try:\n    read_python(sys.stdin.buffer.read().decode('utf-8', 'surrogatepass'), 'x.py')\n"
        "except SpecError as error:\n    print(error.diagnostics[0].code)\n"
    )
    data = text.encode("utf-8", "surrogatepass")
    done = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_nothing_is_executed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proof = tmp_path / "proof"
    path = files(
        tmp_path,
        child=f"""
_base_ = 'base.py'
import os, subprocess
from evil import *
os.system('touch {proof}')
open({str(proof)!r}, 'w').write('x')
__import__('pathlib').Path({str(proof)!r}).touch()
raise SystemExit(open({str(proof)!r}, 'w'))
x = [open({str(proof)!r}, 'w') for _ in range(1)]
y = f"{{open({str(proof)!r}, 'w')}}"
z = (lambda: open({str(proof)!r}, 'w'))()
assert open({str(proof)!r}, 'w')
class A(metaclass=print): b = open({str(proof)!r}, 'w')
@open({str(proof)!r}, 'w')
def f(a=open({str(proof)!r}, 'w')): pass
""",
        base=f"open({str(proof)!r}, 'w')\n{BACKBONE}",
        evil=f"open({str(proof)!r}, 'w')\n",
    )
    monkeypatch.syspath_prepend(tmp_path)
    load_spec(path)
    assert not proof.exists()
    assert "evil" not in sys.modules


@pytest.mark.parametrize("function", ["exec", "eval", "globals"])
def test_code_that_reaches_every_name_is_neither_run_nor_passed_over(function: str, tmp_path: Path) -> None:
    proof = tmp_path / "proof"
    text = f"_base_ = 'base.py'\nx = {function}(open({str(proof)!r}, 'w'))\n"
    found = problem(text, files(tmp_path, child=text, base=BACKBONE))
    assert (found.code, found.location.line) == ("unreadable-code", 2)
    assert not proof.exists()


def test_a_path_in_a_config_is_only_ever_read(tmp_path: Path) -> None:
    """A base outside of the folder is read as a config, and what it says is not quoted."""
    secret = tmp_path / "secret.py"
    secret.write_text("password: hunter2 hunter2\n")
    folder = tmp_path / "configs"
    folder.mkdir()
    for name in ("../secret.py", str(secret)):
        error = caught(SpecError, load_spec, files(folder, child=f"_base_ = {name!r}\n"))
        assert error.diagnostics[0].code == "syntax"
        assert "hunter2" not in str(error)


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


WORDS = (
    "x",
    "y",
    "=",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    ".",
    "dict",
    "_base_",
    "'a'",
    "1",
    "2.5",
    "*",
    "**",
    "+",
)
MORE = (
    "\n",
    "\n    ",
    "for",
    "in",
    "if",
    "else",
    "lambda",
    "def",
    "import",
    "from",
    "with",
    "del",
    "==",
    "f'{x}'",
    "-",
)
statements = st.lists(
    st.sampled_from([*STATEMENTS, "x = y = dict(a=[1, 2])\n", "x['a'] = x\n", "y += x\n"]), max_size=8
)


@given(
    st.lists(st.sampled_from(WORDS + MORE), max_size=40).map(" ".join) | statements.map("".join) | st.text(max_size=60)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    for config in (text, f"x = {text}\n", f"{BACKBONE}{text}\n"):
        looks_like_python(config)
        caught(SpecError, read_python, config, "config.py")
        caught(SpecError, parse_spec, config, "config.py")


@pytest.mark.parametrize(
    "product", ["[] * 10**19", "'' * 10**19", "10**19 * ()", "[1] * -(10**19)", "'a' * -(10**19)", "[1] * -1"]
)
def test_a_product_that_is_empty_however_often(product: str) -> None:
    assert len(value(f"x = {product}")["x"]) == 0
