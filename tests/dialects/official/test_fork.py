"""A config for a fork of the authors' code is noted as that, and nothing is said for the fork's code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from checks import check, codes, settings
from support import TESTS

from hrnet_cli import load_spec
from hrnet_cli.dialects.official.keys import refused_key
from hrnet_cli.dialects.official.read import read
from hrnet_cli.schema import Upsampling
from hrnet_cli.sources import parse_spec

CONFIGS = TESTS / "configs"
POSE = (CONFIGS / "pose" / "w32_256x192_adam_lr1e-3.yaml").read_text()
SEG = (CONFIGS / "seg" / "ade20k_seg_hrnet_w48_520x520_ohem_sgd_lr2e-2_wd1e-4_bs_16_epoch120.yaml").read_text()
HEATMAP = "  HEATMAP_SIZE:\n  - 48\n  - 64\n"
KERNEL = "    FINAL_CONV_KERNEL: 1\n"
STAGE = "{NUM_MODULES: 1, NUM_BRANCHES: 2, BLOCK: BASIC, NUM_BLOCKS: [1, 1], NUM_CHANNELS: [8, 16]}"


@pytest.mark.parametrize(
    ("old", "new", "path", "says"),
    [
        ("MODEL:", "MODEL:\n  FREEZE_WEIGHTS: true", "MODEL.FREEZE_WEIGHTS", "FREEZE_WEIGHTS is refused"),
        ("MODEL:", "EXP_NAME: x\nMODEL:", "EXP_NAME", "EXP_NAME is refused"),
        ("DATASET:", "DATASET:\n  MINI_DATASET: true", "DATASET.MINI_DATASET", "MINI_DATASET is refused"),
        ("  EXTRA:", "  EXTRA:\n    HEAD_ARCH: x", "MODEL.EXTRA.HEAD_ARCH", "HEAD_ARCH is never read"),
        ("  EXTRA:", f"  EXTRA:\n    STAGE5: {STAGE}", "MODEL.EXTRA.STAGE5", "STAGE5 is never read"),
        ("  EXTRA:", f"  EXTRA:\n    STAGE2_2: {STAGE}", "MODEL.EXTRA.STAGE2_2", "STAGE2_2 is never read"),
        ("  EXTRA:", "  EXTRA:\n    STEM_INPLANES: 36", "MODEL.EXTRA.STEM_INPLANES", "STEM_INPLANES is never read"),
        ("NAME: pose_hrnet", "NAME: my_pose_net", "MODEL.NAME", "'my_pose_net' is not one of the authors' networks"),
    ],
)
def test_one_note_and_no_claim(tmp_path: Path, old: str, new: str, path: str, says: str) -> None:
    """Not even on heatmaps of another size, an unused fuse method or a missing key without a default."""
    text = POSE.replace(old, new, 1).replace(HEATMAP, "  HEATMAP_SIZE: [9, 9]\n").replace("FUSE_METHOD: SUM", "DROP: 1")
    found = check(tmp_path / "a.yaml", text.replace("    PRETRAINED_LAYERS:\n    - '*'\n", ""))
    (fork,) = (finding for finding in found if finding.code == "HR111")
    assert (fork.path, fork.severity) == (path, "note") and fork.message.startswith(says)
    assert {finding.severity for finding in found} == {"note"}


def test_the_authors_own_keys_are_no_fork(tmp_path: Path) -> None:
    for file in CONFIGS.rglob("*.yaml"):
        if not file.name.startswith("not_"):
            assert "HR111" not in codes(check(tmp_path / "a.yaml", file.read_text())), file.name


def test_a_misspelt_key_and_a_letter_case_are_no_fork(tmp_path: Path) -> None:
    misspelt = POSE.replace("  IMAGE_SIZE:", "  IMAGE_SZIE:")
    assert codes(check(tmp_path / "a.yaml", misspelt)) == ["HR107", "HR101"]
    odd = POSE.replace("  NUM_JOINTS:", "  Num_Joints:")
    assert codes(check(tmp_path / "b.yaml", odd)) == ["HR109"]


def test_nothing_is_said_for_code_that_is_not_named(tmp_path: Path) -> None:
    nameless = POSE.replace("  NAME: pose_hrnet\n", "").replace("FUSE_METHOD: SUM", "FUSE_METHOD: CAT")
    found = check(tmp_path / "a.yaml", nameless)
    assert codes(found) == ["HR107"] and "read as pose_hrnet" in found[0].message


def test_stage_1_speaks_against_pose_hrnet() -> None:
    stage1 = "{NUM_MODULES: 1, NUM_BRANCHES: 1, BLOCK: BOTTLENECK, NUM_BLOCKS: [4], NUM_CHANNELS: [64]}"
    nameless = POSE.replace("  NAME: pose_hrnet\n", "")
    assert parse_spec(nameless).head.type == "heatmap"
    assert parse_spec(nameless.replace("  EXTRA:", f"  EXTRA:\n    STAGE1: {stage1}")).head.type == "landmark"


@pytest.mark.parametrize(
    ("name", "upsampling"),
    [
        ("seg_hrnet_x", Upsampling("bilinear", "size", True)),
        ("pose_hrnet_x", Upsampling()),
        ("x_hrnet", Upsampling()),
    ],
)
def test_a_derived_name_takes_its_familys_upsampling(name: str, upsampling: Upsampling) -> None:
    spec = parse_spec(SEG.replace("NAME: seg_hrnet", f"NAME: {name}"))
    assert (spec.upsampling, spec.head.type) == (upsampling, "none")


def test_one_lower_case_key_makes_no_other_dialect(tmp_path: Path) -> None:
    found = check(tmp_path / "a.yaml", SEG.replace("MODEL:", "MODEL:\n  type: hrnet-w48"))
    assert ("HR111", "MODEL.type") in [(each.code, each.path) for each in found]


def test_the_dialect_that_is_asked_for_is_checked(tmp_path: Path) -> None:
    """Its limits are those of the authors' code, whatever code the config is for."""
    before, stage3 = POSE.replace("MODEL:", "MODEL:\n  FORKED: 1").split("STAGE3:")
    wide = f"{before}STAGE3:{stage3.replace('- 64', '- 60', 1)}"
    assert "HR201" not in codes(check(tmp_path / "a.yaml", wide))
    assert "HR201" in codes(check(tmp_path / "a.yaml", wide, settings(dialect="official")))


