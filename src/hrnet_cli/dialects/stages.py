"""Stages as code that is built on the authors' reads them: a mapping for each, its keys in upper case.

The reader of a dialect says where the stages are and what is built where one of them is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hrnet_cli.dialects.nodes import ConfigNode
from hrnet_cli.dialects.reading import Reading, find_misspelt
from hrnet_cli.hrnet import FIRST_STAGE, STAGE_FIELDS, stage_key
from hrnet_cli.text import KeyPath, quote

FUSE_METHOD = "fuse_method"
READ_OF_FIRST = ("block", "num_blocks", "num_channels")
"""What is read of stage 1, where it is read at all: one chain of blocks, from the first entry of each list."""
STAGE_NAMES = (*STAGE_FIELDS, FUSE_METHOD)
"""The keys of a stage, in lower case."""


def read_stage(
    reading: Reading,
    key: str,
    node: ConfigNode,
    defaults: Mapping[str, Any] | None = None,
    fields: tuple[str, ...] = STAGE_FIELDS,
) -> None:
    """The values of a stage, unchanged: the spec's validation reports what is wrong with them.

    `defaults` are what the code builds where the config has no such key.
    """
    reading.origins[key,] = node.path
    if not isinstance(node.value, Mapping):
        reading.data[key] = node.value
        return
    stage = dict(defaults or {})
    for field in fields:
        child = node.child(field)
        place = child or node.missing(field)
        reading.origins[key, field] = place.path
        if child:
            stage[field] = child.literal
        elif field in stage:
            message = f"{place.path[-1]} is missing: {quote(stage[field])} is used, the code's default"
            reading.add_note("assumed", place.path, message, at_key=True)
    missing = [node.spell(field) for field in fields if field not in stage]
    unknown = (name for name in node.keys if name.lower() not in STAGE_NAMES)
    misspelt = find_misspelt(unknown, missing, tuple(map(node.spell, STAGE_NAMES)))
    reading.data[key] = stage | {name: node.value[name] for name in misspelt}
    note_fuse_method(reading, node.child(FUSE_METHOD))


def read_first_stage(reading: Reading, node: ConfigNode, defaults: Mapping[str, Any] | None = None) -> None:
    """Stage 1 where the code reads it: the first entry of each list, and neither modules nor branches."""
    key = stage_key(1)
    known = {name: value for name, value in (defaults or {}).items() if name in READ_OF_FIRST}
    read_stage(reading, key, node, known, READ_OF_FIRST)
    stage = reading.data[key]
    if isinstance(stage, Mapping):
        lists = {name: value[:1] for name, value in stage.items() if isinstance(value, list | tuple)}
        reading.data[key] = {**stage, **lists, "num_modules": 1, "num_branches": 1}


def note_fuse_method(reading: Reading, node: ConfigNode | None) -> None:
    """Note a fuse method other than SUM, or a list with one: every implementation looks it up and never uses it."""
    methods = node.value if node and isinstance(node.value, list | tuple) else [node.value if node else "SUM"]
    if node and any(method != "SUM" for method in methods):
        message = f"{quote(node.value)} is never read: every fuse layer sums"
        reading.add_note("fuse-method", node.path, message, "write SUM")


def set_stages(reading: Reading, stages: Mapping[str, Mapping[str, Any]], path: KeyPath) -> None:
    """The stages of a network that a config names; every finding about them is at the name."""
    for key, fields in stages.items():
        reading.data[key] = dict(fields)
        reading.origins[key,] = path
        reading.origins |= {(key, field): path for field in fields}


def set_first_stage(reading: Reading, path: KeyPath) -> None:
    """Stage 1 as nearly all code builds it, whatever a config says; `path` is where a config would have it."""
    reading.data[stage_key(1)] = dict(FIRST_STAGE)
    reading.origins[stage_key(1),] = path


def first_width(reading: Reading) -> int | None:
    """The width of branch 0 in stage 2, by which an HRNet is called; None where it cannot be read."""
    stage = reading.data.get(stage_key(2))
    widths = stage.get("num_channels") if isinstance(stage, Mapping) else None
    first = widths[0] if isinstance(widths, list | tuple) and widths else None
    return first if type(first) is int and 0 < first < 10**6 else None


def set_name(reading: Reading, name: str) -> None:
    """The name of the network in reports: `dekr-w32`."""
    width = first_width(reading)
    reading.data["name"] = f"{name}-w{width}" if width else name
