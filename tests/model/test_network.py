"""What a spec's own switches change."""

from __future__ import annotations

from typing import Any

import pytest

from hrnet_cli import trace


@pytest.mark.parametrize(
    ("kernel", "padding", "size"), [(1, 0, 16), (2, 0, 15), (3, 1, 16), (4, 0, 13), (5, 0, 12), (15, 0, 2)]
)
def test_the_last_convolution_is_padded_for_kernel_3_alone(
    small: dict[str, Any], kernel: int, padding: int, size: int
) -> None:
    """Upstream's own rule (`padding=1 if FINAL_CONV_KERNEL == 3 else 0`): other kernels shrink the heatmaps."""
    head = {"type": "heatmap", "num_joints": 5, "final_conv_kernel": kernel}
    last = trace({**small, "head": head}).leaf_calls[-1]
    assert last.node.path == "final_layer"
    assert last.node.arguments["padding"] == (padding, padding)
    assert last.outputs == ((1, 5, size, size),)


@pytest.mark.parametrize(
    ("head", "multi_scale_output", "kept"),
    [
        *[("none", None, 3), ("none", True, 3), ("none", False, 1)],
        *[("heatmap", None, 1), ("heatmap", True, 3), ("heatmap", False, 1)],
    ],
)
def test_how_many_branches_the_last_stage_keeps(
    small: dict[str, Any], head: str, multi_scale_output: bool | None, kept: int
) -> None:
    spec = {**small, "head": {"type": head}}
    if multi_scale_output is not None:
        spec["multi_scale_output"] = multi_scale_output
    outputs = {call.node.path: call.outputs for call in trace(spec).calls}
    assert len(outputs["stage3"]) == kept
    assert len(outputs["stage3.0"]) == 3, "only the last module may drop branches"


def test_a_stage_of_one_branch_has_nothing_to_fuse() -> None:
    stage = {"num_modules": 2, "num_branches": 1, "block": "BASIC", "num_blocks": [1], "num_channels": [4]}
    seen = trace({"stage1": {**stage, "num_modules": 1}, "stage2": stage})
    assert not [call for call in seen.calls if call.place and call.place.part == "fuse"]
    assert [call.node.path for call in seen.calls if call.depth == 2 and "stage2" in call.node.path] == [
        "stage2.0",
        "stage2.1",
    ]


@pytest.mark.parametrize(("tag_per_joint", "tags"), [(True, 5), (False, 1)])
def test_tags_are_one_for_all_joints_or_one_for_each(small: dict[str, Any], tag_per_joint: bool, tags: int) -> None:
    head = {"type": "higher", "num_joints": 5, "tag_per_joint": tag_per_joint, "with_ae_loss": [True, False]}
    first, second = trace({**small, "head": head}).calls[0].outputs
    assert (first[1], second[1]) == (5 + tags, 5)


@pytest.mark.parametrize("kernel", [2, 3, 4])
def test_a_deconvolution_doubles_the_size_whatever_its_kernel(small: dict[str, Any], kernel: int) -> None:
    head = {"type": "higher", "num_joints": 5, "kernel_size": [kernel]}
    first, second = trace({**small, "head": head}).calls[0].outputs
    assert (first[2:], second[2:]) == ((16, 16), (32, 32))


@pytest.mark.parametrize("align_corners", [True, False])
def test_a_head_that_joins_branches_resizes_as_the_fuse_layers_do(small: dict[str, Any], align_corners: bool) -> None:
    upsampling = {"mode": "bilinear", "to": "size", "align_corners": align_corners}
    spec = {**small, "upsampling": upsampling, "head": {"type": "segmentation", "num_classes": 5}}
    resized = [call.node for call in trace(spec).leaf_calls if call.node.type == "Resize"]
    assert {"join.resize", "stage2.0.resizes.0.1"} <= {node.path for node in resized}
    assert {node.arguments["align_corners"] for node in resized} == {align_corners}
