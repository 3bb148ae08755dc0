"""Configs of mmlab's packages for tests, with a small HRNet: widths 4, 8, 16, 32."""

from __future__ import annotations

from typing import Any

Plain = dict[str, Any]


def stage(branches: int, modules: int, width: int, block: str = "BASIC") -> Plain:
    widths = [width * 2**index for index in range(branches)]
    parts = {"num_modules": modules, "num_branches": branches, "block": block}
    return {**parts, "num_blocks": [1] * branches, "num_channels": widths}


def extra(width: int = 4) -> Plain:
    stages = {f"stage{number}": stage(number, 1, width) for number in (2, 3, 4)}
    return {"stage1": stage(1, 1, width, "BOTTLENECK"), **stages}


def model(type: str = "", **parts: Any) -> Plain:
    """A config with a small HRNet: widths 4, 8, 16, 32."""
    backbone = {"type": "HRNet", "extra": extra(), **parts.pop("backbone", {})}
    return {"model": {**({"type": type} if type else {}), "backbone": backbone, **parts}}


WIDTHS = [4, 8, 16, 32]


MULTISCALE = {"extra": extra() | {"stage4": {**stage(4, 1, 4), "multiscale_output": True}}}
FCN = {
    "type": "FCNHead",
    "in_channels": WIDTHS,
    "in_index": [0, 1, 2, 3],
    "channels": 60,
    "input_transform": "resize_concat",
    "kernel_size": 1,
    "num_convs": 1,
    "concat_input": False,
    "num_classes": 7,
    "norm_cfg": {"type": "SyncBN"},
}
OCR = {
    "type": "OCRHead",
    "in_channels": WIDTHS,
    "in_index": [0, 1, 2, 3],
    "input_transform": "resize_concat",
    "channels": 24,
    "ocr_channels": 12,
    "num_classes": 7,
    "norm_cfg": {"type": "SyncBN"},
}


def python(value: Any) -> str:
    """A plain value as a config writes it: dict(...), with tuples where there are lists."""
    if isinstance(value, dict):
        return "dict(" + ", ".join(f"{key}={python(item)}" for key, item in value.items()) + ")"
    if isinstance(value, list):
        return "(" + "".join(f"{python(item)}, " for item in value) + ")"
    return repr(value)


HEATMAP = {"type": "HeatmapHead", "in_channels": 4, "out_channels": 5, "deconv_out_channels": None}
JOINED = {**HEATMAP, "in_channels": 60, "conv_out_channels": [60], "conv_kernel_sizes": [1]}
PROCESSOR = {"type": "FeatureMapProcessor", "concat": True}
OLD = {"type": "TopdownHeatmapSimpleHead", "in_channels": 4, "out_channels": 5, "num_deconv_layers": 0}
OLD_JOINED = {
    **OLD,
    "in_channels": WIDTHS,
    "in_index": [0, 1, 2, 3],
    "input_transform": "resize_concat",
    "extra": {"final_conv_kernel": 1, "num_conv_layers": 1, "num_conv_kernels": [1]},
}
TAGS = {"type": "AssociativeEmbeddingHead", "in_channels": 4, "num_keypoints": 5, "deconv_out_channels": None}
HIGHER = {
    "type": "AEHigherResolutionHead",
    "in_channels": 4,
    "num_joints": 5,
    "tag_per_joint": True,
    "extra": {"final_conv_kernel": 1},
    "num_deconv_layers": 1,
    "num_deconv_filters": [6],
    "num_deconv_kernels": [4],
    "num_basic_blocks": 2,
    "cat_output": [True],
    "with_ae_loss": [True, False],
}
SIMPLE_TAGS = {
    "type": "AESimpleHead",
    "in_channels": 4,
    "num_joints": 5,
    "num_deconv_layers": 0,
    "with_ae_loss": [True],
}
NO_DECONV: Plain = {"num_channels": (), "kernel_size": (), "cat_output": (), "with_ae_loss": (True,)}
FUSE = {"type": "HRFuseScales", "in_channels": WIDTHS}
POOLING = {"type": "GlobalAveragePooling"}
LINEAR = {"type": "LinearClsHead", "in_channels": 2048, "num_classes": 7}
HRFPN = {"type": "HRFPN", "in_channels": WIDTHS, "out_channels": 16}
