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
from hrnet_cli.hrnet import size_ratio, stage_key, transition_key
from hrnet_cli.model.blocks import block_sequence, conv_bn, conv_bn_relu
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
        half_width, width = spec.stem_widths
        self.conv1, self.bn1 = conv_bn(spec.in_channels, half_width, 3, stride=2)
        self.conv2, self.bn2 = conv_bn(half_width, width, 3, stride=2)
        self.relu = nn.ReLU(inplace=True)
        set_place(Place("stem"), self.conv1, self.bn1, self.conv2, self.bn2, self.relu)
        first = spec.stages[0]
        self.layer1 = block_sequence(first.block, width, first.num_channels[0], first.num_blocks[0])
        set_place(Place("stage", 1), self.layer1)
        self.num_stages = len(spec.stages)
        for number in range(2, self.num_stages + 1):
            before, after = spec.stages[number - 2], spec.stages[number - 1]
            keeps_all_branches = number < self.num_stages or spec.keeps_all_branches
            setattr(self, transition_key(number - 1), make_transition(number - 1, before.widths, after.widths))
            setattr(self, stage_key(number), make_stage(number, after, keeps_all_branches, spec.upsampling))

    def features(self, x: nn.Tensor) -> list[nn.Tensor]:
        """The branches of the last stage."""
        return self.stages(self.half_resolution(x))

    def half_resolution(self, x: nn.Tensor) -> nn.Tensor:
        """The first convolution of the stem: N×in_channels×H×W to N×stem_widths[0]×H/2×W/2."""
        return self.relu(self.bn1(self.conv1(x)))

    def stages(self, x: nn.Tensor) -> list[nn.Tensor]:
        """The second convolution of the stem, and every stage."""
        xs = [self.layer1(self.relu(self.bn2(self.conv2(x))))]
        for number in range(2, self.num_stages + 1):
            xs = apply_transition(getattr(self, transition_key(number - 1)), xs)
            xs = getattr(self, stage_key(number))(xs)
        return xs

    def forward(self, x: nn.Tensor) -> Any:
        """The features. A network with a head overrides this."""
        return self.features(x)


# Transitions


def make_transition(stage: int, before: Sequence[int], after: Sequence[int]) -> nn.ModuleList:
    """The layers from a stage with branch widths `before` to `stage` + 1 with widths `after`, one for each branch.

    An existing branch has a 3×3 convolution where its width changes, else None. A new branch is made from the last
    existing one by 3×3 convolutions of stride 2, all but the last of them at that branch's width.
    """
    layers: list[nn.Sequential | None] = []
    for i, width in enumerate(after):
        j = min(i, len(before) - 1)
        layer = None
        if i > j:
            widths = [before[j]] * (i - j) + [width]
            layer = nn.Sequential(*(conv_bn_relu(*pair, 3, stride=2) for pair in pairwise(widths)))
        elif before[i] != width:
            layer = conv_bn_relu(before[i], width, 3)
        set_place(Place("transition", stage, branch=i, input_branch=j), layer)
        layers.append(layer)
    return nn.ModuleList(layers)


def apply_transition(layers: nn.ModuleList, xs: Sequence[nn.Tensor]) -> list[nn.Tensor]:
    """Each existing branch through its own layer, and the last one through those of the new branches."""
    sources = [xs[min(i, len(xs) - 1)] for i in range(len(layers))]
    return [x if layer is None else layer(x) for layer, x in zip(layers, sources, strict=True)]


# Stages


def make_stage(number: int, spec: StageSpec, keeps_all_branches: bool, upsampling: Upsampling) -> nn.Sequential:
    """The modules of a stage from 2 on. The last module has branch 0 alone as output unless `keeps_all_branches`."""
    modules = []
    for index in range(spec.num_modules):
        is_last = index == spec.num_modules - 1
        num_outputs = spec.num_branches if keeps_all_branches or not is_last else 1
        modules.append(HighResolutionModule(number, index, spec, num_outputs, upsampling))
    stage = nn.Sequential(*modules)
    set_place(Place("stage", number), stage)
    return stage


