"""What a network is, as data: the stages of the papers and of every published config, and what surrounds them.

The widths in `num_channels` are before a block's expansion (BASIC 1, BOTTLENECK 4). Stage 1 is one chain of blocks on
one branch (`layer1` in every implementation); every later stage is `num_modules` modules, each of them `num_branches`
parallel branches followed by a fuse layer (Wang et al., TPAMI 2020, section 3).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import Any

from hrnet_cli.errors import Diagnostic
from hrnet_cli.hrnet import (
    IN_CHANNELS,
    LITE_STAGES,
    LITE_STEM_BLOCK,
    MAX_CHANNELS,
    MAX_STAGES,
    STAGE_KEY,
    STAGE_KEYS,
    STEM_WIDTHS,
)
from hrnet_cli.schema.fields import (
    INVALID,
    Amount,
    Choice,
    Count,
    Each,
    Flag,
    Number,
    OneOf,
    RecordOf,
    Size,
    Text,
    misspelt_keys,
    unknown_keys,
    wrong_type,
)
from hrnet_cli.schema.heads import HEAD_SPECS, HeadSpec, NoHead
from hrnet_cli.schema.records import Diagnostics, Record, entries, entry, record
from hrnet_cli.schema.stages import Spell, StageSpec, read_stages
from hrnet_cli.text import KeyPath, plural, quote

Shape4 = tuple[int, int, int, int]
DEFAULT_INPUT: Shape4 = (1, IN_CHANNELS, 256, 192)
"""N×C×H×W of a spec that gives no input: the size of the pose networks."""


@record(frozen=True)
class Upsampling(Record):
    """How fuse layers, and heads that join branches, bring a map to a larger one's size.

    By factor, an odd input breaks the sum; to the other map's size, every input passes.
    """

    mode: str = entry(Choice(("nearest", "bilinear")), "interpolation", default="nearest")
    to: str = entry(Choice(("factor", "size")), "by the factor 2^(j−i), or to the target's own size", default="factor")
    align_corners: bool | None = entry(Flag(), "torch's argument of that name; bilinear only", default=None)

    @property
    def words(self) -> str:
        """`nearest by factor`, `bilinear to size with align_corners`; left out, align_corners is false."""
        target = "by factor" if self.to == "factor" else "to size"
        return f"{self.mode} {target}" + (" with align_corners" if self.align_corners else "")

    @classmethod
    def check_fields(
        cls, values: Mapping[str, Any], path: KeyPath, spell: Callable[[str], str]
    ) -> Iterator[Diagnostic]:
        """Only bilinear upsampling has corners to align."""
        if values.get("align_corners") is not None and values.get("mode", "nearest") == "nearest":
            name = spell("align_corners")
            message, remedy = f"{name} has no effect on nearest upsampling", "remove it, or set mode: bilinear"
            yield Diagnostic("no-effect", (*path, "align_corners"), message, remedy)


@record(frozen=True)
class BatchNorm(Record):
    """The arguments of every batch norm."""

    momentum: float = entry(Number(0, 1), "weight of a new batch in the running statistics", default=0.1)
    eps: float = entry(Number(0, 1), "added to the variance", default=1e-5)


PUBLISHED_FIGURES = ("params", "flops")
PUBLISHED_RULES = ("published", "macs", "output-deconv", "fvcore", "torchstat")
"""How authors counted what they print as FLOPs; `analysis` has the count of each."""


class PrintedFigure:
    """A number and a unit as authors print them: 28.5M, 7.1G."""

    FORM = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?[MG]")

    def read(self, value: Any, path: KeyPath, diagnostics: Diagnostics) -> Any:
        """The string, unchanged."""
        if isinstance(value, str) and self.FORM.fullmatch(value):
            return value
        if isinstance(value, str):
            diagnostics.append(Diagnostic("bad-figure", path, f"{quote(value)} is not a figure", "write 28.5M or 7.1G"))
        else:
            diagnostics.append(wrong_type(value, "a string", path, "write 28.5M or 7.1G"))
        return None


@record(frozen=True)
class Published(Record):
    """The figures that the network's authors printed, for comparison with ours."""

    params: str = entry(PrintedFigure(), "as printed: 28.5M")
    flops: str = entry(PrintedFigure(), "as printed: 7.1G")
    source: str = entry(Text(), "where they are printed")
    rule: str = entry(
        Choice(PUBLISHED_RULES),
        "how flops were counted: MACs ÷ 2³⁰, MACs ÷ 10⁹, the same with deconvolutions over their output, by fvcore, "
        "or by torchstat",
        default="published",
    )
    differs: tuple[str, ...] = entry(
        Each(Choice(PUBLISHED_FIGURES), 2), "figures that are known not to be reproducible", default=()
    )
    note: str = entry(Text(), "why they are not", default="")

    @classmethod
    def check_fields(cls, values: Mapping[str, Any], path: KeyPath, _: Callable[[str], str]) -> Iterator[Diagnostic]:
        """A known difference needs its reason."""
        if values.get("differs") and "note" not in values:
            remedy = "add note: why the figure is not reproducible"
            yield Diagnostic("missing-key", (*path, "note"), "a known difference needs a note", remedy)


