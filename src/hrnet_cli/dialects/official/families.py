"""The authors' networks: one row each, with what its code reads from a config, assumes, needs and builds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from hrnet_cli.dialects.official import AMBIGUOUS_NAME, Sections, heads
from hrnet_cli.dialects.official.config import Config
from hrnet_cli.dialects.official.keys import refused_key
from hrnet_cli.dialects.other_networks import network_kind
from hrnet_cli.hrnet import NUM_STAGES, stage, stage_key, stage_number
from hrnet_cli.schema.spec import BatchNorm, Spec, Upsampling
from hrnet_cli.text import KeyPath, misspelt, quote

Path = tuple[str, ...]
Plain = dict[str, Any]

MODEL_SIZE: Path = ("MODEL", "IMAGE_SIZE")
SEGMENTATION_SIZES: tuple[Path, ...] = (("TEST", "IMAGE_SIZE"), ("TRAIN", "IMAGE_SIZE"))
HIGHER_SIZE: Path = ("DATASET", "INPUT_SIZE")
NEAREST: Plain = {}
BILINEAR: Plain = {"mode": "bilinear", "to": "size"}
MOMENTUM = BatchNorm().momentum


class Family(NamedTuple):
    """One of the authors' networks."""

    name: str
    """MODEL.NAME."""
    head: str
    """The type of its head in a spec."""
    repository: str
    read_head: Callable[[Config], Plain]
    write_head: Callable[[Spec, Family], Plain]
    """The config without its stages; the keys of its MODEL.EXTRA come before them."""
    sizes: tuple[Path, ...]
    """Where the input size is, as width and height; the first that the config has is read."""
    default_size: tuple[int, int]
    upsampling: Mapping[str, Any] = NEAREST
    """How a fuse layer upsamples, as in a spec."""
    momentum: float = MOMENTUM
    reads_stage1: bool = True
    """Where it is not read it is not written: the landmark network's config may have no key of EXTRA that its
    lib/config/defaults.py does not have, so that STAGE1 is a KeyError of YACS."""
    first_release_fixed_stage1: bool = False
    """Whether an older release of the same name read no STAGE1 and built the usual one."""
    stage_defaults: Mapping[str, Mapping[str, Any]] = {}
    reads: tuple[str, ...] = ()
    """The keys that it reads, of those below MODEL that only some networks read."""
    needs: tuple[str, ...] = ()
    """Keys of EXTRA, its stages and DECONV that its code reads and its repository has no default for: without one it
    ends in a KeyError or an AttributeError. STAGE2 to STAGE4 are not here, nor keys that every spec must have."""
    follows_widths: bool = False
    """Whether a branch may change its width between two stages that both have it."""

    @property
    def has_align_corners(self) -> bool:
        """Whether its config says how corners are aligned; the code's default is true."""
        return "ALIGN_CORNERS" in self.reads

    def built_upsampling(self, spec: Spec) -> Upsampling:
        """How its fuse layers upsample; where its config says how corners are aligned, as in the spec."""
        upsampling = Upsampling(**self.upsampling)
        if not self.has_align_corners:
            return upsampling
        return Upsampling(upsampling.mode, upsampling.to, spec.upsampling.align_corners)


KERNEL = "FINAL_CONV_KERNEL"
METHOD = "FUSE_METHOD"
POSE_NEEDS = (METHOD, KERNEL, "PRETRAINED_LAYERS")
SEGMENTATION_REPOSITORY = "HRNet-Semantic-Segmentation, branch"

