"""A Python config and its bases: merged as mmengine merges them, bounded, and never run."""

from __future__ import annotations

import ast
import io
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_configs import BACKBONE, STATEMENTS, files, problem, read, value
from support import caught, count_calls

from hrnet_cli import load_spec
from hrnet_cli.documents.python import looks_like_python, read_python
from hrnet_cli.documents.python.files import MAX_CHARACTERS_OF_ALL, MAX_DUPLICATES, parse
from hrnet_cli.documents.python.values import MAX_STEPS, Unread
from hrnet_cli.errors import SpecError
from hrnet_cli.sources import parse_spec


def test_bases_are_merged_as_mmengine_does(tmp_path: Path) -> None:
    path = files(
        tmp_path,
        child="_base_ = './base.py'\nm = dict(a=2, new=dict(x=1), gone=dict(_delete_=True, q=3), l=[3])\n"
        "n = _base_.m.b.c\n"
        "u = {{_base_.m.l}}\nv = _base_['m']['a']\n",
        base="m = dict(a=1, b=dict(c=[4], d=5), gone=dict(p=1), l=[1, 2])\nkept = 7\n",
    )
    merged = {"a": 2, "b": {"c": [4], "d": 5}, "gone": {"q": 3}, "l": [3], "new": {"x": 1}}
    assert read(path) == {"m": merged, "kept": 7, "n": [4], "u": [1, 2], "v": 1}


@pytest.mark.parametrize("text", ["'{{_base_.m}}'", "'is {{_base_.m}}'", "'{{ fileDirname }}'", "{{_base_.gone}}"])
def test_what_mmengine_replaces_in_a_text_is_unread(text: str, tmp_path: Path) -> None:
    path = files(tmp_path, child=f"_base_ = 'base.py'\nx = {text}\n", base="m = 1\n")
    x = read(path)["x"]
    assert isinstance(x, Unread) and x.location.line == 2


def test_bases_of_bases_in_folders(tmp_path: Path) -> None:
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


@pytest.mark.parametrize(
    "change", ["_base_.m.x = d", "_base_.m.update(x=d)", "_base_.m.x = [d]", "_base_.m.merge(dict(x=d))"]
)
def test_a_dict_of_the_base_takes_a_copy(change: str, tmp_path: Path) -> None:
    """As ConfigDict does: what is changed afterwards in the dict that was stored is not changed in the base."""
    child = f"_base_ = 'base.py'\nd = dict(k=1)\n{change}\nd['k'] = 2\n"
    made = read(files(tmp_path, child=child, base="m = dict(x=0)\n"))
    assert made["d"] == {"k": 2}
    assert made["m"] in ({"x": {"k": 1}}, {"x": [{"k": 1}]})


def test_a_dict_of_the_base_keeps_another_dict_of_the_base(tmp_path: Path) -> None:
    child = "_base_ = 'base.py'\n_base_.m.x = [_base_.n]\n_base_.n.k = 2\n"
    assert read(files(tmp_path, child=child, base="m = dict()\nn = dict(k=1)\n"))["m"] == {"x": [{"k": 2}]}


def test_what_mmengine_refuses_to_merge_is_unread(tmp_path: Path) -> None:
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
    assert made["kk"] == 5 and "l" not in made and "read_base" not in made


def test_imports_of_a_base_come_with_its_names(tmp_path: Path) -> None:
    child = "with read_base():\n    from .base import *\nmodel.update(backbone=dict(type=HRNet))\n"
    base = "from mmpose.models import HRNet\nmodel = dict(backbone=dict(type='X'))\n"
    assert read(files(tmp_path, child=child, base=base)) == {"model": {"backbone": {"type": "HRNet"}}}


@pytest.mark.parametrize("name", ["gone", "f()", "1 < 2"])
def test_a_deletion_that_is_not_known_is_unread(name: str, tmp_path: Path) -> None:
    path = files(tmp_path, child=f"_base_ = 'base.py'\nm = dict(_delete_={name}, b=2)\n", base="m = dict(a=1)\n")
    assert isinstance(read(path)["m"], Unread)


def test_an_error_names_the_base_that_it_is_in(tmp_path: Path) -> None:
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
        ("[['ok.py']]", "bad-base"),
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
    ("base", "words"), [("[['a.py']]", "a list"), ("dict(a=1)", "a mapping"), ("[('a.py',)]", "a list"), ("3", "3")]
)
def test_what_a_base_is_instead_of_a_path(base: str, words: str, tmp_path: Path) -> None:
    path = files(tmp_path, child=f"_base_ = {base}\n")
    assert problem(path.read_text(), path).message == f"{words} is no path of a config"