class HighResolutionModule(nn.Module):
    """Parallel branches, then the fuse layers: a list of N×C_j×H_j×W_j to a list of N×C_i×H_i×W_i.

    Output i is the ReLU of the sum over all j of branch j at the width and size of branch i (figure 3 of the CVPR
    paper). A module of one branch has no fuse layers and no ReLU.
    """

    def __init__(self, stage: int, module: int, spec: StageSpec, num_outputs: int, upsampling: Upsampling) -> None:
        set_place(Place("module", stage, module), self)
        widths, branches = spec.widths, range(spec.num_branches)
        self.branches = nn.ModuleList(
            [block_sequence(spec.block, widths[i], spec.num_channels[i], spec.num_blocks[i]) for i in branches]
        )
        for i, branch in enumerate(self.branches):
            set_place(Place("branch", stage, module, i), branch)
        if spec.num_branches == 1:
            return

        def edges(make: Callable[[int, int], nn.Module | None]) -> nn.ModuleList:
            """`make(i, j)` for every edge i←j: a row for each output, a column for each input."""
            rows = [[make(i, j) for j in branches] for i in range(num_outputs)]
            for i, row in enumerate(rows):
                for j, edge in enumerate(row):
                    set_place(Place("fuse", stage, module, i, j), edge)
            return nn.ModuleList([nn.ModuleList(row) for row in rows])

        self.fuse_layers = edges(lambda i, j: fuse_edge(i, j, widths, upsampling))
        self.resizes = None
        if upsampling.to == "size":
            mode, align_corners = upsampling.mode, upsampling.align_corners
            self.resizes = edges(lambda i, j: nn.Resize(mode, align_corners) if j > i else None)
        self.sums = nn.ModuleList([nn.Add() for _ in range(num_outputs)])
        self.relu = nn.ReLU(inplace=True)
        set_place(Place("fuse", stage, module), self.relu)
        for i, add in enumerate(self.sums):
            set_place(Place("fuse", stage, module, i), add)

    def forward(self, xs: Sequence[nn.Tensor]) -> list[nn.Tensor]:
        """Every branch by itself, then row i of the fuse layers for output i."""
        xs = [branch(x) for branch, x in zip(self.branches, xs, strict=True)]
        if len(xs) == 1:
            return xs
        return [self.relu(add(*self.terms(i, xs))) for i, add in enumerate(self.sums)]

    def terms(self, i: int, xs: Sequence[nn.Tensor]) -> list[nn.Tensor]:
        """Every branch at the width and size of output i."""
        terms = [x if edge is None else edge(x) for edge, x in zip(self.fuse_layers[i], xs, strict=True)]
        if self.resizes is None:
            return terms
        return [x if resize is None else resize(x, xs[i]) for resize, x in zip(self.resizes[i], terms, strict=True)]


def fuse_edge(i: int, j: int, widths: Sequence[int], upsampling: Upsampling) -> nn.Sequential | None:
    """The layers from input branch j to output branch i.

    j > i: 1×1 convolution to the width of i, batch norm, and upsampling by 2^(j−i). Upsampling to a size needs the map
    that has the size; it is in `HighResolutionModule.resizes`.
    j = i: None.
    j < i: i−j times 3×3 convolution of stride 2 and batch norm, a ReLU between them; the width of j until the last.
    """
    if i == j:
        return None
    if j > i:
        layers = conv_bn(widths[j], widths[i], 1)
        if upsampling.to == "size":
            return nn.Sequential(*layers)
        return nn.Sequential(*layers, nn.Upsample(size_ratio(i, j), upsampling.mode, upsampling.align_corners))
    halvings = [conv_bn_relu(widths[j], widths[j], 3, stride=2) for _ in range(i - j - 1)]
    return nn.Sequential(*halvings, nn.Sequential(*conv_bn(widths[j], widths[i], 3, stride=2)))


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
