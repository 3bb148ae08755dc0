"""Necks and heads of mmlab configs: those that a spec has too, and those that are left out."""

from __future__ import annotations

from typing import Any

import pytest
from mmlab_configs import (
    FCN,
    HEATMAP,
    HIGHER,
    HRFPN,
    JOINED,
    MULTISCALE,
    NO_DECONV,
    OCR,
    OLD,
    OLD_JOINED,
    PROCESSOR,
    SIMPLE_TAGS,
    TAGS,
    Plain,
    extra,
    model,
    stage,
)
from support import caught

from hrnet_cli import load_spec, trace
from hrnet_cli.dialects.mmlab.part import MAX_PARTS
from hrnet_cli.errors import SpecError
from hrnet_cli.schema import HeatmapHead, HigherHead, HrfpnHead, LandmarkHead, OcrHead, SegmentationHead

NOT_HIGHER = "it has convolutions that HigherHRNet does not have"


def without(part: Plain, argument: str) -> Plain:
    """The part with the default of an argument."""
    return {key: item for key, item in part.items() if key != argument}


@pytest.mark.parametrize(
    ("config", "head"),
    [
        (model("TopdownPoseEstimator", head=HEATMAP), HeatmapHead(5)),
        (
            model("TopdownPoseEstimator", head={**HEATMAP, "final_layer": {"kernel_size": 3, "padding": 1}}),
            HeatmapHead(5, 3),
        ),
        (
            model("TopdownPoseEstimator", head={**HEATMAP, "final_layer": {"kernel_size": 5, "padding": 0}}),
            HeatmapHead(5, 5),
        ),
        (model("TopDown", keypoint_head=OLD), HeatmapHead(5)),
        (model("TopDown", keypoint_head={**OLD, "extra": {"final_conv_kernel": 3}}), HeatmapHead(5, 3)),
        (model("TopDown", keypoint_head=OLD_JOINED, backbone=MULTISCALE), LandmarkHead(5)),
        (model("TopdownPoseEstimator", neck=PROCESSOR, head=JOINED, backbone=MULTISCALE), LandmarkHead(5)),
        (model("BottomupPoseEstimator", head=TAGS), HigherHead(5, **NO_DECONV)),
        (model("BottomupPoseEstimator", head={**TAGS, "tag_per_keypoint": False}), HigherHead(5, False, **NO_DECONV)),
        (model("BottomUp", keypoint_head=SIMPLE_TAGS), HigherHead(5, **NO_DECONV)),
        (
            model("BottomUp", keypoint_head=without(SIMPLE_TAGS, "with_ae_loss")),
            HigherHead(5, **{**NO_DECONV, "with_ae_loss": (False,)}),
        ),
        (
            model("X", keypoint_head={**HIGHER, "num_deconv_layers": 0, "with_ae_loss": [True]}),
            HigherHead(5, num_basic_blocks=2, **NO_DECONV),
        ),
        (
            model("AssociativeEmbedding", keypoint_head=HIGHER),
            HigherHead(5, num_channels=(6,), num_basic_blocks=2),
        ),
        (model("EncoderDecoder", decode_head=FCN), SegmentationHead(7, conv_bias=False)),
        (model("EncoderDecoder", decode_head={**FCN, "out_channels": 1}), SegmentationHead(1, conv_bias=False)),
        (model("CascadeEncoderDecoder", decode_head=[FCN, OCR]), OcrHead(7, 24, 12, conv_bias=False)),
        (model("FasterRCNN", neck=HRFPN, rpn_head={"type": "RPNHead"}), HrfpnHead(16)),
        (model("FCOS", neck={**HRFPN, "stride": 2, "num_outs": 3}, bbox_head={"type": "X"}), HrfpnHead(16, 3, 2)),
        (model("X", neck=[HRFPN, {"type": "DyHead"}], bbox_head={"type": "X"}), HrfpnHead(16)),
    ],
)
def test_a_head_that_a_spec_has_too(config: Plain, head: Any) -> None:
    spec = load_spec(config)
    assert spec.head == head
    trace(spec, input=(1, 3, 64, 64))


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (model("TopdownPoseEstimator", head={"type": "DEKRHead"}), "head (DEKRHead) is left out"),
        (
            model("TopdownPoseEstimator", head={**HEATMAP, "deconv_out_channels": [256]}),
            "head (HeatmapHead) is left out: deconv_out_channels is [256]",
        ),
        (model("TopdownPoseEstimator", head={**HEATMAP, "final_layer": {"kernel_size": 3}}), "padded in another way"),
        (model("X", head={**HEATMAP, "final_layer": {"kernel_size": 5, "padding": 2}}), "padded in another way"),
        (model("X", head={**HEATMAP, "final_layer": {"kernel_size": 1, "stride": 2}}), "padded in another way"),
        (model("X", keypoint_head={**OLD, "extra": {"final_conv_kernel": 5}}), "padded in another way"),
        (model("X", keypoint_head={**OLD, "extra": {"num_conv_layers": -1}}), "it has more than one convolution"),
        (model("X", keypoint_head={**OLD, "extra": {"num_conv_layers": 10**12}}), "it has more than one convolution"),
        (model("TopdownPoseEstimator", head={**HEATMAP, "conv_out_channels": [4]}), "it has more than one convolution"),
        (
            model("TopdownPoseEstimator", head={**HEATMAP, "in_channels": 32}, backbone=MULTISCALE),
            "it reads the last branch",
        ),
        (model("TopDown", keypoint_head={**OLD, "num_deconv_layers": 3}), "num_deconv_layers is 3, not 0"),
        (
            model("TopDown", keypoint_head={**OLD, "in_index": 1, "in_channels": 8}, backbone=MULTISCALE),
            "neither branch 0 alone nor all branches joined",
        ),
        (model("X", neck=PROCESSOR, head={"type": "CIDHead"}, backbone=MULTISCALE), "neck (FeatureMapProcessor)"),
        (model("BottomupPoseEstimator", head={**TAGS, "tag_dim": 2}), "tag_dim is 2, not 1"),
        (
            model("EncoderDecoder", decode_head={**FCN, "num_convs": 2}),
            "num_convs is 2, not 1",
        ),
        (
            model("X", decode_head={**FCN, "input_transform": None}),
            "input_transform is nothing, not 'resize_concat'",
        ),
        (model("EncoderDecoder", decode_head={**FCN, "channels": 8}), "channels is 8, not the sum"),
        (model("EncoderDecoder", decode_head={**FCN, "norm_cfg": None}), "it has no norm"),
        (model("EncoderDecoder", decode_head=[FCN, {**OCR, "scale": 2}]), "scale is 2, not 1"),
        (model("EncoderDecoder", decode_head=[FCN, FCN]), "decode_head (FCNHead, FCNHead) is left out"),
        (
            model("EncoderDecoder", decode_head=FCN, auxiliary_head=FCN),
            "auxiliary_head (FCNHead) is left out: for training only",
        ),
        (model("TopDown", keypoint_head=without(OLD, "num_deconv_layers")), "num_deconv_layers is 3 by default, not 0"),
        (model("BottomUp", keypoint_head=without(SIMPLE_TAGS, "num_deconv_layers")), "is 3 by default, not 0"),
        (model("TopdownPoseEstimator", head=without(HEATMAP, "deconv_out_channels")), "is [256, 256, 256] by default"),
        (model("EncoderDecoder", decode_head=without(FCN, "kernel_size")), "kernel_size is 3 by default, not 1"),
        (model("EncoderDecoder", decode_head=without(FCN, "num_convs")), "num_convs is 2 by default, not 1"),
        (
            model("EncoderDecoder", decode_head=without(FCN, "concat_input")),
            "concat_input is true by default, not false",
        ),
        (model("X", neck={**PROCESSOR, "select_index": 0}, head=JOINED, backbone=MULTISCALE), "select_index is 0"),
        (model("X", neck={"type": "FeatureMapProcessor"}, head=JOINED), "concat is false by default, not true"),
        (model("FasterRCNN", neck={**HRFPN, "conv_cfg": {"type": "DCN"}}), "conv_cfg is {'type'}"),
        (model("X", decode_head=[FCN, {**OCR, "num_classes": 8}]), "its two heads differ in num_classes"),
        (model("FasterRCNN", neck={**HRFPN, "pooling_type": "MAX"}), "pooling_type is 'MAX'"),
        (model("FasterRCNN", neck={"type": "FPN"}, roi_head={"type": "R"}), "roi_head (R)"),
        (model("X", neck=[HRFPN, {"type": "DyHead"}], bbox_head={"type": "X"}), "neck (DyHead)"),
    ],
)
def test_a_part_that_is_left_out_is_noted_with_its_reason(config: Plain, words: str) -> None:
    assert any(words in note for note in load_spec(config).notes), load_spec(config).notes


