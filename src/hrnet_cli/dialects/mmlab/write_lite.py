"""A Lite-HRNet as the config of mmpose's LiteHRNet, the one class of a released package that builds it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hrnet_cli.dialects.mmlab import facts
from hrnet_cli.dialects.mmlab.lite import FIRST_LISTED, LISTS
from hrnet_cli.errors import Diagnostic
from hrnet_cli.hrnet import branch_stride, stage_key
from hrnet_cli.schema.spec import Spec, Upsampling
from hrnet_cli.schema.stages import StageSpec
from hrnet_cli.text import quote

HEADS = ("heatmap", "higher")
"""The heads of a spec that read branch 0, which is all that LiteHRNet returns."""


def backbone(spec: Spec) -> dict[str, Any]:
    """The arguments of LiteHRNet, without its norms."""
    first, *later = spec.stages
    names = {field: name for field, name in LISTS.items() if field not in ("num_blocks", "num_channels")}
    lists = {name: tuple(getattr(each, field) for each in later) for field, name in names.items()}
    lists["num_blocks"] = tuple(each.num_blocks[0] for each in later)
    lists["num_channels"] = tuple(tuple(each.num_channels) for each in later)
    ratio = first.expand_ratio
    stem = {
        "stem_channels": spec.stem_widths[0],
        "out_channels": first.num_channels[0],
        "expand_ratio": int(ratio) if ratio.is_integer() else ratio,
    }
    extra = {"stem": stem, "num_stages": len(later), "stages_spec": lists, "with_head": spec.iterative_head}
    return {"type": facts.LITE_HRNETS[0], "in_channels": spec.in_channels, "extra": extra}


def backbone_limits(spec: Spec) -> Iterator[Diagnostic]:
    """Why it would be another network."""
    for number, stage in enumerate(spec.stages[1:], FIRST_LISTED):
        yield from _stage_limits(number, stage)
    branches = max(stage.num_branches for stage in spec.stages)
    divides = all(side % branch_stride(branches - 1) == 0 for side in spec.input_shape[2:])
    mode, to = spec.upsampling.mode, spec.upsampling.to
    if branches > 1 and (mode != Upsampling().mode or (to == "size" and not divides)):
        message = f"its fuse layers upsample {spec.upsampling.words}, but those of that code {Upsampling().words}"
        yield Diagnostic("fixed-part", ("upsampling",), message, "remove it")
    if spec.keeps_all_branches and spec.stages[-1].num_branches > 1:
        message = "it keeps all branches, but mmpose's LiteHRNet returns branch 0 alone"
        yield Diagnostic("fixed-part", ("multi_scale_output",), message, "set multi_scale_output: false")


def _stage_limits(number: int, stage: StageSpec) -> Iterator[Diagnostic]:
    """A stage has one number of blocks."""
    if len(set(stage.num_blocks)) > 1:
        key = stage_key(number)
        message = f"{key} has {quote(list(stage.num_blocks))} blocks, but that code has as many in each branch"
        yield Diagnostic("fixed-part", (key, "num_blocks"), message, "write one number for all branches")


def head_limit(spec: Spec) -> Diagnostic | None:
    """Why the head cannot follow it; None where it can."""
    if spec.head.type in ("none", *HEADS):
        return None
    return Diagnostic("head-needs", ("head",), "it reads several branches, and mmpose's LiteHRNet returns branch 0")
