"""The networks that ship: their figures come out as printed, or the preset says which do not and why."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from commandline import call
from originals import ALL_GOLDENS, spec_of
from support import Golden

from hrnet_cli import load_spec, trace
from hrnet_cli.analysis import presets as module
from hrnet_cli.analysis.flops import flops
from hrnet_cli.analysis.presets import presets
from hrnet_cli.cli.options import Task
from hrnet_cli.errors import UsageError
from hrnet_cli.schema import HEAD_SPECS, Published
from hrnet_cli.sources import preset_names

GOLDEN_OF = {
    "cls-w18": "cls/w18",
    "cls-w18-small-v1": "cls/w18_small_v1",
    "cls-w32": "cls/w32",
    "cls-w48": "cls/w48",
    "face-w18": "face/300w_w18",
    "face-w18-wflw": "face/wflw_w18",
    "higher-w32": "higherhrnet/coco_w32_512",
    "litehrnet18": "mmpose-litehrnet/lite18",
    "naive-litehrnet18": "mmpose-litehrnet/naive18",
    "ocr-w48": "seg-ocr/cityscapes_w48",
    "ocr-w48-ade20k": "seg-ocr/ade20k_w48",
    "seg-w18-small-v1": "seg-v2/v1.1_cityscapes_w18_small_v1",
    "seg-w48": "seg-v2/v1.1_cityscapes_w48",
    "seg-w48-ade20k": "seg-v2/ocrbranch_ade20k_w48",
    "seg-w48-lip": "seg-v2/v1.1_lip_w48",
    "w32": "pose-v1/coco_w32_256x192",
    "w32-mpii": "pose-v1/mpii_w32_256x256",
    "w48": "pose-v1/coco_w48_256x192",
}
"""The golden of a preset at the same input."""
UNPUBLISHED = {
    *("det-w18", "det-w32", "det-w40", "det-w48", "seg-w48-ade20k", "seg-w48-coco-stuff"),
    *("ocr-w48", "ocr-w48-ade20k", "ocr-w48-coco-stuff", "ocr-w48-lip", "ocr-w48-pascal-context"),
}
"""Presets without printed figures of this network alone."""


@pytest.mark.parametrize("name", GOLDEN_OF)
def test_a_preset_is_the_network_of_its_golden(name: str) -> None:
    golden = Golden(GOLDEN_OF[name])
    spec, recorded = load_spec(name), spec_of(golden)
    assert spec.input_shape == tuple(golden.facts["input"])
    if spec.is_lite:  # recorded without the convolution behind the backbone
        recorded = replace(recorded, head=spec.head)
    assert (spec.stages, spec.head, spec.batch_norm) == (recorded.stages, recorded.head, recorded.batch_norm)
    corners = [bool(each.upsampling.align_corners) for each in (spec, recorded)]
    assert corners[0] is corners[1]
    keys = trace(spec).root.module.state_dict().keys()
    assert keys - ({"final_layer.weight", "final_layer.bias"} if spec.is_lite else set()) == dict(golden.keys).keys()


def test_the_detectors_parts() -> None:
    recorded = {golden.path: spec_of(golden) for golden in ALL_GOLDENS if golden.path.startswith("det-v2p/")}
    for width in (18, 32):
        spec, other = load_spec(f"det-w{width}"), recorded[f"det-v2p/faster_rcnn_w{width}"]
        assert (spec.stages, spec.head, spec.upsampling) == (other.stages, other.head, other.upsampling)


def test_every_figure_is_as_declared() -> None:
    result = presets()
    assert result.unexpected == ()
    assert {preset.name for preset in result.presets} == set(preset_names())
    for preset in result.presets:
        assert bool(preset.figures) is (preset.name not in UNPUBLISHED), preset.name


@pytest.mark.parametrize(
    ("name", "differs"),
    [("seg-w48", ("params",)), ("seg-w48-lip", ("params", "flops")), ("face-w18", ("params",)), ("w32", ())],
)
def test_a_known_difference_has_a_reason(name: str, differs: tuple[str, ...]) -> None:
    published = load_spec(name).published
    assert published is not None and published.differs == differs
    assert bool(published.note) is bool(differs)


def test_every_task_is_a_choice() -> None:
    assert set(get_args(Task)) == {head.task for head in HEAD_SPECS.values()}
    for task in get_args(Task):
        assert all(preset.task == task for preset in presets(task).presets)


def test_printed_figures_are_for_their_own_input() -> None:
    assert flops("higher-w32").figures[1].ours == 47_864_348_672
    assert flops("higher-w32", "64x64").figures == ()


def test_the_presets_of_one_task() -> None:
    result = call("presets", "--task", "landmarks")
    assert result.code == 0 and "face-w18-wflw" in result.out and "cls-w18" not in result.out
    assert "9.3M matches no count of this network" in result.out
    assert call("presets", "--task", "cooking").code == 2


def test_missing_figures_have_a_reason() -> None:
    out = call("presets", "--task", "detection").out
    reason = "the printed figures are those of a whole Faster R-CNN; this is its backbone and HRFPN"
    assert f"\ndet-w18, det-w32, det-w40, det-w48: {reason}\n" in out and "✓" not in out
    lines = call("presets", "--task", "segmentation").out.splitlines()
    (line,) = [line for line in lines if line.endswith(": only accuracy is printed, no params or FLOPs")]
    assert set(line.partition(":")[0].split(", ")) == {name for name in UNPUBLISHED if not name.startswith("det-")}


def test_a_task_without_presets_has_a_note() -> None:
    result = call("presets", "--task", "backbone")
    assert result == (0, "no presets for this task; `hrnet-cli init --task TASK` writes a spec for it\n", "")
    assert json.loads(call("presets", "--task", "backbone", "--format", "json").out)["presets"] == []


def test_an_unknown_task_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="task: 'cooking' is not a choice") as raised:
        presets("cooking")
    assert raised.value.remedy == "choose from backbone, pose, segmentation, landmarks, classification, detection"


@pytest.mark.parametrize("params", ["28.4M", "28.6M"])
def test_check_fails_if_a_figure_does_not_reproduce(params: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call("presets", "--check", "--task", "pose").code == 0
    spec = load_spec("w32")
    wrong = replace(spec, published=Published(params=params, flops="7.1G", source="nowhere"))
    monkeypatch.setattr(module, "load_spec", lambda path: wrong if Path(path).stem == "w32" else load_spec(path))
    result = call("presets", "--check", "--task", "pose")
    row = next(line for line in result.out.splitlines() if line.split()[:1] == ["w32"])
    assert result.code == 1 and params in row and f"{params} ✓" not in row
    assert [(name, figure.name) for name, figure in presets("pose").unexpected] == [("w32", "params")]


def test_check_fails_if_a_known_difference_reproduces(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = load_spec("w32")
    assert spec.published is not None
    stale = replace(spec, published=replace(spec.published, differs=("flops",), note="it was so"))
    monkeypatch.setattr(module, "load_spec", lambda _: stale)
    monkeypatch.setattr(module, "preset_names", lambda: ("w32",))
    assert call("presets", "--check").code == 1
    assert [(name, figure.name) for name, figure in presets().unexpected] == [("w32", "flops")]
