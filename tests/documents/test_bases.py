"""A YAML config and the files that it is based on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from checks import check, codes

from hrnet_cli import load_spec
from hrnet_cli.documents import read_text
from hrnet_cli.errors import SpecError
from hrnet_cli.files import read_bytes

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
    assert any(
        each.message.startswith("_base_: 'other/b.yml' is not found beside a.yml: what it has is not") for each in found
    )
    assert {each.severity for each in found} == {"note"}
    nothing = write(tmp_path, e="_BASE_: ['x.yml']\nepoch: 3\n")
    (found_nothing,) = check(nothing)
    wanted = "no stages of an HRNet are in this file, and _BASE_: 'x.yml' is not found beside e.yml"
    assert found_nothing.message == wanted


@pytest.mark.parametrize(
    ("named", "why"),
    [
        ("'b.txt'", "'b.txt' is no YAML file"),
        ("folder.yml", "'folder.yml' is no regular file"),
        ("link.yml", "'link.yml' is no regular file"),
        ("fifo.yml", "'fifo.yml' is no regular file"),
        ("circle.yml", "'circle.yml' is not found beside a.yml"),
        ("gone.txt", "'gone.txt' is not found beside a.yml"),
        ("list.yml", "'list.yml' has no mapping"),
        ("scalar.yml", "'scalar.yml' has no mapping"),
        ("[good.yml, list.yml]", "'list.yml' has no mapping"),
        ("nested.yml", "'gone.yml' is not found beside nested.yml"),
        ("3", "3 is no path of a file"),
        ("{a: b}", "{'a'} is no path of a file"),
        (
            "[x.yml, y.yml, 4, 5, 6]",
            "'x.yml' is not found beside a.yml, 'y.yml' is not found beside a.yml, 4 is no path of a file and 2 more",
        ),
    ],
)
def test_why_a_base_is_not_read(tmp_path: Path, named: str, why: str) -> None:
    (tmp_path / "b.txt").write_text(BASE)
    (tmp_path / "folder.yml").mkdir()
    (tmp_path / "link.yml").symlink_to("/dev/zero")
    (tmp_path / "circle.yml").symlink_to("circle.yml")
    os.mkfifo(tmp_path / "fifo.yml")
    write(tmp_path, list="- 1\n", scalar="text\n", good="x: 1\n", nested="_base_: gone.yml\n")
    key = "_base_"
    found = check(write(tmp_path, a=f"_base_: {named}\n{BASE}"))
    messages = [each.message for each in found if each.message.startswith(f"{key}: ")]
    assert [message.partition(" (in ")[0] for message in messages] == [f"{key}: {why}: what it has is not read"]
    (nothing,) = check(write(tmp_path, a=f"_base_: {named}\n"))
    assert nothing.message.partition(" (in ")[0] == f"no stages of an HRNet are in this file, and {key}: {why}"


@pytest.mark.parametrize("empty", ["", "''", "~"])
def test_a_key_that_names_no_base(tmp_path: Path, empty: str) -> None:
    found = check(write(tmp_path, a=f"_base_: {empty}\n{BASE}"))
    assert "_base_: no file is named" in [each.message for each in found]
    assert "_base_" not in str([each.message for each in check(write(tmp_path, a=f"_base_: []\n{BASE}"))])


def test_a_base_that_cannot_be_opened_is_refused_at_its_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, a="x: 1\n_base_: [c.yml, b.yml]\n", b=BASE, c="y: 2\n")

    def refuse(path: Path, max_bytes: int) -> bytes:
        if path.name == "b.yml":
            raise PermissionError(13, "Permission denied")
        return read_bytes(path, max_bytes)

    monkeypatch.setattr("hrnet_cli.documents.read_bytes", refuse)
    (found,) = check(path)
    assert (found.name, found.source, found.line) == ("missing-base", str(path), 2)
    assert found.message == "the base 'b.yml' cannot be read: Permission denied"


def test_a_base_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, a="_base_: c.yml\n", c="_BASE_: b.yml\n")
    (tmp_path / "b.yml").write_bytes(b"\xff\xfe\x00")
    (found,) = check(path)
    assert (found.name, found.source, found.line) == ("missing-base", str(tmp_path / "c.yml"), 1)
    assert "cannot be read: it is not UTF-8 text" in found.message and found.remedy == "change _BASE_"


@pytest.mark.hostile
@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="Linux alone has it")
def test_a_link_to_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b.yml").symlink_to("/proc/self/mem")
    (found,) = check(write(tmp_path, a="_base_: b.yml\n"))
    assert found.code == "HR015" and "'b.yml' is no regular file" in found.message


@pytest.mark.hostile
def test_all_bases_together_are_bounded(tmp_path: Path) -> None:
    values = {f"b{i}": "".join(f"k{i}_{j}: [1, 2, 3]\n" for j in range(150)) for i in range(20)}
    names = ", ".join(f"{name}.yml" for name in values)
    path = write(tmp_path, a=f"x: 1\n_base_: [{names}]\n", **values)
    (found,) = check(path)
    assert (found.code, found.source, found.line) == ("HR007", str(path), 2)
    assert found.message == "the base 'b13.yml' makes the bases of this config too large"
    many = {f"b{i}": f"k{i}: 1\n#" + "x" * 99_999 + "\n" for i in range(20)}
    (found,) = check(write(tmp_path, a=f"x: 1\n_base_: [{names}]\n", **many))
    assert found.message == "the base 'b9.yml' makes the bases of this config too large"


def test_what_is_replaced_is_nowhere_in_the_base(tmp_path: Path) -> None:
    """A location that is missing in the config's own part is that of the part, and never a line of the base."""
    own = "_base_: b.yml\nmodel:\n  _inherited_: false\n  backbone: {type: X}\nlist: [1]\nnumber: {y: 1}\n"
    base = f"{BASE}list: [1, 2, {{x: 3}}]\nnumber: 3\nkept: {{z: 1}}\n"
    document = read_text(own, "a.yml", write(tmp_path, a=own, b=base))
    places = {path: place.source for path, place in document.values.items()}
    assert not [path for path, source in places.items() if source and path[0] in ("model", "list", "number")]
    assert places["kept", "z"] and document.location(("kept", "z")).line == 10
    assert document.location(("model", "num_classes"))[:2] == (2, 1)
    assert document.location(("model", "backbone", "align_corners"))[:2] == (4, 13)
    assert document.location(("list", 2, "x"))[:2] == (5, 7)


