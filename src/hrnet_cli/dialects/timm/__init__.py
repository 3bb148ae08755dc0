"""timm's configs: a variant by name, the stage dict of its HRNets, and a dump of a model's config."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PARTS = ("pretrained_cfg", "model_args", "pretrained_cfg_overlay")
"""Mappings of a dump whose keys count as keys of its top."""
DUMP_KEYS = (*PARTS, "num_features", "hf_hub_id", "crop_pct", "first_conv", "features_only")
"""A config with an `architecture` and one of these keys is a dump of timm's."""


def detect(config: Mapping[str, Any]) -> bool:
    """Whether its stages have a `block_type`, which others call `block`, or it is a dump of a timm model's config."""
    name, first = config.get("architecture"), config.get("stage1")
    if isinstance(first, Mapping) and "block_type" in first:
        return True
    return isinstance(name, str) and (name.startswith("hrnet_") or any(key in config for key in DUMP_KEYS))
