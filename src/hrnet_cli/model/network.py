"""The backbone of HRNet (Sun et al., CVPR 2019; Wang et al., TPAMI 2020, section 3).

A stem halves the input twice. Stage 1 is one sequence of blocks. Every later stage keeps all resolutions, adds a lower
one, and exchanges between them in the fuse layers of its modules.

Names are those of the original code, so that the state-dict keys are its keys: conv1, bn1, conv2, bn2, layer1,
transition1, stage2, transition2, stage3, … In shapes, i is an output branch and j an input branch; branch i has C_i
channels and is H_i×W_i = (H / 4·2^i)×(W / 4·2^i).
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from hrnet_cli import nn
from hrnet_cli.hrnet import LITE_STAGE_OFFSET, stage_key, transition_key
from hrnet_cli.model.blocks import block_sequence, conv_bn
from hrnet_cli.model.place import Place, set_place
from hrnet_cli.model.stages import HRNET, Family, apply_transition, make_stage, make_transition
from hrnet_cli.schema import BatchNorm, Spec


class HighResolutionNet(nn.Module):
    """N×in_channels×H×W to the list of branches, N×C_i×H_i×W_i."""

    def __init__(self, spec: Spec) -> None:
        self.is_lite, self.keeps_all_branches = spec.is_lite, spec.keeps_all_branches
        family = self.add_lite_stem(spec) if spec.is_lite else self.add_stem(spec)
        self.stage_keys = later_stage_keys(spec)
        for number, (transition, stage) in enumerate(self.stage_keys, 2):
            before, after = spec.stages[number - 2], spec.stages[number - 1]
            setattr(self, transition, make_transition(number - 1, before.widths, after.widths, family.conv))
            setattr(self, stage, make_stage(number, spec, family))
        self.has_iterative_head = spec.iterative_head
        if spec.iterative_head:
            from hrnet_cli.model.lite import IterativeHead

            self.head_layer = IterativeHead(spec.stages[-1].widths)

    def add_stem(self, spec: Spec) -> Family:
        """Set HRNet's stem and stage 1; return what its other stages are made of."""
        half_width, width = spec.stem_widths
        self.conv1, self.bn1 = conv_bn(spec.in_channels, half_width, 3, stride=2)
        self.conv2, self.bn2 = conv_bn(half_width, width, 3, stride=2)
        self.relu = nn.ReLU(inplace=True)
        set_place(Place("stem"), self.conv1, self.bn1, self.conv2, self.bn2, self.relu)
        first = spec.stages[0]
        self.layer1 = block_sequence(first.block, width, first.num_channels[0], first.num_blocks[0])
        set_place(Place("stage", 1), self.layer1)
        return HRNET

    def add_lite_stem(self, spec: Spec) -> Family:
        """The same of Lite-HRNet, whose stage 1 is the second half of its stem."""
        from hrnet_cli.model.lite import LITE_HRNET
        from hrnet_cli.model.lite_blocks import ShuffleStem

        first = spec.stages[0]
        self.stem = ShuffleStem(spec.in_channels, spec.stem_widths[0], first.widths[0], first.expand_ratio)
        set_place(Place("stem"), self.stem.conv1)
        set_place(Place("stage", 1), self.stem)
        return LITE_HRNET

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
