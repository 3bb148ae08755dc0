"""The mmlab config of a spec: the size, the backbone and the head as each package writes them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from mmlab_configs import (
    FCN,
    FUSE,
    HEATMAP,
    HIGHER,
    HRFPN,
    JOINED,
    LINEAR,
    MULTISCALE,
    OCR,
    OLD,
    POOLING,
    PROCESSOR,
    WIDTHS,
    Plain,
    extra,
    model,
)

from hrnet_cli import load_spec
from hrnet_cli.dialects.mmlab.write import MAX_WIDTH, Name, find_limits, python_text, write_mmlab
from hrnet_cli.schema import BatchNorm, FeaturesHead, HeatmapHead, NoHead, Spec, Upsampling

CONFIGS = {
    "heatmap": model("TopdownPoseEstimator", head=HEATMAP),
    "landmark": model("TopdownPoseEstimator", neck=PROCESSOR, head=JOINED, backbone=MULTISCALE),
    "higher": model("AssociativeEmbedding", keypoint_head=HIGHER),
    "hrfpn": model("FasterRCNN", neck=HRFPN),
    "segmentation": model("EncoderDecoder", decode_head=FCN),
    "classification": model("ImageClassifier", neck=[FUSE, POOLING], head=LINEAR),
    "ocr": model("CascadeEncoderDecoder", decode_head=[FCN, OCR]),
}


def spec_of(name: str, /, **changes: Any) -> Spec:
    return replace(load_spec(CONFIGS[name]), **{"input": (0, 0, 64, 96), **changes})


def written(spec: Spec) -> Plain:
    """The variables of the config, which is Python of literals and dict()."""
    variables: Plain = {}
    exec(write_mmlab(spec).text, {"__builtins__": {"dict": dict}}, variables)
    return variables


@pytest.mark.parametrize(
    ("head", "sizes"),
    [
        (
            "heatmap",
            {"codec": {"type": "MSRAHeatmap", "input_size": (96, 64), "heatmap_size": (24, 16), "sigma": 2}},
        ),
        ("higher", {"data_cfg": {"image_size": (96, 64)}}),
        ("segmentation", {"crop_size": (64, 96)}),
        (
            "classification",
            {"test_pipeline": [{"type": "LoadImageFromFile"}, {"type": "CenterCrop", "crop_size": (96, 64)}]},
        ),
        (
            "hrfpn",
            {
                "test_pipeline": [
                    {"type": "LoadImageFromFile"},
                    {"type": "Resize", "scale": (96, 64), "keep_ratio": True},
                    {"type": "PackDetInputs"},
                ]
            },
        ),
    ],
)
def test_the_size_is_in_the_order_of_its_package(head: str, sizes: Plain) -> None:
    found = written(spec_of(head))
    assert {key: value for key, value in found.items() if key not in ("model", "default_scope")} == sizes


def test_a_square_size_of_the_old_mmpose_is_one_number() -> None:
    assert written(spec_of("higher", input=(0, 0, 64, 64)))["data_cfg"] == {"image_size": 64}


@pytest.mark.parametrize("size", [(96, 64), (64, 80), (80, 96)])
def test_mmdet_has_no_size_that_is_upright_or_that_it_pads(size: tuple[int, int]) -> None:
    spec = spec_of("hrfpn", input=(0, 0, *size))
    assert "test_pipeline" not in written(spec)
    note = f"the {size[0]}×{size[1]} input is left out: mmdet resizes into its sizes, landscape, and pads"
    assert note in write_mmlab(spec).notes


@pytest.mark.parametrize(
    ("head", "scope", "in_stage"),
    [
        ("heatmap", "mmpose", False),
        ("landmark", "mmpose", True),
        ("higher", None, False),
        ("hrfpn", "mmdet", None),
        ("classification", "mmpretrain", None),
        ("segmentation", "mmseg", None),
        ("ocr", "mmseg", None),
    ],
)
def test_the_scope_and_the_place_of_multiscale_output(head: str, scope: str | None, in_stage: bool | None) -> None:
    found = written(spec_of(head))
    backbone = found["model"]["backbone"]
    assert found.get("default_scope") == scope
    assert backbone["extra"]["stage4"].get("multiscale_output") is in_stage
    assert backbone.get("multiscale_output") is (True if in_stage is None else None)


JOINING = {"input_transform": "resize_concat", "in_index": [0, 1, 2, 3], "align_corners": False}
DECODE = {"in_channels": WIDTHS, **JOINING, "dropout_ratio": -1, "num_classes": 7, "norm_cfg": {"type": "BN"}}
FCN_LAYERS = {"channels": 60, "kernel_size": 1, "num_convs": 1, "concat_input": False}


@pytest.mark.parametrize(
    ("head", "parts"),
    [
        (
            "heatmap",
            {"head": {**HEATMAP, "final_layer": {"kernel_size": 1, "padding": 0}, "decoder": "codec"}},
        ),
        (
            "landmark",
            {
                "neck": PROCESSOR,
                "head": {
                    **JOINED,
                    "conv_out_channels": (60,),
                    "conv_kernel_sizes": (1,),
                    "final_layer": {"kernel_size": 1, "padding": 0},
                    "decoder": "codec",
                },
            },
        ),
        (
            "higher",
            {"keypoint_head": {key: tuple(item) if isinstance(item, list) else item for key, item in HIGHER.items()}},
        ),
        ("hrfpn", {"neck": {**HRFPN, "num_outs": 5, "stride": 1}}),
        ("segmentation", {"decode_head": {"type": "FCNHead", **DECODE, **FCN_LAYERS}}),
        (
            "ocr",
            {
                "num_stages": 2,
                "decode_head": [
                    {"type": "FCNHead", **DECODE, **FCN_LAYERS},
                    {"type": "OCRHead", **DECODE, "channels": 24, "ocr_channels": 12},
                ],
            },
        ),
    ],
)
def test_the_parts_of_a_model(head: str, parts: Plain) -> None:
    model = written(spec_of(head))["model"]
    if "decoder" in model.get("head", {}):
        model["head"]["decoder"] = "codec" if model["head"]["decoder"]["type"] == "MSRAHeatmap" else "another"
    assert {key: item for key, item in model.items() if key not in ("type", "backbone")} == parts


def test_a_kernel_of_3_is_padded_by_1() -> None:
    found = written(spec_of("heatmap", head=HeatmapHead(5, final_conv_kernel=3)))
    assert found["model"]["head"]["final_layer"] == {"kernel_size": 3, "padding": 1}


def test_the_backbone() -> None:
    norm, bilinear = BatchNorm(0.01, 1e-3), Upsampling("bilinear", "factor", True)
    spec = spec_of("heatmap", in_channels=4, batch_norm=norm, upsampling=bilinear, head=NoHead())
    backbone = written(replace(spec, multi_scale_output=False))["model"]["backbone"]
    assert backbone.pop("extra")["upsample"] == {"mode": "bilinear", "align_corners": True}
    assert backbone == {"type": "HRNet", "in_channels": 4, "norm_cfg": {"type": "BN", "momentum": 0.01, "eps": 1e-3}}


@pytest.mark.parametrize(
    ("upsampling", "scope"),
    [
        (Upsampling(), "mmpose"),
        (Upsampling("bilinear", "size"), "mmseg"),
        (Upsampling("nearest", "size"), "mmpose"),
        (Upsampling("bilinear", "size", True), "mmpose"),
    ],
)
def test_the_package_of_a_backbone_alone(upsampling: Upsampling, scope: str) -> None:
    assert written(spec_of("hrfpn", head=NoHead(), upsampling=upsampling))["default_scope"] == scope


@pytest.mark.parametrize(
    ("head", "changes", "message"),
    [
        ("hrfpn", {"upsampling": Upsampling("bilinear")}, "its backbone does not upsample bilinear by factor"),
        ("hrfpn", {"bias": False}, "its convolutions have a bias"),
        ("segmentation", {"upsampling": Upsampling()}, "its backbone does not upsample nearest by factor"),
        ("landmark", {"upsampling": Upsampling("nearest", "size")}, "it joins the branches bilinearly, without align"),
        ("landmark", {"upsampling": Upsampling("bilinear", "factor", True)}, "it joins the branches bilinearly"),
        ("landmark", {"final_conv_kernel": 3}, "its final_conv_kernel is 1, not 3"),
        ("higher", {"final_conv_kernel": 5}, "its final_conv_kernel is 1 or 3, not 5"),
        ("ocr", {"final_conv_kernel": 3}, "its final_conv_kernel is 1, not 3"),
        ("ocr", {"conv_bias": True, "final_conv_kernel": 3}, "its convolutions have no bias in front of a batch norm"),
    ],
)
def test_why_a_head_cannot_be_written(head: str, changes: Plain, message: str) -> None:
    spec = spec_of(head)
    of_head = {key: value for key, value in changes.items() if hasattr(spec.head, key)}
    rest = {key: value for key, value in changes.items() if key not in of_head}
    spec = replace(spec, head=replace(spec.head, **of_head), **rest)
    (limit,) = find_limits(spec)
    assert message in limit.message
    assert any(f"the {head} head is left out" in note for note in write_mmlab(spec).notes)


def test_an_input_on_which_upsampling_by_factor_fails() -> None:
    spec = spec_of("heatmap", head=NoHead(), upsampling=Upsampling("nearest", "size"), multi_scale_output=False)
    assert not list(find_limits(spec))
    (limit,) = find_limits(replace(spec, input=(0, 0, 64, 80)))  # 16 divides it, and 32 does not
    assert (limit.code, limit.path) == ("fixed-part", ("upsampling",))
    assert "64×80" in limit.message


def test_python_text() -> None:
    assert python_text({"a": [1, "b'"], "c": Name("d")}, 0) == 'dict(a=[1, "b\'"], c=d)'
    fits = {"a": "x" * (MAX_WIDTH - len("dict(a='')"))}
    assert "\n" not in python_text(fits, 0)
    assert "\n" in python_text(fits, 1)
    x, y = "x" * 60, "y" * 60
    assert python_text({"stage": {"names": [x, y]}, "last": None}, 0).splitlines() == [
        "dict(",
        "    stage=dict(",
        "        names=[",
        f"            '{x}',",
        f"            '{y}',",
        "        ],",
        "    ),",
        "    last=None,",
        ")",
    ]


def test_the_small_stage_of_the_tests_is_written_as_it_is() -> None:
    stages = written(spec_of("hrfpn"))["model"]["backbone"]["extra"]
    plain = extra()
    assert {key: {name: _list(value) for name, value in stage.items()} for key, stage in stages.items()} == plain


def _list(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


RESIZES_TWICE = "mmseg resizes twice: same shapes, different values"
FAILS = "upsamples by factor: it fails where 32 does not divide the input size"


@pytest.mark.parametrize(
    ("spec", "note"),
    [
        (spec_of("segmentation"), RESIZES_TWICE),
        (spec_of("ocr"), RESIZES_TWICE),
        (spec_of("hrfpn", head=NoHead(), upsampling=Upsampling("bilinear", "size")), RESIZES_TWICE),
        (spec_of("heatmap", upsampling=Upsampling("nearest", "size")), f"mmpose 1.x {FAILS}"),
        (spec_of("landmark", upsampling=Upsampling("bilinear", "size")), f"mmpose 1.x {FAILS}"),
        (spec_of("higher", upsampling=Upsampling("nearest", "size")), f"mmpose 0.x {FAILS}"),
        (spec_of("hrfpn", upsampling=Upsampling("nearest", "size")), f"mmdetection 3.x {FAILS}"),
        (spec_of("heatmap"), ""),
        (spec_of("hrfpn"), ""),
    ],
)
def test_where_the_packages_upsampling_differs(spec: Spec, note: str) -> None:
    notes = [each for each in write_mmlab(spec).notes if "mmseg" in each or "by factor" in each]
    assert len(notes) == bool(note) and all(each.endswith(note) for each in notes)


@pytest.mark.parametrize(
    ("size", "heatmap"), [((2, 3), (1, 1)), ((4, 8), (2, 1)), ((3, 64), (16, 1)), ((64, 3), (1, 16))]
)
def test_heatmaps_have_a_quarter_of_the_input_and_at_least_a_pixel(
    size: tuple[int, int], heatmap: tuple[int, int]
) -> None:
    found = written(spec_of("heatmap", input=(0, 0, *size)))["codec"]
    assert (found["input_size"], found["heatmap_size"]) == (size[::-1], heatmap)


@pytest.mark.parametrize(
    ("size", "has_size"), [((64, 64), True), ((64, 96), True), ((96, 64), False), ((64, 97), False), ((33, 64), False)]
)
def test_the_sizes_that_mmdet_has(size: tuple[int, int], has_size: bool) -> None:
    assert ("test_pipeline" in written(spec_of("hrfpn", input=(0, 0, *size)))) is has_size


def test_a_backbone_without_upsampling_to_align() -> None:
    """Only bilinear upsampling is written: nearest is the default."""
    assert "upsample" not in written(spec_of("heatmap"))["model"]["backbone"]["extra"]
    plain = spec_of("heatmap", upsampling=Upsampling("bilinear"))
    assert written(plain)["model"]["backbone"]["extra"]["upsample"] == {"mode": "bilinear", "align_corners": False}
    assert "norm_cfg" not in written(plain)["model"]["backbone"]


def test_the_first_reason_for_a_head_alone_is_said() -> None:
    spec = spec_of("landmark", upsampling=Upsampling("bilinear", "size", True))
    assert len([limit for limit in find_limits(spec) if limit.code == "head-needs"]) == 1
    (limit,) = find_limits(spec_of("heatmap", head=FeaturesHead()))
    assert (limit.code, limit.path) == ("head-needs", ("head",))
    one_branch = spec_of("heatmap", multi_scale_output=True)
    narrow = replace(one_branch.stages[-1], num_branches=1, num_blocks=(1,), num_channels=(4,))
    single = replace(one_branch, stages=(*(replace(narrow, block="BASIC") for _ in range(4)),))
    assert not [limit for limit in find_limits(single) if limit.code == "head-needs"]


def test_heatmaps_from_branch_0_of_all_are_those_of_the_old_mmpose() -> None:
    """mmpose 1.x's HeatmapHead reads the last branch where all are kept, 0.x's reads branch 0."""
    spec = spec_of("heatmap", multi_scale_output=True)
    config = written(spec)
    assert config["model"]["type"] == "TopDown" and "default_scope" not in config
    head = config["model"]["keypoint_head"]
    assert head == {**OLD, "num_deconv_layers": 0, "extra": {"final_conv_kernel": 1}}
    assert config["model"]["backbone"]["extra"]["stage4"]["multiscale_output"] is True
    back = load_spec(config)
    assert (back.head, back.keeps_all_branches, back.stages) == (spec.head, True, spec.stages)
    assert list(find_limits(spec)) == []
    (limit,) = find_limits(replace(spec, head=HeatmapHead(5, 5)))
    assert "that of mmpose 0.x differs (its final_conv_kernel is 1 or 3, not 5)" in limit.message
