"""The configs of PaddleSeg, PaddleDetection and PaddleClas."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from checks import check, codes
from support import with_changes

from hrnet_cli import load_spec, trace
from hrnet_cli.analysis.skeleton import output_shapes
from hrnet_cli.errors import SpecError
from hrnet_cli.schema import HeatmapHead, HrfpnHead, SegmentationHead, Spec, Upsampling

SEG: dict[str, Any] = {
    "batch_size": 2,
    "train_dataset": {
        "type": "Cityscapes",
        "transforms": [
            {"type": "ResizeStepScaling", "min_scale_factor": 0.5},
            {"type": "RandomPaddingCrop", "crop_size": [1024, 512]},
        ],
    },
    "model": {
        "type": "FCN",
        "backbone": {"type": "HRNet_W18", "align_corners": False, "pretrained": None},
        "num_classes": 19,
        "backbone_indices": [-1],
    },
}
FASTER: dict[str, Any] = {
    "architecture": "FasterRCNN",
    "FasterRCNN": {"backbone": "HRNet", "neck": "HRFPN", "rpn_head": "RPNHead"},
    "HRNet": {"width": 18, "freeze_at": 0, "return_idx": [0, 1, 2, 3]},
    "HRFPN": {"out_channel": 256, "share_conv": False},
    "EvalReader": {
        "sample_transforms": [
            {"Decode": {}},
            {"Resize": {"interp": 2, "target_size": [800, 1333], "keep_ratio": True}},
        ],
        "batch_transforms": [{"PadBatch": {"pad_to_stride": 32}}],
    },
}
TOP_DOWN = """\
num_joints: &num_joints 17
trainsize: &trainsize [192, 256]
architecture: TopDownHRNet
TopDownHRNet: {backbone: HRNet, num_joints: *num_joints, width: &width 32, loss: KeyPointMSELoss}
HRNet: {width: *width, freeze_at: -1, freeze_norm: false, return_idx: [0]}
LearningRate:
  schedulers:
  - !PiecewiseDecay
    milestones: [170, 200]
TrainDataset:
  !KeypointTopDownCocoDataset
    image_dir: train2017
