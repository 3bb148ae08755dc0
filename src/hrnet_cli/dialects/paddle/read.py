"""The spec of a config of PaddleSeg, PaddleDetection or PaddleClas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hrnet_cli.dialects.nodes import ConfigNode
from hrnet_cli.dialects.other_networks import not_hrnet
from hrnet_cli.dialects.paddle import CLAS_NAME, DEFAULT_WIDTH, SEG_TYPE, WIDTHS, Found, find_network, stages_of
from hrnet_cli.dialects.paddle.arguments import REFUSED, read_arguments
from hrnet_cli.dialects.paddle.heads import (
    SECTIONS,
    left_out_of,
    read_classification,
    read_detection,
    read_segmentation,
)
from hrnet_cli.dialects.paddle.lite import read_lite
from hrnet_cli.dialects.paddle.sizes import read_input
from hrnet_cli.dialects.reading import Reading
from hrnet_cli.dialects.stages import set_stages
from hrnet_cli.errors import Diagnostic
from hrnet_cli.hrnet import NUM_STAGES, stage_key
from hrnet_cli.text import quote


def read(config: Mapping[str, Any]) -> Reading:
    """The network that a config names, its head if a spec has it, and the input of its reader."""
    found, root, reading = find_network(config), ConfigNode(config, ()), Reading({})
    assert found is not None
    reading.accepts_tags = True
    if found.is_lite:
        _read_lite(reading, root, found)
        return reading
    width, small = _read_width(reading, found)
    read_arguments(reading, _arguments(root, found), found.framework)
    if reading.diagnostics:
        reading.data = {}
        return reading
    stages = stages_of(width, small)
    assert stages is not None
    set_stages(reading, stages, found.node.path)
    reading.data["name"] = f"{found.framework.lower()}-w{width}{small.lower().replace('_', '-')}"
    read_input(reading, root, found.framework)
    if found.framework == "PaddleSeg":
        _read_upsampling(reading, root.get("model", "backbone") or root)
        built = read_segmentation(reading, root)
    elif found.framework == "PaddleClas":
        built = read_classification(reading, root)
    else:
        built = read_detection(reading, root, found.node, width)
    size = f"{width}{small.replace('_', ' ')}"
    reading.add_note("fork", found.node.path, f"read as {found.framework}'s HRNet of width {size}: {built}")
    return reading


def _arguments(root: ConfigNode, found: Found) -> ConfigNode:
    """The section with the arguments of the HRNet; an empty one where the config has none."""
    if found.framework == "PaddleSeg":
        return root.get("model", "backbone") or root
    if found.framework == "PaddleClas":
        return root.child("Arch") or root
    return found.node if found.node.path in SECTIONS else ConfigNode({}, found.node.path)


def _read_lite(reading: Reading, root: ConfigNode, found: Found) -> None:
    """A Lite-HRNet, and the heatmaps that PaddleDetection puts behind it."""
    section, is_seg = _arguments(root, found), found.framework == "PaddleSeg"
    if is_seg:
        kind = ConfigNode(_network_type(found.node.value), found.node.path)
    else:
        kind = section.child("network_type") or ConfigNode(None, (*section.path, "network_type"))
    title = read_lite(reading, kind, section, always_has_head=not is_seg)
    read_arguments(reading, section, found.framework, is_lite=True)
    if reading.diagnostics:
        reading.data = {}
        return
    reading.data["name"] = f"{found.framework.lower()}-{title.lower().replace(' ', '-')}"
    read_input(reading, root, found.framework)
    width = reading.data[stage_key(NUM_STAGES)]["num_channels"][0]
    built = f"the backbone is built{left_out_of(root)}" if is_seg else read_detection(reading, root, section, width)
    reading.add_note("fork", found.node.path, f"read as {found.framework}'s {title}, a port of the authors': {built}")


def _network_type(name: str) -> str:
    """`lite_18` of `Lite_HRNet_18`, `naive` of `Lite_HRNet_naive`."""
    ending = name.removeprefix("Lite_HRNet_")
    return f"lite_{ending}" if ending.isdigit() else ending


# The width


def _read_width(reading: Reading, found: Found) -> tuple[int, str]:
    """The width, and which small network it is; an error where the framework has no such HRNet."""
    if found.framework == "PaddleDetection":
        return _detection_width(reading, found.node), ""
    name: str = found.node.value
    match = (SEG_TYPE if found.framework == "PaddleSeg" else CLAS_NAME).fullmatch(name)
    assert match is not None
    width, groups = int(match["width"]), match.groupdict()
    if groups.get("se"):
        reading.diagnostics.append(not_hrnet(found.node.path, REFUSED["has_se"]))
    small = groups.get("small") or ""
    if stages_of(width, small) is None:
        choices = ", ".join(f"W{each}" for each in WIDTHS)
        message = f"{found.framework} has no {name}"
        reading.diagnostics.append(Diagnostic("unknown-choice", found.node.path, message, f"choose from {choices}"))
    if groups.get("own"):
        reading.code_is_known = False
        message = f"{quote(name)} is not {found.framework}'s own: HRNet_W{width} is built"
        reading.add_note("assumed", found.node.path, message)
    return width, small


def _detection_width(reading: Reading, section: ConfigNode) -> int:
    """HRNet.width, one of those in the table of its code."""
    node = section.child("width") if section.path == ("HRNet",) else None
    if section.value is not None and not isinstance(section.value, Mapping):
        message, remedy = "expected a mapping with width", f"write HRNet: {{width: {DEFAULT_WIDTH}}}"
        reading.diagnostics.append(Diagnostic("wrong-type", section.path, message, remedy))
    width = node.literal if node else DEFAULT_WIDTH
    if node and (type(width) is not int or width not in WIDTHS):
        message, remedy = f"PaddleDetection has no HRNet of width {quote(width)}", f"choose from {list(WIDTHS)}"
        reading.diagnostics.append(Diagnostic("unknown-choice", node.path, message, remedy))
    return width if type(width) is int else DEFAULT_WIDTH


def _read_upsampling(reading: Reading, backbone: ConfigNode) -> None:
    """PaddleSeg's, with the corners of its backbone."""
    corners = backbone.child("align_corners")
    aligned = corners.literal if corners else False
    reading.data["upsampling"] = {"mode": "bilinear", "to": "size", "align_corners": aligned}
    reading.origins["upsampling", "align_corners"] = (corners or backbone.missing("align_corners")).path
