"""The authors' configs: read as their code reads them, and what it ignores is said."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from originals import ALL_GOLDENS, spec_of
from support import TESTS, Golden, caught, state_dict_sha256, with_changes

from hrnet_cli import load_spec, trace
from hrnet_cli.dialects.nodes import read_literal
from hrnet_cli.dialects.table import FOREIGN, write_spec
from hrnet_cli.errors import SpecError
from hrnet_cli.schema import HeatmapHead, Spec
from hrnet_cli.sources import parse_spec

CONFIGS = TESTS / "configs"
FILES = sorted(path for path in CONFIGS.rglob("*.yaml") if not path.name.startswith("not_"))
POSE = "pose/w32_256x192_adam_lr1e-3.yaml"
CLS = "cls/cls_hrnet_w18_small_v1_sgd_lr5e-2_wd1e-4_bs32_x100.yaml"
SEG = "seg/cityscapes_seg_hrnet_w48_train_512x1024_sgd_lr1e-2_wd5e-4_bs_12_epoch484.yaml"
SEG11 = "seg/v11_cityscapes_seg_hrnet_w18_small_v1.yaml"
OCR = "seg/ade20k_seg_hrnet_ocr_w48_520x520_ohem_sgd_lr2e-2_wd1e-4_bs_16_epoch120.yaml"
FACE = "face/face_alignment_300w_hrnet_w18.yaml"
HIGHER = "higherhrnet/w32_512_adam_lr1e-3.yaml"
RECORDED = {
    POSE: "pose-v1/coco_w32_256x192",
    "pose/w48_256x192_adam_lr1e-3.yaml": "pose-v1/coco_w48_256x192",
    "pose/w32_256x256_adam_lr1e-3.yaml": "pose-v1/mpii_w32_256x256",
    "cls/cls_hrnet_w18_sgd_lr5e-2_wd1e-4_bs32_x100.yaml": "cls/w18",
    CLS: "cls/w18_small_v1",
    "cls/cls_hrnet_w32_sgd_lr5e-2_wd1e-4_bs32_x100.yaml": "cls/w32",
    "cls/cls_hrnet_w48_sgd_lr5e-2_wd1e-4_bs32_x100.yaml": "cls/w48",
    SEG11: "seg-v2/v1.1_cityscapes_w18_small_v1",
    "seg/ade20k_seg_hrnet_w48_520x520_ohem_sgd_lr2e-2_wd1e-4_bs_16_epoch120.yaml": "seg-v2/ocrbranch_ade20k_w48",
    OCR: "seg-ocr/ade20k_w48",
    "seg/cityscapes_seg_hrnet_ocr_w48_train_512x1024_sgd_lr1e-2_wd5e-4_bs_12_epoch484.yaml": "seg-ocr/cityscapes_w48",
    FACE: "face/300w_w18",
    "face/face_alignment_wflw_hrnet_w18.yaml": "face/wflw_w18",
    HIGHER: "higherhrnet/coco_w32_512",
}
"""The golden that was recorded from a config."""
PRESET_OF = {
    POSE: "w32",
    "pose/w48_384x288_adam_lr1e-3.yaml": "w48-384x288",
    CLS: "cls-w18-small-v1",
    SEG11: "seg-w18-small-v1",
    "seg/ade20k_seg_hrnet_w48_520x520_ohem_sgd_lr2e-2_wd1e-4_bs_16_epoch120.yaml": "seg-w48-ade20k",
    OCR: "ocr-w48-ade20k",
    "face/face_alignment_wflw_hrnet_w18.yaml": "face-w18-wflw",
    HIGHER: "higher-w32",
}

Config = dict[str, Any]


def config(path: str) -> Config:
    plain: Config = yaml.safe_load((CONFIGS / path).read_text())
    return plain


def changed(path: str, *changes: tuple[str, Any]) -> Config:
    """A config with values put at dotted paths; `...` takes one out."""
    return with_changes(config(path), *changes)


def read(plain: Config) -> Spec:
    return parse_spec(yaml.safe_dump(plain, sort_keys=False), "config.yaml")


def network(spec: Spec) -> tuple[object, ...]:
    """What the network is, whatever it is called and was read from."""
    return (*(getattr(spec, name) for name in ("stages", "head", "batch_norm", "stem_widths")), upsampling(spec))


def upsampling(spec: Spec) -> tuple[object, ...]:
    """torch aligns corners only where it is told to."""
    return (spec.upsampling.mode, spec.upsampling.to, bool(spec.upsampling.align_corners))


# Every config


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_config_is_read_and_built(path: Path) -> None:
    spec = load_spec(path)
    assert spec.dialect == "official"
    assert trace(spec).calls[0].inputs == (spec.input_shape,)


@pytest.mark.parametrize("path", RECORDED)
def test_the_network_of_the_golden(path: str) -> None:
    golden = Golden(RECORDED[path])
    spec = load_spec(CONFIGS / path)
    assert spec.input_shape == tuple(golden.facts["input"])
    assert network(spec) == network(spec_of(golden))
    seen = trace(spec)
    shapes = {key: tuple(tensor.shape) for key, tensor in seen.root.module.state_dict().items()}
    assert state_dict_sha256(shapes) == golden.facts["state_dict"]["sha256"]
    assert [list(shape) for shape in seen.calls[0].outputs] == [shape for _, shape in golden.facts["outputs"]]


@pytest.mark.parametrize("path", PRESET_OF)
def test_the_network_of_the_preset(path: str) -> None:
    spec, preset = load_spec(CONFIGS / path), load_spec(PRESET_OF[path])
    assert (*network(spec), spec.input_shape) == (*network(preset), preset.input_shape)


@pytest.mark.parametrize("path", [POSE, "pose/w48_384x288_adam_lr1e-3.yaml", CLS, FACE, HIGHER])
def test_a_published_config_needs_no_note(path: str) -> None:
    assert load_spec(CONFIGS / path).notes == ()


# Other clothes


def lower(plain: Any) -> Any:
    return {key.lower(): lower(value) for key, value in plain.items()} if isinstance(plain, dict) else plain


def title(plain: Any) -> Any:
    return {key.title(): title(value) for key, value in plain.items()} if isinstance(plain, dict) else plain


def flat(plain: Config) -> Config:
    """The stages beside MODEL's own keys."""
    model = {key: value for key, value in plain["MODEL"].items() if key != "EXTRA"}
    return {**plain, "MODEL": {**model, **plain["MODEL"]["EXTRA"]}}


CLOTHES: list[Callable[[Config], Config]] = [lower, title, flat]


@pytest.mark.parametrize("path", [POSE, CLS, SEG, SEG11, OCR, FACE, HIGHER])
@pytest.mark.parametrize("clothes", CLOTHES, ids=lambda clothes: clothes.__name__)
def test_other_letters_and_other_nesting(path: str, clothes: Callable[[Config], Config]) -> None:
    spec = read(clothes(config(path)))
    assert spec == load_spec(CONFIGS / path)


