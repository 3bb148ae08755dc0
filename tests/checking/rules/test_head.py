"""HR4: heads, their tasks, and widths."""

from __future__ import annotations

from pathlib import Path

import pytest
from checks import check, codes, only, settings, spec
from support import TESTS

POSE = (TESTS / "configs" / "pose" / "w32_256x192_adam_lr1e-3.yaml").read_text()
IMAGE = "  IMAGE_SIZE:\n  - 192\n  - 256\n"
HEATMAP = "  HEATMAP_SIZE:\n  - 48\n  - 64\n"


def test_every_width_has_its_own_remedy(tmp_path: Path) -> None:
    finding = only(check(tmp_path / "a.yaml", spec(widths="18, 20, 32")))
    assert (finding.line, finding.remedy) == (3, "tensor cores need multiples of 8: 18 → 24, 20 → 24")


@pytest.mark.parametrize("size", ["[48, 64, 17]", "48", "[48]"])
def test_a_heatmap_size_that_is_not_a_size_is_found(size: str, tmp_path: Path) -> None:
    (finding,) = check(tmp_path / "a.yaml", POSE.replace(HEATMAP, f"  HEATMAP_SIZE: {size}\n"))
    assert (finding.code, finding.path, finding.remedy) == ("HR403", "MODEL.HEATMAP_SIZE", "write [48, 64]")
    assert f"{size}, not a width and a height" in finding.message


def test_heatmaps_are_not_compared_at_an_assumed_input(tmp_path: Path) -> None:
    found = check(tmp_path / "a.yaml", POSE.replace(IMAGE, IMAGE.replace("SIZE", "SZIE")))
    assert codes(found) == ["HR107", "HR101"]
    found = check(tmp_path / "b.yaml", POSE.replace(IMAGE, IMAGE.replace("192", "160")))
    assert codes(found) == ["HR403"]


def test_heatmaps_are_not_compared_at_another_input(tmp_path: Path) -> None:
    """The targets of the dataset are for the input of the config."""
    wrong = POSE.replace(HEATMAP, "  HEATMAP_SIZE: [64, 64]\n")
    assert codes(check(tmp_path / "a.yaml", wrong)) == ["HR403"]
    assert codes(check(tmp_path / "a.yaml", wrong, settings(input="512x512"))) == []
