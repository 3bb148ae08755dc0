"""A misspelt key or type that hides an HRNet is the only thing reported."""

from __future__ import annotations

from typing import Any

import pytest
from mmlab_configs import OLD, Plain, extra, model, python
from support import caught

from hrnet_cli import load_spec
from hrnet_cli.dialects.mmlab import backbone_path, detect
from hrnet_cli.dialects.table import FOREIGN, may_hold_hrnet, recognise
from hrnet_cli.documents import read_text
from hrnet_cli.errors import Diagnostic, SpecError
from hrnet_cli.schema import NoHead
from hrnet_cli.sources import parse_spec
from hrnet_cli.sources.loading import load_text


def text(config: Plain) -> str:
    return "log_level = 'INFO'\n" + "".join(f"{key} = {python(item)}\n" for key, item in config.items())


def problems(config: Plain) -> list[Diagnostic]:
    found: list[Diagnostic] = caught(SpecError, parse_spec, text(config), "mine.py").diagnostics
    return found


HRNET = model("EncoderDecoder")["model"]
TYPED = HRNET["backbone"]


def named(kind: Any) -> Plain:
    return model("TopDown", backbone={"type": kind})


@pytest.mark.parametrize(
    ("config", "code", "path", "message", "remedy"),
    [
        ({"modle": HRNET}, "unknown-key", "modle", "unknown key 'modle'", "did you mean model?"),
        ({"Model": HRNET}, "unknown-key", "Model", "unknown key 'Model'", "did you mean model?"),
        (
            {"model": {"backbon": TYPED}},
            "unknown-key",
            "model.backbon",
            "unknown key 'backbon'",
            "did you mean backbone?",
        ),
        ({"bakcbone": TYPED}, "unknown-key", "bakcbone", "unknown key 'bakcbone'", "did you mean backbone?"),
        (
            named("HRNett"),
            "unknown-choice",
            "model.backbone.type",
            "'HRNett' is not a backbone with HRNet's stages",
            "did you mean HRNet?",
        ),
        (
            named("HRnet"),
            "unknown-choice",
            "model.backbone.type",
            "'HRnet' is not a backbone with HRNet's stages",
            "did you mean HRNet?",
        ),
        (
            {"backbone": {"type": "HighResolutionNett", "extra": extra()}},
            "unknown-choice",
            "backbone.type",
            "'HighResolutionNett' is not a backbone with HRNet's stages",
            "did you mean HighResolutionNet?",
        ),
    ],
)
def test_a_misspelling_is_reported_alone(config: Plain, code: str, path: str, message: str, remedy: str) -> None:
    (problem,) = problems(config)
    assert (problem.code, problem.dotted, problem.message, problem.remedy) == (code, path, message, remedy)
    assert (problem.location.source, problem.location.line) == ("mine.py", 2)
    assert problem.at_key is (code == "unknown-key")


@pytest.mark.parametrize(
    "config",
    [
        named("LiteHRNet"),
        named("ResNet"),
        {"model": {"backbone": {"type": "HRNett", "depth": 50}}},
        {"modle": {"backbone": {"type": "ResNet"}}},
        {"model": {"backbon": {"type": "ResNet"}}},
    ],
)
def test_another_network_is_no_misspelling(config: Plain) -> None:
    assert all(
        "did you mean HRNet" not in each.remedy and "did you mean model" not in each.remedy for each in problems(config)
    )
    assert all("did you mean backbone" not in each.remedy for each in problems(config))


def test_a_misspelt_file_of_a_folder_is_not_recognised() -> None:
    """Only a file that is named on the command line is sure to be an HRNet's."""
    assert not recognise(read_text(text({"modle": HRNET}), "mine.py").value)
    assert recognise(read_text(text({"model": HRNET}), "mine.py").value)


@pytest.mark.parametrize("extra", [{"stage2": {}}, {}, None, [1]])
def test_an_extra_without_stage_1_is_no_hrnet(extra: Any) -> None:
    assert not detect({"backbone": {"extra": extra}})
    assert detect({"backbone": {"type": "HRNet", "extra": extra}})


def test_keys_that_are_not_strings() -> None:
    assert caught(SpecError, load_spec, {1: HRNET, "model": {2: TYPED}}).diagnostics


ALONE = {"type": "HRNet", "extra": {"stage1": {}}}