@pytest.mark.parametrize("path", [POSE, OCR, HIGHER])
@pytest.mark.parametrize("indent", [None, 2, "\t"])
def test_a_json_dump(path: str, indent: int | str | None) -> None:
    assert parse_spec(json.dumps(config(path), indent=indent)) == load_spec(CONFIGS / path)


@pytest.mark.parametrize("path", [POSE, HIGHER])
def test_a_mapping_is_a_config_too(path: str) -> None:
    assert load_spec(config(path)) == load_spec(CONFIGS / path)


def test_the_model_alone() -> None:
    assert read(config(POSE)["MODEL"]) == load_spec(CONFIGS / POSE)


@pytest.mark.parametrize(
    "wrapped", [lambda extra: extra, lambda extra: {"EXTRA": extra}, lambda extra: {"extra": extra}]
)
@pytest.mark.parametrize("letters", [lambda plain: plain, lower])
def test_the_extra_alone(wrapped: Callable[[Config], Config], letters: Callable[[Config], Config]) -> None:
    spec = read(wrapped(letters(config(CLS)["MODEL"]["EXTRA"])))
    assert spec.stages == load_spec(CONFIGS / CLS).stages
    assert spec.head.type == "none" and spec.keeps_all_branches
    assert any("without a head" in note for note in spec.notes)


def test_stages_alone_have_the_usual_first() -> None:
    stages = {key: value for key, value in config(POSE)["MODEL"]["EXTRA"].items() if key.startswith("STAGE")}
    spec = read(stages)
    assert spec.stages == load_spec(CONFIGS / POSE).stages
    assert any(note.startswith("STAGE1 is missing: 4 BOTTLENECK blocks of 64 are used") for note in spec.notes)


def test_our_own_words_stay_ours() -> None:
    words = {"stage1": {"num_modules": 1, "num_branches": 1, "block": "BASIC", "num_blocks": [1], "num_channels": [4]}}
    assert load_spec(words).dialect == ""


@pytest.mark.parametrize("text", ["(192, 256)", "[192, 256]", "192,256"])
def test_texts_are_literals_as_yacs_has_them(text: str) -> None:
    assert read(changed(POSE, ("MODEL.IMAGE_SIZE", text))).input_shape == (1, 3, 256, 192)


# What the code takes where a config is silent, and what it never reads


@pytest.mark.parametrize(
    ("path", "change", "said"),
    [
        (POSE, ("MODEL.EXTRA.FINAL_CONV_KERNEL", ...), "MODEL.EXTRA: FINAL_CONV_KERNEL is missing: 1 is used"),
        (POSE, ("MODEL.NUM_JOINTS", ...), "MODEL: NUM_JOINTS is missing: 17 is used"),
        (POSE, ("MODEL.NAME", ...), "NAME is missing: read as pose_hrnet, which has MODEL.NUM_JOINTS"),
        (POSE, ("MODEL.EXTRA.STAGE3.FUSE_METHOD", "CAT"), "every fuse layer sums"),
        (POSE, ("MODEL.EXTRA.STAGE5", {}), "MODEL.EXTRA: STAGE5 is never read by the authors' code"),
        (POSE, ("MODEL.EXTRA.STAGE3.NUM_BLOKS", [1]), "STAGE3: NUM_BLOKS is not read"),
        (POSE, ("MODEL.EXTRA.FINAL_KERNEL", 3), "MODEL.EXTRA: FINAL_KERNEL is never read by the authors' code"),
        (POSE, ("MODEL.NUM_JOINT", 3), "MODEL: NUM_JOINT is not read"),
        (POSE, ("MODEL.ALIGN_CORNERS", True), "MODEL: ALIGN_CORNERS is refused by the authors' code"),
        (POSE, ("MODEL.EXTRA.DECONV", {}), "MODEL.EXTRA: DECONV is not read by pose_hrnet"),
        (POSE, ("MODEL.EXTRA.STEM_INPLANES", 32), "MODEL.EXTRA: STEM_INPLANES is never read by the authors' code"),
        (CLS, ("MODEL.EXTRA.STAGE1.NUM_BRANCHS", 1), "STAGE1: NUM_BRANCHS is not read (did you mean NUM_BRANCHES?)"),
        (CLS, ("MODEL.EXTRA.STAGE2.FUSE_METHD", "SUM"), "FUSE_METHD is not read"),
        (POSE, ("MODEL.name", "cls_hrnet"), "MODEL: name is a duplicate in another letter case"),
        (POSE, ("MODEL.EXTRA.STAGE4.BLOCK", "basic"), "the authors' code knows upper case only"),
        (CLS, ("MODEL.NUM_CLASSES", 10), "MODEL.NUM_CLASSES: 10 is never read: the network has 1000 classes"),
        (CLS, ("MODEL.EXTRA.FINAL_CONV_KERNEL", 3), "FINAL_CONV_KERNEL is not read by cls_hrnet"),
        (CLS, ("MODEL.EXTRA.STAGE1.NUM_MODULES", 2), "STAGE1.NUM_MODULES: 2 is never read"),
        (CLS, ("MODEL.EXTRA.STAGE1.NUM_RANCHES", 2), "STAGE1: NUM_RANCHES is never read"),
        (CLS, ("MODEL.EXTRA.STAGE1.NUM_BLOCKS", [1, 9]), "only the first is read"),
        (SEG, ("DATASET.NUM_CLASSES", ...), "DATASET: NUM_CLASSES is missing: 19 is used"),
        (SEG, ("MODEL.NUM_CLASSES", 3), "MODEL: NUM_CLASSES is refused by the authors' code"),
        (SEG, ("MODEL.OCR", {"MID_CHANNELS": 9}), "MODEL: OCR is not read by seg_hrnet"),
        (OCR, ("MODEL.OCR", {"DROPOUT": 0.2}), "MODEL.OCR.DROPOUT: 0.2 is never read: it is 0.05"),
        (OCR, ("MODEL.EXTRA.FINAL_CONV_KERNEL", 3), "FINAL_CONV_KERNEL: 3 is never read: it is 1"),
        (OCR, ("MODEL.OCR", {"SCALE": 2}), "MODEL.OCR.SCALE: 2 is never read: it is 1"),
        (
            FACE,
            ("MODEL.EXTRA.STAGE3.NUM_BLOCKS", ...),
            "STAGE3: NUM_BLOCKS is missing: [4, 4, 4] is used, the code's",
        ),
    ],
)
def test_what_is_not_read_is_said(path: str, change: tuple[str, Any], said: str) -> None:
    spec = read(changed(path, change))
    assert any(said in note for note in spec.notes), spec.notes
    assert network(spec) == network(load_spec(CONFIGS / path))


@pytest.mark.parametrize("path", [POSE, HIGHER, FACE])
def test_a_first_stage_that_the_code_does_not_read(path: str) -> None:
    small = {"NUM_MODULES": 1, "NUM_BRANCHES": 1, "BLOCK": "BASIC", "NUM_BLOCKS": [1], "NUM_CHANNELS": [8]}
    spec = read(changed(path, ("MODEL.EXTRA.STAGE1", small)))
    assert spec.stages == load_spec(CONFIGS / path).stages
    assert any("MODEL.EXTRA: STAGE1 is not read" in note for note in spec.notes)


