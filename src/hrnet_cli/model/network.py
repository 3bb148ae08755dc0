"""The backbone of HRNet (Sun et al., CVPR 2019; Wang et al., TPAMI 2020, section 3).

A stem halves the input twice. Stage 1 is one sequence of blocks. Every later stage keeps all resolutions, adds a lower
one, and exchanges between them in the fuse layers of its modules.

Names are those of the original code, so that the state-dict keys are its keys: conv1, bn1, conv2, bn2, layer1,
transition1, stage2, transition2, stage3, … In shapes, i is an output branch and j an input branch; branch i has C_i
channels and is H_i×W_i = (H / 4·2^i)×(W / 4·2^i).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from itertools import pairwise
from typing import Any, NamedTuple

from hrnet_cli import nn
from hrnet_cli.hrnet import LITE_STAGE_OFFSET, size_ratio, stage_key, transition_key
from hrnet_cli.model.blocks import block_sequence, conv_bn
from hrnet_cli.schema import BatchNorm, Spec, StageSpec, Upsampling


class Place(NamedTuple):
    """The part of the network that a module belongs to. The model sets it; nothing parses a module's path.

    Stages count from 1, modules and branches from 0, as in the papers and their code.
    """

    part: str
    """`stem`, `stage`, `module`, `branch`, `fuse`, `transition` or `head`."""
    stage: int | None = None
    module: int | None = None
    branch: int | None = None
    """The output branch i."""
    input_branch: int | None = None
    """The input branch j of a fuse edge or a transition."""

    def __str__(self) -> str:
        """As messages show it: `stem`, `transition 2 branch 1`, `stage 3 module 2 fuse 0←1`."""
        if self.stage is None:
            return self.part
        words = [f"{'transition' if self.part == 'transition' else 'stage'} {self.stage}"]
        if self.module is not None:
            words.append(f"module {self.module}")
        if self.part == "fuse":
            words.append("fuse")
            if self.branch is not None:
                words.append(f"{self.branch}" if self.input_branch is None else f"{self.branch}←{self.input_branch}")
        elif self.branch is not None:
            words.append(f"branch {self.branch}")
        return " ".join(words)


NETWORK = Place("network")
"""The place of a module that belongs to none of these parts."""


def set_place(place: Place, *modules: nn.Module | None) -> None:
    """Set the place of modules, where they are not None. What they call has the same place, unless its own is set."""
    for module in modules:
        if module is not None:
            module.place = place


class HighResolutionNet(nn.Module):
    """N×in_channels×H×W to the list of branches, N×C_i×H_i×W_i."""

    def __init__(self, spec: Spec) -> None:
        self.is_lite, self.keeps_all_branches = spec.is_lite, spec.keeps_all_branches
        conv = self.add_lite_stem(spec) if spec.is_lite else self.add_stem(spec)
        self.stage_keys = later_stage_keys(spec)
        for number, (transition, stage) in enumerate(self.stage_keys, 2):
            before, after = spec.stages[number - 2], spec.stages[number - 1]
            setattr(self, transition, make_transition(number - 1, before.widths, after.widths, conv))
            setattr(self, stage, make_stage(number, spec, conv))
        self.has_iterative_head = spec.iterative_head
        if spec.iterative_head:
            from hrnet_cli.model.lite import IterativeHead

            self.head_layer = IterativeHead(spec.stages[-1].widths)

    def add_stem(self, spec: Spec) -> Convolution:
        """Set HRNet's stem and stage 1; return what its other stages halve and adapt their maps with."""
        half_width, width = spec.stem_widths
        self.conv1, self.bn1 = conv_bn(spec.in_channels, half_width, 3, stride=2)
        self.conv2, self.bn2 = conv_bn(half_width, width, 3, stride=2)
        self.relu = nn.ReLU(inplace=True)
        set_place(Place("stem"), self.conv1, self.bn1, self.conv2, self.bn2, self.relu)
        first = spec.stages[0]
        self.layer1 = block_sequence(first.block, width, first.num_channels[0], first.num_blocks[0])
        set_place(Place("stage", 1), self.layer1)
        return dense

    def add_lite_stem(self, spec: Spec) -> Convolution:
        """The same of Lite-HRNet, whose stage 1 is the second half of its stem."""
        from hrnet_cli.model.lite import separable
        from hrnet_cli.model.lite_blocks import ShuffleStem

        first = spec.stages[0]
        self.stem = ShuffleStem(spec.in_channels, spec.stem_widths[0], first.widths[0], first.expand_ratio)
        set_place(Place("stem"), self.stem.conv1)
        set_place(Place("stage", 1), self.stem)
        return separable

    def features(self, x: nn.Tensor) -> list[nn.Tensor]:
        """The branches of the last stage, or branch 0 alone.

        Lite-HRNet computes every branch, and leaves out the others behind its own head.
        """
        if not self.is_lite:
            return self.stages(self.half_resolution(x))
        xs = self.later_stages(self.stem(x))
        if self.has_iterative_head:
            xs = self.head_layer(xs)
        return xs if self.keeps_all_branches else xs[:1]

    def half_resolution(self, x: nn.Tensor) -> nn.Tensor:
        """The first convolution of HRNet's stem: N×in_channels×H×W to N×stem_widths[0]×H/2×W/2."""
        return self.relu(self.bn1(self.conv1(x)))

    def stages(self, x: nn.Tensor) -> list[nn.Tensor]:
        """The second convolution of HRNet's stem, and every stage."""
        return self.later_stages(self.layer1(self.relu(self.bn2(self.conv2(x)))))

    def later_stages(self, x: nn.Tensor) -> list[nn.Tensor]:
        """The output of stage 1 through every other stage."""
        xs = [x]
        for transition, stage in self.stage_keys:
            xs = apply_transition(getattr(self, transition), xs)
            xs = getattr(self, stage)(xs)
        return xs

    def forward(self, x: nn.Tensor) -> Any:
        """The features. A network with a head overrides this."""
        return self.features(x)


