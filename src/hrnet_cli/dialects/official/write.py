"""The YACS YAML of the original repositories, in the words of the one whose network it is.

Which of them it is follows from the head. All of them have four stages on a 3-channel image and a stem of [64, 64];
what else they take for granted is a row of FAMILIES. A head that none of them has is left out, and MODEL.NAME with it:
what is then written is the backbone alone, which the classification repository's code builds under its own head. That
head is made before anything runs, with widths for four branches (`head_channels` in its `_make_head`): on fewer it
stops in its forward, behind the backbone; on more nothing is built at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from hrnet_cli.dialects import limits
from hrnet_cli.dialects.writing import Written, block, comments
from hrnet_cli.errors import Diagnostic
from hrnet_cli.schema.heads import ClassificationHead, HeatmapHead, HigherHead, LandmarkHead, OcrHead, SegmentationHead
from hrnet_cli.schema.spec import Spec, StageSpec, Upsampling

Config = dict[str, Any]
JOINING_BRANCHES = 4
"""Branches that every original head reads if it reads more than one."""
CLASSES = 1000
"""Scores of the original classifier, whatever its config says."""
BILINEAR = Upsampling("bilinear", "size")


class Family(NamedTuple):
    """One of the original repositories."""

    name: str
    """MODEL.NAME."""
    repository: str
    config: Callable[[Spec], Config]
    """What stands in the file beside the stages; its MODEL.EXTRA comes before them."""
    upsampling: Upsampling = Upsampling()
    has_align_corners: bool = False
    momentum: float = 0.1
    reads_first_stage: bool = True
    """Where it is not read it is not written: the landmark network's config takes no key of EXTRA that its
    lib/config/defaults.py does not have, and a STAGE1 there is a KeyError of yacs."""
    follows_widths: bool = False
    """Whether a branch that was there may change its width in a later stage."""


def write_official(spec: Spec) -> Written:
    """The network in its family's words. Raises InexpressibleError for a backbone that its code cannot build."""
    left_out = [limits.left_out(spec, limit) for limit in _head_limits(spec)]
    family = BACKBONE if left_out else _family(spec)
    limits.refuse(f"the original code ({family.name or 'any of them'})", _backbone_limits(spec, family))
    config = family.config(spec)
    config["MODEL"]["EXTRA"] |= _stages(spec, family)
    notes = [*left_out, *_notes(spec, family), *limits.batch_norm_notes(spec, family.momentum)]
    notes += limits.budget_notes(spec)
    return Written(comments([f"{spec.name} for {family.repository}"]) + block(config), tuple(notes))


def find_limits(spec: Spec) -> Iterator[Diagnostic]:
    """The limits that a network crosses of the code that its head is of, or of a config, that it was read as."""
    for limit in _head_limits(spec):
        yield limits.of_head(spec, limit)
    old = spec.dialect == "official" and _is_v11(spec)
    yield from _backbone_limits(spec, SEGMENTATION_V11 if old else _family(spec))


def _family(spec: Spec) -> Family:
    """Of the two branches with a seg_hrnet, the one that trains batch norms as this does; only one follows widths."""
    if _is_v11(spec) and not any(limits.steady_widths(spec)):
        return SEGMENTATION_V11
    return FAMILIES.get(spec.head.type, BACKBONE)


def _is_v11(spec: Spec) -> bool:
    """Whether it is of the older branch, by its batch norms and its corners."""
    old = spec.batch_norm.momentum == SEGMENTATION_V11.momentum and not spec.upsampling.align_corners
    return spec.head.type == "segmentation" and old


def _head_limits(spec: Spec) -> Iterator[Diagnostic]:
    """Why no original network has this head: the first reason."""
    head, last = spec.head, spec.stages[-1]
    if head.type == "none":
        return
    if head.type not in FAMILIES:
        yield Diagnostic("head-needs", ("head",), "no original YAML has it")
    elif head.reads_all_branches and last.num_branches != JOINING_BRANCHES:
        text = f"it is on {last.num_branches} branches, and always on {JOINING_BRANCHES} there"
        path = (f"stage{len(spec.stages)}", "num_branches")
        yield Diagnostic("head-needs", path, text, f"give the last stage {JOINING_BRANCHES} branches")
    elif isinstance(head, ClassificationHead) and head.num_classes != CLASSES:
        text = f"the original always has {CLASSES} classes, not {head.num_classes}"
        yield Diagnostic("head-needs", ("head", "num_classes"), text, f"write {CLASSES}")
    elif isinstance(head, ClassificationHead) and not head.head_conv_bias:
        yield Diagnostic(
            "head-needs", ("head", "head_conv_bias"), "the original's convolutions have a bias", "leave it out"
        )
    elif isinstance(head, SegmentationHead | OcrHead) and not head.conv_bias:
        yield Diagnostic("head-needs", ("head", "conv_bias"), "the original's convolutions have a bias", "leave it out")
    elif isinstance(head, OcrHead) and head.final_conv_kernel != 1:
        text = f"the original's last convolution is 1×1, not of final_conv_kernel {head.final_conv_kernel}"
        yield Diagnostic("head-needs", ("head", "final_conv_kernel"), text, "leave it out")


