"""Configs of mmpose, mmdetection and mmsegmentation, in the old words and the new."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
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
    TAGS,
    WIDTHS,
    Plain,
    extra,
    model,
    python,
    stage,
)
from strategies import garbage, mutilated
from support import Golden, caught

from hrnet_cli import build, load_spec, trace
from hrnet_cli.analysis.costs import costs
from hrnet_cli.dialects.mmlab.read import read
from hrnet_cli.errors import SpecError
from hrnet_cli.schema import (
    BatchNorm,
    HrfpnHead,
    NoHead,
    Upsampling,
)
from hrnet_cli.sources import parse_spec
from hrnet_cli.sources.loading import load_text

GOLDENS = [
    "mmpose-backbone/w32",
    "mmpose-backbone/w18_multiscale_bilinear",
    "mmdet-backbone/w18",
    "det-v2p/faster_rcnn_w18",
]


@pytest.mark.parametrize(
    ("place", "key", "misspelt"),
    [
        ("model.backbone.extra.stage3", "num_blocks", "num_block"),
        ("model.backbone.extra", "stage3", "stge3"),
        ("model.backbone", "extra", "extar"),
        ("model.decode_head", "num_classes", "num_clases"),
        ("model.head", "out_channels", "out_chanels"),
    ],
)
def test_a_misspelt_key_is_reported_with_the_missing_one(place: str, key: str, misspelt: str) -> None:
    head = {"type": "HeatmapHead", "in_channels": 4, "out_channels": 3, "deconv_out_channels": None}
    plain = model("EncoderDecoder", decode_head=dict(FCN)) if "decode" in place else model("Topdown", head=head)
    owner: Any = plain
    for part in place.split("."):
        owner = owner[part]
    owner[misspelt] = owner.pop(key)
    problems = caught(SpecError, load_spec, plain).diagnostics
    missing = (
        set() if "extra" in place else {("missing-key", f"{place}.{key}")}
    )  # the spec reports a missing stage or field
    assert {(problem.code, problem.dotted) for problem in problems} == {
        *missing,
        ("unknown-key", f"{place}.{misspelt}"),
    }
    assert {problem.remedy for problem in problems if problem.code == "unknown-key"} == {f"did you mean {key}?"}


def test_a_missing_key_without_a_misspelt_one() -> None:
    plain = model("EncoderDecoder", decode_head={key: item for key, item in FCN.items() if key != "num_classes"})
    (problem,) = caught(SpecError, load_spec, plain).diagnostics
    assert (problem.code, problem.message) == ("missing-key", "num_classes is missing")


def config_of(golden: Golden) -> str:
    """The config of a golden, as its package writes it."""
    facts = golden.facts["facts"]
    if "backbone" in facts:
        parts = {"backbone": {"type": "HRNet", **facts["backbone"]}, "type": "TopdownPoseEstimator"}
        height, width = golden.facts["input"][2:]
        return f"codec = dict(input_size=({width}, {height}))\nmodel = {python(parts)}\n"
    parts = {"type": "FasterRCNN", "backbone": {"type": "HRNet", "extra": facts["stages"]}}
    if "neck" in facts:
        parts["neck"] = facts["neck"]
    lines = [f"img_scale = {python(facts.get('img_scale', [1333, 800]))}", f"model = {python(parts)}"]
    return "\n".join(
        ["_scope = 1", *lines, "default_scope = 'mmdet'", "test_pipeline = [dict(img_scale=img_scale)]", ""]
    )


@pytest.mark.parametrize("name", GOLDENS)
def test_a_golden_from_a_python_config(name: str) -> None:
    golden = Golden(name)
    spec = parse_spec(config_of(golden), "config.py")
    assert spec.dialect == "mmlab"
    assert list(spec.input_shape) == golden.facts["input"]
    keys = build(spec).state_dict()
    assert {key: tuple(value.shape) for key, value in keys.items()} == dict(golden.keys)
    seen = trace(spec)
    assert sum(cost.macs for cost in costs(seen)) == golden.facts["macs"]["deconv_true_total"]
    assert sum(cost.params for cost in costs(seen)) == golden.facts["params"]["total"]
    assert [list(shape) for shape in seen.calls[0].outputs] == [shape for _, shape in golden.facts["outputs"]]


@pytest.mark.parametrize("dump", [json.dumps, yaml.safe_dump, lambda config: f"model = {python(config['model'])}\n"])
def test_dumps_are_read_alike(dump: Any) -> None:
    config = model("TopDown", backbone=MULTISCALE)
    assert parse_spec(dump(config)) == load_spec(config)


@pytest.mark.parametrize(
    "config",
    [
        {"type": "HRNet", "extra": extra()},
        {"type": "HighResolutionNet", "extra": extra()},
        {"type": "mmpose.HRNet", "extra": extra()},
        {"backbone": {"in_channels": 3, "extra": extra()}},
        {"model": {"backbone": {"type": "mmpose.models.backbones.HRNet", "extra": extra()}}},
        extra() | {"upsample": {"mode": "nearest"}},
        extra() | {"stage4": {**stage(4, 1, 4), "multiscale_output": False}},
    ],
)
def test_a_backbone_alone(config: Plain) -> None:
    spec = load_spec(config)
    assert (spec.dialect, spec.head, spec.keeps_all_branches, spec.name) == ("mmlab", NoHead(), False, "hrnet-w4")
    assert len(spec.stages) == 4


def test_problems_of_an_extra_alone_have_its_own_paths() -> None:
    config = extra() | {"upsample": {"mode": "cubic"}, "stage3": {**stage(3, 1, 4), "num_blocks": [1, 1]}}
    error = caught(SpecError, parse_spec, yaml.safe_dump(config))
    assert {(problem.code, problem.dotted) for problem in error.diagnostics} == {
        ("unknown-choice", "upsample.mode"),
        ("wrong-length", "stage3.num_blocks"),
    }
    assert all(problem.location.line for problem in error.diagnostics)


@pytest.mark.parametrize(
    ("config", "keeps", "upsampling"),
    [
        (model("TopdownPoseEstimator"), False, Upsampling()),
        (model("TopdownPoseEstimator", backbone=MULTISCALE), True, Upsampling()),
        (model(keypoint_head={"type": "Other"}), False, Upsampling()),
        (model(roi_head={"type": "StandardRoIHead"}), True, Upsampling()),
        (model(roi_head={"type": "X"}, backbone={"multiscale_output": False}), False, Upsampling()),
        (model("EncoderDecoder"), True, Upsampling("bilinear", "size", False)),
        (model() | {"default_scope": "mmseg"}, True, Upsampling("bilinear", "size", False)),
        (model(backbone={"type": "mmdet.HRNet"}), True, Upsampling()),
        (model(), False, Upsampling()),
        (model("FasterRCNN"), True, Upsampling()),
        (model("mmdet.CascadeRCNN"), True, Upsampling()),
        (model("RetinaNet", nekc={"type": "HRFPN"}), True, Upsampling()),
        (model("RPN"), True, Upsampling()),
        (model("VoxelCenterDetector", head={"type": "X"}), False, Upsampling()),
    ],
)
def test_the_packages_differ(config: Plain, keeps: bool, upsampling: Upsampling) -> None:
    spec = load_spec(config)
    assert (spec.keeps_all_branches, spec.upsampling) == (keeps, upsampling)


def test_a_note_on_what_is_assumed_without_a_package() -> None:
    notes = load_spec({"type": "HRNet", "extra": extra()}).notes
    assert any("multiscale_output is missing: only branch 0 is kept, as in mmpose" in note for note in notes)


@pytest.mark.parametrize("key", ["multiscale_output", "multi_scale_output"])
@pytest.mark.parametrize("value", [True, False])
def test_mmposes_backbone_takes_no_multiscale_output(key: str, value: bool) -> None:
    loaded = load_text(f"model = {python(model('TopDown', backbone={key: value})['model'])}\n")
    (note,) = (note for note in loaded.reading.notes if note.code == "refused-argument")
    assert (note.path, note.remedy) == (
        ("model", "backbone", key),
        "did you mean extra.stage4.multiscale_output?",
    )
    assert not loaded.spec.keeps_all_branches
    own = load_text(f"model = {python(model('FasterRCNN', backbone={'multiscale_output': value})['model'])}\n")
    assert own.spec.keeps_all_branches is value
    assert "refused-argument" not in [note.code for note in own.reading.notes]


def test_upsampling_norm_and_channels() -> None:
    upsample = extra() | {"upsample": {"mode": "bilinear", "align_corners": False}}
    norm = {"type": "SyncBN", "momentum": 0.01, "requires_grad": True}
    backbone = {"extra": upsample, "in_channels": 4, "norm_cfg": norm, "norm_eval": True, "with_cp": True}
    spec = load_spec(model("TopDown", backbone={**backbone, "frozen_stages": 1, "zero_init_residual": True}))
    assert spec.upsampling == Upsampling("bilinear", "factor", False)
    assert spec.batch_norm == BatchNorm(0.01, 1e-5)
    assert spec.in_channels == 4
    assert not [note for note in spec.notes if "read" in note]


def test_stage_1_is_read_as_the_code_reads_it() -> None:
    first = {"num_modules": 2, "num_branches": 3, "block": "BASIC", "num_blocks": [2, 9], "num_channels": [5, 9]}
    spec = load_spec(model("TopDown", backbone={"extra": extra() | {"stage1": first}}))
    assert (spec.stages[0].num_blocks, spec.stages[0].num_channels, spec.stages[0].block) == ((2,), (5,), "BASIC")
    assert any("num_modules: 2 is never read: stage 1 is one chain of blocks" in note for note in spec.notes)


def test_notes_on_ignored_keys() -> None:
    odd = extra() | {"stage2": {**stage(2, 1, 4), "fuse_method": "CAT", "num_chanels": 1}}
    notes = " ".join(load_spec(model("TopDown", backbone={"extra": odd, "dropout": 0.1})).notes)
    assert all(word in notes for word in ("CAT", "num_chanels", "dropout"))


@pytest.mark.parametrize("width", [18, 30, 32, 40, 44, 48, 64])
def test_mmpretrains_arch(width: int) -> None:
    spec = load_spec({"model": {"backbone": {"type": "HRNet", "arch": f"w{width}"}}})
    widths = (width, 2 * width, 4 * width, 8 * width)
    assert [stage.num_channels for stage in spec.stages] == [(64,), widths[:2], widths[:3], widths]


@pytest.mark.parametrize(
    ("config", "code", "path"),
    [
        (model("X", backbone={"extra": None}), "missing-key", "model.backbone.extra"),
        (model("X", backbone={"extra": [1]}), "wrong-type", "model.backbone.extra"),
        (model("X", backbone={"norm_cfg": {"type": "GN"}}), "not-batch-norm", "model.backbone.norm_cfg.type"),
        (model("X", backbone={"conv_cfg": {"type": "DCN"}}), "not-plain-conv", "model.backbone.conv_cfg.type"),
        (model("X", backbone={"in_channels": "3"}), "wrong-type", "model.backbone.in_channels"),
        (model("FasterRCNN", neck={**HRFPN, "in_channels": [4, 8]}), "wrong-channels", "model.neck.in_channels"),
        (
            model("TopDown", keypoint_head={**OLD, "in_channels": 8}),
            "wrong-channels",
            "model.keypoint_head.in_channels",
        ),
        (model("TopDown", keypoint_head={**OLD, "out_channels": 0}), "too-small", "model.keypoint_head.out_channels"),
        (model("FasterRCNN", neck={**HRFPN, "out_channels": None}), "missing-key", "model.neck.out_channels"),
        (
            model("FasterRCNN", neck=HRFPN, backbone={"multiscale_output": False}),
            "head-branches",
            "model.backbone.multiscale_output",
        ),
        (model("X", backbone={"type": "HRFormer"}), "not-hrnet", ""),
        (model("X", backbone={"type": "ResNet"}), "not-hrnet", ""),
    ],
)
def test_problems(config: Plain, code: str, path: str) -> None:
    error = caught(SpecError, parse_spec, f"model = {python(config['model'])}\n", "config.py")
    assert [(problem.code, problem.dotted) for problem in error.diagnostics] == [(code, path)]
    assert code == "not-hrnet" or error.diagnostics[0].location.line == 1


def test_a_note_on_a_missing_size() -> None:
    spec = load_spec(model("TopDown"))
    assert "the config has no input size: 256×192 is used" in spec.notes and spec.input[2:] == (256, 192)


def test_a_value_that_holds_itself() -> None:
    config = model("FasterRCNN", neck=copy.deepcopy(HRFPN))
    config["test_pipeline"] = config["model"]["neck"]["self"] = config["model"]["backbone"]["self"] = [config] * 9
    config["test_pipeline"] += [config["test_pipeline"]] * 9
    assert load_spec(config).head.type == "hrfpn"


def test_a_value_that_is_read_and_holds_itself() -> None:
    norm: Plain = {"type": "BN"}
    norm["self"] = [norm]
    assert load_spec(model("FasterRCNN", backbone={"norm_cfg": norm})).batch_norm == BatchNorm()


def test_code_for_arch_is_the_only_error() -> None:
    error = caught(SpecError, parse_spec, "model = dict(backbone=dict(type='HRNet', arch=f()))\n", "config.py")
    assert [(problem.code, problem.dotted) for problem in error.diagnostics] == [
        ("unreadable-code", "model.backbone.arch")
    ]


def test_keys_without_a_note() -> None:
    """`_delete_` is for mmengine; an HRNet with `arch`, which is mmpretrain's, has multiscale_output."""
    assert not any("read" in note for note in load_spec(model("TopDown", backbone={"_delete_": True})).notes)
    backbone = {"type": "HRNet", "arch": "w18", "multiscale_output": False}
    assert not any("read" in note for note in load_spec({"model": {"type": "TopDown", "backbone": backbone}}).notes)