@pytest.mark.parametrize(
    ("base", "words", "remedy"),
    [
        (
            "https://example.com/a.py",
            "'https://example.com/a.py' is an address: nothing is fetched",
            "save that config",
        ),
        ("{{ fileDirname }}/a.py", "{{ fileDirname }} is a variable of mmengine", "write the path itself"),
    ],
)
def test_a_base_that_is_no_path_is_quoted_as_it_is_written(base: str, words: str, remedy: str, tmp_path: Path) -> None:
    path = files(tmp_path, child=f"_base_ = [{base!r}]\n")
    found = problem(path.read_text(), path)
    assert words in found.message and remedy in found.remedy
    assert (found.location.line, found.location.column) == (1, 11)


DUPLICATES = [
    ("dict(a=1, |a=2)", "duplicate key 'a', first on line 1: Python refuses the file"),
    ("dict(a=1, b=2,\n    |a=2)", "duplicate key 'a', first on line 1: Python refuses the file"),
    ("f(g(a=1, b=dict(c=1, |c=1)))", "duplicate key 'c', first on line 1: Python refuses the file"),
    ("{'a': 1, 'b': 2, |'a': 3}", "duplicate key 'a', first on line 1: Python keeps the last"),
    ("{1: 1, |True: 3}", "duplicate key true, first on line 1: Python keeps the last"),
    ("dict(é=1, |é=2)", "duplicate key 'é', first on line 1: Python refuses the file"),
]


@pytest.mark.parametrize(("expression", "message"), DUPLICATES)
def test_a_duplicate_key(expression: str, message: str) -> None:
    text = f"k = {expression}\n"
    before = text[: text.index("|")]
    (found,) = read_python(text.replace("|", ""), "config.py").diagnostics
    assert (found.code, found.message, found.remedy) == ("duplicate-key", message, "keep one of the two")
    place = (before.count("\n") + 1, len(before) - before.rfind("\n"))
    assert (found.location.source, found.location.line, found.location.column) == ("config.py", *place)


@pytest.mark.parametrize("expression", ["dict(a=1, b=dict(a=1))", "dict(a=1, **b, **b)", "{a: 1, a: 2, **b}", "{1: 0}"])
def test_a_key_that_is_written_once_or_is_code(expression: str) -> None:
    assert read_python(f"a = 1\nb = dict(c=1)\nk = {expression}\n", "config.py").diagnostics == ()


def test_duplicate_keys_are_reported_with_what_else_is_wrong(tmp_path: Path) -> None:
    """Also that of a base."""
    base = BACKBONE.replace("(4, 8)", "(4, 0)").replace("type='HRNet',", "type='HRNet', type='HRNet',", 1)
    assert base.count("type='HRNet', type=") == 1
    path = files(tmp_path, child="_base_ = ['base.py', 'other.py']\n", base=base, other="_base_ = 'more.py'\n", more="")
    error = caught(SpecError, load_spec, path)
    assert [each.code for each in error.diagnostics] == ["duplicate-key", "too-small"]
    assert {each.location.source for each in error.diagnostics} == {f"{tmp_path}/base.py"}


def test_duplicate_keys_are_reported_up_to_a_bound() -> None:
    text = f"k = dict({'a=1, ' * 60})\n"
    assert len(read_python(text, "config.py").diagnostics) == MAX_DUPLICATES


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


@pytest.mark.hostile
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
    "repeats": "a = [0] * 9_000\n" * 1000,
    "itself": "a = dict()\na['x'] = a\na['y'] = a\nb = [a] * 1000\n",
    "merging": "d = dict(x=1)\n" + "d = dict(a=d, b=d)\n" * 60,
    "calls": "a = [0] * 9_000\n" + "b = sum(a)\n" * 1000,
    "names in a loop": "for i in x:\n" + " i.a = 1\n" * 4_000,
    "no ASCII": "a = ['é', " + "0," * 45_000 + "]\n",
    "no ASCII, short of the bound": "a = ['é', " + "0, " * 9_000 + f"'{'é' * 60_000}']\n",
    "names in comprehensions": "".join(f"n{i} = 0\n" for i in range(2000))
    + "a = [0] * 9000\nb = [[0 for y in []] for x in a]\n",
    "slices": "a = [0] * 9000\n" + "".join(f"b{i} = a[:]\n" for i in range(600)),
    "calls with slices": "a = [0] * 9000\n" + "b = a[:];g(b)\n" * 600,
    "skipped code in a comprehension": f"a = [f({'x, ' * 10_000}) for i in range(900)]\n",
    "a set in a comprehension": f"a = [{{{{{'_base_, ' * 4_000}}}}} for i in range(900)]\n",
    "f-string": "a = 'x' * 100_000\nb = f'" + "{a}" * 5000 + "'\n",
    "power": "a = 10 ** 11\nb = a ** 100\n",
    "unread values": "a = f()\n" + "a = [a, g(a)]\n" * 2000,
    "lambdas": "x = " + "lambda: [" * 50 + "y, " * 8_000 + "]" * 50 + "\n",
    "ranges": "a = range(9_000)\n" * 2_000,
    "kept texts": "s = 'x' * 99_990\n" + "".join(f"b{i} = s + '{i}'\n" for i in range(5_000)),
    "texts as keys": "s = 'x' * 99_990\na = {}\n" + "a[s * 1] = 1\n" * 5_000,
    "skipped code in skipped code": "x = " + "1 + (" * 60 + "f(" + "y, " * 30_000 + ")" + ")" * 60 + "\n",
    "setattr in setattr": "from yacs.config import CfgNode as C\nf("
    + "setattr(" * 80
    + "x, " * 15_000
    + ")" * 81
    + "\n",
    "many classes": "".join(f"from yacs.config import CfgNode as C{i}\n" for i in range(1_500)) + "f()\n" * 5_000,
    "names and calls": "".join(f"n{i} = []\n" for i in range(3_000)) + "f()\n" * 9_000,
    "comprehension": "r = range(9_000)\nx = [[[1 for a in r] for b in r] for c in r]\n",
}


