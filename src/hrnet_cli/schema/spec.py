"""What a network is, as data: the stages of the papers and of every published config, in their own words.

The widths in `num_channels` are before a block's expansion (BASIC 1, BOTTLENECK 4). Stage 1 is a plain chain of blocks
on one branch (`layer1` in every implementation); every later stage is `num_modules` modules, each of them
`num_branches` parallel branches followed by a fuse layer (Wang et al., TPAMI 2020, section 3).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from hrnet_cli.errors import Diagnostic
from hrnet_cli.hrnet import EXPANSION, MAX_BRANCHES, MAX_PARTS, MAX_STAGES, STAGE_KEY
from hrnet_cli.schema.fields import (
    INVALID,
    Amount,
    Choice,
    Count,
    Diagnostics,
    Each,
    Flag,
    Number,
    OneOf,
    Record,
    Size,
    Text,
    entries,
    entry,
    meant,
    unknown_keys,
    wrong_type,
)
from hrnet_cli.schema.heads import HEAD_SPECS, HeadSpec, NoHead
from hrnet_cli.text import KeyPath, quote

WIDENING = " or ".join(f"{block} (output ×{factor})" for block, factor in EXPANSION.items())

Shape4 = tuple[int, int, int, int]


@dataclass(frozen=True)
class StageSpec:
    """One stage of the network."""

    num_modules: int = entry(Count(1, 100), "modules in a row, each ending in a fuse layer")
    num_branches: int = entry(Count(1, MAX_BRANCHES), "parallel resolutions, each half of the one before")
    block: str = entry(Choice(tuple(EXPANSION)), f"residual block: {WIDENING}")
    num_blocks: tuple[int, ...] = entry(Each(Count(1, 200), MAX_BRANCHES), "blocks in each branch, one number a branch")
    num_channels: tuple[int, ...] = entry(
        Each(Count(1, 65_536), MAX_BRANCHES), "width of each branch before expansion, one number a branch"
    )
    fuse_method: str = entry(Choice(("SUM",)), "how a fuse layer joins its inputs; only SUM exists", default="SUM")

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels of each branch as they leave it: num_channels × expansion."""
        return tuple(channels * EXPANSION[self.block] for channels in self.num_channels)


class Stages:
    """`stage1` … `stageN`, which stand at the top of a spec, as a tuple."""

    def read(self, value: Mapping[str, Any], path: KeyPath, diagnostics: Diagnostics) -> Any:  # noqa: ARG002
        """The stages in the order of their numbers; the path of each is its own key."""
        if len(value) > MAX_STAGES:
            diagnostics.append(
                Diagnostic("too-many-stages", (), f"{len(value)} stages", f"allowed: at most {MAX_STAGES}")
            )
            return INVALID
        before = len(diagnostics)
        keys = sorted(value, key=lambda key: int(key.removeprefix("stage")))
        diagnostics += _gaps(keys)
        stages = tuple(Record(StageSpec).read(value[key], (key,), diagnostics) for key in keys)
        plain = [value[key] if isinstance(value[key], Mapping) else {} for key in keys]
        diagnostics += _wrong_lengths(keys, plain)
        diagnostics += _first_stage(plain[0] if keys[:1] == ["stage1"] else {})
        diagnostics += _falling_branches(keys, plain)
        if len(diagnostics) == before:
            diagnostics += _too_large(stages)
        return INVALID if len(diagnostics) > before else stages


def _gaps(keys: list[str]) -> Iterator[Diagnostic]:
    """Stages are numbered from 1 without a gap; the original code would not build what comes after one."""
    for number in range(1, max(len(keys), 1) + 1):
        if f"stage{number}" not in keys:
            message = f"stage{number} is missing" + (f", but {keys[-1]} is there" if keys else "")
            yield Diagnostic("missing-key", (f"stage{number}",), message, "number the stages from 1 without a gap")
            return


def _first_stage(stage: Mapping[str, Any]) -> Iterator[Diagnostic]:
    """Stage 1 is `layer1`: one chain of blocks, in every implementation, whatever its config says."""
    for name in ("num_modules", "num_branches"):
        number = stage.get(name, 1)
        if isinstance(number, int) and number > 1:
            message = f"stage1 is one chain of blocks, found {name}: {quote(number)}"
            yield Diagnostic("first-stage", ("stage1", name), message, f"set {name}: 1, or move this to stage2")


def _falling_branches(keys: list[str], stages: list[Mapping[str, Any]]) -> Iterator[Diagnostic]:
    """A transition adds branches and never drops one."""
    for (before, old), (key, new) in pairwise(zip(keys, stages, strict=True)):
        had, has = old.get("num_branches"), new.get("num_branches")
        if type(had) is type(has) is int and 0 < has < had <= MAX_BRANCHES:
            message = f"{has} {'branch' if has == 1 else 'branches'} after the {had} of {before}"
            remedy = f"set num_branches to {had} or more: a transition adds branches and never drops one"
            yield Diagnostic("falling-branches", (key, "num_branches"), message, remedy)


BRANCH_LISTS = ("num_blocks", "num_channels")


