"""Configs of mmpose's LiteHRNet: what they build, what is said of forks, and each mistake at its own key."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from originals import ALL_GOLDENS, spec_of
from strategies import garbage, lite_networks
from support import LITE_PRESETS, Golden, caught

from hrnet_cli import load_spec, trace
from hrnet_cli.dialects.table import FOREIGN, write_spec
from hrnet_cli.errors import HrnetError, InexpressibleError, SpecError
from hrnet_cli.schema import HeatmapHead, NoHead, SegmentationHead
from hrnet_cli.sources.loading import MismatchError, parse_spec

Plain = dict[str, Any]

EXTRA: Plain = {
    "stem": {"stem_channels": 32, "out_channels": 32, "expand_ratio": 1},
    "num_stages": 3,
    "stages_spec": {
        "num_modules": (2, 4, 2),
        "num_branches": (2, 3, 4),
        "num_blocks": (2, 2, 2),
        "module_type": ("LITE", "LITE", "LITE"),
        "with_fuse": (True, True, True),
        "reduce_ratios": (8, 8, 8),
        "num_channels": ((40, 80), (40, 80, 160), (40, 80, 160, 320)),
    },
    "with_head": True,
}
OLD_HEAD: Plain = {
    "type": "TopDownSimpleHead",
    "in_channels": 40,
    "out_channels": 17,
    "num_deconv_layers": 0,
    "extra": {"final_conv_kernel": 1},
}
FCN: Plain = {
    "type": "FCNHead",
    "in_channels": [40, 80, 160, 320],
    "in_index": (0, 1, 2, 3),
    "channels": 600,
    "input_transform": "resize_concat",
    "kernel_size": 1,
    "num_convs": 1,
    "concat_input": False,
    "num_classes": 19,
    "norm_cfg": {"type": "SyncBN"},
    "align_corners": False,
}


def config(stages: Plain | None = None, backbone: Plain | None = None, **extra: Any) -> Plain:
    """The authors' Lite-HRNet-18 with changes in stages_spec, in the backbone and in extra; None leaves a key out."""
    made = copy.deepcopy(EXTRA) | extra
    made["stages_spec"] |= stages or {}
    made = {key: value for key, value in made.items() if value is not None}
    network = {"type": "LiteHRNet", "in_channels": 3, "extra": made, **(backbone or {})}
    return {
        "model": {"type": "TopDown", "backbone": network, "keypoint_head": OLD_HEAD},
        "data_cfg": {"image_size": [192, 256], "heatmap_size": [48, 64]},
    }


def test_the_published_config_is_the_preset() -> None:
    spec, preset = load_spec(config()), load_spec("litehrnet18")
    assert (spec.stages, spec.head, spec.input_shape) == (preset.stages, preset.head, preset.input_shape)
    assert (spec.name, spec.iterative_head, spec.stem_widths) == ("litehrnet-18", True, (32,))
    assert spec.notes == ("model: mmpose's state-dict keys begin with backbone. and keypoint_head.",)
    assert trace(spec).calls[0].outputs == trace(preset).calls[0].outputs


@pytest.mark.parametrize(
    "golden", [each for each in ALL_GOLDENS if each.path.startswith("mmpose-litehrnet/")], ids=repr
)
def test_a_recorded_backbone_is_its_golden(golden: Golden) -> None:
    spec, recorded = load_spec(golden.facts["facts"]["backbone"]), spec_of(golden)
    assert replace(spec, name=recorded.name, dialect="", notes=()) == recorded
    assert not spec.notes


def test_the_names_are_the_papers() -> None:
    assert load_spec(config({"num_modules": (3, 8, 3)})).name == "litehrnet-30"
    naive = {"module_type": ("naive", "NAIVE", "NAIVE"), "reduce_ratios": (1, 1, 1)}
    assert load_spec(config(naive)).name == "naive-litehrnet-18"


@pytest.mark.parametrize("where", ["model.backbone", "backbone", "alone", "extra", "without type", "with scope"])
def test_a_backbone_in_any_place(where: str) -> None:
    backbone = config()["model"]["backbone"]
    if where == "without type":
        del backbone["type"]
    if where == "with scope":
        backbone["type"] = "mmpose.LiteHRNet"
    placed = {"model.backbone": {"model": {"backbone": backbone}}, "backbone": {"backbone": backbone}}
    placed["extra"] = backbone["extra"]
    spec = load_spec(placed.get(where, backbone))
    assert trace(spec, "64x64").calls[0].outputs == ((1, 40, 16, 16),)
    assert spec.iterative_head and spec.head == NoHead()


