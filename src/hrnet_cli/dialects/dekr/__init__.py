"""Configs with HRNet's stages in one mapping, `STAGES`, that has a list per key: DEKR's and those that follow it.

The code of DEKR (`lib/models/hrnet_dekr.py` in HRNet/DEKR), of CID (`lib/models/backbone.py` in kennethwdk/CID) and of
super-gradients (`dekr_hrnet.py` in Deci-AI/super-gradients) builds the same backbone from it: item n of each list is
stage n + 2, and stage 1 is four BOTTLENECK blocks of 64.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hrnet_cli.dialects.nodes import ConfigNode

STAGES = "STAGES"
LISTS = ("NUM_MODULES", "NUM_BRANCHES", "BLOCK", "NUM_BLOCKS", "NUM_CHANNELS")
"""The keys of STAGES that have an item for each stage after the first."""
MAX_DEPTH = 4
"""Mappings around STAGES; DEKR and CID have two, super-gradients up to three."""
MAX_NODES = 1_000
"""Mappings that are searched; a published config has about 15."""


def find_stages(config: Mapping[str, Any]) -> ConfigNode | None:
    """The mapping STAGES with a list per key, nearest to the top; None where there is none."""
    level, count = [ConfigNode(config, ())], 0
    for _ in range(MAX_DEPTH):
        below: list[ConfigNode] = []
        for node in level:
            child = node.child(STAGES)
            if child and _has_lists(child):
                return child
            below += (ConfigNode(node.value[key], (*node.path, key)) for key in node.keys)
        level = [node for node in below if isinstance(node.value, Mapping)][: MAX_NODES - count]
        count += len(level)
    return None


def _has_lists(node: ConfigNode) -> bool:
    """Whether it has the widths or the branches of several stages, as lists."""
    lists = (node.child(name) for name in ("NUM_CHANNELS", "NUM_BRANCHES", "NUM_BLOCKS"))
    return sum(isinstance(each.value, list | tuple) for each in lists if each) > 1


def detect(config: Mapping[str, Any]) -> bool:
    """Whether it has the mapping STAGES with a list per key."""
    return find_stages(config) is not None
