"""Arguments that the classes of mmlab's packages refuse, and what is not judged."""

from __future__ import annotations

import re
from typing import Any

import pytest
from mmlab_configs import FCN, HEATMAP, HRFPN, Plain, extra, model

from hrnet_cli import load_spec
from hrnet_cli.dialects.mmlab.arguments import FOLDER, certain_package, has_class, taken_arguments
from hrnet_cli.dialects.mmlab.facts import CLASSES, MMDET, MMPOSE, MMPRETRAIN, MMSEG, PACKAGES
from hrnet_cli.dialects.mmlab.read import read
from hrnet_cli.dialects.mmlab.versions import NEW, OLD
from hrnet_cli.documents import Document
from hrnet_cli.errors import SpecError
from hrnet_cli.sources.loading import load_document
from hrnet_cli.text import dotted_path


def fuse_till() -> Plain:
    """A backbone with a key of Pedestron's fork in a stage."""
    stages = extra()
    return {"extra": {**stages, "stage3": {**stages["stage3"], "fuse_till": 2}}}


def refused(config: Plain) -> list[str]:
    return [dotted_path(note.path) for note in read(config).notes if note.code == "refused-argument"]


@pytest.mark.parametrize(
    ("config", "paths"),
    [
        (model("EncoderDecoder", backbone={"dropout": 0.1}, decode_head=FCN), ["model.backbone.dropout"]),
        (model("EncoderDecoder", decode_head={**FCN, "decode_head": {}}), ["model.decode_head.decode_head"]),
        (model("EncoderDecoder", decode_head=[FCN, {**FCN, "in_chanels": 1}]), ["model.decode_head[1].in_chanels"]),
        (model("EncoderDecoder", decode_head=FCN, decode_heads={}), ["model.decode_heads"]),
        (model("FasterRCNN", neck=[{**HRFPN, "dropout": 1}]), ["model.neck[0].dropout"]),
        (
            model("FasterRCNN", roi_head={"type": "StandardRoIHead", "bbox_head": {"type": "BBoxHead", "rpn_head": 1}}),
            ["model.roi_head.bbox_head.rpn_head"],
        ),
        (model("mmdet.FasterRCNN", backbone={"arch": "w18", "type": "HRNet"}), ["model.backbone.arch"]),
        (model("FasterRCNN", backbone={"type": "mmseg.HRNet", "frozen_stages": 1}), []),
        (model("FasterRCNN", backbone={"frozen_stages": 1}), ["model.backbone.frozen_stages"]),
        (
            model("EncoderDecoder", decode_head={"type": "UPerHead", "in_index": [3], "input_transform": "x"}),
            ["model.decode_head.input_transform"],
        ),
        (
            model("EncoderDecoder", decode_head={**FCN, "loss_decode": {"type": "CrossEntropyLoss", "los_weight": 2}}),
            ["model.decode_head.loss_decode.los_weight"],
        ),
    ],
)
def test_an_argument_that_is_refused(config: Plain, paths: list[str]) -> None:
    assert refused(config) == paths
    assert any("is not an argument of" in note for note in load_spec(config).notes) == bool(paths)


def test_the_note_says_what_and_where() -> None:
    (note,) = (note for note in read(model("EncoderDecoder", backbone={"dropout": 1})).notes if "dropout" in note.path)
    assert note.message == "dropout is not an argument of mmseg's HRNet: building it raises a TypeError"
    assert (note.code, note.remedy, note.at_key, note.at_most_note) == ("refused-argument", "remove it", True, False)


@pytest.mark.parametrize(
    ("imports", "at_most_note"),
    [(["mmpretrain.models"], False), (["mine.models"], True), ("mine", True), ([3], True), (None, True), ([], False)],
)
def test_a_config_that_imports_own_modules_gets_a_note(imports: Any, at_most_note: bool) -> None:
    """They may register a class in place of a package's."""
    config = {**model("EncoderDecoder", backbone={"dropout": 1}), "custom_imports": {"imports": imports}}
    (note,) = (note for note in read(config).notes if note.code == "refused-argument")
    assert note.at_most_note is at_most_note


