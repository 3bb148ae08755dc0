"""HR3: the input."""

from __future__ import annotations

from pathlib import Path

import pytest
from checks import check, codes, only, settings, spec


@pytest.mark.parametrize(("size", "branches", "code"), [("100x64", "8, 16, 32", "HR301"), ("4x4", "8, 16", "HR302")])
def test_the_spec_s_own_input_has_a_place_and_another_has_none(
    tmp_path: Path, size: str, branches: str, code: str
) -> None:
    own = only(check(tmp_path / "own.yaml", spec(size, branches)))
    required = only(check(tmp_path / "required.yaml", spec(widths=branches), settings(input=size)))
    assert (own.code, own.path, own.line, own.column) == (code, "input", 1, 8)
    assert (required.code, required.path) == (code, "")
    assert own.message == required.message and own.remedy == required.remedy


@pytest.mark.parametrize(
    ("size", "branches", "found"),
    [
        ("64x64", "8, 16, 32", []),
        ("16x16", "8, 16, 32", []),  # the last branch is of one pixel, as wide as the others make it
        ("16x64", "8, 16, 32", []),
        ("4x4", "8, 16", ["HR302"]),
        ("64x4", "8, 16", ["HR302"]),
        ("4x64", "8, 16", ["HR302"]),
        ("4x4", "8", []),
        ("1x1", "8, 16", ["HR302"]),
        ("12x64", "8, 16", ["HR301"]),
    ],
)
def test_an_input_that_is_narrow_in_one_axis(size: str, branches: str, found: list[str], tmp_path: Path) -> None:
    assert codes(check(tmp_path / "a.yaml", spec(size, branches))) == found


@pytest.mark.parametrize(
    ("size", "remedy"),
    [
        ("100x64", "use a height of 96 or 109 (pad by 9), or pad by 12 to 112"),
        ("64x100", "use a width of 96 or 109 (pad by 9), or pad by 12 to 112"),
    ],
)
def test_the_remedy_for_an_input(size: str, remedy: str, tmp_path: Path) -> None:
    """Three branches take multiples of 16, and what the stem rounds up to one."""
    finding = only(check(tmp_path / "a.yaml", spec(size)))
    assert (finding.code, finding.remedy) == ("HR301", remedy)


def test_the_sum_that_stretches_a_map_is_named(tmp_path: Path) -> None:
    finding = only(check(tmp_path / "a.yaml", spec("4x4", "8, 16")))
    assert finding.message == ("stage2.0.sums.0 adds maps of different sizes: torch stretches a map of size 1")
    assert finding.remedy == "use a larger input, or fewer branches"


def test_an_input_of_other_channels(tmp_path: Path) -> None:
    finding = only(check(tmp_path / "a.yaml", spec(), settings(input="1x1x64x64")))
    assert (finding.code, finding.path) == ("HR301", "") and "1 channel," in finding.message
