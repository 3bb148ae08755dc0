"""Configs of mmpretrain and mmcls: HRFuseScales, a global pooling and a linear layer are HRNetV2's classifier."""

from __future__ import annotations

from typing import Any

import pytest
from mmlab_configs import FUSE, LINEAR, POOLING, Plain, model
from support import caught

from hrnet_cli import build, load_spec
from hrnet_cli.errors import SpecError
from hrnet_cli.sources.loading import MismatchError

PARAMS = {
    18: 21_295_164,
    30: 37_708_380,
    32: 41_228_840,
    40: 57_553_320,
    44: 67_061_144,
    48: 77_466_024,
    64: 128_056_104,
}
"""By width, as the metafile of mmpretrain 1.2.0 has them."""
CROP = [{"type": "ResizeEdge", "scale": 256, "edge": "short"}, {"type": "CenterCrop", "crop_size": 224}]


def classifier(width: int, **config: Any) -> Plain:
    neck = [{**FUSE, "in_channels": [width, 2 * width, 4 * width, 8 * width]}, POOLING]
    backbone = {"type": "HRNet", "arch": f"w{width}"}
    head = {**LINEAR, "num_classes": 1000}
    return {"model": {"type": "ImageClassifier", "backbone": backbone, "neck": neck, "head": head}, **config}


@pytest.mark.parametrize("width", PARAMS)
def test_the_published_params(width: int) -> None:
    spec = load_spec(classifier(width))
    assert sum(tensor.numel() for _, tensor in build(spec).named_parameters()) == PARAMS[width]
    assert not any("left out" in note for note in spec.notes)


@pytest.mark.parametrize(
    ("config", "size"),
    [
        ({"test_pipeline": CROP}, (224, 224)),
        ({"test_dataloader": {"dataset": {"pipeline": CROP}}}, (224, 224)),
        ({"test_pipeline": [{"type": "CenterCrop", "crop_size": [192, 256]}]}, (256, 192)),
        ({"test_pipeline": [{"type": "Resize", "scale": [192, 256]}], "default_scope": "mmcls"}, (256, 192)),
        ({"data": {"test": {"pipeline": [{"type": "CenterCrop", "crop_size": [192, 256]}]}}}, (192, 256)),
        ({"data": {"test": {"pipeline": [{"type": "Resize", "size": [160, -1]}, *CROP[1:]]}}}, (224, 224)),
        ({"test_pipeline": [CROP[0]], "train_pipeline": [{"type": "RandomResizedCrop", "scale": 96}]}, (96, 96)),
        ({"train_pipeline": [{"type": "RandomResizedCrop", "size": 96, "scale": [0.1, 1.0]}], "data": {}}, (96, 96)),
    ],
)
def test_the_input_is_the_last_size_of_the_pipeline(config: Plain, size: tuple[int, int]) -> None:
    assert load_spec(classifier(18, **config)).input_shape[2:] == size


def test_the_default_arch() -> None:
    """mmpretrain's HRNet is W32 where neither arch nor extra is given."""
    spec = load_spec({"default_scope": "mmpretrain", "model": {"backbone": {"type": "HRNet"}}})
    assert spec.stages[3].num_channels == (32, 64, 128, 256)
    error = caught(SpecError, load_spec, {"model": {"type": "EncoderDecoder", "backbone": {"type": "HRNet"}}})
    assert [each.dotted for each in error.diagnostics] == ["model.backbone.extra"]


def test_an_unknown_arch() -> None:
    error = caught(SpecError, load_spec, {"model": {"backbone": {"type": "HRNet", "arch": "w20"}}})
    assert [(each.code, each.dotted) for each in error.diagnostics] == [("unknown-choice", "model.backbone.arch")]


def test_channels_of_another_width() -> None:
    config = classifier(18)
    config["model"]["neck"][0]["in_channels"] = [32, 64, 128, 256]
    error = caught(MismatchError, load_spec, config)
    assert [(each.dotted, each.remedy) for each in error.diagnostics] == [
        ("model.neck[0].in_channels", "write [18, 36, 72, 144]")
    ]


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (
            {"neck": [{**FUSE, "out_channels": 9}, POOLING], "head": {**LINEAR, "in_channels": 9}},
            "out_channels is 9, not 2048",
        ),
        ({"neck": [FUSE, {**POOLING, "dim": 1}]}, "dim is 1, not 2"),
        ({"neck": [{**FUSE, "norm_cfg": {"type": "GN"}}, POOLING]}, "its norm is 'GN'"),
        ({"neck": [FUSE]}, "it is not HRFuseScales, GlobalAveragePooling and a linear head"),
        ({"neck": FUSE}, "it is not HRFuseScales, GlobalAveragePooling and a linear head"),
        ({"head": {"type": "StackedLinearClsHead"}}, "it is not HRFuseScales, GlobalAveragePooling and a linear"),
    ],
)
def test_why_a_classifier_is_left_out(parts: Plain, words: str) -> None:
    spec = load_spec(model("ImageClassifier", **{"neck": [FUSE, POOLING], "head": LINEAR, **parts}))
    assert spec.head.type == "none" and sum(words in note for note in spec.notes) == 2