@pytest.mark.hostile
def test_no_line_is_shown_of_a_base_that_is_no_config_of_an_hrnet(tmp_path: Path) -> None:
    secret = write(tmp_path / "..", secret="password: [\n  hunter2: {\n")
    path = write(tmp_path, a="_base_: ../secret.yml\n")
    (found,) = check(path)
    assert found.source.endswith("secret.yml") and (found.line, found.excerpt) == (2, "")
    secret.unlink()
    (shown,) = check(write(tmp_path, a="_base_: b.yml\n", b=f"{BASE}x: [1, {{]\n"))
    assert shown.excerpt == "x: [1, {]"


@pytest.mark.hostile
@pytest.mark.parametrize("name", ["3", "[1, null]", "{a: b}", "''", "../b.txt", "/dev/zero", "'a\\0b.yml'"])
def test_what_is_no_base_is_not_opened(tmp_path: Path, name: str) -> None:
    (tmp_path / "b.txt").write_text(BASE)
    with pytest.raises(SpecError):
        load_spec(write(tmp_path, a=f"_base_: {name}\n"))


def test_a_text_without_a_file_has_no_base() -> None:
    assert read_text("_base_: b.yml\n").value == {"_base_": "b.yml"}


@pytest.mark.hostile
def test_circles_and_crowds(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="is based on this file"):
        load_spec(write(tmp_path, a="_base_: b.yml\n", b="_base_: a.yml\n"))
    many = "_base_: [" + ", ".join(["b.yml"] * 30) + "]\n"
    with pytest.raises(SpecError, match="too many bases"):
        load_spec(write(tmp_path, a=many, b=BASE))


def test_a_broken_base_is_named(tmp_path: Path) -> None:
    found = check(write(tmp_path, a="_base_: b.yml\n", b="model: [\n"))
    assert codes(found) == ["HR002"] and found[0].source == str(tmp_path / "b.yml")
