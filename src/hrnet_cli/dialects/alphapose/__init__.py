"""AlphaPose's configs: a network by MODEL.TYPE, and its sizes in DATA_PRESET, height before width.

From `alphapose/models/hrnet.py` and `configs/` in MVIG-SJTU/AlphaPose: PoseHighResolutionNet is the authors' pose
network, with its stages directly below MODEL.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hrnet_cli.dialects.nodes import ConfigNode

HRNET = "PoseHighResolutionNet"
PRESET = "DATA_PRESET"


def detect(config: Mapping[str, Any]) -> bool:
    """Whether it has a DATA_PRESET and a network by type, which need not be an HRNet."""
    root = ConfigNode(config, ())
    preset, kind = root.child(PRESET), root.get("MODEL", "TYPE")
    return bool(preset and isinstance(preset.value, Mapping) and kind and isinstance(kind.value, str))


def recognise(config: Mapping[str, Any]) -> bool:
    """Whether its network is an HRNet."""
    kind = ConfigNode(config, ()).get("MODEL", "TYPE")
    return detect(config) and kind is not None and kind.value == HRNET
