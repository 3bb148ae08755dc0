"""The authors' own configs: the YACS YAML of their repositories, its dumps, and the `extra` mapping of one alone.

A family is a network of theirs; FAMILIES says what each reads, and what it takes where the config is silent. Whatever
stands in a config and is read by nobody, or is not what is built, becomes a note: the original code never says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hrnet_cli.dialects.nodes import Node
from hrnet_cli.dialects.official import Source, find_source, misspelt_model
from hrnet_cli.dialects.official.config import Config
from hrnet_cli.dialects.official.families import choose
from hrnet_cli.dialects.official.input import read_size, read_upsampling
from hrnet_cli.dialects.official.letters import Says, note_letters
from hrnet_cli.dialects.official.stages import note_needs, read_stages
from hrnet_cli.dialects.official.unread import MODEL_KEYS, note_unread
from hrnet_cli.dialects.reading import Reading, meant
from hrnet_cli.errors import Diagnostic
from hrnet_cli.text import quote, quote_key


def read(config: Mapping[str, Any]) -> Reading:
    """The network that the authors' code builds from it; notes in the order in which one would look for them."""
    source = find_source(config)
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
    return Reading(network.data, network.origins, tuple(network.notes), tuple(network.diagnostics), say=says.anew)


def _of_model(config: Mapping[str, Any]) -> Diagnostic:
    """What is to be said of it: with it all else is found."""
    key, right = misspelt_model(config), Node(config, ()).spell("MODEL")
    return Diagnostic(
        "unknown-key", (quote_key(key),), f"unknown key {quote(key)}", f"did you mean {right}?", at_key=True
    )


def _without_stages(source: Source) -> Iterator[Diagnostic]:
    """A network by its name alone, with no EXTRA: its key may be misspelt."""
    model = source.model
    if source.extra.path != model.path or model.stage_keys:
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
