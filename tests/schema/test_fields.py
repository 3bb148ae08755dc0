"""Each kind of value: what it takes, on both sides of its bounds, and how it says what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from hrnet_cli.schema import HEAD_SPECS, Budget, Spec, StageSpec
from hrnet_cli.schema.fields import (
    INVALID,
    Amount,
    Choice,
    Count,
    Each,
    Flag,
    Number,
    Size,
    Text,
    right_key,
    unknown_keys,
)
from hrnet_cli.schema.records import Diagnostics, Kind, entries

RECORDS = {"spec": Spec, "stage": StageSpec, "budget": Budget, **HEAD_SPECS}
COUNTS = {
    "spec.in_channels": (1, 65_536),
    "spec.stem_widths": (1, 65_536),
    "stage.num_modules": (1, 100),
    "stage.num_branches": (1, 16),
    "stage.num_blocks": (1, 200),
    "stage.reduce_ratio": (1, 65_536),
    "stage.num_channels": (1, 65_536),
    "budget.divisor": (1, 65_536),
    "heatmap.num_joints": (1, 10_000),
    "heatmap.final_conv_kernel": (1, 15),
    "segmentation.num_classes": (1, 100_000),
    "segmentation.final_conv_kernel": (1, 15),
    "ocr.num_classes": (1, 100_000),
    "ocr.mid_channels": (1, 65_536),
    "ocr.key_channels": (1, 65_536),
    "ocr.final_conv_kernel": (1, 15),
    "landmark.num_joints": (1, 10_000),
    "landmark.final_conv_kernel": (1, 15),
    "classification.num_classes": (1, 1_000_000),
    "hrfpn.out_channels": (1, 65_536),
    "hrfpn.num_outs": (1, 16),
    "hrfpn.stride": (1, 8),
    "higher.num_joints": (1, 10_000),
    "higher.num_channels": (1, 65_536),
    "higher.kernel_size": (2, 4),
    "higher.num_basic_blocks": (0, 200),
    "higher.final_conv_kernel": (1, 15),
}
LENGTHS = {
    "spec.stages": (1, 16),
    "spec.stem_widths": (1, 2),
    "stage.num_blocks": (0, 16),
    "stage.num_channels": (0, 16),
    "higher.with_ae_loss": (0, 9),
    "higher.num_channels": (0, 8),
    "higher.kernel_size": (0, 8),
    "higher.cat_output": (0, 8),
}
"""HigherHRNet's with_ae_loss has one entry more than it has deconvolutions."""


def read(kind: Kind, value: Any) -> tuple[Any, list[str]]:
    """What is read of a value, and the codes of what is wrong with it."""
    diagnostics = Diagnostics()
    result = kind.read(value, ("x",), diagnostics)
    return (None if diagnostics else result), [each.code for each in diagnostics]


def remedy(kind: Kind, value: Any) -> str:
    diagnostics = Diagnostics()
    assert kind.read(value, ("x",), diagnostics) is INVALID
    (problem,) = diagnostics
    assert problem.path == ("x",)
    return problem.remedy


def kinds(kind: type[Any]) -> dict[str, Any]:
    """Every field of a kind, by its record and its name."""
    fields = {f"{key}.{name}": item for key, record in RECORDS.items() for name, item in entries(record).items()}
    return {name: item.metadata["kind"] for name, item in fields.items() if isinstance(item.metadata["kind"], kind)}


ALL_COUNTS = {
    **kinds(Count),
    **{name: each.kind for name, each in kinds(Each).items() if isinstance(each.kind, Count)},
}


def test_the_bounds_of_every_field_are_tried() -> None:
    assert set(ALL_COUNTS) == set(COUNTS) and set(kinds(Each)) == set(LENGTHS)


@pytest.mark.parametrize("name", COUNTS)
def test_a_count_is_taken_up_to_its_bounds(name: str) -> None:
    kind, (low, high) = ALL_COUNTS[name], COUNTS[name]
    assert read(kind, low) == (low, []) and read(kind, high) == (high, [])
    assert read(kind, low - 1) == (None, ["too-small"]) and read(kind, high + 1) == (None, ["too-large"])


@pytest.mark.parametrize("name", LENGTHS)
def test_a_list_is_taken_up_to_its_bounds(name: str) -> None:
    kind, (shortest, longest) = kinds(Each)[name], LENGTHS[name]
    codes = {length: set(read(kind, [{}] * length)[1]) for length in range(longest + 2)}
    assert all(("too-short" in found) == (length < shortest) for length, found in codes.items())
    assert all(("too-long" in found) == (length > longest) for length, found in codes.items())


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("032", "write 32, without a leading zero"),
        (" 32 ", "write 32 without quotes"),
        ("123456789", "write 123456789 without quotes"),
        ("1234567890", "write a whole number from 1 to 99"),
        ("x", "write a whole number from 1 to 99"),
        (1.0, "write 1"),
        (99.0, "write 99"),
        (0.0, "write a whole number from 1 to 99"),
        (100.0, "write a whole number from 1 to 99"),
        (1.5, "write a whole number from 1 to 99"),
        (True, "write a whole number from 1 to 99"),
        (None, "write a whole number from 1 to 99"),
        (0, "allowed: 1 to 99"),
    ],
)
def test_the_remedy_for_a_count(value: Any, says: str) -> None:
    assert remedy(Count(1, 99), value) == says


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (1, 1),
        (10**18 - 1, 10**18 - 1),
        ("1", 1),
        ("1k", 10**3),
        ("30M", 30 * 10**6),
        ("7.65G", 7_650_000_000),
        ("2T", 2 * 10**12),
        (" 0.5k ", 500),
        ("1.000000000001T", 10**12 + 1),
    ],
)
def test_an_amount(value: Any, number: int) -> None:
    assert read(Amount(), value) == (number, [])


