"""The layers of a network, and what the options of a spec change."""

from __future__ import annotations

from typing import Any

import pytest

from hrnet_cli import trace


@pytest.mark.parametrize(
    ("kernel", "padding", "size"), [(1, 0, 16), (2, 0, 15), (3, 1, 16), (4, 0, 13), (5, 0, 12), (15, 0, 2)]
)
def test_the_last_convolution_is_padded_only_for_kernel_3(
    small: dict[str, Any], kernel: int, padding: int, size: int
) -> None:
    """The original's rule, `padding=1 if FINAL_CONV_KERNEL == 3 else 0`: other kernels shrink the heatmaps."""
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
def test_a_deconvolution_of_any_kernel_doubles_the_size(small: dict[str, Any], kernel: int) -> None:
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


def layers(spec: dict[str, Any], path: str) -> list[str]:
    """The leaves below a module in the order of their calls, with kernel, stride and padding of the convolutions."""
    calls = [call for call in trace(spec).leaf_calls if call.node.path.startswith(f"{path}.")]
    return [call.node.type + conv_text(call.node.arguments) for call in calls]


def conv_text(arguments: dict[str, Any]) -> str:
    if "kernel_size" not in arguments:
        return ""
    return f" {arguments['kernel_size'][0]}/{arguments['stride'][0]} pad {arguments['padding'][0]}"


def test_a_new_branch_is_made_by_convolutions_of_stride_2(small: dict[str, Any]) -> None:
    assert layers(small, "transition1.1") == ["Conv2d 3/2 pad 1", "BatchNorm2d", "ReLU"]
    del small["stage2"]
    small["stage2"] = small.pop("stage3")
    assert layers(small, "transition1.2") == ["Conv2d 3/2 pad 1", "BatchNorm2d", "ReLU"] * 2


def test_a_branch_keeps_its_size_where_its_width_changes(small: dict[str, Any]) -> None:
    assert layers(small, "transition2.0") == ["Conv2d 3/1 pad 1", "BatchNorm2d", "ReLU"]
    assert layers(small, "transition2.1") == []


def test_a_relu_is_between_the_convolutions_of_a_fuse_edge_and_not_after_them(small: dict[str, Any]) -> None:
    halving = ["Conv2d 3/2 pad 1", "BatchNorm2d"]
    assert layers(small, "stage3.0.fuse_layers.2.0") == [*halving, "ReLU", *halving]
    assert layers(small, "stage3.0.fuse_layers.2.1") == halving
    assert layers(small, "stage3.0.fuse_layers.0.1") == ["Conv2d 1/1 pad 0", "BatchNorm2d", "Upsample"]


def upsampling(spec: dict[str, Any], start: str) -> set[tuple[Any, ...]]:
    """Mode and align_corners of every leaf that resizes, below paths that begin with `start`."""
    nodes = [call.node for call in trace(spec).leaf_calls if call.node.path.startswith(start)]
    found = [node.arguments for node in nodes if node.type in ("Upsample", "Resize")]
    return {(arguments["mode"], arguments["align_corners"]) for arguments in found}


def test_a_pyramid_upsamples_bilinearly_to_the_corners_of_pixels(small: dict[str, Any]) -> None:
    spec = {**small, "head": {"type": "hrfpn"}}
    assert upsampling(spec, "backbone.") == {("nearest", None)}
    assert upsampling(spec, "neck.") == {("bilinear", False)}


@pytest.mark.parametrize("to", ["factor", "size"])
@pytest.mark.parametrize("align_corners", [True, False])
def test_fuse_layers_align_corners_as_the_spec_says(small: dict[str, Any], to: str, align_corners: bool) -> None:
    small["upsampling"] = {"mode": "bilinear", "to": to, "align_corners": align_corners}
    assert upsampling(small, "stage") == {("bilinear", align_corners)}


def test_the_dropout_of_ocr_is_the_originals(small: dict[str, Any]) -> None:
    nodes = [call.node for call in trace({**small, "head": {"type": "ocr"}}).leaf_calls]
    assert [node.arguments for node in nodes if node.type == "Dropout2d"] == [{"p": 0.05}]


@pytest.mark.torch
def test_the_dropout_of_ocr_is_lowered(small: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch")
    from hrnet_cli import build_torch

    modules = list(build_torch({**small, "head": {"type": "ocr"}}).modules())
    assert [module.p for module in modules if isinstance(module, torch.nn.Dropout2d)] == [0.05]


def test_the_branches_of_classification_are_widened_and_halved(small: dict[str, Any]) -> None:
    spec = {**small, "head": {"type": "classification"}}
    outputs = {call.node.path: call.outputs[0] for call in trace(spec).calls}
    assert [outputs[f"incre_modules.{i}"] for i in range(3)] == [(1, 128, 16, 16), (1, 256, 8, 8), (1, 512, 4, 4)]
    assert [outputs[f"downsamp_modules.{i}"] for i in range(2)] == [(1, 256, 8, 8), (1, 512, 4, 4)]
    assert outputs["final_layer"] == (1, 2048, 4, 4)


def test_batch_norm_is_set_in_every_batch_norm(small: dict[str, Any]) -> None:
    small["batch_norm"] = {"momentum": 0.01, "eps": 0.001}
    nodes = [call.node for call in trace({**small, "head": {"type": "ocr"}}).leaf_calls]
    found = {tuple(node.arguments.items())[1:] for node in nodes if node.type == "BatchNorm2d"}
    assert found == {(("eps", 0.001), ("momentum", 0.01))}