def _backbone_limits(spec: Spec, family: Family) -> Iterator[Diagnostic]:
    yield from limits.four_stages(spec)
    yield from limits.known_blocks(spec)
    yield from limits.colour_input(spec)
    yield from limits.fixed_stem(spec)
    if not family.reads_first_stage:
        yield from limits.fixed_first_stage(spec)
    if not family.follows_widths:
        yield from limits.steady_widths(spec)
    theirs = family.upsampling
    if family.has_align_corners:
        theirs = Upsampling(theirs.mode, theirs.to, spec.upsampling.align_corners)
    yield from limits.upsampling(spec, theirs)
    if family.name and not spec.head.reads_all_branches:
        yield from limits.first_branch_alone(spec)
    else:
        yield from limits.all_branches(spec)
    if not family.name:
        yield from _built_under_a_head(spec)


def _built_under_a_head(spec: Spec) -> Iterator[Diagnostic]:
    """cls_hrnet stands for a backbone, and has a width for each of four branches."""
    branches = spec.stages[-1].num_branches
    if branches > JOINING_BRANCHES:
        text = f"its last stage has {branches} branches, and cls_hrnet builds its own head on {JOINING_BRANCHES}"
        path = (f"stage{len(spec.stages)}", "num_branches")
        yield Diagnostic("fixed-part", path, text, f"give the last stage {JOINING_BRANCHES} branches")


def _stages(spec: Spec, family: Family) -> Config:
    """STAGE1 where it is read, and the others. FUSE_METHOD is read and never used."""
    numbered = list(enumerate(spec.stages, 1))
    return {f"STAGE{number}": _stage(stage) for number, stage in numbered[0 if family.reads_first_stage else 1 :]}


def _stage(stage: StageSpec) -> Config:
    return {
        "NUM_MODULES": stage.num_modules,
        "NUM_BRANCHES": stage.num_branches,
        "BLOCK": stage.block,
        "NUM_BLOCKS": list(stage.num_blocks),
        "NUM_CHANNELS": list(stage.num_channels),
        "FUSE_METHOD": "SUM",
    }