def test_a_part_of_a_config_and_stages_in_model_are_no_fork() -> None:
    config = yaml.safe_load(POSE)["MODEL"]
    extra = config.pop("EXTRA")
    parts = ({**config, "EXTRA": extra}, {"MODEL": {**config, **extra}}, {**config, **extra})
    nameless = {key: value for key, value in {**config, **extra}.items() if key != "NAME"}
    for plain in (*parts, {"MODEL": nameless}, nameless):
        assert [note.code for note in read(plain).notes if note.code == "fork"] == []
    (fork,) = (note for note in read({**config, "EXTRA": extra, "FORKED": 1}).notes if note.code == "fork")
    assert fork.path == ("FORKED",)


def test_a_misspelt_section_is_no_fork() -> None:
    assert refused_key({"DATASTE": {"ROOT": "x"}, "MODEL": {1: 2}}, "pose_hrnet") == ("MODEL", "1")


def test_what_is_built_for_a_fork_is_said() -> None:
    """A kernel that is missing, and a STAGE1 that the known code does not read."""
    stage1 = "{NUM_MODULES: 1, NUM_BRANCHES: 1, BLOCK: BASIC, NUM_BLOCKS: [2], NUM_CHANNELS: [32]}"
    text = POSE.replace("  EXTRA:", f"  FORKED: 1\n  EXTRA:\n    STAGE1: {stage1}")
    found = {(note.code, note.path[-1]): note for note in read(yaml.safe_load(text.replace(KERNEL, ""))).notes}
    assert found.keys() == {("fork", "FORKED"), ("assumed", "FINAL_CONV_KERNEL"), ("unread-value", "STAGE1")}
    assert all(note.at_most_note for note in found.values()) and not found["unread-value", "STAGE1"].remedy
    derived = parse_spec(text.replace("NAME: pose_hrnet", "NAME: pose_hrnet_x"))
    assert (derived.stages[0].block, derived.stages[0].num_channels) == ("BASIC", (32,))


