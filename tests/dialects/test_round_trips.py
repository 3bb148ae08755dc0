"""A spec, written in any dialect and read back, is the same network; where it cannot be, nothing is written."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from strategies import lite_networks, networks, specs
from support import HRNET_PRESETS, LITE_PRESETS, caught

from hrnet_cli import build, load_spec, trace
from hrnet_cli.analysis.costs import costs
from hrnet_cli.dialects.equivalent import in_four_stages
from hrnet_cli.dialects.table import WRITERS, write_spec
from hrnet_cli.errors import InexpressibleError
from hrnet_cli.schema import NoHead, Spec, Upsampling
from hrnet_cli.sources import preset_names
from hrnet_cli.sources.loading import parse_spec

OTHERS = ("official", "mmlab", "timm")
LEFT_OUT = "head is left out"
OTHER_LEAVES = ("AdaptiveAvgPool2d", "GlobalAvgPool2d", "Dropout")
"""How timm pools and how the original does: the same function."""


def keys(spec: Spec) -> dict[str, Any]:
    return {key: tuple(tensor.shape) for key, tensor in build(spec).state_dict().items()}


def facts(spec: Spec) -> tuple[Any, ...]:
    """Everything that makes the function, and what it costs. No alignment of corners is the same as a false one."""
    traced = trace(spec)
    calls = [
        (call.node.path, call.node.type, call.inputs, call.outputs, _arguments(call.node.arguments))
        for call in traced.leaf_calls
        if call.node.type not in OTHER_LEAVES
    ]
    return keys(spec), calls, sum(cost.macs for cost in costs(traced))


def _arguments(arguments: Any) -> dict[str, Any]:
    return {key: value or None for key, value in arguments.items() if key not in ("momentum", "eps")}


def backbone(spec: Spec) -> Spec:
    return replace(spec, head=NoHead(), multi_scale_output=spec.keeps_all_branches)


def by_factor(spec: Spec) -> Spec:
    """How mmlab builds what upsamples to size: the same at the sizes that are tried here, by other leaves."""
    upsampling = spec.upsampling
    aligned = bool(upsampling.align_corners) if upsampling.mode == "bilinear" else None
    return replace(spec, upsampling=Upsampling(upsampling.mode, "factor", aligned))


def check(spec: Spec, target: str) -> bool:
    """Whether it can be written; that what is written is the same network."""
    try:
        written = write_spec(spec, target)
    except InexpressibleError as error:
        return "\n  - " not in error.message
    back = parse_spec(written.text, f"written.{target}")
    if any(LEFT_OUT in note for note in written.notes):
        assert keys(backbone(spec)).items() <= keys(backbone(back)).items()
    elif target == "timm" and isinstance(spec.head, NoHead):
        assert facts(spec)[0] == facts(back)[0]
    else:
        assert facts(back) == facts(by_factor(spec) if by_factor(spec).upsampling == back.upsampling else spec)
    if target == "mmlab":
        assert back.batch_norm == spec.batch_norm
    if back.head.type != "higher":
        assert back.input_shape == spec.input_shape
    return True


@pytest.mark.parametrize("target", ["yaml", "json"])
@given(plain=networks() | specs() | lite_networks())
def test_our_own_words_lose_nothing(target: str, plain: Any) -> None:
    spec = load_spec(plain)
    written = write_spec(spec, target)
    assert parse_spec(written.text) == spec
    assert not written.notes
    assert write_spec(parse_spec(written.text), target) == written


@pytest.mark.parametrize("name", preset_names())
def test_presets_in_our_own_words(name: str) -> None:
    spec = load_spec(name)
    for target in ("yaml", "json"):
        assert parse_spec(write_spec(spec, target).text) == spec


@pytest.mark.parametrize("target", OTHERS)
@settings(max_examples=60)
@given(plain=networks())
def test_any_network(target: str, plain: Any) -> None:
    spec = load_spec(plain)
    same = in_four_stages(spec)
    check(same.spec if same else spec, target)


@pytest.mark.parametrize("head", [{"type": "segmentation"}, {"type": "ocr", "mid_channels": 8, "key_channels": 4}])
def test_the_heads_of_mmseg(head: dict[str, Any]) -> None:
    """They have no bias in front of a batch norm, and the originals do."""
    plain = {**load_plain("seg-w18-small-v1"), "head": {**head, "conv_bias": False}}
    assert check(load_spec(plain), "mmlab")
    assert LEFT_OUT not in str(write_spec(load_spec(plain), "mmlab").notes)
    assert LEFT_OUT in str(write_spec(load_spec({**plain, "head": head}), "mmlab").notes)


def load_plain(name: str) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(write_spec(load_spec(name), "json").text)
    return {**plain, "input": [128, 128]}


@pytest.mark.parametrize("name", LITE_PRESETS)
def test_a_lite_hrnet_in_an_mmlab_config(name: str) -> None:
    spec = replace(load_spec(name), input=(1, 3, 128, 128))
    found: dict[str, Any] = {}
    written = write_spec(spec, "mmlab")
    exec(written.text, {"__builtins__": {"dict": dict}}, found)
    backbone = found["model"]["backbone"]
    assert backbone["type"] == "LiteHRNet" and not written.notes
    assert backbone["extra"]["stages_spec"]["num_channels"][2] == spec.stages[3].num_channels


@pytest.mark.parametrize("name", HRNET_PRESETS)
def test_an_mmlab_config_is_python(name: str) -> None:
    """Of literals, dict() and the variables above: what a package's own Config would run."""
    spec = replace(load_spec(name), input=(1, 3, 128, 128))
    found: dict[str, Any] = {}
    exec(write_spec(spec, "mmlab").text, {"__builtins__": {"dict": dict}}, found)
    assert found["model"]["backbone"]["type"] == "HRNet"
    assert found["model"]["backbone"]["extra"]["stage4"]["num_channels"] == spec.stages[3].num_channels


