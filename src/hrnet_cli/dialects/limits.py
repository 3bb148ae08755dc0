"""Why a dialect's own code cannot build a network: each function yields the limits that the network crosses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from math import lcm

from hrnet_cli.errors import Diagnostic, InexpressibleError
from hrnet_cli.hrnet import EXPANSION
from hrnet_cli.schema.spec import Budget, Spec, StageSpec, Upsampling

LAYER1 = StageSpec(1, 1, "BOTTLENECK", (4,), (64,))
"""Stage 1 of every implementation that does not read it from its config."""
Stages = tuple[StageSpec, ...]
BLOCKS = ("BASIC", "BOTTLENECK")
"""The blocks of every implementation, whatever else ours has."""


KINDS = {
    "width-change": "a branch whose width changes between stages, where the code takes another branch",
    "head-needs": "a head that the code does not have, or not like this, or not on these branches",
    "fixed-part": "a part of the backbone that the code builds in one way only",
}
"""The kinds of limit."""


def refuse(target: str, limits: Iterable[Diagnostic]) -> None:
    """Raise InexpressibleError where there are reasons to."""
    lines = "".join(f"\n  - {text}" for text in dict.fromkeys(limit.message for limit in limits))
    if lines:
        remedy = "yaml and json hold every network: --to yaml"
        raise InexpressibleError(f"this network cannot be written for {target}:{lines}", remedy)


def four_stages(spec: Spec) -> Iterator[Diagnostic]:
    """Every other implementation has stage1 to stage4, no more and no less."""
    count = len(spec.stages)
    if count != 4:
        text = f"it has {count} stages, and there are always 4"
        yield Diagnostic(
            "fixed-part", (f"stage{5 if count > 4 else count + 1}",), text, "give stage1 to stage4, and no more"
        )


def known_blocks(spec: Spec) -> Iterator[Diagnostic]:
    """BASIC and BOTTLENECK."""
    for number, stage in enumerate(spec.stages, 1):
        if stage.block not in BLOCKS:
            text = f"stage{number} is of {stage.block} blocks, and the only ones there are {' and '.join(BLOCKS)}"
            yield Diagnostic("fixed-part", (f"stage{number}", "block"), text, f"write {' or '.join(BLOCKS)}")


def fixed_stem(spec: Spec) -> Iterator[Diagnostic]:
    """Two convolutions of 64."""
    if spec.stem_widths != (64, 64):
        text = f"its stem is {list(spec.stem_widths)} wide, and is always [64, 64]"
        yield Diagnostic("fixed-part", ("stem_widths",), text, "leave it out")


def colour_input(spec: Spec) -> Iterator[Diagnostic]:
    """Three channels."""
    if spec.in_channels != 3:
        text = f"it takes {spec.in_channels} channels, and there are always 3"
        yield Diagnostic("fixed-part", ("in_channels",), text, "leave it out")


def fixed_first_stage(spec: Spec) -> Iterator[Diagnostic]:
    """Four BOTTLENECK blocks of 64."""
    if spec.stages[0] != LAYER1:
        text = "its stage1 is not the fixed one, 4 BOTTLENECK blocks of 64 channels"
        yield Diagnostic(
            "fixed-part", ("stage1",), text, "write block: BOTTLENECK, num_blocks: [4], num_channels: [64]"
        )


def steady_widths(spec: Spec) -> Iterator[Diagnostic]:
    """Nearly every implementation feeds the adapted branch i from the LAST branch, which is right only if i is that.

    What to write instead holds together: whoever does all of it has a network within the limit. Of the ways to get
    there the one with the fewest changes is told, and of equals the one that changes a block.
    """
    limits, _ = _fewest_changes(spec.stages)
    yield from sorted(limits, key=lambda limit: limit.path[0])


def steadied(stages: Stages) -> tuple[int, ...]:
    """The widths of the last stage once all that is done."""
    _, changed = _fewest_changes(stages)
    last = changed[-1].widths
    return (*(_right_width(changed, branch)[1] for branch in range(len(last) - 1)), last[-1])


def _fewest_changes(stages: Stages) -> tuple[list[Diagnostic], Stages]:
    """What there is to change, and the stages with the blocks that they then have."""
    return min((*_other_blocks(stages), (list(_other_widths(stages)), stages)), key=lambda way: len(way[0]))


def _other_blocks(stages: Stages) -> Iterator[tuple[list[Diagnostic], Stages]]:
    """What there is to change where one stage takes the block of a stage beside it, that with all the rest."""
    for index, stage in enumerate(stages):
        for other in (index - 1, index + 1):
            if not 0 <= other < len(stages) or min(stage.num_branches, stages[other].num_branches) == 1:
                continue
            block = stages[other].block
            if block in BLOCKS and EXPANSION[block] != EXPANSION[stage.block]:
                changed = (*stages[:index], replace(stage, block=block), *stages[index + 1 :])
                yield [_odd_block(index, stage, block), *_other_widths(changed)], changed


def _odd_block(index: int, stage: StageSpec, block: str) -> Diagnostic:
    """The block of a stage makes its branches as wide as those beside it are not."""
    text = (
        f"stage{index + 1} is of {stage.block} blocks (output ×{EXPANSION[stage.block]}): its branches are not as wide "
        "as those of the stages beside it, which breaks in its forward"
    )
    return Diagnostic(
        "width-change", (f"stage{index + 1}", "block"), text, f"write {block}: every branch keeps its width"
    )


def _other_widths(stages: Stages) -> Iterator[Diagnostic]:
    """What there is to change of the widths."""
    for branch in range(stages[-1].num_branches - 1):
        first, right = _right_width(stages, branch)
        widths = [stage.widths[branch] for stage in stages[first:]]
        for index, stage in enumerate(stages[first:], first):
            if stage.widths[branch] != right:
                remedy = f"write {right // EXPANSION[stage.block]}: every branch keeps its width"
                text = _change(stages, branch, _nearest_change(widths, index - first) + first)
                yield Diagnostic("width-change", (f"stage{index + 1}", "num_channels", branch), text, remedy)


def _right_width(stages: Stages, branch: int) -> tuple[int, int]:
    """The first stage that counts, and the width that a branch is to have: that of most stages, of equals the first."""
    first = next(index for index, stage in enumerate(stages) if stage.num_branches > branch + 1)
    widths = [stage.widths[branch] for stage in stages[first:]]
    common = lcm(*(EXPANSION[stage.block] for stage in stages[first:]))
    return first, max((width for width in widths if width % common == 0), key=widths.count, default=widths[0])


def _nearest_change(widths: list[int], index: int) -> int:
    """Where the width of a stage comes about, or where it ends if it is the first."""
    changes = [at for at, (old, new) in enumerate(pairwise(widths), 1) if old != new]
    return max((at for at in changes if at <= index), default=changes[0])


def _change(stages: Stages, branch: int, index: int) -> str:
    """What a stage does to a branch."""
    before, after = stages[index - 1], stages[index]
    change = f"changes branch {branch} from {before.widths[branch]} to {after.widths[branch]} channels"
    return f"stage{index + 1} {change}, which breaks in its forward{_expanded(index, before, after)}"


def _expanded(index: int, before: StageSpec, after: StageSpec) -> str:
    """Which block makes the widths others than they are written; nothing where both stages have the same."""
    if before.block == after.block:
        return ""
    wide, at = max((before, index), (after, index + 1), key=lambda item: EXPANSION[item[0].block])
    return f": the {wide.block} blocks of stage{at} are {EXPANSION[wide.block]} times as wide as their num_channels"


def upsampling(spec: Spec, theirs: Upsampling) -> Iterator[Diagnostic]:
    """How the fuse layers upsample, if anything is: align_corners left out is align_corners false."""
    if spec.stages[-1].num_branches > 1 and spec.upsampling.words != theirs.words:
        text = f"its fuse layers upsample {spec.upsampling.words}, and do so {theirs.words} there"
        yield Diagnostic("fixed-part", ("upsampling",), text)


def all_branches(spec: Spec) -> Iterator[Diagnostic]:
    """Whether the last stage keeps more than branch 0."""
    if not spec.keeps_all_branches and spec.stages[-1].num_branches > 1:
        text = "its last stage keeps branch 0 alone, and keeps all of them there"
        yield Diagnostic("fixed-part", ("multi_scale_output",), text, "set multi_scale_output: true")


def first_branch_alone(spec: Spec) -> Iterator[Diagnostic]:
    """The other way round."""
    if spec.keeps_all_branches and spec.stages[-1].num_branches > 1:
        text = "its last stage keeps all branches, and keeps branch 0 alone there"
        yield Diagnostic("fixed-part", ("multi_scale_output",), text, "leave it out")


def of_head(spec: Spec, limit: Diagnostic) -> Diagnostic:
    """The limit of a head, told without the head beside it."""
    return limit._replace(message=f"its {spec.head.type} head cannot be built: {limit.message}")


def left_out(spec: Spec, limit: Diagnostic) -> str:
    """The note of a head that is not written."""
    return f"the {spec.head.type} head is left out: {limit.message}"


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