def test_a_note_on_the_state_dict_keys() -> None:
    old = load_spec(model("TopDown", keypoint_head=OLD)).notes
    new = load_spec(model("TopdownPoseEstimator", head=HEATMAP)).notes
    joined = load_spec(model("TopdownPoseEstimator", neck=PROCESSOR, head=JOINED, backbone=MULTISCALE)).notes
    assert "model: mmpose's state-dict keys begin with backbone. and keypoint_head." in old
    assert "model: mmpose's state-dict keys begin with backbone. and head." in new
    assert "model: mmpose's state-dict keys begin with backbone. and head." in joined


def test_losses_are_no_parts_and_at_most_so_many_parts_are_noted() -> None:
    parts = {f"part_{number}": {"type": "X"} for number in range(2 * MAX_PARTS)}
    notes = load_spec(model("X", loss_cls={"type": "FocalLoss"}, **parts)).notes
    assert sum("is left out" in note for note in notes) == MAX_PARTS == 12
    assert not any("loss_cls" in note for note in notes)


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (
            model("X", decode_head={**without(FCN, "in_index"), "in_channels": 32}),
            "in_index is -1, not all branches in order",
        ),
        (
            model("X", decode_head={**FCN, "in_index": [0, 1], "in_channels": [4, 8]}),
            "in_index is [0, 1], not all branches in order",
        ),
        (
            model("X", decode_head={**FCN, "in_index": [1, 0, 2, 3], "in_channels": [8, 4, 16, 32]}),
            "in_index is [1, 0, 2, 3], not all",
        ),
        (model("X", decode_head={**FCN, "align_corners": True}), "align_corners is true, not false"),
        (model("X", neck=PROCESSOR, keypoint_head=HIGHER, backbone=MULTISCALE), NOT_HIGHER),
        (model("BottomUp", keypoint_head={**HIGHER, "extra": {"num_conv_layers": 1}}), NOT_HIGHER),
        (model("BottomUp", keypoint_head={**HIGHER, "extra": {"final_conv_kernel": 5}}), NOT_HIGHER),
        (
            model("BottomupPoseEstimator", neck=PROCESSOR, head={**TAGS, "in_channels": 60}, backbone=MULTISCALE),
            "it reads all branches",
        ),
        (
            model("BottomupPoseEstimator", head={**TAGS, "in_channels": 32}, backbone=MULTISCALE),
            "it reads the last branch",
        ),
        (model("BottomupPoseEstimator", head={**TAGS, "final_layer": None}), "missing or padded in another way"),
        (model("BottomupPoseEstimator", head={**TAGS, "conv_out_channels": [4]}), "conv_out_channels is [4]"),
        (model("X", neck=PROCESSOR, head={**JOINED, "conv_kernel_sizes": [3]}, backbone=MULTISCALE), "two 1×1"),
        (model("X", neck=PROCESSOR, head={**JOINED, "conv_out_channels": [61]}, backbone=MULTISCALE), "two 1×1"),
        (model("X", neck=PROCESSOR, head=HEATMAP, backbone=MULTISCALE), "its layers are not HRNetV2's two 1×1"),
        (
            model("TopDown", keypoint_head={**OLD_JOINED, "input_transform": "multiple_select"}, backbone=MULTISCALE),
            "it reads neither branch 0 alone nor all branches joined",
        ),
        (model("X", keypoint_head={**OLD, "input_transform": "resize_concat"}), "neither branch 0 alone nor"),
    ],
)
def test_a_head_with_other_layers_is_left_out(config: Plain, reason: str) -> None:
    spec = load_spec(config)
    assert spec.head.type == "none"
    assert any(reason in note and "is left out" in note for note in spec.notes), spec.notes