"""
HIGHER = """\
input_size: &input_size 512
architecture: HigherHRNet
HigherHRNet: {backbone: HRNet, hrhrnet_head: HrHRNetHead}
HRNet: {width: &width 32, freeze_at: -1, freeze_norm: false, return_idx: [0]}
HrHRNetHead: {num_joints: 17, width: *width, loss: HrHRNetLoss, swahr: false}
"""


def changed(config: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    return with_changes(config, (path, value))


def params(spec: Spec) -> int:
    return sum(node.own_params for node in trace(spec).root.walk())


def parsed(text: str, tmp_path: Path) -> Spec:
    file = tmp_path / "a.yml"
    file.write_text(text)
    return load_spec(file)


# PaddleSeg


def test_paddleseg_names_the_width_and_upsamples_bilinearly() -> None:
    spec = load_spec(SEG)
    assert spec.stages == load_spec("cls-w18").stages
    assert spec.upsampling == Upsampling("bilinear", "size", False)
    assert (spec.head, spec.input, spec.dialect) == (SegmentationHead(19), (1, 3, 512, 1024), "paddle")
    assert spec.name == "paddleseg-w18"
    aligned = load_spec(changed(SEG, "model.backbone.align_corners", True))
    assert aligned.upsampling.align_corners is True


@pytest.mark.parametrize(
    ("name", "preset"),
    [
        ("HRNet_W18_Small_V1", "cls-w18-small-v1"),
        ("HRNet_W18_Small_V2", "cls-w18-small-v2"),
        *((f"HRNet_W{width}", f"cls-w{width}") for width in (18, 30, 32, 40, 44, 48, 64)),
    ],
)
def test_every_width_of_paddleseg(name: str, preset: str) -> None:
    assert load_spec(changed(SEG, "model.backbone.type", name)).stages == load_spec(preset).stages


@pytest.mark.parametrize(
    ("path", "value", "head"),
    [
        ("model.type", "OCRNet", "none"),
        ("model.channels", 256, "none"),
        ("model.backbone_indices", [0], "segmentation"),
        ("model.backbone_indices", [0, 1], "none"),
        ("model.num_classes", ..., "none"),
    ],
)
def test_which_heads_of_paddleseg_are_built(path: str, value: Any, head: str) -> None:
    assert load_spec(changed(SEG, path, value)).head.type == head


def test_the_classes_may_be_the_datasets() -> None:
    config = changed(changed(SEG, "model.num_classes", ...), "train_dataset.num_classes", 4)
    assert load_spec(config).head == SegmentationHead(4)
    assert load_spec(changed(SEG, "model.bias", False)).head == SegmentationHead(19, conv_bias=False)


def test_another_repositorys_network_is_said_to_be_that(tmp_path: Path) -> None:
    found = check(tmp_path / "a.yml", yaml.safe_dump(changed(SEG, "model.backbone.type", "HRNet_W48_NV")))
    assert codes(found) == ["HR107", "HR111"]
    assert found[0].message == "'HRNet_W48_NV' is not PaddleSeg's own: HRNet_W48 is built"


def test_the_rest_of_the_model_is_left_out(tmp_path: Path) -> None:
    (found,) = check(
        tmp_path / "a.yml",
        yaml.safe_dump(changed(changed(SEG, "model.type", "OCRNet"), "model.backbone.type", "HRNet_W48")),
    )
    assert (found.code, found.severity, found.path) == ("HR111", "note", "model.backbone.type")
    assert found.message.endswith("with bilinear upsampling to size; the rest of 'OCRNet' is left out")


# PaddleClas


PRINTED = {18: 21.29, 30: 37.71, 32: 41.23, 40: 57.55, 44: 67.06, 48: 77.47, 64: 128.06}
"""M of parameters, as PaddleClas prints them (docs/en/models/HRNet_en.md); 21.295 M are printed as 21.290."""


@pytest.mark.parametrize("width", PRINTED)
def test_the_printed_params_of_paddleclas(width: int) -> None:
    config = {"Global": {"image_shape": [3, 224, 224]}, "Arch": {"name": f"HRNet_W{width}_C", "class_num": 1000}}
    spec = load_spec(config)
    assert params(spec) / 1e6 == pytest.approx(PRINTED[width], abs=0.006)
    assert trace(spec).calls[0].outputs == ((1, 1000),)


@pytest.mark.parametrize("width", [18, 48])
def test_paddleclas_is_timms_ssld_network(width: int) -> None:
    """timm's `hrnet_w18_ssld.paddle_in1k` is converted from it."""
    spec, expected = load_spec({"Arch": {"name": f"HRNet_W{width}_C"}}), load_spec(f"timm:hrnet_w{width}_ssld")
    assert (spec.stages, spec.upsampling, params(spec)) == (expected.stages, expected.upsampling, params(expected))


def test_the_input_of_paddleclas() -> None:
    config = {"Global": {"image_shape": [3, 288, 256]}, "Arch": {"name": "HRNet_W32_C", "class_num": 7}}
    spec = load_spec(config)
    assert spec.input == (1, 3, 288, 256) and trace(spec).calls[0].outputs == ((1, 7),)


# PaddleDetection


def test_a_detector_with_hrfpn() -> None:
    """`ppdet/modeling/necks/hrfpn.py` has no biases: 1,536 parameters fewer than the authors'."""
    spec = load_spec(FASTER)
    assert spec.head == HrfpnHead(bias=False)
    authors = replace(load_spec("det-w18"), published=None, name=spec.name, input=spec.input)
    assert replace(spec, head=HrfpnHead()) == authors
    assert params(authors) - params(spec) == 6 * 256
    assert spec.input == (1, 3, 800, 1344)


def test_what_of_a_detector_is_built() -> None:
    assert load_spec(changed(FASTER, "HRFPN.extra_stage", 2)).head == HrfpnHead(num_outs=6, bias=False)
    for path, value in (("HRFPN.share_conv", True), ("FasterRCNN.neck", "FPN"), ("HRNet.return_idx", [1, 2, 3])):
        assert load_spec(changed(FASTER, path, value)).head.type == "none"
    assert load_spec(changed(FASTER, "HRNet", ...)).stages == load_spec("cls-w18").stages
    mot = {"architecture": "FairMOT", "FairMOT": {"detector": "CenterNet"}, "CenterNet": {"backbone": "HRNet"}}
    assert load_spec({**mot, "HRNet": {"width": 32}}).stages == load_spec("w32").stages


