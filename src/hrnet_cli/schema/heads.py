"""The fields of each head: a row in HEAD_SPECS is a head, and `model.HEADS` has the network that carries it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from hrnet_cli.errors import Diagnostic
from hrnet_cli.hrnet import MAX_CHANNELS, final_padding, same_padding
from hrnet_cli.schema.fields import Choice, Count, Each, Flag
from hrnet_cli.schema.records import Record, entries, entry, record
from hrnet_cli.text import KeyPath, plural

FINAL_CONV_KERNEL = Count(1, 15)
CONV_BIAS_HELP = "whether convolutions before a batch norm have a bias (not in mmsegmentation)"
FINAL_CONV_HELP = "kernel size of the last convolution, padded by 1 only if it is 3"


@record(frozen=True)
class HeadSpec(Record):
    """What every head has: its name in a spec, the task it is for, and whether it reads every branch.

    A head that reads every branch makes the last stage keep them: the default of `multi_scale_output`.
    """

    type: ClassVar[str]
    task: ClassVar[str]
    reads_all_branches: ClassVar[bool]


@record(frozen=True)
class NoHead(HeadSpec):
    """The backbone alone: its output is the list of branches."""

    type: ClassVar[str] = "none"
    task: ClassVar[str] = "backbone"
    reads_all_branches: ClassVar[bool] = True


@record(frozen=True)
class HeatmapHead(HeadSpec):
    """HRNetV1 for pose: one convolution on branch 0, a heatmap per joint (Sun et al., CVPR 2019, section 3)."""

    type: ClassVar[str] = "heatmap"
    task: ClassVar[str] = "pose"
    reads_all_branches: ClassVar[bool] = False

    num_joints: int = entry(Count(1, 10_000), "number of heatmaps, one per joint", default=17)
    final_conv_kernel: int = entry(FINAL_CONV_KERNEL, FINAL_CONV_HELP, default=1)


@record(frozen=True)
class SegmentationHead(HeadSpec):
    """HRNetV2 for segmentation: branches resized to branch 0 and concatenated, a 1×1 convolution, a map per class."""

    type: ClassVar[str] = "segmentation"
    task: ClassVar[str] = "segmentation"
    reads_all_branches: ClassVar[bool] = True

    num_classes: int = entry(Count(1, 100_000), "number of output maps, one per class", default=19)
    final_conv_kernel: int = entry(FINAL_CONV_KERNEL, FINAL_CONV_HELP, default=1)
    conv_bias: bool = entry(Flag(), CONV_BIAS_HELP, default=True)


@record(frozen=True)
class OcrHead(HeadSpec):
    """Object-contextual representations on HRNetV2 (Yuan et al., ECCV 2020): an auxiliary map, then the refined one."""

    type: ClassVar[str] = "ocr"
    task: ClassVar[str] = "segmentation"
    reads_all_branches: ClassVar[bool] = True

    num_classes: int = entry(Count(1, 100_000), "number of output maps, one per class", default=19)
    mid_channels: int = entry(Count(1, MAX_CHANNELS), "channels of the pixel features", default=512)
    key_channels: int = entry(Count(1, MAX_CHANNELS), "channels of the attention's queries and keys", default=256)
    final_conv_kernel: int = entry(
        FINAL_CONV_KERNEL, "kernel size of the auxiliary map's last convolution: 1, or 3 padded by 1", default=1
    )
    conv_bias: bool = entry(Flag(), CONV_BIAS_HELP, default=True)

    @classmethod
    def check_fields(cls, values: Mapping[str, Any], path: KeyPath, _: Callable[[str], str]) -> Iterator[Diagnostic]:
        """The auxiliary map is multiplied with the pixel features, so that both must have one size."""
        yield from _check_kernel(values, path, "write 1 or 3")


@record(frozen=True)
class LandmarkHead(HeadSpec):
    """HRNetV2 for facial landmarks: the segmentation head under other keys, with both convolutions padded alike."""

    type: ClassVar[str] = "landmark"
    task: ClassVar[str] = "landmarks"
    reads_all_branches: ClassVar[bool] = True

    num_joints: int = entry(Count(1, 10_000), "number of heatmaps, one per landmark", default=68)
    final_conv_kernel: int = entry(
        FINAL_CONV_KERNEL,
        "kernel size of the last convolution; if it is 3, both convolutions are padded by 1",
        default=1,
    )


@record(frozen=True)
class ClassificationHead(HeadSpec):
    """HRNetV2 for classification: each branch widened, summed from branch 0 downwards, pooled, a score per class."""

    type: ClassVar[str] = "classification"
    task: ClassVar[str] = "classification"
    reads_all_branches: ClassVar[bool] = True

    num_classes: int = entry(Count(1, 1_000_000), "number of scores", default=1000)
    head_conv_bias: bool = entry(
        Flag(), "whether the head's own convolutions have a bias (not in timm's ssld variants)", default=True
    )
    global_pool: str = entry(
        Choice(("avg", "adaptive")),
        "pooling of the last map: the same result, but FLOP counters count adaptive (timm's)",
        default="avg",
    )
    dropout: bool = entry(Flag(), "whether a dropout precedes the classifier (timm)", default=False)


@record(frozen=True)
class FeaturesHead(HeadSpec):
    """timm's features_only: the stem after its first convolution, then one map per branch."""

    type: ClassVar[str] = "features"
    task: ClassVar[str] = "backbone"
    reads_all_branches: ClassVar[bool] = True

    location: str = entry(
        Choice(("incre", "branches")),
        "incre: the branches widened as for classification; branches: unchanged",
        default="incre",
    )


