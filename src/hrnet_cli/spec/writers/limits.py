"""Why a dialect's own code cannot build a network: each function yields the limits that the network crosses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from hrnet_cli.errors import InexpressibleError
from hrnet_cli.spec.fields import Path
from hrnet_cli.spec.schema import EXPANSION, Budget, Spec, StageSpec, Upsampling

LAYER1 = StageSpec(1, 1, "BOTTLENECK", (4,), (64,))
"""Stage 1 of every implementation that does not read it from its config."""
BLOCKS = ("BASIC", "BOTTLENECK")
"""The blocks of every implementation, whatever else ours has."""


class Limit(NamedTuple):
    """One thing that a dialect's own code does not build, or breaks on; `path` is where it stands in our own words."""

    code: str
    """A key of KINDS."""
    path: Path
    text: str
    hint: str = ""


KINDS = {
    "width-change": "a branch whose width changes between stages, where the code takes another branch",
    "head-needs": "a head that the code does not have, or not like this, or not on these branches",
    "fixed-part": "a part of the backbone that the code builds in one way only",
}
"""The kinds of limit."""


def refuse(target: str, limits: Iterable[Limit]) -> None:
    """Raise InexpressibleError where there are reasons to."""
    lines = "".join(f"\n  - {limit.text}" for limit in limits)
    if lines:
        hint = "yaml and json hold every network: --to yaml"
        raise InexpressibleError(f"this network cannot be written for {target}:{lines}", hint)


def four_stages(spec: Spec) -> Iterator[Limit]:
    """Every other implementation has stage1 to stage4, no more and no less."""
    count = len(spec.stages)
    if count != 4:
        text = f"it has {count} stages, and there are always 4"
        yield Limit(
            "fixed-part", (f"stage{5 if count > 4 else count + 1}",), text, "give stage1 to stage4, and no more"
        )


def known_blocks(spec: Spec) -> Iterator[Limit]:
    """BASIC and BOTTLENECK."""
    for number, stage in enumerate(spec.stages, 1):
        if stage.block not in BLOCKS:
            text = f"stage{number} is of {stage.block} blocks, and the only ones there are {' and '.join(BLOCKS)}"
            yield Limit("fixed-part", (f"stage{number}", "block"), text, f"write {' or '.join(BLOCKS)}")


def fixed_stem(spec: Spec) -> Iterator[Limit]:
    """Two convolutions of 64."""
    if spec.stem_widths != (64, 64):
        text = f"its stem is {list(spec.stem_widths)} wide, and is always [64, 64]"
        yield Limit("fixed-part", ("stem_widths",), text, "leave it out")


def colour_input(spec: Spec) -> Iterator[Limit]:
    """Three channels."""
    if spec.in_channels != 3:
        text = f"it takes {spec.in_channels} channels, and there are always 3"
        yield Limit("fixed-part", ("in_channels",), text, "leave it out")


def fixed_first_stage(spec: Spec) -> Iterator[Limit]:
    """Four BOTTLENECK blocks of 64."""
    if spec.stages[0] != LAYER1:
        text = "its stage1 is not the fixed one, 4 BOTTLENECK blocks of 64 channels"
        yield Limit("fixed-part", ("stage1",), text, "write block: BOTTLENECK, num_blocks: [4], num_channels: [64]")


def steady_widths(spec: Spec) -> Iterator[Limit]:
    """Nearly every implementation feeds the adapted branch i from the LAST branch, which is right only if i is that."""
    for number, (before, after) in enumerate(pairwise(spec.stages), 2):
        pairs = list(zip(before.widths, after.widths, strict=False))[: before.num_branches - 1]
        for branch, (old, new) in enumerate(pairs):
            if old != new:
                text = (
                    f"stage{number} changes branch {branch} from {old} to {new} channels, which breaks in its forward"
                )
                path = (f"stage{number}", "num_channels", branch)
                yield Limit("width-change", path, text + _expanded(number, before, after), _steady(old, after))


def _expanded(number: int, before: StageSpec, after: StageSpec) -> str:
    """Which block makes the widths others than they are written; nothing where both stages have the same."""
    if before.block == after.block:
        return ""
    wide, at = max((before, number - 1), (after, number), key=lambda item: EXPANSION[item[0].block])
    return f": the {wide.block} blocks of stage{at} are {EXPANSION[wide.block]} times as wide as their num_channels"


def _steady(width: int, stage: StageSpec) -> str:
    """What to write so that a branch keeps its width."""
    channels, rest = divmod(width, EXPANSION[stage.block])
    return "keep the widths of the stage before" if rest else f"write {channels}: every branch keeps its width"


def upsampling(spec: Spec, theirs: Upsampling) -> Iterator[Limit]:
    """How the fuse layers upsample, if anything is: align_corners left out is align_corners false."""
    if spec.stages[-1].num_branches > 1 and words(spec.upsampling) != words(theirs):
        text = f"its fuse layers upsample {words(spec.upsampling)}, and do so {words(theirs)} there"
        yield Limit("fixed-part", ("upsampling",), text)


def words(upsampling: Upsampling) -> str:
    """`nearest by factor`, `bilinear to size with align_corners`."""
    way = "by factor" if upsampling.to == "factor" else "to size"
    return f"{upsampling.mode} {way}" + (" with align_corners" if upsampling.align_corners else "")


def all_branches(spec: Spec) -> Iterator[Limit]:
    """Whether the last stage keeps more than branch 0."""
    if not spec.keeps_all_branches and spec.stages[-1].num_branches > 1:
        text = "its last stage keeps branch 0 alone, and keeps all of them there"
        yield Limit("fixed-part", ("multi_scale_output",), text, "set multi_scale_output: true")


def first_branch_alone(spec: Spec) -> Iterator[Limit]:
    """The other way round."""
    if spec.keeps_all_branches and spec.stages[-1].num_branches > 1:
        text = "its last stage keeps all branches, and keeps branch 0 alone there"
        yield Limit("fixed-part", ("multi_scale_output",), text, "leave it out")


def of_head(spec: Spec, limit: Limit) -> Limit:
    """The limit of a head, told without the head beside it."""
    return limit._replace(text=f"its {spec.head.type} head cannot be built: {limit.text}")


def left_out(spec: Spec, limit: Limit) -> str:
    """The note of a head that is not written."""
    return f"the {spec.head.type} head is left out: {limit.text}"


def batch_norm_notes(spec: Spec, momentum: float = 0.1) -> Iterator[str]:
    """Momentum matters in training alone; eps does change the outputs, by little."""
    if spec.batch_norm.momentum != momentum:
        yield f"batch_norm.momentum {spec.batch_norm.momentum} is left out: it is always {momentum}"
    if spec.batch_norm.eps != 1e-5:
        yield f"batch_norm.eps {spec.batch_norm.eps} is left out: it is always 1e-05, and the outputs differ a little"


def budget_notes(spec: Spec) -> Iterator[str]:
    """What the network may cost is nothing of the network."""
    if spec.budget != Budget():
        yield "the budget is left out: no other dialect has one"