def test_top_down_pose_with_tags(tmp_path: Path) -> None:
    """YAML tags name classes of PaddleDetection's, and are no part of the network."""
    spec = parsed(TOP_DOWN, tmp_path)
    assert replace(spec, name="", published=None) == replace(
        load_spec("w32"), name="", published=None, multi_scale_output=None
    )
    assert params(spec) == 28_536_113 and spec.head == HeatmapHead()


def test_branches_that_no_head_reads(tmp_path: Path) -> None:
    found = check(tmp_path / "a.yml", TOP_DOWN.replace("return_idx: [0]", "return_idx: [0, 1, 2, 3]"))
    assert "HR401" in codes(found)


def test_higherhrnet(tmp_path: Path) -> None:
    spec = parsed(HIGHER, tmp_path)
    expected = replace(load_spec("higher-w32"), published=None, name=spec.name)
    assert spec == expected
    assert any("swahr" in note for note in parsed(HIGHER.replace("swahr: false", "swahr: true"), tmp_path).notes)


def test_a_head_of_another_width(tmp_path: Path) -> None:
    found = check(tmp_path / "a.yml", TOP_DOWN.replace("HRNet: {width: *width", "HRNet: {width: 48"))
    assert ("HR013", "TopDownHRNet.width") in [(each.code, each.path) for each in found]


# Mistakes


@pytest.mark.parametrize(
    ("config", "path", "says"),
    [
        (changed(SEG, "model.backbone.type", "HRNet_W20"), "model.backbone.type", "PaddleSeg has no HRNet_W20"),
        (changed(SEG, "model.backbone.has_se", True), "model.backbone.has_se", "this is an SE-HRNet"),
        (changed(SEG, "model.num_classes", "many"), "model.num_classes", "expected a whole number"),
        (changed(SEG, "model.backbone.align_corners", 3), "model.backbone.align_corners", "expected true or false"),
        ({"Arch": {"name": "SE_HRNet_W64_C"}}, "Arch.name", "this is an SE-HRNet"),
        (
            {"Arch": {"name": "HRNet_W18_C"}, "Global": {"image_shape": [3, 0, 2]}},
            "Global.image_shape",
            "[3, 0, 2] has",
        ),
        (changed(FASTER, "HRNet.width", 20), "HRNet.width", "PaddleDetection has no HRNet of width 20"),
        (changed(FASTER, "HRNet.width", "18w"), "HRNet.width", "PaddleDetection has no HRNet of width '18w'"),
        (changed(FASTER, "HRNet", [18]), "HRNet", "expected a mapping with width"),
        (changed(FASTER, "HRFPN.out_channel", -1), "HRFPN.out_channel", "-1 is out of range"),
    ],
)
def test_a_mistake_is_an_error_at_its_key(config: dict[str, Any], path: str, says: str) -> None:
    with pytest.raises(SpecError) as caught:
        load_spec(config)
    (found,) = caught.value.diagnostics
    assert found.dotted == path and found.message.startswith(says)


LITE = """\
num_joints: &num_joints 17
trainsize: &trainsize [192, 256]
architecture: TopDownHRNet
TopDownHRNet: {backbone: LiteHRNet, num_joints: *num_joints, width: &width WIDTH}
LiteHRNet: {network_type: TYPE, freeze_at: -1, freeze_norm: false, return_idx: [0]}
"""


def lite(network_type: str, width: int) -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load(LITE.replace("TYPE", network_type).replace("WIDTH", str(width)))
    return config


@pytest.mark.parametrize(
    ("network_type", "width", "preset"),
    [
        ("lite_18", 40, "litehrnet18"),
        ("lite_30", 40, "litehrnet30"),
        ("naive", 30, "naive-litehrnet18"),
        ("wider_naive", 40, "wider-naive-litehrnet18"),
    ],
)
def test_paddle_detections_lite_hrnets_are_the_authors(network_type: str, width: int, preset: str) -> None:
    built, authors = load_spec(lite(network_type, width)), load_spec(preset)
    assert (built.stages, built.stem_widths, built.head) == (authors.stages, authors.stem_widths, authors.head)
    assert built.iterative_head and built.input_shape == authors.input_shape and not built.keeps_all_branches
    assert any("a port of the authors': TopDownHRNet is built" in note for note in built.notes)


