"""Configs of other frameworks that name one of timm's networks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from checks import check

from hrnet_cli import load_spec, trace
from hrnet_cli.errors import SpecError
from hrnet_cli.schema import FeaturesHead

DEEPLABCUT: dict[str, Any] = {
    "model": {
        "backbone": {
            "type": "HRNet",
            "model_name": "hrnet_w32",
            "freeze_bn_stats": True,
            "freeze_bn_weights": False,
            "interpolate_branches": False,
            "increased_channel_count": False,
        },
        "backbone_output_channels": 32,
    }
}


def deeplabcut(**changed: Any) -> dict[str, Any]:
    return {"model": {"backbone": {**DEEPLABCUT["model"]["backbone"], **changed}}}


def fork_note(config: Any) -> str:
    return next(note for note in load_spec(config).notes if "timm" in note)


def test_deeplabcut_builds_the_branches_of_timms_network() -> None:
    """`timm.create_model(name, features_only=True, feature_location='')`: 29,305,536 parameters for width 32."""
    spec = load_spec(DEEPLABCUT)
    expected = load_spec("timm:hrnet_w32,features_only,feature_location=")
    assert (spec.stages, spec.head, spec.upsampling) == (expected.stages, expected.head, expected.upsampling)
    assert (spec.input, spec.dialect) == ((1, 3, 256, 256), "timm")
    assert sum(node.own_params for node in trace(spec).root.walk()) == 29_305_536
    assert "DeepLabCut builds timm's 'hrnet_w32'" in fork_note(DEEPLABCUT)


def test_what_deeplabcut_may_change() -> None:
    assert load_spec(deeplabcut(increased_channel_count=True)).head == FeaturesHead("incre")
    coam = {"type": "HRNetCoAM", "base_model_name": "hrnet_w48", "coam_modules": [2]}
    assert load_spec({"model": {"backbone": coam}}).stages == load_spec("timm:hrnet_w48").stages
    assert "its CoAM modules and heads are left out" in fork_note({"model": {"backbone": coam}})
    unnamed = {"model": {"backbone": {"type": "HRNet", "freeze_bn_stats": True}}}
    assert load_spec(unnamed).stages == load_spec("timm:hrnet_w32").stages
    crop = {"data": {"train": {"top_down_crop": {"width": 192, "height": 288}}}}
    assert load_spec(DEEPLABCUT | crop).input == (1, 3, 288, 192)


def test_its_findings_are_notes(tmp_path: Path) -> None:
    found = check(tmp_path / "a.yaml", yaml.safe_dump(DEEPLABCUT))
    assert {(each.code, each.severity) for each in found} == {("HR107", "note"), ("HR111", "note")}


@pytest.mark.parametrize(
    ("config", "name"),
    [
        ({"model": {"name": "Unet", "encoder_name": "tu-hrnet_w18"}}, "timm:hrnet_w18,features_only"),
        ({"encoder_name": "tu-hrnet_w30", "in_channels": 1}, "timm:hrnet_w30,features_only,in_chans=1"),
        ({"model": {"backbone": "hrnet_w18.ms_aug_in1k"}}, "timm:hrnet_w18"),
        ({"MODEL": {"ARCH": "timm/hrnet_w18_small_v2"}}, "timm:hrnet_w18_small_v2"),
        ({"backbone_name": "hf-hub:timm/hrnet_w18_ssld.paddle_in1k"}, "timm:hrnet_w18_ssld"),
        (
            {"model": "hrnet_w64", "aa": None, "opt": "sgd", "sched": "step", "num_classes": 7},
            "timm:hrnet_w64,num_classes=7",
        ),
        ({"model": {"backbone": {"type": "TIMMBackbone", "model_name": "hrnet_w40"}}}, "timm:hrnet_w40"),
        (
            {"backbone": {"type": "mmpretrain.TIMMBackbone", "model_name": "hrnet_w18", "features_only": True}},
            "timm:hrnet_w18,features_only",
        ),
    ],
)
def test_every_framework_that_names_timms(config: dict[str, Any], name: str) -> None:
    spec, expected = load_spec(config), load_spec(name)
    assert (spec.stages, spec.head, spec.in_channels) == (expected.stages, expected.head, expected.in_channels)
    assert "timm's" in fork_note(config)


@pytest.mark.parametrize("name", ["hrnet_w99", "hrnet_w32_giant.ms_in1k"])
def test_a_name_that_timm_does_not_have(name: str) -> None:
    with pytest.raises(SpecError, match=f"timm has no HRNet '{name.partition('.')[0]}'") as caught:
        load_spec(deeplabcut(model_name=name))
    assert caught.value.diagnostics[0].dotted == "model.backbone.model_name"


@pytest.mark.parametrize(
    ("config", "path", "remedy"),
    [
        ({"backbone_name": "hrnet_w32"}, "backbone_name", "use timm:hrnet_w32, or the preset cls-w32, or w32 for pose"),
        ({"arch": "hrnet_w18_small"}, "arch", "use timm:hrnet_w18_small, or the preset cls-w18-small-v1"),
        ({"net": "hrnet_w18_small_v2"}, "net", "use timm:hrnet_w18_small_v2, or the preset cls-w18-small-v2"),
        ({"model": {"backbone": "HRNet-W18"}}, "model.backbone", "use timm:hrnet_w18, or the preset cls-w18"),
        (
            {"MODEL": {"ENCODER": "hrnetv2_w48", "X": 1}},
            "MODEL.ENCODER",
            "use timm:hrnet_w48, or the preset cls-w48, or",
        ),
    ],
)
def test_a_name_alone(config: dict[str, Any], path: str, remedy: str) -> None:
    with pytest.raises(SpecError) as caught:
        load_spec(config)
    (found,) = caught.value.diagnostics
    assert (found.code, found.dotted) == ("not-hrnet", path) and "and has no stages" in found.message
    assert found.remedy.startswith(remedy)


@pytest.mark.parametrize(
    "config",
    [
        {"model": "a_hrnet_w32_b"},
        {"title": "hrnet_w32"},
        {"model": {"a": {"b": {"c": {"backbone": "tu-hrnet_w18"}}}}},
        {"model": "resnet50", "aa": None, "opt": "sgd", "sched": "step"},
        {"model": 3, "backbone": ["hrnet_w18.x"]},
    ],
)
def test_what_names_no_network_of_timms(config: dict[str, Any]) -> None:
    with pytest.raises(SpecError) as caught:
        load_spec(config)
    assert not any("timm" in each.message + each.remedy for each in caught.value.diagnostics)
