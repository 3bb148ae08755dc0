"""Which files of a folder can be the config of an HRNet."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from checks import check_all, settings

from hrnet_cli.checking.files import MAX_BASE_DEPTH, is_program, mentions_hrnet, read_if_config, targets
from hrnet_cli.documents import MAX_CHARACTERS


@pytest.mark.parametrize(
    ("name", "text", "config"),
    [
        ("a.yaml", "stage1: {}", True),
        ("a.yaml", "Stage_9: {}", True),
        ("a.yaml", "stage0: {}", False),
        ("a.yaml", "num_branches: 1", True),
        ("a.yaml", "NUM_RANCHES: 1", True),  # the published misspelling
        ("a.yaml", "type: HighResolutionNet", True),
        ("a.yaml", "about: resnet", False),
        ("a.yaml", "_base_ = './word.py'", False),  # this is Python
        ("a.yaml", "_base_: ./word.py", True),
        ("a.yml", "a: 1\n'_BASE_': ['./none.py', 'word.py']", True),
        ("a.yml", "_BASE_:\n- ./none.py", True),  # it may be anything
        ("a.yml", "_BASE_: ./none.py", False),
        ("a.py", "_base_: './word.py'", False),
        ("a.py", "with read_base():\n    from .none import *", True),
        ("a.py", "_base_ = './word.py'", True),
        ("a.py", "_base_ = ['./none.py', './word.py']", True),
        ("a.py", "_base_ = (\n    './none.py',\n    './word.py',\n)", True),
        ("a.py", "_base_ = './none.py'", False),
        ("a.py", "_base_ = './not_here.py'", False),
        ("a.py", "_base_ = './folder'", False),
        ("a.py", "_base_ = 'mmpose::none.py'", False),
        ("a.py", "_base_ = find('./none.py')", True),  # it may be anything
        ("a.py", "_base_ = []", False),
        ("a.py", "x = 1", False),
    ],
)
def test_a_config_has_a_word_of_hrnets_or_a_base_with_one(name: str, text: str, config: bool, tmp_path: Path) -> None:
    (tmp_path / "word.py").write_text("arch = 'hrnet'\n")
    (tmp_path / "none.py").write_text("arch = 'resnet'\n")
    (tmp_path / "folder").mkdir()
    path = tmp_path / name
    path.write_text(text)
    assert read_if_config(path) == (text if config else None)


@pytest.mark.parametrize("further", [0, 1])
def test_bases_are_followed_so_far(further: int, tmp_path: Path) -> None:
    last = MAX_BASE_DEPTH + 1 + further
    for number in range(last):
        (tmp_path / f"{number}.py").write_text(f"_base_ = './{number + 1}.py'\n")
    (tmp_path / f"{last}.py").write_text("arch = 'hrnet'\n")
    assert (read_if_config(tmp_path / "0.py") is None) is bool(further)
    assert MAX_BASE_DEPTH == 20


@pytest.mark.hostile
def test_bases_that_are_based_on_each_other(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("_base_ = './b.py'\n")
    (tmp_path / "b.py").write_text("_base_ = './a.py'\n")
    assert read_if_config(tmp_path / "a.py") is None


def test_a_base_is_read_again_once_it_has_changed(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("_base_ = './b.py'\n")
    (tmp_path / "b.py").write_text("x = 1\n")
    assert read_if_config(tmp_path / "a.py") is None
    (tmp_path / "b.py").write_text("x = 'hrnet'\n")
    os.utime(tmp_path / "b.py", (1, 1))
    assert read_if_config(tmp_path / "a.py") is not None


@pytest.mark.hostile
@pytest.mark.parametrize("more", [0, 1])
def test_a_file_that_is_too_long_is_no_config(more: int, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("stage1: ".ljust(MAX_CHARACTERS + more))
    assert (read_if_config(path) is None) is bool(more)


def test_a_stage_alone_may_be_another_programs() -> None:
    assert mentions_hrnet("HRNet") and mentions_hrnet("num_branches")
    assert not mentions_hrnet("stage1")


def test_each_file_once_in_the_order_of_the_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("b.yaml", "a.yaml", "c.txt", "dist/d.yaml", ".hidden/e.yaml", "sub/f.json"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).touch()

    def found(*names: str, skip_others: bool = False) -> list[tuple[str, bool]]:
        return [(each.name, each.in_folder) for each in targets(names, settings(), skip_others)]

    assert found(".") == [("a.yaml", True), ("b.yaml", True), ("sub/f.json", True)]
    assert found("b.yaml", ".", "./a.yaml") == [("b.yaml", False), ("a.yaml", True), ("sub/f.json", True)]
    assert found("dist", "c.txt", "-", "w32") == [
        ("dist/d.yaml", True),
        ("c.txt", False),
        ("-", False),
        ("w32", False),
    ]
    assert found("b.yaml", "c.txt", "gone.yaml", skip_others=True) == [("b.yaml", True), ("gone.yaml", True)]


@pytest.mark.hostile
def test_a_pipe_is_no_file_of_a_folder(tmp_path: Path) -> None:
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.yaml")
    assert targets([str(tmp_path)], settings()) == []


@pytest.mark.parametrize(
    ("text", "program"),
    [
        ("import torch\nclass HRNet(\n", True),
        ("x = 1\ndef build(:\n", True),
        ("if __name__ == '__main__':\n", True),
        ("model = dict(type='HRNet'\n", False),
        ("_base_ = 'hrnet.py'\ndef f(:\n", False),
        ("with read_base():\n    from .hrnet import *\nclass X(\n", False),
        ("from mmengine.config import read_base\nmodel = (\n", False),
        ("definition = 'class of HRNet'\n", False),
    ],
)
def test_a_program_is_no_config(text: str, program: bool, tmp_path: Path) -> None:
    """One that Python itself refuses is no finding of a folder; a config with a mistake is."""
    assert is_program(text) is program
    (tmp_path / "hrnet_w32.py").write_text(f"# hrnet\n{text}broken = (\n")
    assert bool(check_all(tmp_path).skipped) is program
