"""The heads' fields. One row in HEAD_SPECS per head; `model.heads.HEADS` has the network of the same name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from hrnet_cli.errors import Diagnostic
from hrnet_cli.schema.fields import Choice, Count, Each, Flag, entry
from hrnet_cli.text import KeyPath

FINAL_CONV_KERNEL = Count(1, 15)
CONV_BIAS_HELP = "whether the head's convolutions in front of a batch norm have a bias (mmsegmentation's: no)"
FINAL_CONV_HELP = "kernel of the last convolution; padded by 1 if it is 3, else not at all"
SIZE_KEEPING = (1, 3)
"""Kernels whose padding keeps the size of a map."""


@dataclass(frozen=True)
class HeadSpec:
    """What every head says of itself."""

    type: ClassVar[str]
    task: ClassVar[str]
    reads_all_branches: ClassVar[bool]
    """Whether it needs every branch of the last stage, and so decides the default of `multi_scale_output`."""


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
    final_conv_kernel: int = entry(FINAL_CONV_KERNEL, FINAL_CONV_HELP, default=1)


@dataclass(frozen=True)
class SegmentationHead(HeadSpec):
    """HRNetV2 for segmentation: all branches at branch 0's size, concatenated, 1×1, then a map per class."""

    type: ClassVar[str] = "segmentation"
    task: ClassVar[str] = "segmentation"
    reads_all_branches: ClassVar[bool] = True

    num_classes: int = entry(Count(1, 100_000), "maps that come out, one per class", default=19)
    final_conv_kernel: int = entry(FINAL_CONV_KERNEL, FINAL_CONV_HELP, default=1)
    conv_bias: bool = entry(Flag(), CONV_BIAS_HELP, default=True)


@dataclass(frozen=True)
class OcrHead(HeadSpec):
    """Object-contextual representations on HRNetV2 (Yuan et al., ECCV 2020): an auxiliary map, then the refined one."""

    type: ClassVar[str] = "ocr"
    task: ClassVar[str] = "segmentation"
    reads_all_branches: ClassVar[bool] = True

    num_classes: int = entry(Count(1, 100_000), "maps that come out, one per class", default=19)
    mid_channels: int = entry(Count(1, 65_536), "width of the pixel features", default=512)
    key_channels: int = entry(Count(1, 65_536), "width of the attention's queries and keys", default=256)
    final_conv_kernel: int = entry(
        FINAL_CONV_KERNEL, "kernel of the auxiliary map's last convolution: 1, or 3 padded by 1", default=1
    )
    conv_bias: bool = entry(Flag(), CONV_BIAS_HELP, default=True)

    @classmethod
    def cross_check(cls, values: Mapping[str, Any], path: KeyPath) -> Iterator[Diagnostic]:
        """The auxiliary map is laid over the pixel features."""
        yield from _kept_size(values, path, "write 1 or 3")


@dataclass(frozen=True)
class LandmarkHead(HeadSpec):
    """HRNetV2 for facial landmarks: as segmentation, under other keys, and both convolutions padded alike."""

    type: ClassVar[str] = "landmark"
    task: ClassVar[str] = "landmarks"
    reads_all_branches: ClassVar[bool] = True

    num_joints: int = entry(Count(1, 10_000), "heatmaps that come out, one per landmark", default=68)
    final_conv_kernel: int = entry(
        FINAL_CONV_KERNEL, "kernel of the last convolution; if it is 3, both are padded by 1", default=1
    )


@dataclass(frozen=True)
class ClassificationHead(HeadSpec):
    """HRNetV2 for classification: each branch widened, added up from the top down, pooled, one score per class."""

    type: ClassVar[str] = "classification"
    task: ClassVar[str] = "classification"
    reads_all_branches: ClassVar[bool] = True

    num_classes: int = entry(Count(1, 1_000_000), "scores that come out", default=1000)
    head_conv_bias: bool = entry(
        Flag(), "whether the head's own convolutions have a bias (timm's ssld: no)", default=True
    )
    global_pool: str = entry(
        Choice(("avg", "adaptive")),
        "how the last map is pooled: the same function, but counters see adaptive pooling (timm's)",
        default="avg",
    )
    dropout: bool = entry(Flag(), "whether a dropout stands before the classifier (timm)", default=False)


