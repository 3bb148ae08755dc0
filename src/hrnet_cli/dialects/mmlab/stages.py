"""The stages of an mmlab backbone, as the stages of a spec."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hrnet_cli.dialects.mmlab import facts
from hrnet_cli.dialects.mmlab.facts import STAGE_KEYS
from hrnet_cli.dialects.mmlab.part import Part
from hrnet_cli.dialects.other_networks import not_hrnet
from hrnet_cli.dialects.reading import MAX_NOTES, find_misspelt
from hrnet_cli.hrnet import HRNET_BLOCKS, STAGE_FIELDS, STAGE_KEY, stage_number
from hrnet_cli.text import misspelt, quote, quote_key


def read_stages(extra: Part) -> None:
    """Stages 1 to 4. The spec refuses those that are missing, wrong or misspelt."""
    network = extra.network
    for key in STAGE_KEYS:
        network.origins[(key,)] = (*extra.path, key)
        if key in extra.value:
            _read_stage(key, extra)
    missing = [key for key in STAGE_KEYS if key not in extra.value]
    names = [key for key in extra.value if isinstance(key, str)]
    if STAGE_KEYS[-1] not in missing:
        unknown = (key for key in names if not STAGE_KEY.fullmatch(key))
        for key in find_misspelt(unknown, missing, ("upsample", *missing)):
            network.set(key, extra.value[key], (*extra.path, quote_key(key)))
    not_built = {key for key in names if STAGE_KEY.fullmatch(key)}.difference(STAGE_KEYS)
    for key in sorted(not_built, key=lambda key: stage_number(key) or 0)[:MAX_NOTES]:
        message = f"{key} is left out: no package builds a stage after the fourth"
        remedy = _remedy_of_stage(extra.value, key)
        network.add_note("unbuilt-stage", (*extra.path, key), message, remedy, at_key=True)
    rest = {key: item for key, item in extra.value.items() if key not in not_built}
    Part(rest, extra.path, network).note_unknown_keys(("upsample", *STAGE_KEYS), network.hrnet)


def _remedy_of_stage(extra: Mapping[Any, Any], key: str) -> str:
    """To remove a fifth stage; or, where it has the branches of the fourth, to give its modules to that one."""
    fourth, fifth = extra.get(STAGE_KEYS[-1]), extra[key]
    if stage_number(key) == len(STAGE_KEYS) + 1 and isinstance(fourth, Mapping) and isinstance(fifth, Mapping):
        counts = fourth.get("num_modules"), fifth.get("num_modules")
        alike = all(fourth.get(field) == fifth.get(field) for field in STAGE_FIELDS if field != "num_modules")
        if alike and type(counts[0]) is int and type(counts[1]) is int:
            merged = f"write num_modules={counts[0] + counts[1]} in {STAGE_KEYS[-1]}"
            return f"remove it; for the network that it would make, {merged}: there are no layers between the two"
    return "remove it"


def _read_stage(key: str, extra: Part) -> None:
    """The fields of a stage; the spec refuses those that are misspelt from a missing one."""
    network, stage = extra.network, extra.part(key)
    if not isinstance(extra.value[key], Mapping):
        network.set(key, extra.get(key), stage.path)
        return
    fields: dict[str, Any] = {name: stage.get(name) for name in STAGE_FIELDS if name in stage.value}
    if key == STAGE_KEYS[0]:
        fields |= _first_stage(fields, stage)
    missing = [name for name in STAGE_FIELDS if name not in fields]
    unknown = (name for name in stage.value if isinstance(name, str) and name not in facts.KEYS_OF_STAGE)
    fields |= {name: stage.value[name] for name in find_misspelt(unknown, missing, facts.KEYS_OF_STAGE)}
    network.set(key, fields, stage.path)
    _refuse_own_block(fields.get("block"), stage)
    fuse_method = stage.value.get("fuse_method", "SUM")
    if fuse_method != "SUM":
        message = f"{quote(fuse_method)} is never read: every fuse layer sums"
        network.add_note("fuse-method", (*stage.path, "fuse_method"), message, "write SUM")
    stage.note_unknown_keys(facts.KEYS_OF_STAGE, network.hrnet)


def _refuse_own_block(block: Any, stage: Part) -> None:
    """The error of a block that is neither HRNet's nor misspelt: no package has it, and it is not built here.

    `BasicBlock`, the class of BASIC, is taken for a misspelling.
    """
    if not isinstance(block, str) or misspelt(block.lower().removesuffix("block"), HRNET_BLOCKS):
        return
    if all(each.code != "not-hrnet" for each in stage.network.diagnostics):
        message = f"block {quote(block)} is of the config's own code, and is not built here"
        remedy = f"write {' or '.join(HRNET_BLOCKS)} for the network without it"
        stage.network.add_diagnostics(not_hrnet((*stage.path, "block"), message, remedy))


def _first_stage(fields: Mapping[str, Any], stage: Part) -> dict[str, Any]:
    """What is built instead of stage 1's fields: one chain of blocks, from the first entry of each list."""
    built: dict[str, Any] = {"num_modules": 1, "num_branches": 1}
    for name in built:
        if fields.get(name, 1) != 1:
            message = f"{quote(fields[name])} is never read: stage 1 is one chain of blocks"
            stage.network.add_note("unread-value", (*stage.path, name), message, "write 1")
    for name in ("num_blocks", "num_channels"):
        items = fields.get(name)
        if isinstance(items, list | tuple) and len(items) > 1:
            built[name] = items[:1]
            message, remedy = f"{quote(items)}: only the first is read", f"write {quote(list(items)[:1])}"
            stage.network.add_note("extra-entries", (*stage.path, name), message, remedy)
    return built