def test_a_misspelt_last_stage_leaves_three() -> None:
    config = model("FasterRCNN")
    stages = config["model"]["backbone"]["extra"]
    stages["stag4"] = stages.pop("stage4")
    spec = load_spec(config)
    assert len(spec.stages) == 3
    assert any("stag4 is not read by mmdet's HRNet (did you mean stage4?)" in note for note in spec.notes)


@st.composite
def mangled(draw: st.DrawFn) -> Plain:
    """A config with a few of its parts replaced."""
    parts = {"backbone": {"type": "HRNet", "extra": draw(mutilated())}}
    for key in draw(st.lists(st.sampled_from(["neck", "head", "keypoint_head", "decode_head", "codec"]), max_size=3)):
        part = dict(draw(st.sampled_from([FCN, OCR, HEATMAP, JOINED, OLD_JOINED, HIGHER, TAGS, HRFPN, PROCESSOR])))
        part[draw(st.sampled_from(sorted(part)))] = draw(garbage)
        parts[key] = draw(st.sampled_from([part, [part, part]]))
    return {"model": parts, "test_pipeline": draw(garbage), "codec": draw(garbage)}


@pytest.mark.parametrize("near", ["stage", "stag3", "stagex3", "stage3_", "stage_3", "Stage3", "stage03"])
@pytest.mark.parametrize("kind", ["TopDown", "FasterRCNN"])
def test_a_misspelt_stage_is_reported(kind: str, near: str) -> None:
    config = model(kind, neck=copy.deepcopy(HRFPN))
    extra = config["model"]["backbone"]["extra"]
    extra[near] = extra.pop("stage3")
    problems = caught(SpecError, load_spec, config).diagnostics
    found = {(problem.code, problem.dotted) for problem in problems}
    where = "model.backbone.extra"
    assert found & {("missing-key", f"{where}.stage3"), ("unknown-key", f"{where}.{near}")}, found