def test_an_argument_of_early_versions_is_a_note() -> None:
    """HeatmapHead had input_index before mmpose 1.0."""
    config = model("TopdownPoseEstimator", head={**HEATMAP, "input_index": 0, "dropout": 1})
    found = {note.path[-1]: note for note in read(config).notes if note.code == "refused-argument"}
    assert found["input_index"].at_most_note and not found["dropout"].at_most_note
    assert "in early versions alone: others raise a TypeError" in found["input_index"].message


SAYS = "the config is for a fork of it, which may read and build more"


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            model("EncoderDecoder", decode_head={**FCN, "use_cl": True, "dropout": 1, "in_channels": [9, 8, 16, 32]}),
            "use_cl is not an argument of mmseg's FCNHead",
        ),
        (
            model("EncoderDecoder", decode_head={**FCN, "out_channels111": 2}),
            "out_channels111 is not an argument of mmseg's FCNHead",
        ),
        (model("FasterRCNN", backbone={"attention": 1}, neck=HRFPN), "attention is not an argument of mmdet's HRNet"),
        (model("TopDown", backbone=fuse_till(), head=HEATMAP), "fuse_till is not read by mmpose's HRNet"),
        (model(backbone={"attention": 1}, head=HEATMAP), "attention is not read by mmpose's HRNet"),
        ({"backbone": {"type": "HRNet", **fuse_till()}}, "fuse_till is not read by HRNet"),
        ({"backbone": {"type": "HRNet", "extra": {**extra(), "aspp": {}}}}, "aspp is not read by HRNet"),
    ],
)
def test_a_key_that_is_no_mistake_is_of_a_fork(config: Plain, message: str) -> None:
    """Nothing is said for its code then: no error, no other argument, and no branches that are left unread."""
    reading = load_document(Document(config, {}, {}), "").reading
    assert [note.message for note in reading.notes if note.code == "fork"] == [f"{message}: {SAYS}"]
    assert not reading.code_is_known
    assert all(note.at_most_note for note in reading.notes)
    assert not {"refused-argument", "unread-key"} & {note.code for note in reading.notes}


def test_the_class_that_an_import_replaces_gets_notes() -> None:
    """A head that does not match is left out, and what its in_channels should be is a note."""
    config = {**model("EncoderDecoder", decode_head={**FCN, "in_channels": [9, 8, 16, 32]})}
    with pytest.raises(SpecError, match="wrong-channels"):
        load_spec(config)
    reading = read({**config, "custom_imports": {"imports": ["mine.models"]}})
    assert reading.at_most_notes and not reading.mismatches and "head" not in reading.data
    (note,) = (note for note in reading.notes if note.code == "wrong-channels")
    assert note.at_most_note and note.remedy == "write [4, 8, 16, 32]"


OLD_ONLY: Plain = {"data": {}}
NEW_ONLY = {"default_scope": "mmdet"}


@pytest.mark.parametrize(
    ("more", "found"),
    [(NEW_ONLY, ["model.pretrained"]), (OLD_ONLY, []), ({}, []), ({**OLD_ONLY, **NEW_ONLY}, [])],
)
def test_the_version_that_a_config_is_for_decides(more: Plain, found: list[str]) -> None:
    """mmdetection 3.x has no `pretrained`; where the version is not certain, either may be meant."""
    assert refused({**model("FasterRCNN", neck=HRFPN, pretrained="x"), **more}) == found


