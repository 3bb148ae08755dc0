"""Configs of other networks are refused, with the name of the network."""

from __future__ import annotations

from typing import Any

import pytest
from support import TESTS, caught

from hrnet_cli import load_spec
from hrnet_cli.dialects.other_networks import identify_other_network, network_kind
from hrnet_cli.errors import SpecError


@pytest.mark.parametrize(
    ("config", "phrase"),
    [
        ({"MODEL": {"NAME": "pose_resnet", "NUM_JOINTS": 17}}, "a ResNet pose config (MODEL.NAME: 'pose_resnet')"),
        ({"MODEL": {"META_ARCHITECTURE": "GeneralizedRCNN"}}, "a detectron2 config"),
        ({"nc": 80, "backbone": [[-1, 1, "Conv", []]], "head": []}, "an Ultralytics YOLO config"),
        ({"model": {"type": "A", "backbone": {"type": "ViT"}}}, "a vision transformer config (model.backbone.type"),
        ({"model": {"backbone": {"type": "Strange"}}}, "an mmlab config with another backbone"),
        ({"model_type": "vit", "architectures": ["ViTModel"]}, "a vision transformer config (model_type: 'vit')"),
        (
            {"architecture": "resnet50.a1_in1k", "num_classes": 1000},
            "a ResNet config (architecture: 'resnet50.a1_in1k')",
        ),
        ({"MODEL": {"TYPE": "swin", "NAME": "swin_tiny"}}, "a Swin transformer config (MODEL.NAME: 'swin_tiny')"),
        ({"MODEL": {"STAGE_NUM": 4, "UPSAMPLE_CHANNEL_NUM": 256}}, "an MSPN or RSN pose config"),
        ({"MODEL": {"NAME": "rsn18"}}, "an RSN config"),
        ({"architecture": "YOLOv3", "YOLOv3": {"backbone": "DarkNet"}}, "a PaddlePaddle config"),
        ({"images": [], "annotations": []}, "a COCO annotation file"),
        ({"MODEL": {"NAME": "ddrnet_23_slim"}}, "a DDRNet config (MODEL.NAME: 'ddrnet_23_slim')"),
        ({"name": "hrnet", "channels": [], "dependencies": []}, "a conda environment (channels, dependencies)"),
        ({"DET": {"model_dir": "x"}, "KPT": {"model_dir": "y"}}, "a PaddlePaddle pipeline of exported models"),
    ],
)
def test_the_phrase(config: dict[str, Any], phrase: str) -> None:
    assert identify_other_network(config).startswith(phrase)
    assert f"it looks like {phrase}" in str(caught(SpecError, load_spec, config))


@pytest.mark.parametrize("config", [{}, {"a": 1}, {"model": 3}, {"MODEL": {"NAME": None}}, {"name": "x"}, {1: {2: 3}}])
def test_nothing_where_it_is_not_known(config: dict[Any, Any]) -> None:
    assert identify_other_network(config) == ""


@pytest.mark.parametrize("name", ["pose_hrnet", "HRNet", "hrnet_w18", "timm/hrnet_w18.ms", "seg_hrnet_ocr", 3, None])
def test_an_hrnet_is_no_other_network(name: Any) -> None:
    assert network_kind(name) == ""


def test_short_words_are_words() -> None:
    assert network_kind("vit-b16") and not network_kind("activity") and not network_kind("submit")


def test_a_name_is_data() -> None:
    phrase = identify_other_network({"MODEL": {"NAME": "resnet\x1b[31m\n" + "x" * 1000}})
    assert phrase.isprintable() and len(phrase) < 120


def test_the_real_one() -> None:
    error = caught(SpecError, load_spec, TESTS / "configs" / "pose" / "not_hrnet_res50_256x192.yaml")
    assert [problem.code for problem in error.diagnostics] == ["not-hrnet"]
    assert "a ResNet pose config (MODEL.NAME: 'pose_resnet')" in str(error)