def _wrong_lengths(keys: list[str], stages: list[Mapping[str, Any]]) -> Iterator[Diagnostic]:
    """The lists have one entry per branch (the original code's own check, for both lists at once)."""
    for position, (key, stage) in enumerate(zip(keys, stages, strict=True)):
        branches = _branches(stage)
        for name, length in _lengths(stage).items():
            if branches is not None and length != branches:
                message = f"{length} {'entry' if length == 1 else 'entries'} for num_branches: {branches}"
                remedy = f"give {name} one number per branch"
                if _may_have(length, position, stages):
                    remedy += f", or set num_branches: {length}"
                yield Diagnostic("wrong-length", (key, name), message, remedy)


def _branches(stage: Mapping[str, Any]) -> int | None:
    """The number of a stage's branches, where it is one that can be."""
    number = stage.get("num_branches")
    return number if type(number) is int and 0 < number <= MAX_BRANCHES else None


def _lengths(stage: Mapping[str, Any]) -> dict[str, int]:
    """How long its lists are, those that can be read."""
    lists = {name: stage.get(name) for name in BRANCH_LISTS}
    lengths = {name: len(items) for name, items in lists.items() if isinstance(items, list | tuple)}
    return {name: length for name, length in lengths.items() if length <= MAX_BRANCHES}


def _may_have(number: int, position: int, stages: list[Mapping[str, Any]]) -> bool:
    """Whether both lists of a stage are for so many branches, and the stages around it leave room for them."""
    before = [_branches(stage) or 1 for stage in stages[:position]]
    after = [_branches(stage) or MAX_BRANCHES for stage in stages[position + 1 :]]
    highest = min(after, default=MAX_BRANCHES) if position else 1
    agreed = [*_lengths(stages[position]).values()] == [number] * len(BRANCH_LISTS)
    return agreed and max(before, default=1) <= number <= highest


def _too_large(stages: tuple[StageSpec, ...]) -> Iterator[Diagnostic]:
    """A bound on the whole, so that no spec can keep the tool busy."""
    parts = sum(stage.num_modules * (sum(stage.num_blocks) + stage.num_branches**2) for stage in stages)
    if parts > MAX_PARTS:
        message = f"{parts:,} blocks and fuse edges"
        yield Diagnostic("too-large", (), message, f"allowed: at most {MAX_PARTS:,}; a published HRNet has about 200")


@dataclass(frozen=True)
class Upsampling:
    """How a fuse layer, and a head that joins branches, brings a map to a larger one's size.

    By factor, an odd input breaks the sum; to the other map's size, any input passes.
    """

    mode: str = entry(Choice(("nearest", "bilinear")), "how new elements are made", default="nearest")
    to: str = entry(Choice(("factor", "size")), "by the factor 2^(j−i), or to the target's own size", default="factor")
    align_corners: bool | None = entry(Flag(), "torch's argument of that name; bilinear only", default=None)

    @property
    def words(self) -> str:
        """`nearest by factor`, `bilinear to size with align_corners`; left out, align_corners is false."""
        way = "by factor" if self.to == "factor" else "to size"
        return f"{self.mode} {way}" + (" with align_corners" if self.align_corners else "")

    @classmethod
    def cross_check(cls, values: Mapping[str, Any], path: KeyPath) -> Iterator[Diagnostic]:
        """Only bilinear upsampling has corners to align."""
        if values.get("align_corners") is not None and values.get("mode", "nearest") == "nearest":
            message = "align_corners means nothing for nearest upsampling"
            yield Diagnostic("no-effect", (*path, "align_corners"), message, "leave it out, or set mode: bilinear")


@dataclass(frozen=True)
class BatchNorm:
    """What every batch norm of the network is made with."""

    momentum: float = entry(Number(0, 1), "share of a new batch in the running statistics", default=0.1)
    eps: float = entry(Number(0, 1), "what is added to the variance", default=1e-5)


PUBLISHED_FIGURES = ("params", "flops")
PUBLISHED_RULES = ("published", "macs", "output-deconv", "fvcore")
"""How authors counted what they print as FLOPs; `analysis.published.RULES` has the count of each."""


class PrintedFigure:
    """A number and a unit, as authors print them: 28.5M, 7.1G."""

    FORM = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?[MG]")

    def read(self, value: Any, path: KeyPath, diagnostics: Diagnostics) -> Any:
        """The string itself."""
        if not isinstance(value, str):
            diagnostics.append(wrong_type(value, "a string", path, "write 28.5M or 7.1G"))
            return INVALID
        if not self.FORM.fullmatch(value):
            diagnostics.append(Diagnostic("bad-figure", path, f"{quote(value)} is not a figure", "write 28.5M or 7.1G"))
            return INVALID
        return value


