"""`hrnet-cli lock`: adds, refuses, renews; whole or not at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from commandline import PROGRAM, call, environment, is_a_message

from hrnet_cli.checking.lock import lock_entry
from hrnet_cli.checking.lock_file import LockEntry, open_lock, read_lock
from hrnet_cli.sources import preset_path
from hrnet_cli.tracing import trace

W32 = preset_path("w32").read_text()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of two specs, and nothing locked."""
    (tmp_path / "configs").mkdir()
    (tmp_path / "mine.yaml").write_text(W32)
    (tmp_path / "configs" / "other.yaml").write_text(preset_path("cls-w18").read_text())
    monkeypatch.chdir(tmp_path)
    return tmp_path


LOCK = Path("hrnet.lock")


def entry(spec: str) -> LockEntry:
    return lock_entry(trace(spec))


def change() -> None:
    Path("mine.yaml").write_text(W32.replace("num_joints: 17", "num_joints: 21"))


def test_add() -> None:
    result = call("lock", "mine.yaml", "configs/other.yaml", "w48", "timm:hrnet_w18")
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines()[0] == "hrnet.lock: 4 added"
    assert list(open_lock(LOCK)) == ["configs/other.yaml", "mine.yaml", "timm:hrnet_w18", "w48"]
    assert open_lock(LOCK)["mine.yaml"] == entry("w32")


def test_the_same_specs_are_the_same_bytes() -> None:
    call("lock", "w48", "mine.yaml", "configs/other.yaml")
    before = LOCK.read_bytes()
    assert before.endswith(b"\n")
    assert call("lock", "configs/other.yaml").out == "hrnet.lock: 1 unchanged\n"
    assert call("lock", "--update").out == "hrnet.lock: 3 unchanged\n"
    LOCK.unlink()
    for spec in ("./configs/other.yaml", str(Path("mine.yaml").absolute()), "w48.yaml"):
        assert call("lock", spec).code == 0
    assert LOCK.read_bytes() == before


def test_what_differs_is_refused_and_nothing_is_written() -> None:
    call("lock", "mine.yaml")
    before = LOCK.read_bytes()
    change()
    result = call("lock", "w48", "mine.yaml")
    assert (result.code, result.err) == (1, "")
    assert result.out == (
        "hrnet.lock: 1 added, 1 differs\n"
        "\n"
        "spec       outcome  what differs\n"
        "w48        added\n"
        "mine.yaml  differs  params 28,536,113 → 28,536,245 (+132)\n"
        "                    MACs 7,645,003,776 → 7,645,396,992 (+393,216)\n"
        "                    activations 19,115,520 → 19,127,808 (+12,288)\n"
        "                    output 0 1×17×64×48 → 1×21×64×48\n"
        "                    state-dict keys or shapes changed\n"
        "nothing is written: undo the change, or accept it with hrnet-cli lock --update\n"
    )
    assert LOCK.read_bytes() == before


@pytest.mark.parametrize("specs", [[], ["mine.yaml"]])
def test_update_replaces_the_entry(specs: list[str]) -> None:
    call("lock", "mine.yaml", "configs/other.yaml")
    change()
    result = call("lock", "--update", *specs)
    assert result.code == 0 and "1 updated" in result.out and "params 28,536,113 → 28,536,245" in result.out
    assert open_lock(LOCK) == {"mine.yaml": entry("mine.yaml"), "configs/other.yaml": entry("cls-w18")}
    assert call("lock", "mine.yaml").code == 0


def test_update_of_some_leaves_the_others() -> None:
    call("lock", "mine.yaml", "configs/other.yaml")
    change()
    Path("configs/other.yaml").write_text(W32)
    assert call("lock", "--update", "configs/other.yaml").code == 0
    assert open_lock(LOCK) == {"mine.yaml": entry("w32"), "configs/other.yaml": entry("w32")}


def test_update_of_all_removes_what_is_gone() -> None:
    """A preset of the file's name does not take its place."""
    Path("mine.yaml").rename("w32.yaml")
    call("lock", "w32.yaml", "w32", "configs/other.yaml")
    Path("w32.yaml").unlink()
    result = call("lock", "--update")
    assert result.code == 0 and "1 removed, 2 unchanged" in result.out
    assert "w32.yaml  removed  its file is gone" in result.out
    assert list(open_lock(LOCK)) == ["configs/other.yaml", "w32"]


def test_update_adds_what_is_named() -> None:
    assert call("lock", "--update", "mine.yaml").code == 0
    assert list(open_lock(LOCK)) == ["mine.yaml"]


def test_paths_are_from_the_folder_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    assert call("lock", "--lock", "configs/own.lock", "mine.yaml", "configs/other.yaml").code == 0
    assert list(open_lock(Path("configs/own.lock"))) == ["../mine.yaml", "other.yaml"]
    monkeypatch.chdir("configs")
    assert call("lock", "--lock", "own.lock", "--update").out == "own.lock: 2 unchanged\n"
    assert not Path("../hrnet.lock").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["no spec to lock", "--update"]),
        (["--update"], ["no lock file 'hrnet.lock' to update"]),
        (["-"], ["'-' cannot be locked"]),
        (["w33"], ["no file and no preset 'w33'", "did you mean w32?"]),
        (["nosuch.yaml"], ["no file and no preset 'nosuch.yaml'"]),
        (["configs"], ["configs is a folder"]),
        (["mine.yaml", "--lock", "configs"], ["cannot read 'configs': Is a directory"]),
        (["mine.yaml", "--lock", "nosuch/own.lock"], ["cannot write 'nosuch/own.lock'"]),
        (["git:HEAD:mine.yaml"], ["git:HEAD:mine.yaml"]),
    ],
)
def test_bad_usage(arguments: list[str], words: list[str]) -> None:
    result = call("lock", *arguments)
    assert is_a_message(result) and all(word in result.err for word in words), result
    assert not LOCK.exists()