def test_what_a_stage_may_have() -> None:
    changed = {"with_fuse": (False, True, 0), "reduce_ratios": (2, 4.0, 16), "module_type": ["LITE", "lite", "NAIVE"]}
    spec = load_spec(
        config(changed, with_head=False, backbone={"in_channels": 1, "norm_cfg": {"type": "BN", "eps": 0.1}})
    )
    assert [stage.with_fuse for stage in spec.stages[1:]] == [False, True, False]
    assert [stage.reduce_ratio for stage in spec.stages[1:]] == [2, 4, 8]
    assert [stage.block for stage in spec.stages] == ["SHUFFLE", "LITE", "LITE", "NAIVE"]
    assert not load_spec(config(with_head=0)).iterative_head
    assert (spec.in_channels, spec.batch_norm.eps, spec.iterative_head) == (1, 0.1, False)


def test_only_the_first_entries_are_read() -> None:
    spec = load_spec(config(num_stages=2))
    assert len(spec.stages) == 3
    assert (
        "model.backbone.extra.stages_spec: 3 entries a list: only the first 2 are read, as num_stages says"
        in spec.notes
    )


def test_counts_of_zero() -> None:
    naive = {"module_type": ("NAIVE",) * 3, "num_blocks": (0, 2, 2)}
    assert load_spec(config(naive)).stages[1].num_blocks == (1, 1)
    assert load_spec(config({"num_modules": (0, 4, 2)})).stages[1].num_modules == 0
    error = caught(SpecError, load_spec, config({"num_blocks": (0, 2, 2)}))
    assert [each.dotted for each in error.diagnostics] == ["model.backbone.extra.stages_spec.num_blocks[0]"]


STAGES = "model.backbone.extra.stages_spec"


