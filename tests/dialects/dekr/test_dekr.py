"""Stages as lists in one mapping. The numbers are those of DEKR's own code, run outside the repository."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from checks import check, codes

from hrnet_cli import load_spec, trace
from hrnet_cli.errors import SpecError
from hrnet_cli.schema import Spec

STAGES: dict[str, Any] = {
    "NUM_STAGES": 3,
    "NUM_MODULES": [1, 4, 3],
    "NUM_BRANCHES": [2, 3, 4],
    "BLOCK": ["BASIC"] * 3,
    "NUM_BLOCKS": [[4] * count for count in (2, 3, 4)],
    "NUM_CHANNELS": [[32, 64], [32, 64, 128], [32, 64, 128, 256]],
    "FUSE_METHOD": ["SUM"] * 3,
}
HEADS = {"HEAD_HEATMAP": {"BLOCK": "BASIC"}, "HEAD_OFFSET": {"BLOCK": "ADAPTIVE"}}


def dekr(**changed: Any) -> dict[str, Any]:
    """DEKR's published config of width 32; a key that is changed to ... is left out."""
    stages = {key: value for key, value in {**STAGES, **changed}.items() if value is not ...}
    model = {"NAME": "hrnet_dekr", "SPEC": {"FINAL_CONV_KERNEL": 1, "STAGES": stages, **HEADS}}
    return {"DATASET": {"INPUT_SIZE": 512}, "MODEL": model}


def lower(value: Any) -> Any:
    return {key.lower(): lower(item) for key, item in value.items()} if isinstance(value, dict) else value


def errors(config: Any) -> list[tuple[str, str]]:
    with pytest.raises(SpecError) as caught:
        load_spec(config)
    return [(each.dotted, each.message) for each in caught.value.diagnostics]


def test_the_backbone_of_dekr() -> None:
    """Its network has 29,561,182 parameters, 255,646 of them in its heads."""
    spec = load_spec(dekr())
    traced = trace(spec)
    assert sum(node.own_params for node in traced.root.walk()) == 29_305_536
    assert len(traced.root.module.state_dict()) == 1_830
    assert traced.calls[0].outputs == tuple((1, 32 << branch, 128 >> branch, 128 >> branch) for branch in range(4))
    assert (spec.name, spec.dialect) == ("dekr-w32", "dekr")
    w32 = load_spec("w32")
    assert (spec.stages, spec.upsampling, spec.batch_norm) == (w32.stages, w32.upsampling, w32.batch_norm)


@pytest.mark.parametrize(
    "config",
    [
        {"SPEC": {"STAGES": STAGES, **HEADS}},
        {"arch_params": {"SPEC": {"STAGES": STAGES}}},
        {"MODEL": {"NAME": "CID", "BACKBONE": {"STAGES": STAGES}, "IIA": {}, "GFD": {}}},
        {"model": {"params": {"spec": {"stages": lower(STAGES)}}}},
        {"STAGES": STAGES},
    ],
)
def test_wherever_the_mapping_is(config: dict[str, Any]) -> None:
    expected = load_spec(dekr())
    found = load_spec(config)
    assert (found.stages, found.head, found.input) == (expected.stages, expected.head, expected.input)


def note_of(spec: Spec) -> str:
    return next(note for note in spec.notes if "backbone" in note)


def test_the_note_says_whose_it_is_and_which_heads_are_left_out(tmp_path: Path) -> None:
    assert note_of(load_spec(dekr())) == (
        "MODEL.SPEC: DEKR's backbone is built, with 4 BOTTLENECK blocks of 64 as stage 1; HEAD_HEATMAP and "
        "HEAD_OFFSET, on its maps joined at the size of the largest, are left out"
    )
    cid = {"MODEL": {"NAME": "CID", "BACKBONE": {"STAGES": STAGES}, "IIA": {}, "GFD": {}}}
    assert "CID's backbone" in note_of(load_spec(cid)) and "IIA and GFD" in note_of(load_spec(cid))
    assert "like DEKR's" in note_of(load_spec({"SPEC": {"STAGES": STAGES}}))
    (found,) = check(tmp_path / "a.yaml", yaml.safe_dump(dekr()))
    assert (found.code, found.severity, found.path) == ("HR111", "note", "MODEL.SPEC.STAGES")


