"""What the readers say of a config: of which kind, at which path, and where in the text."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from support import TESTS

from hrnet_cli import load_spec
from hrnet_cli.checking.rules.dialect import DIALECT
from hrnet_cli.dialects.official.stages import FIRST_STAGE_CONFIG
from hrnet_cli.dialects.reading import note_text
from hrnet_cli.errors import Diagnostic
from hrnet_cli.sources.loading import load_text
from hrnet_cli.text import dotted_path

CONFIGS = TESTS / "configs"
CLS = """\
MODEL:
  NAME: cls_hrnet
  IMAGE_SIZE: [224, 224]
  EXTRA:
    STAGE1: {NUM_MODULES: 1, NUM_BRANCHES: 1, BLOCK: BOTTLENECK, NUM_BLOCKS: [4], NUM_CHANNELS: [64]}
    STAGE2: {FUSE_METHOD: SUM, NUM_MODULES: 1, NUM_BRANCHES: 2, BLOCK: BASIC, NUM_BLOCKS: [1, 1], NUM_CHANNELS: [4, 8]}
    STAGE3:
      {FUSE_METHOD: SUM, NUM_MODULES: 1, NUM_BRANCHES: 3, BLOCK: BASIC, NUM_BLOCKS: [1, 1, 1], NUM_CHANNELS: [4, 8, 9]}
    STAGE4:
      NUM_MODULES: 1
      NUM_BRANCHES: 4
      BLOCK: BASIC
      NUM_BLOCKS: [1, 1, 1, 1]
      NUM_CHANNELS: [4, 8, 9, 9]
      FUSE_METHOD: SUM
"""
POSE = CLS.replace("NAME: cls_hrnet", "NAME: pose_hrnet\n  NUM_JOINTS: 17").replace(
    "EXTRA:", "EXTRA:\n    PRETRAINED_LAYERS: ['*']\n    FINAL_CONV_KERNEL: 1"
)
SIZE = "  IMAGE_SIZE: [224, 224]\n"
NO_SIZE = CLS.replace(SIZE, "")
SEG = NO_SIZE.replace("cls_hrnet", "seg_hrnet\n  ALIGN_CORNERS: true").replace(
    "EXTRA:", "EXTRA:\n    FINAL_CONV_KERNEL: 1"
)
DATASET = "DATASET: {NUM_CLASSES: 3}\nTEST: {IMAGE_SIZE: [64, 64]}\n"
OCR = DATASET + NO_SIZE.replace("cls_hrnet", "seg_hrnet_ocr\n  ALIGN_CORNERS: true\n  OCR: {DROPOUT: 0.05}").replace(
    "EXTRA:", "EXTRA:\n    FINAL_CONV_KERNEL: 1"
)
HIGHER = (
    "DATASET: {INPUT_SIZE: 64}\nLOSS: {WITH_AE_LOSS: [true, false]}\n"
    + POSE.replace(SIZE, "").replace("pose_hrnet", "pose_higher_hrnet\n  TAG_PER_JOINT: true")
    + """\
    DECONV:
      NUM_DECONVS: 1
      NUM_CHANNELS: [32]
      KERNEL_SIZE: [4]
      CAT_OUTPUT: [true]
      NUM_BASIC_BLOCKS: 1
"""
)
MMLAB = """\
codec = dict(input_size=(192, 256))
model = dict(
    type='TopdownPoseEstimator',
    backbone=dict(
        type='HRNet',
        extra=dict(
            stage1=dict(num_modules=1, num_branches=1, block='BOTTLENECK', num_blocks=(4,), num_channels=(64,)),
            stage2=dict(num_modules=1, num_branches=2, block='BASIC', num_blocks=(1, 1), num_channels=(4, 8)),
            stage3=dict(num_modules=1, num_branches=3, block='BASIC', num_blocks=(1, 1, 1), num_channels=(4, 8, 9)),
            stage4=dict(
                num_modules=1,
                num_branches=4,
                block='BASIC',
                num_blocks=(1, 1, 1, 1),
                num_channels=(4, 8, 9, 9)))),
    head=dict(type='HeatmapHead', in_channels=4, out_channels=17, deconv_out_channels=None))
