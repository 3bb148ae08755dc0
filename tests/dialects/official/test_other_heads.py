"""HRNet's stages in the authors' words, under the heads of other networks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from checks import check, codes

from hrnet_cli import load_spec, trace
from hrnet_cli.errors import SpecError


def stage(modules: int, *widths: int, block: str = "BASIC") -> dict[str, Any]:
    branches = len(widths)
    values: dict[str, Any] = {"NUM_MODULES": modules, "NUM_BRANCHES": branches, "BLOCK": block, "FUSE_METHOD": "SUM"}
    return {**values, "NUM_BLOCKS": [4] * branches, "NUM_CHANNELS": list(widths)}


STAGES = {"STAGE2": stage(1, 32, 64), "STAGE3": stage(4, 32, 64, 128), "STAGE4": stage(3, 32, 64, 128, 256)}
BOTTOM_UP = {
    "DATASET": {"INPUT_SIZE": 640, "OUTPUT_SIZE": [160], "NUM_JOINTS": 17, "WITH_CENTER": True, "OFFSET_REG": True},
    "LOSS": {"NUM_STAGES": 1, "WITH_OFFSETS_LOSS": [True]},
    "MODEL": {
        "NAME": "pose_hrnet",
        "NUM_JOINTS": 17,
        "EXTRA": {
            **STAGES,
            "PRETRAINED_LAYERS": ["*"],
            "FINAL_CONV_KERNEL": 1,
            "DECONV": {"NUM_DECONVS": 0, "NUM_CHANNELS": [32]},
            "MULTI_LEVEL_OUTPUT_HEATMAP": {"BLOCK": ["STNBLOCK"], "NUM_BLOCKS": [1]},
        },
    },
}


@pytest.mark.parametrize("name", ["pose_hrnet", "pose_higher_hrnet"])
def test_the_authors_bottom_up_repository(name: str, tmp_path: Path) -> None:
    """Both of its networks keep all four maps and join them (`lib/models/pose_hrnet.py`)."""
    config = {**BOTTOM_UP, "MODEL": {**BOTTOM_UP["MODEL"], "NAME": name}}
    spec = load_spec(config)
    assert (spec.stages, spec.head.type) == (load_spec("w32").stages, "none")
    assert spec.input == (1, 3, 640, 640) and len(trace(spec).calls[0].outputs) == 4
    (found,) = check(tmp_path / "a.yaml", yaml.safe_dump(config))
    assert (found.code, found.severity) == ("HR111", "note")
    assert found.message.startswith("a config of HRNet-Bottom-Up-Pose-Estimation: the backbone is built")


@pytest.mark.parametrize(
    ("name", "stages", "says"),
    [
        (
            "pose_tokenpose_b",
            3,
            "'pose_tokenpose_b' is a vision transformer on HRNet's first 3 stages: those are built",
        ),
        ("transpose_h", 3, "'transpose_h' is a vision transformer on HRNet's first 3 stages"),
        ("pose_tokenpose_l", 4, "'pose_tokenpose_l' is a vision transformer on HRNet's stages: those are built"),
    ],
)
def test_stages_under_another_networks_head(name: str, stages: int, says: str, tmp_path: Path) -> None:
    extra = {key: value for key, value in STAGES.items() if int(key[-1]) <= stages}
    config = {"MODEL": {"NAME": name, "NUM_JOINTS": 17, "IMAGE_SIZE": [192, 256], "EXTRA": extra}}
    spec = load_spec(config)
    assert spec.stages == load_spec("w32").stages[:stages] and spec.head.type == "none"
    found = check(tmp_path / "a.yaml", yaml.safe_dump(config))
    assert {each.severity for each in found} == {"note"} and codes(found).count("HR111") == 1
    assert any(each.message.startswith(says) for each in found)


def test_stages_of_other_blocks_are_another_network() -> None:
    """HRFormer has the same keys, and transformers as blocks."""
    extra = {key: {**value, "BLOCK": "TRANSFORMER_BLOCK"} for key, value in STAGES.items()}
    with pytest.raises(SpecError, match="an HRFormer"):
        load_spec({"MODEL": {"NAME": "hrformer_base", "EXTRA": extra}})
    with pytest.raises(SpecError, match="a vision transformer"):
        load_spec({"MODEL": {"NAME": "pose_tokenpose_t", "EXTRA": {}}})
