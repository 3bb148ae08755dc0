"""The authors' own configs: the YACS YAML of their repositories, its dumps, and the `extra` mapping of one alone.

A family is a network of theirs; FAMILIES says what each reads, and what it takes where the config is silent. Whatever
stands in a config and is read by nobody, or is not what is built, becomes a note: the original code never says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from hrnet_cli.dialects.nodes import Node
from hrnet_cli.dialects.official.config import Config
from hrnet_cli.dialects.official.families import FAMILIES, choose
from hrnet_cli.dialects.official.input import read_size, read_upsampling
from hrnet_cli.dialects.official.letters import Says, note_letters
from hrnet_cli.dialects.official.source import STAGE, Source, find_source
from hrnet_cli.dialects.official.stages import note_needs, read_stages
from hrnet_cli.dialects.official.unread import MODEL_KEYS, SECTIONS, note_unread
from hrnet_cli.dialects.reading import Reading, is_stage, meant
from hrnet_cli.errors import Diagnostic
from hrnet_cli.text import nearest, quote, quote_key


def detect(config: Mapping[str, Any]) -> bool:
    """Whether it has the authors' stages, or the name of one of their networks."""
    return find_source(config, FAMILIES) is not None or bool(_misspelt_model(config))


def read(config: Mapping[str, Any]) -> Reading:
    """The network that the authors' code builds from it; notes in the order in which one would look for them."""
    source = find_source(config, FAMILIES)
    if source is None:
        return Reading({}, {}, (), (_of_model(config),))
    network = Config(source)
    diagnostics = tuple(_without_stages(source))
    if diagnostics:
        return Reading({}, {}, (), diagnostics)
    network.name, family = choose(network)
    network.needs = family.needs
    read_stages(network, family)
    read_size(network, family)
    read_upsampling(network, family)
    if family.momentum is not None:
        network.data["batch_norm"] = {"momentum": family.momentum}
    network.data["head"] = family.head(network)
    network.data["name"] = _title(network)
    note_needs(network)
    note_unread(network, family)
    note_letters(network)
    says = Says(network.lower, network.size, network.data["input"], family.default_size)
    return Reading(network.data, network.origins, tuple(network.notes), (), tuple(network.diagnostics), says.anew)


def recognise(config: Mapping[str, Any]) -> bool:
    """Whether it has the name of one of their networks, or a stage that is one: a job of a pipeline may be Stage1."""
    source = find_source(config, FAMILIES)
    if source is None:
        return bool(_misspelt_model(config))
    stages = [source.extra.value[key] for key in source.extra.keys if STAGE.fullmatch(key)]
    name = source.model.child("NAME")
    named = name is not None and isinstance(name.value, str) and name.value in FAMILIES
    return named or any(map(is_stage, stages))


def _misspelt_model(config: Mapping[str, Any]) -> str:
    """The key that is meant for MODEL, where that is not there: nearly its name, and with an HRNet below it."""
    root = Node(config, ())
    if root.child("MODEL"):
        return ""
    near = (key for key in islice(root.keys, MOST_KEYS) if nearest(key, SECTIONS) == "MODEL")
    return next((key for key in near if recognise({"MODEL": config[key]})), "")


MOST_KEYS = 100
"""Keys of a config that are looked at for one that is misspelt; theirs have about 15."""


def _of_model(config: Mapping[str, Any]) -> Diagnostic:
    """What is to be said of it: with it all else is found."""
    key, right = _misspelt_model(config), Node(config, ()).spelt("MODEL")
    return Diagnostic(
        "unknown-key", (quote_key(key),), f"unknown key {quote(key)}", f"did you mean {right}?", at_key=True
    )


def _without_stages(source: Source) -> Iterator[Diagnostic]:
    """A network by its name alone, with no EXTRA: its key may be misspelt."""
    model = source.model
    if source.extra.path != model.path or any(STAGE.fullmatch(key) for key in model.keys):
        return
    where = model.missing("EXTRA")
    name = str(where.path[-1])
    known = {each.lower() for each in MODEL_KEYS}
    wrong = meant((key for key in model.keys if key.lower() not in known), ["EXTRA"], MODEL_KEYS)
    for key in wrong:
        path = (*model.path, quote_key(key))
        yield Diagnostic("unknown-key", path, f"unknown key {quote(key)}", f"did you mean {name}?", at_key=True)
    if not wrong:
        yield Diagnostic("missing-key", where.path, f"{name} is missing", f"add {name}: the stages stand in it")


def _title(network: Config) -> str:
    """What the reports call it: pose_hrnet-w32."""
    stage = network.data.get("stage2", {})
    widths = stage.get("num_channels") if isinstance(stage, Mapping) else None
    first = widths[0] if isinstance(widths, list) and widths else None
    return f"{network.name}-w{first}"[:200] if isinstance(first, int) and first < 10**6 else network.name


__all__ = ["detect", "read", "recognise"]
