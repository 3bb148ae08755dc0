"""STAGE1 to STAGE4, as the authors' code reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hrnet_cli.dialects.nodes import ConfigNode
from hrnet_cli.dialects.official.config import EXTRA_KEYS, STAGE_KEYS, Config
from hrnet_cli.dialects.reading import find_misspelt, note
from hrnet_cli.hrnet import EXPANSION, FIRST_STAGE, FIRST_STAGE_TEXT, NUM_STAGES, stage_key, stage_number
from hrnet_cli.text import quote, quote_key

LATER_STAGES = range(2, NUM_STAGES + 1)
"""The numbers of the stages that the authors' code builds after the first; it raises an error where one is missing."""
FIRST_STAGE_CONFIG = ", ".join(f"{key.upper()}: {value}" for key, value in FIRST_STAGE.items())
READ_OF_FIRST = ("BLOCK", "NUM_BLOCKS", "NUM_CHANNELS")
"""The keys of STAGE1 that are read, where it is read at all."""
RANCHES = "NUM_RANCHES"
"""The misspelling of NUM_BRANCHES in STAGE1 of most published configs; the code reads neither."""


def read_stages(config: Config) -> None:
    """Stage 1 and the stages that are built after it; any other shows a fork."""
    extra = config.source.extra
    numbers = {number for key in extra.stage_keys if (number := stage_number(key))}
    _read_first(config)
    for number in LATER_STAGES:
        _read_later(config, number, numbers)
    gaps = [number for number in LATER_STAGES if number not in numbers and number < max(numbers, default=0)]
    missing = [stage_key(number).upper() for number in gaps]
    unknown = (key for key in extra.keys if key not in extra.stage_keys)
    for key in find_misspelt(unknown, missing, (*EXTRA_KEYS, *missing)):
        config.data[key] = extra.value[key]  # an unknown key of the spec, at this path
        config.origins[key,] = (*extra.path, quote_key(key))


def _read_first(config: Config) -> None:
    """Stage 1: the usual one where it is missing, or where the network's code does not read it."""
    key, extra = stage_key(1), config.source.extra
    node = extra.child(key)
    config.origins[key,] = (node or extra.missing(key)).path
    config.data[key] = dict(FIRST_STAGE)
    if node is None:
        if config.family.reads_stage1:
            _note_missing_first(config, extra.missing(key))
        return
    _note_ranches(config, node)
    if config.family.reads_stage1:
        _read_chain(config, node)
    elif any((child := node.child(name)) and child.literal != FIRST_STAGE[name.lower()] for name in READ_OF_FIRST):
        message = f"{node.path[-1]} is not read by {config.name}: its layer1 is always {FIRST_STAGE_TEXT}"
        config.add_note("unread-value", node.path, message, "remove it", at_key=True)


def _note_missing_first(config: Config, missing: ConfigNode) -> None:
    key = missing.path[-1]
    message = f"{key} is missing: {FIRST_STAGE_TEXT} are used, as in the authors' other networks"
    remedy = f"add {key}: {{{FIRST_STAGE_CONFIG}}}"
    if not _extra_fails_without(config, "STAGE1"):
        config.add_note("assumed", missing.path, message, at_key=True)
    elif config.family.first_release_fixed_stage1:
        message = f"{key} is missing: {FIRST_STAGE_TEXT} are used, as in the first release of {config.name}"
        config.add_note("assumed", missing.path, f"{message}; later code raises an error", remedy, at_key=True)
    else:
        config.add_note(
            "no-default", missing.path, f"{message}; {config.name} reads it without a default", remedy, at_key=True
        )


def _extra_fails_without(config: Config, name: str) -> bool:
    """Whether the authors' code raises an error because a key of EXTRA is missing."""
    extra = config.source.extra
    return config.fails_without(name, extra, (*EXTRA_KEYS, *extra.stage_keys, name))


def _read_chain(config: Config, node: ConfigNode) -> None:
    """Stage 1 as one chain of blocks: the first entry of each list, and neither modules nor branches."""
    key = stage_key(1)
    if not isinstance(node.value, Mapping):
        config.data[key] = node.value
        return
    stage = _read_stage(config, node, key, READ_OF_FIRST, {})
    for name in ("num_blocks", "num_channels"):
        items, path = stage.get(name), config.origins[key, name]
        if isinstance(items, list) and len(items) > 1:
            config.add_note(
                "extra-entries", path, f"{quote(items)}: only the first is read", f"write {quote(items[:1])}"
            )
            stage[name] = items[:1]
    for name in ("NUM_MODULES", "NUM_BRANCHES"):
        child = node.child(name)
        if child and child.literal != 1:
            message = f"{quote(child.value)} is never read: stage 1 is one chain of blocks"
            config.add_note("unread-value", child.path, message, "write 1")
    config.data[key] = {**stage, "num_modules": 1, "num_branches": 1}


