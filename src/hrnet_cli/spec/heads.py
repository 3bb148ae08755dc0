"""The heads' fields. One row in HEAD_SPECS per head; `model.heads.HEADS` has the network of the same name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from hrnet_cli.spec.fields import Count, Finding, Path, entry


@dataclass(frozen=True)
class HeadSpec:
    """What every head says of itself."""

    type: ClassVar[str]
    task: ClassVar[str]
    reads_all_branches: ClassVar[bool]
    """Whether it needs every branch of the last stage, and so decides the default of `multi_scale_output`."""

    @classmethod
    def cross_check(cls, _values: Mapping[str, Any], _path: Path) -> Iterator[Finding]:
        """What is wrong between fields that are right each by itself."""
        yield from ()


@dataclass(frozen=True)
class NoHead(HeadSpec):
    """The bare backbone: its output is the list of branches."""

    type: ClassVar[str] = "none"
    task: ClassVar[str] = "backbone"
    reads_all_branches: ClassVar[bool] = True


@dataclass(frozen=True)
class HeatmapHead(HeadSpec):
    """HRNetV1 for pose: one convolution on branch 0, a heatmap per joint (Sun et al., CVPR 2019, section 3)."""

    type: ClassVar[str] = "heatmap"
    task: ClassVar[str] = "pose"
    reads_all_branches: ClassVar[bool] = False

    num_joints: int = entry(Count(1, 10_000), "heatmaps that come out, one per joint", default=17)
    final_conv_kernel: int = entry(
        Count(1, 15), "kernel of the last convolution; padded by 1 if it is 3, else not at all", default=1
    )


HEAD_SPECS: dict[str, type[HeadSpec]] = {head.type: head for head in (NoHead, HeatmapHead)}
