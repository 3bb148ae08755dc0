"""Misspelt arguments, classes and parts of mmlab configs, and right ones that are similar to others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mmlab_configs import (
    FCN,
    HEATMAP,
    HIGHER,
    HRFPN,
    JOINED,
    MULTISCALE,
    OCR,
    OLD,
    OLD_JOINED,
    PROCESSOR,
    SIMPLE_TAGS,
    TAGS,
    Plain,
    model,
    python,
)

from hrnet_cli.dialects.mmlab.checks import right_part_key
from hrnet_cli.dialects.mmlab.facts import CLASSES, PACKAGES, UNKNOWN
from hrnet_cli.dialects.mmlab.pose_heads import POSE_HEADS
from hrnet_cli.dialects.reading import MAX_NOTES, note_text
from hrnet_cli.errors import Diagnostic
from hrnet_cli.sources.loading import Loaded, load_text
from hrnet_cli.text import dotted_path


def load(config: Plain) -> Loaded:
    return load_text("".join(f"{key} = {python(item)}\n" for key, item in config.items()))


def misspelt(config: Plain) -> list[Diagnostic]:
    codes = ("misspelt-key", "unread-value", "unread-key", "refused-argument")
    return [note for note in load(config).reading.notes if note.code in codes]


CODEC = {"type": "MSRAHeatmap", "input_size": [192, 256], "heatmap_size": [48, 64], "sigma": 2}


@pytest.mark.parametrize(
    ("config", "path", "meant"),
    [
        (model("EncoderDecoder", decode_head={**FCN, "num_clases": 3}), "model.decode_head.num_clases", "num_classes"),
        (
            model("EncoderDecoder", decode_head={**FCN, "kernal_size": 3}),
            "model.decode_head.kernal_size",
            "kernel_size",
        ),
        (model("EncoderDecoder", decode_head={**FCN, "norm_cgf": {}}), "model.decode_head.norm_cgf", "norm_cfg"),
        (
            model("EncoderDecoder", decode_head=[FCN, {**OCR, "ocr_chanels": 3}]),
            "model.decode_head[1].ocr_chanels",
            "ocr_channels",
        ),
        (
            model("EncoderDecoder", decode_head=FCN, auxiliary_head=[{**FCN, "chanels": 3}]),
            "model.auxiliary_head[0].chanels",
            "channels",
        ),
        (model("X", decode_head=[FCN, {**OCR, "scales": 1}]), "model.decode_head[1].scales", "scale"),
        (model("FasterRCNN", neck={**HRFPN, "num_out": 3}), "model.neck.num_out", "num_outs"),
        (model("FasterRCNN", neck=[{**HRFPN, "strides": 2}]), "model.neck[0].strides", "stride"),
        (
            model("X", neck={**PROCESSOR, "align_corner": True}, head=JOINED, backbone=MULTISCALE),
            "model.neck.align_corner",
            "align_corners",
        ),
        (model("TopdownPoseEstimator", head={**HEATMAP, "out_chanels": 3}), "model.head.out_chanels", "out_channels"),
        (model("TopdownPoseEstimator", head={**HEATMAP, "final_layr": None}), "model.head.final_layr", "final_layer"),
        (
            model("TopDown", keypoint_head={**OLD, "num_deconv_layer": 3}),
            "model.keypoint_head.num_deconv_layer",
            "num_deconv_layers",
        ),
        (
            model("TopDown", keypoint_head={**OLD, "extra": {"final_conv_kernal": 3}}),
            "model.keypoint_head.extra.final_conv_kernal",
            "final_conv_kernel",
        ),
        (model("X", keypoint_head={**HIGHER, "cat_ouput": [1]}), "model.keypoint_head.cat_ouput", "cat_output"),
        (
            model("X", keypoint_head={**SIMPLE_TAGS, "with_ae_los": []}),
            "model.keypoint_head.with_ae_los",
            "with_ae_loss",
        ),
        (model("X", head={**TAGS, "tag_per_keypont": 1}), "model.head.tag_per_keypont", "tag_per_keypoint"),
        ({**model("TopDown"), "codec": {**CODEC, "heatmap_szie": [9, 9]}}, "codec.heatmap_szie", "heatmap_size"),
        ({**model("TopDown"), "codec": [CODEC, {**CODEC, "inpt_size": 9}]}, "codec[1].inpt_size", "input_size"),
        ({**model("TopDown"), "data_cfg": {"image_size": 9, "imagesize": 8}}, "data_cfg.imagesize", "image_size"),
        (model("EncoderDecoder", decode_haed=FCN), "model.decode_haed", "decode_head"),
        (model("EncoderDecoder", decod_head=FCN), "model.decod_head", "decode_head"),
        (model("FasterRCNN", nekc=HRFPN), "model.nekc", "neck"),
        (model("TopdownPoseEstimator", haed=HEATMAP), "model.haed", "head"),
        (model("TopDown", keypont_head=OLD), "model.keypont_head", "keypoint_head"),
        (model("TopdownPoseEstimator", head={**HEATMAP, "type": "HeatmapHeadd"}), "model.head.type", "HeatmapHead"),
        (model("EncoderDecoder", decode_head={**FCN, "type": "mmseg.FcnHead"}), "model.decode_head.type", "FCNHead"),
    ],
)
def test_a_misspelt_word(config: Plain, path: str, meant: str) -> None:
    (note,) = misspelt(config)
    question, is_class = f"did you mean {meant}?", path.endswith(".type")
    assert (dotted_path(note.path), note.remedy) == (path, f"write {meant}" if is_class else question)
    is_own = config["model"]["type"] == "X"
    is_argument = path.startswith("model.") and not path.endswith("final_conv_kernal")
    assert note.code == (
        "unread-value" if is_class else "refused-argument" if is_argument and not is_own else "misspelt-key"
    )
    assert question in note_text(note)
    assert load(config).spec.notes.count(note_text(note)) == 1


def test_a_misspelt_key_is_located_in_its_own_file(tmp_path: Path) -> None:
    """The base has the right key, so nothing is missing."""
    base, mine = tmp_path / "base.py", tmp_path / "mine.py"
    base.write_text(f"model = {python(model('EncoderDecoder', decode_head=FCN)['model'])}\n")
    mine.write_text("_base_ = 'base.py'\nmodel = dict(decode_head=dict(num_clases=150))\n")
    loaded = load_text(mine.read_text(), str(mine), mine)
    (note,) = (note for note in loaded.reading.notes if note.code == "refused-argument")
    location = loaded.at_config_path(note).location
    assert (location.line, location.column, location.source) == (2, 31, str(mine))


REAL: dict[str, Plain] = {
    "FCNHead": {
        **FCN,
        "loss_decode": {"type": "CrossEntropyLoss"},
        "ignore_index": 255,
        "sampler": None,
        "dropout_ratio": -1,
        "act_cfg": {"type": "ReLU"},
        "align_corners": False,
        "init_cfg": None,
        "conv_cfg": None,
        "threshold": 0.2,
    },
    "OCRHead": {
        **OCR,
        "scale": 1,
        "dropout_ratio": -1,
        "loss_decode": [{"type": "DiceLoss"}],
    },
    "HRFPN": {**HRFPN, "norm_cfg": None, "with_cp": False, "init_cfg": None, "pooling_type": "AVG"},
    "HeatmapHead": {
        **HEATMAP,
        "deconv_kernel_sizes": None,
        "loss": {"type": "KeypointMSELoss", "use_target_weight": True},
        "decoder": CODEC,
        "conv_out_channels": None,
        "conv_kernel_sizes": None,
        "init_cfg": None,
    },
    "AssociativeEmbeddingHead": {**TAGS, "keypoint_loss": {"type": "X"}, "tag_loss": {"type": "Y"}, "decoder": CODEC},
    "TopdownHeatmapSimpleHead": {**OLD_JOINED, "loss_keypoint": {"type": "X"}, "train_cfg": {}, "test_cfg": {}},
    "AEHigherResolutionHead": {**HIGHER, "loss_keypoint": {"type": "X", "num_joints": 17, "num_stages": 2}},
    "AESimpleHead": {**SIMPLE_TAGS, "loss_keypoint": {"type": "X"}, "extra": {"final_conv_kernel": 1}},
}
"""Arguments as published configs have them."""
DEFAULTS = {"num_outs": 5, "stride": 1, "tag_per_joint": True}
SLOTS = {"FCNHead": "decode_head", "OCRHead": "auxiliary_head", "HRFPN": "neck"}


@pytest.mark.parametrize("name", REAL)
def test_the_arguments_of_a_class_are_not_misspelt(name: str) -> None:
    every: Plain = {key: DEFAULTS.get(key) for key in CLASSES[name].arguments} | REAL[name]
    slot = SLOTS.get(name, "keypoint_head" if "num_deconv_layers" in CLASSES[name].arguments else "head")
    for part in (REAL[name], every):
        config = model("X", **{slot: {**part, "_scope_": "mmseg"}}, backbone=MULTISCALE)
        assert [note for note in load(config).reading.notes if note.code in ("misspelt-key", "unread-value")] == []


@pytest.mark.parametrize(
    "config",
    [
        model("X", head={"type": "SimCCHead", "in_channel": 4, "out_chanels": 3}),
        model("X", head={"type": "Heatmap3DHead"}),
        model("X", decode_head={"type": "FPNHead", "num_clases": 3}),
        model("X", neck={"type": "FPN", "in_chanels": 3}),
        model("X", head={**HEATMAP, "with_something_new": 1}),
        model("X", decode_head=FCN, encode_text={"type": "X"}, semantic_head={"type": "X"}),
        model("PanopticFPN", semantic_head={"type": "X"}, panoptic_fusion_head={"type": "X"}),
        model("FasterRCNN", neck=HRFPN, rpn_head={"type": "X"}, roi_head={"type": "X"}),
        model("X", heads=[{"type": "X"}], necks=[{"type": "X"}], traj_head={"type": "X"}),
        {**model("X"), "codec": {**CODEC, "root_heatmap_size": 64, "image_size": [256, 256], "heatmap_type": "x"}},
        {**model("X"), "data_cfg": {"image_size": 9, "base_size": 8, "heatmap_size": 3, "heatmap_size_root": 64}},
        {**model("X"), "codec": 3, "data_cfg": [3, None, {"k": 4}]},
    ],
)
def test_an_unknown_word_is_not_misspelt(config: Plain) -> None:
    assert misspelt(config) == []


def test_code_in_a_part_for_training_is_ignored() -> None:
    text = f"model = {python(model('EncoderDecoder', decode_head=FCN)['model'])}\nmodel['auxiliary_head'] = "
    for code in ("f()", "[f()]", "dict(type=f(), in_index=f())"):
        assert load_text(text + code).spec.head.type == "segmentation"


def test_at_most_so_many_are_reported() -> None:
    head: dict[str, Any] = {**FCN, **{f"num_classes{letter}": 1 for letter in "abcdefghijkl"}}
    assert len(misspelt(model("EncoderDecoder", decode_head=head))) == MAX_NOTES


OTHERS = (
    *("FCNHead", "OCRHead", "HRFPN", "FeatureMapProcessor", "HRFuseScales", "GlobalAveragePooling"),
    *("LinearClsHead", "MultiLabelLinearClsHead"),
)


def test_every_class_that_is_read_has_its_arguments() -> None:
    assert set(CLASSES) == {*POSE_HEADS, *OTHERS}


@pytest.mark.parametrize(
    ("key", "package", "meant"),
    [
        ("keypoint_haed", "mmpose", "keypoint_head"),
        ("keypoint_haed", "mmdet", ""),
        ("keypoint_haed", "", "keypoint_head"),
        ("head", "mmdet", ""),
        ("heads", "mmpose", ""),
    ],
)
def test_the_parts_of_a_package(key: str, package: str, meant: str) -> None:
    assert right_part_key(key, PACKAGES.get(package, UNKNOWN)) == meant


@pytest.mark.parametrize(("others", "found"), [(48, 1), (49, 0)])
def test_so_many_keys_are_compared(others: int, found: int) -> None:
    """Fifty, of which `type` is one."""
    head: dict[str, Any] = {**FCN, **{f"q{number}": 1 for number in range(others)}, "num_clases": 1}
    assert len(misspelt(model("X", decode_head=head))) == found