def _note_ranches(config: Config, node: ConfigNode) -> None:
    """Note NUM_RANCHES. The published NUM_RANCHES: 1 changes nothing: it is a note, of `check` alone."""
    child = node.child(RANCHES)
    if child:
        right, message = config.spell("NUM_BRANCHES"), f"{child.path[-1]} is never read: stage 1 is one chain of blocks"
        remedy = f"remove it: {right} is present too" if node.child("NUM_BRANCHES") else f"did you mean {right}?"
        harmless = child.literal == 1 or not config.family.reads_stage1
        found = note("misspelt-key", child.path, message, remedy, True, only_in_check=harmless, at_most_note=harmless)
        config.notes.append(found)


def _read_later(config: Config, number: int, numbers: set[int]) -> None:
    """A stage after the first; `numbers` are those of the stages that the config has."""
    key = stage_key(number)
    node = config.source.extra.child(key)
    defaults = config.family.stage_defaults.get(key, {})
    place = node or config.source.extra.missing(key)
    config.origins[key,] = place.path
    if node is not None and not isinstance(node.value, Mapping):
        config.data[key] = node.value
    elif node is not None or defaults:
        config.data[key] = _read_stage(config, place, key, STAGE_KEYS[:-1], defaults)
    elif number == LATER_STAGES[0]:
        config.data[key] = None  # an error of the spec, at this path
    elif not numbers & set(range(number, LATER_STAGES[-1] + 1)):
        message, remedy = f"{place.path[-1]} is missing and not built", ""
        if config.known_name:
            message += "; the authors' code raises an error without it"
            remedy = f"add {place.path[-1]}: they always have four stages"
        config.add_note("assumed", place.path, message, remedy, at_key=True)


def _read_stage(
    config: Config, node: ConfigNode, key: str, names: tuple[str, ...], defaults: Mapping[str, Any]
) -> dict[str, Any]:
    """The values of a stage, unchanged: the spec's validation reports what is wrong with them."""
    stage: dict[str, Any] = {}
    for name in names:
        child, field = node.child(name), name.lower()
        place = child or node.missing(name)
        config.origins[key, field] = place.path
        if child:
            stage[field] = child.literal
        elif field in defaults:
            stage[field] = defaults[field]
            message = f"{place.path[-1]} is missing: {quote(defaults[field])} is used, the code's default"
            config.add_note("assumed", place.path, message, at_key=True)
    _read_block(config, node, stage)
    _read_fuse_method(config, node, needed=key != stage_key(1))
    known = (*STAGE_KEYS, RANCHES) if key == stage_key(1) else STAGE_KEYS
    unknown = (name for name in node.keys if name.upper() not in known)
    misspelt = find_misspelt(unknown, [name for name in names if name.lower() not in stage], known)
    stage |= {name: node.value[name] for name in misspelt}  # unknown keys of the spec, instead of missing ones
    config.note_unknown_keys(node, (*known, *misspelt))
    return stage


def _read_block(config: Config, node: ConfigNode, stage: dict[str, Any]) -> None:
    """The block in upper case, with a note if it is in another: the authors' code does not find it."""
    block, child = stage.get("block"), node.child("BLOCK")
    if child and isinstance(block, str) and block not in EXPANSION and block.upper() in EXPANSION:
        stage["block"] = block.upper()
        message = f"{quote(block)} is read as {block.upper()}; the authors' code knows upper case only"
        config.add_note("letter-case", child.path, message, f"write {block.upper()}")


def _read_fuse_method(config: Config, node: ConfigNode, needed: bool) -> None:
    """FUSE_METHOD, which the authors' code looks up in every stage but the first, and never uses."""
    child = node.child("FUSE_METHOD")
    if child is None and needed and config.fails_without("FUSE_METHOD", node, STAGE_KEYS):
        _note_needed(config, node.missing("FUSE_METHOD"), "SUM")
    if child and child.value != "SUM":
        message = f"{quote(child.value)} is never read: every fuse layer sums"
        config.add_note("fuse-method", child.path, message, "write SUM")


def note_pretrained_layers(config: Config) -> None:
    """Note that PRETRAINED_LAYERS is missing: it is no part of the network, and the authors' code looks it up."""
    extra = config.source.extra
    if not extra.child("PRETRAINED_LAYERS") and _extra_fails_without(config, "PRETRAINED_LAYERS"):
        _note_needed(config, extra.missing("PRETRAINED_LAYERS"), "['*']")


def _note_needed(config: Config, missing: ConfigNode, usual: str) -> None:
    """Note a missing key that changes nothing, except that the authors' code raises an error; only in `check`."""
    key = missing.path[-1]
    message = f"{key} is missing, and {config.name} reads it without a default"
    remedy = f"add {key}: {usual}"
    config.notes.append(note("no-default", missing.path, message, remedy, at_key=True, only_in_check=True))