@pytest.mark.parametrize(
    ("kind", "preset"), [("18", "litehrnet18"), ("30", "litehrnet30"), ("wider_naive", "wider-naive-litehrnet18")]
)
def test_paddle_segs_lite_hrnets(kind: str, preset: str) -> None:
    """Their iterative head is set by use_head, and all branches are returned."""
    backbone = {"type": f"Lite_HRNet_{kind}", "use_head": True, "pretrained": None}
    config = changed(changed(SEG, "model.backbone", backbone), "model.type", "MobileSeg")
    spec = load_spec(config)
    assert spec.stages == load_spec(preset).stages and spec.iterative_head and spec.keeps_all_branches
    outputs = [shape[1:] for shape in output_shapes(spec, (1, 3, 512, 1024))]
    assert outputs == [(40, 128, 256), (40, 64, 128), (80, 32, 64), (160, 16, 32)]
    assert not load_spec(changed(config, "model.backbone.use_head", False)).iterative_head
    assert any("the backbone is built; the rest of 'MobileSeg' is left out" in note for note in spec.notes)


@pytest.mark.parametrize(
    ("config", "code", "path", "message"),
    [
        (changed(lite("lite_18", 40), "LiteHRNet.network_type", ...), "missing-key", "network_type", "is missing"),
        (lite("lite_19", 40), "unknown-choice", "network_type", "'lite_19' is not a network_type"),
        (lite("[3]", 40), "unknown-choice", "network_type", "[3] is not a network_type"),
        (lite("naive", 40), "wrong-channels", "width", "40 channels, but branch 0 of the HRNet has 30"),
    ],
)
def test_a_wrong_lite_hrnet(config: dict[str, Any], code: str, path: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        load_spec(config)
    (found,) = caught.value.diagnostics
    assert (found.code, found.path[-1]) == (code, path) and message in found.message


@pytest.mark.parametrize("kind", ["UHRNet_W48", "UHRNet_W18_Small"])
def test_a_uhrnet_is_said_to_be_one(kind: str) -> None:
    with pytest.raises(SpecError, match=rf"it looks like a UHRNet config \(model.backbone.type: '{kind}'"):
        load_spec(changed(SEG, "model.backbone", {"type": kind}))


def test_arguments_that_change_the_network() -> None:
    assert load_spec(changed(SEG, "model.backbone.in_channels", 4)).in_channels == 4
    for config, message in (
        (changed(SEG, "model.backbone.use_psa", True), "use_psa sets a polarized self-attention in every BASIC block"),
        (changed(SEG, "model.backbone.has_se", True), "this is an SE-HRNet"),
        ({"Arch": {"name": "HRNet_W18_C", "has_se": True}}, "this is an SE-HRNet"),
    ):
        with pytest.raises(SpecError, match=message) as caught:
            load_spec(config)
        assert [found.code for found in caught.value.diagnostics] == ["not-hrnet"]
    assert load_spec(changed(SEG, "model.backbone.padding_same", False)).stages == load_spec(SEG).stages
    assert load_spec(changed(SEG, "model.backbone.use_psa", False)).stages == load_spec(SEG).stages


@pytest.mark.parametrize(
    ("config", "says"),
    [
        (changed(FASTER, "HRNet.upsample", True), "upsample joins the branches behind the backbone"),
        (changed(FASTER, "HRNet.downsample", True), "downsample sets the layers of the classification head"),
        (changed(SEG, "model.backbone.use_cbam", True), "use_cbam is not an argument of PaddleSeg's HRNet: its code"),
        (changed(FASTER, "HRNet.dcn_v2", True), "dcn_v2 is not an argument of PaddleDetection's HRNet: its code may"),
        (changed(lite("lite_18", 40), "LiteHRNet.att", 1), "att is not an argument of PaddleDetection's LiteHRNet"),
    ],
)
def test_a_note_on_arguments_that_are_not_built(config: dict[str, Any], says: str) -> None:
    assert any(says in note for note in load_spec(config).notes)