@pytest.mark.parametrize("path", [CLS, SEG, OCR])
def test_a_first_stage_that_the_code_reads(path: str) -> None:
    spec = read(changed(path, ("MODEL.EXTRA.STAGE1.NUM_CHANNELS", [8])))
    assert spec.stages[0].num_channels == (8,)
    usual = read(changed(path, ("MODEL.EXTRA.STAGE1", ...)))
    assert (usual.stages[0].num_blocks, usual.stages[0].num_channels) == ((4,), (64,))
    assert any("MODEL.EXTRA: STAGE1 is missing" in note for note in usual.notes)


def test_the_two_branches_of_the_segmentation_network() -> None:
    """One name, two functions: the OCR branch aligns corners unless it is told not to, pytorch-v1.1 never does."""
    old, new = load_spec(CONFIGS / SEG11), load_spec(CONFIGS / OCR)
    assert (upsampling(old), old.batch_norm.momentum) == (("bilinear", "size", False), 0.01)
    assert (upsampling(new), new.batch_norm.momentum) == (("bilinear", "size", True), 0.1)
    assert any("pytorch-v1.1" in note for note in old.notes)
    told = read(changed(SEG11, ("MODEL.ALIGN_CORNERS", True)))
    assert (upsampling(told), told.batch_norm.momentum) == (("bilinear", "size", True), 0.1)
    silent = read(changed(SEG, ("MODEL.ALIGN_CORNERS", ...), ("MODEL.NUM_OUTPUTS", 1)))
    assert upsampling(silent) == ("bilinear", "size", True)
    assert upsampling(read(changed(SEG, ("MODEL.ALIGN_CORNERS", None)))) == ("bilinear", "size", False)


def test_sizes_are_width_and_height() -> None:
    assert load_spec(CONFIGS / SEG).input_shape == (1, 3, 1024, 2048)
    assert read(changed(SEG, ("TEST.IMAGE_SIZE", ...))).input_shape == (1, 3, 512, 1024)
    neither = read(changed(SEG, ("TEST.IMAGE_SIZE", ...), ("TRAIN.IMAGE_SIZE", ...)))
    assert neither.input_shape == (1, 3, 1024, 2048)
    assert any("TEST: IMAGE_SIZE is missing" in note for note in neither.notes)
    assert read(changed(HIGHER, ("DATASET.INPUT_SIZE", 640))).input_shape == (1, 3, 640, 640)
    assert read(changed(HIGHER, ("DATASET.INPUT_SIZE", [512, 640]))).input_shape == (1, 3, 640, 512)
    assert read(changed(POSE, ("MODEL.IMAGE_SIZE", ...))).input_shape == (1, 3, 256, 256)


def test_deconvolutions_are_as_many_as_the_number_says() -> None:
    lists = {"NUM_CHANNELS": [32, 16], "KERNEL_SIZE": [4, 2], "CAT_OUTPUT": [True, False], "NUM_BASIC_BLOCKS": 1}
    both = changed(
        HIGHER, ("MODEL.EXTRA.DECONV", {"NUM_DECONVS": 2, **lists}), ("LOSS.WITH_AE_LOSS", "(True, False, False)")
    )
    assert trace(read(both), input="64x64").calls[0].outputs == ((1, 34, 16, 16), (1, 17, 32, 32), (1, 17, 64, 64))
    first = copy.deepcopy(both)
    first["MODEL"]["EXTRA"]["DECONV"]["NUM_DECONVS"] = 1
    assert trace(read(first), input="64x64").calls[0].outputs == ((1, 34, 16, 16), (1, 17, 32, 32))


def test_a_center_is_a_joint_more() -> None:
    head = read(changed(HIGHER, ("DATASET.WITH_CENTER", True))).head
    assert vars(head)["num_joints"] == 18


@pytest.mark.parametrize("name", ["my_own_net", "hrnet_dekr", "hrnet", 5, ["w32"], {}, "[red]\x1b[31m<b>"])
def test_of_a_network_that_is_not_known_the_backbone_is_built(name: Any) -> None:
    spec = read(changed(POSE, ("MODEL.NAME", name), ("MODEL.NUM_JOINTS", ...)))
    assert spec.head.type == "none"
    assert any("left out" in note for note in spec.notes)
    assert all(text.isprintable() for text in (*spec.notes, spec.name))


@pytest.mark.parametrize("letters", [lambda plain: plain, lower, title], ids=["capitals", "lower", "title"])
@pytest.mark.parametrize("path", [POSE, CLS, SEG, SEG11, OCR, FACE, HIGHER])
def test_letters_that_are_all_alike_are_nothing_to_say(path: str, letters: Callable[[Config], Config]) -> None:
    reading = FOREIGN["official"].read(letters(config(path)))
    assert not [note for note in reading.notes if note.code == "letter-case"]


def test_of_a_key_in_both_letters_the_authors_is_read() -> None:
    plain = config(POSE)
    plain["MODEL"] = {"num_joints": 3, **plain["MODEL"]}
    spec = read(plain)
    assert isinstance(spec.head, HeatmapHead) and spec.head.num_joints == 17
    assert spec.notes == ("MODEL: NUM_JOINTS is a duplicate in another letter case, and is not read",)


# Errors keep their place