@pytest.mark.parametrize(
    ("made", "code", "path", "says"),
    [
        (config(with_head=None), "missing-key", "model.backbone.extra.with_head", "add with_head"),
        (config(with_head=None, with_haed=True), "unknown-key", "model.backbone.extra.with_haed", "mean with_head?"),
        (config(num_stages=None), "missing-key", "model.backbone.extra.num_stages", ""),
        (config(num_stages="3"), "out-of-range", "model.backbone.extra.num_stages", "'3' is not a number"),
        (config(num_stages=4), "wrong-length", f"{STAGES}.num_modules", "3 entries for num_stages: 4"),
        (config(stem="x"), "wrong-type", "model.backbone.extra.stem", "a mapping with stem_channels"),
        (config({"num_modules": (2, 4)}), "wrong-length", f"{STAGES}.num_modules", "2 entries for num_stages: 3"),
        (config({"num_modules": 2}), "wrong-type", f"{STAGES}.num_modules", "a list with one entry a stage"),
        (config({"module_type": ("LIT",) * 3}), "unknown-choice", f"{STAGES}.module_type[0]", "did you mean LITE?"),
        (config({"num_branches": (2, 3, 3)}), "wrong-length", f"{STAGES}.num_channels[2]", "for num_branches: 3"),
        (config({"reduce_ratios": (8, 8, 0)}), "too-small", f"{STAGES}.reduce_ratios[2]", ""),
        (config(backbone={"norm_cfg": {"type": "GN"}}), "not-batch-norm", "model.backbone.norm_cfg.type", "'GN'"),
        (config(backbone={"extra": [1]}), "wrong-type", "model.backbone.extra", "num_stages=3"),
        (config(backbone={"extra": None}), "missing-key", "model.backbone.extra", "add extra"),
        (
            config({"num_channels": ((41, 80), (40, 80, 160), (40, 80, 160, 320))}),
            "odd-channels",
            f"{STAGES}.num_channels[0][0]",
            "write 42",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_mistake_is_at_its_own_key(made: Plain, code: str, path: str, says: str) -> None:
    error = caught(SpecError, load_spec, made)
    first = error.diagnostics[0]
    assert (first.code, first.dotted) == (code, path)
    assert says in f"{first.message}\n{first.remedy}"
    assert all(each.code != "wrong-channels" for each in error.diagnostics)


def test_the_authors_naive_config_has_a_head_that_does_not_fit() -> None:
    """configs/top_down/naive_litehrnet: 30 channels, and a head of 40, which fails in its convolution."""
    narrow = {"module_type": ("NAIVE",) * 3, "num_channels": ((30, 60), (30, 60, 120), (30, 60, 120, 240))}
    error = caught(MismatchError, load_spec, config(narrow))
    assert [(each.dotted, each.remedy) for each in error.diagnostics] == [
        ("model.keypoint_head.in_channels", "write 30")
    ]
    assert error.loaded.spec.stages[1].widths == (30, 60)


def test_a_head_on_all_branches_does_not_fit_what_is_returned() -> None:
    neck = {"type": "FeatureMapProcessor", "concat": True}
    head = {"type": "HeatmapHead", "in_channels": 320, "out_channels": 5, "deconv_out_channels": None}
    head |= {"conv_out_channels": [320], "conv_kernel_sizes": [1]}
    backbone = config()["model"]["backbone"]
    made = {"model": {"type": "TopdownPoseEstimator", "backbone": backbone, "neck": neck, "head": head}}
    error = caught(SpecError, load_spec, made)
    assert [(each.code, each.dotted) for each in error.diagnostics] == [("head-branches", "model.backbone.type")]


# Forks


def mmseg(head: Plain, **extra: Any) -> Plain:
    return {"model": {"type": "EncoderDecoder", "backbone": config(**extra)["model"]["backbone"], "decode_head": head}}


def test_mmsegmentations_unmerged_class_returns_every_branch() -> None:
    spec = load_spec(mmseg(FCN, with_head=False))
    assert isinstance(spec.head, SegmentationHead)
    assert [note for note in spec.notes if "LiteHRNet" in note] == [
        "model.backbone.type: no release of mmseg has a LiteHRNet: it is built as that of its unmerged branch"
    ]
    assert trace(spec, "64x64").calls[0].outputs == ((1, 19, 16, 16),)
    moved = {**FCN, "in_channels": [40, 40, 80, 160], "channels": 320}
    assert isinstance(load_spec(mmseg(moved, with_head=True)).head, SegmentationHead)


@pytest.mark.parametrize(
    "made",
    [
        config(backbone={"frozen_stages": 2}),
        config(with_head=False, with_segment_head=True),
        config(stem={**EXTRA["stem"], "strides": (2, 2), "input_norm": False}),
        config({"weighting_module_version": "v1"}, with_head=None),
    ],
)
def test_a_key_that_mmpose_does_not_read_is_one_note(made: Plain) -> None:
    spec = load_spec(made)
    said = [
        note
        for note in spec.notes
        if "is not read by mmpose's LiteHRNet: what is built here is mmpose's, and a fork may" in note
    ]
    assert len(said) == 1 and "remove" not in said[0]
    assert isinstance(spec.head, HeatmapHead)


NEW_LINE: Plain = {"default_scope": "mmpose", "codec": {"input_size": (192, 256)}}
OWN: Plain = {"custom_imports": {"imports": ["mine"]}}


@pytest.mark.parametrize(
    ("line", "key", "found"),
    [
        (NEW_LINE, "frozen_stages", ["refused-argument"]),
        (NEW_LINE, "zero_init_residual", ["refused-argument"]),
        (NEW_LINE, "norm_evall", ["refused-argument"]),
        ({**NEW_LINE, **OWN}, "frozen_stages", ["fork"]),
        ({}, "frozen_stages", ["fork"]),
        ({}, "zero_init_residual", []),  # an argument of the authors' own class
        ({}, "norm_evall", ["refused-argument"]),
    ],
)
def test_an_argument_is_refused_or_a_forks(line: Plain, key: str, found: list[str]) -> None:
    """mmpose 1.x's class refuses it; in the old form, and beside own modules, another of that name may take it."""
    made = config(backbone={key: 1})
    if line:
        head = {"type": "HeatmapHead", "in_channels": 40, "out_channels": 17, "deconv_out_channels": None}
        made = {"model": {"type": "TopdownPoseEstimator", "backbone": made["model"]["backbone"], "head": head}, **line}
    notes = FOREIGN["mmlab"].read(made).notes
    assert [note.code for note in notes if note.path == ("model", "backbone", key)] == found
    assert {note.code for note in notes} & {"fork", "refused-argument"} == {*found}


@pytest.mark.parametrize("blocks", [(2, 2), -1, 201, "2", None, 2.0, True])
def test_a_wrong_number_of_blocks_is_one_error(blocks: Any) -> None:
    error = caught(SpecError, load_spec, config({"num_blocks": (2, 2, blocks)}))
    assert [each.dotted for each in error.diagnostics] == [f"{STAGES}.num_blocks[2]"]


def test_nothing_is_claimed_of_a_forks_head() -> None:
    """OpenVINO's fork joins the branches itself (out_aggregator), so that its head reads one map."""
    head = {**FCN, "in_channels": 20, "in_index": 7, "channels": 40}
    spec = load_spec(mmseg(head, with_head=None, out_aggregator={"enable": True}))
    assert spec.head == NoHead() and len(spec.notes) > 1


# The writer


@pytest.mark.parametrize("name", LITE_PRESETS)
def test_a_preset_is_read_back(name: str) -> None:
    spec = load_spec(name)
    back = parse_spec(write_spec(spec, "mmlab").text, "written.py")
    assert (back.stages, back.head, back.iterative_head) == (spec.stages, spec.head, spec.iterative_head)
    assert (back.stem_widths, back.input_shape, back.in_channels) == (spec.stem_widths, spec.input_shape, 3)


@settings(max_examples=60, deadline=None)
@given(lite_networks())
def test_any_that_can_be_written_is_read_back(plain: Plain) -> None:
    spec = load_spec(plain)
    keeps_several = spec.keeps_all_branches and spec.stages[-1].num_branches > 1
    if keeps_several:
        error = caught(InexpressibleError, write_spec, spec, "mmlab")
        assert "returns branch 0 alone" in error.message
        return
    back = parse_spec(write_spec(spec, "mmlab").text, "written.py")
    assert (back.stages, back.iterative_head, back.head) == (spec.stages, spec.iterative_head, spec.head)
    assert parse_spec(write_spec(spec, "yaml").text) == spec


@pytest.mark.parametrize("target", ["official", "timm"])
def test_nobody_else_builds_it(target: str) -> None:
    error = caught(InexpressibleError, write_spec, load_spec("litehrnet18"), target)
    assert error.message.splitlines()[1:] == ["  - it is a Lite-HRNet, and that code builds HRNet alone"]
    limits = [limit for limit in FOREIGN[target].find_limits(load_spec("litehrnet18")) if limit.code == "fixed-part"]
    assert [(limit.dotted, limit.remedy) for limit in limits] == [
        ("stage1.block", "mmpose has it: convert it with --to mmlab")
    ]
    assert not list(FOREIGN["mmlab"].find_limits(load_spec("litehrnet18")))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"upsampling": {"mode": "bilinear"}}, "upsample bilinear by factor, but those of that code nearest by factor"),
        ({"upsampling": {"to": "size"}, "input": [100, 100]}, "nearest to size"),
        ({"multi_scale_output": True}, "keeps all branches"),
    ],
)
def test_what_mmpose_cannot_build(change: Plain, says: str) -> None:
    plain = {**_plain("litehrnet18"), **change}
    error = caught(InexpressibleError, write_spec, load_spec(plain), "mmlab")
    assert says in error.message


def test_a_head_on_all_branches_is_left_out() -> None:
    plain = {**_plain("litehrnet18"), "head": {"type": "segmentation"}}
    error = caught(InexpressibleError, write_spec, load_spec(plain), "mmlab")
    assert "returns branch 0 alone" in error.message


def _plain(name: str) -> Plain:
    import yaml

    plain: Plain = yaml.safe_load(write_spec(load_spec(name), "yaml").text)
    return {key: value for key, value in plain.items() if key != "published"}


# Any value


KEYS = [
    ("stem",),
    ("num_stages",),
    ("with_head",),
    ("stages_spec",),
    *(("stages_spec", key) for key in EXTRA["stages_spec"]),
]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(KEYS), garbage, st.booleans())
def test_any_value_is_an_error_and_no_crash(path: tuple[str, ...], value: Any, in_list: bool) -> None:
    made = config()
    owner = made["model"]["backbone"]["extra"]
    for key in path[:-1]:
        owner = owner[key]
    owner[path[-1]] = [value] * 3 if in_list else value
    error = caught(HrnetError, load_spec, made)
    assert error is None or str(error)
