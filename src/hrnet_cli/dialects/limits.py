"""What the code of other frameworks cannot build: each function yields the limits of one part, with a remedy.

Messages say "that code": the text around them names the framework.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from math import lcm
from typing import NamedTuple

from hrnet_cli.dialects.equivalent import in_four_stages
from hrnet_cli.dialects.writing import stage_fields
from hrnet_cli.errors import Diagnostic, InexpressibleError
from hrnet_cli.hrnet import (
    EXPANSION,
    FIRST_STAGE,
    FIRST_STAGE_TEXT,
    HRNET_BLOCKS,
    IN_CHANNELS,
    NUM_STAGES,
    STEM_WIDTHS,
    stage_key,
)
from hrnet_cli.schema.spec import BatchNorm, Budget, Spec, Upsampling
from hrnet_cli.schema.stages import StageSpec
from hrnet_cli.text import join_and, plural

Stages = tuple[StageSpec, ...]

HEAD_BRANCHES = 4
"""The branches that a head of another implementation reads, if it reads more than one."""


def refuse(target: str, limits: Iterable[Diagnostic]) -> None:
    """Raise InexpressibleError with all limits, if there are any."""
    lines = "".join(f"\n  - {message}" for message in dict.fromkeys(limit.message for limit in limits))
    if lines:
        remedy = "yaml and json hold every network: --to yaml"
        raise InexpressibleError(f"this network cannot be written for {target}:{lines}", remedy)


def four_stages(spec: Spec, target: str = "") -> Iterator[Diagnostic]:
    """There are always four stages.

    A spec of our own cannot have empty ones: the remedy is to write it for `target`, if the code is one.
    """
    count = len(spec.stages)
    if count != NUM_STAGES:
        path = (stage_key(min(count, NUM_STAGES) + 1),)
        message = f"it has {plural(count, 'stage')}, but that code always has {NUM_STAGES}"
        same = in_four_stages(spec)
        remedy = same.remedy if same else f"give stage1 to stage{NUM_STAGES}, and no more"
        if same and same.has_empty_stages and target and not spec.dialect:
            remedy = f"hrnet-cli convert SPEC --to {target} writes the same network in {NUM_STAGES} stages"
        yield Diagnostic("fixed-part", path, message, remedy)


def known_blocks(spec: Spec) -> Iterator[Diagnostic]:
    """The only blocks are BASIC and BOTTLENECK."""
    for number, stage in enumerate(spec.stages, 1):
        if stage.block not in HRNET_BLOCKS:
            key = stage_key(number)
            message = f"{key} has {stage.block} blocks, but that code has only {join_and(HRNET_BLOCKS)}"
            yield Diagnostic("fixed-part", (key, "block"), message, f"write {' or '.join(HRNET_BLOCKS)}")


def no_lite(spec: Spec) -> Iterator[Diagnostic]:
    """There is no Lite-HRNet. It is the only limit of one: nothing else of it can be compared."""
    if spec.is_lite:
        message = "it is a Lite-HRNet, and that code builds HRNet alone"
        yield Diagnostic("fixed-part", (stage_key(1), "block"), message, "mmpose has it: convert it with --to mmlab")


def standard_stem(spec: Spec) -> Iterator[Diagnostic]:
    """Both convolutions of the stem put out 64 channels."""
    if tuple(spec.stem_widths) != STEM_WIDTHS:
        message = f"its stem is {list(spec.stem_widths)} wide, but that code always has {list(STEM_WIDTHS)}"
        yield Diagnostic("fixed-part", ("stem_widths",), message, "remove it")


def three_channels(spec: Spec) -> Iterator[Diagnostic]:
    """The input is an image of three channels."""
    if spec.in_channels != IN_CHANNELS:
        message = f"it takes {plural(spec.in_channels, 'channel')}, but that code always takes {IN_CHANNELS}"
        yield Diagnostic("fixed-part", ("in_channels",), message, "remove it")


def standard_first_stage(spec: Spec) -> Iterator[Diagnostic]:
    """Stage 1 is four BOTTLENECK blocks of 64 channels."""
    if stage_fields(spec.stages[0]) != FIRST_STAGE:
        key = stage_key(1)
        message = f"its {key} is not the fixed one, {FIRST_STAGE_TEXT} channels"
        values = ", ".join(f"{name}: {FIRST_STAGE[name]}" for name in ("block", "num_blocks", "num_channels"))
        yield Diagnostic("fixed-part", (key,), message, f"write {values}")


def upsampling(spec: Spec, built: Upsampling) -> Iterator[Diagnostic]:
    """How the fuse layers upsample, where there is more than one branch."""
    if spec.stages[-1].num_branches > 1 and spec.upsampling.words != built.words:
        message = f"its fuse layers upsample {spec.upsampling.words}, but those of that code {built.words}"
        yield Diagnostic("fixed-part", ("upsampling",), message)


def keeps_all_branches(spec: Spec) -> Iterator[Diagnostic]:
    """The last stage keeps all branches."""
    if not spec.keeps_all_branches and spec.stages[-1].num_branches > 1:
        message = "its last stage keeps branch 0 alone, but that code keeps all branches"
        yield Diagnostic("fixed-part", ("multi_scale_output",), message, "set multi_scale_output: true")


def keeps_first_branch(spec: Spec) -> Iterator[Diagnostic]:
    """The last stage keeps branch 0 alone."""
    if spec.keeps_all_branches and spec.stages[-1].num_branches > 1:
        message = "its last stage keeps all branches, but that code keeps branch 0 alone"
        yield Diagnostic("fixed-part", ("multi_scale_output",), message, "remove it")


# Widths that change between stages


def width_changes(spec: Spec) -> Iterator[Diagnostic]:
    """A branch must keep its width while there is a smaller one below it.

    Where it does not, the transition has a convolution, and nearly every implementation feeds that convolution from the
    LAST branch of the stage before, which fails in forward. The remedies belong together: all of them make a network
    without this limit. They are the fewest changes that do; a change of block comes before as many changes of width.
    """
    yield from sorted(_smallest_repair(spec.stages).limits, key=lambda limit: limit.path[0])


def repaired_widths(stages: Stages) -> tuple[int, ...]:
    """The widths of the last stage's branches after the changes that `width_changes` asks for."""
    repaired = _smallest_repair(stages).stages
    last = repaired[-1].widths
    return (*(_constant_width(repaired, branch) for branch in range(len(last) - 1)), last[-1])


