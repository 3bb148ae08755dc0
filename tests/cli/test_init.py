"""A newcomer's first command: a file, never in the place of another."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
import yaml
from commandline import call, is_a_message, run, shell

from hrnet_cli import flops, load_spec
from hrnet_cli.cli.options import Task
from hrnet_cli.dialects.native.starter import STARTS
from hrnet_cli.schema import Spec
from hrnet_cli.sources import parse_spec


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def network(text: str) -> Spec:
    return replace(parse_spec(text), published=None)


def test_a_first_run(tmp_path: Path) -> None:
    result = call("init")
    assert (result.code, result.out) == (0, "")
    assert result.err == "written; next: hrnet-cli describe hrnet.yaml\n"
    assert [each.name for each in tmp_path.iterdir()] == ["hrnet.yaml"]
    text = (tmp_path / "hrnet.yaml").read_text(encoding="utf-8")
    assert parse_spec(text) == replace(load_spec("w32"), published=None, name="hrnet")
    commands = [line.removeprefix("#   hrnet-cli ") for line in text.splitlines() if line.startswith("#   hrnet-cli ")]
    assert len(commands) == 3
    for command in commands:
        assert call(*command.split()).code == 0, command


def test_its_budget_holds(tmp_path: Path) -> None:
    call("init")
    path = tmp_path / "hrnet.yaml"
    before, _, after = path.read_text(encoding="utf-8").partition("\n# budget:")
    path.write_text(f"{before}\nbudget:{after}".replace("\n#   max", "\n  max").replace("\n#   div", "\n  div"))
    assert load_spec(path).budget.max_params == 29_000_000
    assert call("check", "hrnet.yaml").code == 0
    path.write_text(path.read_text().replace("29M", "28M"))
    result = call("check", "hrnet.yaml")
    assert result.code == 1 and "HR501" in result.out


def test_to_standard_output(tmp_path: Path) -> None:
    result = call("init", "-", "--from", "w48")
    assert (result.code, result.err) == (0, "")
    assert network(result.out) == network(call("presets", "show", "w48").out)
    assert "hrnet-cli describe FILE" in result.out
    assert not list(tmp_path.iterdir())
    assert "28.54M" in shell("$hrnet init - | $hrnet describe - --depth 0").out


@pytest.mark.parametrize("task", get_args(Task))
def test_a_task(task: str) -> None:
    result = call("init", "-", "--task", task)
    spec = parse_spec(result.out)
    assert spec.head.task == task
    assert (spec.stages[1:], spec.name) == (load_spec(STARTS[task].stages).stages[1:], f"small-{task}")
    assert call("describe", "-", "--depth", "0", stdin=result.out.encode()).code == 0


def test_the_network_of_a_task_is_small_and_named_after_its_file(tmp_path: Path) -> None:
    assert call("init", "mine.yaml", "--task", "pose").code == 0
    spec = load_spec(tmp_path / "mine.yaml")
    assert (spec.name, spec.head.type, spec.input_shape) == ("mine", "heatmap", (1, 3, 256, 192))
    assert flops(spec).params < flops("w32").params / 5


def test_from_a_config_in_another_dialect() -> None:
    result = call("init", "-", "--from", "timm:hrnet_w18_small")
    assert parse_spec(result.out) == load_spec("timm:hrnet_w18_small")
    config = call("convert", "w32", "--to", "official").out
    odd = call("init", "-", "--from", "-", stdin=config.replace("FUSE_METHOD: SUM", "FUSE_METHOD: CAT").encode())
    assert odd.code == 0 and odd.err.startswith("note: ") and "# Note: " in odd.out
    assert parse_spec(odd.out).stages == load_spec("w32").stages


def test_an_existing_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "hrnet.yaml"
    path.write_text("mine")
    (tmp_path / "link.yaml").symlink_to("hrnet.yaml")
    for name in ("hrnet.yaml", "./hrnet.yaml", str(path), "link.yaml"):
        result = call("init", name)
        assert is_a_message(result) and "exists already" in result.err and "--force" in result.err
    assert path.read_text() == "mine"
    assert call("init", "--force").code == 0
    assert path.read_text().startswith("# A spec for hrnet-cli: hrnet.")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["hrnet.yaml", "link.yaml"]


def test_where_no_file_can_be(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    for name in ("folder", "nosuch/x.yaml", "file/x.yaml", "x" * 300, ""):
        for more in ((), ("--force",)):
            result = call("init", name, *more)
            assert is_a_message(result) and "cannot write" in result.err, name
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "folder"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_read_only(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert "Permission denied" in call("init").err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--from", "w32", "--task", "pose"], "--from and --task both name what to start from"),
        (["--from", "w33"], "no file and no preset 'w33'"),
        (["--from", "nosuch.yaml"], "no file and no preset"),
        (["--task", "poses"], "'pose'"),
        (["a", "b"], "unexpected extra argument"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_usage(arguments: list[str], words: str, tmp_path: Path) -> None:
    result = call("init", *arguments)
    assert is_a_message(result) and words in result.err
    assert not list(tmp_path.iterdir())


def test_a_spec_whose_input_cannot_go_through_is_not_written(tmp_path: Path) -> None:
    odd = yaml.safe_dump({**yaml.safe_load(call("presets", "show", "w32").out), "input": "250x250"})
    result = call("init", "x.yaml", "--from", "-", stdin=odd.encode())
    assert is_a_message(result) and "250" in result.err
    assert not (tmp_path / "x.yaml").exists()


def test_a_json_file_is_refused(tmp_path: Path) -> None:
    """What is written has comments, which JSON has none of."""
    for name in ("d.json", "D.JSON"):
        for more in ((), ("--force",)):
            result = call("init", name, *more)
            assert is_a_message(result) and f"{name!r} would be JSON" in result.err and ".yaml" in result.err
    assert not list(tmp_path.iterdir())


def test_a_schema_is_named() -> None:
    assert call("init", "-", "--schema", "../s.json").out.startswith("# yaml-language-server: $schema=../s.json\n")


def test_odd_names_are_quoted(tmp_path: Path) -> None:
    result = call("init", "my net.yaml")
    assert result.err == "written; next: hrnet-cli describe 'my net.yaml'\n"
    mine = load_spec(tmp_path / "my net.yaml")
    assert (mine.stages, mine.name) == (load_spec("w32").stages, "my net")
    assert call("init", "a\nb.yaml").code == 0
    assert load_spec(tmp_path / "a\nb.yaml") == replace(mine, name="hrnet-w32")


def test_stderr_closed(tmp_path: Path) -> None:
    assert shell("$hrnet init x.yaml 2>&- >&-", cwd=tmp_path).code == 0
    assert is_a_message(shell("$hrnet init - >&-", cwd=tmp_path))
    assert run("init", "x.yaml", cwd=tmp_path).code == 2
