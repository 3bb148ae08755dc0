"""STAGE1 to STAGE4, as the authors' code reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hrnet_cli.dialects.nodes import Node
from hrnet_cli.dialects.official.config import EXTRA_KEYS, Config
from hrnet_cli.dialects.official.families import Family
from hrnet_cli.dialects.official.unread import note_strange
from hrnet_cli.dialects.reading import MOST_NOTES, meant, note
from hrnet_cli.hrnet import EXPANSION, stage_number
from hrnet_cli.text import quote, quote_key

STAGE_KEYS = ("NUM_MODULES", "NUM_BRANCHES", "BLOCK", "NUM_BLOCKS", "NUM_CHANNELS")
BUILT_STAGES = (2, 3, 4)
"""The stages that the original code builds after the first; it stops where one is not there."""
LAYER1 = {"num_modules": 1, "num_branches": 1, "block": "BOTTLENECK", "num_blocks": [4], "num_channels": [64]}
"""Stage 1 where the code does not read it, and in every published config but the small ones'."""
USUAL = "NUM_MODULES: 1, NUM_BRANCHES: 1, BLOCK: BOTTLENECK, NUM_BLOCKS: [4], NUM_CHANNELS: [64]"
"""The same, as a config would have it."""
RANCHES = "NUM_RANCHES"
"""What most published configs have in STAGE1 for NUM_BRANCHES, which nobody reads there."""


def read_stages(config: Config, family: Family) -> None:
    """Stage 1, those that are built after it, and a note for every other."""
    _first(config, family)
    extra = config.source.extra
    given = {number for key in extra.stage_keys if (number := stage_number(key))}
    for number in BUILT_STAGES:
        _later(config, family, number, given)
    gaps = [f"STAGE{number}" for number in BUILT_STAGES if number not in given and number < max(given, default=0)]
    for key in meant((key for key in extra.keys if key not in extra.stage_keys), gaps, (*EXTRA_KEYS, *gaps)):
        config.data[key] = extra.value[key]  # for the spec to refuse
        config.origins[key,] = (*extra.path, quote_key(key))
    for number in sorted(number for number in given if number > BUILT_STAGES[-1])[:MOST_NOTES]:
        node = extra.child(f"STAGE{number}")
        assert node is not None
        text = f"{node.dotted} is left out: the authors' code builds no stage after the fourth"
        config.note("unbuilt-stage", node.path, text, "leave it out", at_key=True)


def _first(config: Config, family: Family) -> None:
    node = config.source.extra.child("STAGE1")
    where = node or config.source.extra.missing("STAGE1")
    config.origins["stage1",] = where.path
    config.data["stage1"] = dict(LAYER1)
    if node is None:
        if family.reads_stage1:
            text = f"{where.dotted} is not given: 4 BOTTLENECK blocks of 64, as the authors' other networks have"
            stops = _stops_without(config, "STAGE1")
            text += f"; {config.name} reads it without a default" if stops else ""
            remedy = f"add {where.path[-1]}: {{{USUAL}}}" if stops else ""
            config.note("no-default" if stops else "assumed", where.path, text, remedy)
        return
    _ranches(config, node, family)
    if family.reads_stage1:
        _chain(config, node)
    elif any(_differs(node, name) for name in ("BLOCK", "NUM_BLOCKS", "NUM_CHANNELS")):
        text = f"{node.dotted} is not read by {config.name}: its layer1 is always 4 BOTTLENECK blocks of 64"
        config.note("unread-value", node.path, text, "leave it out", at_key=True)


def _stops_without(config: Config, name: str) -> bool:
    """Whether the code fails at the lack of a key of EXTRA."""
    extra = config.source.extra
    return config.stops_without(name, extra, (*EXTRA_KEYS, *extra.stage_keys, name))


def _differs(stage: Node, name: str) -> bool:
    child = stage.child(name)
    return child is not None and child.literal != LAYER1[name.lower()]


def _chain(config: Config, node: Node) -> None:
    """A chain of blocks: the first entry of each list, whatever it says of modules and branches."""
    if not isinstance(node.value, Mapping):
        config.data["stage1"] = node.value
        return
    stage = _stage(config, node, "stage1", ("BLOCK", "NUM_BLOCKS", "NUM_CHANNELS"), {})
    for name in ("num_blocks", "num_channels"):
        items, path = stage.get(name), config.origins["stage1", name]
        if isinstance(items, list) and len(items) > 1:
            text = f"{node.dotted}.{path[-1]}: {quote(items)}: only the first is read"
            config.note("extra-entries", path, text, f"write {quote(items[:1])}")
            stage[name] = items[:1]
    for name in ("NUM_MODULES", "NUM_BRANCHES"):
        child = node.child(name)
        if child and child.literal != 1:
            text = f"{child.dotted}: {quote(child.value)} is never read: stage 1 is one chain of blocks"
            config.note("unread-value", child.path, text, "write 1")
    config.data["stage1"] = {**stage, "num_modules": 1, "num_branches": 1}


