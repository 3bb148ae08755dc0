"""The spec of a detection config with its stages below MODEL.HRNET."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hrnet_cli.dialects.limits import width_changes
from hrnet_cli.dialects.maskrcnn import BENCHMARK, BLOCKS, DENSEPOSE, PDSEG, UNKNOWN, Code, find_code
from hrnet_cli.dialects.nodes import ConfigNode
from hrnet_cli.dialects.reading import Reading, check_size, read_size
from hrnet_cli.dialects.stages import read_first_stage, read_stage, set_first_stage, set_name
from hrnet_cli.errors import Diagnostic
from hrnet_cli.hrnet import EXPANSION, NUM_STAGES, STAGE_FIELDS, STANDARD_DIVISOR, stage_key
from hrnet_cli.schema.spec import DEFAULT_INPUT
from hrnet_cli.text import quote, shape_text

TEST_SIZE = {"MIN_SIZE_TEST": 800, "MAX_SIZE_TEST": 1333}
"""The defaults in INPUT: an image is scaled until its sides are at most the two."""
NUM_OUTS = 5
OUT_CHANNELS = 256
"""The defaults in MODEL.NECK."""


def read(config: Mapping[str, Any]) -> Reading:
    """The backbone, and the neck of the benchmark; the heads of the detector are left out."""
    root = ConfigNode(config, ())
    reading, code = Reading({}), find_code(root)
    reading.spell, reading.code_is_known = str.upper, code.is_known
    reading.limits = () if code is PDSEG else (width_changes,)
    hrnet = root.get("MODEL", "HRNET") or root.missing("MODEL", "HRNET")
    for number in range(1, NUM_STAGES + 1):
        _read_stage(reading, hrnet, number, code)
    if not code.is_known and (incomplete := _first_incomplete(reading)):
        reading.diagnostics, reading.data = [incomplete], {}
        return reading
    set_name(reading, "hrnetv2p" if code is BENCHMARK else "hrnet")
    if code is PDSEG:
        reading.data["upsampling"] = {"mode": "bilinear", "to": "size", "align_corners": True}
        read_size(reading, root.child("EVAL_CROP_SIZE"), (512, 512))
    else:
        _read_size(reading, root, code)
    has_neck = code is BENCHMARK and _read_neck(reading, root)
    _note_code(reading, root, hrnet, code, has_neck)
    return reading


# The stages


def _read_stage(reading: Reading, hrnet: ConfigNode, number: int, code: Code) -> None:
    """A stage; what it lacks is the default of the code, and stage 1 is the usual one where that code reads none."""
    key = stage_key(number)
    node, default = hrnet.child(key), code.stages.get(key)
    if number == 1 and (default is None and (code.is_known or node is None)):
        set_first_stage(reading, hrnet.missing(key).path)
        return
    if node is None:
        _use_default(reading, hrnet, key, default)
    elif number == 1:
        read_first_stage(reading, node, default)
    elif code.only_widths:
        _read_widths(reading, key, node, default or {})
    else:
        read_stage(reading, key, node, default)
    stage = reading.data.get(key)
    if isinstance(stage, Mapping):
        block = stage.get("block")
        if isinstance(block, str):
            reading.data[key] = {**stage, "block": BLOCKS.get(block, block)}


def _read_widths(reading: Reading, key: str, node: ConfigNode, default: Mapping[str, Any]) -> None:
    """NUM_MODULES and NUM_CHANNELS; each width is a branch of four BASIC blocks."""
    read_stage(reading, key, node, default, ("num_modules", "num_channels"))
    stage = reading.data[key]
    widths = stage.get("num_channels") if isinstance(stage, Mapping) else None
    if isinstance(widths, list):
        reading.data[key] = {**stage, "num_branches": len(widths), "num_blocks": [4] * len(widths)}


def _first_incomplete(reading: Reading) -> Diagnostic | None:
    """The error of a stage that the defaults of unknown code complete."""
    for number in range(2, NUM_STAGES + 1):
        key = stage_key(number)
        stage, path = reading.data.get(key, {}), reading.origin((key,))
        missing = [field for field in STAGE_FIELDS if field not in stage] if isinstance(stage, Mapping) else []
        if missing:
            name, what = key.upper(), missing[0].upper() if stage else "all"
            message = f"{what} of {name} is missing, and the code whose defaults complete it is not known"
            return Diagnostic("missing-key", path, message, f"write all of {name}")
    return None


def _use_default(reading: Reading, hrnet: ConfigNode, key: str, default: Mapping[str, Any] | None) -> None:
    """The default of a stage that a config does not have; without one, the second stage is missing."""
    place = hrnet.missing(key)
    reading.origins[key,] = place.path
    if default is not None:
        reading.data[key] = dict(default)
        if hrnet.value is not None:
            channels = quote(default["num_channels"])
            message = f"{place.path[-1]} is missing: the code's default is used, with {channels} channels"
            reading.add_note("assumed", place.path, message, at_key=True)
    elif key == stage_key(2):
        reading.data[key] = None  # an error of the spec, at this path


# The input


def _read_size(reading: Reading, root: ConfigNode, code: Code) -> None:
    """The largest batch of one image in a test: its sides, rounded up to SIZE_DIVISIBILITY."""
    if code is UNKNOWN and not root.child("INPUT"):
        height, width = reading.data["input"] = [*DEFAULT_INPUT[2:]]
        reading.add_note("assumed", (), f"the config has no input size that is known: {height}×{width} is used")
        return
    sides = []
    for name, default in TEST_SIZE.items():
        node = root.get("INPUT", name)
        sides.append(node.literal if node else default)
        if node and (error := check_size([node.literal], 1, node.path, f"write one number: {default}")):
            reading.diagnostics.append(error)
            return
    node = root.get("DATALOADER", "SIZE_DIVISIBILITY")
    divisor = node.literal if node else STANDARD_DIVISOR
    divisor = divisor if type(divisor) is int and 0 < divisor <= max(sides) else 1
    reading.data["input"] = [-(-side // divisor) * divisor for side in sides]
    if node:
        reading.origins["input",] = node.path
        return
    size = shape_text(tuple(reading.data["input"]))
    message = f"the config does not say how images are padded: {size} is used, with multiples of {STANDARD_DIVISOR}"
    remedy = f"set DATALOADER.SIZE_DIVISIBILITY: {STANDARD_DIVISOR}" if code is BENCHMARK else ""
    reading.add_note("assumed", (), message, remedy)


# The neck


def _read_neck(reading: Reading, root: ConfigNode) -> bool:
    """HRFPN, as `modeling/backbone/hrfpn.py` builds it; whether the backbone has one."""
    body = root.get("MODEL", "BACKBONE", "CONV_BODY")
    if body is None or body.value not in BENCHMARK.with_neck:
        return False
    neck = root.get("MODEL", "NECK") or root.missing("MODEL", "NECK")
    head: dict[str, Any] = {"type": "hrfpn"}
    for name, default in (("OUT_CHANNELS", OUT_CHANNELS), ("NUM_OUTS", NUM_OUTS)):
        node = neck.child(name)
        head[name.lower()] = node.literal if node else default
        reading.origins["head", name.lower()] = (node or neck.missing(name)).path
    reading.data["head"] = head
    reading.origins["head",] = neck.path
    pooling = neck.child("POOLING")
    if pooling and pooling.value == "MAX":
        reading.add_note(
            "left-out", pooling.path, "the levels are pooled by their mean here, and by their maximum there"
        )
    _check_channels(reading, neck.child("IN_CHANNELS"))
    return True


def _check_channels(reading: Reading, node: ConfigNode | None) -> None:
    """IN_CHANNELS must be the widths of the last stage's branches: the neck's first convolution takes their sum."""
    last = reading.data.get(stage_key(NUM_STAGES))
    channels = last.get("num_channels") if isinstance(last, Mapping) else None
    block = last.get("block") if isinstance(last, Mapping) else None
    factor = EXPANSION.get(block) if isinstance(block, str) else None
    if node is None or factor is None or not isinstance(channels, list | tuple):
        return
    if not all(type(width) is int for width in channels):
        return
    widths = [factor * width for width in channels]
    found = node.literal
    if found != widths:
        message = f"{quote(found)} channels, but the branches have {quote(widths)}"
        diagnostic = Diagnostic("wrong-channels", node.path, message, f"write {quote(widths)}")
        reading.mismatches.append(diagnostic)


# What the config is


def _note_code(reading: Reading, root: ConfigNode, hrnet: ConfigNode, code: Code, has_neck: bool) -> None:
    """Note whose config it is, and what is left out."""
    name = root.get("MODEL", "BACKBONE", "NAME")
    built, left_out = "the backbone is built", "the heads of the detector are left out"
    if code is UNKNOWN:
        left_out = "what comes after it is left out"
    if code is PDSEG:
        left_out = "the head, whose convolutions have no bias, is left out"
    if code is BENCHMARK:
        built = "the backbone and its HRFPN are built" if has_neck else built
        left_out += ", and its batch norms, frozen there, count as params"
    elif code is DENSEPOSE:
        built = built if hrnet.value is not None else "the backbone is built, of width 32 by default"
        if name and name.value in code.with_neck:
            left_out = "its HRFPN, of transposed convolutions, and the heads of the detector are left out"
    whose = f"read as {code.name}'s" if code.is_known else "the code that reads MODEL.HRNET here is not known"
    reading.add_note("fork", hrnet.path, f"{whose}: {built}; {left_out}", at_key=True)
