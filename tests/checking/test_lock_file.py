"""The lock file: its bytes are stable, and a mistake in one has its place."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import Plain, networks
from support import caught

from hrnet_cli.checking.lock import lock_entry
from hrnet_cli.checking.lock_file import (
    LOCK_NAME,
    MAX_BYTES,
    LockEntry,
    canonical_name,
    lock_text,
    open_lock,
    read_lock,
)
from hrnet_cli.checking.settings import Settings
from hrnet_cli.errors import UnreadableError, UsageError
from hrnet_cli.tracing import InputError, trace

W32 = lock_entry(trace("w32"))
TEXT = (
    "# What each spec builds. Written by `hrnet-cli lock`; `hrnet-cli lock --update` renews it.\n"
    "version: 1\n"
    "specs:\n"
    '  "configs/mine.yaml":\n'
    "    input: 1x3x256x192\n"
    "    params: 28536113\n"
    "    macs: 7645003776\n"
    "    activations: 19115520\n"
    "    branches: [32x64x48, 64x32x24, 128x16x12, 256x8x6]\n"
    "    outputs: [1x17x64x48]\n"
    "    upsampling: nearest by factor\n"
    "    batch_norm: momentum 0.1, eps 1e-05\n"
    "    keys: 1754\n"
    "    digest: f21e2c9b0b2db0dccbb9da60f035caab240aed5a329b4f71f862e81da9e4a8d6\n"
)
"""As version 0.1.0 wrote it."""


def test_the_bytes_are_those_of_every_version() -> None:
    assert lock_text({"configs/mine.yaml": W32}) == TEXT
    assert read_lock(TEXT, "x") == {"configs/mine.yaml": W32}


def test_a_lock_file_is_yaml() -> None:
    value = yaml.safe_load(TEXT)
    assert list(value) == ["version", "specs"]
    assert value["specs"]["configs/mine.yaml"]["params"] == 28_536_113


def test_the_default_name_has_one_home() -> None:
    assert Settings().lock == LOCK_NAME == "hrnet.lock"


PLAIN = ('a"b', "a\\b", "a\\ud83d", "a: b", "# a", "-", "a\nb", "\x1b[31m", "網.yaml", "<<<<<<< a", "true", "1")
HALVES = (
    "\udcff",
    "\ud83d\x07",
    "\ude00\ud83d",
    "👩\u200d💻",
    "\ufffe\uffff",
    "\uffffd83d",
    "\\\udcff",
    "\U0010dcff\x07",
)
names = (st.text(st.characters(codec="utf-8"), min_size=1, max_size=20) | st.sampled_from(PLAIN + HALVES)).map(
    canonical_name
)


@settings(max_examples=30)
@given(st.lists(networks(), min_size=1, max_size=2), st.lists(names, min_size=1, max_size=5, unique=True))
def test_what_is_written_is_read_back(plain: list[Plain], some: list[str]) -> None:
    made = []
    for spec in plain:
        try:
            made.append(lock_entry(trace(spec)))
        except InputError:
            made.append(W32)
    entries = {name: made[index % len(made)] for index, name in enumerate(some)}
    text = lock_text(entries)
    assert text.endswith("\n") and text == lock_text(dict(reversed(entries.items())))
    assert read_lock(text, "x") == entries
    assert list(read_lock(text, "x")) == sorted(entries)
    assert text.encode().decode() == text


@settings(max_examples=300)
@given(names | st.text(st.characters(exclude_categories=()), min_size=1, max_size=8))
def test_any_name_is_read_back(name: str) -> None:
    assert list(read_lock(lock_text({name: W32}), "x")) == [canonical_name(name)]
    assert canonical_name(canonical_name(name)) == canonical_name(name)


def test_a_lock_file_may_have_more_entries_than_a_spec_has_values() -> None:
    entries = {f"configs/{number}.yaml": W32 for number in range(2_000)}
    assert len(read_lock(lock_text(entries), "x")) == 2_000


def test_other_yaml_with_the_same_values_reads_the_same() -> None:
    assert read_lock(lock_text({}), "x") == {}
    for text in (
        TEXT.replace("\n", "\r\n"),
        TEXT.replace("specs:\n", "# a comment\n\nspecs:\n") + "\n",
        TEXT.replace('"configs/mine.yaml"', "configs/mine.yaml"),
        TEXT.replace("    params: 28536113\n", "") + "    params: 28536113\n",
    ):
        assert read_lock(text, "x") == {"configs/mine.yaml": W32}


OURS, THEIRS = "    params: 28536113\n", "    params: 1\n"
CONFLICT = f"<<<<<<< HEAD\n{OURS}=======\n{THEIRS}>>>>>>> topic\n"


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", "", "the file is empty"),
        ("stage1: {}\n", "1:1", "this is not a lock file: it has no version"),
        ("- 1\n", "1:1", "this is not a lock file: it has no version"),
        (TEXT.replace("version: 1", "version: 2"), "2:10", "version 2, and this hrnet-cli reads version 1"),
        (TEXT.replace("version: 1", "version: true"), "2:10", "version true, and this hrnet-cli reads version 1"),
        (TEXT.replace("version: 1", "version: "), "2:1", "it has no version"),
        (TEXT.replace("specs:", "spec:"), "3:1", "unknown key 'spec'"),
        ("version: 1\n", "1:1", "specs is missing"),
        ("version: 1\nspecs: [1]\n", "2:8", "expected a mapping of specs"),
        (TEXT.replace(OURS, CONFLICT), "6:1", "git left a merge conflict here"),
        (TEXT.replace(OURS, f"=======\n{OURS}"), "6:1", "git left a merge conflict here"),
        (TEXT.replace("\n", "\r\n").replace("specs:", "=======\r\nspecs:"), "3:1", "git left a merge conflict here"),
        (TEXT.replace('"configs/mine.yaml"', "7"), "4:3", "expected the name of a spec in quotes, found 7"),
        (TEXT.replace('"configs/mine.yaml"', '"\\q"'), "4:4", "unknown escape character"),
        (TEXT.replace(OURS, ""), "4:3", "params is missing"),
        (TEXT.replace(OURS, OURS * 2), "7:5", "duplicate key 'params'"),
        (TEXT.replace("28536113", "2853611.3"), "6:13", "params: expected a whole number, found a number, 2853611.3"),
        (TEXT.replace("28536113", "028536113"), "6:13", "params: expected a whole number"),
        (TEXT.replace("28536113", "-1"), "6:13", "params: -1 is out of range"),
        (TEXT.replace("28536113", "9" * 10_000), "6:13", "params: "),
        (TEXT.replace("1x3x256x192", "1x3xx192"), "5:12", "input: expected a value like 1x17x64x48"),
        (TEXT.replace("1x3x256x192", "1x3x256x0192"), "5:12", "input: expected a value like 1x17x64x48"),
        (TEXT.replace("[1x17x64x48]", "1x17x64x48"), "10:14", "outputs: expected a list"),
        (TEXT.replace("[1x17x64x48]", "[1x17x64x48, 3]"), "10:27", "outputs[1]: expected a value like 1x17x64x48"),
        (TEXT.replace("f21e", "F21E"), "14:13", "digest: expected a value like"),
        (TEXT[:-20], "14:13", "digest: expected a value like"),
        (TEXT[: TEXT.index("    keys")], "4:3", "keys is missing"),
        (TEXT.replace("keys", "kyes"), "13:5", "unknown key 'kyes'"),
        (TEXT + TEXT[TEXT.index('  "') :], "15:3", "duplicate key 'configs/mine.yaml'"),
        (TEXT + TEXT, "16:1", "duplicate key 'version'"),
        (TEXT.replace("nearest by factor", "!!python/object:os.system x"), "11:17", "the tag"),
    ],
)
def test_a_mistake_has_its_place_and_a_remedy(text: str, place: str, words: str) -> None:
    error = caught(UnreadableError, read_lock, text, "hrnet.lock")
    assert str(error).startswith(f"hrnet.lock:{place}: " if place else "hrnet.lock: ") and words in error.message
    assert error.remedy and len(error.message) < 300


def test_the_first_mistake_is_reported() -> None:
    error = caught(UnreadableError, read_lock, TEXT.replace("1754", "x").replace("28536113", "y"), "x")
    assert str(error).startswith("x:6:13: params: ")


@settings(max_examples=200)
@given(st.integers(0, len(TEXT)), st.integers(0, 40), st.text(max_size=10))
def test_a_damaged_file_is_read_whole_or_refused(start: int, length: int, junk: str) -> None:
    text = TEXT[:start] + junk + TEXT[start + length :]
    error = caught(UnreadableError, read_lock, text, "x")
    if error:
        assert str(error).startswith("x:")
    else:
        assert all(isinstance(each, LockEntry) for each in read_lock(text, "x").values())


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "hrnet.lock"
    assert "No such file" in caught(UnreadableError, open_lock, path).message
    assert "Is a directory" in caught(UnreadableError, open_lock, tmp_path).message
    path.write_bytes(b"version: 1\n\xff")
    assert "is not UTF-8 (byte 11)" in caught(UnreadableError, open_lock, path).message
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    assert "more than 1,000,000 bytes" in caught(UnreadableError, open_lock, path).message
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
    assert open_lock(path) == {"configs/mine.yaml": W32}


@pytest.mark.hostile
@pytest.mark.parametrize(
    ("old", "new", "read"),
    [
        ("28536113", "0", True),
        ("28536113", str(10**30), True),
        ("28536113", str(10**30 + 1), False),
        ("28536113", "-1", False),
        ("1x3x256x192", "x".join(["9" * 30] * 8), True),
        ("1x3x256x192", "x".join(["1"] * 9), False),
        ("1x3x256x192", "1" * 31, False),
        ("1x3x256x192", "0", False),
        ("[1x17x64x48]", f"[{', '.join(['1x1'] * 100)}]", True),
        ("[1x17x64x48]", f"[{', '.join(['1x1'] * 101)}]", False),
    ],
)
def test_numbers_and_shapes_have_bounds(old: str, new: str, read: bool) -> None:
    assert (
        caught(UnreadableError, read_lock, TEXT.replace(old, f'"{new}"' if old.startswith("1x3") else new), "x") is None
    ) is read


@pytest.mark.hostile
@pytest.mark.parametrize(("length", "says"), [(MAX_BYTES, "has no version"), (MAX_BYTES + 1, "more than 1,000,000")])
def test_a_lock_file_that_is_too_long(length: int, says: str, tmp_path: Path) -> None:
    path = tmp_path / "hrnet.lock"
    path.write_bytes(b"a: 1\n".ljust(length))
    assert says in caught(UnreadableError, open_lock, path).message


def test_no_lock_file_is_written_that_could_not_be_read() -> None:
    entry = read_lock(TEXT, "x")
    (one,) = entry.values()
    count = MAX_BYTES // len(lock_text({"1000": one}).partition("specs:\n")[2])
    longest = lock_text({str(1000 + number): one for number in range(count)})
    assert MAX_BYTES * 0.99 < len(longest) <= MAX_BYTES and len(read_lock(longest, "x")) == count
    error = caught(UsageError, lock_text, {str(1000 + number): one for number in range(count + 5)})
    assert f"{count + 5} entries take more than the 1,000,000 bytes" in error.message and "--lock" in error.remedy
    assert "120,000 values" in caught(UnreadableError, read_lock, "a: [" + "1," * 120_000 + "]", "x").message
