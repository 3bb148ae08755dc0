"""Where specs come from, and the bounds on what is read."""

from __future__ import annotations

import io
import json
import os
import pickle
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support import caught

from hrnet_cli import load_spec
from hrnet_cli.dialects.table import recognise
from hrnet_cli.documents import read_text
from hrnet_cli.errors import Diagnostic, Location, SpecError, UnreadableError, UsageError
from hrnet_cli.sources import parse_input, parse_spec, preset_names, preset_path, read_source

STAGE = {"num_modules": 1, "num_branches": 1, "block": "BASIC", "num_blocks": [1], "num_channels": [1]}
BOUND = 1_000_000


def codes(source: Any) -> list[str]:
    error = caught(SpecError, load_spec, source)
    return [problem.code for problem in error.diagnostics]


def stdin(data: bytes) -> SimpleNamespace:
    return SimpleNamespace(buffer=io.BytesIO(data))


@pytest.mark.parametrize("name", preset_names())
def test_presets_by_both_their_names(name: str) -> None:
    assert load_spec(name) == load_spec(f"{name}.yaml") == load_spec(preset_path(name))


def test_a_spec_is_itself() -> None:
    spec = load_spec()
    assert load_spec(spec) is spec
    assert pickle.loads(pickle.dumps(spec)) == spec


def test_a_file_wins_over_a_preset_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "w32.yaml").write_text(json.dumps({"stage1": STAGE, "name": "mine"}))
    monkeypatch.chdir(tmp_path)
    assert load_spec("w32.yaml").name == "mine"
    assert load_spec("w32").name == "hrnet-w32"


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", stdin(b"\xef\xbb\xbfstage1: 1"))
    error = caught(SpecError, load_spec, "-")
    assert [str(problem.location) for problem in error.diagnostics] == ["<stdin>:1:9"]


def test_standard_input_that_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert codes("-") == ["empty"]