def later_stage_keys(spec: Spec) -> tuple[tuple[str, str], ...]:
    """The state-dict keys of each stage from 2 on, and of the transition before it."""
    offset = LITE_STAGE_OFFSET if spec.is_lite else 0
    numbers = range(2, len(spec.stages) + 1)
    return tuple((transition_key(n - max(offset, 1)), stage_key(n - offset)) for n in numbers)


# Convolutions that halve a map or adapt its width

Convolution = Callable[[int, int, int], tuple[nn.Module, ...]]
"""The layers from in_channels to out_channels with a stride, without a ReLU; at stride 1 the size stays."""


def dense(in_channels: int, out_channels: int, stride: int) -> tuple[nn.Module, ...]:
    """HRNet's: a 3×3 convolution and its batch norm."""
    return conv_bn(in_channels, out_channels, 3, stride)


# Transitions


def make_transition(stage: int, before: Sequence[int], after: Sequence[int], conv: Convolution) -> nn.ModuleList:
    """The layers from a stage with branch widths `before` to `stage` + 1 with widths `after`, one for each branch.

    An existing branch has a convolution where its width changes, else None. A new branch is made from the last
    existing one by convolutions of stride 2, all but the last of them at that branch's width.
    """
    layers: list[nn.Sequential | None] = []
    for i, width in enumerate(after):
        j = min(i, len(before) - 1)
        layer = None
        if i > j:
            widths = [before[j]] * (i - j) + [width]
            layer = nn.Sequential(*(with_relu(conv(*pair, 2)) for pair in pairwise(widths)))
        elif before[i] != width:
            layer = with_relu(conv(before[i], width, 1))
        set_place(Place("transition", stage, branch=i, input_branch=j), layer)
        layers.append(layer)
    return nn.ModuleList(layers)


