"""The configs of PaddleSeg, PaddleDetection and PaddleClas, which name an HRNet by its width.

From `paddleseg/models/backbones/hrnet.py`, `ppdet/modeling/backbones/hrnet.py` and
`ppcls/arch/backbone/legendary_models/hrnet.py`. Stage 1 and the modules and blocks of every width are those of the
authors' networks. PaddleSeg upsamples bilinearly to the other map's size, the others nearest by the factor. Its
convolutions of stride 2 pad an even map on the right and at the bottom alone, which changes no size.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from hrnet_cli.dialects.nodes import ConfigNode
from hrnet_cli.hrnet import branch_widths, stage, stage_key, standard_stages

SEG_TYPE = re.compile(r"HRNet_W(?P<width>[0-9]{1,3})(?P<small>_Small_V[12])?(?P<own>_[A-Za-z0-9_]{1,20})?")
"""`model.backbone.type` of PaddleSeg; with another ending it is not PaddleSeg's own."""
CLAS_NAME = re.compile(r"(?P<se>SE_)?HRNet_W(?P<width>[0-9]{1,3})_C(?:_ssld)?")
"""`Arch.name` of PaddleClas."""
LITE_TYPE = re.compile(r"Lite_HRNet_(?:18|30|naive|wider_naive)")
"""`model.backbone.type` of PaddleSeg's Lite-HRNets."""
LITE_DETECTION = "LiteHRNet"
"""PaddleDetection's Lite-HRNet, and the section with its arguments."""
DETECTION = "HRNet"
"""The backbone of PaddleDetection, and the section with its arguments."""
WIDTHS = (18, 30, 32, 40, 44, 48, 60, 64)
"""The widths that all three have."""
DEFAULT_WIDTH = 18
"""PaddleDetection's."""
MAX_SECTIONS = 200


class Found(NamedTuple):
    """The HRNet of a config."""

    framework: str
    node: ConfigNode
    """What names it: a type, a name, or the section with its width."""
    is_lite: bool = False


def find_network(config: Mapping[str, Any]) -> Found | None:
    """The HRNet that a config of one of the three names; None where it names none."""
    root = ConfigNode(config, ())
    kind = root.get("model", "backbone", "type")
    if _matches(kind, SEG_TYPE):
        assert kind is not None
        return Found("PaddleSeg", kind)
    if _matches(kind, LITE_TYPE):
        assert kind is not None
        return Found("PaddleSeg", kind, is_lite=True)
    name = root.get("Arch", "name")
    if _matches(name, CLAS_NAME):
        assert name is not None
        return Found("PaddleClas", name)
    return _find_in_detection(root)


def _find_in_detection(root: ConfigNode) -> Found | None:
    """The section HRNet of PaddleDetection, or the section whose backbone it is."""
    architecture = root.value.get("architecture")
    if not isinstance(architecture, str):
        return None
    for key in root.keys[:MAX_SECTIONS]:
        section = ConfigNode(root.value[key], (key,))
        backbone = section.value.get("backbone") if isinstance(section.value, Mapping) else None
        if backbone in (DETECTION, LITE_DETECTION):
            own = ConfigNode(root.value[backbone], (backbone,)) if backbone in root.keys else section
            return Found("PaddleDetection", own, is_lite=backbone == LITE_DETECTION)
    return None


def _matches(node: ConfigNode | None, pattern: re.Pattern[str]) -> bool:
    return node is not None and isinstance(node.value, str) and pattern.fullmatch(node.value) is not None


def detect(config: Mapping[str, Any]) -> bool:
    """Whether it names one of the three frameworks' HRNets."""
    return find_network(config) is not None


# The networks


def small_stages(version: str) -> dict[str, Any]:
    """The stages of HRNet_W18_Small_V1 and HRNet_W18_Small_V2."""
    width, first, modules = (16, (1, 32), (1, 1, 1)) if version == "_Small_V1" else (18, (2, 64), (1, 3, 2))
    later = (stage(count, "BASIC", 2, branch_widths(width, branches)) for branches, count in enumerate(modules, 2))
    stages = (stage(1, "BOTTLENECK", first[0], (first[1],)), *later)
    return {stage_key(number): fields for number, fields in enumerate(stages, 1)}


def stages_of(width: int, small: str = "") -> dict[str, Any] | None:
    """The stages of a width; None where the frameworks have no such network."""
    if small:
        return small_stages(small) if width == DEFAULT_WIDTH else None
    return standard_stages(width) if width in WIDTHS else None
