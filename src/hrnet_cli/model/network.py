"""HRNet: a stem to 1/4 of the input, then stages that keep every resolution and add lower ones beside them.

Names are those of the original code, so that the state-dict keys are its keys: conv1, bn1, conv2, bn2, layer1,
transition1, stage2, transition2, stage3, …
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hrnet_cli import nn
from hrnet_cli.model.blocks import chain, conv_bn
from hrnet_cli.model.place import Place, set_place
from hrnet_cli.model.stage import stage
from hrnet_cli.model.transition import cross, transition
from hrnet_cli.schema import Spec


class HighResolutionNet(nn.Module):
    """The backbone: N×in_channels×H×W to a list of branches, N×C_i×(H / 4·2^i)×(W / 4·2^i)."""

    def __init__(self, spec: Spec) -> None:
        first_width, width = spec.stem_widths
        self.conv1, self.bn1 = conv_bn(spec.in_channels, first_width, kernel_size=3, stride=2)
        self.conv2, self.bn2 = conv_bn(first_width, width, kernel_size=3, stride=2)
        self.relu = nn.ReLU(inplace=True)
        for part in (self.conv1, self.bn1, self.conv2, self.bn2, self.relu):
            set_place(part, Place("stem"))
        first = spec.stages[0]
        self.layer1 = chain(first.block, width, first.num_channels[0], first.num_blocks[0])
        set_place(self.layer1, Place("stage", 1))
        self.num_stages = len(spec.stages)
        for number in range(2, self.num_stages + 1):
            before, after = spec.stages[number - 2], spec.stages[number - 1]
            keeps_all_branches = number < self.num_stages or spec.keeps_all_branches
            setattr(self, f"transition{number - 1}", transition(number - 1, before.widths, after.widths))
            setattr(self, f"stage{number}", stage(after, number, keeps_all_branches, spec.upsampling))

    def features(self, x: nn.Tensor) -> list[nn.Tensor]:
        """The branches of the last stage."""
        return self.after_stem(self.first_half(x))

    def first_half(self, x: nn.Tensor) -> nn.Tensor:
        """The first half of the stem: N×in_channels×H×W to N×stem_widths[0]×H/2×W/2."""
        y: nn.Tensor = self.relu(self.bn1(self.conv1(x)))
        return y

    def after_stem(self, x: nn.Tensor) -> list[nn.Tensor]:
        """The rest of the stem, and every stage."""
        xs = [self.layer1(self.relu(self.bn2(self.conv2(x))))]
        for layers, modules in self._later_stages():
            xs = modules(cross(layers, xs))
        return xs

    def forward(self, x: nn.Tensor) -> Any:
        """The features; a network with a head overrides this."""
        return self.features(x)

    def _later_stages(self) -> Iterator[tuple[nn.ModuleList, nn.Sequential]]:
        for number in range(2, self.num_stages + 1):
            yield getattr(self, f"transition{number - 1}"), getattr(self, f"stage{number}")