class _Repair(NamedTuple):
    """Changes after which every branch keeps its width."""

    limits: list[Diagnostic]
    """Each with the change as its remedy."""
    stages: Stages
    """The stages with the blocks that they then have, and their own widths."""


def _smallest_repair(stages: Stages) -> _Repair:
    """Of all repairs the one with the fewest changes, and of equals one that changes a block."""
    widths_alone = _Repair(list(_width_limits(stages)), stages)
    return min((*_block_repairs(stages), widths_alone), key=lambda repair: len(repair.limits))


def _block_repairs(stages: Stages) -> Iterator[_Repair]:
    """For every two neighbouring stages with several branches: one takes the other's block, then widths are changed."""
    for index, stage in enumerate(stages):
        for neighbour in (index - 1, index + 1):
            if not 0 <= neighbour < len(stages) or min(stage.num_branches, stages[neighbour].num_branches) == 1:
                continue
            block = stages[neighbour].block
            if block in HRNET_BLOCKS and EXPANSION[block] != EXPANSION[stage.block]:
                changed = (*stages[:index], replace(stage, block=block), *stages[index + 1 :])
                yield _Repair([_block_limit(index, stage, block), *_width_limits(changed)], changed)


def _block_limit(index: int, stage: StageSpec, block: str) -> Diagnostic:
    """The limit of a stage whose block makes its branches wider or narrower than in the stages around it."""
    key = stage_key(index + 1)
    message = (
        f"{key} has {stage.block} blocks (output ×{EXPANSION[stage.block]}): its branches are not as wide as in the "
        "stages before and after it, which fails in forward"
    )
    return Diagnostic("width-change", (key, "block"), message, f"write {block}: every branch keeps its width")


def _width_limits(stages: Stages) -> Iterator[Diagnostic]:
    """A limit for each stage and branch whose width is not the one that the branch is to keep."""
    for branch in range(stages[-1].num_branches - 1):
        first, kept = _first_stage_with_lower(stages, branch), _constant_width(stages, branch)
        for index, stage in enumerate(stages[first:], first):
            if stage.widths[branch] != kept:
                path = (stage_key(index + 1), "num_channels", branch)
                remedy = f"write {kept // EXPANSION[stage.block]}: every branch keeps its width"
                yield Diagnostic("width-change", path, _describe_change(stages, branch, first, index), remedy)


def _first_stage_with_lower(stages: Stages, branch: int) -> int:
    """The index of the first stage that has another branch below this one."""
    return next(index for index, stage in enumerate(stages) if stage.num_branches > branch + 1)


def _constant_width(stages: Stages, branch: int) -> int:
    """The width that a branch is to keep: that of most stages, of equals the first, if every block can have it."""
    later = stages[_first_stage_with_lower(stages, branch) :]
    widths = [stage.widths[branch] for stage in later]
    divisor = lcm(*(EXPANSION[stage.block] for stage in later))
    return max((width for width in widths if width % divisor == 0), key=widths.count, default=widths[0])


def _describe_change(stages: Stages, branch: int, first: int, index: int) -> str:
    """The last change of a branch's width up to a stage, or the first change after it, and the block that causes it."""
    pairs = enumerate(pairwise(stages[first:]), first + 1)
    changes = [position for position, (old, new) in pairs if old.widths[branch] != new.widths[branch]]
    changed = max((position for position in changes if position <= index), default=changes[0])
    before, after = stages[changed - 1], stages[changed]
    change = f"changes branch {branch} from {before.widths[branch]} to {after.widths[branch]} channels"
    message = f"{stage_key(changed + 1)} {change}, which fails in forward"
    if before.block == after.block:
        return message
    wider, position = max((before, changed), (after, changed + 1), key=lambda each: EXPANSION[each[0].block])
    times = f"are {EXPANSION[wider.block]} times as wide as their num_channels"
    return f"{message}: the {wider.block} blocks of {stage_key(position)} {times}"


# Heads and notes


def head_limit(spec: Spec, limit: Diagnostic) -> Diagnostic:
    """A limit of a head as a limit of the network."""
    return limit._replace(message=f"its {spec.head.type} head cannot be built: {limit.message}")


def head_left_out(spec: Spec, limit: Diagnostic) -> str:
    """The note on a head that is not written because of a limit."""
    return f"the {spec.head.type} head is left out: {limit.message}"


def batch_norm_notes(spec: Spec, momentum: float = BatchNorm().momentum) -> Iterator[str]:
    """Notes on batch norms that the target has no keys for. Momentum matters in training alone."""
    eps = BatchNorm().eps
    if spec.batch_norm.momentum != momentum:
        yield f"batch_norm.momentum {spec.batch_norm.momentum} is left out: it is always {momentum}"
    if spec.batch_norm.eps != eps:
        yield f"batch_norm.eps {spec.batch_norm.eps} is left out: it is always {eps}, and the outputs differ a little"


def budget_notes(spec: Spec) -> Iterator[str]:
    """The note on a budget, which no other dialect has."""
    if spec.budget != Budget():
        yield "the budget is left out: no other dialect has one"