BILINEAR = ("seg-", "ocr-", "face-")


@pytest.mark.parametrize("target", OTHERS)
@pytest.mark.parametrize("name", preset_names())
def test_every_preset(name: str, target: str) -> None:
    spec = load_spec(name)
    small = replace(spec, input=(1, 3, 128, 128))
    can_be_written = target == "mmlab" if spec.is_lite else target != "timm" or not name.startswith(BILINEAR)
    assert check(small, target) == can_be_written
    if (
        can_be_written
        and target == "official"
        and spec.head.type not in ("hrfpn", "features")
        and not name.endswith("-ssld")
    ):
        assert write_spec(spec, target).notes == ()


def test_there_is_a_test_for_every_target() -> None:
    assert set(WRITERS) == {"yaml", "json", *OTHERS}


NAMES = ["1e5", "yes", "null", "~", "0x1F", "1:30", "- a", "a: b", "#", "'", '"', "{x}", "&a", "*", "é ☃", "\\n", "`"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_data(name: str, small: dict[str, Any]) -> None:
    """Quoted where YAML would read something else, by our reader and by PyYAML's own."""
    spec = load_spec({**small, "name": name})
    text = write_spec(spec, "yaml").text
    assert parse_spec(text).name == yaml.safe_load(text)["name"] == name
    assert json.loads(write_spec(spec, "json").text)["name"] == name


@pytest.mark.parametrize("target", OTHERS)
@pytest.mark.parametrize("name", NAMES)
def test_a_name_cannot_leave_its_comment(name: str, target: str) -> None:
    spec = load_spec("timm-w18-small")
    text = write_spec(replace(spec, name=name), target).text
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert lines == [line for line in write_spec(spec, target).text.splitlines() if not line.startswith("#")]


def test_notes_stand_in_the_text_as_comments() -> None:
    spec = replace(load_spec("w32"), notes=("first\nsecond: 1", "third"))
    text = write_spec(spec, "timm").text
    assert text.splitlines()[0] == "# first\\nsecond: 1"
    assert "# the heatmap head is left out" in text
    assert not write_spec(spec, "json").text.startswith("#")


@pytest.mark.parametrize(
    ("change", "target", "says"),
    [
        ({"stages": 1}, "official", "1 stage,"),
        ({"stages": 3}, "timm", "its last stage has 3 branches"),
        ({"stem_widths": (32, 64)}, "official", "[32, 64]"),
        ({"stem_widths": (64, 32)}, "timm", "ends 32 wide"),
        ({"stem_widths": (64, 32)}, "mmlab", "[64, 32]"),
        ({"upsampling": Upsampling("nearest", "size"), "input": (0, 0, 250, 250)}, "mmlab", "250×250 input"),
        ({"in_channels": 1, "input": (0, 0, 64, 64)}, "official", "1 channel"),
        ({"multi_scale_output": True}, "official", "keeps all branches"),
    ],
)
def test_what_cannot_be_written(change: dict[str, Any], target: str, says: str) -> None:
    spec = load_spec("w32")
    stages = spec.stages[: change.pop("stages", 4)]
    assert says in str(caught(InexpressibleError, write_spec, replace(spec, stages=stages, **change), target))


def test_widths_that_change_between_stages(small: dict[str, Any]) -> None:
    """Only the segmentation network follows them; elsewhere the last branch alone may change."""
    stage = {"num_modules": 1, "num_branches": 4, "block": "BASIC", "num_blocks": [1] * 4, "num_channels": [6, 8, 9, 9]}
    plain = {**small, "stage4": stage, "upsampling": {"mode": "bilinear", "to": "size"}}
    spec = load_spec({**plain, "head": {"type": "segmentation", "num_classes": 2}})
    assert check(spec, "official")
    error = str(caught(InexpressibleError, write_spec, load_spec({**plain, "head": {"type": "landmark"}}), "official"))
    assert "stage3 changes branch 0 from 4 to 6 channels" in error
    assert "stage4" not in error