@pytest.mark.hostile
@pytest.mark.parametrize("character", ["x", "é", "😀"])
def test_a_long_text_is_refused_and_never_cut(character: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes are counted, and a character that the bound would split is no encoding error."""
    data = f"# {character * BOUND}\n".encode()
    path = tmp_path / "long.yaml"
    path.write_bytes(data)
    assert codes(path) == ["too-large"]
    monkeypatch.setattr(sys, "stdin", stdin(data))
    assert codes("-") == ["too-large"]


@pytest.mark.hostile
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes and devices")
def test_what_is_no_regular_file_is_refused_by_its_kind(tmp_path: Path) -> None:
    """A device may have no end, a pipe no beginning, and a process tells about itself in what looks like a file."""
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "link.yaml").symlink_to("/dev/zero")
    for name in ("/dev/zero", "/proc/self/environ", tmp_path / "pipe.yaml", tmp_path / "link.yaml"):
        if Path(name).exists():
            with pytest.raises(UnreadableError, match=f"cannot read '{name}': this is no regular file"):
                load_spec(name)


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="needs /dev/fd")
def test_a_pipe_that_is_open_already_is_read() -> None:
    """As a shell opens it: `hrnet-cli trace <(sed s/32/48/ w32.yaml)`."""
    reader, writer = os.pipe()
    os.write(writer, preset_path("w32").read_bytes())
    os.close(writer)
    assert load_spec(f"/dev/fd/{reader}") == load_spec("w32")
    os.close(reader)


@pytest.mark.parametrize("count", [17, 1_000, 100_000])
def test_too_many_stages_in_any_form(count: int, tmp_path: Path) -> None:
    stages = {f"stage{number}": STAGE if count == 17 else {} for number in range(1, count + 1)}
    assert codes(stages) == ["too-many-stages"]
    path = tmp_path / "many.json"
    path.write_text(json.dumps(stages))
    assert codes(path) == ["too-large" if count == 100_000 else "too-many-stages"]


def test_too_many_stages_just_below_the_bound_on_text() -> None:
    text = "\n".join(f"stage{number}:" for number in range(1, 80_001))
    assert BOUND * 0.9 < len(text) < BOUND
    error = caught(SpecError, parse_spec, text)
    assert [problem.code for problem in error.diagnostics] == ["too-large"]


def test_many_unknown_keys_are_named_up_to_a_point() -> None:
    found = caught(
        SpecError, load_spec, {"stage1": STAGE} | {f"key{number}": 0 for number in range(100_000)}
    ).diagnostics
    assert len(found) == 21
    assert found[-1].message == "99980 more unknown keys"


@pytest.mark.hostile
@pytest.mark.parametrize(
    "number",
    ["1:" * 400_000 + "1", "1:" * 300 + "1.5", "0x" + "f" * 500_000, "9" * 900_000, "1e999999"],
    ids=["sexagesimal", "sexagesimal-float", "hexadecimal", "decimal", "infinite"],
)
@pytest.mark.parametrize("place", ["in_channels: {}", "{}: 1", "input: [{}, 1]", "input: {}", "head: {{type: {}}}"])
def test_numbers_without_measure(number: str, place: str) -> None:
    assert caught(SpecError, parse_spec, place.format(f"? {number}\n" if place.startswith("{}") else number))


@pytest.mark.parametrize(
    "value",
    [10**5000, -(10**5000), float("inf"), (10**5000,), {10**5000: 1}, {1, 2}, b"x", object],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize("path", ["in_channels", "input", "name", "head", "published", "stage1", "multi_scale_output"])
def test_values_that_no_file_can_hold(value: Any, path: str) -> None:
    assert caught(SpecError, load_spec, {"stage1": STAGE, path: value, 10**5000: 1})


@pytest.mark.hostile
def test_a_mapping_that_holds_itself() -> None:
    spec: dict[str, Any] = {"stage1": STAGE}
    spec["head"] = spec["name"] = spec["input"] = spec
    assert sorted(codes(spec)) == ["bad-input", "missing-key", "wrong-type"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("w33", "\n  did you mean w32?"),
        ("zzzzz", "\n  `hrnet-cli presets` lists all presets"),
        ("hrnet_w32", "\n  did you mean det-w32? also similar: higher-w32, litehrnet30; `hrnet-cli presets` lists all"),
        ("", "SPEC is empty\n  name a spec file or a preset, or - for standard input"),
        ("W32", "did you mean w32?"),
        ("folder/w32", "no file and no preset 'folder/w32'"),
        ("../presets/w32", "no file and no preset"),
        ("w32.yaml.yaml", "no file and no preset"),
        ("a\0b", "'a\\x00b'"),
        ("x" * 5000, "cannot read"),
        (".", "is a folder"),
    ],
)
def test_names_of_nothing(name: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnreadableError) as error:
        read_source(name)
    assert words in str(error.value)


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "spec.yaml"
    path.touch()
    monkeypatch.setattr("hrnet_cli.sources.loading.read_bytes", refuse)
    with pytest.raises(UnreadableError, match="Permission denied"):
        load_spec(path)


def test_a_merged_mapping_is_reported_where_it_stands() -> None:
    text = f"base: &base {{num_modules: 1}}\nstage1:\n  <<: *base\nstage2: {json.dumps(STAGE)}\n"
    error = caught(SpecError, parse_spec, text)
    missing = [problem for problem in error.diagnostics if problem.code == "missing-key"]
    assert {(problem.location.line, problem.location.column) for problem in missing} == {(2, 1)}


W32_STAGE = "{num_modules: 1, num_branches: 2, block: BASIC, num_blocks: [4, 4], num_channels: [32, 64]}"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("stage1: {num_modules: x}", True),
        ("stage1: {num_module: x}", True),
        ("stage2: {blocks: BASIC}", True),
        ("stage1: {script: [make]}\nstage2: {script: [make], needs: stage1}", False),
        ("stages: [build]\nstage1: make", False),
        ("Stage1: {script: [make]}", False),
        ("MODEL: {NAME: pose_hrnet}", True),
        (f"MODEL: {{NAME: mine, EXTRA: {{STAGE2: {W32_STAGE.upper()}}}}}", True),
        (f"upsample: {{mode: bilinear}}\nstage1: {W32_STAGE}", True),
        ("model = build_model(args)", False),
        ("backbone = HRNet()", False),
        ("model = dict(backbone=build())", False),
        ("model = dict(backbone=dict(type=NAMES[0], extra=1))", False),
        ("model = dict(backbone=dict(type='HRNet', extra=make()))", True),
        ("model = dict(backbone=dict(type='mmpose.HRNet'))", True),
        ("from mmpose.models import HRNet\nmodel = dict(backbone=dict(type=HRNet))", True),
        ("model = build()\nbackbone = dict(type='HighResolutionNet')", True),
        ("backbone = dict(extra=dict(stage1=make()))", True),
        ("model = dict(backbone=dict(type='ResNet'))", False),
        ("[1, 2]", False),
    ],
)
def test_which_files_of_a_folder_are_meant(text: str, meant: bool) -> None:
    assert recognise(read_text(text, "found").value) is meant


def test_a_base_may_have_the_network(tmp_path: Path) -> None:
    (tmp_path / "base.py").write_text("model = dict(backbone=dict(type='HRNet', extra=make()))")
    mine = tmp_path / "mine.py"
    mine.write_text("_base_ = 'base.py'\nmodel = dict(train_cfg=build())")
    assert recognise(read_text(mine.read_text(), str(mine), mine).value)


@pytest.mark.parametrize("key", ["stage0", "stages", "stage", "Stage_1"])
def test_of_keys_that_are_equally_near_the_first_is_named(key: str) -> None:
    error = caught(SpecError, load_spec, {"stage1": STAGE, key: 1})
    assert [problem.remedy for problem in error.diagnostics] == ["did you mean stage1?"]


def test_a_problem_in_words() -> None:
    problem = Diagnostic(
        "too-small",
        ("stage1", "num_modules"),
        "0 is out of range",
        "allowed: 1 to 100",
        location=Location(3, 16, "a.yaml"),
    )
    assert str(problem) == "a.yaml:3:16: stage1.num_modules: 0 is out of range [too-small]\n  allowed: 1 to 100"
    assert str(Diagnostic("empty", (), "nothing")) == "nothing [empty]"


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("1x3x256x192", (1, 3, 256, 192)),
        ("3x256x192", (1, 3, 256, 192)),
        ("256x192", (1, 3, 256, 192)),
        (" 2X3×64 x 32 ", (2, 3, 64, 32)),
        ("1x1x256x192", (1, 1, 256, 192)),
    ],
)
def test_inputs(text: str, shape: tuple[int, ...]) -> None:
    assert parse_input(text, load_spec("w32")) == shape


@pytest.mark.parametrize(
    "text", ["", "256", "256x", "0x0", "1x3x0x192", "-1x3", "1x2x3x4x5", "1e3x1e3", "1000001x1", "٣x٣", "1.5x2", "axb"]
)
def test_inputs_that_are_none(text: str) -> None:
    with pytest.raises(UsageError, match=r"^input: ") as error:
        parse_input(text, load_spec("w32"))
    assert error.value.remedy


@pytest.mark.parametrize("text", ["'-1'", "'9999999999'", "'1e3'"])
def test_a_remedy_is_none_where_the_number_would_be_refused_too(text: str) -> None:
    error = caught(SpecError, parse_spec, f"in_channels: {text}\n")
    (remedy,) = (problem.remedy for problem in error.diagnostics if problem.dotted == "in_channels")
    assert remedy.startswith("write a whole number from 1 to ")
