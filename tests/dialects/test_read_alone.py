"""The dialects that are read alone: nothing that a config may hold makes a reader fail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from checks import check_all

from hrnet_cli import load_spec
from hrnet_cli.dialects.table import BUILDERS, FOREIGN, identify
from hrnet_cli.errors import HrnetError


def stage(modules: int, *widths: int) -> dict[str, Any]:
    branches = len(widths)
    values: dict[str, Any] = {"NUM_MODULES": modules, "NUM_BRANCHES": branches, "BLOCK": "BASIC", "FUSE_METHOD": "SUM"}
    return {**values, "NUM_BLOCKS": [1] * branches, "NUM_CHANNELS": list(widths)}


STAGES = {"STAGE2": stage(1, 8, 16), "STAGE3": stage(1, 8, 16, 32), "STAGE4": stage(1, 8, 16, 32, 64)}
LISTS = {key: [each[key] for each in STAGES.values()] for key in next(iter(STAGES.values()))}
CONFIGS: dict[str, tuple[str, dict[str, Any]]] = {
    "dekr": (
        "dekr",
        {"DATASET": {"INPUT_SIZE": 64}, "MODEL": {"NAME": "CID", "SPEC": {"STAGES": {"NUM_STAGES": 3, **LISTS}}}},
    ),
    "benchmark": (
        "maskrcnn",
        {
            "INPUT": {"MIN_SIZE_TEST": 64, "MAX_SIZE_TEST": 64},
            "DATALOADER": {"SIZE_DIVISIBILITY": 32},
            "MODEL": {
                "BACKBONE": {"CONV_BODY": "HRNET-HR"},
                "NECK": {"IN_CHANNELS": [8, 16, 32, 64], "OUT_CHANNELS": 8, "NUM_OUTS": 3, "POOLING": "AVG"},
                "HRNET": {"STAGE1": {"NUM_CHANNELS": [64], "NUM_BLOCKS": [1], "BLOCK": "BOTTLENECK"}, **STAGES},
            },
        },
    ),
    "densepose": (
        "maskrcnn",
        {"_BASE_": "x", "MODEL": {"BACKBONE": {"NAME": "build_hrfpn_backbone"}, "HRNET": STAGES}},
    ),
    "alphapose": (
        "alphapose",
        {
            "DATA_PRESET": {"NUM_JOINTS": 2, "IMAGE_SIZE": [64, 64]},
            "MODEL": {"TYPE": "PoseHighResolutionNet", "FINAL_CONV_KERNEL": 1, **STAGES},
        },
    ),
    "paddleseg": (
        "paddle",
        {
            "_base_": ["x.yml"],
            "train_dataset": {"transforms": [{"type": "RandomPaddingCrop", "crop_size": [64, 64]}], "num_classes": 2},
            "model": {
                "type": "FCN",
                "backbone": {"type": "HRNet_W18_Small_V1", "align_corners": True, "has_se": False},
                "num_classes": 2,
                "backbone_indices": [-1],
                "channels": None,
                "bias": False,
            },
        },
    ),
    "paddleclas": ("paddle", {"Global": {"image_shape": [3, 64, 64]}, "Arch": {"name": "HRNet_W18_C", "class_num": 2}}),
    "paddledetection": (
        "paddle",
        {
            "architecture": "FasterRCNN",
            "FasterRCNN": {"backbone": "HRNet", "neck": "HRFPN"},
            "HRNet": {"width": 18, "return_idx": [0, 1, 2, 3], "has_se": False},
            "HRFPN": {"out_channel": 8, "share_conv": False, "extra_stage": 1},
            "EvalReader": {
                "sample_transforms": [{"Resize": {"target_size": [64, 64]}}],
                "batch_transforms": [{"PadBatch": {"pad_to_stride": 32}}],
            },
        },
    ),
    "topdown": (
        "paddle",
        {
            "trainsize": [64, 64],
            "architecture": "TopDownHRNet",
            "TopDownHRNet": {"backbone": "HRNet", "num_joints": 2, "width": 18},
            "HRNet": {"width": 18, "return_idx": [0]},
        },
    ),
    "higher": (
        "paddle",
        {
            "input_size": 64,
            "architecture": "HigherHRNet",
            "HigherHRNet": {"backbone": "HRNet"},
            "HRNet": {"width": 18, "return_idx": [0]},
            "HrHRNetHead": {"num_joints": 2, "width": 18, "swahr": True},
        },
    ),
    "mindpose": (
        "named",
        {
            "num_joints": 2,
            "dataset_setting": {"image_size": [64, 64]},
            "in_channels": 3,
            "backbone_name": "hrnet_w32",
            "backbone_setting": {},
            "head_name": "hrnet_head",
            "head_setting": {"final_conv_kernel_size": 1},
        },
    ),
    "mseg": ("named", {"TRAIN": {"arch": "hrnet", "zoom_factor": 8, "classes": 2, "train_h": 65, "train_w": 65}}),
    "multiview": (
        "named",
        {
            "BACKBONE_MODEL": "pose_hrnet",
            "MODEL": "multiview_pose_hrnet",
            "NETWORK": {"NUM_JOINTS": 2, "IMAGE_SIZE": [64, 64]},
            "MODEL_EXTRA": {"FINAL_CONV_KERNEL": 1, **STAGES},
        },
    ),
    "rustqnet": ("named", {"MODEL": {"NAME": "seg_RustQNet"}, "TEST": {"IMAGE_SIZE": [64, 64]}}),
    "deeplabcut": (
        "timm",
        {
            "data": {"train": {"top_down_crop": {"width": 64, "height": 64}}},
            "model": {"backbone": {"type": "HRNet", "model_name": "hrnet_w18", "increased_channel_count": True}},
        },
    ),
    "smp": ("timm", {"model": {"encoder_name": "tu-hrnet_w18_small", "in_channels": 3}}),
    "training": (
        "timm",
        {"model": "hrnet_w18_small", "aa": 1, "opt": "sgd", "sched": "x", "num_classes": 2, "in_chans": 3},
    ),
}
GARBAGE: list[Any] = [None, True, -1, 0, 3.5, 10**400, "", "x" * 300, [], [None], [[1], {}], {}, {"a": [1]}, {1: 2}]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value of a config."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from places(item, (*path, key))


def replaced(config: Any, path: tuple[Any, ...], value: Any) -> Any:
    copy = deepcopy(config)
    part = copy
    for key in path[:-1]:
        part = part[key]
    if value is ...:
        del part[path[-1]]
    else:
        part[path[-1]] = value
    return copy


@pytest.mark.parametrize("name", CONFIGS)
def test_each_is_read_by_its_dialect(name: str) -> None:
    dialect, config = CONFIGS[name]
    assert identify(config) == dialect
    spec = load_spec(config)
    assert spec.dialect == dialect and spec.notes


def test_every_dialect_that_is_read_alone_is_here() -> None:
    assert {dialect for dialect, _ in CONFIGS.values()} >= FOREIGN.keys() - BUILDERS.keys()


@pytest.mark.parametrize("name", CONFIGS)
def test_garbage_anywhere_is_at_most_an_error_with_a_message(name: str) -> None:
    _, config = CONFIGS[name]
    for path in places(config):
        for value in (*GARBAGE, ...):
            with suppress(HrnetError):
                load_spec(replaced(config, path, value))


@pytest.mark.parametrize("name", CONFIGS)
def test_each_is_found_in_a_folder(name: str, tmp_path: Path) -> None:
    """By the word of HRNet's that it has, and as the config of an HRNet."""
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(CONFIGS[name][1]))
    found = check_all(tmp_path)
    assert not found.skipped and {each.severity for each in found.findings} <= {"note"}
