"""The authors' own configs: the YACS YAML of their repositories, its dumps, and the `extra` mapping of one alone.

A family is a network of theirs; FAMILIES says what each reads, and what it takes where the config is silent. Whatever
stands in a config and is read by nobody, or is not what is built, becomes a note: the original code never says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hrnet_cli.spec.readers.official.config import Config
from hrnet_cli.spec.readers.official.families import FAMILIES, choose
from hrnet_cli.spec.readers.official.input import read_size, read_upsampling
from hrnet_cli.spec.readers.official.source import find_source
from hrnet_cli.spec.readers.official.stages import read_stages
from hrnet_cli.spec.readers.official.unread import note_unread
from hrnet_cli.spec.readers.reading import Reading


def detect(config: Mapping[str, Any]) -> bool:
    """Whether it has the authors' stages, or the name of one of their networks."""
    return find_source(config, FAMILIES) is not None


def read(config: Mapping[str, Any]) -> Reading:
    """The network that the authors' code builds from it; notes in the order in which one would look for them."""
    source = find_source(config, FAMILIES)
    assert source is not None
    network = Config(source)
    network.name, family = choose(network)
    read_stages(network, family)
    read_size(network, family)
    read_upsampling(network, family)
    if family.momentum is not None:
        network.data["batch_norm"] = {"momentum": family.momentum}
    network.data["head"] = family.head(network)
    network.data["name"] = _title(network)
    note_unread(network, family)
    return Reading(network.data, network.origins, tuple(network.notes))


def _title(network: Config) -> str:
    """What the reports call it: pose_hrnet-w32."""
    stage = network.data.get("stage2", {})
    widths = stage.get("num_channels") if isinstance(stage, Mapping) else None
    first = widths[0] if isinstance(widths, list) and widths else None
    return f"{network.name}-w{first}"[:200] if isinstance(first, int) and first < 10**6 else network.name


__all__ = ["detect", "read"]
