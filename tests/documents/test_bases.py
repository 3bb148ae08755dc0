"""A YAML config and the files that it is based on."""

from __future__ import annotations

from pathlib import Path

import pytest
from checks import check, codes

from hrnet_cli import load_spec
from hrnet_cli.documents import read_text
from hrnet_cli.errors import SpecError

BASE = """\
model:
  type: FCN
  backbone: {type: HRNet_W18, align_corners: true}
  num_classes: 7
train_dataset:
  transforms:
  - {type: RandomPaddingCrop, crop_size: [256, 128]}
"""


def write(folder: Path, **files: str) -> Path:
    """Files with the ending .yml; the first is returned."""
    for name, text in files.items():
        (folder / f"{name}.yml").write_text(text)
    return folder / f"{next(iter(files))}.yml"


def test_a_config_goes_before_its_base(tmp_path: Path) -> None:
    spec = load_spec(write(tmp_path, a="_base_: b.yml\nmodel: {backbone: {type: HRNet_W48}}\n", b=BASE))
    assert spec.stages == load_spec("cls-w48").stages and spec.upsampling.align_corners is True
    assert spec.input == (1, 3, 128, 256)


def test_of_several_bases_the_last_goes_first_and_bases_have_bases(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "c.yml").write_text(BASE)
    files = {"a": "_BASE_: ['b.yml', 'd.yml']\n", "b": "_base_: deep/c.yml\n", "d": "model: {num_classes: 3}\n"}
    assert getattr(load_spec(write(tmp_path, **files)).head, "num_classes", None) == 3


def test_a_mapping_may_replace_that_of_the_base(tmp_path: Path) -> None:
    own = "_base_: b.yml\nmodel: {_inherited_: false, type: X, backbone: {type: HRNet_W18}}\n"
    document = read_text(own, "a.yml", write(tmp_path, a=own, b=BASE))
    assert document.value["model"] == {"type": "X", "backbone": {"type": "HRNet_W18"}}
    assert "train_dataset" in document.value and "_base_" not in document.value


def test_a_finding_is_in_the_file_that_has_the_value(tmp_path: Path) -> None:
    path = write(tmp_path, a="_base_: b.yml\nbatch_size: 2\n", b=BASE.replace("num_classes: 7", "num_classes: -7"))
    (found,) = check(path)
    assert (found.code, found.source, found.line) == ("HR007", str(tmp_path / "b.yml"), 4)


def test_a_base_that_is_not_found_is_noted(tmp_path: Path) -> None:
    path = write(tmp_path, a=f"_base_: other/b.yml\n{BASE}")
    found = check(path)
    assert any(each.message.startswith("_base_: 'other/b.yml' is not found beside this file") for each in found)
    assert {each.severity for each in found} == {"note"}
    nothing = write(tmp_path, e="_BASE_: ['x.yml']\nepoch: 3\n")
    (found_nothing,) = check(nothing)
    assert found_nothing.message.startswith("no stages of an HRNet are in this file, and its base ['x.yml'] is not")


@pytest.mark.parametrize("name", ["3", "[1, null]", "{a: b}", "''", "../b.txt", "/dev/zero", "'a\\0b.yml'"])
def test_what_is_no_base_is_not_opened(tmp_path: Path, name: str) -> None:
    (tmp_path / "b.txt").write_text(BASE)
    with pytest.raises(SpecError):
        load_spec(write(tmp_path, a=f"_base_: {name}\n"))


def test_a_text_without_a_file_has_no_base() -> None:
    assert read_text("_base_: b.yml\n").value == {"_base_": "b.yml"}


def test_circles_and_crowds(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="is based on this file"):
        load_spec(write(tmp_path, a="_base_: b.yml\n", b="_base_: a.yml\n"))
    many = "_base_: [" + ", ".join(["b.yml"] * 30) + "]\n"
    with pytest.raises(SpecError, match="too many bases"):
        load_spec(write(tmp_path, a=many, b=BASE))


def test_a_broken_base_is_named(tmp_path: Path) -> None:
    found = check(write(tmp_path, a="_base_: b.yml\n", b="model: [\n"))
    assert codes(found) == ["HR002"] and found[0].source == str(tmp_path / "b.yml")
