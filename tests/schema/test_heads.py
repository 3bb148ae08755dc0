"""The defaults of every head are those of its authors' published configs and code."""

from __future__ import annotations

from typing import Any

import pytest
from support import caught

from hrnet_cli import load_spec
from hrnet_cli.errors import SpecError
from hrnet_cli.schema import HEAD_SPECS

STAGE = {"num_modules": 1, "num_branches": 1, "block": "BASIC", "num_blocks": [1], "num_channels": [8]}
DEFAULTS: dict[str, dict[str, Any]] = {
    "none": {},
    "heatmap": {"num_joints": 17, "final_conv_kernel": 1},
    "segmentation": {"num_classes": 19, "final_conv_kernel": 1, "conv_bias": True},
    "ocr": {
        "num_classes": 19,
        "mid_channels": 512,
        "key_channels": 256,
        "final_conv_kernel": 1,
        "conv_bias": True,
    },
    "landmark": {"num_joints": 68, "final_conv_kernel": 1},
    "classification": {"num_classes": 1000, "head_conv_bias": True, "global_pool": "avg", "dropout": False},
    "features": {"location": "incre"},
    "hrfpn": {"out_channels": 256, "num_outs": 5, "stride": 1, "bias": True},
    "higher": {
        "num_joints": 17,
        "tag_per_joint": True,
        "with_ae_loss": (True, False),
        "num_channels": (32,),
        "kernel_size": (4,),
        "cat_output": (True,),
        "num_basic_blocks": 4,
        "final_conv_kernel": 1,
    },
}
"""COCO's 17 joints, 300W's 68 landmarks, the 19 classes of Cityscapes and the 1000 of ImageNet; mmdet's HRFPN, and
timm's `feature_location`."""
TASKS = {
    "none": "backbone",
    "heatmap": "pose",
    "segmentation": "segmentation",
    "ocr": "segmentation",
    "landmark": "landmarks",
    "classification": "classification",
    "features": "backbone",
    "hrfpn": "detection",
    "higher": "pose",
}
READ_BRANCH_0_ALONE = {"heatmap", "higher"}
"""The two networks of HRNetV1; all others are HRNetV2."""


def test_every_head_has_a_row() -> None:
    assert set(HEAD_SPECS) == set(DEFAULTS)


@pytest.mark.parametrize("name", DEFAULTS)
def test_the_defaults_of_a_head(name: str) -> None:
    head = HEAD_SPECS[name]
    assert vars(head()) == DEFAULTS[name]
    assert (head.task, head.reads_all_branches) == (TASKS[name], name not in READ_BRANCH_0_ALONE)
    assert load_spec({"stage1": STAGE, "head": {"type": name}}).head == head()


@pytest.mark.parametrize(
    ("head", "path"),
    [
        ({"type": "ocr"}, "head.final_conv_kernel"),
        ({"type": "higher"}, "head.final_conv_kernel"),
        ({"type": "higher", "cat_output": [False]}, None),
        ({"type": "heatmap"}, None),
        ({"type": "segmentation"}, None),
    ],
)
@pytest.mark.parametrize("kernel", [1, 2, 3, 5])
def test_a_kernel_that_shrinks_a_map_is_refused_where_the_map_is_needed_again(
    head: dict[str, Any], path: str | None, kernel: int
) -> None:
    """Only 1 and 3 keep its size, because only a kernel of 3 is padded."""
    error = caught(SpecError, load_spec, {"stage1": STAGE, "head": {**head, "final_conv_kernel": kernel}})
    found = [(each.code, each.dotted) for each in error.diagnostics] if error else []
    assert found == ([("bad-kernel", path)] if path and kernel not in (1, 3) else [])


@pytest.mark.parametrize(
    ("lists", "wrong"),
    [
        ({}, []),
        ({"num_channels": [], "kernel_size": [], "cat_output": [], "with_ae_loss": [True]}, []),
        ({"num_channels": [8, 8], "kernel_size": [4, 4], "cat_output": [True] * 2, "with_ae_loss": [True] * 3}, []),
        ({"kernel_size": []}, [("kernel_size", "0 entries for 1 deconvolution", "give 1")]),
        ({"cat_output": [True, True]}, [("cat_output", "2 entries for 1 deconvolution", "give 1")]),
        ({"with_ae_loss": [True]}, [("with_ae_loss", "1 entry for 1 deconvolution", "give 2")]),
        (
            {"num_channels": [8, 8]},
            [
                ("kernel_size", "1 entry for 2 deconvolutions", "give 2"),
                ("cat_output", "1 entry for 2 deconvolutions", "give 2"),
                ("with_ae_loss", "2 entries for 2 deconvolutions", "give 3"),
            ],
        ),
    ],
)
def test_the_lists_of_higherhrnet_have_an_entry_for_each_deconvolution(
    lists: dict[str, Any], wrong: list[tuple[str, str, str]]
) -> None:
    error = caught(SpecError, load_spec, {"stage1": STAGE, "head": {"type": "higher", **lists}})
    found = [(str(each.path[-1]), each.message, each.remedy) for each in error.diagnostics] if error else []
    assert found == wrong
