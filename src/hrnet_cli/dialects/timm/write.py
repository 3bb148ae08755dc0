"""timm's stage dict, with arguments of create_model: timm.create_model('hrnet_w18', **yaml) builds the network.

timm has the classification head and `features_only`. Any other head is left out, and the config has features_only with
feature_location '', for the backbone: its outputs are the first half of the stem and the branches.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hrnet_cli.dialects import limits
from hrnet_cli.dialects.timm import STAGES, STEM_WIDTH, VARIANTS, stage_config
from hrnet_cli.dialects.writing import Written, block, comments, stage_fields
from hrnet_cli.errors import Diagnostic
from hrnet_cli.hrnet import IN_CHANNELS, stage_key
from hrnet_cli.schema.heads import ClassificationHead, FeaturesHead, NoHead
from hrnet_cli.schema.spec import Spec, Upsampling

DEFAULT_VARIANT = "hrnet_w18"
"""The variant whose name create_model gets for a network that is none of timm's; the stage dict replaces its own."""


def write_timm(spec: Spec) -> Written:
    """The config of a spec's network. Raises InexpressibleError for a backbone that timm cannot build."""
    limits.refuse("timm", _backbone_limits(spec))
    config = _config(spec)
    call = f"timm.create_model({_variant(config)!r}, **yaml.safe_load(open('this.yaml')))"
    notes = [*_head_notes(spec), *limits.batch_norm_notes(spec), *limits.budget_notes(spec)]
    return Written(comments([f"{spec.name} for timm: {call}"]) + block(config), tuple(notes))


def find_limits(spec: Spec) -> Iterator[Diagnostic]:
    """Why timm cannot build a network."""
    if not isinstance(spec.head, ClassificationHead | FeaturesHead | NoHead):
        message = "timm has the classification head and features_only alone"
        yield limits.head_limit(spec, Diagnostic("head-needs", ("head",), message))
    yield from _backbone_limits(spec)


def _backbone_limits(spec: Spec) -> Iterator[Diagnostic]:
    """Timm's config says stage 1 and the first width of the stem; its heads and its features read four branches."""
    if spec.is_lite:
        yield from limits.no_lite(spec)
        return
    yield from limits.four_stages(spec, "timm")
    yield from limits.known_blocks(spec)
    if spec.stem_widths[1] != STEM_WIDTH:
        message = f"its stem ends {spec.stem_widths[1]} wide, but that code always has {STEM_WIDTH}"
        yield Diagnostic("fixed-part", ("stem_widths", 1), message, f"write {STEM_WIDTH}")
    branches = spec.stages[-1].num_branches
    if branches != limits.HEAD_BRANCHES:
        message = f"its last stage has {branches} branches, but that code always has {limits.HEAD_BRANCHES}"
        path = (stage_key(len(spec.stages)), "num_branches")
        yield Diagnostic("head-needs", path, message, f"give it {limits.HEAD_BRANCHES}")
    yield from limits.width_changes(spec)
    yield from limits.upsampling(spec, Upsampling())
    if spec.head.type == "none":
        yield from limits.keeps_all_branches(spec)


def _config(spec: Spec) -> dict[str, Any]:
    """The keyword arguments of create_model."""
    stages = dict(zip(STAGES, map(stage_config, map(stage_fields, spec.stages)), strict=True))
    _, channels, height, width = spec.input_shape
    size = {"input_size": [channels, height, width]}
    return {"stem_width": spec.stem_widths[0], **stages, **_arguments(spec), "pretrained_cfg_overlay": size}


def _arguments(spec: Spec) -> dict[str, Any]:
    """The arguments other than the stage dict, where they are not timm's defaults."""
    head = spec.head
    arguments: dict[str, Any] = {} if spec.in_channels == IN_CHANNELS else {"in_chans": spec.in_channels}
    if isinstance(head, ClassificationHead):
        bias = {} if head.head_conv_bias else {"head_conv_bias": False}
        return {**arguments, "num_classes": head.num_classes, **bias}
    incre = isinstance(head, FeaturesHead) and head.location == "incre"
    return {**arguments, "features_only": True, "feature_location": "incre" if incre else ""}


def _head_notes(spec: Spec) -> Iterator[str]:
    if isinstance(spec.head, ClassificationHead):
        if spec.head.global_pool != "adaptive" or not spec.head.dropout:
            yield "timm pools with AdaptiveAvgPool2d and has a Dropout of rate 0: other layers, the same function"
    elif not isinstance(spec.head, FeaturesHead):
        left_out = "" if spec.head.type == "none" else f"the {spec.head.type} head is left out: "
        yield f"{left_out}the outputs of features_only are the first half of the stem and the branches"
        if not spec.keeps_all_branches:
            yield "the last stage keeps all branches in timm, and branch 0 alone in this network"


def _variant(config: dict[str, Any]) -> str:
    """The name of the variant that has these stages, stem and head."""
    for name, variant in VARIANTS.items():
        if all(config.get(key, True) == value for key, value in variant.items()):
            return name
    return DEFAULT_VARIANT