def _ranches(config: Config, node: Node, family: Family) -> None:
    """The published misspelling; of a 1 nothing would come if it were spelt well."""
    child = node.child(RANCHES)
    if child:
        text = f"{child.dotted}: {quote(child.value)} is never read: stage 1 is one chain of blocks"
        right = config.spell("NUM_BRANCHES")
        remedy = f"leave it out: {right} is there too" if node.child("NUM_BRANCHES") else f"did you mean {right}?"
        silent = child.literal == 1 or not family.reads_stage1
        config.notes.append(note("misspelt-key", child.path, text, remedy, at_key=True, only_in_check=silent))


def _later(config: Config, family: Family, number: int, given: set[int]) -> None:
    key = f"stage{number}"
    node = config.source.extra.child(key.upper())
    defaults = family.stage_defaults.get(key, {})
    where = node or config.source.extra.missing(key)
    config.origins[key,] = where.path
    if node is not None and not isinstance(node.value, Mapping):
        config.data[key] = node.value
    elif node is not None or defaults:
        config.data[key] = _stage(config, where, key, STAGE_KEYS, defaults)
    elif number == BUILT_STAGES[0]:
        config.data[key] = None  # which the spec refuses, at its place
    elif not given & set(range(number, BUILT_STAGES[-1] + 1)):
        text = f"{where.dotted} is not given and not built; the authors' code would stop there"
        config.note("assumed", where.path, text, f"give {where.path[-1]}: they always have four stages")


def _stage(config: Config, node: Node, key: str, names: tuple[str, ...], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The entries of a stage as they stand; the spec checks them, at their places."""
    stage: dict[str, Any] = {}
    for name in names:
        child, field = node.child(name), name.lower()
        where = child or node.missing(name)
        config.origins[key, field] = where.path
        if child:
            stage[field] = child.literal
        elif field in defaults:
            stage[field] = defaults[field]
            text = f"{where.dotted} is not given: {quote(defaults[field])}, the code's default"
            config.note("assumed", where.path, text)
    _block(config, node, stage)
    _fuse_method(config, node, read=key != "stage1")
    known = (*STAGE_KEYS, "FUSE_METHOD", *([RANCHES] if key == "stage1" else []))
    strange = (key for key in node.keys if key.upper() not in known)
    wrong = meant(strange, [name for name in names if name.lower() not in stage], known)
    stage |= {key: node.value[key] for key in wrong}  # which the spec refuses, beside what is missing
    note_strange(config, node, (*known, *wrong))
    return stage


def _block(config: Config, node: Node, stage: dict[str, Any]) -> None:
    block, child = stage.get("block"), node.child("BLOCK")
    if child and isinstance(block, str) and block not in EXPANSION and block.upper() in EXPANSION:
        stage["block"] = block.upper()
        text = f"{child.dotted}: {quote(block)} is read as {block.upper()}; the authors' code knows capitals only"
        config.note("letter-case", child.path, text, f"write {block.upper()}")


def _fuse_method(config: Config, node: Node, read: bool) -> None:
    """It is looked up, and never used; of stage 1 not even that."""
    child = node.child("FUSE_METHOD")
    if child is None and read and config.stops_without("FUSE_METHOD", node, (*STAGE_KEYS, "FUSE_METHOD")):
        _needed(config, node.missing("FUSE_METHOD"), "SUM")
    if child and child.value != "SUM":
        text = f"{child.dotted}: {quote(child.value)} is never read: every fuse layer sums"
        config.note("fuse-method", child.path, text, "write SUM")


def note_needs(config: Config) -> None:
    """Which layers are loaded from a file is no part of the network, and is looked up all the same."""
    extra = config.source.extra
    if not extra.child("PRETRAINED_LAYERS") and _stops_without(config, "PRETRAINED_LAYERS"):
        _needed(config, extra.missing("PRETRAINED_LAYERS"), "['*']")


def _needed(config: Config, where: Node, usual: str) -> None:
    """A key of which nothing comes, but that its lack ends the code."""
    text = f"{where.dotted} is not given, and {config.name} reads it without a default"
    remedy = f"add {where.path[-1]}: {usual}"
    config.notes.append(note("no-default", where.path, text, remedy, only_in_check=True))
