"""Necks and heads of mmlab configs that do not match the branches of the backbone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from checks import check
from mmlab_configs import (
    FCN,
    HEATMAP,
    HRFPN,
    JOINED,
    MULTISCALE,
    OCR,
    PROCESSOR,
    WIDTHS,
    Plain,
    extra,
    model,
    python,
    stage,
)
from support import caught

from hrnet_cli import load_spec
from hrnet_cli.documents import Document
from hrnet_cli.errors import SpecError
from hrnet_cli.sources.loading import MismatchError, load_document

PLAIN_HEAD = {"type": "FCNHead", "num_classes": 7}
THREE = {"extra": extra() | {"stage4": stage(3, 1, 4)}}
WIDER = {"extra": extra() | {"stage4": {**stage(4, 1, 4), "num_channels": [5, 8, 16, 32]}}}
WIDER_STAGE4 = {**WIDER["extra"]["stage4"], "multiscale_output": True}
WIDER_MULTISCALE = {"extra": WIDER["extra"] | {"stage4": WIDER_STAGE4}}
BOTTLENECK = {"extra": extra() | {"stage4": stage(4, 1, 4, "BOTTLENECK")}}


def seg(head: Any, **parts: Any) -> Plain:
    return model("EncoderDecoder", decode_head=head, **parts)


@pytest.mark.parametrize(
    ("config", "code", "path", "message", "remedy"),
    [
        (
            seg(FCN, backbone=THREE),
            "head-branches",
            "model.decode_head.in_index",
            "branch 3 is read, but the backbone returns branches 0 to 2",
            "write in_index: [0, 1, 2] and in_channels: [4, 8, 16], or give the last stage more branches",
        ),
        (
            seg({**FCN, "in_index": [0, 1, 2, 3, 4]}),
            "head-branches",
            "model.decode_head.in_index",
            "branch 4 is read, but the backbone returns branches 0 to 3",
            "write in_index: [0, 1, 2, 3] and in_channels: [4, 8, 16, 32], or give the last stage more branches",
        ),
        (
            seg({**PLAIN_HEAD, "in_channels": 32, "in_index": 4}),
            "head-branches",
            "model.decode_head.in_index",
            "branch 4 is read, but the backbone returns branches 0 to 3",
            "write one of 0 to 3, or give the last stage more branches",
        ),
        (
            seg({**PLAIN_HEAD, "in_channels": 32, "in_index": 3}, backbone={"multiscale_output": False}),
            "head-branches",
            "model.decode_head.in_index",
            "branch 3 is read, but the backbone returns only branch 0",
            "write 0, or set multiscale_output: True in the backbone",
        ),
        (
            seg({**FCN, "in_index": [0, 1, 2]}),
            "wrong-channels",
            "model.decode_head.in_channels",
            "4 entries, but in_index has 3",
            "give one number per entry of in_index: [4, 8, 16]",
        ),
        (
            seg({"type": "UPerHead", "in_index": [0, 1], "in_channels": [8]}, neck={"type": "FPN"}),
            "wrong-channels",
            "model.decode_head.in_channels",
            "1 entry, but in_index has 2",
            "give one number per entry of in_index",
        ),
        (
            seg([FCN, {**OCR, "in_index": [0, 1, 2, -5]}]),
            "head-branches",
            "model.decode_head[1].in_index",
            "branch -5 is read, but the backbone returns branches 0 to 3",
            "write in_index: [0, 1, 2, 3] and in_channels: [4, 8, 16, 32], or give the last stage more branches",
        ),
        (
            seg(FCN, auxiliary_head={**PLAIN_HEAD, "in_index": 2, "in_channels": 8}),
            "wrong-channels",
            "model.auxiliary_head.in_channels",
            "8 channels, but branch 2 has 16",
            "write 16",
        ),
        (
            seg({**FCN, "in_index": [1, 2], "in_channels": [8, 8]}),
            "wrong-channels",
            "model.decode_head.in_channels",
            "[8, 8] channels, but branches [1, 2] have [8, 16]",
            "write [8, 16]",
        ),
        (
            seg({**FCN, "in_channels": [4, 8, 16, 33]}),
            "wrong-channels",
            "model.decode_head.in_channels",
            "[4, 8, 16, 33] channels, but the 4 branches have [4, 8, 16, 32]",
            "write [4, 8, 16, 32]",
        ),
        (
            model("FasterRCNN", neck={**HRFPN, "in_channels": [4, 8]}),
            "wrong-channels",
            "model.neck.in_channels",
            "[4, 8] channels, but the 4 branches have [4, 8, 16, 32]",
            "write [4, 8, 16, 32]",
        ),
        (
            model("TopdownPoseEstimator", neck=PROCESSOR, head={**JOINED, "in_channels": 8}, backbone=MULTISCALE),
            "wrong-channels",
            "model.head.in_channels",
            "8 channels, but the 4 branches have [4, 8, 16, 32]",
            "write 60",
        ),
        (
            seg({**PLAIN_HEAD, "in_channels": 8, "in_index": 0}, backbone=BOTTLENECK),
            "wrong-channels",
            "model.decode_head.in_channels",
            "8 channels, but branch 0 has 16",
            "write 4",
        ),
        (
            model("TopdownPoseEstimator", head={**HEATMAP, "in_channels": 4}, backbone=WIDER),
            "wrong-channels",
            "model.head.in_channels",
            "4 channels, but branch 0 has 5",
            "keep it, and give branch 0 of the last stage 4 channels, as in the stages before it",
        ),
        (
            model("TopdownPoseEstimator", head={**HEATMAP, "in_channels": 9}, backbone=WIDER),
            "wrong-channels",
            "model.head.in_channels",
            "9 channels, but branch 0 has 5",
            "write 4",
        ),
        (
            model(
                "TopdownPoseEstimator",
                neck=PROCESSOR,
                head={**JOINED, "conv_out_channels": [61]},
                backbone=WIDER_MULTISCALE,
            ),
            "wrong-channels",
            "model.head.in_channels",
            "60 channels, but the 4 branches have [5, 8, 16, 32]",
            "keep it, and give the branches of the last stage [4, 8, 16, 32] channels, as in the stages before it",
        ),
        (
            model("FasterRCNN", neck=HRFPN, backbone=WIDER),
            "wrong-channels",
            "model.neck.in_channels",
            "[4, 8, 16, 32] channels, but the 4 branches have [5, 8, 16, 32]",
            "keep it, and give the branches of the last stage [4, 8, 16, 32] channels, as in the stages before it",
        ),
    ],
)
def test_a_mismatch(config: Plain, code: str, path: str, message: str, remedy: str) -> None:
    error = caught(MismatchError, load_spec, config)
    assert [(each.code, each.dotted, each.message, each.remedy) for each in error.diagnostics] == [
        (code, path, message, remedy)
    ]
    assert not any("decode_head" in note and "left out" in note for note in error.loaded.spec.notes)
    assert len(error.loaded.spec.stages) == 4


@pytest.mark.parametrize(
    "config",
    [
        seg({**PLAIN_HEAD, "in_channels": 32}),
        seg({**PLAIN_HEAD, "in_channels": 32, "in_index": -1}),
        seg({**PLAIN_HEAD, "in_channels": 4, "in_index": -4}),
        seg({**PLAIN_HEAD, "in_channels": 4, "in_index": 0}, backbone={"multiscale_output": False}),
        seg({**PLAIN_HEAD, "in_channels": 256, "in_index": 9}, neck={"type": "FPN"}),
        seg({"type": "UPerHead", "in_channels": WIDTHS, "in_index": [0, 1, 2, 3], "num_classes": 7}),
        seg({"type": "Mask2FormerHead", "in_channels": WIDTHS}),
        seg({"type": "X", "in_channels": 9, "in_index": 1}),
        seg({"type": "X", "in_channels": "a", "in_index": ["a"]}),
        seg({**FCN, "in_index": [3, 2, 1, 0], "in_channels": [32, 16, 8, 4]}),
        model("X", decode_head={"in_index": 7}) | {"default_scope": "mmdet"},
    ],
)
def test_a_head_that_matches_or_is_unknown(config: Plain) -> None:
    assert len(load_spec(config).stages) == 4


def test_a_head_on_branches_that_are_not_kept_is_reported_once() -> None:
    error = caught(SpecError, load_spec, seg(FCN, backbone={"multiscale_output": False}))
    assert [(each.code, each.dotted) for each in error.diagnostics] == [
        ("head-branches", "model.backbone.multiscale_output")
    ]


def test_a_mismatch_is_reported_with_wrong_stages() -> None:
    short = {"extra": extra() | {"stage3": {**stage(3, 1, 4), "num_blocks": [1, 1]}}}
    error = caught(SpecError, load_spec, model("TopDown", head={**HEATMAP, "in_channels": 9}, backbone=short))
    assert {each.code for each in error.diagnostics} == {"wrong-length", "wrong-channels"}
    falling = {"extra": extra() | {"stage3": stage(1, 1, 4)}}
    error = caught(SpecError, load_spec, model("TopDown", head={**HEATMAP, "in_channels": 9}, backbone=falling))
    assert {each.remedy for each in error.diagnostics if each.code == "wrong-channels"} == {"write 4"}


def test_a_mismatch_is_reported_with_a_missing_key() -> None:
    head = {key: item for key, item in FCN.items() if key != "num_classes"}
    error = caught(SpecError, load_spec, seg({**head, "in_channels": [1, 2, 3, 4]}))
    assert {each.code for each in error.diagnostics} == {"missing-key", "wrong-channels"}


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (seg({**FCN, "align_corners": True}), "(FCNHead) is left out: align_corners is true, not false"),
        (
            seg({**FCN, "input_transform": None, "in_index": 3, "in_channels": 32}),
            "input_transform is nothing, not 'resize_concat'",
        ),
        (
            seg({**FCN, "in_index": [3, 2, 1, 0], "in_channels": WIDTHS[::-1]}),
            "in_index is [3, 2, 1, 0], not all branches in order",
        ),
        (seg([FCN, {**OCR, "align_corners": True}]), "OCRHead) is left out: align_corners is true, not false"),
        (seg([FCN, {**OCR, "norm_cfg": None}]), "OCRHead) is left out: it has no norm"),
        (
            model("X", neck={**PROCESSOR, "scale_factor": 2.0}, head=JOINED, backbone=MULTISCALE),
            "neck (FeatureMapProcessor) is left out: scale_factor is 2.0, not 1.0",
        ),
        (
            model("X", neck={**PROCESSOR, "apply_relu": True}, head=JOINED, backbone=MULTISCALE),
            "apply_relu is true, not false",
        ),
        (model("X", neck={**PROCESSOR, "concat": False}, head=JOINED), "concat is false, not true"),
        (
            model(
                "X",
                neck=PROCESSOR,
                head=JOINED,
                backbone={"extra": extra() | {"upsample": {"mode": "bilinear", "align_corners": True}}},
            ),
            "it does not align corners, as the fuse layers do",
        ),
    ],
)
def test_why_a_head_is_left_out(config: Plain, words: str) -> None:
    assert any(words in note for note in load_spec(config).notes), load_spec(config).notes


@pytest.mark.parametrize(
    ("config", "package"),
    [
        (model("HRDecoder", decode_head={**PLAIN_HEAD, "in_channels": 60, "in_index": 0}), "mmseg"),
        (model("MyPose", head={**HEATMAP, "in_channels": 9}), "mmpose"),
        (model("mine.FasterRCNN", neck={**HRFPN, "in_channels": [1, 2, 3, 4]}), "mmdet"),
        ({**model("FasterRCNN", neck={**HRFPN, "in_channels": [1, 2, 3, 4]}), "default_scope": "mmrotate"}, "mmdet"),
    ],
)
def test_an_own_model_is_not_judged(config: Plain, package: str, tmp_path: Path) -> None:
    """It may join the branches in front of its head: the head is left out, and whatever is noted is a note."""
    loaded = load_document(Document(config, {}, {}), "")
    name = config["model"]["type"]
    fork = f"'{name}' is not one of {package}'s models: how its parts fit together is not known"
    assert [note.message for note in loaded.reading.notes if note.code == "fork"] == [fork]
    assert loaded.spec.head.type == "none" and not loaded.reading.code_is_known
    assert all(note.at_most_note for note in loaded.reading.notes)
    config["model"]["backbone"]["norm_evla"] = 1
    text = "".join(f"{key} = {python(value)}\n" for key, value in config.items())
    assert {each.severity for each in check(tmp_path / "a.py", text)} == {"note"}


def test_an_own_model_whose_head_fits() -> None:
    loaded = load_document(Document(model("MyPose", head=HEATMAP), {}, {}), "")
    assert loaded.spec.head.type == "heatmap" and not loaded.reading.code_is_known