@pytest.mark.parametrize(("key", "misspelt"), [("stage2", "stge2"), ("stage3", "stge3")])
def test_a_misspelt_stage_below_the_last_is_reported_once(key: str, misspelt: str) -> None:
    config = model("TopDown")
    stages = config["model"]["backbone"]["extra"]
    stages[misspelt] = stages.pop(key)
    [problem] = caught(SpecError, load_spec, config).diagnostics
    assert (problem.code, problem.dotted) == ("unknown-key", f"model.backbone.extra.{misspelt}")
    assert problem.remedy == f"did you mean {key}?"


@pytest.mark.parametrize("extra", [5, "x", [1], [{"stage1": {}}]])
def test_an_extra_of_the_wrong_type_has_a_remedy(extra: Any) -> None:
    config = model("TopDown")
    config["model"]["backbone"]["extra"] = extra
    found = {(problem.dotted, problem.remedy) for problem in caught(SpecError, load_spec, config).diagnostics}
    assert ("model.backbone.extra", "write extra=dict(stage1=dict(...), stage2=dict(...), ...)") in found


@pytest.mark.parametrize("number", [10**5000, -(10**5000)], ids=["positive", "negative"])
def test_a_number_of_5000_digits_is_refused(number: int) -> None:
    wide = model("FasterRCNN", neck=copy.deepcopy(HRFPN))
    wide["model"]["backbone"]["extra"]["stage4"]["num_channels"][0] = number
    assert caught(SpecError, load_spec, wide).diagnostics[0].path[-2:] == ("num_channels", 0)
    for index in (number, [number]):
        config = model("EncoderDecoder", decode_head={**FCN, "in_index": index})
        assert caught(SpecError, load_spec, config).diagnostics[0].code == "head-branches"


