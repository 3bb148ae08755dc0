"""Facts of mmpose, mmdetection, mmsegmentation and mmpretrain that reader and writer share: keys, classes, sizes.

From each package's models/backbones/hrnet.py, necks and heads, in the versions mmpose 0.x and 1.x, mmdetection 2.x and
3.x, mmsegmentation 0.x and 1.x, mmpretrain 1.x and mmcls 0.x.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from hrnet_cli.hrnet import NUM_STAGES, STAGE_FIELDS, STANDARD_DIVISOR, stage_key
from hrnet_cli.text import KeyPath


def class_name(value: Any) -> str:
    """The class that a `type` names, without its scope: `HRNet` of `mmpose.HRNet`; empty if it is not a string."""
    return value.rpartition(".")[2] if isinstance(value, str) else ""


# Packages


class Package(NamedTuple):
    """A package: what its HRNet and its configs have that those of the other packages do not."""

    name: str
    """The scope in `type='mmpose.HRNet'` and `default_scope`; empty where a config does not show its package."""
    title: str = ""
    model_types: str = ""
    """A regular expression for the model's `type`."""
    own_keys: tuple[str, ...] = ()
    """Keys of `model` by which the package is known."""
    part_keys: tuple[str, ...] = ()
    """Keys of `model` whose necks and heads are read."""
    multiscale_in_stage: bool = False
    """Where `multiscale_output` is: in the last stage, by default False; or in the backbone, by default True."""
    upsampling: Mapping[str, Any] | None = None
    """`upsampling` of a spec with its fuse layers, {} for the default; None where `extra.upsample` sets it."""
    width_first: bool = False
    """Whether sizes are (width, height)."""
    size_paths: tuple[KeyPath, ...] = ()
    """The paths of a config's input size, besides the transforms of its pipelines."""
    size_keys: tuple[str, ...] = ()
    """Keys of a transform that have the input size."""

    def ordered(self, first: int, second: int) -> tuple[int, int]:
        """A (height, width) in the package's order, or a size in the package's order as (height, width)."""
        return (second, first) if self.width_first else (first, second)


DETECTORS = (
    *("ATSS", "AutoAssign", "BoxInst", "CenterNet", "CondInst", "CornerNet", "CrowdDet", "DDOD", "DDQDETR", "DETR"),
    *("ConditionalDETR", "DABDETR", "DeformableDETR", "DINO", "FCOS", "FOVEA", "FSAF", "GFL", "GLIP", "GroundingDINO"),
    *("HybridTaskCascade", "LAD", "Mask2Former", "MaskFormer", "NASFCOS", "PAA", "PanopticFPN", "PointRend"),
    *("QueryInst", "RepPointsDetector", "RetinaNet", "RPN", "RTMDet", "SCNet", "SingleStageDetector", "SOLO", "SOLOv2"),
    *("TOOD", "TwoStageDetector", "TwoStagePanopticSegmentor", "VFNet", "YOLACT", "YOLOF", "YOLOV3", "YOLOX"),
)
"""Models of mmdet whose name does not contain RCNN."""

