"""Where in a config of this dialect the parts are."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from typing import Any, NamedTuple

from hrnet_cli.dialects.nodes import Node
from hrnet_cli.dialects.other_networks import other_network
from hrnet_cli.schema.spec import SPEC_KEYS, has_their_words

STAGE = re.compile(r"stage[1-9][0-9]{0,5}", re.IGNORECASE)
EXTRA_KEYS = ("PRETRAINED_LAYERS", "STEM_INPLANES", "WITH_HEAD", "FINAL_CONV_KERNEL", "DECONV")
"""What may stand in EXTRA beside the stages."""
NOT_THEIRS_ALONE = "hrnet"
"""The landmark network's name, and many a fork's for something else."""


class Source(NamedTuple):
    """The parts: they coincide in older configs, and where only a part of one is given."""

    root: Node
    model: Node
    extra: Node

    @property
    def parts(self) -> dict[str, Node]:
        """Those that are wherever this config has them; all else is found from the top."""
        return {"MODEL": self.model, "EXTRA": self.extra}

    @property
    def lower(self) -> bool:
        """Whether most of its keys are in lower case, as in dumps of somebody's own; the authors' are in capitals."""
        stages = [self.extra.child(key) for key in self.extra.keys if STAGE.fullmatch(key)]
        nodes = (self.root, self.model, self.extra, *(node for node in stages if node))
        keys = [key for node in nodes for key in node.keys]
        return sum(map(str.islower, keys)) > sum(map(str.isupper, keys))

    def find(self, path: tuple[str, ...]) -> Node | None:
        """What stands at a path from the top."""
        part = self.parts.get(path[0])
        return part.get(*path[1:]) if part else self.root.get(*path)

    def missing(self, path: tuple[str, ...]) -> Node:
        """Where a path would stand, spelt as its neighbours are."""
        section = self.parts.get(path[0]) or self.root.child(path[0])
        return section.missing(*path[1:]) if section else self.root.missing(*path)


def find_source(config: Mapping[str, Any], names: Container[str]) -> Source | None:
    """The parts of a config of this dialect, by its stages or by the name of a network; None where it is none."""
    root = Node(config, ())
    model = root.child("MODEL")
    if model is None or not isinstance(model.value, Mapping):
        return _part(root)
    extra = model.child("EXTRA") or model
    node = model.child("NAME")
    name = node.value if node else None
    if {"type", "backbone"} & set(model.keys) or other_network(name):
        return None
    known = isinstance(name, str) and name in names and name != NOT_THEIRS_ALONE
    if known or _has_stages(extra):
        return Source(root, model, extra)
    return Source(root, model, model) if _has_stages(model) else None


def _part(root: Node) -> Source | None:
    """A MODEL alone, or an EXTRA alone; in lower case, one without any word of theirs is a spec in ours."""
    if {"type", *SPEC_KEYS} & {key for key in root.keys if not STAGE.fullmatch(key)}:
        return None
    extra = root.child("EXTRA")
    if extra and _has_stages(extra):
        return Source(root, root, extra)
    foreign = any(key != key.lower() for key in root.keys if STAGE.fullmatch(key)) or has_their_words(root.value)
    return Source(root, root, root) if _has_stages(root) and foreign else None


def _has_stages(node: Node) -> bool:
    return any(STAGE.fullmatch(key) for key in node.keys)