@pytest.mark.parametrize(
    ("final_layer", "kernel"),
    [({}, 1), ({"kernel_size": 1}, 1), ({"padding": 0}, 1), ({"kernel_size": 3, "padding": 1}, 3)],
)
def test_a_last_convolution_of_mmpose(final_layer: Plain, kernel: int) -> None:
    assert load_spec(model("X", head={**HEATMAP, "final_layer": final_layer})).head == HeatmapHead(5, kernel)
    head = load_spec(model("BottomupPoseEstimator", head={**TAGS, "final_layer": final_layer})).head
    assert head == HigherHead(5, final_conv_kernel=kernel, **NO_DECONV)


def test_the_older_names_of_heads() -> None:
    old = {"TopDownSimpleHead": OLD, "BottomUpSimpleHead": SIMPLE_TAGS, "BottomUpHigherResolutionHead": HIGHER}
    for name, head in old.items():
        renamed = load_spec(model("X", keypoint_head={**head, "type": name}))
        assert renamed.head == load_spec(model("X", keypoint_head=head)).head and renamed.head.type != "none"


def test_deconvolutions_by_default_are_one() -> None:
    """AEHigherResolutionHead's num_deconv_layers; AESimpleHead's is 3."""
    head = load_spec(model("X", keypoint_head=without(HIGHER, "num_deconv_layers"))).head
    assert isinstance(head, HigherHead) and head.num_channels == (6,)


