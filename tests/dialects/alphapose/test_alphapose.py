"""AlphaPose's configs: its published one for HRNet, and those of its other networks."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from checks import check, codes

from hrnet_cli import load_spec, trace
from hrnet_cli.dialects.table import recognise
from hrnet_cli.errors import SpecError


def stage(modules: int, *widths: int) -> dict[str, Any]:
    branches = len(widths)
    values: dict[str, Any] = {"NUM_MODULES": modules, "NUM_BRANCHES": branches, "BLOCK": "BASIC", "FUSE_METHOD": "SUM"}
    return {**values, "NUM_BLOCKS": [4] * branches, "NUM_CHANNELS": list(widths)}


CONFIG: dict[str, Any] = {
    "DATASET": {"TRAIN": {"TYPE": "Mscoco"}},
    "DATA_PRESET": {"TYPE": "simple", "NUM_JOINTS": 17, "IMAGE_SIZE": [256, 192], "HEATMAP_SIZE": [64, 48]},
    "MODEL": {
        "TYPE": "PoseHighResolutionNet",
        "PRETRAINED": "",
        "NUM_LAYERS": 50,
        "FINAL_CONV_KERNEL": 1,
        "PRETRAINED_LAYERS": ["*"],
        "STAGE2": stage(1, 32, 64),
        "STAGE3": stage(4, 32, 64, 128),
        "STAGE4": stage(3, 32, 64, 128, 256),
    },
    "DETECTOR": {"NAME": "yolo"},
}


def changed(section: str, key: str, value: Any) -> dict[str, Any]:
    config = deepcopy(CONFIG)
    if value is ...:
        del config[section][key]
    else:
        config[section][key] = value
    return config


def test_it_is_the_authors_pose_network() -> None:
    spec = load_spec(CONFIG)
    expected = replace(load_spec("w32"), published=None, name="alphapose-w32")
    assert (spec, spec.dialect) == (expected, "alphapose")
    assert sum(node.own_params for node in trace(spec).root.walk()) == 28_536_113


def test_sizes_are_height_before_width() -> None:
    spec = load_spec(changed("DATA_PRESET", "IMAGE_SIZE", [384, 288]))
    assert spec.input == (1, 3, 384, 288)
    assert trace(spec).calls[0].outputs == ((1, 17, 96, 72),)


def test_one_note_says_what_it_is(tmp_path: Path) -> None:
    (found,) = check(tmp_path / "a.yaml", yaml.safe_dump(CONFIG))
    assert (found.code, found.severity, found.path) == ("HR111", "note", "MODEL.TYPE")
    assert found.message.startswith("read as AlphaPose's PoseHighResolutionNet")


def test_what_is_missing_is_noted(tmp_path: Path) -> None:
    for section, key in (("DATA_PRESET", "NUM_JOINTS"), ("MODEL", "FINAL_CONV_KERNEL"), ("DATA_PRESET", "IMAGE_SIZE")):
        config = changed(section, key, ...)
        assert load_spec(config) == load_spec(CONFIG)
        assert sorted(codes(check(tmp_path / "a.yaml", yaml.safe_dump(config)))) == ["HR107", "HR111"]


@pytest.mark.parametrize(
    ("section", "key", "value", "where"),
    [
        ("MODEL", "STAGE3", ..., "MODEL.STAGE3"),
        ("MODEL", "STAGE3", {**stage(4, 32, 64, 128), "NUM_BLOCKS": [4]}, "MODEL.STAGE3.NUM_BLOCKS"),
        ("MODEL", "STAGE2", 3, "MODEL.STAGE2"),
        ("DATA_PRESET", "NUM_JOINTS", "all", "DATA_PRESET.NUM_JOINTS"),
        ("DATA_PRESET", "IMAGE_SIZE", [256], "DATA_PRESET.IMAGE_SIZE"),
        ("MODEL", "FINAL_CONV_KERNEL", 0, "MODEL.FINAL_CONV_KERNEL"),
    ],
)
def test_a_mistake_is_an_error_at_its_key(section: str, key: str, value: Any, where: str) -> None:
    with pytest.raises(SpecError) as caught:
        load_spec(changed(section, key, value))
    assert [each.dotted for each in caught.value.diagnostics] == [where]


def test_a_misspelt_key_of_a_stage() -> None:
    misspelt = {"NUM_CHANELS" if key == "NUM_CHANNELS" else key: value for key, value in stage(1, 32, 64).items()}
    with pytest.raises(SpecError, match="did you mean NUM_CHANNELS"):
        load_spec(changed("MODEL", "STAGE2", misspelt))


def test_another_network_is_named() -> None:
    """FastPose has stages of its own, of the convolutions of its upsampling."""
    config = changed("MODEL", "TYPE", "FastPose_DUC")
    config["MODEL"] |= {"BACKBONE": "se-resnet", "STAGE1": {"NUM_CONV": 4}, "STAGE2": {"NUM_CONV": 2}}
    with pytest.raises(SpecError, match="it is AlphaPose's 'FastPose_DUC' on 'se-resnet'"):
        load_spec(config)
    assert recognise(CONFIG) and not recognise(config)


def test_widths_that_change_fail_in_their_code(tmp_path: Path) -> None:
    """The transition of a branch reads the last map of the stage before, whichever branch it is."""
    found = check(tmp_path / "a.yaml", yaml.safe_dump(changed("MODEL", "STAGE3", stage(4, 32, 96, 128))))
    (error,) = (each for each in found if each.severity == "error")
    assert (error.code, error.path) == ("HR201", "MODEL.STAGE4.NUM_CHANNELS[1]")
    assert error.message.startswith("not in the alphapose code: stage4 changes branch 1 from 96 to 64 channels")
