"""The heads of PaddleSeg, PaddleDetection and PaddleClas that a spec has. Each function says what was built."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hrnet_cli.dialects.nodes import ConfigNode
from hrnet_cli.dialects.paddle import DETECTION, LITE_DETECTION
from hrnet_cli.dialects.reading import Reading
from hrnet_cli.errors import Diagnostic
from hrnet_cli.text import quote

BACKBONE_ALONE = "the backbone is built"
ALL_BRANCHES = [0, 1, 2, 3]
"""PaddleDetection's HRNet.return_idx by default."""
SECTIONS = ((DETECTION,), (LITE_DETECTION,))
NUM_CLASSES = 1000
"""PaddleClas's Arch.class_num by default."""


def _set_head(reading: Reading, kind: str, origins: Mapping[str, ConfigNode], **fields: Any) -> None:
    """A head, and where the config has its fields."""
    reading.data["head"] = {"type": kind, **fields}
    reading.origins |= {("head", field): node.path for field, node in origins.items()}


# PaddleSeg


def read_segmentation(reading: Reading, root: ConfigNode) -> str:
    """FCN on all branches, joined (`paddleseg/models/fcn.py`), is the authors' segmentation head; no other is built."""
    model = root.child("model") or root
    kind, indices = model.child("type"), model.child("backbone_indices")
    classes, channels, bias = model.child("num_classes"), model.child("channels"), model.child("bias")
    name = kind.value if kind and isinstance(kind.value, str) else ""
    classes = classes or root.get("train_dataset", "num_classes")
    is_joined = indices is None or indices.literal in ([0], [-1])
    if name != "FCN" or classes is None or not is_joined or (channels and channels.value is not None):
        return f"{BACKBONE_ALONE}, with bilinear upsampling to size{left_out_of(root)}"
    conv_bias = bias.literal if bias else True
    _set_head(reading, "segmentation", {"num_classes": classes}, num_classes=classes.literal, conv_bias=conv_bias)
    if bias:
        reading.origins["head", "conv_bias"] = bias.path
    return "FCN is built, whose scores are at a quarter of the input before they are resized"


def left_out_of(root: ConfigNode) -> str:
    """That the rest of PaddleSeg's model is not built."""
    kind = root.get("model", "type")
    return f"; the rest of {quote(kind.value)} is left out" if kind and isinstance(kind.value, str) else ""


# PaddleClas


def read_classification(reading: Reading, root: ConfigNode) -> str:
    """The authors' classification head, without a bias in its convolutions."""
    node = root.get("Arch", "class_num")
    place = node or (root.child("Arch") or root).missing("class_num")
    classes = node.literal if node else NUM_CLASSES
    fields = {"num_classes": classes, "head_conv_bias": False, "global_pool": "adaptive"}
    _set_head(reading, "classification", {"num_classes": place}, **fields)
    return "its classification network is built"


# PaddleDetection


def read_detection(reading: Reading, root: ConfigNode, section: ConfigNode, width: int) -> str:
    """TopDownHRNet, HigherHRNet and HRFPN; every other head is left out."""
    indices = section.child("return_idx") if section.path in SECTIONS else None
    returned = indices.literal if indices else ALL_BRANCHES
    keeps_all = not isinstance(returned, list) or len(returned) > 1
    architecture = root.value.get("architecture")
    owner = root.child(str(architecture)) or root
    if architecture == "TopDownHRNet":
        return _pose(reading, owner, indices or section, width, keeps_all)
    if architecture == "HigherHRNet" and not keeps_all:
        return _higher(reading, root.child("HrHRNetHead") or root, width)
    neck = root.child("HRFPN")
    if keeps_all and returned == ALL_BRANCHES and owner.child("neck") and owner.value["neck"] == "HRFPN":
        return _hrfpn(reading, neck, len(ALL_BRANCHES))
    if not keeps_all:
        reading.data["multi_scale_output"] = False
        reading.origins["multi_scale_output",] = (indices or section).path
    return f"{BACKBONE_ALONE}; the rest of {quote(architecture)} is left out"


def _pose(reading: Reading, owner: ConfigNode, indices: ConfigNode, width: int, keeps_all: bool) -> str:
    """A heatmap per joint from the first map that is returned."""
    joints = owner.child("num_joints")
    fields = {"num_joints": joints.literal} if joints else {}
    _set_head(reading, "heatmap", {"num_joints": joints or owner.missing("num_joints")}, **fields)
    if joints is None:
        reading.add_note("assumed", owner.path, "num_joints is missing: 17 is used")
    if keeps_all:
        reading.data["multi_scale_output"] = True
        reading.origins["multi_scale_output",] = indices.path
    _check_width(reading, owner, width)
    return "TopDownHRNet is built, which is the authors' pose_hrnet"


def _check_width(reading: Reading, owner: ConfigNode, width: int) -> None:
    """The width that a head is made with must be that of branch 0."""
    node = owner.child("width")
    if node and type(node.literal) is int and node.literal != width and reading.code_is_known:
        message = f"{node.literal} channels, but branch 0 of the HRNet has {width}"
        reading.mismatches.append(Diagnostic("wrong-channels", node.path, message, f"write {width}"))


def _higher(reading: Reading, owner: ConfigNode, width: int) -> str:
    """HrHRNetHead: heatmaps and tags, one deconvolution, heatmaps (`modeling/heads/keypoint_hrhrnet_head.py`)."""
    joints = owner.child("num_joints")
    fields = {"num_joints": joints.literal} if joints else {}
    _set_head(reading, "higher", {"num_joints": joints or owner.missing("num_joints")}, num_channels=[width], **fields)
    _check_width(reading, owner, width)
    swahr = owner.child("swahr")
    left_out = "; the scales of swahr are left out" if swahr and swahr.value is True else ""
    return f"HigherHRNet is built{left_out}"


def _hrfpn(reading: Reading, neck: ConfigNode | None, branches: int) -> str:
    """The pyramid, whose convolutions have no bias (`ppdet/modeling/necks/hrfpn.py`)."""
    out_channel, extra, shared = (
        neck.child(name) if neck else None for name in ("out_channel", "extra_stage", "share_conv")
    )
    if shared and shared.value is True:
        return f"{BACKBONE_ALONE}; HRFPN with one convolution for all levels is left out"
    levels = extra.literal if extra else 1
    num_outs = branches + levels if type(levels) is int else levels
    origins = {field: node for field, node in (("out_channels", out_channel), ("num_outs", extra)) if node}
    channels = out_channel.literal if out_channel else 256
    _set_head(reading, "hrfpn", origins, out_channels=channels, num_outs=num_outs, bias=False)
    return "the backbone and HRFPN are built; the heads of the detector are left out"