@pytest.mark.parametrize(
    ("path", "change", "where", "code"),
    [
        (POSE, ("MODEL.EXTRA.STAGE2.NUM_BLOCKS", [4]), "MODEL.EXTRA.STAGE2.NUM_BLOCKS", "wrong-length"),
        (POSE, ("MODEL.EXTRA.STAGE3.BLOCK", "FOO"), "MODEL.EXTRA.STAGE3.BLOCK", "unknown-choice"),
        (POSE, ("MODEL.EXTRA.STAGE3.NUM_MODULES", -1), "MODEL.EXTRA.STAGE3.NUM_MODULES", "too-small"),
        (POSE, ("MODEL.EXTRA.STAGE4.NUM_BLOCKS", [4, 4, -1, 4]), "MODEL.EXTRA.STAGE4.NUM_BLOCKS[2]", "too-small"),
        (POSE, ("MODEL.EXTRA.STAGE4.NUM_CHANNELS", ...), "MODEL.EXTRA.STAGE4.NUM_CHANNELS", "missing-key"),
        (POSE, ("MODEL.EXTRA.STAGE3", ...), "MODEL.EXTRA.STAGE3", "missing-key"),
        (POSE, ("MODEL.EXTRA", {}), "MODEL.EXTRA.STAGE2", "wrong-type"),
        (POSE, ("MODEL.EXTRA", None), "MODEL.EXTRA.STAGE2", "wrong-type"),
        (POSE, ("MODEL.EXTRA.STAGE2", [1]), "MODEL.EXTRA.STAGE2", "wrong-type"),
        (POSE, ("MODEL.NUM_JOINTS", 0), "MODEL.NUM_JOINTS", "too-small"),
        (POSE, ("MODEL.IMAGE_SIZE", [1, 2, 3]), "MODEL.IMAGE_SIZE", "bad-input"),
        (POSE, ("MODEL.IMAGE_SIZE", ["a", 2]), "MODEL.IMAGE_SIZE", "bad-input"),
        (CLS, ("MODEL.EXTRA.STAGE1", 3), "MODEL.EXTRA.STAGE1", "wrong-type"),
        (CLS, ("MODEL.EXTRA.STAGE1.BLOCK", ...), "MODEL.EXTRA.STAGE1.BLOCK", "missing-key"),
        (SEG, ("DATASET.NUM_CLASSES", "many"), "DATASET.NUM_CLASSES", "wrong-type"),
        (SEG, ("MODEL.ALIGN_CORNERS", "yes"), "MODEL.ALIGN_CORNERS", "wrong-type"),
        (OCR, ("MODEL.OCR", {"KEY_CHANNELS": 0}), "MODEL.OCR.KEY_CHANNELS", "too-small"),
        (HIGHER, ("LOSS.WITH_AE_LOSS", ...), "LOSS.WITH_AE_LOSS", "wrong-length"),
        (HIGHER, ("LOSS.WITH_AE_LOSS", [True]), "LOSS.WITH_AE_LOSS", "wrong-length"),
        (HIGHER, ("MODEL.EXTRA.DECONV.CAT_OUTPUT", []), "MODEL.EXTRA.DECONV.CAT_OUTPUT", "wrong-length"),
        (POSE, ("MODEL.IMAGE_SIZE", 256), "MODEL.IMAGE_SIZE", "bad-input"),
        (HIGHER, ("MODEL.EXTRA.DECONV.KERNEL_SIZE", [7]), "MODEL.EXTRA.DECONV.KERNEL_SIZE[0]", "too-large"),
    ],
)
def test_an_error_names_the_place_in_the_config(path: str, change: tuple[str, Any], where: str, code: str) -> None:
    plain = changed(path, change)
    error = caught(SpecError, read, plain)
    assert [(problem.dotted, problem.code) for problem in error.diagnostics] == [(where, code)]
    assert all(problem.location.line and problem.location.source == "config.yaml" for problem in error.diagnostics)


def test_an_error_names_line_and_column() -> None:
    text = (CONFIGS / POSE).read_text().replace("      NUM_BRANCHES: 3", "      NUM_BRANCHES: 5")
    line = next(number for number, line in enumerate(text.splitlines(), 1) if "NUM_BRANCHES: 5" in line)
    problems = caught(SpecError, parse_spec, text, "config.yaml").diagnostics
    assert [problem.dotted for problem in problems] == [
        "MODEL.EXTRA.STAGE3.NUM_BLOCKS",
        "MODEL.EXTRA.STAGE3.NUM_CHANNELS",
        "MODEL.EXTRA.STAGE4.NUM_BRANCHES",
    ]
    assert [problem.location.line for problem in problems] == [line + 3, line + 7, line + 13]
    assert str(problems[0].location) == f"config.yaml:{line + 3}:7"


def test_an_error_is_spelt_as_the_config_is() -> None:
    plain = lower(changed(POSE, ("MODEL.EXTRA.STAGE2.NUM_BLOCKS", ...)))
    assert [problem.dotted for problem in caught(SpecError, read, plain).diagnostics] == [
        "model.extra.stage2.num_blocks"
    ]


@pytest.mark.parametrize("letters", [lambda plain: plain, lower], ids=["capitals", "lower"])
@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("MODEL.EXTRA.STAGE3.NUM_BRANCHES", ...), {"NUM_BRANCHES is missing", "add NUM_BRANCHES: "}),
        (("MODEL.EXTRA.STAGE3.BLOCK", ...), {"BLOCK is missing", "add BLOCK: residual block: BASIC"}),
        (("MODEL.EXTRA.STAGE3.NUM_BLOCKS", [4]), {"1 entry for NUM_BRANCHES: 3", "give NUM_BLOCKS one number"}),
        (("MODEL.EXTRA.STAGE3", ...), {"STAGE3 is missing, but STAGE4 is present"}),
        (("MODEL.EXTRA.STAGE3", 3), {"expected a mapping with NUM_MODULES, NUM_BRANCHES, BLOCK, NUM_BLOCKS"}),
    ],
)
def test_a_problem_is_said_in_the_letters_of_the_config(
    change: tuple[str, Any], says: set[str], letters: Callable[[Config], Config]
) -> None:
    (problem,) = caught(SpecError, read, letters(changed(POSE, change))).diagnostics
    text = f"{problem.message}\n{problem.remedy}"
    lowered = letters({"NUM_BRANCHES": 1}) == {"num_branches": 1}
    for words in says:
        wanted = words.replace("BASIC", "*").lower().replace("*", "BASIC") if lowered else words
        assert wanted in text
        assert lowered or words.lower() not in text


def test_what_a_problem_quotes_keeps_its_letters() -> None:
    plain = changed(POSE, ("MODEL.EXTRA.STAGE3.BLOCK", "num_blocks"))
    (problem,) = caught(SpecError, read, plain).diagnostics
    assert problem.message == "'num_blocks' is none of BASIC, BOTTLENECK"


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("EXTRA", "EXTAR", {"MODEL.EXTAR": "did you mean EXTRA?"}),
        ("EXTRA", "NOTHING", {"MODEL.EXTRA": "add EXTRA: with the stages"}),
        (
            "NUM_BRANCHES",
            "NUM_RANCHES",
            {
                "MODEL.EXTRA.STAGE3.NUM_RANCHES": "did you mean NUM_BRANCHES?",
            },
        ),
        ("STAGE3", "STGE3", {"MODEL.EXTRA.STGE3": "did you mean STAGE3?"}),
    ],
)
def test_a_misspelt_key_is_named_and_not_what_is_missing_for_it(old: str, new: str, wanted: dict[str, str]) -> None:
    text = (CONFIGS / POSE).read_text()
    start = text.index(f" {old}:", text.index("STAGE3") if old == "NUM_BRANCHES" else 0)
    misspelt = text[:start] + text[start:].replace(old, new, 1)
    problems = caught(SpecError, parse_spec, misspelt).diagnostics
    assert {problem.dotted: problem.remedy[: len(wanted[problem.dotted])] for problem in problems} == wanted


@pytest.mark.parametrize(
    ("size", "message", "remedy"),
    [
        ("192x256", "'192x256' is not an input size", "write [192, 256], width before height"),
        ("288 by 384", "'288 by 384' is not an input size", "write [288, 384], width before height"),
        ([1, 2, 3], "[1, 2, 3] is not an input size", "write [192, 256], width before height"),
        (256, "256 is not an input size", "write [256, 256], width before height"),
        (1, "1 is not an input size", "write [1, 1], width before height"),
        (0, "0 is not an input size", "write [192, 256], width before height"),
        ([0, 256], "[0, 256] has a size that is out of range", "allowed: 1 to 1000000"),
    ],
)
def test_a_size_is_refused_in_the_configs_own_form(size: Any, message: str, remedy: str) -> None:
    (problem,) = caught(SpecError, read, changed(POSE, ("MODEL.IMAGE_SIZE", size))).diagnostics
    assert (problem.message, problem.remedy) == (message, remedy)