FAMILIES: dict[str, Family] = {
    "pose_hrnet": Family(
        "pose_hrnet",
        "heatmap",
        "deep-high-resolution-net.pytorch",
        heads.read_heatmap,
        heads.write_pose,
        (MODEL_SIZE,),
        (256, 256),
        reads_stage1=False,
        reads=(KERNEL,),
        needs=POSE_NEEDS,
    ),
    "pose_higher_hrnet": Family(
        "pose_higher_hrnet",
        "higher",
        "HigherHRNet-Human-Pose-Estimation",
        heads.read_higher,
        heads.write_higher,
        (HIGHER_SIZE,),
        (512, 512),
        reads_stage1=False,
        reads=(KERNEL, "DECONV"),
        needs=(*POSE_NEEDS, "NUM_DECONVS"),
    ),
    "cls_hrnet": Family(
        "cls_hrnet",
        "classification",
        "HRNet-Image-Classification",
        heads.read_classification,
        heads.write_model,
        (MODEL_SIZE,),
        (256, 256),
        first_release_fixed_stage1=True,
        needs=("STAGE1", METHOD),
    ),
    "seg_hrnet": Family(
        "seg_hrnet",
        "segmentation",
        f"{SEGMENTATION_REPOSITORY} HRNet-OCR",
        heads.read_segmentation,
        heads.write_segmentation,
        SEGMENTATION_SIZES,
        (2048, 1024),
        upsampling=BILINEAR,
        reads=(KERNEL, "ALIGN_CORNERS"),
        first_release_fixed_stage1=True,
        needs=("STAGE1", METHOD, KERNEL),
        follows_widths=True,
    ),
    "seg_hrnet_ocr": Family(
        "seg_hrnet_ocr",
        "ocr",
        f"{SEGMENTATION_REPOSITORY} HRNet-OCR",
        heads.read_ocr,
        heads.write_segmentation,
        SEGMENTATION_SIZES,
        (2048, 1024),
        upsampling=BILINEAR,
        reads=(KERNEL, "ALIGN_CORNERS", "OCR"),
        needs=("STAGE1", METHOD),
        follows_widths=True,
    ),
    "hrnet": Family(
        "hrnet",
        "landmark",
        "HRNet-Facial-Landmark-Detection",
        heads.read_landmark,
        heads.write_pose,
        (MODEL_SIZE,),
        (256, 256),
        upsampling={**BILINEAR, "align_corners": False},
        momentum=0.01,
        reads_stage1=False,
        stage_defaults={
            stage_key(2): stage(1, "BASIC", 4, (18, 36)),
            stage_key(3): stage(1, "BASIC", 4, (18, 36, 72)),
            stage_key(4): stage(1, "BASIC", 4, (18, 32, 72, 144)),  # 32 is in its defaults.py
        },
        reads=(KERNEL,),
    ),
}
"""By MODEL.NAME; `official.NETWORKS` has the names."""

SEGMENTATION_V11 = FAMILIES["seg_hrnet"]._replace(
    repository=f"{SEGMENTATION_REPOSITORY} pytorch-v1.1",
    momentum=0.01,
    reads=(KERNEL,),
    follows_widths=False,
)
"""The older branch of the same repository, with another function of the same name; corners are not aligned."""
BACKBONE = Family(
    "",
    "none",
    "the original code, without a head",
    heads.read_none,
    heads.write_model,
    (MODEL_SIZE, *SEGMENTATION_SIZES, HIGHER_SIZE),
    (192, 256),
)
"""A network that is none of the authors'."""
BY_HEAD = {family.head: family for family in FAMILIES.values()}

OCR_BRANCH_KEYS: tuple[Path, ...] = (
    *(("MODEL", "ALIGN_CORNERS"), ("MODEL", "NUM_OUTPUTS"), ("MODEL", "OCR"), ("LOSS", "BALANCE_WEIGHTS")),
    *(("TRAIN", "NONBACKBONE_KEYWORDS"), ("TRAIN", "NONBACKBONE_MULT"), ("TEST", "OUTPUT_INDEX")),
)
"""Keys that only the configs of the branch HRNet-OCR have."""


def choose_family(config: Config) -> tuple[str, Family]:
    """The name of the network that a config is for, and its family: the backbone where it is none of the authors'."""
    model = config.source.model
    node = model.child("NAME")
    if node is None:
        return _guess_family(config)
    name = node.value
    if any(config.source.find(path) for path in BOTTOM_UP_KEYS):
        return _bottom_up(config)
    if name == "seg_hrnet":
        return name, _segmentation_branch(config)
    if isinstance(name, str) and name in FAMILIES and (name != AMBIGUOUS_NAME or model.child("NUM_JOINTS")):
        return name, FAMILIES[name]
    if kind := network_kind(name):
        stages = max(filter(None, map(stage_number, config.source.extra.stage_keys)), default=1)
        first = f"first {stages} stages" if stages < NUM_STAGES else "stages"
        message = f"{quote(name)} is {kind} on HRNet's {first}: those are built, and the rest is left out"
        config.add_note("fork", node.path, message)
        return quote(name).strip("'\""), BACKBONE
    near = misspelt(name, sorted(FAMILIES.keys() - {AMBIGUOUS_NAME}))
    near = (
        near if len(str(name)) <= len(near) or _has_double(str(name), near) else ""
    )  # pose_whrnet is a name of its own
    whose = "is a name of several networks" if name == AMBIGUOUS_NAME else "is not one of the authors' networks"
    message = f"{quote(name)} {whose}: its code may read other keys; the backbone is built, and the head is left out"
    config.add_note("fork", node.path, message, f"did you mean {near}?" if near else "")
    return quote(name).strip("'\""), _backbone_of(config, name)


def _has_double(name: str, right: str) -> bool:
    """Whether a name is the right one with one letter doubled."""
    pairs = (index for index in range(1, len(name)) if name[index] == name[index - 1])
    return any(name[:index] + name[index + 1 :] == right for index in pairs)


