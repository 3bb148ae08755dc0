"""What a network is, as data: the stages of the papers and of every published config, in their own words.

The widths in `num_channels` are before a block's expansion (BASIC 1, BOTTLENECK 4). Stage 1 is a plain chain of blocks
on one branch (`layer1` in every implementation); every later stage is `num_modules` modules, each of them
`num_branches` parallel branches followed by a fuse layer (Wang et al., TPAMI 2020, section 3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any

from hrnet_cli.spec.fields import (
    INVALID,
    Choice,
    Count,
    Each,
    Finding,
    Findings,
    Flag,
    OneOf,
    Path,
    Record,
    Size,
    Text,
    entry,
    show,
    unknown_keys,
    wrong_type,
)
from hrnet_cli.spec.heads import HEAD_SPECS, HeadSpec, NoHead

EXPANSION = {"BASIC": 1, "BOTTLENECK": 4}
"""How much wider than its `num_channels` a block's output is."""

MOST_STAGES = 16
MOST_BRANCHES = 16
MOST_PARTS = 10_000
"""Blocks and fuse edges of a whole network: HRNet-W64 has about 400. Beyond this a spec is refused, not built."""

Shape4 = tuple[int, int, int, int]


@dataclass(frozen=True)
class StageSpec:
    """One stage of the network."""

    num_modules: int = entry(Count(1, 100), "modules in a row, each ending in a fuse layer")
    num_branches: int = entry(Count(1, MOST_BRANCHES), "parallel resolutions, each half of the one before")
    block: str = entry(Choice(tuple(EXPANSION)), "BASIC (two 3×3) or BOTTLENECK (1×1, 3×3, 1×1; output ×4)")
    num_blocks: tuple[int, ...] = entry(
        Each(Count(1, 200), MOST_BRANCHES), "blocks in each branch, one number a branch"
    )
    num_channels: tuple[int, ...] = entry(
        Each(Count(1, 65_536), MOST_BRANCHES), "width of each branch before expansion, one number a branch"
    )
    fuse_method: str = entry(Choice(("SUM",)), "how a fuse layer joins its inputs; only SUM exists", default="SUM")

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels of each branch as they leave it: num_channels × expansion."""
        return tuple(channels * EXPANSION[self.block] for channels in self.num_channels)

    @classmethod
    def cross_check(cls, values: Mapping[str, Any], path: Path) -> Iterator[Finding]:
        """The lists have one entry per branch (the original code's own check, for both lists at once)."""
        branches = values.get("num_branches", INVALID)
        for name in ("num_blocks", "num_channels"):
            items = values.get(name, INVALID)
            if isinstance(branches, int) and isinstance(items, tuple) and len(items) != branches:
                message = f"{len(items)} {'entry' if len(items) == 1 else 'entries'} for num_branches: {branches}"
                hint = f"give {name} one number per branch, or set num_branches: {len(items)}"
                yield Finding("wrong-length", (*path, name), message, hint)


STAGE_KEY = re.compile(r"stage[1-9][0-9]{0,5}")


class Stages:
    """`stage1` … `stageN`, which stand at the top of a spec, as a tuple."""

    def read(self, value: Mapping[str, Any], path: Path, findings: Findings) -> Any:  # noqa: ARG002
        """The stages in the order of their numbers; the path of each is its own key."""
        if len(value) > MOST_STAGES:
            findings.append(Finding("too-many-stages", (), f"{len(value)} stages", f"allowed: at most {MOST_STAGES}"))
            return INVALID
        before = len(findings)
        keys = sorted(value, key=lambda key: int(key.removeprefix("stage")))
        findings += _gaps(keys)
        stages = tuple(Record(StageSpec).read(value[key], (key,), findings) for key in keys)
        plain = [value[key] if isinstance(value[key], Mapping) else {} for key in keys]
        findings += _first_stage(plain[0] if keys[:1] == ["stage1"] else {})
        findings += _falling_branches(keys, plain)
        if len(findings) == before:
            findings += _too_large(stages)
        return INVALID if len(findings) > before else stages


def _gaps(keys: list[str]) -> Iterator[Finding]:
    """Stages are numbered from 1 without a gap; the original code would not build what comes after one."""
    for number in range(1, max(len(keys), 1) + 1):
        if f"stage{number}" not in keys:
            message = f"stage{number} is missing" + (f", but {keys[-1]} is there" if keys else "")
            yield Finding("missing-key", (f"stage{number}",), message, "number the stages from 1 without a gap")
            return


def _first_stage(stage: Mapping[str, Any]) -> Iterator[Finding]:
    """Stage 1 is `layer1`: one chain of blocks, in every implementation, whatever its config says."""
    for name in ("num_modules", "num_branches"):
        number = stage.get(name, 1)
        if isinstance(number, int) and number > 1:
            message = f"stage1 is one chain of blocks, found {name}: {show(number)}"
            yield Finding("first-stage", ("stage1", name), message, f"set {name}: 1, or move this to stage2")


def _falling_branches(keys: list[str], stages: list[Mapping[str, Any]]) -> Iterator[Finding]:
    """A transition adds branches and never drops one."""
    for (before, old), (key, new) in pairwise(zip(keys, stages, strict=True)):
        had, has = old.get("num_branches"), new.get("num_branches")
        if type(had) is type(has) is int and 0 < has < had <= MOST_BRANCHES:
            message = f"{has} branches after the {had} of {before}"
            hint = f"set num_branches to {had} or more: a transition adds branches and never drops one"
            yield Finding("falling-branches", (key, "num_branches"), message, hint)


def _too_large(stages: tuple[StageSpec, ...]) -> Iterator[Finding]:
    """A bound on the whole, so that no spec can keep the tool busy."""
    parts = sum(stage.num_modules * (sum(stage.num_blocks) + stage.num_branches**2) for stage in stages)
    if parts > MOST_PARTS:
        message = f"{parts:,} blocks and fuse edges"
        yield Finding("too-large", (), message, f"allowed: at most {MOST_PARTS:,}; HRNet-W64 has about 400")


@dataclass(frozen=True)
class Published:
    """What the network's authors printed: the figures that ours are held against."""

    params: str = entry(Text(20), "as printed: 28.5M")
    flops: str = entry(Text(20), "as printed: 7.1G")
    source: str = entry(Text(), "where they are printed")

    @classmethod
    def cross_check(cls, values: Mapping[str, Any], path: Path) -> Iterator[Finding]:
        """Both figures are a number and a unit."""
        for name in ("params", "flops"):
            figure = values.get(name)
            if isinstance(figure, str) and not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?[MG]", figure):
                yield Finding("bad-figure", (*path, name), f"{figure!r} is not a figure", "write 28.5M or 7.1G")


@dataclass(frozen=True)
class Spec:
    """A whole network. Built by `load_spec`, which has checked it; frozen, comparable and hashable."""

    stages: tuple[StageSpec, ...] = entry(Stages(), "stage1, stage2, … at the top of the file")
    name: str = entry(Text(), "what the reports call it", default="hrnet")
    in_channels: int = entry(Count(1, 65_536), "channels of the input image", default=3)
    input: Shape4 = entry(Size(), "N×C×H×W that trace and flops use unless told otherwise", default=(0, 0, 256, 192))
    multi_scale_output: bool | None = entry(
        Flag(), "whether the last stage keeps all its branches; by default where the head reads them", default=None
    )
    head: HeadSpec = entry(OneOf(HEAD_SPECS), "what sits on the last stage; none by default", default=NoHead())
    published: Published | None = entry(Record(Published), "what the authors printed", default=None)

    @property
    def keeps_all_branches(self) -> bool:
        """`multi_scale_output`, or its default: the head's own need."""
        return self.head.reads_all_branches if self.multi_scale_output is None else self.multi_scale_output

    @property
    def input_shape(self) -> Shape4:
        """The default input with batch and channels filled in."""
        return self.fill_input(self.input)

    def fill_input(self, shape: Shape4) -> Shape4:
        """N×C×H×W with a batch of 1 and this network's channels where they were left out (0)."""
        batch, channels, height, width = shape
        return (batch or 1, channels or self.in_channels, height, width)

    @classmethod
    def cross_check(cls, values: Mapping[str, Any], path: Path) -> Iterator[Finding]:
        """The default input has the channels that the network takes."""
        shape = values.get("input", INVALID)
        channels = values.get("in_channels", 3)
        if isinstance(shape, tuple) and isinstance(channels, int) and shape[1] not in (0, channels):
            message = f"the input has {shape[1]} channels, the network takes in_channels: {channels}"
            yield Finding("wrong-channels", (*path, "input"), message, f"write {channels} there, or set in_channels")


SPEC_KEYS = (*(item.name for item in fields(Spec) if item.name != "stages"), *(f"stage{n}" for n in range(1, 6)))


def read_spec(value: Any) -> tuple[Spec | None, Findings]:
    """A plain mapping as a Spec, with everything that is wrong with it; the Spec is None where anything is."""
    findings: Findings = []
    if not isinstance(value, Mapping):
        return None, [wrong_type(value, "a mapping with stage1, stage2, …", ())]
    stages = {key: item for key, item in value.items() if isinstance(key, str) and STAGE_KEY.fullmatch(key)}
    others = {key: item for key, item in value.items() if key not in stages}
    findings += unknown_keys(others, SPEC_KEYS, ())
    known = {key: item for key, item in others.items() if key in SPEC_KEYS}
    spec = Record(Spec).read({**known, "stages": stages}, (), findings)
    return (None if findings else spec), findings
