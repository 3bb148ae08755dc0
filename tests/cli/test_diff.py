"""`hrnet-cli diff` as a person and as a pull request reads it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from commandline import call, is_a_message

import hrnet_cli
from hrnet_cli.sources import preset_path

W32 = preset_path("w32").read_text()


@pytest.fixture
def mine(tmp_path: Path) -> str:
    path = tmp_path / "mine.yaml"
    path.write_text(W32.replace("num_joints: 17", "num_joints: 21"))
    return str(path)


def test_the_report(mine: str) -> None:
    result = call("diff", "w32", mine)
    assert (result.code, result.err) == (0, "")
    assert (
        result.out
        == f"""\
w32 → {mine}

input        1×3×256×192
params       28,536,113 → 28,536,245 (+132, +0.0005%)
MACs         7,645,003,776 → 7,645,396,992 (+393,216, +0.0051%)
activations  19,115,520 → 19,127,808 (+12,288, +0.0643%)
output       1×17×64×48 → 1×21×64×48
state dict   a checkpoint of w32 loads into {mine} except for 2 reshaped keys; 1,752 of 1,754 are kept
load_state_dict(strict=False) ignores added and removed keys, and raises on reshaped ones

changed          before  after
head.num_joints  17      21

params  before  after  difference
head       561    693        +132  +23.5%

MACs  before   after  difference
head  1.671M  2.064M     +393.2k  +23.5%

activations  before   after  difference
head         52.22k  64.51k     +12.29k  +23.5%

