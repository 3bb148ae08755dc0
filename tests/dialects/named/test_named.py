"""Configs that name an HRNet whose stages are in the code of a repository. Facts are from that code."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from checks import check, codes

from hrnet_cli import load_spec, trace
from hrnet_cli.dialects.named import FINDERS
from hrnet_cli.dialects.named.read import READERS
from hrnet_cli.errors import SpecError
from hrnet_cli.schema import HeatmapHead, NoHead, SegmentationHead, Upsampling

CONFIGS: dict[str, dict[str, Any]] = {
    "mindpose": {
        "num_joints": 17,
        "dataset_setting": {"image_size": [192, 256]},
        "in_channels": 3,
        "backbone_name": "hrnet_w32",
        "backbone_setting": {},
        "head_name": "hrnet_head",
    },
    "semantic-segmentation-pytorch": {
        "DATASET": {"num_class": 150},
        "MODEL": {"arch_encoder": "hrnetv2", "arch_decoder": "c1", "fc_dim": 720},
    },
    "mseg-semantic": {
        "TRAIN": {"arch": "hrnet", "zoom_factor": 8, "network_name": None},
        "TEST": {"test_h": 713, "test_w": 700},
    },
    "multiview-human-pose-estimation": {
        "BACKBONE_MODEL": "pose_hrnet",
        "MODEL": "multiview_pose_hrnet",
        "NETWORK": {"AGGRE": True, "HEATMAP_SIZE": [64, 64], "IMAGE_SIZE": [256, 256], "NUM_JOINTS": 20},
    },
    "RustQNet": {
        "DATASET": {"NUM_CLASSES": 2},
        "MODEL": {"NAME": "seg_RustQNet", "last_inp_channels": 720, "OCR": {"MID_CHANNELS": 512}},
        "TEST": {"IMAGE_SIZE": [256, 128]},
    },
}
BILINEAR = Upsampling("bilinear", "size", False)


@pytest.mark.parametrize(
    ("repository", "width", "head", "size", "upsampling", "momentum"),
    [
        ("mindpose", 32, HeatmapHead(), (256, 192), Upsampling("nearest", "size"), 0.1),
        ("semantic-segmentation-pytorch", 48, NoHead(), (512, 512), BILINEAR, 0.1),
        ("mseg-semantic", 48, NoHead(), (713, 700), BILINEAR, 0.01),
        ("multiview-human-pose-estimation", 48, HeatmapHead(20), (256, 256), Upsampling(), 0.1),
        ("RustQNet", 48, NoHead(), (128, 256), Upsampling("bilinear", "size", True), 0.1),
    ],
)
def test_what_each_repository_builds(
    repository: str, width: int, head: Any, size: tuple[int, int], upsampling: Upsampling, momentum: float
) -> None:
    spec = load_spec(CONFIGS[repository])
    assert spec.stages == load_spec(f"cls-w{width}").stages
    assert (spec.head, spec.input[2:], spec.upsampling, spec.batch_norm.momentum) == (head, size, upsampling, momentum)
    assert (spec.name, spec.dialect) == (f"{repository.lower()}-w{width}", "named")
    assert any(f"read as {repository}'s, whose code has the stages" in note for note in spec.notes)
    assert trace(spec).calls


def test_the_tables_have_the_same_rows() -> None:
    assert list(FINDERS) == list(READERS) == list(CONFIGS)


@pytest.mark.parametrize("repository", CONFIGS)
def test_only_notes(repository: str, tmp_path: Path) -> None:
    found = check(tmp_path / "a.yaml", yaml.safe_dump(CONFIGS[repository]))
    assert {each.severity for each in found} == {"note"} and codes(found).count("HR111") == 1


def changed(repository: str, path: str, value: Any) -> dict[str, Any]:
    config = deepcopy(CONFIGS[repository])
    *names, last = path.split(".")
    part = config
    for name in names:
        part = part.setdefault(name, {})
    part[last] = value
    return config


def test_what_a_config_may_change() -> None:
    assert load_spec(changed("mindpose", "head_setting", {"final_conv_kernel_size": 3})).head == HeatmapHead(17, 3)
    assert load_spec(changed("mindpose", "head_name", "higher_hrnet_head")).head == NoHead()
    assert load_spec(changed("mseg-semantic", "TRAIN.classes", 194)).head == SegmentationHead(194)
    stage = {"NUM_MODULES": 1, "NUM_BRANCHES": 2, "BLOCK": "BASIC", "NUM_BLOCKS": [2, 2], "NUM_CHANNELS": [48, 96]}
    extra = changed("multiview-human-pose-estimation", "MODEL_EXTRA", {"STAGE2": stage, "FINAL_CONV_KERNEL": 3})
    assert load_spec(extra).stages[1].num_blocks == (2, 2) and load_spec(extra).head == HeatmapHead(20, 3)


def test_targets_of_another_size(tmp_path: Path) -> None:
    """A mistake in what is known of the code is found."""
    spec = changed("multiview-human-pose-estimation", "NETWORK.NUM_JOINTS", "many")
    found = check(tmp_path / "a.yaml", yaml.safe_dump(spec))
    assert [(each.code, each.path) for each in found] == [("HR006", "NETWORK.NUM_JOINTS")]


@pytest.mark.parametrize(
    "config",
    [
        {"backbone_name": "hrnet_w32", "head_name": "hrnet_head"},
        {"MODEL": {"arch_encoder": "resnet50dilated", "arch_decoder": "ppm"}},
        {"TRAIN": {"arch": "psp", "zoom_factor": 8}},
        {"BACKBONE_MODEL": "pose_resnet", "NETWORK": {}},
        {"MODEL": {"NAME": "seg_Unet"}},
    ],
)
def test_another_network_is_not_taken_for_an_hrnet(config: dict[str, Any]) -> None:
    with pytest.raises(SpecError):
        load_spec(config)