def with_relu(layers: tuple[nn.Module, ...]) -> nn.Sequential:
    """Layers and a ReLU behind them."""
    return nn.Sequential(*layers, nn.ReLU(inplace=True))


def apply_transition(layers: nn.ModuleList, xs: Sequence[nn.Tensor]) -> list[nn.Tensor]:
    """Each existing branch through its own layer, and the last one through those of the new branches."""
    sources = [xs[min(i, len(xs) - 1)] for i in range(len(layers))]
    return [x if layer is None else layer(x) for layer, x in zip(layers, sources, strict=True)]


# Stages


def make_stage(number: int, network: Spec, conv: Convolution) -> nn.Sequential:
    """The modules of a stage from 2 on.

    The last module of the last stage has branch 0 alone as output, unless the network keeps all branches. Lite-HRNet
    computes all of them also where it leaves them out later.
    """
    spec = network.stages[number - 1]
    keeps_all_branches = number < len(network.stages) or network.keeps_all_branches or network.is_lite
    module_class: type[FusingModule] = HighResolutionModule
    if network.is_lite:
        from hrnet_cli.model.lite import LiteHRModule

        module_class = LiteHRModule
    modules = []
    for index in range(spec.num_modules):
        is_last = index == spec.num_modules - 1
        num_outputs = spec.num_branches if keeps_all_branches or not is_last else 1
        module = module_class(number, index, spec)
        if spec.num_branches > 1 and spec.with_fuse:
            module.add_fuse_layers(number, index, spec.widths, num_outputs, network.upsampling, conv)
        modules.append(module)
    stage = nn.Sequential(*modules)
    set_place(Place("stage", number), stage)
    return stage


class FusingModule(nn.Module):
    """Base class of the modules: fuse layers for the branches that a subclass has.

    Output i is the ReLU of the sum over all j of branch j at the width and size of branch i (figure 3 of the CVPR
    paper).
    """

    def __init__(self, stage: int, module: int, spec: StageSpec) -> None:
        raise NotImplementedError

    def add_fuse_layers(
        self,
        stage: int,
        module: int,
        widths: Sequence[int],
        num_outputs: int,
        upsampling: Upsampling,
        conv: Convolution,
    ) -> None:
        """Set the fuse layers, of which each output has a row and each input a column, the sums and the ReLU."""
        branches = range(len(widths))

        def edges(make: Callable[[int, int], nn.Module | None]) -> nn.ModuleList:
            """`make(i, j)` for every edge i←j: a row for each output, a column for each input."""
            rows = [[make(i, j) for j in branches] for i in range(num_outputs)]
            for i, row in enumerate(rows):
                for j, edge in enumerate(row):
                    set_place(Place("fuse", stage, module, i, j), edge)
            return nn.ModuleList([nn.ModuleList(row) for row in rows])

        self.fuse_layers = edges(lambda i, j: fuse_edge(i, j, widths, upsampling, conv))
        self.resizes = None
        if upsampling.to == "size":
            mode, align_corners = upsampling.mode, upsampling.align_corners
            self.resizes = edges(lambda i, j: nn.Resize(mode, align_corners) if j > i else None)
        self.sums = nn.ModuleList([nn.Add() for _ in range(num_outputs)])
        self.relu = nn.ReLU(inplace=self.relu_is_inplace)
        set_place(Place("fuse", stage, module), self.relu)
        for i, add in enumerate(self.sums):
            set_place(Place("fuse", stage, module, i), add)

    relu_is_inplace = True
    """Whether nothing reads a sum after its ReLU."""

    def term(self, i: int, j: int, xs: Sequence[nn.Tensor]) -> nn.Tensor:
        """Branch j at the width and size of output i."""
        edge = self.fuse_layers[i][j]
        x = xs[j] if edge is None else edge(xs[j])
        resize = None if self.resizes is None else self.resizes[i][j]
        return x if resize is None else resize(x, xs[i])