MMPOSE = Package(
    name="mmpose",
    title="mmpose 1.x",
    model_types="Top-?down|Bottom-?up|AssociativeEmbedding|PoseEstimator|CID|DEKR",
    own_keys=("keypoint_head", "head"),
    part_keys=("neck", "head", "keypoint_head"),
    multiscale_in_stage=True,
    width_first=True,
    size_paths=(
        ("model", "head", "decoder", "input_size"),
        ("codec", "input_size"),
        ("codec", -1, "input_size"),
        ("data_cfg", "image_size"),
    ),
    size_keys=("input_size",),
)
MMPOSE_0 = MMPOSE._replace(title="mmpose 0.x")
MMDET = Package(
    name="mmdet",
    title="mmdetection 3.x",
    model_types=f"R-?CNN|^(?:{'|'.join(DETECTORS)})$",
    own_keys=("roi_head", "rpn_head", "bbox_head", "mask_head", "panoptic_fusion_head", "neck"),
    part_keys=("neck",),
    upsampling={},
    width_first=True,
    size_paths=tuple(("data", dataset, "img_scale") for dataset in ("test", "val", "train")),  # before version 1.0
    size_keys=("scale", "img_scale", "scales"),
)
MMSEG = Package(
    name="mmseg",
    title="mmsegmentation 1.x",
    model_types="EncoderDecoder",
    own_keys=("decode_head",),
    part_keys=("neck", "decode_head", "auxiliary_head"),
    upsampling={"mode": "bilinear", "to": "size", "align_corners": False},
    size_paths=(("model", "data_preprocessor", "size"), ("data_preprocessor", "size"), ("crop_size",)),
    size_keys=("crop_size",),
)
SEGMENTORS = ("CascadeEncoderDecoder", "DepthEstimator", "EncoderDecoder", "MultimodalEncoderDecoder")
"""mmseg's own models with a backbone; another may join the branches in front of its head."""
MMSEG_RESIZES_TWICE = (
    f"where {STANDARD_DIVISOR} does not divide the input size, mmseg resizes twice: same shapes, different values"
)
MMPRETRAIN = Package(
    name="mmpretrain",
    title="mmpretrain 1.x",
    model_types="^(?:ImageClassifier|TimmClassifier|HuggingFaceClassifier)$",
    part_keys=("neck", "head"),
    upsampling={},
    width_first=True,
    size_keys=("crop_size", "size", "scale"),
)
MMCLS = MMPRETRAIN._replace(title="mmcls 0.x", width_first=False)
PACKAGES = {
    "mmpose": MMPOSE,
    "mmseg": MMSEG,
    "mmsegmentation": MMSEG,
    "mmdet": MMDET,
    "mmdetection": MMDET,
    "mmpretrain": MMPRETRAIN,
    "mmcls": MMPRETRAIN,
}
"""By the scope that a config names."""


def package_class(value: Any) -> str:
    """The class that a `type` names, where its scope is none or a package's: another package may have the name too."""
    scope = value.rpartition(".")[0] if isinstance(value, str) else ""
    return class_name(value) if not scope or scope in PACKAGES else ""


PART_KEYS = tuple(dict.fromkeys(key for package in (MMPOSE, MMDET, MMSEG) for key in package.part_keys))
UNKNOWN = MMPOSE._replace(name="", title="", part_keys=PART_KEYS)
"""A config that does not show its package is read as mmpose's."""

OTHER_PART_KEYS = ("necks", "heads", "traj_head", "traj_neck")
"""Keys of `model` that are similar to PART_KEYS and are right."""
NOT_PART_KEYS = ("backbone", "data_preprocessor", "init_cfg", "train_cfg", "test_cfg")
"""Keys of `model` that are neither a neck nor a head."""
TRAINING_KEY = "auxiliary_head"
"""The key of `model` for heads that only training builds."""

# The backbone

HRNETS = ("HRNet", "HighResolutionNet")
LITE_HRNETS = ("LiteHRNet",)
"""Lite-HRNet's class: `lite` reads it."""
BACKBONE_KEYS = (
    *("type", "extra", "arch", "in_channels", "conv_cfg", "norm_cfg", "multiscale_output"),
    *("norm_eval", "with_cp", "zero_init_residual", "frozen_stages", "init_cfg", "pretrained", "_scope_"),
)
"""Those of the second line change no shape and no function, only training."""
STAGE_KEYS = tuple(stage_key(number) for number in range(1, NUM_STAGES + 1))
KEYS_OF_STAGE = (*STAGE_FIELDS, "fuse_method", "multiscale_output")
BATCH_NORMS = ("BN", "BN2d", "SyncBN", "MMSyncBN", "BatchNorm2d", "SyncBatchNorm")
BATCH_NORM_KEYS = ("momentum", "eps")
PLAIN_CONVS = ("Conv", "Conv2d")
ARCH_WIDTHS = {f"w{width}": width for width in (18, 30, 32, 40, 44, 48, 64)}
"""mmpretrain's `arch`, which is read where there is no `extra`."""
DEFAULT_ARCH = "w32"