@pytest.mark.parametrize(
    "config",
    [
        model("X", backbone={"dropout": 1}, decode_head={**FCN, "x": 1}),
        model("mine.EncoderDecoder", backbone={"dropout": 1}),
        {**model("EncoderDecoder", backbone={"dropout": 1}), "default_scope": "mine"},
        {**model("FasterRCNN", backbone={"dropout": 1}), "default_scope": "mmseg"},
        {"backbone": {"type": "HRNet", "extra": model()["model"]["backbone"]["extra"], "dropout": 1}},
        model("EncoderDecoder", decode_head={"type": "MyHead", "x": 1, "loss_decode": {"type": "DiceLoss", "x": 1}}),
        model("EncoderDecoder", decode_head={**FCN, "type": "mine.FCNHead", "x": 1}),
        model("EncoderDecoder", decode_head={**FCN, "_scope_": "mine", "x": 1}),
        model("EncoderDecoder", decode_head={**FCN, "_delete_": True}),
        model("EncoderDecoder", decode_head={**FCN, "sampler": {"type": "FCNHead", "x": 1}}),
        model("EncoderDecoder", backbone={"type": "HighResolutionNet", "dropout": 1}),
        model("EncoderDecoder", decode_head={"type": "SegformerHead", "x": 1}),  # it takes any
        {**model("FasterRCNN", neck={**HRFPN, "x": 1}), "data": {"imgs_per_gpu": 2}},
        model("FasterRCNN", neck={**HRFPN, "x": 1}, rpn_head={"type": "RPNHead", "anchor_scales": [8]}),
        model("FasterRCNN", neck={**HRFPN, "x": 1}, bbox_roi_extractor={"type": "SingleRoIExtractor"}),
    ],
)
def test_what_is_not_judged(config: Plain) -> None:
    """Own classes and models, other scopes, and mmdetection 1.x."""
    assert refused(config) == []


@pytest.mark.parametrize(
    "value",
    [
        None,
        3,
        "x",
        [],
        [3],
        {},
        {1: 2},
        {"type": None},
        {"type": ["x"]},
        {"type": 3},
        pytest.param(10**5000, id="huge"),
    ],
)
@pytest.mark.parametrize("key", ["backbone", "decode_head", "type"])
def test_values_of_any_type(key: str, value: Any) -> None:
    config = model("EncoderDecoder", decode_head=FCN)
    config["model"][key] = value
    assert certain_package(config) in (None, MMSEG)
    if key != "backbone":
        read(config)


def test_a_config_inside_itself() -> None:
    head: Plain = {**FCN, "dropout": 1}
    head["auxiliary_head"] = head
    heads: list[Any] = [head]
    heads.append(heads)
    assert "model.decode_head.dropout" in refused(model("EncoderDecoder", decode_head=head, auxiliary_head=heads))


def test_the_recorded_signatures() -> None:
    """Those of the sources: own arguments, those of bases through **kwargs, without what a class passes on itself."""
    assert taken_arguments(MMPOSE, "HRNet", NEW) == (
        *("extra", "in_channels", "conv_cfg", "norm_cfg", "norm_eval", "with_cp", "zero_init_residual"),
        *("frozen_stages", "init_cfg"),
    )
    assert all("arch" in (taken_arguments(MMPRETRAIN, "HRNet", line) or ()) for line in (NEW, OLD, ""))
    assert {"dropout_ratio", "num_convs", "init_cfg"} < set(taken_arguments(MMSEG, "FCNHead", NEW) or ())
    assert "input_transform" not in (taken_arguments(MMSEG, "UPerHead", "") or ())
    assert "extra_convs_on_inputs" in (taken_arguments(MMDET, "FPN", OLD) or ())
    assert "extra_convs_on_inputs" not in (taken_arguments(MMDET, "FPN", NEW) or ())
    assert taken_arguments(MMSEG, "NoHead", NEW) is taken_arguments(MMSEG, "SegformerHead", NEW) is None
    assert taken_arguments(MMPOSE, "GlobalAveragePooling", NEW) == ()
    assert has_class(MMSEG, "SegformerHead") and not has_class(MMSEG, "NoHead")
    for path in FOLDER.iterdir():
        package, _, line = path.stem.partition("-")
        assert package in {each.name for each in PACKAGES.values()} and line in (NEW, OLD)
        heading, *rows = path.read_text(encoding="utf-8").splitlines()
        assert heading.startswith("# mm") and rows == sorted(rows, key=lambda row: row.partition(" ")[0])
        assert all(re.fullmatch(r"[\w-]+( \w+)*( \*)?", row) for row in rows)


def test_every_class_that_is_read_is_recorded() -> None:
    packages = list({each.name: each for each in PACKAGES.values()}.values())
    assert [name for name in CLASSES if not any(has_class(package, name) for package in packages)] == []