@record(frozen=True)
class HrfpnHead(HeadSpec):
    """HRNetV2p for detection: branches concatenated at branch 0's size, reduced, and pooled to a pyramid."""

    type: ClassVar[str] = "hrfpn"
    task: ClassVar[str] = "detection"
    reads_all_branches: ClassVar[bool] = True

    out_channels: int = entry(Count(1, MAX_CHANNELS), "channels of every level", default=256)
    num_outs: int = entry(Count(1, 16), "number of levels; level i is pooled by 2^i", default=5)
    stride: int = entry(Count(1, 8), "stride of each level's convolution", default=1)
    bias: bool = entry(Flag(), "whether its convolutions have a bias (not in PaddleDetection)", default=True)


@record(frozen=True)
class HigherHead(HeadSpec):
    """HigherHRNet (Cheng et al., CVPR 2020): heatmaps and tags on branch 0, then again at each doubled resolution."""

    type: ClassVar[str] = "higher"
    task: ClassVar[str] = "pose"
    reads_all_branches: ClassVar[bool] = False

    num_joints: int = entry(Count(1, 10_000), "number of heatmaps of each output", default=17)
    tag_per_joint: bool = entry(Flag(), "one tag map per joint, or one for all joints", default=True)
    with_ae_loss: tuple[bool, ...] = entry(
        Each(Flag(), 9), "which outputs have tags: branch 0's, then each deconvolution's", default=(True, False)
    )
    num_channels: tuple[int, ...] = entry(
        Each(Count(1, MAX_CHANNELS), 8), "channels of each deconvolution", default=(32,)
    )
    kernel_size: tuple[int, ...] = entry(
        Each(Count(2, 4), 8), "kernel size of each deconvolution: 2, 3 or 4", default=(4,)
    )
    cat_output: tuple[bool, ...] = entry(
        Each(Flag(), 8), "whether each deconvolution also reads the previous output", default=(True,)
    )
    num_basic_blocks: int = entry(Count(0, 200), "BasicBlocks after each deconvolution", default=4)
    final_conv_kernel: int = entry(FINAL_CONV_KERNEL, FINAL_CONV_HELP, default=1)

    @classmethod
    def check_fields(
        cls, values: Mapping[str, Any], path: KeyPath, spell: Callable[[str], str]
    ) -> Iterator[Diagnostic]:
        """Each list has one entry per deconvolution; with_ae_loss has one more."""
        defaults = {name: item.default for name, item in entries(cls).items()}
        lists = {
            name: values.get(name, defaults[name])
            for name in ("num_channels", "kernel_size", "cat_output", "with_ae_loss")
        }
        lengths = {name: len(items) for name, items in lists.items() if isinstance(items, tuple)}
        deconvs = lengths.get("num_channels")
        for name, length in lengths.items():
            expected = (deconvs or 0) + (1 if name == "with_ae_loss" else 0)
            if deconvs is not None and length != expected:
                message = f"{plural(length, 'entry')} for {plural(deconvs, 'deconvolution')}"
                yield Diagnostic("wrong-length", (*path, name), message, f"give {expected}")
        if isinstance(lists["cat_output"], tuple) and any(lists["cat_output"]):
            yield from _check_kernel(values, path, f"write 1 or 3, or false in all of {spell('cat_output')}")


def _check_kernel(values: Mapping[str, Any], path: KeyPath, remedy: str) -> Iterator[Diagnostic]:
    """A kernel of 1 or 3 keeps the size of the map, which the head needs again."""
    kernel = values.get("final_conv_kernel", 1)
    if isinstance(kernel, int) and final_padding(kernel) != same_padding(kernel):
        message = f"a kernel of {kernel} shrinks the map, which then no longer fits where the head needs it again"
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
