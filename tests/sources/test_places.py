"""Stages that stand below other keys, and the place that a SPEC names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from python_configs import files
from support import caught

import hrnet_cli
from hrnet_cli import load_spec
from hrnet_cli.dialects.table import identify
from hrnet_cli.documents import read_text
from hrnet_cli.errors import SpecError, UnreadableError
from hrnet_cli.hrnet import standard_stages
from hrnet_cli.sources import parse_spec
from hrnet_cli.sources.loading import split_place
from hrnet_cli.sources.places import find_places
from hrnet_cli.text import dotted_path

W32, W48 = standard_stages(32), standard_stages(48)
UPPER = {key.upper(): {name.upper(): value for name, value in stage.items()} for key, stage in W48.items()}
AS_PYTHON = f"W32 = {W32!r}\nMODELS = {{'a': W32, 'b': {W48!r}}}\n"


def spec_of(config: Any) -> hrnet_cli.Spec:
    return load_spec(config)


@pytest.mark.parametrize(
    ("config", "place"),
    [
        ({"network": {"smplx": {"hrnet": W48}}}, "network.smplx.hrnet"),
        ({"a": [{"x": 1}, {"net": {**W48, "type": "hrnet", "img_size": 3}}]}, "a[1].net"),
        ({"a": {"backbone": {"type": "OwnHRNet", "extra": W48}}}, "a.backbone.extra"),
        ({"model": {"backbone": {"type": "UHRNet", "extra": W48}}}, "model.backbone.extra"),
        ({"cfg": {"EXTRA": UPPER}, "STAGE": 3}, "cfg"),
        ({"stage1": W48["stage1"], "cfg": W48}, "cfg"),
    ],
)
def test_the_one_place_is_read(config: dict[str, Any], place: str) -> None:
    spec = spec_of(config)
    assert spec.stages[-1].num_channels == (48, 96, 192, 384) and spec.head.type == "none"
    (part,) = find_places(read_text(repr(config).replace("'", '"')))
    assert dotted_path(part.root) == place
    assert any("not known" in note for note in spec.notes)


def test_what_is_said_is_at_most_a_note(tmp_path: Path) -> None:
    """Keys that our readers do not know may be read by the code around the stages."""
    stages = {**W48, "stage5": {"num_blocks": 1}, "unknown": 3, "num_joint": 1}
    path = files(tmp_path, config=f"net = dict(hrnet={stages!r})\n")
    check = hrnet_cli.check(str(path))
    assert {each.severity for each in check.findings} == {"note"} and check.findings[0].path == "net.hrnet"


def test_a_config_of_a_known_kind_below_other_keys(tmp_path: Path) -> None:
    config = {"hrnet_config": {"MODEL": {"NAME": "cls_hrnet", "EXTRA": UPPER, "ODD": 1}}}
    assert spec_of(config).head.type == "classification"
    findings = hrnet_cli.check(str(files(tmp_path, config=f"x = {config!r}\n"))).findings
    assert {each.severity for each in findings} == {"note"}


def test_an_own_spec_below_other_keys_is_read_as_one() -> None:
    document = {"nets": {"small": {**W32, "input": "64x64", "head": {"type": "heatmap", "num_joint": 3}}}}
    (problem,) = caught(SpecError, load_spec, document).diagnostics
    assert (problem.code, problem.dotted) == ("unknown-key", "nets.small.head.num_joint")


def test_several_places_are_listed_and_chosen(tmp_path: Path) -> None:
    path = files(tmp_path, config=AS_PYTHON)
    (problem,) = caught(SpecError, load_spec, path).diagnostics
    assert problem.message == "stages of an HRNet are found in several places: W32, MODELS.b"
    assert problem.remedy == f"choose one of them: {path}#W32"
    assert load_spec(f"{path}#W32").stages[-1].num_channels[0] == 32
    assert load_spec(f"{path}#MODELS.a") == load_spec(f"{path}#W32")
    assert load_spec(f"{path}#MODELS.b").stages[-1].num_channels[0] == 48
    assert [each.severity for each in hrnet_cli.check(f"{path}#MODELS.b").findings] == ["note"]


def test_a_place_that_is_not_there(tmp_path: Path) -> None:
    path = files(tmp_path, config=AS_PYTHON)
    error = caught(UnreadableError, load_spec, f"{path}#MODELS.c")
    assert str(error) == f"{path}: there is nothing at 'MODELS.c'\n  did you mean MODELS.a?"
    (finding,) = hrnet_cli.check(f"{path}#nothing").findings
    assert (finding.code, finding.source, finding.message) == ("HR001", str(path), "there is nothing at 'nothing'")


def test_a_file_whose_name_has_the_mark(tmp_path: Path) -> None:
    path = tmp_path / "a#b.py"
    path.write_text(f"net = {W32!r}\n", encoding="utf-8")
    assert split_place(str(path)) == (str(path), "") and split_place(f"{path}#net") == (str(path), "net")
    assert load_spec(path) == load_spec(f"{path}#net")
    assert split_place("\0#x") == ("\0", "x")


def test_a_part_of_the_stages_is_said_to_be_that() -> None:
    for stages in ({"STAGE1": UPPER["STAGE1"]}, {"STAGE2": {"NUM_CHANNELS": [48, 96]}, "STAGE3": {"NUM_BLOCKS": [1]}}):
        (problem,) = caught(SpecError, load_spec, {"net": {"hrnet": stages}}).diagnostics
        assert problem.code == "not-hrnet" and "only a part of a config" in problem.message
        (problem,) = caught(SpecError, load_spec, {"_BASE_": "x.yaml", "net": {"hrnet": stages}}).diagnostics
        assert problem.message == "the stages are only a part of a config: _BASE_: 'x.yaml' has the rest"


def test_a_wrong_stage_below_other_keys_is_said_where_it_is() -> None:
    wrong = {**W48, "stage3": {**W48["stage3"], "num_blocks": [4, 4]}}
    (problem,) = caught(SpecError, load_spec, {"net": {"hrnet": wrong}}).diagnostics
    assert (problem.code, problem.dotted) == ("wrong-length", "net.hrnet.stage3.num_blocks")


def test_in_a_folder_only_what_can_be_built_is_checked(tmp_path: Path) -> None:
    """Stages below other keys may belong to any program."""
    wrong = {**W48, "stage3": {**W48["stage3"], "num_blocks": [4, 4]}}
    files(tmp_path, wrong=f"net = {wrong!r}\n", several=AS_PYTHON, right=f"net = {W48!r}\n", part="n = dict(stage2={})")
    check = hrnet_cli.check(str(tmp_path))
    assert [Path(name).name for name in check.files] == ["right.py", "several.py"] and len(check.skipped) == 2
    assert [each.path for each in check.findings] == ["net", "W32", "MODELS.b"]


def test_every_network_of_a_file_is_checked(tmp_path: Path) -> None:
    """One that cannot be built costs the others nothing; named, it is an error with its place."""
    wrong = {**W48, "stage3": {**W48["stage3"], "num_blocks": [4, 4]}}
    path = files(tmp_path, config=f"a = {W32!r}\nb = {wrong!r}\nc = dict(d={W48!r}, e={W32!r})\nf = dict(g={W48!r})\n")
    found = {(each.path, each.severity) for each in hrnet_cli.check(str(path)).findings}
    assert found == {("a", "note"), ("b.stage3.num_blocks", "error"), ("c.d", "note")}
    assert {each.path for each in hrnet_cli.check(str(tmp_path)).findings} == {"a", "c.d"}
    (problem,) = caught(SpecError, load_spec, f"{path}#c").diagnostics
    assert problem.message == "stages of an HRNet are found in several places: c.d, c.e"
    assert load_spec(f"{path}#f") == load_spec(f"{path}#c.d")


def test_every_command_says_where_it_was_found() -> None:
    assert all(note.startswith("a.net: ") for note in spec_of({"a": {"net": W48}}).notes)


def test_a_network_of_another_kind_is_not_searched() -> None:
    config = {"model": {"backbone": {"type": "HRFormer", "extra": W48}}}
    (problem,) = caught(SpecError, load_spec, config).diagnostics
    assert problem.code == "not-hrnet" and "an HRFormer" in problem.message


def test_stages_that_are_variables_of_a_python_config() -> None:
    """`model` says what the config is: the network is the same as with the values written in place."""
    backbone = ", ".join(f"{key}={key}" for key in W32)
    text = "".join(f"{key} = {stage!r}\n" for key, stage in W32.items())
    variables = text + f"model = dict(type='TopDown', backbone=dict(type='HRNet', extra=dict({backbone})))\n"
    assert identify(read_text(variables).value) == "mmlab"
    in_place = {"model": {"type": "TopDown", "backbone": {"type": "HRNet", "extra": W32}}}
    assert parse_spec(variables) == load_spec(in_place)
    called = caught(SpecError, parse_spec, text + "model = build(stage1)\n").diagnostics
    assert [(each.code, each.dotted) for each in called] == [("unreadable-code", "model")]


def test_a_mapping_that_holds_itself_ends() -> None:
    config: dict[str, Any] = {"a": {}}
    config["a"]["b"] = config
    assert caught(SpecError, load_spec, config).diagnostics[0].code == "not-hrnet"


def test_what_would_be_said_for_the_authors_code_is_not_said_there(tmp_path: Path) -> None:
    """At the top of a file the unused fuse method is a warning; below other keys it may be read."""
    stages = {key: {**stage, "FUSE_METHOD": "CAT"} for key, stage in UPPER.items()}
    config = {"MODEL": {"NAME": "cls_hrnet", "IMAGE_SIZE": [224, 224], "EXTRA": stages}}
    top = files(tmp_path, config="".join(f"{key} = {value!r}\n" for key, value in config.items()))
    assert "HR104" in {each.code for each in hrnet_cli.check(str(top)).findings if each.fails}
    below = hrnet_cli.check(str(files(tmp_path, config=f"x = {config!r}\n"))).findings
    assert {each.code for each in below} == {"HR111"} and not any(each.fails for each in below)
