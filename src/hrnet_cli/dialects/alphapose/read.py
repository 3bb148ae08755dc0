"""The spec of an AlphaPose config."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hrnet_cli.dialects.alphapose import HRNET, PRESET
from hrnet_cli.dialects.limits import four_stages, width_changes
from hrnet_cli.dialects.nodes import ConfigNode
from hrnet_cli.dialects.other_networks import not_hrnet
from hrnet_cli.dialects.reading import Reading, read_size
from hrnet_cli.dialects.stages import read_stage, set_first_stage, set_name
from hrnet_cli.errors import Diagnostic
from hrnet_cli.hrnet import NUM_STAGES, stage_key
from hrnet_cli.text import quote

DEFAULT_SIZE = (256, 192)
DEFAULTS: dict[str, Any] = {"num_joints": 17, "final_conv_kernel": 1}
"""What the published configs have; the code reads both without a default."""


def read(config: Mapping[str, Any]) -> Reading:
    """The pose network; an error for the config of another network of AlphaPose's."""
    root, reading = ConfigNode(config, ()), Reading({})
    model = root.child("MODEL") or root
    kind = model.child("TYPE")
    if kind is None or kind.value != HRNET:
        reading.diagnostics.append(_other_network(model))
        return reading
    reading.spell, reading.limits = str.upper, (four_stages, width_changes)
    set_first_stage(reading, model.missing(stage_key(1)).path)
    for number in range(2, NUM_STAGES + 1):
        key = stage_key(number)
        node = model.child(key)
        if node:
            read_stage(reading, key, node)
        else:
            reading.diagnostics.append(_missing(model.missing(key)))
    if reading.diagnostics:
        reading.data = {}
        return reading
    preset = root.child(PRESET) or root
    read_size(reading, preset.child("IMAGE_SIZE"), DEFAULT_SIZE, height_first=True)
    reading.data["head"] = {"type": "heatmap"}
    for section, field in ((preset, "num_joints"), (model, "final_conv_kernel")):
        _read_head(reading, section, field)
    set_name(reading, "alphapose")
    message = f"read as AlphaPose's {HRNET}, which is the authors' pose_hrnet; its sizes are height before width"
    reading.add_note("fork", kind.path, message)
    return reading


def _other_network(model: ConfigNode) -> Diagnostic:
    """The error for a network of AlphaPose's that is no HRNet; the stages of its head are no stages of an HRNet."""
    kind, backbone = model.child("TYPE"), model.child("BACKBONE")
    name = quote(kind.value) if kind else "a network without a name"
    on = f" on {quote(backbone.value)}" if backbone and isinstance(backbone.value, str) else ""
    return not_hrnet(kind.path if kind else model.path, f"this is not an HRNet: it is AlphaPose's {name}{on}")


def _missing(stage: ConfigNode) -> Diagnostic:
    key = stage.path[-1]
    return Diagnostic("missing-key", stage.path, f"{key} is missing", f"add {key}: {HRNET} reads STAGE2 to STAGE4")


def _read_head(reading: Reading, section: ConfigNode, field: str) -> None:
    """A number of the head; where it is missing, that of the published configs, with a note."""
    node = section.child(field)
    place = node or section.missing(field)
    reading.origins["head", field] = place.path
    reading.data["head"][field] = node.literal if node else DEFAULTS[field]
    if node is None:
        message = f"{place.path[-1]} is missing: {DEFAULTS[field]} is used, as in AlphaPose's own configs"
        reading.add_note("assumed", place.path, message, f"add {place.path[-1]}: {DEFAULTS[field]}", at_key=True)
