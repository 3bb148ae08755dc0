"""Configs with HRNet's stages below MODEL.HRNET.

Three repositories have them: the authors' HRNet/HRNet-MaskRCNN-Benchmark (`modeling/backbone/hrnet.py`, `hrfpn.py` and
`config/defaults.py`), DensePose in facebookresearch/detectron2 (`densepose/modeling/hrnet.py`, `hrfpn.py`,
`densepose/config.py`), and PaddleSeg before version 2 (`pdseg/models/modeling/hrnet.py`). A config may
leave out what the defaults of its code have.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from hrnet_cli.dialects.nodes import ConfigNode
from hrnet_cli.hrnet import stage, stage_key, standard_stages


class Code(NamedTuple):
    """A repository, and what its code builds where a config says nothing."""

    name: str
    backbones: tuple[str, ...]
    """The backbones that are an HRNet, as MODEL.BACKBONE names them, and PaddleSeg MODEL.MODEL_NAME."""
    with_neck: tuple[str, ...]
    """Those of them with a neck behind the HRNet."""
    stages: Mapping[str, Mapping[str, Any]]
    """The default of each stage that is read."""
    is_known: bool = True
    only_widths: bool = False
    """Whether the widths say how many branches a stage has, each of four BASIC blocks."""


BENCHMARK = Code(
    "HRNet-MaskRCNN-Benchmark",
    ("HRNET", "HRNET-HR"),
    ("HRNET-HR",),
    {
        stage_key(1): stage(1, "BOTTLENECK", 3, (64,)),
        stage_key(2): stage(1, "BOTTLENECK", 4, (24, 48)),
        stage_key(3): stage(1, "BOTTLENECK", 4, (24, 48, 92)),
        stage_key(4): stage(1, "BOTTLENECK", 4, (24, 48, 92, 192)),
    },
)
DENSEPOSE = Code(
    "DensePose",
    ("build_pose_hrnet_backbone", "build_hrfpn_backbone"),
    ("build_hrfpn_backbone",),
    {key: value for key, value in standard_stages(32).items() if key != stage_key(1)},
)
PDSEG = Code(
    "PaddleSeg's first release",
    ("hrnet",),
    (),
    {key: value for key, value in standard_stages(40).items() if key != stage_key(1)},
    only_widths=True,
)
UNKNOWN = Code("a detection framework that is not known", (), (), {}, is_known=False)
BLOCKS = {"BasicBlockWithFixedBatchNorm": "BASIC", "BottleneckWithFixedBatchNorm": "BOTTLENECK"}
"""The benchmark's names of the blocks."""


def detect(config: Mapping[str, Any]) -> bool:
    """Whether it has a stage below MODEL.HRNET, or names one of the backbones."""
    root = ConfigNode(config, ())
    node = root.get("MODEL", "HRNET")
    return bool(node and node.stage_keys) or find_code(root).is_known


def find_code(root: ConfigNode) -> Code:
    """The repository that a config is for: by the name of its backbone, or by the names of its blocks."""
    hrnet = root.get("MODEL", "HRNET")
    model = root.get("MODEL", "MODEL_NAME")
    if hrnet and model and model.value in PDSEG.backbones:  # a name that any code may have
        return PDSEG
    named = [root.get("MODEL", "BACKBONE", key) for key in ("CONV_BODY", "NAME")]
    for code in (BENCHMARK, DENSEPOSE):
        if any(node.value in code.backbones for node in named if node and isinstance(node.value, str)):
            return code
    blocks = [hrnet.get(key, "BLOCK") for key in hrnet.stage_keys] if hrnet else []
    fixed = any(node.value in BLOCKS for node in blocks if node and isinstance(node.value, str))
    return BENCHMARK if fixed else UNKNOWN