@pytest.mark.parametrize("size", [[1024], 1024, [1024, 512, 3]])
def test_a_size_of_the_segmentation_network_is_refused_with_one_of_its_own(size: Any) -> None:
    (problem,) = caught(SpecError, read, changed(SEG, ("TEST.IMAGE_SIZE", size))).diagnostics
    square = "[1024, 1024]" if size == 1024 else "[2048, 1024]"
    assert (problem.dotted, problem.remedy) == ("TEST.IMAGE_SIZE", f"write {square}, width before height")


def test_lists_of_deconvolutions_that_are_too_short_are_named_with_their_lengths() -> None:
    plain = changed(HIGHER, ("MODEL.EXTRA.DECONV.NUM_DECONVS", 2), ("MODEL.EXTRA.STAGE3.BLOCK", "FOO"))
    problems = caught(SpecError, read, plain).diagnostics
    said = {problem.dotted.rpartition(".")[2]: (problem.code, problem.message, problem.remedy) for problem in problems}
    fewer = ", or set NUM_DECONVS: 1"
    one = "1 entry for NUM_DECONVS: 2"
    assert said == {
        "BLOCK": ("unknown-choice", "'FOO' is none of BASIC, BOTTLENECK", "known: BASIC, BOTTLENECK"),
        "WITH_AE_LOSS": (
            *("wrong-length", "2 entries for NUM_DECONVS: 2"),
            f"give WITH_AE_LOSS 3, one for branch 0 and each deconvolution{fewer}",
        ),
        "NUM_CHANNELS": ("wrong-length", one, f"give NUM_CHANNELS 2, one for each deconvolution{fewer}"),
        "KERNEL_SIZE": ("wrong-length", one, f"give KERNEL_SIZE 2, one for each deconvolution{fewer}"),
        "CAT_OUTPUT": ("wrong-length", one, f"give CAT_OUTPUT 2, one for each deconvolution{fewer}"),
    }
    plain["MODEL"]["EXTRA"]["DECONV"]["KERNEL_SIZE"] = [4, 4]
    assert all(fewer not in problem.remedy for problem in caught(SpecError, read, plain).diagnostics)


@pytest.mark.parametrize("letters", [lambda plain: plain, lower], ids=["capitals", "lower"])
@pytest.mark.parametrize("path", [POSE, CLS, SEG, HIGHER])
def test_a_misspelt_model_is_one_problem(path: str, letters: Callable[[Config], Config]) -> None:
    plain = config(path)
    plain["MODLE"] = plain.pop("MODEL")
    (problem,) = caught(SpecError, read, letters(plain)).diagnostics
    right = "model" if letters is lower else "MODEL"
    assert (problem.code, problem.remedy) == ("unknown-key", f"did you mean {right}?")
    assert FOREIGN["official"].recognise(letters(plain))


@pytest.mark.parametrize("value", [{"MODES": {"stage1": {"script": []}}}, {"MODLE": {"NAME": "resnet"}}, {"MODLE": 3}])
def test_what_is_no_network_is_no_misspelt_model(value: dict[Any, Any]) -> None:
    assert not FOREIGN["official"].detect(value)


def test_a_misspelt_key_whose_place_is_empty_is_an_error() -> None:
    plain = changed(POSE, ("MODEL.EXTRA.STAGE2.NUM_BLOCKS", ...), ("MODEL.EXTRA.STAGE2.NUM_BLOKS", [4, 4]))
    problems = caught(SpecError, read, plain).diagnostics
    assert [(problem.dotted, problem.code) for problem in problems] == [("MODEL.EXTRA.STAGE2.NUM_BLOKS", "unknown-key")]


def test_every_golden_of_these_networks_has_a_config_here_or_is_made_for_the_purpose() -> None:
    families = {"pose-v1", "cls", "seg-v2", "seg-ocr", "face", "higherhrnet"}
    recorded = {golden.path for golden in ALL_GOLDENS if golden.path.partition("/")[0] in families}
    without_config = {"seg-v2/v1.1_cityscapes_w48", "seg-v2/v1.1_lip_w48", "higherhrnet/crowd_pose_w32_512"}
    assert recorded - without_config == set(RECORDED.values())


@pytest.mark.parametrize(
    "value", [{}, {"MODEL": None}, {"MODEL": 3}, {"MODEL": {}}, {"extra": 1}, {1: 2}, {"MODEL": []}]
)
def test_what_is_no_config_is_not_taken_for_one(value: dict[Any, Any]) -> None:
    assert not FOREIGN["official"].detect(value)


# Defaults and fixed values of the authors' code

FACE_DEFAULTS = {
    "STAGE2": {"NUM_MODULES": 1, "NUM_BRANCHES": 2, "NUM_BLOCKS": [4, 4], "NUM_CHANNELS": [18, 36]},
    "STAGE3": {"NUM_MODULES": 1, "NUM_BRANCHES": 3, "NUM_BLOCKS": [4, 4, 4], "NUM_CHANNELS": [18, 36, 72]},
    "STAGE4": {"NUM_MODULES": 1, "NUM_BRANCHES": 4, "NUM_BLOCKS": [4, 4, 4, 4], "NUM_CHANNELS": [18, 32, 72, 144]},
}
"""lib/config/defaults.py of HRNet-Facial-Landmark-Detection, with its 32."""


def test_the_landmark_networks_own_stages() -> None:
    reading = FOREIGN["official"].read(
        changed(FACE, ("MODEL.EXTRA.STAGE2", {}), ("MODEL.EXTRA.STAGE3", {}), ("MODEL.EXTRA.STAGE4", ...))
    )
    for key, stage in FACE_DEFAULTS.items():
        assert reading.data[key.lower()] == {"block": "BASIC", **{name.lower(): item for name, item in stage.items()}}
    assert [note.message for note in reading.notes if note.path[-2:] == ("STAGE4", "NUM_CHANNELS")] == [
        "NUM_CHANNELS is missing: [18, 32, 72, 144] is used, the code's default"
    ]