def _size(spec: Spec, divided_by: int = 1) -> list[int]:
    """(w, h), as in every original config."""
    _, _, height, width = spec.input_shape
    return [max(width // divided_by, 1), max(height // divided_by, 1)]


def _notes(spec: Spec, family: Family) -> Iterator[str]:
    width, height = _size(spec)
    branches = spec.stages[-1].num_branches
    if spec.head.type == "none":
        yield "there is no MODEL.NAME: every original network has a head; cls_hrnet puts its own on this backbone"
    if not family.name and branches < JOINING_BRANCHES:
        yield f"cls_hrnet's own head wants {JOINING_BRANCHES} branches and breaks on {branches}, behind this backbone"
    if family.name == "pose_higher_hrnet" and width != height:
        yield f"INPUT_SIZE is one number: the shorter side of the {height}×{width} input"
    if not family.name:
        yield "the input size stands as cls_hrnet would have it, in MODEL.IMAGE_SIZE"


def _pose(spec: Spec) -> Config:
    head = spec.head
    assert isinstance(head, HeatmapHead | LandmarkHead)
    extra: Config = {"FINAL_CONV_KERNEL": head.final_conv_kernel}
    if isinstance(head, HeatmapHead):
        extra = {"PRETRAINED_LAYERS": ["*"], **extra}  # read without a default
    sizes = {"IMAGE_SIZE": _size(spec), "HEATMAP_SIZE": _size(spec, 4)}
    name = FAMILIES[head.type].name
    return {"MODEL": {"NAME": name, "NUM_JOINTS": head.num_joints, **sizes, "EXTRA": extra}}


def _classification(spec: Spec) -> Config:
    return {"MODEL": {"NAME": "cls_hrnet", "IMAGE_SIZE": _size(spec), "EXTRA": {}}}


def _backbone(spec: Spec) -> Config:
    return {"MODEL": {"IMAGE_SIZE": _size(spec), "EXTRA": {}}}


def _segmentation(spec: Spec) -> Config:
    head = spec.head
    assert isinstance(head, SegmentationHead | OcrHead)
    family = _family(spec)
    model: Config = {"NAME": family.name}
    if family.has_align_corners:
        model["ALIGN_CORNERS"] = bool(spec.upsampling.align_corners)
    if isinstance(head, OcrHead):
        model["NUM_OUTPUTS"] = 2
        model["OCR"] = {"MID_CHANNELS": head.mid_channels, "KEY_CHANNELS": head.key_channels}
    return {
        "DATASET": {"NUM_CLASSES": head.num_classes},
        "TRAIN": {"IMAGE_SIZE": _size(spec)},
        "TEST": {"IMAGE_SIZE": _size(spec)},
        "MODEL": {**model, "EXTRA": {"FINAL_CONV_KERNEL": head.final_conv_kernel}},
    }


HIGHER_LOSSES = {
    "WITH_HEATMAPS_LOSS": True,
    "HEATMAPS_LOSS_FACTOR": 1.0,
    "PUSH_LOSS_FACTOR": 0.001,
    "PULL_LOSS_FACTOR": 0.001,
}
"""Its code wants one of each an output, and these are its defaults; none of them is of the network."""


def _higher(spec: Spec) -> Config:
    head = spec.head
    assert isinstance(head, HigherHead)
    side, outputs = min(_size(spec)), len(head.with_ae_loss)
    deconv = {
        "NUM_DECONVS": len(head.num_channels),
        "NUM_CHANNELS": list(head.num_channels),
        "KERNEL_SIZE": list(head.kernel_size),
        "NUM_BASIC_BLOCKS": head.num_basic_blocks,
        "CAT_OUTPUT": list(head.cat_output),
    }
    sizes = [max(side // 4, 1) * 2**output for output in range(outputs)]
    extra = {"PRETRAINED_LAYERS": ["*"], "FINAL_CONV_KERNEL": head.final_conv_kernel, "DECONV": deconv}
    model = {"NAME": "pose_higher_hrnet", "NUM_JOINTS": head.num_joints, "TAG_PER_JOINT": head.tag_per_joint}
    return {
        "DATASET": {"NUM_JOINTS": head.num_joints, "INPUT_SIZE": side, "OUTPUT_SIZE": sizes},
        "LOSS": {
            "NUM_STAGES": outputs,
            "WITH_AE_LOSS": list(head.with_ae_loss),
            **{key: [factor] * outputs for key, factor in HIGHER_LOSSES.items()},
        },
        "TEST": {"WITH_HEATMAPS": [True] * outputs, "WITH_AE": list(head.with_ae_loss)},
        "MODEL": {**model, "EXTRA": extra},
    }


_SEG = "HRNet-Semantic-Segmentation, branch HRNet-OCR"
_OLD_SEG = "HRNet-Semantic-Segmentation, branch pytorch-v1.1"
FAMILIES: dict[str, Family] = {
    "heatmap": Family("pose_hrnet", "deep-high-resolution-net.pytorch", _pose, reads_first_stage=False),
    "higher": Family("pose_higher_hrnet", "HigherHRNet-Human-Pose-Estimation", _higher, reads_first_stage=False),
    "classification": Family("cls_hrnet", "HRNet-Image-Classification", _classification),
    "landmark": Family(
        "hrnet", "HRNet-Facial-Landmark-Detection", _pose, BILINEAR, momentum=0.01, reads_first_stage=False
    ),
    "segmentation": Family("seg_hrnet", _SEG, _segmentation, BILINEAR, has_align_corners=True, follows_widths=True),
    "ocr": Family("seg_hrnet_ocr", _SEG, _segmentation, BILINEAR, has_align_corners=True, follows_widths=True),
}
SEGMENTATION_V11 = Family("seg_hrnet", _OLD_SEG, _segmentation, BILINEAR, momentum=0.01)
BACKBONE = Family("", "the original code, without a head", _backbone)
