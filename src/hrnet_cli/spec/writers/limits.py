"""Why a dialect's own code cannot build a network: each function yields the reasons that it finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from hrnet_cli.errors import InexpressibleError
from hrnet_cli.spec.schema import Spec, StageSpec, Upsampling

LAYER1 = StageSpec(1, 1, "BOTTLENECK", (4,), (64,))
"""Stage 1 of every implementation that does not read it from its config."""


def refuse(target: str, reasons: Iterable[str]) -> None:
    """Raise InexpressibleError where there are reasons to."""
    lines = "".join(f"\n  - {reason}" for reason in reasons)
    if lines:
        hint = "yaml and json hold every network: --to yaml"
        raise InexpressibleError(f"this network cannot be written for {target}:{lines}", hint)


def four_stages(spec: Spec) -> Iterator[str]:
    """Every other implementation has stage1 to stage4, no more and no less."""
    if len(spec.stages) != 4:
        yield f"it has {len(spec.stages)} stages, and there are always 4"


def fixed_stem(spec: Spec) -> Iterator[str]:
    """Two convolutions of 64."""
    if spec.stem_widths != (64, 64):
        yield f"its stem is {list(spec.stem_widths)} wide, and is always [64, 64]"


def colour_input(spec: Spec) -> Iterator[str]:
    """Three channels."""
    if spec.in_channels != 3:
        yield f"it takes {spec.in_channels} channels, and there are always 3"


def fixed_first_stage(spec: Spec) -> Iterator[str]:
    """Four BOTTLENECK blocks of 64."""
    if spec.stages[0] != LAYER1:
        yield "its stage1 is not the fixed one, 4 BOTTLENECK blocks of 64 channels"


def steady_widths(spec: Spec) -> Iterator[str]:
    """Nearly every implementation feeds the adapted branch i from the LAST branch, which is right only if i is that."""
    for number, (before, after) in enumerate(pairwise(spec.stages), 2):
        pairs = list(zip(before.widths, after.widths, strict=False))[: before.num_branches - 1]
        for branch, (old, new) in enumerate(pairs):
            if old != new:
                yield f"stage{number} changes branch {branch} from {old} to {new} channels, which breaks in its forward"


def upsampling(spec: Spec, theirs: Upsampling) -> Iterator[str]:
    """How the fuse layers upsample, if anything is: align_corners left out is align_corners false."""
    if spec.stages[-1].num_branches > 1 and words(spec.upsampling) != words(theirs):
        yield f"its fuse layers upsample {words(spec.upsampling)}, and do so {words(theirs)} there"


def words(upsampling: Upsampling) -> str:
    """`nearest by factor`, `bilinear to size with align_corners`."""
    way = "by factor" if upsampling.to == "factor" else "to size"
    return f"{upsampling.mode} {way}" + (" with align_corners" if upsampling.align_corners else "")


def all_branches(spec: Spec) -> Iterator[str]:
    """Whether the last stage keeps more than branch 0."""
    if not spec.keeps_all_branches and spec.stages[-1].num_branches > 1:
        yield "its last stage keeps branch 0 alone, and keeps all of them there"


def first_branch_alone(spec: Spec) -> Iterator[str]:
    """The other way round."""
    if spec.keeps_all_branches and spec.stages[-1].num_branches > 1:
        yield "its last stage keeps all branches, and keeps branch 0 alone there"


def batch_norm_notes(spec: Spec, momentum: float = 0.1) -> Iterator[str]:
    """Momentum matters in training alone; eps does change the outputs, by little."""
    if spec.batch_norm.momentum != momentum:
        yield f"batch_norm.momentum {spec.batch_norm.momentum} is left out: it is always {momentum}"
    if spec.batch_norm.eps != 1e-5:
        yield f"batch_norm.eps {spec.batch_norm.eps} is left out: it is always 1e-05, and the outputs differ a little"
