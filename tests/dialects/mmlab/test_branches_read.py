"""Which branches the heads of a model read, so that the others get no gradient."""

from __future__ import annotations

from typing import Any

import pytest
from mmlab_configs import FCN, HEATMAP, HRFPN, MULTISCALE, OLD, WIDTHS, Plain, model

from hrnet_cli.dialects.mmlab.read import read

ONE = {**FCN, "in_channels": 4, "in_index": 0, "channels": 4, "input_transform": None}
LAST = {"type": "PSPHead", "in_channels": 32}
FPN = {"type": "FPN", "in_channels": WIDTHS, "out_channels": 16, "num_outs": 5}
BOXES = {"type": "FCOSHead", "in_channels": 16, "num_classes": 3}


def seg(head: Any, **parts: Any) -> Plain:
    return model("EncoderDecoder", decode_head=head, **parts)


@pytest.mark.parametrize(
    ("config", "reads"),
    [
        (seg(ONE), ("decode_head", (0,))),
        (seg(LAST), ("decode_head", (3,))),
        (seg([ONE, {**LAST, "in_index": 1, "in_channels": 8}]), ("decode_head", (0, 1))),
        (seg(ONE, auxiliary_head=[LAST]), ("decode_head and auxiliary_head", (0, 3))),
        (seg(FCN), ("decode_head", (0, 1, 2, 3))),
        (seg({**ONE, "type": "OwnHead"}), None),
        (seg(ONE, auxiliary_head={**LAST, "type": "OwnHead"}), None),
        (seg({"type": "Mask2FormerHead", "in_channels": WIDTHS}), None),
        (seg({"type": "MaskFormerHead", "in_channels": WIDTHS, "in_index": 0}), None),
        (seg({"type": "IterativeDecodeHead", "kernel_generate_head": FCN}), None),
        (seg({"type": "UPerHead", "in_channels": WIDTHS}), None),
        (seg({"type": "UPerHead", "in_channels": WIDTHS[:2], "in_index": [0, 1]}), ("decode_head", (0, 1))),
        (seg({**ONE, "in_index": "0"}), None),
        (seg({**ONE, "in_index": 9}), None),
        (seg(ONE, neck={"type": "OwnNeck"}), None),
        (seg(ONE, backbone={"multiscale_output": False}), None),
        (model("OwnSegmentor", decode_head=ONE), None),
        (model("TopdownPoseEstimator", backbone=MULTISCALE, head={**HEATMAP, "in_channels": 32}), ("head", (3,))),
        (model("TopdownPoseEstimator", head=HEATMAP), None),
        (model("TopdownPoseEstimator", backbone=MULTISCALE, head={"type": "OwnHead"}), None),
        (model("TopDown", backbone=MULTISCALE, keypoint_head=OLD), ("keypoint_head", (0,))),
        (model("FCOS", neck={**FPN, "start_level": 1}, bbox_head=BOXES), ("neck", (1, 2, 3))),
        (model("FCOS", neck=FPN, bbox_head=BOXES), None),
        (model("FCOS", neck={**FPN, "start_level": 1, "end_level": 2}, bbox_head=BOXES), None),
        (model("FCOS", neck=HRFPN, bbox_head=BOXES), None),
    ],
)
def test_the_branches_that_are_read(config: Plain, reads: tuple[str, tuple[int, ...]] | None) -> None:
    assert read(config).reads == reads