class HighResolutionModule(FusingModule):
    """Parallel branches, then the fuse layers: a list of N×C_j×H_j×W_j to a list of N×C_i×H_i×W_i.

    A module of one branch has no fuse layers and no ReLU.
    """

    def __init__(self, stage: int, module: int, spec: StageSpec) -> None:
        set_place(Place("module", stage, module), self)
        widths, branches = spec.widths, range(spec.num_branches)
        self.branches = nn.ModuleList(
            [block_sequence(spec.block, widths[i], spec.num_channels[i], spec.num_blocks[i]) for i in branches]
        )
        for i, branch in enumerate(self.branches):
            set_place(Place("branch", stage, module, i), branch)

    def forward(self, xs: Sequence[nn.Tensor]) -> list[nn.Tensor]:
        """Every branch by itself, then row i of the fuse layers for output i."""
        xs = [branch(x) for branch, x in zip(self.branches, xs, strict=True)]
        if len(xs) == 1:
            return xs
        columns = range(len(xs))
        return [self.relu(add(*[self.term(i, j, xs) for j in columns])) for i, add in enumerate(self.sums)]


def fuse_edge(i: int, j: int, widths: Sequence[int], upsampling: Upsampling, conv: Convolution) -> nn.Sequential | None:
    """The layers from input branch j to output branch i.

    j > i: 1×1 convolution to the width of i, batch norm, and upsampling by 2^(j−i). Upsampling to a size needs the map
    that has the size; it is in `FusingModule.resizes`.
    j = i: None.
    j < i: i−j times a convolution of stride 2, a ReLU between them; the width of j until the last.
    """
    if i == j:
        return None
    if j > i:
        layers = conv_bn(widths[j], widths[i], 1)
        if upsampling.to == "size":
            return nn.Sequential(*layers)
        return nn.Sequential(*layers, nn.Upsample(size_ratio(i, j), upsampling.mode, upsampling.align_corners))
    halvings = [with_relu(conv(widths[j], widths[j], 2)) for _ in range(i - j - 1)]
    return nn.Sequential(*halvings, nn.Sequential(*conv(widths[j], widths[i], 2)))


HEADS: dict[str, str] = {
    "none": "hrnet_cli.model.network:HighResolutionNet",
    "heatmap": "hrnet_cli.model.heads:PoseHighResolutionNet",
    "higher": "hrnet_cli.model.heads:HigherHighResolutionNet",
    "segmentation": "hrnet_cli.model.heads:SegmentationHighResolutionNet",
    "landmark": "hrnet_cli.model.heads:LandmarkHighResolutionNet",
    "ocr": "hrnet_cli.model.ocr:OcrHighResolutionNet",
    "classification": "hrnet_cli.model.heads:ClassificationHighResolutionNet",
    "features": "hrnet_cli.model.heads:FeaturesHighResolutionNet",
    "hrfpn": "hrnet_cli.model.heads:DetectionHighResolutionNet",
}
"""From a head's `type` in the spec to the module and class of its network, imported when it is built; its fields are in
`schema.HEAD_SPECS`."""


def build_network(spec: Spec) -> nn.Module:
    """The network of a valid spec, over shapes."""
    module, _, class_name = HEADS[spec.head.type].partition(":")
    network: nn.Module = getattr(import_module(module), class_name)(spec)
    if spec.batch_norm != BatchNorm():
        _set_batch_norm(network, spec.batch_norm)
    return network


def _set_batch_norm(module: nn.Module, batch_norm: BatchNorm) -> None:
    """Set momentum and eps of every batch norm; a network has one setting for all of them."""
    if isinstance(module, nn.BatchNorm2d):
        module.momentum, module.eps = batch_norm.momentum, batch_norm.eps
    for _, child in module.named_children():
        _set_batch_norm(child, batch_norm)
