"""hrnet-cli's own spec: stages at the top of the file, with the other keys of `schema.Spec`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hrnet_cli.dialects.reading import has_authors_keys
from hrnet_cli.hrnet import STAGE_KEY, stage_key

FOREIGN_KEYS = {"type", "upsample"}
FOREIGN_STAGE_KEYS = {"block_type", "multiscale_output"}
"""Keys by which a config with stages at its top is timm's or mmlab's."""


def detect(config: Mapping[Any, Any]) -> bool:
    """Whether it has stages at its top, and no key by which another dialect is told apart."""
    if stage_key(1) not in config or FOREIGN_KEYS & config.keys() or has_authors_keys(config):
        return False
    for key, value in config.items():
        if not isinstance(key, str):
            return False
        if STAGE_KEY.fullmatch(key) and isinstance(value, Mapping) and FOREIGN_STAGE_KEYS & value.keys():
            return False
    return True