keys below             keys
final_layer  reshaped     2
"""
    )


def test_in_a_pull_request(mine: str) -> None:
    out = call("diff", "w32", mine, "--format", "markdown").out
    assert "| changed | before | after |\n| --- | --- | --- |\n| head.num\\_joints | 17 | 21 |" in out
    assert (
        "| params | before | after | difference |  |\n| --- | ---: | ---: | ---: | ---: |\n| head | 561 | 693 |" in out
    )
    assert "| final\\_layer | reshaped | 2 |" in out


def test_stages_and_branches() -> None:
    lines = call("diff", "w32", "w48").out.splitlines()
    for line in (
        "stage4.num_channels  32, 64, 128, 256  48, 96, 192, 384",
        "stage 4       20.41M  45.89M     +25.49M  +124.9%",
        "branch 3      14.17M  31.87M     +17.70M  +124.9%",
        "branch 0  stages 2–4  32×64×48   48×64×48",
        "branch 3  stage 4     256×8×6    384×8×6",
        "stage4              reshaped   655",
    ):
        assert line in lines, line
    assert not [line for line in lines if line.startswith("stem")]


def test_a_removed_stage(tmp_path: Path) -> None:
    path = tmp_path / "three.yaml"
    path.write_text("\n".join(line for line in W32.splitlines() if not line.startswith("stage4")))
    out = call("diff", "w32", str(path)).out
    assert "stage4   num_modules 3, num_branches 4, block BASIC, num_blocks [4, 4, 4, 4], " in out
    assert "branch 3  stage 4  256×8×6    none" in out
    assert "stage 4       20.41M       0     -20.41M  -100.0%" in out
    back = call("diff", str(path), "w32").out
    assert "stage 4            0  20.41M     +20.41M\n" in back


def test_keys_lists_every_key(mine: str) -> None:
    assert call("diff", "w32", mine, "--keys").out.endswith(
        "\n\nkey                           before     after\n"
        "final_layer.weight  reshaped  17×32×1×1  21×32×1×1\n"
        "final_layer.bias    reshaped  17         21\n"
    )
    lines = call("diff", "w32", "higher-w32", "--keys").out.splitlines()
    assert ["final_layer.bias", "removed", "17", "none"] in [line.split() for line in lines]
    assert lines[-1].split() == ["deconv_layers.0.4.0.bn2.num_batches_tracked", "added", "none", "a", "number"]
    assert json.loads(call("diff", "w32", mine, "-f", "json").out)["state_dict"]["keys"] is None


def test_the_same_network(tmp_path: Path) -> None:
    assert call("diff", "w32", "w32").out.splitlines()[:2] == ["w32 → w32", "the same network"]
    path = tmp_path / "mine.yaml"
    path.write_text(W32.replace("name: hrnet-w32", "name: mine"))
    for arguments in ([], ["--exit-code"]):
        result = call("diff", "w32", str(path), *arguments)
        assert result.code == 0
        assert result.out.splitlines()[1] == "the same network, under the names hrnet-w32 and mine"
    assert "a checkpoint of w32 loads into w32.yaml: all 1,754 keys are kept" in call("diff", "w32", "w32.yaml").out


def test_the_same_keys_and_another_function(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(f"{W32}\nupsampling: {{mode: bilinear}}\nbatch_norm: {{eps: 1e-3}}\n")
    out = call("diff", "w32", str(path)).out
    assert "all 1,754 keys are kept" in out
    note = "the same weights compute another function, because no state dict stores this: "
    assert f"\n{note}upsampling mode, BatchNorm2d eps\n" in out
    assert "the same network" not in out
    assert "another function" not in call("diff", "w32", "cls-w32").out


def test_exit_codes(mine: str) -> None:
    assert call("diff", "w32", mine).code == 0
    result = call("diff", "w32", mine, "--exit-code")
    assert result.code == 1 and result.out == call("diff", "w32", mine).out
    assert call("diff", "w32", "w32", "--exit-code").code == 0


def test_different_inputs_are_noted() -> None:
    note = "each network is counted at its own input: --input compares both at one"
    own = call("diff", "w32", "w32-384x288").out
    assert note in own and "1×3×256×192 → 1×3×384×288" in own
    at_one = call("diff", "w32", "w32-384x288", "--input", "256x256").out
    assert note not in at_one and "the same network" in at_one


def test_an_input_that_cannot_go_through_is_diagnosed(mine: str) -> None:
    result = call("diff", "cls-w32", mine, "--input", "250x250")
    assert is_a_message(result) and "cannot go through cls-w32 (hrnet-w32-c)" in result.err
    result = call("diff", "face-w18", mine, "--input", "250x250")
    assert is_a_message(result) and f"cannot go through {mine} (hrnet-w32)" in result.err
    assert "multiples of 32" in result.err
    assert "\x1b[" in call("diff", "w32", mine, "-i", "250x250", "--color", "always").err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["w32"], ["Missing argument 'B'"]),
        (["-", "-"], ["standard input can be read only once"]),
        (["w32", "w33"], ["no file and no preset 'w33'"]),
        (["w32", "w48", "--input", "1x4x64x64"], ["4 channels, but hrnet-w32 takes 3"]),
        (["w32", "w48", "--format", "github"], ["--format"]),
    ],
)
def test_bad_usage(arguments: list[str], words: list[str]) -> None:
    result = call("diff", *arguments)
    assert is_a_message(result) and all(word in result.err for word in words)


def test_from_standard_input(mine: str) -> None:
    result = call("diff", "w32", "-", stdin=Path(mine).read_bytes())
    assert result.out.startswith("w32 → -\n") and "head.num_joints  17      21" in result.out


def test_json_is_raw(mine: str) -> None:
    report = json.loads(call("diff", "w32", mine, "--format", "json").out)
    assert (report["schema_version"], report["command"], report["same"]) == (2, "diff", False)
    assert report["total"]["params"] == {"before": 28_536_113, "after": 28_536_245, "difference": 132}
    assert report["changes"] == [{"path": "head.num_joints", "before": 17, "after": 21}]
    assert report["state_dict"]["groups"] == [{"path": ["final_layer"], "change": "reshaped", "keys": 2}]


def test_formats_and_files(mine: str, tmp_path: Path) -> None:
    assert "<svg" in call("diff", "w32", mine, "--format", "svg").out
    path = tmp_path / "report.md"
    assert call("diff", "w32", mine, "-f", "markdown", "-o", str(path)) == (0, "", "")
    assert path.read_text() == call("diff", "w32", mine, "-f", "markdown").out


def test_notes_of_readers_name_the_spec(tmp_path: Path) -> None:
    path = tmp_path / "their.yaml"
    text = call("convert", "timm:hrnet_w18_small", "--to", "timm").out
    path.write_text(text.replace("fuse_method: SUM", "fuse_method: CAT", 1))
    result = call("diff", "timm:hrnet_w18_small", str(path))
    assert f"note: {path}: stage1.fuse_method" in result.err


def test_the_name_of_a_file_stays_on_its_line_of_a_note(tmp_path: Path) -> None:
    path = tmp_path / "a\n::warning::\x1b[31m.yaml"
    text = call("convert", "timm:hrnet_w18_small", "--to", "timm").out
    path.write_text(text.replace("fuse_method: SUM", "fuse_method: CAT", 1))
    err = call("diff", "timm:hrnet_w18_small", str(path)).err
    assert "a␊::warning::␛[31m.yaml: stage1.fuse_method" in err
    assert all(line.startswith("note: ") for line in err.splitlines()) and "\x1b" not in err


def test_half_a_character_in_a_name_is_no_json(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff.yaml")
    path.write_text(W32)
    result = call("diff", str(path), "w32", "-f", "json", "-o", str(tmp_path / "out.json"))
    assert result.code == 0
    assert json.loads((tmp_path / "out.json").read_bytes())["before"]["source"].endswith("?.yaml")


@pytest.mark.parametrize("arguments", [["w32", "w48"], ["w32", "higher-w32"], ["w32", "det-w32", "--keys"]])
def test_at_80_columns(arguments: list[str]) -> None:
    out = call("diff", *arguments, env={"COLUMNS": "80"}).out
    assert max(map(len, out.splitlines())) <= 80
    assert "\x1b" not in out


def test_colours_are_asked_for(mine: str) -> None:
    coloured = call("diff", "w32", mine, "--color", "always").out
    lines = re.sub(r"\x1b\[[0-9;]*m", "", coloured).splitlines()
    assert "\x1b[" in coloured and [line.rstrip() for line in lines] == call("diff", "w32", mine).out.splitlines()


def test_names_are_data(tmp_path: Path) -> None:
    path = tmp_path / "\x1b[31m|x|.yaml"
    path.write_text(yaml.safe_dump({**yaml.safe_load(W32), "name": "[bold]|loud|"}))
    for format in ("text", "markdown", "json"):
        out = call("diff", "w32", str(path), "--format", format).out
        assert "\x1b" not in out
        assert format == "markdown" or "[bold]|loud|" in out


@pytest.mark.skipif(not shutil.which("git"), reason="needs git")
def test_what_a_commit_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("mine.yaml")
    path.write_text(W32)
    git = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"]
    for arguments in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "w32"]):
        subprocess.run([*git, *arguments], check=True, capture_output=True)
    assert call("diff", "git:HEAD:mine.yaml", "mine.yaml", "--exit-code").code == 0
    path.write_text(W32.replace("num_joints: 17", "num_joints: 21"))
    result = call("diff", "git:HEAD:mine.yaml", "mine.yaml", "--exit-code")
    assert result.code == 1
    assert result.out.startswith("git:HEAD:mine.yaml → mine.yaml\n") and "(+132, +0.0005%)" in result.out


def test_the_result_in_one_line(mine: str) -> None:
    assert repr(hrnet_cli.diff("w32", mine)) == "Diff(hrnet-w32 → hrnet-w32, params +132)"
    assert repr(hrnet_cli.diff("w32", "w32")) == "Diff(hrnet-w32 → hrnet-w32, the same network)"
    assert str(hrnet_cli.diff("w32", mine)) == call("diff", "w32", mine).out.rstrip("\n")