@dataclass(frozen=True)
class FeaturesHead(HeadSpec):
    """timm's features_only: the stem after its first convolution, then one map per branch."""

    type: ClassVar[str] = "features"
    task: ClassVar[str] = "backbone"
    reads_all_branches: ClassVar[bool] = True

    location: str = entry(
        Choice(("incre", "branches")), "the branches as classification widens them, or as they are", default="incre"
    )


@dataclass(frozen=True)
class HrfpnHead(HeadSpec):
    """HRNetV2p for detection: branches concatenated at branch 0's size, reduced, and pooled to a pyramid."""

    type: ClassVar[str] = "hrfpn"
    task: ClassVar[str] = "detection"
    reads_all_branches: ClassVar[bool] = True

    out_channels: int = entry(Count(1, 65_536), "width of every level", default=256)
    num_outs: int = entry(Count(1, 16), "levels; level i is pooled by 2^i", default=5)
    stride: int = entry(Count(1, 8), "stride of each level's own convolution", default=1)


@dataclass(frozen=True)
class HigherHead(HeadSpec):
    """HigherHRNet (Cheng et al., CVPR 2020): heatmaps and tags on branch 0, then again at each doubled resolution."""

    type: ClassVar[str] = "higher"
    task: ClassVar[str] = "pose"
    reads_all_branches: ClassVar[bool] = False

    num_joints: int = entry(Count(1, 10_000), "heatmaps of each output", default=17)
    tag_per_joint: bool = entry(Flag(), "a tag map per joint, or one for all", default=True)
    with_ae_loss: tuple[bool, ...] = entry(
        Each(Flag(), 9), "which outputs have tags, first branch 0's, then each deconvolution's", default=(True, False)
    )
    num_channels: tuple[int, ...] = entry(Each(Count(1, 65_536), 8), "width of each deconvolution", default=(32,))
    kernel_size: tuple[int, ...] = entry(Each(Count(2, 4), 8), "kernel of each deconvolution: 2, 3 or 4", default=(4,))
    cat_output: tuple[bool, ...] = entry(
        Each(Flag(), 8), "whether a deconvolution also reads the output before it", default=(True,)
    )
    num_basic_blocks: int = entry(Count(0, 200), "BasicBlocks behind each deconvolution", default=4)
    final_conv_kernel: int = entry(FINAL_CONV_KERNEL, FINAL_CONV_HELP, default=1)

    @classmethod
    def cross_check(cls, values: Mapping[str, Any], path: KeyPath) -> Iterator[Diagnostic]:
        """One number per deconvolution in each list, and one more in with_ae_loss."""
        defaults = {item.name: item.default for item in fields(cls)}
        lengths = {
            name: len(values.get(name, defaults[name]))
            for name in ("num_channels", "kernel_size", "cat_output", "with_ae_loss")
            if isinstance(values.get(name, defaults[name]), tuple)
        }
        deconvs = lengths.get("num_channels")
        for name, length in lengths.items():
            wanted = (deconvs or 0) + (name == "with_ae_loss")
            if deconvs is not None and length != wanted:
                message = f"{length} entries for {deconvs} deconvolutions"
                yield Diagnostic("wrong-length", (*path, name), message, f"give {wanted}")
        joined = values.get("cat_output", defaults["cat_output"])
        if isinstance(joined, tuple) and any(joined):
            yield from _kept_size(values, path, "write 1 or 3, or false in all of cat_output")


def _kept_size(values: Mapping[str, Any], path: KeyPath, remedy: str) -> Iterator[Diagnostic]:
    """A map that the head needs again has the size of what it was made from."""
    kernel = values.get("final_conv_kernel", 1)
    if isinstance(kernel, int) and kernel not in SIZE_KEEPING:
        message = f"a kernel of {kernel} makes a smaller map, which does not fit where the head needs it again"
        yield Diagnostic("bad-kernel", (*path, "final_conv_kernel"), message, remedy)


HEAD_SPECS: dict[str, type[HeadSpec]] = {
    head.type: head
    for head in (
        NoHead,
        HeatmapHead,
        SegmentationHead,
        OcrHead,
        LandmarkHead,
        ClassificationHead,
        FeaturesHead,
        HrfpnHead,
        HigherHead,
    )
}