@pytest.mark.parametrize(
    ("path", "change", "field", "default"),
    [
        (POSE, ("MODEL.NUM_JOINTS", ...), "num_joints", 17),
        (POSE, ("MODEL.EXTRA.FINAL_CONV_KERNEL", ...), "final_conv_kernel", 1),
        (FACE, ("MODEL.NUM_JOINTS", 98), "num_joints", 98),
        (SEG, ("DATASET.NUM_CLASSES", ...), "num_classes", 19),
        (OCR, ("DATASET.NUM_CLASSES", ...), "num_classes", 19),
        (OCR, ("MODEL.OCR", {"MID_CHANNELS": 9}), "mid_channels", 9),
        (OCR, ("MODEL.OCR", {"MID_CHANNELS": 9}), "key_channels", 256),
        (OCR, ("MODEL.OCR", {"KEY_CHANNELS": 9}), "mid_channels", 512),
        (OCR, ("MODEL.OCR", {}), "key_channels", 256),
        (OCR, ("MODEL.EXTRA.FINAL_CONV_KERNEL", 3), "final_conv_kernel", 1),
        (CLS, ("MODEL.NUM_CLASSES", 10), "num_classes", 1000),
        (HIGHER, ("MODEL.TAG_PER_JOINT", ...), "tag_per_joint", True),
        (HIGHER, ("MODEL.TAG_PER_JOINT", False), "tag_per_joint", False),
        (HIGHER, ("MODEL.EXTRA.DECONV.NUM_BASIC_BLOCKS", 2), "num_basic_blocks", 2),
        (HIGHER, ("LOSS.WITH_AE_LOSS", [False, True]), "with_ae_loss", (False, True)),
        (HIGHER, ("DATASET.WITH_CENTER", "True"), "num_joints", 18),
        (HIGHER, ("DATASET.WITH_CENTER", False), "num_joints", 17),
        (HIGHER, ("DATASET", {"WITH_CENTER": True, "NUM_JOINTS": 14, "INPUT_SIZE": 512}), "num_joints", 15),
        (HIGHER, ("DATASET", {"WITH_CENTER": True, "INPUT_SIZE": 512}), "num_joints", 18),
    ],
)
def test_a_field_of_a_head(path: str, change: tuple[str, Any], field: str, default: Any) -> None:
    assert getattr(read(changed(path, change)).head, field) == default


def test_a_center_is_no_joint_more_of_a_number_that_is_none() -> None:
    dataset = {"WITH_CENTER": True, "NUM_JOINTS": "many", "INPUT_SIZE": 512}
    (problem,) = caught(SpecError, read, changed(HIGHER, ("DATASET", dataset))).diagnostics
    assert problem.code == "wrong-type" and "'many'" in problem.message


def test_without_deconvolutions_one_flag_may_be_no_list() -> None:
    lists = {"NUM_CHANNELS": [], "KERNEL_SIZE": [], "CAT_OUTPUT": [], "NUM_BASIC_BLOCKS": 4}
    plain = changed(HIGHER, ("MODEL.EXTRA.DECONV", {"NUM_DECONVS": 0, **lists}), ("LOSS.WITH_AE_LOSS", True))
    assert vars(read(plain).head)["with_ae_loss"] == (True,)
    del plain["LOSS"]["WITH_AE_LOSS"]
    assert vars(read(plain).head)["with_ae_loss"] == (True,)
    assert vars(read(changed(HIGHER, ("LOSS.WITH_AE_LOSS", "(True, False)"))).head)["with_ae_loss"] == (True, False)


@pytest.mark.parametrize("count", [-1, 9, "two", None, True])
def test_a_number_of_deconvolutions_that_is_none(count: Any) -> None:
    """The lists say how many there are."""
    spec = read(changed(HIGHER, ("MODEL.EXTRA.DECONV.NUM_DECONVS", count)))
    assert spec.head == load_spec(CONFIGS / HIGHER).head
    (note,) = (note for note in spec.notes if "NUM_DECONVS" in note)
    assert note.endswith("is not a number from 0 to 8: there are as many deconvolutions as entries in the lists")


@pytest.mark.parametrize("count", [0, 8])
def test_the_fewest_and_the_most_deconvolutions(count: int) -> None:
    lists = {"NUM_CHANNELS": [8] * count, "KERNEL_SIZE": [4] * count, "CAT_OUTPUT": [True] * count}
    deconv = {"NUM_DECONVS": count, **lists, "NUM_BASIC_BLOCKS": 1}
    spec = read(changed(HIGHER, ("MODEL.EXTRA.DECONV", deconv), ("LOSS.WITH_AE_LOSS", [True] * (count + 1))))
    assert vars(spec.head)["num_channels"] == (8,) * count and not spec.notes


def test_a_missing_number_of_deconvolutions_is_noted_at_its_key() -> None:
    reading = FOREIGN["official"].read(changed(HIGHER, ("MODEL.EXTRA.DECONV.NUM_DECONVS", ...)))
    (note,) = reading.notes
    assert (note.code, note.at_key, note.remedy) == ("no-default", True, "write NUM_DECONVS: 1")
    lowered = FOREIGN["official"].read(lower(changed(HIGHER, ("MODEL.EXTRA.DECONV.NUM_DECONVS", ...))))
    assert [note.code for note in lowered.notes] == ["assumed"]


def test_a_short_list_of_deconvolutions_is_one_problem() -> None:
    """What is filled in for the missing entry makes no second one."""
    for name in ("NUM_CHANNELS", "KERNEL_SIZE", "CAT_OUTPUT"):
        plain = changed(HIGHER, (f"MODEL.EXTRA.DECONV.{name}", []), ("MODEL.EXTRA.FINAL_CONV_KERNEL", 1))
        (problem,) = caught(SpecError, read, plain).diagnostics
        assert (problem.code, problem.message) == ("wrong-length", "0 entries for NUM_DECONVS: 1")
        assert problem.remedy == f"give {name} 1, one for each deconvolution"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("STAGE3", "STAGE3 is missing and not built"),
        ("STAGE4", "STAGE4 is missing and not built"),
    ],
)
def test_stages_that_are_missing_at_the_end_are_not_built(path: str, said: str) -> None:
    last = ("STAGE3", "STAGE4") if path == "STAGE3" else ("STAGE4",)
    spec = read(changed(CLS, *((f"MODEL.EXTRA.{key}", ...) for key in last), ("MODEL.NAME", "net")))
    assert len(spec.stages) == 4 - len(last)
    assert [note for note in spec.notes if "not built" in note] == [
        f"MODEL.EXTRA: {key} is missing and not built" for key in last
    ]
    assert any(said in note for note in spec.notes)


def test_a_stage_that_is_missing_before_another_is_one_problem() -> None:
    plain = changed(CLS, ("MODEL.EXTRA.STAGE3", ...))
    assert not [note for note in FOREIGN["official"].read(plain).notes if "not built" in note.message]
    assert len(caught(SpecError, read, plain).diagnostics) == 1


def test_stages_after_the_fourth_show_a_fork() -> None:
    plain = changed(CLS, *((f"MODEL.EXTRA.STAGE{number}", {}) for number in (6, 5)))
    assert [note.path[-1] for note in FOREIGN["official"].read(plain).notes if note.code == "fork"] == ["STAGE6"]


