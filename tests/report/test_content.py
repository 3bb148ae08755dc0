"""The guides of trees."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hrnet_cli.report.content import guides


def stem_depth(stem: str) -> int:
    return len(stem) // 2


@given(st.lists(st.integers(0, 1), max_size=30))
def test_guides_connect(steps: list[int]) -> None:
    """A child's guide starts below its parent, and every guide ends at a last child."""
    depths = [0]
    for step in steps:
        depths.append(max(depths[-1] + step, 1) if step else max(depths[-1] - 1, 1))
    stems = guides(depths)
    assert [stem_depth(stem) for stem in stems] == depths
    for index, (stem, depth) in enumerate(zip(stems, depths, strict=True)):
        if depth:
            later = next((other for other in depths[index + 1 :] if other <= depth), 0)
            assert stem[-2:] == ("├ " if later == depth else "└ ")