BOTTOM_UP_KEYS: tuple[Path, ...] = (("EXTRA", "MULTI_LEVEL_OUTPUT_HEATMAP"), ("EXTRA", "MULTI_LEVEL_OUTPUT_REGRESSION"))
"""Keys that only the configs of HRNet-Bottom-Up-Pose-Estimation have, which calls its networks as others are called."""
BOTTOM_UP = "HRNet-Bottom-Up-Pose-Estimation"


def _bottom_up(config: Config) -> tuple[str, Family]:
    """The backbone of HRNet-Bottom-Up-Pose-Estimation (`lib/models/pose_hrnet.py`), whose heads join all its maps."""
    node = next(node for node in map(config.source.find, BOTTOM_UP_KEYS) if node)
    message = f"a config of {BOTTOM_UP}: the backbone is built, and the heads on its maps, joined, are left out"
    config.add_note("fork", node.path, message, at_key=True)
    family = FAMILIES["pose_higher_hrnet"]
    return "bottom_up", family._replace(name="", head="none", read_head=heads.read_none, needs=())


def _backbone_of(config: Config, name: Any) -> Family:
    """The backbone of a network whose name begins with that of one of the authors' (`seg_hrnet_x`), or any other."""
    starts = [known for known in FAMILIES if isinstance(name, str) and name.startswith(known)]
    if not starts or max(starts, key=len) == AMBIGUOUS_NAME:
        return BACKBONE
    family = FAMILIES[max(starts, key=len)]
    if family.name == "seg_hrnet":
        family = _segmentation_branch(config)
    reads_stage1 = family.reads_stage1 or config.source.extra.child("STAGE1") is not None
    return family._replace(name="", head="none", read_head=heads.read_none, needs=(), reads_stage1=reads_stage1)


def _segmentation_branch(config: Config) -> Family:
    """The branch of the segmentation repository that a config is for. Both call their network seg_hrnet."""
    if any(config.source.find(path) for path in OCR_BRANCH_KEYS):
        return FAMILIES["seg_hrnet"]
    message = (
        "read as seg_hrnet of the branch pytorch-v1.1 (corners not aligned, batch norm momentum 0.01): no key is of "
        "the branch HRNet-OCR (corners aligned, momentum 0.1); MODEL.ALIGN_CORNERS decides"
    )
    config.add_note("assumed", config.source.model.missing("ALIGN_CORNERS").path, message, at_key=True)
    return SEGMENTATION_V11


def choose_backbone(config: Config) -> tuple[str, Family]:
    """The backbone alone, for stages that stand below other keys."""
    width, height = BACKBONE.default_size
    built = f"the backbone is built, with nearest upsampling and an input of {height}×{width}"
    config.add_note("fork", (), f"an HRNet's stages, for code that is not known: {built}")
    return AMBIGUOUS_NAME, BACKBONE


def _refused_by(source: Sections, name: str) -> KeyPath | None:
    """The first key that the code of a network refuses; None where a part of a config has no keys to tell."""
    if source.extra.path == source.model.path:
        return None
    return refused_key(source.root.value, name, is_model=not source.model.path)


def _guess_family(config: Config) -> tuple[str, Family]:
    """The family of a config without MODEL.NAME, by a key that only its configs have."""
    source, missing = config.source, config.source.model.missing("NAME")
    key = missing.path[-1]
    joints = source.model.child("NUM_JOINTS")
    guesses = (
        ("pose_higher_hrnet", source.extra.child("DECONV")),
        ("hrnet", joints if source.extra.child("STAGE1") else None),  # the configs of pose_hrnet have no STAGE1
        ("pose_hrnet", joints),
        ("seg_hrnet", source.find(("DATASET", "NUM_CLASSES"))),
        ("cls_hrnet", source.model.child("NUM_CLASSES")),
    )
    for name, node in guesses:
        if node and (path := _refused_by(source, name)):
            has_head = node is joints  # whatever the code is, it puts out a map for each joint
            built = f"read as {name}, which has {node.dotted}" if has_head else "the backbone alone is built"
            message = f"{key} is missing, and {path[-1]} is refused by the authors' {name}: {built}"
            config.add_note("fork", missing.path, message, at_key=True)
            return (name, FAMILIES[name]) if has_head else (AMBIGUOUS_NAME, BACKBONE)
        if node:
            message = f"{key} is missing: read as {name}, which has {node.dotted}"
            config.add_note("assumed", missing.path, message, f"add {key}: {name}", at_key=True)
            return name, _segmentation_branch(config) if name == "seg_hrnet" else FAMILIES[name]
    message = f"{key} is missing: the backbone is built, without a head and with nearest upsampling"
    config.add_note("assumed", missing.path, message, f"add {key}: and one of {', '.join(FAMILIES)}", at_key=True)
    return AMBIGUOUS_NAME, BACKBONE