@given(mangled())
def test_a_mangled_config_is_read_or_refused(config: Plain) -> None:
    caught(SpecError, load_spec, config)


@given(st.dictionaries(st.sampled_from(["model", "backbone", "type", "extra", "stage1", "upsample"]), garbage))
def test_any_mapping_is_read_or_refused(config: Plain) -> None:
    caught(SpecError, load_spec, config)


def test_widths_that_are_set_two_bases_away(tmp_path: Path) -> None:
    """Published detection configs are written like this."""
    (tmp_path / "base.py").write_text(f"model = {python(model('FasterRCNN', neck={'type': 'FPN'})['model'])}\n")
    (tmp_path / "hr.py").write_text(
        "_base_ = 'base.py'\n"
        f"model = dict(neck=dict(_delete_=True, type='HRFPN', in_channels={WIDTHS}, out_channels=16))\n"
    )
    path = tmp_path / "narrow.py"
    path.write_text(
        "_base_ = './hr.py'\nw = 2\nwidths = [w * 2 ** i for i in range(4)]\n"
        "model = dict(backbone=dict(extra=dict("
        "stage2=dict(num_channels=widths[:2]), stage3=dict(num_channels=widths[:3]),"
        "stage4=dict(num_channels=widths))),"
        "neck=dict(in_channels=widths))\n"
    )
    spec = load_spec(path)
    assert (spec.stages[-1].num_channels, spec.head) == ((2, 4, 8, 16), HrfpnHead(16))


