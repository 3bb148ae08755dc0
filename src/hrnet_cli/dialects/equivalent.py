"""The same network in four stages, which other frameworks always have.

A stage is a row of modules, and between two stages with the same branches there are no layers. So modules can move
from the end of one such stage to the next, or a stage can be empty: only the names of their keys change.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from hrnet_cli.hrnet import NUM_STAGES, stage_key, transition_key
from hrnet_cli.schema.spec import Spec
from hrnet_cli.schema.stages import StageSpec
from hrnet_cli.text import join_and

MAX_SHOWN = 4
"""Renamed modules that a message lists."""


class Equivalent(NamedTuple):
    """A network of four stages that is the same as another one."""

    spec: Spec
    """A stage of it may have no modules, which a spec of our own cannot say."""
    renamed: dict[str, str]
    """From the beginning of a key of the other network to that of this one: `stage3.3` to `stage4.0`.

    Transitions come first. All change at once: the new name of one may be the old name of another.
    """
    changes: str
    """How the stages are to change."""

    @property
    def new_keys(self) -> str:
        """What becomes of the keys: `the keys of stage3.3 become stage4.0`."""
        pairs = {old: f"{old} become {new}" for old, new in self.renamed.items()}
        modules = [pair for old, pair in pairs.items() if old.startswith("stage")]
        shown = [pair for pair in pairs.values() if pair not in modules]
        shown += modules if len(modules) < MAX_SHOWN else [modules[0], f"so on to {modules[-1]}"]
        return f"the keys of {join_and(shown)}" if pairs else "no key changes"

    @property
    def has_empty_stages(self) -> bool:
        """Whether a stage of it has no modules."""
        return not all(stage.num_modules for stage in self.spec.stages)

    @property
    def remedy(self) -> str:
        """What to write instead."""
        return f"for the same network {self.changes}; {self.new_keys}"

    @property
    def note(self) -> str:
        """What is said of it where it is written."""
        return f"written in {NUM_STAGES} stages, which are the same network: {self.new_keys}"


def in_four_stages(spec: Spec) -> Equivalent | None:
    """The same network in four stages; None where there is none, or where the network has four or any number."""
    count = len(spec.stages)
    if count == NUM_STAGES or spec.is_lite:
        return None
    stages = _merge(spec.stages) if count > NUM_STAGES else _split(spec)
    if not stages:
        return None
    renamed = {old: new for old, new in zip(_parts(spec.stages), _parts(stages), strict=True) if old != new}
    changes = [_describe(number, stages, spec.stages) for number in range(2, NUM_STAGES + 1)]
    extra = [stage_key(number) for number in range(NUM_STAGES + 1, count + 1)]
    changes += [f"remove {join_and(extra)}"] if extra else []
    return Equivalent(replace(spec, stages=stages), renamed, join_and([change for change in changes if change]))


def _parts(stages: tuple[StageSpec, ...]) -> list[str]:
    """The beginning of the keys of every transition that has layers, then of every module, each in order."""
    pairs = enumerate(pairwise(stages), 1)
    transitions = [transition_key(number) for number, (one, other) in pairs if one.widths != other.widths]
    later = enumerate(stages[1:], 2)
    modules = [f"{stage_key(number)}.{index}" for number, stage in later for index in range(stage.num_modules)]
    return transitions + modules


def _alike(one: StageSpec, other: StageSpec) -> bool:
    """Whether two stages differ in their number of modules alone."""
    return replace(one, num_modules=1) == replace(other, num_modules=1)


def _merge(stages: tuple[StageSpec, ...]) -> tuple[StageSpec, ...]:
    """Neighbouring stages with the same branches as one, until there are four; nothing where they remain too many."""
    merged = list(stages)
    while len(merged) > NUM_STAGES:
        pairs = enumerate(pairwise(merged[1:]), 1)
        index = max((index for index, pair in pairs if _alike(*pair)), default=None)
        if index is None:
            return ()
        second = merged.pop(index + 1)
        merged[index] = replace(second, num_modules=merged[index].num_modules + second.num_modules)
    return tuple(merged)


def _split(spec: Spec) -> tuple[StageSpec, ...]:
    """The modules of the last stage over the stages that are missing.

    Where branch 0 alone is kept, the fourth stage has the module that makes it.
    """
    last = spec.stages[-1]
    if len(spec.stages) == 1:
        return ()
    parts = NUM_STAGES - len(spec.stages) + 1
    moved = min(last.num_modules - 1, parts - 1)
    counts = [last.num_modules - moved, *[0] * (parts - 1 - moved), *[1] * moved]
    if last.num_modules == 1 and not spec.keeps_all_branches:
        counts.reverse()
    return (*spec.stages[:-1], *(replace(last, num_modules=count) for count in counts))


def _describe(number: int, stages: tuple[StageSpec, ...], before: tuple[StageSpec, ...]) -> str:
    """How a stage is to change; empty where it stays."""
    key, modules = stage_key(number), f"num_modules: {stages[number - 1].num_modules}"
    if number > len(before):
        return f"add {key} with {modules} and the other values of {stage_key(len(before))}"
    if stages[number - 1] == before[number - 1]:
        return ""
    if _alike(stages[number - 1], before[number - 1]):
        return f"write {modules} in {key}"
    after = enumerate(before[number:], number + 1)
    source = next(stage_key(other) for other, stage in after if _alike(stages[number - 1], stage))
    return f"give {key} {modules} and the other values of {source}"