@record(frozen=True)
class Budget(Record):
    """What the network may cost at its input, for `check`. A figure that is left out has no limit."""

    max_params: int | None = entry(Amount(), "at most this many parameters: 30M", default=None)
    max_macs: int | None = entry(Amount(), "at most this many MACs at the spec's input: 8G", default=None)
    max_activations: int | None = entry(
        Amount(), "at most this many activations (outputs of convolutions and matmuls): 20M", default=None
    )
    divisor: int | None = entry(
        Count(1, 65_536), "the input is a multiple of it, and every multiple of it must go through", default=None
    )


@record(frozen=True)
class Spec(Record):
    """A whole network. Made by `load_spec`, which checks it; immutable, comparable and hashable."""

    stages: tuple[StageSpec, ...] = entry(
        Each(RecordOf(StageSpec), MAX_STAGES, 1), "stage1, stage2, … at the top of the file"
    )
    name: str = entry(Text(), "name of the network in reports", default="hrnet")
    in_channels: int = entry(Count(1, MAX_CHANNELS), "channels of the input image", default=IN_CHANNELS)
    input: Shape4 = entry(
        Size(), "input shape N×C×H×W for trace and flops, unless --input is given", default=DEFAULT_INPUT
    )
    multi_scale_output: bool | None = entry(
        Flag(), "whether the last stage keeps all its branches; by default, if the head reads them", default=None
    )
    stem_widths: tuple[int, ...] = entry(
        Each(Count(1, MAX_CHANNELS), len(STEM_WIDTHS), 1),
        "output channels of the stem's two convolutions, or of Lite-HRNet's one",
        default=STEM_WIDTHS,
    )
    iterative_head: bool = entry(
        Flag(),
        "whether Lite-HRNet's own head joins the branches, from the lowest one up, before what follows",
        default=False,
    )
    upsampling: Upsampling = entry(RecordOf(Upsampling), "how a smaller map is made larger", default=Upsampling())
    batch_norm: BatchNorm = entry(RecordOf(BatchNorm), "arguments of every batch norm", default=BatchNorm())
    head: HeadSpec = entry(OneOf(HEAD_SPECS), "what follows the last stage; none by default", default=NoHead())
    published: Published | None = entry(RecordOf(Published), "figures that the authors printed", default=None)
    budget: Budget = entry(RecordOf(Budget), "what the network may cost, for check", default=Budget())
    dialect: str = field(default="", compare=False)
    """The dialect that it was read from; empty for a spec of our own. Not a key of the file."""
    notes: tuple[str, ...] = field(default=(), compare=False)
    """What the reader assumed, ignored or left out. Not a key of the file."""
    key_prefixes: tuple[str, str] = field(default=("", ""), compare=False)
    """What the package of a config puts before the state-dict keys of the backbone and of the head. Not a key."""

    def __repr__(self) -> str:
        widths = "/".join(map(str, self.stages[-1].widths))
        return f"Spec({self.name}, {plural(len(self.stages), 'stage')}, widths {widths}, head {self.head.type})"

    @property
    def is_lite(self) -> bool:
        """Whether it is a Lite-HRNet: its stem, its blocks and the keys of its state dict are others."""
        return self.stages[0].block == LITE_STEM_BLOCK

    @property
    def keeps_all_branches(self) -> bool:
        """Whether the last stage keeps all its branches: `multi_scale_output`, or else whether the head reads them."""
        return self.head.reads_all_branches if self.multi_scale_output is None else self.multi_scale_output

    @property
    def output_widths(self) -> tuple[int, ...]:
        """Channels of the branches that a head gets: those of the last stage, moved by Lite-HRNet's own head."""
        widths = self.stages[-1].widths
        return (widths[0], *widths[:-1]) if self.iterative_head else widths

    @property
    def input_shape(self) -> Shape4:
        """The default input, with the channels that this network takes."""
        return (self.input[0], self.in_channels, *self.input[2:])

    def fill_input(self, shape: Shape4) -> Shape4:
        """N×C×H×W with a batch of 1 and this network's channels where the shape has 0."""
        batch, channels, height, width = shape
        return (batch or 1, channels or self.in_channels, height, width)


