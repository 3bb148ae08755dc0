"""The YACS YAML of the authors' repositories, for the one whose network has the head of the spec.

All their networks have four stages, a 3-channel image and a stem of [64, 64]; `families` has what else each of them
builds. A head that none of them has is left out, and MODEL.NAME with it: the classification repository's code builds
that backbone, under its own head. It makes the head first, with widths for four branches (`head_channels` in its
`_make_head`): on fewer branches its forward fails after the backbone; on more, nothing is built.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from hrnet_cli.dialects import limits
from hrnet_cli.dialects.official.families import BACKBONE, BY_HEAD, SEGMENTATION_V11, Family
from hrnet_cli.dialects.official.heads import NUM_CLASSES, output_size
from hrnet_cli.dialects.writing import Written, block, comments, stage_fields
from hrnet_cli.errors import Diagnostic
from hrnet_cli.hrnet import stage_key
from hrnet_cli.schema.heads import ClassificationHead, OcrHead, SegmentationHead
from hrnet_cli.schema.spec import Spec
from hrnet_cli.text import plural


def write_official(spec: Spec) -> Written:
    """The config of a spec's network. Raises InexpressibleError for a backbone that the authors' code cannot build."""
    limit = _head_limit(spec)
    family = BACKBONE if limit else _choose_family(spec)
    limits.refuse(f"the original code ({family.name or 'any of them'})", _backbone_limits(spec, family))
    config = family.write_head(spec, family)
    for number, stage in enumerate(spec.stages, 1):
        if number > 1 or family.reads_stage1:
            values = {key.upper(): value for key, value in stage_fields(stage).items()}
            config["MODEL"]["EXTRA"][stage_key(number).upper()] = {**values, "FUSE_METHOD": "SUM"}
    notes = [limits.head_left_out(spec, limit)] if limit else []
    notes += [*_notes(spec, family), *limits.batch_norm_notes(spec, family.momentum), *limits.budget_notes(spec)]
    return Written(comments([f"{spec.name} for {family.repository}"]) + block(config), tuple(notes))


def find_limits(spec: Spec) -> Iterator[Diagnostic]:
    """Why the code with the head of a network cannot build it. A config is held against the code that it is for."""
    limit = _head_limit(spec)
    if limit:
        yield limits.head_limit(spec, limit)
    read_as_v11 = spec.dialect == "official" and _has_v11_settings(spec)
    yield from _backbone_limits(spec, SEGMENTATION_V11 if read_as_v11 else _choose_family(spec))


def _choose_family(spec: Spec) -> Family:
    """The family of a head. Of the two with a seg_hrnet, only one lets a branch change its width between stages."""
    if _has_v11_settings(spec) and not any(limits.width_changes(spec)):
        return SEGMENTATION_V11
    return BY_HEAD.get(spec.head.type, BACKBONE)


def _has_v11_settings(spec: Spec) -> bool:
    """Whether its batch norms and its corners are those of the segmentation repository's older branch."""
    old = spec.batch_norm.momentum == SEGMENTATION_V11.momentum and not spec.upsampling.align_corners
    return spec.head.type == SEGMENTATION_V11.head and old


def _head_limit(spec: Spec) -> Diagnostic | None:
    """Why none of the authors' networks has this head; None where one has it."""
    head, branches = spec.head, spec.stages[-1].num_branches
    limit = partial(Diagnostic, "head-needs")
    if head.type == "none":
        return None
    if head.type not in BY_HEAD:
        return limit(("head",), "no original YAML has it")
    if head.reads_all_branches and branches != limits.HEAD_BRANCHES:
        message = f"it is on {plural(branches, 'branch')}, but that code always has {limits.HEAD_BRANCHES}"
        path = (stage_key(len(spec.stages)), "num_branches")
        return limit(path, message, f"give the last stage {limits.HEAD_BRANCHES} branches")
    if isinstance(head, ClassificationHead) and head.num_classes != NUM_CLASSES:
        message = f"the original always has {NUM_CLASSES} classes, not {head.num_classes}"
        return limit(("head", "num_classes"), message, f"write {NUM_CLASSES}")
    if isinstance(head, ClassificationHead) and not head.head_conv_bias:
        return limit(("head", "head_conv_bias"), "the original's convolutions have a bias", "remove it")
    if isinstance(head, SegmentationHead | OcrHead) and not head.conv_bias:
        return limit(("head", "conv_bias"), "the original's convolutions have a bias", "remove it")
    if isinstance(head, OcrHead) and head.final_conv_kernel != 1:
        message = f"the original's last convolution is 1×1, not of final_conv_kernel {head.final_conv_kernel}"
        return limit(("head", "final_conv_kernel"), message, "remove it")
    return None


def _backbone_limits(spec: Spec, family: Family) -> Iterator[Diagnostic]:
    if spec.is_lite:
        yield from limits.no_lite(spec)
        return
    yield from limits.four_stages(spec, "official")
    yield from limits.known_blocks(spec)
    yield from limits.three_channels(spec)
    yield from limits.standard_stem(spec)
    if not family.reads_stage1:
        yield from limits.standard_first_stage(spec)
    if not family.follows_widths:
        yield from limits.width_changes(spec)
    yield from limits.upsampling(spec, family.built_upsampling(spec))
    if family.name and not spec.head.reads_all_branches:
        yield from limits.keeps_first_branch(spec)
    else:
        yield from limits.keeps_all_branches(spec)
    branches = spec.stages[-1].num_branches
    if not family.name and branches > limits.HEAD_BRANCHES:
        message = f"its last stage has {branches} branches, and cls_hrnet builds its own head on {limits.HEAD_BRANCHES}"
        path = (stage_key(len(spec.stages)), "num_branches")
        yield Diagnostic("fixed-part", path, message, f"give the last stage {limits.HEAD_BRANCHES} branches")


def _notes(spec: Spec, family: Family) -> Iterator[str]:
    """What a config cannot say, or says in another way."""
    width, height = output_size(spec)
    branches = spec.stages[-1].num_branches
    if spec.head.type == "none":
        yield "MODEL.NAME is left out: every original network has a head; cls_hrnet puts its own on this backbone"
    if not family.name and branches < limits.HEAD_BRANCHES:
        needs = f"cls_hrnet's own head needs {limits.HEAD_BRANCHES} branches"
        yield f"{needs}: with {branches} its forward fails after the backbone"
    if family.name == "pose_higher_hrnet" and width != height:
        yield f"INPUT_SIZE is one number: the shorter side of the {height}×{width} input"
    if not family.name:
        yield "the input size is in MODEL.IMAGE_SIZE, as in the configs of cls_hrnet"