@dataclass(frozen=True)
class Published:
    """What the network's authors printed: the figures that ours are held against."""

    params: str = entry(PrintedFigure(), "as printed: 28.5M")
    flops: str = entry(PrintedFigure(), "as printed: 7.1G")
    source: str = entry(Text(), "where they are printed")
    rule: str = entry(
        Choice(PUBLISHED_RULES),
        "how they counted flops: MACs ÷ 2³⁰, MACs ÷ 10⁹, those over the output of a deconvolution, fvcore's",
        default="published",
    )
    differs: tuple[str, ...] = entry(
        Each(Choice(PUBLISHED_FIGURES), 2), "which of the two are known not to come out", default=()
    )
    note: str = entry(Text(), "why they do not", default="")

    @classmethod
    def cross_check(cls, values: Mapping[str, Any], path: KeyPath) -> Iterator[Diagnostic]:
        """A known difference has its reason."""
        if values.get("differs") and "note" not in values:
            message = "a known difference without its reason"
            yield Diagnostic("missing-key", (*path, "note"), message, "say in note why the figure does not come out")


@dataclass(frozen=True)
class Budget:
    """What the network may cost at its input, for `check`; what is left out has no bound."""

    max_params: int | None = entry(Amount(), "most parameters: 30M", default=None)
    max_macs: int | None = entry(Amount(), "most MACs at the spec's input: 8G", default=None)
    max_activations: int | None = entry(
        Amount(), "most elements that convolutions and matrix products put out: 20M", default=None
    )
    divisor: int | None = entry(
        Count(1, 65_536), "the input is a multiple of it, and every multiple of it goes through", default=None
    )


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
    stem_widths: tuple[int, ...] = entry(
        Each(Count(1, 65_536), 2, 2), "output channels of the stem's two convolutions", default=(64, 64)
    )
    upsampling: Upsampling = entry(Record(Upsampling), "how a smaller map is made larger", default=Upsampling())
    batch_norm: BatchNorm = entry(Record(BatchNorm), "what every batch norm is made with", default=BatchNorm())
    head: HeadSpec = entry(OneOf(HEAD_SPECS), "what sits on the last stage; none by default", default=NoHead())
    published: Published | None = entry(Record(Published), "what the authors printed", default=None)
    budget: Budget = entry(Record(Budget), "what it may cost: `check` holds it against this", default=Budget())
    dialect: str = field(default="", compare=False)
    """The reader that it came through, or nothing for a spec in its own words. Not a key of the file."""
    notes: tuple[str, ...] = field(default=(), compare=False)
    """What the reader assumed, ignored or left out. Not a key of the file."""

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
    def cross_check(cls, values: Mapping[str, Any], path: KeyPath) -> Iterator[Diagnostic]:
        """The default input has the channels that the network takes; the head finds the branches that it reads."""
        yield from _head_reads(values, path)
        shape = values.get("input", INVALID)
        channels = values.get("in_channels", 3)
        if isinstance(shape, tuple) and isinstance(channels, int) and shape[1] not in (0, channels):
            message = f"the input has {shape[1]} channels, the network takes in_channels: {channels}"
            yield Diagnostic("wrong-channels", (*path, "input"), message, f"write {channels} there, or set in_channels")


def _head_reads(values: Mapping[str, Any], path: KeyPath) -> Iterator[Diagnostic]:
    """A head that reads all branches needs the last stage to keep them."""
    head, keeps = values.get("head"), values.get("multi_scale_output")
    if isinstance(head, HeadSpec) and head.type != "none" and head.reads_all_branches and keeps is False:
        message = f"the {head.type} head reads every branch, and this keeps branch 0 alone"
        yield Diagnostic(
            "head-branches", (*path, "multi_scale_output"), message, "leave it out, or choose another head"
        )


SPEC_KEYS = (*(name for name in entries(Spec) if name != "stages"), *(f"stage{n}" for n in range(1, 6)))


EDITOR_KEY = "$schema"
"""By which a JSON file tells an editor its schema; `hrnet-cli schema` prints ours."""


def read_spec(value: Any, spell: Callable[[str], str] = str) -> tuple[Spec | None, Diagnostics]:
    """A plain mapping as a Spec, and everything that is wrong with it; the Spec is None where anything is.

    `spell` says how the config writes a key of the spec (`num_blocks` as `NUM_BLOCKS`); messages name keys so.
    """
    diagnostics = Diagnostics()
    diagnostics.spell = spell
    if not isinstance(value, Mapping):
        remedy = "write stage1: and below it num_modules, num_branches and the rest"
        diagnostics.append(wrong_type(value, "a mapping with stage1, stage2, …", (), remedy))
        return None, diagnostics
    stages = {key: item for key, item in value.items() if isinstance(key, str) and STAGE_KEY.fullmatch(key)}
    others = {key: item for key, item in value.items() if key not in stages and key != EDITOR_KEY}
    diagnostics += unknown_keys(others, SPEC_KEYS, ())
    known = {key: item for key, item in others.items() if key in SPEC_KEYS}
    spec = Record(Spec).read({**known, "stages": stages}, (), diagnostics)
    misspelt = {(key,) for key in meant(others, SPEC_KEYS)} - {(key,) for key in stages}
    diagnostics[:] = [
        diagnostic for diagnostic in diagnostics if diagnostic.code != "missing-key" or diagnostic.path not in misspelt
    ]
    return (None if diagnostics else spec), diagnostics
