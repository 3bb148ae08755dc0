"""in_channels, in_index and input_transform of necks and heads that are not built, against the branches."""

from __future__ import annotations

from typing import Any

import pytest
from mmlab_configs import (
    FCN,
    FUSE,
    HEATMAP,
    HIGHER,
    HRFPN,
    LINEAR,
    MULTISCALE,
    OLD,
    POOLING,
    PROCESSOR,
    TAGS,
    WIDTHS,
    Plain,
    model,
    python,
)

from hrnet_cli.dialects.mmlab.read import read
from hrnet_cli.sources.loading import load_text

FPN: Plain = {"type": "FPN", "in_channels": WIDTHS, "out_channels": 16, "num_outs": 5}
DENSE: Plain = {"type": "FCOSHead", "in_channels": 16, "num_classes": 3}
REGIONS: Plain = {"type": "SingleRoIExtractor", "out_channels": 16, "featmap_strides": [4, 8, 16, 32]}
BOXES: Plain = {"type": "Shared2FCBBoxHead", "in_channels": 9}
ONE_MAP: Plain = {"type": "PSPHead", "in_channels": 32, "in_index": 3}
JOINED_MAPS: Plain = {**ONE_MAP, "in_channels": WIDTHS, "in_index": [0, 1, 2, 3], "input_transform": "resize_concat"}
SEVERAL: Plain = {"type": "UPerHead", "in_channels": WIDTHS, "in_index": [0, 1, 2, 3]}
OLD_LINE: Plain = {"data": {}}
NEW_LINE: Plain = {"default_scope": "mmpose"}


def seg(head: Plain, **parts: Any) -> Plain:
    return model("EncoderDecoder", decode_head=head, **parts)


def pose(head: Plain, **parts: Any) -> Plain:
    return model("TopdownPoseEstimator", head=head, **parts)


def old_pose(head: Plain, **parts: Any) -> Plain:
    return model("TopDown", keypoint_head=head, **parts)


def detector(neck: Any = FPN, **parts: Any) -> Plain:
    return model("FasterRCNN", neck=neck, **parts)


def roi_head(**parts: Any) -> Plain:
    return {"type": "StandardRoIHead", "bbox_roi_extractor": REGIONS, **parts}


def mismatches(config: Plain) -> list[tuple[str, str]]:
    return [(each.dotted.removeprefix("model."), each.message) for each in read(config).mismatches]


ASPP: Plain = {**ONE_MAP, "type": "DepthwiseSeparableASPPHead", "c1_in_channels": 4, "c1_channels": 8}