@pytest.mark.parametrize(
    ("value", "official"),
    [
        ({"MODEL": {"NAME": "pose_hrnet"}}, True),
        ({"MODEL": {"NAME": "seg_hrnet"}}, True),
        ({"MODEL": {"NAME": "my_net", "NUM_JOINTS": 17}}, False),
        ({"MODEL": {"NAME": "hrnet", "NUM_JOINTS": 17}}, False),
        ({"MODEL": {"NAME": 3}}, False),
        ({"MODEL": {"NAME": "pose_hrnet", "type": "TopDown"}}, False),
        ({"MODEL": {"NAME": "my_net", "EXTRA": {"STAGE2": {}}}}, True),
        ({"MODEL": {"NAME": "pose_resnet", "EXTRA": {"STAGE2": {}}}}, False),
        ({"MODEL": {"EXTRA": {}, "STAGE2": {}}}, True),
        ({"EXTRA": {"STAGE2": {}}}, True),
        ({"EXTRA": {"STAGE2": {}}, "head": {}}, False),
        ({"STAGE2": {}}, True),
        ({"stage2": {}}, False),
        ({"stage1": {}, "extra": {}}, False),
        ({"stage1": {"num_ranches": 1}}, True),
    ],
)
def test_what_is_a_config_of_the_authors(value: dict[Any, Any], official: bool) -> None:
    assert FOREIGN["official"].detect(value) is official


@pytest.mark.parametrize(
    ("value", "recognised"),
    [
        ({"MODEL": {"NAME": "pose_hrnet"}}, True),
        ({"MODEL": {"NAME": "my_net", "EXTRA": {"STAGE2": {}}}}, False),
        ({"MODEL": {"NAME": 3, "EXTRA": {"STAGE2": {}}}}, False),
        ({"MODEL": {"NAME": "my_net", "EXTRA": {"STAGE2": {"NUM_BLOCKS": [1]}}}}, True),
        ({"MODEL": {"EXTRA": {"STAGE2": {"NUM_BLOKS": [1]}}}}, True),
        ({"MODEL": {"EXTRA": {"STAGE2": {"script": [1]}}}}, False),
    ],
)
def test_what_is_surely_a_network(value: dict[Any, Any], recognised: bool) -> None:
    assert FOREIGN["official"].recognise(value) is recognised


# What is written


def written(name: str) -> Config:
    plain: Config = yaml.safe_load(write_spec(load_spec(name), "official").text)
    return plain


def test_what_is_written_for_higherhrnet_is_what_its_config_has() -> None:
    """Of the keys that both have; the published config also has those of the training."""
    ours, theirs = written("higher-w32"), config(HIGHER)
    assert ours["MODEL"]["EXTRA"]["DECONV"] == theirs["MODEL"]["EXTRA"]["DECONV"]
    for section in ("DATASET", "LOSS", "TEST"):
        theirs[section] = {key: read_literal(value) for key, value in theirs[section].items()}
        assert {key: theirs[section].get(key, value) for key, value in ours[section].items()} == ours[section]
    assert ours["DATASET"]["OUTPUT_SIZE"] == [128, 256]
    assert (ours["LOSS"]["PUSH_LOSS_FACTOR"], ours["LOSS"]["PULL_LOSS_FACTOR"]) == ([0.001] * 2, [0.001] * 2)
    assert (ours["LOSS"]["HEATMAPS_LOSS_FACTOR"], ours["LOSS"]["WITH_HEATMAPS_LOSS"]) == ([1.0] * 2, [True] * 2)
    assert ours["TEST"]["WITH_HEATMAPS"] == [True, True] and ours["TEST"]["WITH_AE"] == [True, False]


def test_what_is_written_for_the_segmentation_networks() -> None:
    """NUM_OUTPUTS is how many maps the code's loss gets: the auxiliary one too."""
    ocr = written("ocr-w48")["MODEL"]
    assert (ocr["NUM_OUTPUTS"], ocr["OCR"]) == (2, {"MID_CHANNELS": 512, "KEY_CHANNELS": 256})
    assert ocr["ALIGN_CORNERS"] is True and ocr["EXTRA"]["FINAL_CONV_KERNEL"] == 1
    assert "NUM_OUTPUTS" not in written("seg-w48-ade20k")["MODEL"]
    assert "ALIGN_CORNERS" not in written("seg-w18-small-v1")["MODEL"]
    assert written("ocr-w48")["TRAIN"] == written("ocr-w48")["TEST"] == {"IMAGE_SIZE": [2048, 1024]}


def test_what_is_written_for_the_pose_and_landmark_networks() -> None:
    """IMAGE_SIZE and HEATMAP_SIZE are width and height; STAGE1 is not read."""
    pose, face = written("w32")["MODEL"], written("face-w18")["MODEL"]
    assert (pose["IMAGE_SIZE"], pose["HEATMAP_SIZE"]) == ([192, 256], [48, 64])
    assert "STAGE1" not in pose["EXTRA"] and "STAGE1" not in face["EXTRA"]
    assert pose["EXTRA"]["PRETRAINED_LAYERS"] == ["*"] and "PRETRAINED_LAYERS" not in face["EXTRA"]
    assert "STAGE1" in written("cls-w18")["MODEL"]["EXTRA"]


def test_the_smallest_sizes_that_are_written_are_of_one_pixel() -> None:
    tiny = replace(load_spec("w32"), input=(1, 3, 2, 3))
    model = yaml.safe_load(write_spec(tiny, "official").text)["MODEL"]
    assert (model["IMAGE_SIZE"], model["HEATMAP_SIZE"]) == ([3, 2], [1, 1])
    tiny = replace(load_spec("higher-w32"), input=(1, 3, 2, 3))
    assert yaml.safe_load(write_spec(tiny, "official").text)["DATASET"]["OUTPUT_SIZE"] == [1, 2]


# The notes for check alone


@pytest.mark.parametrize(
    ("change", "silent"),
    [
        (("MODEL.EXTRA.PRETRAINED_LAYERS", ...), True),
        (("MODEL.EXTRA.STAGE3.FUSE_METHOD", ...), True),
        (("MODEL.EXTRA.FINAL_CONV_KERNEL", ...), False),
        (("MODEL.EXTRA.STAGE3.FUSE_METHOD", "CAT"), False),
    ],
)
def test_what_changes_nothing_is_said_in_check_alone(change: tuple[str, Any], silent: bool) -> None:
    (note,) = FOREIGN["official"].read(changed(POSE, change)).notes
    assert note.only_in_check is silent
    assert bool(read(changed(POSE, change)).notes) is not silent


@pytest.mark.parametrize(
    ("path", "missing", "name", "read_as"),
    [
        (HIGHER, ("MODEL.NAME",), "pose_higher_hrnet", "which has MODEL.EXTRA.DECONV"),
        (POSE, ("MODEL.NAME",), "pose_hrnet", "which has MODEL.NUM_JOINTS"),
        (SEG, ("MODEL.NAME",), "seg_hrnet", "which has DATASET.NUM_CLASSES"),
        (POSE, ("MODEL.NAME", "MODEL.NUM_JOINTS"), "hrnet", "the backbone is built, without a head"),
    ],
)
def test_a_network_without_a_name_is_known_by_its_keys(
    path: str, missing: tuple[str, ...], name: str, read_as: str
) -> None:
    reading = FOREIGN["official"].read(changed(path, *((key, ...) for key in missing)))
    assert reading.data["name"].rpartition("-")[0] == name
    assert any(read_as in note.message and note.code == "assumed" for note in reading.notes)