def test_one_spec_that_cannot_be_read_and_none_is_locked() -> None:
    Path("broken.yaml").write_text("stage1: 1\n")
    assert is_a_message(call("lock", "mine.yaml", "broken.yaml"))
    Path("broken.yaml").write_text(W32.replace("1x3x256x192", "1x3x250x192"))
    result = call("lock", "mine.yaml", "broken.yaml")
    assert is_a_message(result) and "cannot go through broken.yaml (hrnet-w32)" in result.err
    assert not LOCK.exists()


def test_an_empty_lock_file_says_what_to_do() -> None:
    LOCK.write_text("")
    result = call("check", "--locked", "mine.yaml")
    assert result.code == 2 and "HR001 the file is empty" in result.out and "lock the specs again" in result.out


@pytest.mark.hostile
@pytest.mark.parametrize("text", ["version: [", "version: 2", None])
def test_a_lock_file_that_cannot_be_read_hides_no_finding(text: str | None) -> None:
    if text is not None:
        LOCK.write_text(text)
    Path("broken.yaml").write_text(W32.replace("BASIC", "BASICK", 1))
    result = call("check", "--locked", "mine.yaml", "broken.yaml")
    assert result.code == 2 and "HR001" in result.out and "HR008" in result.out
    assert "HR601" not in result.out and "2 errors in 3 files, 1 unreadable" in result.out


@pytest.mark.parametrize(("damage", "line"), [("<<<<<<< HEAD\n", 15), ("version: 1\n", 15), ("x\n", 15)])
def test_a_broken_lock_file_is_one_message_and_stays(damage: str, line: int) -> None:
    call("lock", "mine.yaml")
    text = LOCK.read_text() + damage
    LOCK.write_text(text)
    for arguments in (["--update"], ["w48"], ["--update", "w48"]):
        result = call("lock", *arguments)
        assert is_a_message(result) and result.err.startswith(f"error: hrnet.lock:{line}:")
    assert LOCK.read_text() == text


@pytest.mark.parametrize("name", ["./mine.yaml", "configs/../mine.yaml", ".//mine.yaml"])
def test_a_name_that_somebody_wrote_in_another_way(name: str) -> None:
    call("lock", "mine.yaml")
    LOCK.write_text(LOCK.read_text().replace('"mine.yaml"', f'"{name}"'))
    assert call("check", "--locked", "mine.yaml").code == 0
    assert "1 unchanged" in call("lock", "mine.yaml").out and "1 unchanged" in call("lock", "--update").out
    assert '"mine.yaml"' in LOCK.read_text() and name not in LOCK.read_text()
    text = LOCK.read_text()
    LOCK.write_text(text + text.partition("specs:\n")[2].replace('"mine.yaml"', f'"{name}"'))
    assert "is a second entry of 'mine.yaml'" in call("lock", "--update").err


def test_a_file_called_as_standard_input() -> None:
    Path("-").write_text(W32)
    assert call("lock", "./-").code == 0 and '"./-":' in LOCK.read_text()
    assert "1 unchanged" in call("lock", "--update").out and call("check", "--locked", "./-").code == 0


@pytest.mark.hostile
def test_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    call("lock", "mine.yaml")
    before = LOCK.read_bytes()

    def fails(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fails)
    assert is_a_message(call("lock", "w48"))
    assert LOCK.read_bytes() == before
    assert sorted(path.name for path in Path().iterdir()) == ["configs", "hrnet.lock", "mine.yaml"]


def test_a_name_is_data(folder: Path) -> None:
    name = "\x1b[31m[bold]x.yaml"
    (folder / name).write_text(W32)
    result = call("lock", name)
    assert result.code == 0 and "\x1b" not in result.out and "[bold]x.yaml" in result.out
    assert "\x1b" not in LOCK.read_text()
    assert list(read_lock(LOCK.read_text(), "x")) == [name]


def test_at_80_columns() -> None:
    call("lock", "mine.yaml")
    change()
    result = call("lock", "mine.yaml", env={"COLUMNS": "80"})
    assert max(map(len, result.out.splitlines())) <= 80


@pytest.mark.hostile
@pytest.mark.skipif(sys.platform == "win32", reason="needs flock")
def test_six_at_once_leave_six_entries() -> None:
    names = ["w32", "w48", "cls-w18", "higher-w32", "det-w18", "litehrnet18"]
    children = [
        subprocess.Popen([*PROGRAM, "lock", name], env=environment(), stdout=subprocess.DEVNULL) for name in names
    ]
    assert [child.wait() for child in children] == [0] * 6
    assert sorted(open_lock(LOCK)) == sorted(names) and not list(Path().glob(".hrnet*"))