@pytest.mark.parametrize(
    ("config", "path", "message"),
    [
        (seg({**ONE_MAP, "in_channels": 30}), "decode_head.in_channels", "30 channels, but branch 3 has 32"),
        (seg({**ONE_MAP, "type": "ASPPHead", "in_index": 0}), "decode_head.in_channels", "32 channels, but branch 0"),
        (seg({**ASPP, "c1_in_channels": 8}), "decode_head.c1_in_channels", "8 channels, but branch 0 has 4"),
        (
            seg({**JOINED_MAPS, "in_channels": [4, 8, 16, 33]}),
            "decode_head.in_channels",
            "[4, 8, 16, 33] channels, but the 4 branches have [4, 8, 16, 32]",
        ),
        (
            seg({**SEVERAL, "in_channels": [8, 4, 16, 32]}),
            "decode_head.in_channels",
            "[8, 4, 16, 32] channels, but the 4 branches have [4, 8, 16, 32]",
        ),
        (
            seg({**SEVERAL, "type": "LightHamHead", "in_index": [1, 2, 3], "in_channels": [8, 16, 33]}),
            "decode_head.in_channels",
            "[8, 16, 33] channels, but branches [1, 2, 3] have [8, 16, 32]",
        ),
        (
            seg({**JOINED_MAPS, "input_transform": None}),
            "decode_head.input_transform",
            "input_transform is not given, and in_channels is a list: without it one map is read",
        ),
        (
            seg({**ONE_MAP, "input_transform": "resize_concat"}),
            "decode_head.in_channels",
            "in_channels is 32, and input_transform resize_concat reads a list",
        ),
        (
            seg({"type": "PSPHead", "in_channels": WIDTHS, "input_transform": "resize_concat"}),
            "decode_head.in_index",
            "in_index is -1 by default, and input_transform resize_concat reads a list",
        ),
        (
            seg({**ONE_MAP, "in_channels": 8}, neck={**FPN, "num_outs": 4}),
            "decode_head.in_channels",
            "8 channels, but the neck gives 16",
        ),
        (
            seg({**ONE_MAP, "in_channels": 16, "in_index": 4}, neck={**FPN, "num_outs": 4}),
            "decode_head.in_index",
            "map 4 is read, but the neck returns maps 0 to 3",
        ),
        (
            seg(ONE_MAP, neck={**FPN, "type": "MultiLevelNeck", "scales": [1, 1]}),
            "decode_head.in_index",
            "map 3 is read, but the neck returns maps 0 to 1",
        ),
        (
            model("EncoderDecoder", decode_head=FCN, auxiliary_head={**ONE_MAP, "in_channels": 8}),
            "auxiliary_head.in_channels",
            "8 channels, but branch 3 has 32",
        ),
        (pose(HEATMAP, backbone=MULTISCALE), "head.in_channels", "4 channels, but branch 3 has 32"),
        (
            pose({**HEATMAP, "type": "RTMCCHead", "in_channels": 8}),
            "head.in_channels",
            "8 channels, but branch 0 has 4",
        ),
        (pose({**TAGS, "in_channels": 8}), "head.in_channels", "8 channels, but branch 0 has 4"),
        (
            pose({**HEATMAP, "deconv_out_channels": [256], "in_channels": 8}),
            "head.in_channels",
            "8 channels, but branch 0 has 4",
        ),
        (
            pose({"type": "DEKRHead", "in_channels": 4}, neck=PROCESSOR, backbone=MULTISCALE) | NEW_LINE,
            "head.in_channels",
            "4 channels, but the neck gives 60",
        ),
        (
            pose(HEATMAP, neck={**PROCESSOR, "select_index": [0, 4]}, backbone=MULTISCALE),
            "neck.select_index",
            "branch 4 is read, but the backbone returns branches 0 to 3",
        ),
        (
            pose(HEATMAP, neck={**PROCESSOR, "select_index": 1}),
            "neck.select_index",
            "branch 1 is read, but the backbone returns only branch 0",
        ),
        (
            pose({"type": "RegressionHead", "in_channels": 4}, neck=POOLING, backbone=MULTISCALE),
            "head.in_channels",
            "4 channels, but branch 3 has 32",
        ),
        (old_pose({**OLD, "in_channels": 8}), "keypoint_head.in_channels", "8 channels, but branch 0 has 4"),
        (
            old_pose({**OLD, "num_deconv_layers": 3, "in_channels": 32}, backbone=MULTISCALE),
            "keypoint_head.in_channels",
            "32 channels, but branch 0 has 4",
        ),
        (
            old_pose({**OLD, "in_index": 4}, backbone=MULTISCALE),
            "keypoint_head.in_index",
            "branch 4 is read, but the backbone returns branches 0 to 3",
        ),
        (
            old_pose({**OLD, "in_index": [0, 1]}, backbone=MULTISCALE),
            "keypoint_head.input_transform",
            "input_transform is not given, and in_index is a list: without it one map is read",
        ),
        (
            model("BottomUp", keypoint_head={**HIGHER, "in_channels": 8}),
            "keypoint_head.in_channels",
            "8 channels, but branch 0 has 4",
        ),
        (
            detector({**FPN, "in_channels": [8, 8, 16, 32]}),
            "neck.in_channels",
            "[8, 8, 16, 32] channels, but the 4 branches have [4, 8, 16, 32]",
        ),
        (
            detector({**FPN, "in_channels": [4, 8, 16]}),
            "neck.in_channels",
            "[4, 8, 16] channels, but the 4 branches have [4, 8, 16, 32]",
        ),
        (
            detector({"type": "ChannelMapper", "in_channels": [4, 8, 32, 16], "out_channels": 8}),
            "neck.in_channels",
            "[4, 8, 32, 16] channels, but the 4 branches have [4, 8, 16, 32]",
        ),
        (
            detector(FPN, backbone={"multiscale_output": False}),
            "neck.in_channels",
            "[4, 8, 16, 32] channels, but branch 0 has 4",
        ),
        (
            detector(rpn_head={**DENSE, "type": "RPNHead", "in_channels": 8}),
            "rpn_head.in_channels",
            "the neck gives 16",
        ),
        (model("FCOS", neck=HRFPN, bbox_head={**DENSE, "in_channels": 256}), "bbox_head.in_channels", "neck gives 16"),
        (
            model("FCOS", bbox_head={**DENSE, "in_channels": 4}),
            "bbox_head.in_channels",
            "4 channels on every map, but the 4 branches have [4, 8, 16, 32]",
        ),
        (
            detector(roi_head=roi_head(bbox_roi_extractor={**REGIONS, "out_channels": 256})),
            "roi_head.bbox_roi_extractor.out_channels",
            "256 channels, but the neck gives 16",
        ),
        (
            detector(roi_head=roi_head(bbox_head={"type": "Shared2FCBBoxHead", "in_channels": 256})),
            "roi_head.bbox_head.in_channels",
            "256 channels, but the regions have 16",
        ),
        (
            detector(
                roi_head=roi_head(mask_roi_extractor=REGIONS, mask_head=[{"type": "FCNMaskHead", "in_channels": 8}])
            ),
            "roi_head.mask_head[0].in_channels",
            "8 channels, but the regions have 16",
        ),
        (
            detector(roi_head=roi_head(semantic_head={"type": "FusedSemanticHead", "in_channels": 8, "num_ins": 5})),
            "roi_head.semantic_head.in_channels",
            "8 channels, but the neck gives 16",
        ),
        (
            model("ImageClassifier", neck=[FUSE, POOLING], head={**LINEAR, "in_channels": 1024}),
            "head.in_channels",
            "1024 channels, but the neck gives 2048",
        ),
        (
            model("mmpretrain.ImageClassifier", neck=POOLING, head={**LINEAR, "type": "StackedLinearClsHead"}),
            "head.in_channels",
            "2048 channels, but branch 3 has 32",
        ),
    ],
)
def test_what_does_not_fit(config: Plain, path: str, message: str) -> None:
    ((found, said),) = mismatches(config)
    assert found == path and message in said


