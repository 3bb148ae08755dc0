"""Records: made by position or by name, compared by value, and never changed."""

from __future__ import annotations

from typing import Any

import pytest

from hrnet_cli.schema import HeatmapHead, LandmarkHead, Upsampling
from hrnet_cli.schema.spec import Published


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ((), {}),
        (("1M",), {}),
        (("1M", "1G"), {}),
        (("1M", "1G", "here"), {"other": 1}),
        ((), {"params": "1M", "flops": "1G", "source": "here", "other": 1}),
        (("1M", "1G", "here", "macs", (), "", "more"), {}),
    ],
)
def test_what_makes_no_record(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="Published"):
        Published(*values, **named)


def test_a_record_by_position_and_by_name() -> None:
    by_name = Published(params="1M", flops="1G", source="here")
    assert Published("1M", "1G", "here") == by_name == Published("1M", flops="1G", source="here")
    assert hash(by_name) == hash(Published("1M", "1G", "here")) and by_name != Published("1M", "1G", "there")
    assert HeatmapHead(5, 3) == HeatmapHead(final_conv_kernel=3, num_joints=5)


def test_records_of_two_kinds_differ() -> None:
    assert HeatmapHead(68) != LandmarkHead(68) and HeatmapHead(5) != (5, 1)
    assert len({HeatmapHead(68), LandmarkHead(68), HeatmapHead(68)}) == 2


def test_a_record_shows_what_is_not_at_its_default() -> None:
    assert repr(HeatmapHead()) == "HeatmapHead()"
    assert repr(Upsampling("bilinear", "size")) == "Upsampling(mode='bilinear', to='size')"


def test_a_record_cannot_be_changed() -> None:
    head: Any = HeatmapHead()
    with pytest.raises(AttributeError, match="cannot be changed"):
        head.num_joints = 3
    with pytest.raises(AttributeError, match="cannot be deleted"):
        del head.num_joints
