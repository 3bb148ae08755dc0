"""Counts of 0, which the original code builds; a golden (`edge/pose_num_modules_0`) shows that it does so like this."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import TESTS

from hrnet_cli import flops, load_spec, trace
from hrnet_cli.checking.lock import lock_entry
from hrnet_cli.dialects.table import write_spec
from hrnet_cli.errors import InexpressibleError, SpecError
from hrnet_cli.sources import parse_spec

POSE = TESTS / "configs" / "pose" / "w32_256x192_adam_lr1e-3.yaml"


def pose(**stages: Mapping[str, Any]) -> dict[str, Any]:
    """A published config with other values in its stages."""
    config: dict[str, Any] = yaml.safe_load(POSE.read_text())
    for key, values in stages.items():
        config["MODEL"]["EXTRA"][key] |= values
    return config


@pytest.mark.parametrize("number", [2, 3, 4])
def test_a_stage_of_no_modules_is_its_transition_alone(number: int) -> None:
    config = pose(**{f"STAGE{number}": {"NUM_MODULES": 0}})
    spec, whole = load_spec(config), load_spec(pose())
    assert f"MODEL.EXTRA.STAGE{number}.NUM_MODULES: 0 modules" in " ".join(spec.notes)
    keys, all_keys = (set(trace(each).root.module.state_dict()) for each in (spec, whole))
    assert keys == {key for key in all_keys if not key.startswith(f"stage{number}.")}
    inside = next(call for call in trace(spec).calls if call.node.path == f"stage{number}")
    assert inside.inputs == inside.outputs and len(inside.outputs) == number
    assert lock_entry(trace(spec)).branches == lock_entry(trace(whole)).branches
    assert flops(spec).macs < flops(whole).macs


@pytest.mark.torch
@pytest.mark.parametrize("number", [2, 3, 4])
def test_both_engines_pass_through_it(number: int) -> None:
    pytest.importorskip("torch")
    spec = load_spec(pose(**{f"STAGE{number}": {"NUM_MODULES": 0}}))
    ours, theirs = (trace(spec, "64x64", engine) for engine in ("shapes", "torch"))
    assert [(a.node.path, a.outputs) for a in ours.calls] == [(a.node.path, a.outputs) for a in theirs.calls]


def test_no_blocks_are_one_block() -> None:
    spec = load_spec(pose(STAGE3={"NUM_BLOCKS": [4, 0, 0]}))
    assert spec.stages[2].num_blocks == (4, 1, 1)
    assert "MODEL.EXTRA.STAGE3.NUM_BLOCKS[1]: one block is built for 0" in spec.notes


def test_it_is_written_for_those_who_have_it() -> None:
    spec = load_spec(pose(STAGE3={"NUM_MODULES": 0}))
    for target in ("official", "mmlab"):
        again = parse_spec(write_spec(spec, target).text)
        assert again.stages == spec.stages
    for target in ("yaml", "json"):
        with pytest.raises(InexpressibleError, match="stage3 has no modules"):
            write_spec(spec, target)


@pytest.mark.parametrize("count", [-1, "none", 0.5, False])
def test_nothing_else_is_a_zero(count: Any) -> None:
    with pytest.raises(SpecError):
        load_spec(pose(STAGE3={"NUM_MODULES": count}))


def test_a_spec_of_ours_has_none(tmp_path: Path) -> None:
    text = write_spec(load_spec("w32"), "yaml").text
    with pytest.raises(SpecError, match="out of range"):
        parse_spec(text.replace("num_modules: 4", "num_modules: 0"))