@pytest.mark.parametrize(
    "value", [0, -1, 10**18, "0", "0M", "1.5", "1.0005k", "1e6", "30m", "30 M", "999999999T", "", None, True, False]
)
def test_no_amount(value: Any) -> None:
    assert read(Amount(), value) == (None, ["bad-amount"])
    assert remedy(Amount(), value).startswith("write a whole number, or one with a decimal unit")


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (1.0, "write 1"),
        (999.0, "write 999"),
        (1e3, "write 1k"),
        (1050.0, "write 1.05k"),
        (3e7, "write 30M"),
        (7.65e9, "write 7.65G"),
        (1e12, "write 1T"),
        (0.0, "write a whole number, or"),
        (-1.0, "write a whole number, or"),
        (2.5, "write a whole number, or"),
        (1e18, "write a whole number, or"),
    ],
)
def test_the_remedy_for_an_amount_that_is_a_float(value: float, says: str) -> None:
    found = remedy(Amount(), value)
    assert found.startswith(says) if says.endswith("or") else found == says


@pytest.mark.parametrize(
    ("value", "number", "codes"),
    [
        (0.5, 0.5, []),
        (1e-9, 1e-9, []),
        (0, None, ["out-of-range"]),
        (1, None, ["out-of-range"]),
        (-0.5, None, ["out-of-range"]),
        (True, None, ["wrong-type"]),
        ("0.5", None, ["wrong-type"]),
    ],
)
def test_a_number_is_between_its_bounds(value: Any, number: float | None, codes: list[str]) -> None:
    assert read(Number(0, 1), value) == (number, codes)


def test_a_number_is_a_float() -> None:
    assert type(Number(0, 3).read(1, (), Diagnostics())) is float


@pytest.mark.parametrize("value", [0, 1, "true", None])
def test_a_flag_is_no_number_and_no_text(value: Any) -> None:
    assert read(Flag(), value) == (None, ["wrong-type"])
    assert read(Flag(), True) == (True, []) and read(Flag(), False) == (False, [])


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        ("x", []),
        ("x" * 200, []),
        ("x" * 201, ["bad-text"]),
        ("", ["bad-text"]),
        ("a\nb", ["bad-text"]),
        (3, ["wrong-type"]),
        (None, ["wrong-type"]),
    ],
)
def test_a_text(value: Any, codes: list[str]) -> None:
    assert read(Text(), value)[1] == codes


def test_the_remedy_for_a_text() -> None:
    assert remedy(Text(), 3.5) == 'write "3.5", with quotes'
    assert remedy(Text(), ["a"]) == "write one line of text"


def test_the_remedy_for_a_list() -> None:
    assert remedy(Each(Count(1, 9), 2), 3) == "write [3]"
    assert remedy(Each(Count(1, 9), 2), "3") == "write a list, in brackets"
    assert remedy(Each(Count(1, 9), 2), [1, 2, 3]) == "allowed: at most 2"
    assert remedy(Each(Count(1, 9), 2, 1), []) == "allowed: at least 1"


def test_a_choice() -> None:
    assert read(Choice(("a", "b")), "b") == ("b", [])
    assert read(Choice(("a", "b")), "c") == (None, ["unknown-choice"])
    assert read(Choice(("a", "b")), ["a"]) == (None, ["unknown-choice"])


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("256x192", (0, 0, 256, 192)),
        ("3x256x192", (0, 3, 256, 192)),
        (" 2X3×4x5 ", (2, 3, 4, 5)),
        ([1, "3", 4, 5], (1, 3, 4, 5)),
        ((1, 1_000_000), (0, 0, 1, 1_000_000)),
        ("256", None),
        ("1x2x3x4x5", None),
        ([1, 2, 3, 4, 5, 6], None),
        ("0x1", None),
        ([1, 1_000_001], None),
        ([1, True], None),
        ([1, 2.0], None),
        (256, None),
        ("axb", None),
    ],
)
def test_an_input_shape(value: Any, shape: tuple[int, ...] | None) -> None:
    assert read(Size(), value) == (shape, [] if shape else ["bad-input"])


def test_many_unknown_keys_are_named_and_the_rest_is_counted() -> None:
    def messages(count: int) -> list[str]:
        return [each.message for each in unknown_keys({f"key{index}": 0 for index in range(count)}, ("a",), ())]

    assert len(messages(20)) == 20 and messages(20)[-1] == "unknown key 'key19'"
    assert len(messages(21)) == 21 and messages(21)[-1] == "1 more unknown keys"


def test_a_key_that_is_present_is_no_remedy() -> None:
    assert right_key("nmae", ("name", "input"), ()) == "did you mean name?"
    assert right_key("nmae", ("name", "input"), ("name",)) == "remove it: name is present too"
    assert right_key("xyz", ("name", "input"), ("name",)) == "known: name, input"