def test_a_block_that_is_unknown_does_not_hide_the_widths() -> None:
    """A head that matches them is no second problem."""
    unknown = extra() | {"stage4": {**stage(4, 1, 4), "block": "BASICK"}}
    error = caught(SpecError, load_spec, model("TopdownPoseEstimator", head=HEATMAP, backbone={"extra": unknown}))
    assert [problem.code for problem in error.diagnostics] == ["unknown-choice"]


def test_the_notes_of_each_packages_keys() -> None:
    def keys(config: Plain) -> str:
        (note,) = (note for note in load_spec(config).notes if "state-dict keys" in note)
        return note.removeprefix("model: ")

    assert keys(model("FasterRCNN", neck=HRFPN)).startswith("mmdet names its state-dict keys neck.reduction_conv.conv")
    assert keys(model("EncoderDecoder", decode_head=FCN)).endswith("begin with backbone. and decode_head.")
    ocr = model("CascadeEncoderDecoder", decode_head=[FCN, OCR])
    assert keys(ocr).endswith("begin with backbone., decode_head.0. and decode_head.1.")
    assert not any("state-dict" in note for note in load_spec(model()).notes)


def test_at_most_four_classes_of_a_part_are_named() -> None:
    heads = [{"type": f"Head{number}"} for number in range(5)]
    (note,) = (note for note in load_spec(model("X", roi_head=heads)).notes if "roi_head" in note)
    assert "roi_head (Head0, Head1, Head2, Head3) is left out" in note