def test_a_classifier_without_a_name_is_known_by_its_classes() -> None:
    spec = read(changed(CLS, ("MODEL.NAME", ...), ("MODEL.NUM_CLASSES", 1000)))
    assert spec.head.type == "classification"


@pytest.mark.parametrize(
    ("widths", "title"),
    [([18, 36], "pose_hrnet-w18"), ([999_999, 36], "pose_hrnet-w999999"), ([1_000_000, 36], "pose_hrnet")],
)
def test_the_name_has_the_width_of_branch_0(widths: list[int], title: str) -> None:
    assert FOREIGN["official"].read(changed(POSE, ("MODEL.EXTRA.STAGE2.NUM_CHANNELS", widths))).data["name"] == title


@pytest.mark.parametrize("widths", [[], 18, None, ["18"]])
def test_the_name_has_no_width_that_is_none(widths: Any) -> None:
    plain = changed(POSE, ("MODEL.EXTRA.STAGE2.NUM_CHANNELS", widths))
    assert FOREIGN["official"].read(plain).data["name"] == "pose_hrnet"


@pytest.mark.parametrize("number", [16, 32, 65])
def test_a_stem_width_that_is_not_read(number: int) -> None:
    assert any("STEM_INPLANES" in note for note in read(changed(POSE, ("MODEL.EXTRA.STEM_INPLANES", number))).notes)
    assert not read(changed(POSE, ("MODEL.EXTRA.STEM_INPLANES", 64))).notes
    assert not read(changed(POSE, ("MODEL.EXTRA.WITH_HEAD", True))).notes
    assert read(changed(POSE, ("MODEL.EXTRA.WITH_HEAD", False))).notes == (
        "MODEL.EXTRA: WITH_HEAD is never read by the authors' code: this is for a fork of pose_hrnet, which may read "
        "and build more",
    )


@pytest.mark.parametrize(
    ("path", "sizes", "height", "width"),
    [
        (POSE, ("MODEL.IMAGE_SIZE",), 256, 256),
        (CLS, ("MODEL.IMAGE_SIZE",), 256, 256),
        (FACE, ("MODEL.IMAGE_SIZE",), 256, 256),
        (HIGHER, ("DATASET.INPUT_SIZE",), 512, 512),
        (SEG, ("TEST.IMAGE_SIZE", "TRAIN.IMAGE_SIZE"), 1024, 2048),
        (OCR, ("TEST.IMAGE_SIZE", "TRAIN.IMAGE_SIZE"), 1024, 2048),
    ],
)
def test_the_size_that_each_repository_has_by_default(
    path: str, sizes: tuple[str, ...], height: int, width: int
) -> None:
    spec = read(changed(path, *((size, ...) for size in sizes)))
    assert spec.input_shape == (1, 3, height, width)
    assert any(f"is missing: the input is {height}×{width}" in note for note in spec.notes)


def test_the_size_of_a_network_of_nobody_is_that_of_the_paper() -> None:
    assert read(config(CLS)["MODEL"]["EXTRA"]).input_shape == (1, 3, 256, 192)


@pytest.mark.parametrize(
    ("name", "message", "remedy"),
    [
        ("hrnet", "'hrnet' is a name of several networks", ""),
        ("net", "'net' is not one of the authors' networks", ""),
        ("pose_hrnett", "'pose_hrnett' is not one of the authors' networks", "did you mean pose_hrnet?"),
    ],
)
def test_what_is_said_of_a_network_that_is_not_known(name: str, message: str, remedy: str) -> None:
    reading = FOREIGN["official"].read(changed(POSE, ("MODEL.NAME", name), ("MODEL.NUM_JOINTS", ...)))
    (note,) = (note for note in reading.notes if note.path == ("MODEL", "NAME"))
    built = "its code may read other keys; the backbone is built, and the head is left out"
    assert (note.message, note.remedy) == (f"{message}: {built}", remedy)


@pytest.mark.parametrize(
    ("section", "key"), [({"flip": 1}, "image_size"), ({"FLIP": 1}, "IMAGE_SIZE"), ({}, "IMAGE_SIZE")]
)
def test_a_missing_key_is_spelt_as_those_of_its_section(section: Config, key: str) -> None:
    reading = FOREIGN["official"].read(changed(SEG, ("TEST", section), ("TRAIN.IMAGE_SIZE", ...)))
    assert ("TEST", key) in [note.path for note in reading.notes]


@pytest.mark.parametrize(
    ("old", "new", "column"), [("MODEL:", "MODLE:", 1), ("  EXTRA:", "  EXTAR:", 3), ("    STAGE3:", "    STGE3:", 5)]
)
def test_a_misspelt_key_is_underlined_and_not_its_value(old: str, new: str, column: int) -> None:
    text = (CONFIGS / POSE).read_text()
    assert text.count(f"\n{old}") == 1
    (problem,) = caught(SpecError, parse_spec, text.replace(f"\n{old}", f"\n{new}"), "config.yaml").diagnostics
    assert problem.code == "unknown-key" and problem.at_key
    assert (problem.location.line, problem.location.column) == (text[: text.index(f"\n{old}")].count("\n") + 2, column)


@pytest.mark.parametrize(("others", "found"), [(99, True), (100, False)])
def test_so_many_keys_are_compared_with_model(others: int, found: bool) -> None:
    plain = {**{f"key{number}": 0 for number in range(others)}, "MODLE": config(POSE)["MODEL"]}
    assert FOREIGN["official"].detect(plain) is found


@pytest.mark.parametrize(
    ("path", "change", "misspelt"),
    [
        (SEG, {"NUM_CLASES": 9}, ["NUM_CLASES"]),
        (SEG, {"NUM_CLASES": 9, "NUM_CLASSS": 9}, ["NUM_CLASES"]),
        (SEG, {"num_clases": 9}, ["num_clases"]),
        (SEG, {"ROOT": 9}, []),
    ],
)
def test_the_first_misspelling_of_what_is_missing_in_a_section(path: str, change: Config, misspelt: list[str]) -> None:
    reading = FOREIGN["official"].read(changed(path, ("DATASET", change)))
    found = [note for note in reading.notes if note.code == "misspelt-key" and note.path[0] == "DATASET"]
    assert [note.path for note in found] == [("DATASET", key) for key in misspelt]
    right = "num_classes" if "num_clases" in change else "NUM_CLASSES"
    assert all(note.remedy == f"did you mean {right}?" for note in found)


def test_a_misspelt_key_of_model_has_one_note() -> None:
    plain = changed(POSE, ("MODEL.NUM_JOINTS", ...), ("MODEL.NUM_JOINS", 17))
    found = [note.path for note in FOREIGN["official"].read(plain).notes if note.code == "misspelt-key"]
    assert found == [("MODEL", "NUM_JOINS")]
