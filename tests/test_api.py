"""`import hrnet_cli` as a library: what it exports, and what it says to wrong arguments."""

from __future__ import annotations

import ast
import copy
import doctest
import inspect
import json
import pickle
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import commandline
import pytest
from commandline import ROOT, python

import hrnet_cli
from hrnet_cli import HrnetError, UnreadableError, UsageError
from hrnet_cli.hrnet import STAGE_FIELDS
from hrnet_cli.schema import StageSpec

FUNCTIONS = tuple(name for name in hrnet_cli.__all__ if name.islower())


# Names


def test_every_name_is_imported_from_where_type_checkers_find_it() -> None:
    tree = ast.parse((ROOT / "src" / "hrnet_cli" / "__init__.py").read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and str(node.module).count(".")]
    homes = {alias.name: node.module for node in imports for alias in node.names}
    assert set(homes) == set(hrnet_cli.__all__) and len(hrnet_cli.__all__) == len(set(hrnet_cli.__all__))
    for name, home in homes.items():
        assert home is not None
        assert getattr(hrnet_cli, name) is getattr(import_module(home), name)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'hrnet_cli' has no attribute 'flop'"):
        _ = hrnet_cli.flop
    assert set(hrnet_cli.__all__) < set(dir(hrnet_cli))


def test_importing_the_package_imports_nothing_else() -> None:
    code = "import sys, hrnet_cli; print([name for name in sys.modules if name.startswith(('hrnet_cli.', 'yaml'))])"
    assert python(code).out == "[]\n"


def test_check_can_be_called_whatever_was_imported_before() -> None:
    for first in ("", "import hrnet_cli.checking.run; ", "from hrnet_cli.checking import finding; "):
        code = f"{first}import hrnet_cli; print(hrnet_cli.check('w32').exit_code, hrnet_cli.check('w32').files)"
        assert python(code).out == "0 ('w32.yaml',)\n"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_documented(name: str) -> None:
    function = getattr(hrnet_cli, name)
    doc, signature = function.__doc__, inspect.signature(function)
    assert doc and doc.splitlines()[0].endswith(".")
    assert "Raises" in doc
    assert all(parameter.annotation is not parameter.empty for parameter in signature.parameters.values())


# Specs and inputs


def test_a_loaded_input_has_a_batch_and_channels() -> None:
    spec = hrnet_cli.load_spec("w32")
    assert spec.input == (1, 3, 256, 192)
    stages = {f"stage{number}": vars_of(stage) for number, stage in enumerate(spec.stages, 1)}
    assert hrnet_cli.load_spec(stages).input == (1, 3, 256, 192)
    assert hrnet_cli.load_spec({**stages, "in_channels": 1, "input": "64x96"}).input == (1, 1, 64, 96)


def vars_of(stage: StageSpec) -> dict[str, Any]:
    return {name: getattr(stage, name) for name in STAGE_FIELDS}


def test_an_input_error_is_the_diagnosis_that_the_command_prints() -> None:
    with pytest.raises(hrnet_cli.InputError) as caught:
        hrnet_cli.flops("w32", "250x250")
    result = commandline.call("flops", "w32", "--input", "250x250")
    assert f"error: {caught.value}\n" == result.err and "all multiples of 32" in result.err
    assert caught.value.failure.message in str(caught.value)


# Results

RESULTS: dict[str, Callable[[], Any]] = {
    "describe w32": lambda: hrnet_cli.describe(),
    "describe w32 --full": lambda: hrnet_cli.describe("w32", full=True),
    "trace w32": lambda: hrnet_cli.shapes(),
    "trace w48 -i 512x512 --modules --calls": lambda: hrnet_cli.shapes("w48", "512x512", modules=True, calls=True),
    "fuse w32 --stage 3": lambda: hrnet_cli.fuse("w32", stage=3),
    "flops w32": lambda: hrnet_cli.flops(),
    "flops w48 --by branch --convention fvcore": lambda: hrnet_cli.flops("w48", by="branch", convention="fvcore"),
    "diff w32 w48 --keys": lambda: hrnet_cli.diff("w32", "w48", keys=True),
    "presets --task pose": lambda: hrnet_cli.presets("pose"),
    "check w32 examples/broken.yaml": lambda: hrnet_cli.check("w32", "examples/broken.yaml"),
}


def check_result(line: str, result: Any) -> None:
    """A result prints what its command prints, in every way."""
    assert f"{result}\n" == commandline.call(*line.split()).out
    assert result.to_dict() == json.loads(commandline.call(*line.split(), "--format", "json").out)
    assert re.fullmatch(rf"{type(result).__name__}\(.{{4,100}}\)", repr(result))
    page = result._repr_html_()
    assert "<table>" in page or line.startswith(("fuse", "check")), "a table for a notebook"
    assert not callable(getattr(result, "count", None)) and not hasattr(result, "index")


