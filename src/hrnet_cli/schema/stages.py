"""The stages of a network as data: what each one is, and what relates them to each other.

Stage 1 is one chain of blocks on one branch (`layer1` in every implementation); every later stage is `num_modules`
modules, each of them `num_branches` parallel branches followed by a fuse layer (Wang et al., TPAMI 2020, section 3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hrnet_cli.errors import Diagnostic
from hrnet_cli.hrnet import (
    EXPANSION,
    LITE_BLOCKS,
    LITE_FIELDS,
    LITE_STAGES,
    MAX_BRANCHES,
    MAX_CHANNELS,
    MAX_PARTS,
    MAX_STAGES,
    STAGE_KEYS,
)
from hrnet_cli.schema.fields import INVALID, BlockName, Choice, Count, Each, Flag, Number, RecordOf
from hrnet_cli.schema.records import Diagnostics, Record, entries, entry, record
from hrnet_cli.text import KeyPath, plural, quote

Spell = Callable[[str], str]


@record(frozen=True)
class StageSpec(Record):
    """One stage of the network."""

    num_modules: int = entry(Count(1, 100), "number of modules, each ending in a fuse layer")
    num_branches: int = entry(
        Count(1, MAX_BRANCHES), "number of parallel branches, each at half the resolution of the one before"
    )
    block: str = entry(
        BlockName(tuple(EXPANSION)),
        "residual block: BASIC (output ×1) or BOTTLENECK (output ×4); in Lite-HRNet SHUFFLE, then LITE or NAIVE",
    )
    num_blocks: tuple[int, ...] = entry(Each(Count(1, 200), MAX_BRANCHES), "blocks in each branch, one number a branch")
    num_channels: tuple[int, ...] = entry(
        Each(Count(1, MAX_CHANNELS), MAX_BRANCHES), "width of each branch before expansion, one number a branch"
    )
    fuse_method: str = entry(Choice(("SUM",)), "how a fuse layer joins its inputs; only SUM exists", default="SUM")
    with_fuse: bool = entry(
        Flag(), "whether its modules have fuse layers; LITE and NAIVE may have none", default=True, is_rare=True
    )
    reduce_ratio: int = entry(
        Count(1, MAX_CHANNELS),
        "how many times narrower LITE's cross-resolution weighting is inside",
        default=8,
        is_rare=True,
    )
    expand_ratio: float = entry(
        Number(0, 1024), "how many times wider than the stem SHUFFLE is inside", default=1.0, is_rare=True
    )

    @property
    def widths(self) -> tuple[int, ...]:
        """Output channels of each branch: num_channels × expansion."""
        return tuple([channels * EXPANSION[self.block] for channels in self.num_channels])

    @property
    def own_fields(self) -> tuple[str, ...]:
        """Its fields without those that only other blocks have."""
        return tuple(name for name in entries(StageSpec) if self.block in LITE_FIELDS.get(name, (self.block,)))

    @property
    def is_over_all_branches(self) -> bool:
        """Whether each block is over all branches of a module, and not in one of them."""
        return self.block == LITE_BLOCKS[0]

    @classmethod
    def check_fields(
        cls, values: Mapping[str, Any], path: KeyPath, spell: Callable[[str], str]
    ) -> Iterator[Diagnostic]:
        """What Lite-HRNet's blocks need; HRNet's have no fields of theirs."""
        if values.get("block") in LITE_STAGES or not LITE_FIELDS.keys().isdisjoint(values):
            from hrnet_cli.schema.lite import check_stage

            yield from check_stage(values, path, spell)


# Reading stages

STAGE = RecordOf(StageSpec)


def read_stages(stages: Mapping[str, Any], diagnostics: Diagnostics) -> Any:
    """The stages in the order of their numbers, or INVALID; the path of each is its own key."""
    if len(stages) > MAX_STAGES:
        message, remedy = plural(len(stages), "stage"), f"allowed: at most {MAX_STAGES}"
        diagnostics.append(Diagnostic("too-many-stages", (), message, remedy))
        return INVALID
    if not stages:
        key, names = diagnostics.spell(STAGE_KEYS[0]), ", ".join(map(diagnostics.spell, STAGE.usual))
        missing = Diagnostic("missing-key", (STAGE_KEYS[0],), f"{key} is missing", f"add {key}: with {names}")
        diagnostics.append(missing)
        return INVALID
    before = len(diagnostics)
    keys = sorted(stages, key=lambda key: int(key.removeprefix("stage")))
    built = tuple([STAGE.read(stages[key], (key,), diagnostics) for key in keys])
    plain = [stages[key] if isinstance(stages[key], Mapping) else {} for key in keys]
    _check_stages(keys, plain, diagnostics)
    if len(diagnostics) > before:
        return INVALID
    parts = sum(stage.num_modules * (sum(stage.num_blocks) + stage.num_branches**2) for stage in built)
    if parts > MAX_PARTS:
        remedy = f"allowed: at most {MAX_PARTS:,}; a published HRNet has about 200"
        diagnostics.append(Diagnostic("too-large", (), f"{parts:,} blocks and fuse edges", remedy))
    return built


def _check_stages(keys: list[str], stages: list[Mapping[str, Any]], diagnostics: Diagnostics) -> None:
    """What relates the fields of a stage to each other and to those of other stages.

    Stages are numbered from 1 without a gap. Stage 1 is one chain of blocks in every implementation. A transition adds
    branches and never drops one, but in Lite-HRNet. Each list of a stage has one entry per branch.
    """
    spell = diagnostics.spell
    for expected in STAGE_KEYS[: len(keys)]:
        if expected not in keys:
            message = f"{spell(expected)} is missing, but {spell(keys[-1])} is present"
            remedy = "number the stages from 1 without a gap"
            diagnostics.append(Diagnostic("missing-key", (expected,), message, remedy))
            break
    for name in ("num_modules", "num_branches") if keys[:1] == [STAGE_KEYS[0]] else ():
        count = stages[0].get(name, 1)
        if isinstance(count, int) and count > 1:
            message = f"{spell(keys[0])} is one chain of blocks, found {spell(name)}: {quote(count)}"
            remedy = f"set {spell(name)}: 1, or move this to {spell(STAGE_KEYS[1])}"
            diagnostics.append(Diagnostic("first-stage", (keys[0], name), message, remedy))
    for position, (key, stage) in enumerate(zip(keys, stages, strict=True)):
        count = stage.get("num_branches")
        if type(count) is not int or not 0 < count <= MAX_BRANCHES:
            continue
        for name in ("num_blocks", "num_channels"):
            items = stage.get(name)
            if isinstance(items, list | tuple) and len(items) != count and len(items) <= MAX_BRANCHES:
                diagnostics.append(_wrong_length(key, name, count, position, stages, spell))
        previous = stages[position - 1].get("num_branches") if position else None
        falls = type(previous) is int and count < previous <= MAX_BRANCHES
        if falls and stage.get("block") not in LITE_STAGES:  # Lite-HRNet's transitions leave out the lowest branches
            message = f"{plural(count, 'branch')} after the {previous} of {spell(keys[position - 1])}"
            name = spell("num_branches")
            remedy = f"set {name} to {previous} or more: a transition adds branches and never drops one"
            diagnostics.append(Diagnostic("falling-branches", (key, "num_branches"), message, remedy))


def _wrong_length(
    key: str, name: str, branches: int, position: int, stages: list[Mapping[str, Any]], spell: Spell
) -> Diagnostic:
    """A list of a stage that has not one entry per branch. Another num_branches is a remedy where it fits."""
    length = len(stages[position][name])
    message = f"{plural(length, 'entry')} for {spell('num_branches')}: {branches}"
    remedy = f"give {spell(name)} one number per branch"
    lists = [stages[position].get(each) for each in ("num_blocks", "num_channels")]
    counts = [stage.get("num_branches") for stage in stages]
    known = [count if type(count) is int and 0 < count <= MAX_BRANCHES else None for count in counts]
    lowest = max((count or 1 for count in known[:position]), default=1)
    highest = min((count or MAX_BRANCHES for count in known[position + 1 :]), default=MAX_BRANCHES) if position else 1
    if all(isinstance(each, list | tuple) and len(each) == length for each in lists) and lowest <= length <= highest:
        remedy += f", or set {spell('num_branches')}: {length}"
    return Diagnostic("wrong-length", (key, name), message, remedy)