"""
TIMM = """\
stem_width: 64
stage1: {num_modules: 1, num_branches: 1, block_type: BOTTLENECK, num_blocks: [4], num_channels: [64]}
stage2: {num_modules: 1, num_branches: 2, block_type: BASIC, num_blocks: [1, 1], num_channels: [4, 8]}
stage3: {num_modules: 1, num_branches: 3, block_type: BASIC, num_blocks: [1, 1, 1], num_channels: [4, 8, 9]}
stage4:
  num_modules: 1
  num_branches: 4
  block_type: BASIC
  num_blocks: [1, 1, 1, 1]
  num_channels: [4, 8, 9, 9]
"""
FIRST = "STAGE1: {NUM_MODULES: 1, NUM_BRANCHES: 1, BLOCK: BOTTLENECK"


class Case(NamedTuple):
    """An edit of a config, with a | where its one note points, and what that is; `%` in the path is for MODEL.EXTRA."""

    text: str
    old: str
    new: str
    code: str
    path: str
    remedy: str = ""

    @property
    def edited(self) -> str:
        assert self.text.count(self.old) == 1, self.old
        return self.text.replace(self.old, self.new)


CASES = [
    Case(
        CLS,
        "      FUSE",
        "      |NUM_CHANNLES: [1]\n      FUSE",
        "misspelt-key",
        "%.STAGE4.NUM_CHANNLES",
        "remove it:",
    ),
    Case(CLS, "NUM_BRANCHES: 1", "|NUM_RANCHES: 2", "misspelt-key", "%.STAGE1.NUM_RANCHES", "mean NUM_BRANCHES?"),
    Case(CLS, "NUM_BRANCHES: 1", "|NUM_RANCHES: 1", "misspelt-key", "%.STAGE1.NUM_RANCHES", "mean NUM_BRANCHES?"),
    Case(POSE, "NUM_BRANCHES: 1", "|NUM_RANCHES: 1", "misspelt-key", "%.STAGE1.NUM_RANCHES", "mean NUM_BRANCHES?"),
    Case(CLS, "NUM_BRANCHES: 1", "|NUM_BRANCHS: 1", "misspelt-key", "%.STAGE1.NUM_BRANCHS", "mean NUM_BRANCHES?"),
    Case(CLS, "      FUSE_METHOD", "      |FUSE_METHD", "misspelt-key", "%.STAGE4.FUSE_METHD", "mean FUSE_METHOD?"),
    Case(CLS, "  EXTRA", "  |EXTRAS: 1\n  EXTRA", "misspelt-key", "MODEL.EXTRAS", "remove it: EXTRA is present too"),
    Case(CLS, "_BRANCHES: 1", "_BRANCHES: 1, |NUM_RANCHES: 1", "misspelt-key", "%.STAGE1.NUM_RANCHES", "remove it:"),
    Case(CLS, "    STAGE4", "    |DEPTH: 50\n    STAGE4", "fork", "%.DEPTH"),
    Case(CLS, "    STAGE4", '    |"\\e[31m": 50\n    STAGE4', "fork", r"%.'\x1b[31m'"),
    Case(CLS, "  EXTRA", "  |DEPTH: 50\n  EXTRA", "fork", "MODEL.DEPTH"),
    Case(CLS, "  EXTRA", "  |name: x\n  EXTRA", "unread-key", "MODEL.name", "keep one of the two"),
    Case(CLS, "  EXTRA", "  NUM_CLASSES: |10\n  EXTRA", "unread-value", "MODEL.NUM_CLASSES", "write 1000"),
    Case(
        CLS, "    STAGE4", "    |FINAL_CONV_KERNEL: 3\n    STAGE4", "unread-value", "%.FINAL_CONV_KERNEL", "remove it"
    ),
    Case(CLS, "    STAGE4", "    |STEM_INPLANES: 32\n    STAGE4", "fork", "%.STEM_INPLANES"),
    Case(
        CLS, "{NUM_MODULES: 1, NUM_BRANCHES: 1", "{NUM_MODULES: |2", "unread-value", "%.STAGE1.NUM_MODULES", "write 1"
    ),
    Case(
        POSE,
        FIRST,
        FIRST.replace("STAGE1", "|STAGE1").replace("BOTTLENECK", "BASIC"),
        "unread-value",
        "%.STAGE1",
        "remove",
    ),
    Case(POSE, "  EXTRA", "  |ALIGN_CORNERS: true\n  EXTRA", "fork", "MODEL.ALIGN_CORNERS"),
    Case(SEG, "  EXTRA", "  |OCR: {MID_CHANNELS: 512}\n  EXTRA", "unread-value", "MODEL.OCR", "remove it"),
    Case(OCR, "DROPOUT: 0.05", "DROPOUT: |0.2", "unread-value", "MODEL.OCR.DROPOUT", "write 0.05"),
    Case(OCR, "KERNEL: 1", "KERNEL: |3", "unread-value", "%.FINAL_CONV_KERNEL", "write 1"),
    Case(OCR, "  EXTRA", "  |NUM_CLASSES: 9\n  EXTRA", "fork", "MODEL.NUM_CLASSES"),
    Case(
        CLS, "      NUM_MODULES: 1\n", "      |num_modules: 1\n", "letter-case", "%.STAGE4.num_modules", "NUM_MODULES"
    ),
    Case(CLS, "    STAGE4", "    |Stage4", "letter-case", "%.Stage4", "write STAGE4"),
    Case(CLS, "  EXTRA", "  |Extra", "letter-case", "MODEL.Extra", "write EXTRA"),
    Case(HIGHER, "KERNEL_SIZE", "|kernel_size", "letter-case", "%.DECONV.kernel_size", "write KERNEL_SIZE"),
    Case(OCR, "{NUM_CLASSES: 3}", "{|Num_classes: 3}", "letter-case", "DATASET.Num_classes", "write NUM_CLASSES"),
    Case(CLS, "cls_hrnet", "|cls_hrnett", "fork", "MODEL.NAME", "did you mean cls_hrnet?"),
    Case(CLS, "cls_hrnet", "|CLS_HRNET", "fork", "MODEL.NAME", "did you mean cls_hrnet?"),
    Case(CLS, "      FUSE_METHOD: SUM", "      FUSE_METHOD: |CAT", "fuse-method", "%.STAGE4.FUSE_METHOD", "write SUM"),
    Case(CLS, "    STAGE4", "    |STAGE5: {}\n    STAGE4", "fork", "%.STAGE5"),
    Case(CLS, "NUM_BLOCKS: [4]", "NUM_BLOCKS: |[4, 9]", "extra-entries", "%.STAGE1.NUM_BLOCKS", "write [4]"),
    Case(HIGHER, "KERNEL_SIZE: [4]", "KERNEL_SIZE: |[4, 3]", "extra-entries", "%.DECONV.KERNEL_SIZE", "all but the"),
    Case(HIGHER, "[true, false]", "|[true, false, true]", "extra-entries", "LOSS.WITH_AE_LOSS", "all but the first 2"),
    Case(CLS, "  IMAGE_SIZE: [224, 224]\n  EXTRA", "  EXTRA", "assumed", "MODEL.IMAGE_SIZE", "give width and height"),
    Case(POSE, "      BLOCK: BASIC", "      BLOCK: |basic", "letter-case", "%.STAGE4.BLOCK", "write BASIC"),
    Case(POSE, "    FINAL_CONV_KERNEL: 1\n", "", "no-default", "%.FINAL_CONV_KERNEL", "add FINAL_CONV_KERNEL: 1"),
    Case(SEG, "    FINAL_CONV_KERNEL: 1\n", "", "no-default", "%.FINAL_CONV_KERNEL", "add FINAL_CONV_KERNEL: 1"),
    Case(POSE, "    PRETRAINED_LAYERS: ['*']\n", "", "no-default", "%.PRETRAINED_LAYERS", "add PRETRAINED_"),
    Case(CLS, "      FUSE_METHOD: SUM\n", "", "no-default", "%.STAGE4.FUSE_METHOD", "add FUSE_METHOD: SUM"),
    Case(CLS, "    STAGE1: ", "    # ", "assumed", "%.STAGE1", f"add STAGE1: {{{FIRST_STAGE_CONFIG}}}"),
    Case(OCR, "    STAGE1: ", "    # ", "no-default", "%.STAGE1", f"add STAGE1: {{{FIRST_STAGE_CONFIG}}}"),
    Case(HIGHER, "      NUM_DECONVS: 1\n", "", "no-default", "%.DECONV.NUM_DECONVS", "write NUM_DECONVS: 1"),
    Case(CLS, "cls_hrnet", "|my_net", "fork", "MODEL.NAME"),
    Case(MMLAB, "block='BASIC',\n", "block='BASIC', |num_blocs=1,\n", "misspelt-key", "%.stage4.num_blocs", "blocks?"),
    Case(MMLAB, "type='HRNet',", "type='HRNet', |depth=1,", "refused-argument", "model.backbone.depth", "remove it"),
    Case(MMLAB, "'BASIC',\n", "'BASIC', fuse_method=|'CAT',\n", "fuse-method", "%.stage4.fuse_method", "write SUM"),
    Case(
        MMLAB, "(4, 8, 9, 9))", "(4, 8, 9, 9)), |stage5=dict(num_modules=1)", "unbuilt-stage", "%.stage5", "remove it"
    ),
    Case(MMLAB, "num_blocks=(4,)", "num_blocks=|(4, 5)", "extra-entries", "%.stage1.num_blocks", "write [4]"),
    Case(MMLAB, "stage1=dict(num_modules=1", "stage1=dict(num_modules=|2", "unread-value", "%.stage1.num_modules", "1"),
    Case(MMLAB, "codec = dict(input_size=(192, 256))\n", "", "assumed", ""),
    Case(MMLAB, "    head", "    |metainfo=dict(type='X'),\n    head", "left-out", "model.metainfo"),
    Case(
        TIMM,
        "  num_modules: 1\n",
        "  num_modules: 1\n  fuse_method: |CAT\n",
        "fuse-method",
        "stage4.fuse_method",
        "SUM",
    ),
    Case(TIMM, "stem_width", "|stage5: {}\nstem_width", "unbuilt-stage", "stage5", "remove it"),
    Case(TIMM, "num_blocks: [4]", "num_blocks: |[4, 4]", "extra-entries", "stage1.num_blocks", "write [4]"),
    Case(TIMM, "num_branches: 1", "num_branches: |2", "unread-value", "stage1.num_branches", "write 1"),
    Case(TIMM, "[1, 1, 1, 1]", "[1, |0, 1, 1]", "unread-value", "stage4.num_blocks[1]", "write 1"),
    Case(TIMM, "stem_width", "global_pool: |max\nstem_width", "left-out", "global_pool", "write avg"),
]


def place(text: str) -> tuple[int, int]:
    """Line and column of the | in a text."""
    before = text[: text.index("|")]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code} {case.path}")
def test_the_kind_and_the_place_of_a_note(case: Case) -> None:
    loaded = load_text(case.edited.replace("|", ""), "config")
    base = load_text(case.text)
    note = next(note for note in loaded.reading.notes if note not in base.reading.notes and note.code == case.code)
    extra = {MMLAB: "model.backbone.extra", CLS.lower(): "model.extra"}.get(case.text, "MODEL.EXTRA")
    assert dotted_path(note.path) == case.path.replace("%", extra)
    assert case.remedy in note.remedy and bool(case.remedy) == bool(note.remedy)
    assert note.message.isprintable()
    problem = loaded.at_config_path(note)
    if "|" in case.edited:
        assert (problem.location.line, problem.location.column) == place(case.edited)
    assert len(loaded.reading.notes) == len(base.reading.notes) + 1
    assert (
        loaded.spec == base.spec
        or case.code in ("assumed", "left-out")
        or "stage1" in case.path.lower()
        or (case.path == "MODEL.NAME")
    )


def test_every_kind_of_note_is_tried() -> None:
    tried = {case.code for case in CASES} | {note.code for note in load_text(MMLAB).reading.notes}
    assert tried == {rule.name for rule in DIALECT if rule.code < "HR2"} | {"differs", "refused-argument"}


def test_a_note_of_something_missing_points_at_what_is_around_it() -> None:
    loaded = load_text(CLS.replace("NAME: cls_hrnet", "NUM_CLASSES: 1000"))
    (note,) = loaded.reading.notes
    assert (note.code, note.path, note.remedy) == ("assumed", ("MODEL", "NAME"), "add NAME: cls_hrnet")
    problem = loaded.at_config_path(note)
    assert (problem.location.line, problem.location.column) == (1, 1)


def test_a_misspelt_key_of_another_section() -> None:
    loaded = load_text(OCR.replace("NUM_CLASSES: 3", "NUM_CLASES: 3"))
    assert [(note.code, note.path) for note in loaded.reading.notes] == [
        ("assumed", ("DATASET", "NUM_CLASSES")),
        ("misspelt-key", ("DATASET", "NUM_CLASES")),
    ]
    silent = HIGHER.replace("WITH_AE_LOSS: [true, false]", "WITH_HEATMAPS_LOSS: [true]")
    other = load_text(silent.replace("NUM_DECONVS: 1", "NUM_DECONVS: 0"))
    assert "misspelt-key" not in [note.code for note in other.reading.notes]


def test_one_note_of_a_fork_however_many_keys_show_it() -> None:
    keys = "".join(f"{letter}{letter}=1, " for letter in "abcdefghijkl")
    notes = load_text(MMLAB.replace("extra=dict(", f"extra=dict({keys}")).reading.notes
    assert [note.path[-1] for note in notes if note.code in ("unread-key", "fork")] == ["aa"]


def test_an_extra_alone_has_its_own_paths() -> None:
    stage = "{num_modules: 1, num_branches: 1, block: BASIC, num_blocks: [1, 2], num_channels: [4]}"
    text = f"upsample: {{mode: nearest}}\nstage1: {stage}\n"
    loaded = load_text(text)
    note = loaded.reading.notes[0]
    assert (note.code, note.path) == ("extra-entries", ("stage1", "num_blocks"))
    problem = loaded.at_config_path(note)
    assert (problem.location.line, problem.location.column) == (2, text.splitlines()[1].index("[1, 2]") + 1)


@pytest.mark.parametrize("path", sorted(CONFIGS.rglob("cls_*.yaml")), ids=lambda path: path.name)
def test_the_published_misspelling_is_for_check_alone(path: Path) -> None:
    """Stage 1 has one branch, whatever stands there: nothing comes of NUM_RANCHES: 1."""
    text = path.read_text()
    (note,) = load_text(text).reading.notes
    assert (note.code, note.path, note.only_in_check) == (
        "misspelt-key",
        ("MODEL", "EXTRA", "STAGE1", "NUM_RANCHES"),
        True,
    )
    assert load_spec(path).notes == ()
    assert "NUM_RANCHES is never read" in load_text(text.replace("NUM_RANCHES: 1", "NUM_RANCHES: 2")).spec.notes[0]


@pytest.mark.parametrize(
    ("note", "line"),
    [
        (Diagnostic("misspelt-key", (), "x is not read", "did you mean y?"), "x is not read (did you mean y?)"),
        (Diagnostic("fuse-method", (), "x is never read", "write SUM"), "x is never read"),
        (Diagnostic("fuse-method", ("a", "b", 0), "'CAT' is never read", "write SUM"), "a.b[0]: 'CAT' is never read"),
        (Diagnostic("unread-key", ("a", "b"), "b is not read", "remove it", at_key=True), "a: b is not read"),
        (Diagnostic("assumed", ("b",), "b is missing: 1 is used", at_key=True), "b is missing: 1 is used"),
    ],
)
def test_the_line_of_a_note(note: Diagnostic, line: str) -> None:
    """It begins with the path of the value, or of the mapping around a key."""
    assert note_text(note) == line


@pytest.mark.parametrize("text", [CLS, POSE, DATASET + SEG, OCR, HIGHER])
@pytest.mark.parametrize("name", ["FUSE_METHOD", "FINAL_CONV_KERNEL", "PRETRAINED_LAYERS", "STAGE1", "NUM_DECONVS"])
def test_a_remedy_for_what_has_no_default_takes_it_away(text: str, name: str) -> None:
    """Followed to the letter: the key that it names, and its value, stand where the other keys are."""
    without = "".join(line for line in text.splitlines(keepends=True) if not line.strip().startswith(f"{name}:"))
    base = load_text(text)
    found = load_text(without).reading.notes
    notes = [note for note in found if note.code == "no-default" or note.remedy.startswith(f"add {name}: {{")]
    first_release = name == "STAGE1" and base.spec.head.type != "ocr"  # which read none
    assert all((note.code == "assumed") == first_release for note in notes)
    assert len(notes) == (without != text and name in ("FUSE_METHOD", *NEEDS[base.spec.head.type]))
    for note in notes:
        line = note.remedy.removeprefix("add ").removeprefix("write ")
        above = str(note.path[-2])
        start = without.index(f"{above}:") + len(above) + 2
        indent = " " * (len(without[start:]) - len(without[start:].lstrip()))
        again = load_text(f"{without[:start]}{indent}{line}\n{without[start:]}")
        assert "no-default" not in [each.code for each in again.reading.notes] and again.spec == base.spec


NEEDS = {
    "classification": ("STAGE1",),
    "heatmap": ("FINAL_CONV_KERNEL", "PRETRAINED_LAYERS"),
    "segmentation": ("STAGE1", "FINAL_CONV_KERNEL"),
    "ocr": ("STAGE1",),
    "higher": ("FINAL_CONV_KERNEL", "PRETRAINED_LAYERS", "NUM_DECONVS"),
}
"""What the code of each looks up in EXTRA without a default, read in its repository."""


@pytest.mark.parametrize("path", sorted(CONFIGS.rglob("*.yaml")), ids=lambda path: path.name)
def test_a_published_config_has_all_that_its_code_needs(path: Path) -> None:
    if not path.name.startswith("not_"):
        assert "no-default" not in [note.code for note in load_text(path.read_text()).reading.notes]


def test_the_landmark_network_has_defaults_and_a_copy_in_lower_case_is_nobodys() -> None:
    face = POSE.replace("pose_hrnet", "hrnet").replace("    PRETRAINED_LAYERS: ['*']\n", "").replace("FUSE_METHOD", "#")
    assert "no-default" not in [note.code for note in load_text(face.replace("{#: SUM, ", "{")).reading.notes]
    lower = CLS.lower().replace("      fuse_method: sum\n", "").replace("basic", "BASIC").replace("bottle", "BOTTLE")
    lower = lower.replace("BOTTLEneck", "BOTTLENECK").replace("fuse_method: sum, ", "")
    assert "no-default" not in [note.code for note in load_text(lower).reading.notes]