@pytest.mark.hostile
@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_or_left_unread(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Followed, a bomb makes many millions of calls; a step of the reader makes a few hundred at most."""
    monkeypatch.setattr("hrnet_cli.documents.python.values.MAX_STEPS", MAX_STEPS // 10)
    errors = []
    count = count_calls(lambda: errors.append(caught(SpecError, read_python, BOMBS[name], "config.py")))
    assert count < 80 * MAX_STEPS + 60 * len(BOMBS[name])
    (error,) = errors
    assert error is None or error.diagnostics[0].code == "too-large"


@pytest.mark.hostile
def test_all_bases_together_have_a_bound(tmp_path: Path) -> None:
    """Of characters, whether code or not, and of names, whether they are there or not."""
    names = [f"b{index}.py" for index in range(1_000)]
    path = files(tmp_path, child=f"_base_ = {names}\n", **{f"b{index}": "#" * 99_999 for index in range(5)})
    found = problem(path.read_text(), path)
    assert (found.code, found.location.line, found.location.column) == ("too-large", 1, 20)  # the second
    assert f"{MAX_CHARACTERS_OF_ALL:,}" in found.remedy
    path = files(tmp_path, other=f"_base_ = {names[5:]}\n")
    assert problem(path.read_text(), path).code == "too-many-bases"


def test_a_base_is_parsed_once_whatever_it_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "d").mkdir()
    names = ["base.py", "d/../base.py", "./d/.././base.py"]
    path = files(tmp_path, child=f"_base_ = {names}\n", base="_base_ = 'more.py'\n", more="k = 1\n")
    parsed: list[str] = []

    def count(text: str, source: str) -> ast.Module:
        parsed.append(source)
        return parse(text, source)

    monkeypatch.setattr("hrnet_cli.documents.python.files.parse", count)
    read(path)
    assert len(parsed) == 3


@pytest.mark.hostile
@pytest.mark.parametrize("base", ["0x" + "f" * 50_000, "['x' * 90_000 + '.py']", "1.5", "[[]]"])
def test_a_base_of_another_kind_is_refused(base: str, tmp_path: Path) -> None:
    path = files(tmp_path, child=f"_base_ = {base}\n")
    assert problem(path.read_text(), path).code in ("bad-base", "missing-base", "unreadable-code")


@pytest.mark.hostile
def test_a_config_that_makes_too_many_values_is_refused_at_its_statement() -> None:
    text = f"x = 1\ny = [{'0, ' * MAX_STEPS}]\n"
    found = problem(text)
    assert (found.code, found.location.line) == ("too-large", 2)
    assert f"{MAX_STEPS:,}" in found.message


@pytest.mark.hostile
@pytest.mark.parametrize("child", ["a = dict(z=1)\n", "a = dict()\n" + "a = dict(a=a)\n" * 2000])
def test_a_base_that_nests_deeply_is_refused_or_left_unread(child: str, tmp_path: Path) -> None:
    base = "a = dict()\n" + "a = dict(a=a)\n" * 2000
    path = files(tmp_path, child=f"_base_ = 'base.py'\n{child}", base=base)
    error = caught(SpecError, read, path)
    assert error is None or error.diagnostics[0].code == "too-deep"
    assert error is None or error.diagnostics[0].location.source


@pytest.mark.hostile
def test_a_list_that_holds_itself_is_read() -> None:
    assert value("pipeline = []\npipeline.append(build(pipeline))\nx = []\nx.append(x)\n")["x"]


def test_a_syntax_error_has_a_column() -> None:
    assert problem("if stage1:\n if b:\nc = 1\n").location.column == 1


def chain(before: str, after: str = "") -> str:
    return f"x = {before * 40_000}1{after * 40_000}\n"


@pytest.mark.hostile
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


@pytest.mark.hostile
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


@pytest.mark.hostile
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


@pytest.mark.hostile
@given(
    st.lists(st.sampled_from(WORDS + MORE), max_size=40).map(" ".join) | statements.map("".join) | st.text(max_size=60)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    for config in (text, f"x = {text}\n", f"{BACKBONE}{text}\n"):
        looks_like_python(config)
        caught(SpecError, read_python, config, "config.py")
        caught(SpecError, parse_spec, config, "config.py")
