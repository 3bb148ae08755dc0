"""What the readers of all dialects share."""

from __future__ import annotations

from typing import Any

import pytest

from hrnet_cli.dialects.reading import MAX_NOTES, Reading, check_size, find_misspelt, is_stage, unread_key


@pytest.mark.parametrize(
    ("size", "message"),
    [
        ([1, 1_000_000], ""),
        ((5, 6), ""),
        ([1, 1_000_001], "has a size that is out of range"),
        ([0, 1], "has a size that is out of range"),
        ([1], "is not an input size"),
        ([1, 2, 3], "is not an input size"),
        ([1, True], "is not an input size"),
        ([1, 2.0], "is not an input size"),
        ("12", "is not an input size"),
        (None, "is not an input size"),
    ],
)
def test_a_size_of_two_numbers(size: Any, message: str) -> None:
    error = check_size(size, 2, ("x",), "write two")
    assert bool(error) is bool(message)
    if error:
        assert error.code == "bad-input" and error.message.endswith(message) and error.path == ("x",)
        assert error.remedy == ("allowed: 1 to 1000000" if "range" in message else "write two")


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"num_blocks": 1}, True),
        ({"NUM_BLOCKS": 1}, True),
        ({"num_blokcs": 1}, True),
        ({"script": 1}, False),
        ({}, False),
        (["num_blocks"], False),
        (None, False),
    ],
)
def test_what_is_a_stage(value: Any, found: bool) -> None:
    assert is_stage(value) is found


def test_a_misspelling_is_of_the_nearest_key() -> None:
    known = ("stage2", "stage3")
    assert find_misspelt(["stge3", "xyz"], ["stage3"], known) == ["stge3"]
    assert find_misspelt(["stge3"], ["stage2"], known) == []
    many = [f"stag{letter}3" for letter in "abcdfghij"]
    assert MAX_NOTES == 8 and len(find_misspelt([*["x"] * 7, *many], ["stage3"], known)) == 1


@pytest.mark.parametrize(
    ("key", "present", "code", "remedy"),
    [
        ("num_bloks", (), "misspelt-key", "did you mean num_blocks?"),
        ("num_bloks", ("num_blocks",), "misspelt-key", "remove it: num_blocks is present too"),
        ("xyz", (), "unread-key", "remove it"),
    ],
)
def test_a_key_that_is_not_read(key: str, present: tuple[str, ...], code: str, remedy: str) -> None:
    note = unread_key(("a", key), ("num_blocks",), "it is not read", present)
    assert (note.code, note.remedy, note.at_key, note.path) == (code, remedy, True, ("a", key))


def test_an_origin_is_that_of_the_longest_part() -> None:
    reading = Reading({})
    reading.origins = {("head",): ("h",), ("head", "num_joints"): ("N",)}
    assert reading.origin(("head", "num_joints", 0)) == ("N", 0)
    assert reading.origin(("head", "kernel")) == ("h", "kernel")
    assert reading.origin(("input",)) == ()


def test_zeros_are_read_as_ones() -> None:
    """The original code builds one block for 0, and a stage of no modules as its transition."""
    reading = Reading(
        {
            "stage1": {"num_modules": 0, "num_blocks": [1, 0, 0]},
            "stage2": {"num_modules": 0, "num_blocks": (2, 1)},
            "stage3": {"num_modules": False, "num_blocks": 0},
            "stage4": 0,
            "other": {"num_modules": 0, "num_blocks": [0]},
        }
    )
    reading.origins = {("stage1",): ("S1",), ("stage2",): ("S2",)}
    reading.replace_zeros()
    assert reading.data == {
        "stage1": {"num_modules": 0, "num_blocks": [1, 1, 1]},
        "stage2": {"num_modules": 1, "num_blocks": (2, 1)},
        "stage3": {"num_modules": False, "num_blocks": 0},
        "stage4": 0,
        "other": {"num_modules": 0, "num_blocks": [0]},
    }
    assert reading.empty_stages == {"stage2"}
    assert [(note.path, note.code, note.remedy, note.at_most_note) for note in reading.notes] == [
        (("S1", "num_blocks", 1), "unread-value", "write 1", False),
        (("S2", "num_modules"), "unread-value", "", True),
    ]