def test_what_changes_nothing_or_is_for_unknown_code_is_a_note_of_check(tmp_path: Path) -> None:
    """Whatever the severity of its rule; the settings still decide."""
    stage1 = "{NUM_MODULES: 1, NUM_RANCHES: 1, BLOCK: BASIC, NUM_BLOCKS: [2], NUM_CHANNELS: [32]}"
    text = POSE.replace("  EXTRA:", f"  FORKED: 1\n  EXTRA:\n    STAGE1: {stage1}")
    found = check(tmp_path / "a.yaml", text)
    assert {(each.code, each.severity) for each in found} == {("HR101", "note"), ("HR103", "note"), ("HR111", "note")}
    strict = check(tmp_path / "a.yaml", text, settings(severity={"HR103": "error"}))
    assert ("HR103", "error") in [(each.code, each.severity) for each in strict]
    published = check(
        tmp_path / "b.yaml", (CONFIGS / "cls" / "cls_hrnet_w32_sgd_lr5e-2_wd1e-4_bs32_x100.yaml").read_text()
    )
    assert [(each.code, each.severity) for each in published] == [("HR101", "note")]


@pytest.mark.parametrize(
    ("target", "maps"), [("offset", "3 maps a joint (51)"), ("odd", "is not gaussian"), ("gaussian", "")]
)
def test_a_target_that_the_authors_data_code_does_not_draw(target: str, maps: str) -> None:
    """UDP's offset: a map and two offsets for each of the 17 joints."""
    notes = read(yaml.safe_load(POSE.replace("  EXTRA:", f"  TARGET_TYPE: {target}\n  EXTRA:"))).notes
    found = [note for note in notes if note.code == "fork"]
    assert [note.path for note in found] == ([("MODEL", "TARGET_TYPE")] if maps else [])
    assert all(maps in note.message and note.at_most_note for note in found)


def test_a_key_of_a_stage_that_the_authors_code_never_reads(tmp_path: Path) -> None:
    text = POSE.replace("FUSE_METHOD: SUM", "FUSE_METHOD: SUM\n      BLOCK1: BASIC1", 1)
    found = check(tmp_path / "a.yaml", text)
    assert [(each.code, each.path) for each in found] == [("HR111", "MODEL.EXTRA.STAGE2.BLOCK1")]


@pytest.mark.parametrize(
    ("more", "head"), [({}, "heatmap"), ({"STAGE1": {}}, "landmark"), ({"DECONV": {"NUM_DECONVS": 0}}, "none")]
)
def test_a_nameless_config_with_a_key_that_is_refused(more: dict[str, Any], head: str) -> None:
    """It is for other code: a map for each joint is likely, all else is not built, and no name is to be added."""
    config = yaml.safe_load(POSE)
    del config["MODEL"]["NAME"]
    config["MODEL"]["BACKONE"] = "x"
    stage1 = {"NUM_BLOCKS": [4], "NUM_CHANNELS": [64], "BLOCK": "BOTTLENECK"}
    config["MODEL"]["EXTRA"] |= {key: value or stage1 for key, value in more.items()}
    notes = [note for note in read(config).notes if note.code == "fork"]
    assert load_spec(config).head.type == head and [note.remedy for note in notes] == [""]
    assert notes[0].message.startswith("NAME is missing, and ")


def test_what_is_not_built_of_a_fork_is_a_note(tmp_path: Path) -> None:
    """Its own block, an input of another rank or one that breaks: the fork's code may take them."""
    text = POSE.replace("  EXTRA:", "  FORKED: 1\n  EXTRA:")
    for old, new, code in (
        ("BLOCK: BASIC", "BLOCK: TRIDENT", "HR008"),
        ("  IMAGE_SIZE:\n  - 192", "  IMAGE_SIZE:\n  - 32\n  - 192", "HR012"),
        ("  IMAGE_SIZE:\n  - 192", "  IMAGE_SIZE:\n  - 180", "HR301"),
    ):
        found = check(tmp_path / "a.yaml", text.replace(old, new, 1))
        assert (code, "note") in [(each.code, each.severity) for each in found]
        assert {each.severity for each in found} == {"note"}
        known = check(tmp_path / "b.yaml", POSE.replace(old, new, 1))
        assert (code, "error") in [(each.code, each.severity) for each in known]
