"""Strides of a detector's heads and extractors, against the levels of its neck."""

from __future__ import annotations

from typing import Any

import pytest
from mmlab_configs import HRFPN, WIDTHS, Plain, model

from hrnet_cli.dialects.mmlab.read import read
from hrnet_cli.text import dotted_path

HRNET_LEVELS = [4, 8, 16, 32, 64]
DOUBLED = [8, 16, 32, 64, 128]
FPN: Plain = {"type": "FPN", "in_channels": WIDTHS, "out_channels": 16, "num_outs": 5}
REGIONS: Plain = {"type": "SingleRoIExtractor", "out_channels": 16}


def fcos(strides: Any, neck: Plain = HRFPN, **more: Any) -> Plain:
    return model("FCOS", neck=neck, bbox_head={"type": "FCOSHead", "in_channels": 16, "strides": strides, **more})


def rpn(strides: Any, neck: Plain = HRFPN) -> Plain:
    generator = {"type": "AnchorGenerator", "strides": strides}
    return model(
        "FasterRCNN", neck=neck, rpn_head={"type": "RPNHead", "in_channels": 16, "anchor_generator": generator}
    )


def regions(strides: Any, key: str = "bbox_roi_extractor") -> Plain:
    roi_head = {"type": "StandardRoIHead", key: {**REGIONS, "featmap_strides": strides}}
    return model("FasterRCNN", neck=HRFPN, roi_head=roi_head)


@pytest.mark.parametrize(
    ("config", "path", "message", "remedy"),
    [
        (
            fcos(DOUBLED),
            "bbox_head.strides",
            f"{DOUBLED}, but the maps that it gets have strides {HRNET_LEVELS}",
            f"set stride=2 in HRFPN, or write {HRNET_LEVELS}",
        ),
        (fcos(HRNET_LEVELS, {**HRFPN, "stride": 2}), "bbox_head.strides", "have strides [8, 16,", f"write {DOUBLED}"),
        (fcos(HRNET_LEVELS[:4]), "bbox_head.strides", "4 strides, but it gets 5 maps: an assertion", "write [4, 8, 16"),
        (fcos(DOUBLED, FPN), "bbox_head.strides", "have strides [4, 8, 16, 32, 64]", f"write {HRNET_LEVELS}"),
        (
            fcos(HRNET_LEVELS, {**FPN, "start_level": 1}),
            "bbox_head.strides",
            "have strides [8, 16, 32, 64, 128]",
            f"write {DOUBLED}",
        ),
        (
            model("FCOS", neck={**HRFPN, "stride": 2}, bbox_head={"type": "FCOSHead", "in_channels": 16}),
            "bbox_head.strides",
            "[4, 8, 16, 32, 64] by default, but the maps that it gets have strides [8, 16, 32, 64, 128]",
            f"write {DOUBLED}",
        ),
        (
            model("RetinaNet", neck=HRFPN, bbox_head={"type": "RetinaHead", "in_channels": 16}),
            "bbox_head.anchor_generator",
            f"{DOUBLED} by default, but the maps that it gets have strides {HRNET_LEVELS}",
            f"set stride=2 in HRFPN, or give anchor_generator with strides={HRNET_LEVELS}",
        ),
        (
            model("RPN", neck={**HRFPN, "stride": 2}, rpn_head={"type": "RPNHead", "in_channels": 16}),
            "rpn_head.anchor_generator",
            f"{HRNET_LEVELS} by default, but",
            f"give anchor_generator with strides={DOUBLED}",
        ),
        (rpn(DOUBLED), "rpn_head.anchor_generator.strides", "[8, 16, 32, 64, 128], but", "set stride=2 in HRFPN"),
        (rpn([[each, each] for each in DOUBLED]), "rpn_head.anchor_generator.strides", "but", "set stride=2"),
        (
            regions([8, 16, 32, 64]),
            "roi_head.bbox_roi_extractor.featmap_strides",
            "[8, 16, 32, 64], but the maps that it gets have strides [4, 8, 16, 32]",
            "set stride=2 in HRFPN",
        ),
        (regions([8], "mask_roi_extractor"), "roi_head.mask_roi_extractor.featmap_strides", "[8], but", "set stride=2"),
    ],
)
def test_strides_of_other_maps(config: Plain, path: str, message: str, remedy: str) -> None:
    (note,) = (note for note in read(config).notes if note.code == "head-strides")
    assert dotted_path(note.path) == f"model.{path}"
    assert message in note.message and note.remedy.startswith(remedy)
    what = "regions would be read" if "extractor" in path else "boxes would be decoded"
    assert note.message.endswith((f": its {what} at other places of the image", "an assertion fails"))


@pytest.mark.parametrize(
    "config",
    [
        fcos(HRNET_LEVELS),
        fcos(DOUBLED, {**HRFPN, "stride": 2}),
        fcos(DOUBLED, {**FPN, "start_level": 1}),
        fcos(DOUBLED, {"type": "MyNeck"}),
        model("FCOS", neck=HRFPN, bbox_head={"type": "FCOSHead", "in_channels": 16}),
        model("RetinaNet", neck={**HRFPN, "stride": 2}, bbox_head={"type": "RetinaHead", "in_channels": 16}),
        model("RPN", neck=HRFPN, rpn_head={"type": "RPNHead", "in_channels": 16}),
        fcos(DOUBLED, type="MyHead"),
        fcos([8.0, 16.0]),
        fcos("x"),
        fcos([[8, 4]]),
        fcos([8] * 1000),
        rpn(HRNET_LEVELS),
        regions([4, 8, 16, 32]),
        regions([4, 8, 16, 32, 64, 128, 256]),
        regions(None),
        {**fcos(DOUBLED), "model": {**fcos(DOUBLED)["model"], "type": "MyDetector"}},
    ],
)
def test_strides_that_are_right_or_not_known(config: Plain) -> None:
    assert [note for note in read(config).notes if note.code == "head-strides"] == []
