"""The authors' own configs: the YACS YAML of their repositories, its dumps, and the `extra` mapping of one alone.

A family is a network of theirs; FAMILIES says what each reads, and what it takes where the config is silent. Whatever
stands in a config and is read by nobody, or is not what is built, becomes a note: the original code never says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hrnet_cli.spec.fields import Fault, key_name, show
from hrnet_cli.spec.readers.official.config import Config
from hrnet_cli.spec.readers.official.families import FAMILIES, choose
from hrnet_cli.spec.readers.official.input import read_size, read_upsampling
from hrnet_cli.spec.readers.official.letters import Says, note_letters
from hrnet_cli.spec.readers.official.source import STAGE, Source, find_source
from hrnet_cli.spec.readers.official.stages import read_stages
from hrnet_cli.spec.readers.official.unread import MODEL_KEYS, note_unread
from hrnet_cli.spec.readers.reading import Reading, is_stage, meant


def detect(config: Mapping[str, Any]) -> bool:
    """Whether it has the authors' stages, or the name of one of their networks."""
    return find_source(config, FAMILIES) is not None


def read(config: Mapping[str, Any]) -> Reading:
    """The network that the authors' code builds from it; notes in the order in which one would look for them."""
    source = find_source(config, FAMILIES)
    assert source is not None
    network = Config(source)
    faults = tuple(_without_stages(source))
    if faults:
        return Reading({}, {}, (), faults)
    network.name, family = choose(network)
    read_stages(network, family)
    read_size(network, family)
    read_upsampling(network, family)
    if family.momentum is not None:
        network.data["batch_norm"] = {"momentum": family.momentum}
    network.data["head"] = family.head(network)
    network.data["name"] = _title(network)
    note_unread(network, family)
    note_letters(network)
    says = Says(network.lower, network.size, network.data["input"])
    return Reading(network.data, network.origins, tuple(network.notes), say=says.anew)


def recognise(config: Mapping[str, Any]) -> bool:
    """Whether it has the name of one of their networks, or a stage that is one: a job of a pipeline may be Stage1."""
    source = find_source(config, FAMILIES)
    if source is None:
        return False
    stages = [source.extra.value[key] for key in source.extra.keys if STAGE.fullmatch(key)]
    name = source.model.child("NAME")
    named = name is not None and isinstance(name.value, str) and name.value in FAMILIES
    return named or any(map(is_stage, stages))


def _without_stages(source: Source) -> Iterator[Fault]:
    """A network by its name alone, with no EXTRA: its key may be misspelt."""
    model = source.model
    if source.extra.path != model.path or any(STAGE.fullmatch(key) for key in model.keys):
        return
    where = model.missing("EXTRA")
    name = str(where.path[-1])
    yield Fault("missing-key", where.path, f"{name} is missing", f"add {name}: the stages stand in it")
    known = {each.lower() for each in MODEL_KEYS}
    for key in meant((key for key in model.keys if key.lower() not in known), ["EXTRA"], MODEL_KEYS):
        path = (*model.path, key_name(key))
        yield Fault("unknown-key", path, f"unknown key {show(key)}", f"did you mean {name}?", key=True)


def _title(network: Config) -> str:
    """What the reports call it: pose_hrnet-w32."""
    stage = network.data.get("stage2", {})
    widths = stage.get("num_channels") if isinstance(stage, Mapping) else None
    first = widths[0] if isinstance(widths, list) and widths else None
    return f"{network.name}-w{first}"[:200] if isinstance(first, int) and first < 10**6 else network.name


__all__ = ["detect", "read", "recognise"]
