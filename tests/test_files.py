"""Files that are read: regular ones, no further than a bound, inside some folders."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hrnet_cli.files import is_outside, is_regular, lies_in, only_in, only_one, project_of, read_bytes


@pytest.mark.hostile
def test_no_further_than_a_bound(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"abcdef")
    (tmp_path / "link").symlink_to("a")
    assert [read_bytes(path, 3), read_bytes(path, 9), read_bytes(tmp_path / "link", 9)] == [
        b"abc",
        b"abcdef",
        b"abcdef",
    ]
    assert is_regular(path) and is_regular(tmp_path / "link")


@pytest.mark.hostile
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes and devices")
def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in (
        tmp_path,
        tmp_path / "pipe",
        "/dev/zero",
        "/dev/tty",
        "/proc/self/environ",
        "/sys/kernel/uevent_helper",
    ):
        if os.path.exists(name):  # noqa: PTH110  # a text, as /dev/tty cannot always be asked for more
            assert not is_regular(Path(name))
            with pytest.raises(OSError, match=r"is no regular file|Is a directory|No such device"):
                read_bytes(Path(name), 9)
    assert not is_regular(tmp_path / "gone")


@pytest.mark.hostile
def test_the_kind_is_asked_for_again_once_the_file_is_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have been replaced in between; opened without waiting, a pipe cannot stop the reader."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a").touch()
    monkeypatch.setattr(Path, "stat", lambda _: os.stat(tmp_path / "a"))  # noqa: PTH116
    with pytest.raises(OSError, match="is no regular file"):
        read_bytes(tmp_path / "pipe", 9)


@pytest.mark.hostile
def test_where_files_may_be(tmp_path: Path) -> None:
    inside, beside = tmp_path / "in", tmp_path / "inside"
    for folder in (inside, beside):
        folder.mkdir()
    (inside / "out").symlink_to(beside)
    (beside / "in").symlink_to(inside)
    places = {inside: True, inside / "a": True, inside / ".." / "in" / "a": True, beside / "in" / "a": True}
    places |= {beside: False, beside / "a": False, inside / "out" / "a": False, inside / "..": False}
    for path, is_in in places.items():
        assert lies_in(path, (str(inside),)) is is_in
        with only_in((str(inside),)):
            assert is_outside(path) is not is_in
        assert not is_outside(path)
    with only_in(()):
        assert not is_outside(beside)
    assert lies_in(Path("/etc"), ("/",))


def test_the_project_of_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    top, deep, other = tmp_path / "top", tmp_path / "top" / "a" / "b", tmp_path / "other"
    for folder in (deep, other):
        folder.mkdir(parents=True)
    (top / ".git").touch()  # a worktree has a file
    assert [project_of(str(each)) for each in (top, deep, other)] == [str(top), str(top), str(other)]
    monkeypatch.chdir(other)
    other.rmdir()
    assert project_of(".") == "."


def test_only_one_at_a_time(tmp_path: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    descriptor = os.open(tmp_path, os.O_RDONLY)
    with only_one(tmp_path), pytest.raises(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(descriptor)
    with only_one(tmp_path / "gone"):
        assert not list(tmp_path.iterdir()), "nothing is made"
