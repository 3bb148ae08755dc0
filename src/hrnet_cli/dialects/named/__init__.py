"""Configs of repositories that name an HRNet and have its stages in their code: a row in FINDERS and in READERS each.

A name alone is not enough: a row also needs keys of the repository's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from hrnet_cli.dialects.nodes import ConfigNode

MINDPOSE_NAME = re.compile("hrnet_w(32|48)")
"""The two backbones in mindspore-lab/mindpose, `mindpose/models/backbones/hrnet.py`."""


def _mindpose(root: ConfigNode) -> ConfigNode | None:
    name = root.child("backbone_name")
    has_keys = root.child("backbone_setting") and root.child("head_name")
    return name if name and has_keys and MINDPOSE_NAME.fullmatch(str(name.value)) else None


def _sceneparsing(root: ConfigNode) -> ConfigNode | None:
    name, decoder = root.get("MODEL", "arch_encoder"), root.get("MODEL", "arch_decoder")
    return name if name and decoder and name.value == "hrnetv2" else None


def _mseg(root: ConfigNode) -> ConfigNode | None:
    name, zoom = root.get("TRAIN", "arch"), root.get("TRAIN", "zoom_factor")
    return name if name and zoom and name.value in ("hrnet", "hrnet_ocr") else None


def _multiview(root: ConfigNode) -> ConfigNode | None:
    name, network = root.child("BACKBONE_MODEL"), root.child("NETWORK")
    return name if name and network and name.value == "pose_hrnet" else None


def _rustqnet(root: ConfigNode) -> ConfigNode | None:
    name = root.get("MODEL", "NAME")
    return name if name and name.value == "seg_RustQNet" else None


FINDERS: dict[str, Callable[[ConfigNode], ConfigNode | None]] = {
    "mindpose": _mindpose,
    "semantic-segmentation-pytorch": _sceneparsing,
    "mseg-semantic": _mseg,
    "multiview-human-pose-estimation": _multiview,
    "RustQNet": _rustqnet,
}
"""By repository: the node that names the network, if a config is of it."""


def find_repository(config: Mapping[str, Any]) -> tuple[str, ConfigNode] | None:
    """The repository that a config is of, and what names the network."""
    root = ConfigNode(config, ())
    found = ((name, find(root)) for name, find in FINDERS.items())
    return next(((name, node) for name, node in found if node is not None), None)


def detect(config: Mapping[str, Any]) -> bool:
    """Whether it is of one of the repositories."""
    return find_repository(config) is not None
