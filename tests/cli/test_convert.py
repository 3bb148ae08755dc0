from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from commandline import call, is_a_message, run, shell

from hrnet_cli import load_spec


def test_yaml_is_the_default() -> None:
    result = call("convert", "w32")
    assert (result.code, result.err) == (0, "")
    assert load_spec(yaml.safe_load(result.out)) == load_spec("w32")


def test_json() -> None:
    assert load_spec(json.loads(call("convert", "w48", "--to", "json").out)) == load_spec("w48")


def test_what_is_left_out_is_a_comment_and_a_note() -> None:
    result = call("convert", "w32", "--to", "timm")
    assert result.code == 0
    assert result.out.startswith("# the heatmap head is left out: ")
    assert result.err.startswith("note: the heatmap head is left out: ")


@pytest.mark.parametrize("stderr", ["2>&-", "2>/dev/full"])
def test_a_note_that_cannot_be_written_changes_nothing(stderr: str) -> None:
    result = shell(f"$hrnet convert w32 --to timm {stderr}")
    assert result.code == 0 and result.out == call("convert", "w32", "--to", "timm").out


def test_what_cannot_be_written_is_a_message() -> None:
    result = call("convert", "seg-w48", "--to", "timm")
    assert is_a_message(result)
    assert "those of that code nearest by factor" in result.err


def test_into_a_file_that_is_a_spec_again(tmp_path: Path) -> None:
    path = tmp_path / "w32.yaml"
    result = call("convert", "w32", "--to", "official", "--output", str(path))
    assert (result.code, result.out, result.err) == (0, "", "")
    assert "28.54M" in call("describe", str(path), "--depth", "0").out
    back = call("convert", str(path))
    assert load_spec(yaml.safe_load(back.out)).stages == load_spec("w32").stages


def test_through_a_pipe() -> None:
    timm = call("convert", "timm:hrnet_w18_ssld", "--to", "timm")
    assert timm.err == ""
    back = call("convert", "-", "--to", "json", stdin=timm.out.encode())
    assert json.loads(back.out)["head"]["head_conv_bias"] is False


def test_the_notes_of_the_reader_are_written_too(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    text = call("convert", "timm:hrnet_w18_small", "--to", "timm").out
    path.write_text(text.replace("fuse_method: SUM", "fuse_method: CAT", 1))
    result = call("convert", str(path), "--to", "yaml")
    assert result.out.startswith("# stage1.fuse_method: 'CAT' is never read")
    assert "note: stage1.fuse_method" in result.err


@pytest.mark.parametrize("arguments", [("--to", "caffe"), ("--to",), ("--format", "json")])
def test_bad_usage(arguments: tuple[str, ...]) -> None:
    assert run("convert", "w32", *arguments).code == 2


def test_a_missing_folder() -> None:
    assert is_a_message(call("convert", "w32", "--output", "/nowhere/w32.yaml"))


def test_no_torch_and_no_tables_for_it() -> None:
    code = "import sys; from hrnet_cli.cli import main; sys.argv[1:] = ['convert', 'w32', '--to', 'official']\n"
    code += "try: main()\nexcept SystemExit: pass\nassert not {'torch', 'numpy'} & set(sys.modules)"
    from commandline import python

    assert python(code).code == 0