# Necks and heads


class HeadClass(NamedTuple):
    """A class of necks or heads that is read: its arguments, and those with which a spec has the same head."""

    arguments: tuple[str, ...]
    """The arguments of all versions."""
    fields: Mapping[str, str]
    """The argument of each field of the spec's head."""
    layers: Mapping[str, tuple[Any, Any]]
    """Arguments that decide the layers: the default, and the value with which they are those of the spec's head."""


FEATURE_MAP_PROCESSOR, HRFPN, FCN_HEAD, OCR_HEAD = "FeatureMapProcessor", "HRFPN", "FCNHead", "OCRHead"
HEATMAP_HEAD, OLD_HEATMAP_HEAD, HIGHER_HEAD = "HeatmapHead", "TopdownHeatmapSimpleHead", "AEHigherResolutionHead"
HR_FUSE, GLOBAL_POOLING = "HRFuseScales", "GlobalAveragePooling"
FUSED_WIDTH = 2048
"""Channels that HRFuseScales puts out by default."""
LINEAR_HEADS = ("LinearClsHead", "MultiLabelLinearClsHead")
"""mmpretrain's heads of one linear layer."""

JOINED: Mapping[str, tuple[Any, Any]] = {"input_transform": (None, "resize_concat"), "align_corners": (False, False)}
"""A head that resizes all branches to branch 0's size and concatenates them."""
_NO_DECONV: Mapping[str, tuple[Any, Any]] = {"deconv_out_channels": ([256, 256, 256], None)}
_NO_OLD_DECONV: Mapping[str, tuple[Any, Any]] = {"num_deconv_layers": (3, 0)}
_NOT_SET = {"apply_relu": (False, False), "align_corners": (False, False)}
_OLD_JOINTS = {"num_joints": "num_joints", "tag_per_joint": "tag_per_joint"}

_NECK_ARGUMENTS = ("conv_cfg", "norm_cfg", "with_cp", "init_cfg")
_DECODE_HEAD = (
    *("in_channels", "channels", "num_classes", "out_channels", "threshold", "dropout_ratio", "drop_out_ratio"),
    *("conv_cfg", "norm_cfg", "act_cfg", "in_index", "input_transform", "loss_decode", "ignore_index", "sampler"),
    *("align_corners", "init_cfg"),
)
_HEATMAP_LAYERS = (
    *("in_channels", "deconv_out_channels", "deconv_kernel_sizes", "conv_out_channels", "conv_kernel_sizes"),
    *("has_final_layer", "final_layer", "input_transform", "input_index", "align_corners", "decoder", "init_cfg"),
)
_LINEAR_HEAD = ("num_classes", "in_channels", "init_cfg", "loss", "topk", "cal_acc", "thr")
_OLD_DECONV = ("in_channels", "num_deconv_layers", "num_deconv_filters", "num_deconv_kernels", "extra", "loss_keypoint")
_OLD_HEATMAP = (*_OLD_DECONV, "out_channels", "in_index", "input_transform", "align_corners", "train_cfg", "test_cfg")
_OLD_TAGS = (*_OLD_DECONV, "num_joints", "tag_per_joint", "with_ae_loss")

