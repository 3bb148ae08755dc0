"""hrnet-cli's own spec: stages at the top of the file, and the keys of `schema.Spec` beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hrnet_cli.dialects.reading import has_authors_keys
from hrnet_cli.hrnet import STAGE_KEY


def detect(config: Mapping[Any, Any]) -> bool:
    """Whether it has stages at its top, and no key by which another dialect is told apart."""
    if "stage1" not in config or {"type", "upsample"} & config.keys():
        return False
    if not all(isinstance(key, str) for key in config) or has_authors_keys(config):
        return False
    stages = [value for key, value in config.items() if STAGE_KEY.fullmatch(key) and isinstance(value, Mapping)]
    return not any({"block_type", "multiscale_output"} & stage.keys() for stage in stages)