@pytest.mark.parametrize(
    "config",
    [
        seg(ONE_MAP),
        seg({**ONE_MAP, "in_index": -1}),
        seg(JOINED_MAPS),
        seg(SEVERAL),
        seg(ASPP),
        seg({**ASPP, "c1_in_channels": 0}),
        seg({**SEVERAL, "type": "PointHead", "in_index": [0], "in_channels": [4]}),
        seg({**ONE_MAP, "in_channels": 16}, neck=FPN),
        seg({**ONE_MAP, "in_channels": 16}, neck={**FPN, "type": "MultiLevelNeck"}),
        seg({**ONE_MAP, "in_channels": 99}, neck={"type": "MyNeck"}),
        seg({**ONE_MAP, "type": "MyHead", "in_channels": 99}),
        seg({"type": "MyHead", "in_index": 9}),
        seg({**ONE_MAP, "type": "mine.PSPHead", "in_index": 9}),
        detector({**FPN, "type": "mine.FPN", "in_channels": [1, 2, 3, 4]}),
        seg({"type": "MyHead", "in_index": [0, 1], "in_channels": [4]}),
        seg({**ONE_MAP, "in_channels": "x", "in_index": None}),
        model("HRDecoder", decode_head={**ONE_MAP, "in_channels": 60}),
        pose({**HEATMAP, "in_channels": 32}, backbone=MULTISCALE),
        pose({**HEATMAP, "in_channels": 99, "final_layer": None}),
        pose({**HEATMAP, "in_channels": WIDTHS, "input_transform": "resize_concat"}, backbone=MULTISCALE),
        pose({**HEATMAP, "type": "MSPNHead", "in_channels": 99}),
        pose({"type": "DEKRHead", "in_channels": 99}),
        pose({"type": "RegressionHead", "in_channels": 99}),
        pose({"type": "RegressionHead", "in_channels": 4}, neck=POOLING),
        pose({**HEATMAP, "in_channels": 12}, neck={**PROCESSOR, "select_index": [0, 1]}, backbone=MULTISCALE),
        old_pose(OLD, backbone=MULTISCALE),
        old_pose({**OLD, "in_index": 1, "in_channels": 8}, backbone=MULTISCALE),
        old_pose({"type": "CIDHead", "in_channels": 480}, backbone=MULTISCALE) | OLD_LINE,
        old_pose({**OLD, "in_channels": 99}, neck={"type": "MyNeck"}),
        detector(),
        detector({**FPN, "in_channels": [99, 8, 16, 32], "start_level": 1}),
        detector([FPN, {"type": "MyNeck"}], rpn_head={**DENSE, "in_channels": 99}),
        detector(rpn_head={**DENSE, "type": "RPNHead"}, bbox_head={"type": "YOLOFHead", "in_channels": 99}),
        detector(roi_head=roi_head(bbox_head={"type": "Shared2FCBBoxHead", "in_channels": 16})),
        detector(
            roi_head=roi_head(bbox_head={"type": "Shared2FCBBoxHead", "in_channels": 9}, shared_head={"type": "X"})
        ),
        detector(roi_head={**roi_head(bbox_head={"type": "Shared2FCBBoxHead", "in_channels": 9}), "type": "MyRoIHead"}),
        detector(roi_head=roi_head(bbox_roi_extractor={**REGIONS, "out_channels": 9, "featmap_strides": [4]})),
        detector(roi_head=roi_head(bbox_roi_extractor={**REGIONS, "type": "GenericRoIExtractor", "out_channels": 64})),
        model("MyDetector", neck={**FPN, "in_channels": [1, 2]}, bbox_head={**DENSE, "in_channels": 99}),
        model("FCOS", neck={**FPN, "num_outs": "x", "out_channels": None}, bbox_head={**DENSE, "in_channels": 99}),
        model("FCOS", neck={**FPN, "in_channels": "x", "start_level": 9}, bbox_head={**DENSE, "in_channels": 99}),
        model("ImageClassifier", neck=[FUSE, POOLING], head=LINEAR),
        model("ImageClassifier", neck=[FUSE], head={**LINEAR, "in_channels": 99}),
        model("ImageClassifier", neck=[FUSE, {**POOLING, "dim": 1}], head={**LINEAR, "in_channels": 99}),
    ],
)
def test_what_fits_or_is_not_known(config: Plain) -> None:
    assert mismatches(config) == []


