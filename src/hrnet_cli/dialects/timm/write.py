"""timm's stage dict with the arguments beside it: timm.create_model('hrnet_w18', **yaml) builds the network.

timm has the classification head and `features_only`. Another head is left out, and features_only with
feature_location '' stands in for it: the backbone, which gives the first half of the stem beside its branches.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hrnet_cli.dialects import limits
from hrnet_cli.dialects.timm.read import STAGES, STEM, VARIANTS
from hrnet_cli.dialects.writing import Written, block, comments
from hrnet_cli.errors import Diagnostic
from hrnet_cli.schema.heads import ClassificationHead, FeaturesHead, NoHead
from hrnet_cli.schema.spec import Spec, Upsampling

BRANCHES = 4
"""What timm's classification head and the five maps of features_only take for granted."""


def write_timm(spec: Spec) -> Written:
    """The backbone and timm's heads. Raises InexpressibleError for a backbone that timm cannot build."""
    limits.refuse("timm", _backbone_limits(spec))
    notes = [*_head_notes(spec), *limits.batch_norm_notes(spec), *limits.budget_notes(spec)]
    text = block(_config(spec))
    return Written(comments(_header(spec)) + text, tuple(notes))


def find_limits(spec: Spec) -> Iterator[Diagnostic]:
    """The limits of timm's code that a network crosses."""
    if not isinstance(spec.head, ClassificationHead | FeaturesHead | NoHead):
        text = "timm has the classification head and features_only alone"
        yield limits.of_head(spec, Diagnostic("head-needs", ("head",), text))
    yield from _backbone_limits(spec)


def _backbone_limits(spec: Spec) -> Iterator[Diagnostic]:
    """What timm cannot build; it reads stem_width for the first convolution of the stem, and stage 1."""
    yield from limits.four_stages(spec)
    yield from limits.known_blocks(spec)
    if spec.stem_widths[1] != STEM:
        text = f"its stem ends {spec.stem_widths[1]} wide, and always ends {STEM} wide"
        yield Diagnostic("fixed-part", ("stem_widths", 1), text, f"write {STEM}")
    branches = spec.stages[-1].num_branches
    if branches != BRANCHES:
        text = f"its last stage has {branches} branches, and there are always {BRANCHES}"
        yield Diagnostic("head-needs", (f"stage{len(spec.stages)}", "num_branches"), text, f"give it {BRANCHES}")
    yield from limits.steady_widths(spec)
    yield from limits.upsampling(spec, Upsampling())
    if spec.head.type == "none":
        yield from limits.all_branches(spec)


def _config(spec: Spec) -> dict[str, Any]:
    stages = {
        key: {
            "num_modules": stage.num_modules,
            "num_branches": stage.num_branches,
            "block_type": stage.block,
            "num_blocks": list(stage.num_blocks),
            "num_channels": list(stage.num_channels),
            "fuse_method": "SUM",
        }
        for key, stage in zip(STAGES, spec.stages, strict=True)
    }
    _, channels, height, width = spec.input_shape
    size = {"input_size": [channels, height, width]}
    return {"stem_width": spec.stem_widths[0], **stages, **_arguments(spec), "pretrained_cfg_overlay": size}


def _arguments(spec: Spec) -> dict[str, Any]:
    """What create_model is told beside the stage dict, where it is not timm's own default."""
    head = spec.head
    arguments: dict[str, Any] = {} if spec.in_channels == 3 else {"in_chans": spec.in_channels}
    if isinstance(head, ClassificationHead):
        bias = {} if head.head_conv_bias else {"head_conv_bias": False}
        return {**arguments, "num_classes": head.num_classes, **bias}
    incre = isinstance(head, FeaturesHead) and head.location == "incre"
    return {**arguments, "features_only": True, "feature_location": "incre" if incre else ""}


def _head_notes(spec: Spec) -> Iterator[str]:
    if isinstance(spec.head, ClassificationHead):
        if spec.head.global_pool != "adaptive" or not spec.head.dropout:
            yield "timm pools with AdaptiveAvgPool2d and has a Dropout of rate 0: other leaves, the same function"
    elif not isinstance(spec.head, FeaturesHead):
        left_out = "" if spec.head.type == "none" else f"the {spec.head.type} head is left out: "
        yield f"{left_out}features_only gives the first half of the stem beside the branches"
        if not spec.keeps_all_branches:
            yield "the last stage keeps all its branches in timm, where this network keeps branch 0 alone"


def _header(spec: Spec) -> Iterator[str]:
    """How to build it, under the name of the variant that it is."""
    config = _config(spec)
    yield f"{spec.name} for timm: timm.create_model({_variant(config)!r}, **yaml.safe_load(open('this.yaml')))"


def _variant(config: dict[str, Any]) -> str:
    for name, variant in VARIANTS.items():
        known = {"head_conv_bias": True, **variant.config()}
        if all(config.get(key, True) == value for key, value in known.items()):
            return name
    return "hrnet_w18"