def test_a_fifth_stage_like_the_fourth_can_be_its_modules() -> None:
    """Two stages with the same branches have no layers between them."""
    fourth = {**stage(4, 3, 4), "num_modules": 3}
    for fifth, wanted in (
        ({**fourth, "num_modules": 2}, "write num_modules=5 in stage4"),
        (stage(5, 1, 4), ""),
        ({}, ""),
        (3, ""),
    ):
        found = read({"backbone": {"type": "HRNet", "extra": {**extra(), "stage4": fourth, "stage5": fifth}}})
        (note,) = (each for each in found.notes if each.code == "unbuilt-stage")
        assert wanted in note.remedy if wanted else note.remedy == "remove it"


@pytest.mark.parametrize(
    ("block", "code", "remedy"),
    [
        ("SE_BASIC", "not-hrnet", "write BASIC or BOTTLENECK for the network without it"),
        ("TRIDENT", "not-hrnet", "write BASIC or BOTTLENECK for the network without it"),
        ("B" * 200, "not-hrnet", "write BASIC or BOTTLENECK for the network without it"),
        ("BASICK", "unknown-choice", "did you mean BASIC?"),
        ("BOTLENECK", "unknown-choice", "did you mean BOTTLENECK?"),
        ("BasicBlock", "unknown-choice", "did you mean BASIC?"),
    ],
)
def test_a_block_of_the_configs_own_code_is_said_to_be_that_once(block: str, code: str, remedy: str) -> None:
    """In a folder such a file is skipped, as another network is."""
    stages = extra()
    own = {key: {**value, "block": block} for key, value in stages.items() if key != "stage1"}
    errors = caught(SpecError, load_spec, model("TopDown", backbone={"extra": {**stages, **own}})).diagnostics
    assert {(error.code, error.remedy) for error in errors} == {(code, remedy)}
    if code == "not-hrnet":
        (error,) = errors
        assert error.dotted == "model.backbone.extra.stage2.block"
        assert error.message.endswith("is of the config's own code, and is not built here")


def test_a_block_of_lite_hrnets_own_fork() -> None:
    lists = {"num_modules": [1], "num_branches": [2], "num_blocks": [1], "with_fuse": [True], "reduce_ratios": [8]}
    lists |= {"module_type": ["DYNAMIC"], "num_channels": [[8, 16]]}
    stem = {"stem_channels": 8, "out_channels": 8, "expand_ratio": 1}
    lite = {"type": "LiteHRNet", "extra": {"stem": stem, "num_stages": 1, "stages_spec": lists, "with_head": True}}
    (error,) = caught(SpecError, load_spec, {"backbone": lite}).diagnostics
    assert (error.code, error.remedy) == ("not-hrnet", "write LITE or NAIVE for the network without it")