CLASSES: dict[str, HeadClass] = {
    FCN_HEAD: HeadClass(
        (*_DECODE_HEAD, "num_convs", "kernel_size", "concat_input", "dilation"),
        {},
        {**JOINED, "kernel_size": (3, 1), "num_convs": (2, 1), "concat_input": (True, False)},
    ),
    OCR_HEAD: HeadClass(
        (*_DECODE_HEAD, "ocr_channels", "scale"),
        {"mid_channels": "channels", "key_channels": "ocr_channels"},
        {**JOINED, "scale": (1, 1)},
    ),
    HRFPN: HeadClass(
        ("in_channels", "out_channels", "num_outs", "stride", "pooling_type", *_NECK_ARGUMENTS),
        {"out_channels": "out_channels", "num_outs": "num_outs", "stride": "stride"},
        {"conv_cfg": (None, None)},
    ),
    FEATURE_MAP_PROCESSOR: HeadClass(
        ("select_index", "concat", "scale_factor", "apply_relu", "align_corners", "init_cfg"),
        {},
        {"concat": (False, True), "select_index": (None, None), "scale_factor": (1.0, 1.0), **_NOT_SET},
    ),
    HR_FUSE: HeadClass(
        ("in_channels", "out_channels", "norm_cfg", "init_cfg"), {}, {"out_channels": (FUSED_WIDTH, FUSED_WIDTH)}
    ),
    GLOBAL_POOLING: HeadClass(("dim",), {}, {"dim": (2, 2)}),
    **{name: HeadClass(_LINEAR_HEAD, {"num_classes": "num_classes"}, {}) for name in LINEAR_HEADS},
    HEATMAP_HEAD: HeadClass(
        (*_HEATMAP_LAYERS, "out_channels", "loss", "extra"), {"num_joints": "out_channels"}, _NO_DECONV
    ),
    "AssociativeEmbeddingHead": HeadClass(
        (*_HEATMAP_LAYERS, "num_keypoints", "tag_dim", "tag_per_keypoint", "keypoint_loss", "tag_loss"),
        {"num_joints": "num_keypoints", "tag_per_joint": "tag_per_keypoint"},
        {**_NO_DECONV, "conv_out_channels": (None, None), "tag_dim": (1, 1)},
    ),
    OLD_HEATMAP_HEAD: HeadClass(_OLD_HEATMAP, {"num_joints": "out_channels"}, _NO_OLD_DECONV),
    "AESimpleHead": HeadClass(_OLD_TAGS, _OLD_JOINTS, _NO_OLD_DECONV),
    HIGHER_HEAD: HeadClass(
        (*_OLD_TAGS, "num_basic_blocks", "cat_output"),
        {
            **_OLD_JOINTS,
            "num_channels": "num_deconv_filters",
            "kernel_size": "num_deconv_kernels",
            "num_basic_blocks": "num_basic_blocks",
            "cat_output": "cat_output",
            "with_ae_loss": "with_ae_loss",
        },
        {},
    ),
}
"""One row per class that is read."""
OLDER_NAMES = {
    "TopDownSimpleHead": OLD_HEATMAP_HEAD,
    "BottomUpSimpleHead": "AESimpleHead",
    "BottomUpHigherResolutionHead": HIGHER_HEAD,
}
CLASSES |= {older: CLASSES[name] for older, name in OLDER_NAMES.items()}
REQUIRED_FIELDS = ("num_joints", "num_classes", "out_channels", "mid_channels", "key_channels")
"""Fields of a spec's head whose arguments have no default."""
OLD_EXTRA = ("final_conv_kernel", "num_conv_layers", "num_conv_kernels")
"""The keys of `extra` in the heads of mmpose 0.x."""
OLD_HEADS = tuple(name for name, row in CLASSES.items() if "num_deconv_layers" in row.arguments)
OTHER_HEADS = ("Heatmap3DHead", "TopdownHeatmapMultiStageHead", "TopdownHeatmapBaseHead", "AEMultiStageHead")
"""Classes whose names are similar to those of CLASSES and are right."""

SIZES = {"codec": ("input_size", "heatmap_size"), "data_cfg": ("image_size", "heatmap_size")}
"""The mappings at the top of a config in which mmpose reads sizes, and their keys."""
OTHER_SIZES = ("root_heatmap_size", "heatmap_size_root", "heatmap_type", "base_size", "image_size", "input_size")
"""Keys of theirs that are similar to those and are right."""