CODE = ["f()", "[f()]", "dict(type=f(), in_channels=f())", "dict(type='RPNHead', in_channels=f())"]


@pytest.mark.parametrize("code", CODE)
@pytest.mark.parametrize("key", ["roi_head", "rpn_head", "bbox_head"])
def test_code_in_a_part_that_is_not_built_is_no_error(code: str, key: str) -> None:
    text = f"model = {python(detector(HRFPN)['model'])}\nmodel['{key}'] = "
    assert load_text(text + code).spec.head.type == "hrfpn"
    nested = "dict(type='StandardRoIHead', bbox_roi_extractor=f(), bbox_head=f(), semantic_head=f())"
    assert load_text(text + nested).spec.head.type == "hrfpn"


def test_remedies() -> None:
    def remedy(config: Plain) -> str:
        return read(config).mismatches[0].remedy

    assert remedy(detector({**FPN, "in_channels": [256, 512, 1024, 2048]})) == "write [4, 8, 16, 32]"
    last = "write 32, or remove multiscale_output: then it reads branch 0"
    assert remedy(pose(HEATMAP, backbone=MULTISCALE)) == last
    assert remedy(pose({**HEATMAP, "in_channels": 5}, backbone=MULTISCALE)) == "write 32"
    assert remedy(model("ImageClassifier", neck=POOLING, head={**LINEAR, "in_channels": 4})) == "write 32"
    assert remedy(model("FCOS", bbox_head=DENSE)) == "put a neck such as HRFPN before it"
    few = pose(HEATMAP, neck={**PROCESSOR, "select_index": 1})
    assert remedy(few) == "write 0, or set multiscale_output: True in stage4"
    assert (
        remedy(seg({**ONE_MAP, "in_index": 4, "in_channels": 16}, neck={**FPN, "num_outs": 4})) == "write one of 0 to 3"
    )
    assert "resize_concat" in remedy(seg({**JOINED_MAPS, "input_transform": None}))


def test_levels_of_a_large_neck_are_bounded() -> None:
    assert (
        mismatches(detector({**FPN, "num_outs": 10**9}, rpn_head={**DENSE, "type": "RPNHead", "in_channels": 9})) == []
    )


@pytest.mark.parametrize(
    ("head", "message", "remedy"),
    [
        (
            {"in_channels": WIDTHS},
            "in_index is -1 by default, and UPerHead reads a list",
            "write in_index=[0, 1, 2, 3]",
        ),
        ({"in_channels": WIDTHS, "in_index": 3}, "in_index is 3, and UPerHead", "write in_index=[0, 1, 2, 3]"),
        ({"in_channels": 60}, "in_index is -1", "write in_index=[0, 1, 2, 3] and in_channels=[4, 8, 16, 32]"),
        (
            {"type": "LightHamHead", "in_channels": WIDTHS},
            "and LightHamHead reads a list",
            "write in_index=[0, 1, 2, 3]",
        ),
    ],
)
def test_a_head_of_several_maps_needs_a_list(head: Plain, message: str, remedy: str) -> None:
    """input_transform is multiple_select there, which asserts that in_channels and in_index are lists."""
    (found,) = read(seg({"type": "UPerHead", **head})).mismatches
    assert (found.code, found.dotted) == ("wrong-channels", "model.decode_head.in_index")
    assert message in found.message and found.remedy == remedy


@pytest.mark.parametrize(
    "name", ["Mask2FormerHead", "MaskFormerHead", "IterativeDecodeHead", "SegmenterMaskTransformerHead"]
)
def test_heads_that_are_no_decode_head_of_maps_are_not_judged(name: str) -> None:
    assert mismatches(seg({"type": name, "in_channels": WIDTHS, "in_index": 9})) == []