@pytest.mark.slow
@pytest.mark.parametrize("line", RESULTS)
def test_a_result_is_what_its_command_prints(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    check_result(line, RESULTS[line]())


@pytest.mark.torch
def test_a_verification_is_what_its_command_prints(tmp_path: Path) -> None:
    stage = "{num_modules: 1, num_branches: 1, block: BASIC, num_blocks: [1], num_channels: [8]}"
    (tmp_path / "small.yaml").write_text(f"stage1: {stage}\ninput: 32x32\n")
    path = str(tmp_path / "small.yaml")
    check_result(f"verify {path} --modules", hrnet_cli.verify(path, modules=True))


def test_a_failed_trace_is_a_result_too() -> None:
    result = hrnet_cli.shapes("w32", "250x250")
    assert f"{result}\n" == commandline.call("trace", "w32", "-i", "250x250").out
    assert result.failure and repr(result.failure).startswith("Diagnosis(hrnet-w32, 1×3×250×250, ")
    assert str(result.failure) + "\n" == commandline.call("trace", "-i", "250x250").err.removeprefix("error: ")


def test_text_of_a_spec_is_not_markup_in_a_notebook() -> None:
    stages = {f"stage{number}": vars_of(stage) for number, stage in enumerate(hrnet_cli.load_spec().stages, 1)}
    page = hrnet_cli.flops({**stages, "name": "<script>x</script>"})._repr_html_()
    assert "<script" not in page and "&lt;script&gt;x" in page


def test_what_a_result_is_made_of_has_a_short_repr() -> None:
    trace = hrnet_cli.trace("w32")
    for value in (trace, trace.spec, trace.root, trace.calls[9], trace.spec.stages[0], hrnet_cli.convert("w32")):
        assert "\n" not in repr(value) and len(repr(value)) < 250


def test_the_example_of_the_package() -> None:
    assert doctest.testmod(hrnet_cli) == (0, 2)


def test_a_result_cannot_be_changed() -> None:
    result = hrnet_cli.flops()
    with pytest.raises(AttributeError):
        result.params = 0  # type: ignore[misc]


# Wrong arguments

NOT_A_SHAPE = "is not an input shape\n  write NxCxHxW, CxHxW or HxW"


def call(name: str, *arguments: Any, **options: Any) -> Any:
    return getattr(hrnet_cli, name)(*arguments, **options)


@pytest.mark.parametrize(
    ("name", "arguments", "options", "words"),
    [
        ("load_spec", (3,), {}, "expected a spec, found a whole number\n  pass the path of a file"),
        ("load_spec", (b"w32",), {}, "expected a spec, found "),
        ("build", (None,), {}, "expected a spec, found nothing"),
        ("build_torch", (None,), {}, "expected a spec, found nothing"),
        ("trace", (["w32"],), {}, "expected a spec, found a list"),
        ("describe", (3.5,), {}, "expected a spec, found a number"),
        ("shapes", (True,), {}, "expected a spec, found a boolean"),
        ("diff", ("w32", 5), {}, "expected a spec, found a whole number"),
        ("verify", (5,), {}, "expected a spec, found a whole number"),
        ("convert", (5,), {}, "expected a spec, found a whole number"),
        ("check", (5,), {}, "expected the name of a spec, found a whole number"),
        ("check", (["w32", "w48"],), {}, "pass files, folders and presets, each as an argument of its own"),
        ("trace", ("w32", 256), {}, f"256 {NOT_A_SHAPE}"),
        ("trace", ("w32", (256,)), {}, f"[256] {NOT_A_SHAPE}"),
        ("trace", ("w32", (1, 1, 3, 256, 192)), {}, f"[1, 1, 3, 256, 192] {NOT_A_SHAPE}"),
        ("flops", ("w32", (256.0, 192.0)), {}, f"[256.0, 192.0] {NOT_A_SHAPE}"),
        ("fuse", ("w32", (0, 0)), {}, "[0, 0] has a size that is out of range"),
        ("diff", ("w32", "w48", 256), {}, f"256 {NOT_A_SHAPE}"),
        ("trace", ("w32", (1, 4, 256, 192)), {}, "4 channels, but hrnet-w32 takes 3"),
        ("convert", ("w32", "caffe"), {}, "choose from yaml, json, official, timm, mmlab"),
        ("check", (), {"select": "HR5"}, "select: expected a list, found a string, 'HR5'"),
        ("check", (), {"select": ["x"], "max_params": "many"}, "max_params: 'many' is not an amount"),
        ("check", ("w32",), {"jobs": -1}, "jobs: -1 is not a number of processes"),
        ("trace", ("w32",), {"engine": "jax"}, "engine: 'jax' is not a choice\n  choose from shapes, torch"),
        ("check", ("w32",), {"dialect": "caffe"}, "dialect: "),
        ("check", ("w32",), {"jobs": True}, "jobs: true is not a number of processes"),
        ("describe", (), {"full": "nope"}, "full: 'nope' is neither True nor False"),
        ("describe", (), {"stage": True}, "there is no stage true"),
        ("describe", (), {"depth": True}, "there is no depth true"),
        ("shapes", (), {"calls": []}, "calls: [] is neither True nor False"),
        ("diff", ("w32", "w48"), {"keys": 3}, "keys: 3 is neither True nor False"),
        ("flops", (hrnet_cli.trace("w32"),), {"engine": "torch"}, "the trace was made by the engine shapes"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_argument_is_a_usage_error(
    name: str, arguments: tuple[Any, ...], options: dict[str, Any], words: str
) -> None:
    with pytest.raises(UsageError) as caught:
        call(name, *arguments, **options)
    assert words in str(caught.value)


def test_shapes_are_taken_as_text_or_as_numbers() -> None:
    shapes: tuple[Any, ...] = ("1x3x64x96", (1, 3, 64, 96), [64, 96], (3, 64, 96), "64x96")
    for shape in shapes:
        assert hrnet_cli.trace("w32", shape).input == (1, 3, 64, 96)


JUNK: tuple[Any, ...] = (3, -1, 2.5, "x", "", b"x", [], {}, (1, 2, 3, 4, 5), object(), float("nan"), 10**40)
NEEDED = {"check": ("w32",), "diff": ("w32", "w48")}


@pytest.mark.torch
@pytest.mark.parametrize("name", FUNCTIONS)
def test_junk_is_an_hrnet_error_or_does_nothing(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each parameter in turn, but for those that are true or false."""
    monkeypatch.chdir(tmp_path)
    for parameter in inspect.signature(getattr(hrnet_cli, name)).parameters.values():
        for junk in JUNK if parameter.annotation != "bool" else ():
            arguments, options = NEEDED.get(name, ()), {parameter.name: junk}
            if parameter.kind is parameter.VAR_POSITIONAL:
                arguments, options = (junk,), {}
            elif parameter.name in ("before", "after"):
                arguments, options = (junk, "w32"), {}
            try:
                call(name, *arguments, **options)
            except HrnetError as error:
                assert "\n  " in str(error), "a remedy"  # noqa: PT017


# Errors


@pytest.mark.parametrize(
    "fails",
    [
        lambda: hrnet_cli.trace("w32", "250x250"),
        lambda: hrnet_cli.load_spec({"stage1": 3}),
        lambda: hrnet_cli.load_spec("no such file"),
        lambda: hrnet_cli.flops("w32", by="x"),
    ],
)
def test_an_error_survives_pickling_and_copying(fails: Callable[[], Any]) -> None:
    """Processes of a pool send it to their caller."""
    with pytest.raises(HrnetError) as raised:
        fails()
    for error in (pickle.loads(pickle.dumps(raised.value)), copy.copy(raised.value)):
        assert type(error) is type(raised.value) and str(error) == str(raised.value)


def test_rules_may_be_any_iterable() -> None:
    chosen = (code for code in ("HR405",))
    assert hrnet_cli.check("cls-w18", ignore=chosen).findings == ()
    assert [each.code for each in hrnet_cli.check("cls-w18", select=dict.fromkeys(["HR405"]).keys()).findings] == [
        "HR405"
    ]


DEFAULTS: dict[str, dict[str, Any]] = {
    "check": {"jobs": 1},
    "describe": {"spec": "w32", "input": None, "engine": "shapes", "depth": None, "stage": None, "full": False},
    "diff": {"keys": False},
    "flops": {"spec": "w32", "by": "stage", "convention": "macs"},
    "fuse": {"spec": "w32", "stage": None, "module": None},
    "trace": {"input": None, "engine": "shapes"},
}


@pytest.mark.parametrize("name", DEFAULTS)
def test_the_defaults_of_a_function(name: str) -> None:
    parameters = inspect.signature(getattr(hrnet_cli, name)).parameters
    assert {key: parameters[key].default for key in DEFAULTS[name]} == DEFAULTS[name]


def test_a_lock_file_that_is_asked_for_is_read() -> None:
    with pytest.raises(UnreadableError, match=r"nosuch\.lock"):
        hrnet_cli.check("w32", lock="nosuch.lock")
