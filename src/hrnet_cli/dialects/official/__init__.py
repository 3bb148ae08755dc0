"""The authors' own configs: the YACS YAML of their repositories, its dumps, and the `EXTRA` mapping of one alone."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any, NamedTuple

from hrnet_cli.dialects.nodes import ConfigNode
from hrnet_cli.dialects.other_networks import network_kind
from hrnet_cli.dialects.reading import is_stage
from hrnet_cli.dialects.table import has_official_keys
from hrnet_cli.hrnet import EXPANSION, stage_number
from hrnet_cli.schema.spec import SPEC_KEYS
from hrnet_cli.text import nearest

NETWORKS = ("pose_hrnet", "pose_higher_hrnet", "cls_hrnet", "seg_hrnet", "seg_hrnet_ocr", "hrnet")
"""The names that MODEL.NAME gives the authors' networks; `families.FAMILIES` has a row for each."""
AMBIGUOUS_NAME = "hrnet"
"""The landmark network's name, which other people's configs give to other networks."""
SECTIONS = ("CUDNN", "DATASET", "DATA_DIR", "DEBUG", "GPUS", "LOG_DIR", "LOSS", "MODEL", "OUTPUT_DIR", "TEST", "TRAIN")
"""The keys at the top of a config."""
MAX_KEYS = 100
"""Keys of a config that are compared with MODEL; the authors' have about 15."""


class Sections(NamedTuple):
    """A config, its MODEL and its EXTRA; two of them are one mapping in older configs and in a part of a config."""

    root: ConfigNode
    model: ConfigNode
    extra: ConfigNode

    @property
    def parts(self) -> dict[str, ConfigNode]:
        """The sections that a config may leave out; every other is found from the top."""
        return {"MODEL": self.model, "EXTRA": self.extra}

    @property
    def lower(self) -> bool:
        """Whether most keys are in lower case. The authors' are in upper case."""
        stages = [self.extra.child(key) for key in self.extra.stage_keys]
        nodes = (self.root, self.model, self.extra, *(node for node in stages if node))
        keys = [key for node in nodes for key in node.keys]
        return sum(map(str.islower, keys)) > sum(map(str.isupper, keys))

    def find(self, path: tuple[str, ...]) -> ConfigNode | None:
        """The node at a path from the top."""
        part = self.parts.get(path[0])
        return part.get(*path[1:]) if part else self.root.get(*path)

    def missing(self, path: tuple[str, ...]) -> ConfigNode:
        """The node that a missing path would be, in the letter case of its neighbours."""
        section = self.parts.get(path[0]) or self.root.child(path[0])
        return section.missing(*path[1:]) if section else self.root.missing(*path)


def find_sections(config: Mapping[str, Any]) -> Sections | None:
    """The parts of a config of this dialect, by its stages or by the name of a network; None for any other config."""
    root = ConfigNode(config, ())
    model = root.child("MODEL")
    if model is None or not isinstance(model.value, Mapping):
        return _find_part(root)
    name = model.child("NAME")
    extra = model.child("EXTRA") or model
    is_mmlab = "backbone" in model.keys or ("type" in model.keys and extra is model)
    is_alphapose = model.child("TYPE") is not None and root.child("DATA_PRESET") is not None
    is_other = name is not None and bool(network_kind(name.value)) and not _has_own_blocks(extra)
    if is_mmlab or is_alphapose or is_other:
        return None
    if extra.stage_keys or (name and name.value != AMBIGUOUS_NAME and _is_network(name.value)):
        return Sections(root, model, extra)
    return Sections(root, model, model) if model.stage_keys else None


def _has_own_blocks(extra: ConfigNode) -> bool:
    """Whether the stages after the first are of HRNet's blocks: another network may have them under its head."""
    blocks = [extra.get(key, "BLOCK") for key in extra.stage_keys if stage_number(key) != 1]
    return bool(blocks) and all(node is not None and str(node.value).upper() in EXPANSION for node in blocks)


def _is_network(name: Any) -> bool:
    return isinstance(name, str) and name in NETWORKS


def _find_part(root: ConfigNode) -> Sections | None:
    """A MODEL alone or an EXTRA alone. In lower case, stages are a spec unless they have a key of the authors'."""
    stages = root.stage_keys
    if {"type", *SPEC_KEYS} & set(root.keys).difference(stages):
        return None
    extra = root.child("EXTRA")
    if extra and extra.stage_keys:
        return Sections(root, root, extra)
    foreign = any(key != key.lower() for key in stages) or has_official_keys(root.value)
    return Sections(root, root, root) if stages and foreign else None


def detect(config: Mapping[str, Any]) -> bool:
    """Whether it has the authors' stages, or the name of one of their networks."""
    return find_sections(config) is not None or bool(misspelt_model(config))


def recognise(config: Mapping[str, Any]) -> bool:
    """Whether it has the name of one of the authors' networks, or a stage with keys of a stage."""
    source = find_sections(config)
    if source is None:
        return bool(misspelt_model(config))
    name = source.model.child("NAME")
    stages = [source.extra.value[key] for key in source.extra.stage_keys]
    return (name is not None and _is_network(name.value)) or any(map(is_stage, stages))


def misspelt_model(config: Mapping[str, Any]) -> str:
    """The key that is a misspelt MODEL: nearly its name, with an HRNet below it. Empty where MODEL is present."""
    root = ConfigNode(config, ())
    if root.child("MODEL"):
        return ""
    near = (key for key in islice(root.keys, MAX_KEYS) if nearest(key, SECTIONS) == "MODEL")
    return next((key for key in near if recognise({"MODEL": config[key]})), "")
