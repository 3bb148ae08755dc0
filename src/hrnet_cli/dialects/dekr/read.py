"""The spec of a config whose stages are lists in one mapping, STAGES."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hrnet_cli.dialects.dekr import LISTS, find_stages
from hrnet_cli.dialects.limits import width_changes
from hrnet_cli.dialects.nodes import ConfigNode
from hrnet_cli.dialects.reading import MAX_NOTES, Reading, read_size
from hrnet_cli.dialects.stages import FUSE_METHOD, note_fuse_method, set_first_stage, set_name
from hrnet_cli.errors import Diagnostic
from hrnet_cli.hrnet import EXPANSION, FIRST_STAGE_TEXT, MAX_STAGES, stage_key
from hrnet_cli.schema.fields import wrong_type
from hrnet_cli.text import join_and, misspelt, plural, quote, quote_key

NUM_STAGES = "NUM_STAGES"
DEFAULT_SIZE = (512, 512)
"""DATASET.INPUT_SIZE in `lib/config/default.py` of DEKR and of CID."""
OWNERS = {"hrnet_dekr": "DEKR", "cid": "CID"}
"""What a config is of, by its MODEL.NAME in lower case."""


def read(config: Mapping[str, Any]) -> Reading:
    """The backbone, with the four maps that its heads join, and the input of a config that is detected."""
    stages, root = find_stages(config), ConfigNode(config, ())
    assert stages is not None
    reading = Reading({})
    reading.spell, owner = stages.spell, _owner(root)
    reading.code_is_known = bool(owner)
    reading.diagnostics += _misspelt_lists(stages)
    if not reading.diagnostics:
        _read_stages(reading, stages)
    if reading.diagnostics:
        return reading
    note_fuse_method(reading, stages.child(FUSE_METHOD))
    read_size(reading, root.get("DATASET", "INPUT_SIZE"), DEFAULT_SIZE)
    set_name(reading, owner.lower() or "hrnet")
    _note_wide_transitions(reading, stages.child("BLOCK") or stages)
    _note_owner(reading, root, stages, owner)
    return reading


def _owner(root: ConfigNode) -> str:
    """Whose config it is; empty where that is unknown."""
    node = root.get("MODEL", "NAME")
    return OWNERS.get(node.value.lower(), "") if node and isinstance(node.value, str) else ""


# The stages


def _misspelt_lists(stages: ConfigNode) -> Iterator[Diagnostic]:
    """The error of each key that is misspelt from a missing list."""
    names = tuple(map(stages.spell, (NUM_STAGES, *LISTS, FUSE_METHOD)))
    unknown = [key for key in stages.keys if key.upper() not in (NUM_STAGES, *LISTS, FUSE_METHOD.upper())]
    for key in unknown[:MAX_NOTES]:
        right = misspelt(key, names)
        if right.upper() in LISTS and not stages.child(right):
            path, message = (*stages.path, quote_key(key)), f"unknown key {quote(key)}"
            yield Diagnostic("unknown-key", path, message, f"did you mean {right}?", at_key=True)


def _read_stages(reading: Reading, stages: ConfigNode) -> None:
    """Item n of each list as stage n + 2; a list of another length is an error, and the code's IndexError.

    Where the code is not known and the first item has one branch, it is stage 1.
    """
    lists = {name: stages.child(name) or stages.missing(name) for name in LISTS}
    count = _count(reading, stages, list(lists.values()))
    for node in lists.values():
        error = _list_error(stages, node, count)
        if error:
            reading.diagnostics.append(error)
    if reading.diagnostics:
        return
    set_first_stage(reading, stages.path)
    first = 1 if not reading.code_is_known and lists["NUM_BRANCHES"].literal[0] == 1 else 2
    for index in range(count):
        key = stage_key(index + first)
        reading.data[key] = {name.lower(): node.literal[index] for name, node in lists.items()}
        reading.origins[key,] = stages.path
        reading.origins |= {(key, name.lower()): (*node.path, index) for name, node in lists.items()}


def _count(reading: Reading, stages: ConfigNode, lists: list[ConfigNode]) -> int:
    """NUM_STAGES; where it is no such number, the length of most lists, with a note."""
    node = stages.child(NUM_STAGES)
    count = node.literal if node else None
    if type(count) is int and 0 < count < MAX_STAGES:
        return count
    lengths = [len(each.literal) for each in lists if isinstance(each.literal, list)]
    usual = min(max(lengths, key=lengths.count), MAX_STAGES - 1)
    place = node or stages.missing(NUM_STAGES)
    found = f"{quote(count)} is no number of stages" if node else f"{place.path[-1]} is missing"
    message = f"{found}: {plural(usual, 'stage')} after the first are built, the length of most lists"
    reading.add_note("assumed", place.path, message, f"write {place.path[-1]}: {usual}", at_key=node is None)
    return usual


def _list_error(stages: ConfigNode, node: ConfigNode, count: int) -> Diagnostic | None:
    """What is wrong with the list of a key: it is missing, no list, or has too few items or too many."""
    key, items = node.path[-1], node.literal
    if node.value is None:
        message, remedy = f"{key} is missing", f"add {key}: a list with one item per stage after the first"
        return Diagnostic("missing-key", node.path, message, remedy)
    if not isinstance(items, list):
        return wrong_type(items, "a list with one item per stage after the first", node.path)
    if len(items) != count:
        total = stages.spell(NUM_STAGES)
        message = f"{plural(len(items), 'entry')} for {total}: {count}"
        return Diagnostic("wrong-length", node.path, message, f"give {key} one item per stage after the first")
    return None


def _note_wide_transitions(reading: Reading, block: ConfigNode) -> None:
    """Note blocks that are wider than NUM_CHANNELS: that code makes the transitions before them as wide as that."""
    names = block.literal if isinstance(block.literal, list) else []
    later = names[1:] if (stage_key(1), "block") in reading.origins else names
    wide = [name for name in later if isinstance(name, str) and EXPANSION.get(name, 1) > 1]
    if wide:
        channels, path = reading.spell("num_channels"), (*block.path, names.index(wide[0]))
        message = (
            f"the transitions before {wide[0]} blocks are as wide as the blocks here, and as {channels} in that code"
        )
        reading.add_note("assumed", path, message)
    else:
        reading.limits = (width_changes,)


# What is built, and what is left out

HEADS_OF_CID = ("IIA", "GFD")


def _note_owner(reading: Reading, root: ConfigNode, stages: ConfigNode, owner: str) -> None:
    """Note whose config it is, and that its heads are left out: they are on the maps of all branches, joined."""
    section = root.get(*map(str, stages.path[:-1])) or root
    model = root.child("MODEL") or root
    heads = [key for key in section.keys if key.upper().startswith("HEAD_")]
    heads += [key for key in model.keys if key.upper() in HEADS_OF_CID]
    whose = f"{owner}'s backbone" if owner else "the backbone of a config like DEKR's"
    has_first = reading.origins.get((stage_key(1), "block")) is not None
    message = f"{whose} is built" + ("" if has_first else f", with {FIRST_STAGE_TEXT} as stage 1")
    if heads:
        verb = "are" if len(heads) > 1 else "is"
        message += f"; {join_and(heads[:MAX_NOTES])}, on its maps joined at the size of the largest, {verb} left out"
    reading.add_note("fork", stages.path, message, at_key=True)