# Reading a spec

FIELDS = {name: item for name, item in entries(Spec).items() if name != "stages"}
SPEC_KEYS = (*FIELDS, *STAGE_KEYS[:5])
"""The keys at the top of a spec, as messages list them."""
EDITOR_KEY = "$schema"
"""Names the JSON Schema in a JSON file, for editors; `hrnet-cli schema` prints ours."""


def read_spec(value: Any, spell: Spell = str, blocks: tuple[str, ...] = ()) -> tuple[Spec | None, Diagnostics]:
    """A plain mapping as a Spec, and everything that is wrong with it; the Spec is None if anything is.

    `spell` says how the config writes a key of the spec (`num_blocks` as `NUM_BLOCKS`); messages name keys so.
    `blocks` are those that the config's own code has; by default every block.
    """
    diagnostics = Diagnostics()
    diagnostics.spell, diagnostics.blocks = spell, blocks
    if not isinstance(value, Mapping):
        remedy = "write stage1: and below it num_modules, num_branches and the rest"
        diagnostics.append(wrong_type(value, "a mapping with stage1, stage2, …", (), remedy))
        return None, diagnostics
    stages = {key: item for key, item in value.items() if isinstance(key, str) and STAGE_KEY.fullmatch(key)}
    values: dict[str, Any] = {}
    for name, item in FIELDS.items():
        if name in value:
            values[name] = item.metadata["kind"].read(value[name], (name,), diagnostics)
    values["stages"] = read_stages(stages, diagnostics)
    if len(stages) + len(values) - 1 < len(value):
        _report_unknown_keys(value, stages, diagnostics)
    if values.get("multi_scale_output") is False or "input" in values:
        diagnostics += _check_head_and_input(values, spell)
    if values["stages"] is not INVALID and _may_be_lite(values):
        from hrnet_cli.schema.lite import check_network

        diagnostics += check_network(values, spell)
    if diagnostics:
        return None, diagnostics
    batch, _, height, width = values.get("input", FIELDS["input"].default)
    values["input"] = (batch or 1, values.get("in_channels", IN_CHANNELS), height, width)
    return Spec(**values), diagnostics


def _may_be_lite(values: Mapping[str, Any]) -> bool:
    """Whether a spec has anything of a Lite-HRNet, or a stem that only one of the two families has."""
    blocks = (stage.block for stage in values["stages"])
    return "stem_widths" in values or "iterative_head" in values or any(block in LITE_STAGES for block in blocks)


def _report_unknown_keys(value: Mapping[Any, Any], stages: Mapping[str, Any], diagnostics: Diagnostics) -> None:
    """The keys at the top that no spec has. The key that one is a misspelling of is not reported as missing too."""
    others = {key: item for key, item in value.items() if key not in stages and key != EDITOR_KEY}
    diagnostics += unknown_keys(others, SPEC_KEYS, (), diagnostics.spell)
    misspelt = [(key,) for key in misspelt_keys(others, SPEC_KEYS, diagnostics.spell) - stages.keys()]
    diagnostics[:] = [each for each in diagnostics if each.code != "missing-key" or each.path not in misspelt]


def _check_head_and_input(values: Mapping[str, Any], spell: Spell) -> Iterator[Diagnostic]:
    """A head that reads every branch needs the last stage to keep them; the input has the network's channels."""
    head = values.get("head")
    branch_0_alone = values.get("multi_scale_output") is False
    if branch_0_alone and isinstance(head, HeadSpec) and head.reads_all_branches and head.type != NoHead.type:
        message = f"the {head.type} head reads every branch, and the last stage keeps branch 0 alone"
        yield Diagnostic("head-branches", ("multi_scale_output",), message, "remove it, or choose another head")
    shape, channels = values.get("input"), values.get("in_channels", IN_CHANNELS)
    if isinstance(shape, tuple) and isinstance(channels, int) and shape[1] not in (0, channels):
        message = f"the input has {shape[1]} channels, the network takes {spell('in_channels')}: {channels}"
        remedy = f"write {channels} there, or set {spell('in_channels')}"
        yield Diagnostic("wrong-channels", ("input",), message, remedy)
