"""How amounts, shapes and lists are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrnet_cli.text import (
    batch_text,
    change,
    compact_list,
    digits,
    exact,
    join_and,
    map_text,
    maps_text,
    misspelt,
    percent,
    plural,
    shape_text,
    short,
)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (561, "561"),
        (999, "999"),
        (1000, "1.000k"),
        (38_848, "38.85k"),
        (786_432, "786.4k"),
        (999_940, "999.9k"),
        (999_960, "1.000M"),
        (9_999_600, "10.00M"),
        (28_536_113, "28.54M"),
        (99_996_000, "100.0M"),
        (7_645_003_776, "7.645G"),
        (10**12, "1.000T"),
        (10**18, "1000000.0T"),
    ],
)
def test_short(number: int, text: str) -> None:
    assert short(number) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(7_645_003_776, "7.120Gi"), (2**30, "1.000Gi"), (1_671_168, "1.594Mi"), (2048, "2.000Ki"), (100, "100")],
)
def test_short_in_binary_units(number: int, text: str) -> None:
    assert short(number, 2**30) == text


@given(st.integers(0, 10**20))
def test_short_is_close(number: int) -> None:
    text = short(number)
    factor = {"k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}.get(text[-1], 1)
    value = float(text.rstrip("kMGT"))
    assert abs(value * factor - number) <= 0.0006 * number
    assert value < 1000 or text.endswith("T")


def test_amounts_shapes_and_lists() -> None:
    assert exact(28_536_113) == "28,536,113"
    assert (shape_text((1, 3, 256, 192)), map_text((1, 3, 256, 192)), map_text((64,))) == (
        "1×3×256×192",
        "3×256×192",
        "64",
    )
    assert maps_text([(1, 32, 64, 48), (1, 64, 32, 24)]) == "32×64×48, 64×32×24"
    assert [compact_list(each) for each in ((4, 4, 4), (4,), (1, 2), ())] == ["3 × 4", "4", "1, 2", ""]
    assert [plural(1, "module"), plural(8, "module"), plural(2, "branch")] == ["1 module", "8 modules", "2 branches"]
    assert [percent(1, 3), percent(0, 0), percent(5, 5)] == ["33.3%", "0.0%", "100.0%"]
    assert [digits(number) for number in (7.645, 15.29, 114.2)] == ["7.645", "15.29", "114.2"]


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        (100, 123, "+23.0%"),
        (1000, 1001, "+0.1%"),
        (10_000, 9_996, "-0.0400%"),
        (28_535_552, 28_535_553, "+0.000004%"),
        (10**9, 10**9 + 1, "+0.0000001%"),
        (10**30, 10**30 - 9, "-0." + "0" * 27 + "9%"),
        (5, 5, ""),
        (0, 5, ""),
    ],
)
def test_a_difference_is_never_shown_as_none(before: int, after: int, text: str) -> None:
    assert change(before, after).rstrip("%").rstrip("0") == text.rstrip("%").rstrip("0")


@pytest.mark.parametrize(
    ("words", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_join_and(words: list[str], text: str) -> None:
    assert join_and(words) == text


def test_a_batch_of_one_is_not_named() -> None:
    assert [batch_text((n, 3, 64, 64)) for n in (1, 2)] == ["", " for a batch of 2"]


KEYS = (
    *("PRETRAINED_LAYERS", "INIT_WEIGHTS", "HEATMAP_SIZE", "PRETRAINED", "NUM_JOINTS", "NUM_CLASSES", "IMAGE_SIZE"),
    *("FINAL_CONV_KERNEL", "STAGE2", "WITH_AE_LOSS", "NUM_BRANCHES", "EXTRA", "NAME"),
)


@pytest.mark.parametrize(
    "word",
    [
        *("FROZEN_LAYERS", "HEATMAP_SOFTMAX", "HRNET_PRETRAINED", "NUM_HEADS", "FREEZE_WEIGHTS", "NUM_LAYERS"),
        *("VOLUME_SIZE", "FINAL_CONV_SEED", "STAGE2_2", "STAGE3_2", "WITH_OFFSETS_LOSS", "OFFSET_PRETRAINED", "STAGE5"),
        *("DC_STAGE2", "GAME_SIZE", "", "x" * 1000, None, 3),
    ],
)
def test_a_word_of_its_own_is_no_misspelling(word: object) -> None:
    """Keys of public forks, each of which its code reads."""
    assert misspelt(word, KEYS) == ""


@pytest.mark.parametrize(
    ("word", "right"),
    [
        ("NUM_RANCHES", "NUM_BRANCHES"),
        ("IMAGE_SZIE", "IMAGE_SIZE"),
        ("num_joint", "NUM_JOINTS"),
        ("NUM_CLASES", "NUM_CLASSES"),
        ("HEATMAPSIZE", "HEATMAP_SIZE"),
        ("FINAL_CONV_KERNAL", "FINAL_CONV_KERNEL"),
        ("FINAL_CNOV_KERNAL", "FINAL_CONV_KERNEL"),
        ("STGAE2", "STAGE2"),
        ("EXTRAS", "EXTRA"),
        ("NMAE", "NAME"),
        ("STAGE2", "STAGE2"),
    ],
)
def test_a_misspelling_is_a_few_letters_off(word: str, right: str) -> None:
    assert misspelt(word, KEYS) == right