@pytest.mark.parametrize(
    ("config", "path"),
    [
        ({"model": {"backbone": ALONE}}, ("model", "backbone")),
        ({"model": {"backbone": {"extra": {"stage1": {}}}}}, ("model", "backbone")),
        ({"model": {"backbone": {"type": "HRNet"}}}, ("model", "backbone")),
        ({"model": {"backbone": {"type": "ResNet", "extra": {"stage1": {}}}}}, None),
        ({"model": {"backbone": {"extra": {"stage2": {}}}}}, None),
        ({"model": {"backbone": 3}, "backbone": ALONE}, None),
        ({"model": {}, "backbone": ALONE}, None),
        ({"model": 3, "backbone": ALONE}, ("backbone",)),
        ({"backbone": ALONE}, ("backbone",)),
        (ALONE, ()),
        ({"extra": {"stage1": {}}}, ()),
        ({"stage1": {}, "upsample": {}}, ()),
        ({"stage1": {"multiscale_output": True}}, ()),
        ({"stage1": {}, "stage4": {"multiscale_output": False}}, ()),
        ({"stage1": {}}, None),
        ({"stage2": {}, "upsample": {}}, None),
        ({"stage1": {}, "upsample": {}, "other": 1}, None),
        ({"stage1": {}, "upsample": {}, 1: 1}, None),
        ({}, None),
    ],
)
def test_where_the_backbone_is(config: Plain, path: tuple[str, ...] | None) -> None:
    assert backbone_path(config) == path
    assert FOREIGN["mmlab"].detect(config) is (path is not None)
    assert FOREIGN["mmlab"].recognise(config) is (path is not None or config.get("backbone") is ALONE)


@pytest.mark.parametrize(
    ("type", "meant"),
    [
        ("HRNett", "HRNet"),
        ("hrnet", "HRNet"),
        ("HighResolutionNett", "HighResolutionNet"),
        ("HRnet", "HRNet"),
        ("HRNte", "HRNet"),
        ("UHRNet", ""),
        ("HRT", ""),
        ("HRNeXt", ""),
        ("HRNetV2", ""),
        ("HRNetAtt", ""),
        ("HRNet2", ""),
        ("", ""),
    ],
)
def test_a_misspelt_type(type: str, meant: str) -> None:
    found = FOREIGN["mmlab"].find_misspelling({"backbone": {"type": type, "extra": {"stage1": {}}}})
    assert (found.remedy if found else "") == (f"did you mean {meant}?" if meant else "")


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("backbon", True),
        ("rgb_backbone", False),
        ("img_backbone", False),
        ("backbone_t", False),
        ("backbone_rgb", False),
    ],
)
def test_a_backbone_of_another_name_is_no_misspelling(key: str, found: bool) -> None:
    """It is found as stages below another key."""
    assert (FOREIGN["mmlab"].find_misspelling({"model": {key: ALONE}}) is not None) is found
    assert may_hold_hrnet({"model": {key: ALONE}}) is not found


@pytest.mark.parametrize(("others", "found"), [(999, True), (1000, False)])
def test_so_many_keys_are_compared_with_model(others: int, found: bool) -> None:
    config = {**{f"key{number}": 0 for number in range(others)}, "modle": {"backbone": ALONE}}
    assert (FOREIGN["mmlab"].find_misspelling(config) is not None) is found


@pytest.mark.parametrize(
    ("key", "kind"),
    [("neck", "TopDown"), ("keypoint_head", "TopDown"), ("head", "TopdownPoseEstimator"), ("neck", "EncoderDecoder")],
)
def test_a_part_that_is_code_is_left_out(key: str, kind: str) -> None:
    """The backbone does not depend on it."""
    code = f"{text(model(kind, keypoint_head=OLD) if kind == 'TopDown' else model(kind))}model['{key}'] = f()\n"
    spec = parse_spec(code, "mine.py")
    assert spec.head == NoHead() and [stage.num_branches for stage in spec.stages] == [1, 2, 3, 4]
    said = [note for note in spec.notes if "known only by running the config" in note]
    assert said == [f"model: {key} is left out: it is known only by running the config"]


@pytest.mark.parametrize(
    ("key", "value"), [("in_index", "f()"), ("out_channels", "f()"), ("extra", "dict(final_conv_kernel=f())")]
)
def test_a_head_with_a_value_that_is_code_is_left_out(key: str, value: str) -> None:
    code = (
        f"{text(model('TopDown', keypoint_head={**OLD, 'in_channels': 9}))}model['keypoint_head']['{key}'] = {value}\n"
    )
    loaded = load_text(code, "mine.py")
    assert loaded.spec.head == NoHead()
    (note,) = (note for note in loaded.reading.notes if note.code == "left-out")
    assert note.message.startswith("keypoint_head (TopdownHeatmapSimpleHead) is left out: ")
    assert note.message.endswith(f"{key} is known only by running the config") or key == "extra"


def test_a_backbone_with_a_value_that_is_code_is_refused() -> None:
    code = f"{text(model('TopDown', keypoint_head=OLD))}model['backbone']['extra']['stage2']['num_channels'] = f()\n"
    (problem,) = caught(SpecError, parse_spec, code, "mine.py").diagnostics
    assert (problem.code, problem.dotted) == ("unreadable-code", "model.backbone.extra.stage2.num_channels")