@pytest.mark.parametrize(
    ("changed", "path", "says"),
    [
        ({"NUM_MODULES": [1, 4]}, "NUM_MODULES", "2 entries for NUM_STAGES: 3"),
        ({"NUM_CHANNELS": [*STAGES["NUM_CHANNELS"], [1]]}, "NUM_CHANNELS", "4 entries for NUM_STAGES: 3"),
        (
            {"BLOCK": "BASIC"},
            "BLOCK",
            "expected a list with one item per stage after the first, found a string, 'BASIC'",
        ),
        ({"NUM_BLOCKS": ...}, "NUM_BLOCKS", "NUM_BLOCKS is missing"),
        ({"NUM_STAGES": ..., "NUM_BRANCHES": [2, 3]}, "NUM_BRANCHES", "2 entries for NUM_STAGES: 3"),
        ({"NUM_MODULES": ..., "NUM_MODULSE": [1, 4, 3]}, "NUM_MODULSE", "unknown key 'NUM_MODULSE'"),
        ({"NUM_BRANCHES": [2, 3, 5]}, "NUM_BLOCKS[2]", "4 entries for NUM_BRANCHES: 5"),
        ({"NUM_CHANNELS": [[32, 64], [32, 64, -1], [1, 2, 3, 4]]}, "NUM_CHANNELS[1][2]", "-1 is out of range"),
        ({"BLOCK": ["BASIC", "BASIC", "ADAPTIVE"]}, "BLOCK[2]", "'ADAPTIVE' is none of BASIC, BOTTLENECK"),
    ],
)
def test_a_mistake_is_one_message_at_its_key(changed: dict[str, Any], path: str, says: str) -> None:
    found = errors(dekr(**changed))
    assert (f"MODEL.SPEC.STAGES.{path}", says) in found
    assert len({message for _, message in found}) <= 2


def test_num_stages_may_be_missing(tmp_path: Path) -> None:
    found = check(tmp_path / "a.yaml", yaml.safe_dump(dekr(NUM_STAGES=...)))
    assert codes(found) == ["HR107", "HR111"]
    assert found[0].message == "NUM_STAGES is missing: 3 stages after the first are built, the length of most lists"


def test_other_blocks_and_fuse_methods_are_noted(tmp_path: Path) -> None:
    changed = {"BLOCK": ["BASIC", "BASIC", "BOTTLENECK"], "FUSE_METHOD": ["SUM", "CAT", "SUM"]}
    found = check(tmp_path / "a.yaml", yaml.safe_dump(dekr(**changed)))
    assert sorted(codes(found)) == ["HR104", "HR107", "HR111"]
    assert "as NUM_CHANNELS in that code" in next(each.message for each in found if each.code == "HR107")


def test_a_list_of_pipeline_stages_is_no_hrnet() -> None:
    with pytest.raises(SpecError, match="no stages of an HRNet are found"):
        load_spec({"stages": ["build", "test"], "jobs": {"stages": {"num_blocks": 3}}})


def test_widths_that_change_fail_in_their_code(tmp_path: Path) -> None:
    """The transition of a branch reads the last map of the stage before, whichever branch it is."""
    changed = [[32, 64], [48, 64, 128], [48, 64, 128, 256]]
    found = check(tmp_path / "a.yaml", yaml.safe_dump(dekr(NUM_CHANNELS=changed)))
    assert ("HR201", "MODEL.SPEC.STAGES.NUM_CHANNELS[0][0]") in [(each.code, each.path) for each in found]


def test_the_first_item_may_be_stage_1() -> None:
    """Where it has one branch, and the code is not known."""
    first = {"NUM_MODULES": 1, "NUM_BRANCHES": 1, "BLOCK": "BOTTLENECK", "NUM_BLOCKS": [2], "NUM_CHANNELS": [64]}
    lists = {key: [value, *STAGES[key]] for key, value in first.items()}
    spec = load_spec({"MODEL": {"STAGES": {"NUM_STAGES": 4, **lists}}})
    assert spec.stages[0].num_blocks == (2,) and spec.stages[1:] == load_spec("w32").stages[1:]
    assert not any("stage 1" in note or "transitions" in note for note in spec.notes)
