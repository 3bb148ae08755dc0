"""The authors' networks, and which of them a config is for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from hrnet_cli.dialects.official import AMBIGUOUS_NAME, heads
from hrnet_cli.dialects.official.config import Config
from hrnet_cli.text import nearest, quote


class Family(NamedTuple):
    """What one of the authors' networks reads."""

    head: Callable[[Config], dict[str, Any]]
    sizes: tuple[tuple[str, ...], ...]
    """Where the input size (w, h) stands, the first that is there."""
    default_size: tuple[int, int]
    reads_stage1: bool = True
    upsampling: Mapping[str, Any] = {}
    """How a fuse layer upsamples; by default nearest, by factor."""
    momentum: float | None = None
    stage_defaults: Mapping[str, Mapping[str, Any]] = {}
    reads: tuple[str, ...] = ()
    """Of the keys below MODEL that only some families read, those that this one does."""
    needs: tuple[str, ...] = ()
    """Keys of EXTRA, its stages and DECONV that its code reads, and that its repository's defaults do not have: without
    one it ends in a KeyError or an AttributeError. Those that no spec can be without, and stages 2 to 4, are not here:
    their lack is found as such. The landmark network's defaults have everything."""


def _stage(modules: int, widths: Iterable[int]) -> dict[str, Any]:
    channels = list(widths)
    return {
        "num_modules": modules,
        "num_branches": len(channels),
        "block": "BASIC",
        "num_blocks": [4] * len(channels),
        "num_channels": channels,
    }


MODEL_SIZE = (("MODEL", "IMAGE_SIZE"),)
SEG_SIZE = (("TEST", "IMAGE_SIZE"), ("TRAIN", "IMAGE_SIZE"))
HIGHER_SIZE = (("DATASET", "INPUT_SIZE"),)
KERNEL = "FINAL_CONV_KERNEL"
METHOD = "FUSE_METHOD"
POSE_NEEDS = (METHOD, KERNEL, "PRETRAINED_LAYERS")
TO_SIZE = {"mode": "bilinear", "to": "size"}
"""Corners as torch has it where it is not told: not aligned."""

BACKBONE = Family(heads.no_head, (*MODEL_SIZE, *SEG_SIZE, *HIGHER_SIZE), (192, 256))
SEGMENTATION_V11 = Family(
    heads.segmentation,
    SEG_SIZE,
    (2048, 1024),
    upsampling=TO_SIZE,
    momentum=0.01,
    reads=(KERNEL,),
    needs=("STAGE1", METHOD, KERNEL),
)
FACE_STAGES = {
    "stage2": _stage(1, (18, 36)),
    "stage3": _stage(1, (18, 36, 72)),
    "stage4": _stage(1, (18, 32, 72, 144)),
}
"""The landmark network's own defaults; 32 is theirs."""
FAMILIES: dict[str, Family] = {
    "pose_hrnet": Family(heads.heatmap, MODEL_SIZE, (256, 256), reads_stage1=False, reads=(KERNEL,), needs=POSE_NEEDS),
    "pose_higher_hrnet": Family(
        heads.higher,
        HIGHER_SIZE,
        (512, 512),
        reads_stage1=False,
        reads=(KERNEL, "DECONV"),
        needs=(*POSE_NEEDS, "NUM_DECONVS"),
    ),
    "cls_hrnet": Family(heads.classification, MODEL_SIZE, (256, 256), needs=("STAGE1", METHOD)),
    "seg_hrnet": Family(
        heads.segmentation,
        SEG_SIZE,
        (2048, 1024),
        upsampling=TO_SIZE,
        reads=(KERNEL, "ALIGN_CORNERS"),
        needs=("STAGE1", METHOD, KERNEL),
    ),
    "seg_hrnet_ocr": Family(
        heads.ocr,
        SEG_SIZE,
        (2048, 1024),
        upsampling=TO_SIZE,
        reads=(KERNEL, "ALIGN_CORNERS", "OCR"),
        needs=("STAGE1", METHOD),
    ),
    "hrnet": Family(
        heads.landmark,
        MODEL_SIZE,
        (256, 256),
        reads_stage1=False,
        upsampling={**TO_SIZE, "align_corners": False},
        momentum=0.01,
        stage_defaults=FACE_STAGES,
        reads=(KERNEL,),
    ),
}
"""From MODEL.NAME to the network."""

OCR_BRANCH = (
    *(("MODEL", "ALIGN_CORNERS"), ("MODEL", "NUM_OUTPUTS"), ("MODEL", "OCR"), ("LOSS", "BALANCE_WEIGHTS")),
    *(("TRAIN", "NONBACKBONE_KEYWORDS"), ("TRAIN", "NONBACKBONE_MULT"), ("TEST", "OUTPUT_INDEX")),
)
"""What only the HRNet-OCR branch's configs have; pytorch-v1.1's `seg_hrnet` has the same name and another function."""


def choose(config: Config) -> tuple[str, Family]:
    """The network that MODEL.NAME names, and that name; of one that is not theirs, the backbone."""
    model = config.source.model
    node = model.child("NAME")
    if node is None:
        return _guess(config)
    name = node.value
    if name == "seg_hrnet":
        return name, _segmentation(config)
    if isinstance(name, str) and name in FAMILIES and (name != AMBIGUOUS_NAME or model.child("NUM_JOINTS")):
        return name, FAMILIES[name]
    meant = nearest(name, sorted(FAMILIES.keys() - {AMBIGUOUS_NAME}), cutoff=0.88)
    if meant:
        text = f"{node.dotted}: {quote(name)} is none of the authors' networks: its head is left out"
        config.note("unread-value", node.path, text, f"did you mean {meant}?")
        return quote(name).strip("'\""), BACKBONE
    kept = "" if name == AMBIGUOUS_NAME else " is none of the authors' networks"
    text = f"{node.dotted}: {quote(name)}{kept}: the backbone is built, and its head is left out"
    config.note("left-out", node.path, text)
    return quote(name).strip("'\""), BACKBONE


def _segmentation(config: Config) -> Family:
    """The branch of the segmentation repository; the two share the network's name and its keys."""
    if any(config.source.find(path) for path in OCR_BRANCH):
        return FAMILIES["seg_hrnet"]
    text = (
        "read as the pytorch-v1.1 branch's seg_hrnet (corners not aligned, batch-norm momentum 0.01): nothing here "
        "is of the HRNet-OCR branch, which would align them (momentum 0.1); MODEL.ALIGN_CORNERS says which"
    )
    config.note("assumed", config.source.model.missing("ALIGN_CORNERS").path, text)
    return SEGMENTATION_V11


def _guess(config: Config) -> tuple[str, Family]:
    """Without a name: what its keys belong to."""
    source, where = config.source, config.source.model.missing("NAME")
    guesses = (
        ("pose_higher_hrnet", source.extra.child("DECONV")),
        ("pose_hrnet", source.model.child("NUM_JOINTS")),
        ("seg_hrnet", source.find(("DATASET", "NUM_CLASSES"))),
        ("cls_hrnet", source.model.child("NUM_CLASSES")),
    )
    for name, sign in guesses:
        if sign:
            text = f"{where.dotted} is not given: read as {name}, since {sign.dotted} is"
            config.note("assumed", where.path, text, f"write {where.path[-1]}: {name}")
            return name, _segmentation(config) if name == "seg_hrnet" else FAMILIES[name]
    text = "this does not say which network it is for: the backbone is built, nearest upsampling, without a head"
    config.note("assumed", where.path, text, f"write {where.path[-1]}: and one of {', '.join(FAMILIES)}")
    return "hrnet", BACKBONE
