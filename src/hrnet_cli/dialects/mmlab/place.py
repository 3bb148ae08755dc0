"""Where the HRNet of an mmlab config is, and by which find_misspelling of the pen it is not found there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from hrnet_cli.dialects.mmlab.part import type_name
from hrnet_cli.documents.python.values import Unread
from hrnet_cli.errors import Diagnostic
from hrnet_cli.hrnet import STAGE_KEY
from hrnet_cli.text import KeyPath, nearest, quote, quote_key

HRNETS = ("HRNet", "HighResolutionNet")
NEAR = 0.75
MOST_KEYS = 1_000
"""Of one mapping, that are looked at."""


def detect(config: Mapping[str, Any]) -> bool:
    """Whether it has a backbone of type HRNet, is one, or keeps that to code."""
    return backbone_place(config) is not None


def recognise(config: Mapping[str, Any]) -> bool:
    """The same, of what can be read: any program may have a `model` or a `backbone` that is code."""
    model = config.get("model")
    parts = (model.get("backbone") if isinstance(model, Mapping) else None, config.get("backbone"), config)
    return any(_is_plain_hrnet(part) for part in parts) or _is_extra(config)


def _is_plain_hrnet(backbone: Any) -> bool:
    return isinstance(backbone, Mapping) and not isinstance(backbone.get("type"), Unread) and is_hrnet(backbone)


def backbone_place(config: Mapping[str, Any]) -> KeyPath | None:
    """Where the backbone is."""
    model = config.get("model")
    if isinstance(model, Unread):
        return ("model",)
    if isinstance(model, Mapping):
        return ("model", "backbone") if is_hrnet(model.get("backbone")) else None
    if is_hrnet(config.get("backbone")):
        return ("backbone",)
    return () if is_hrnet(config) or _is_extra(config) else None


def is_hrnet(backbone: Any) -> bool:
    """Whether it is an HRNet's config, or is kept to code."""
    if isinstance(backbone, Unread):
        return True
    if not isinstance(backbone, Mapping):
        return False
    if "type" in backbone:
        return type_name(backbone["type"]) in HRNETS or isinstance(backbone["type"], Unread)
    extra = backbone.get("extra")
    return isinstance(extra, Mapping) and "stage1" in extra


def _is_extra(config: Mapping[str, Any]) -> bool:
    """An `extra` alone that has what our own words do not: `upsample`, or `multiscale_output` in a stage."""
    known = all(isinstance(key, str) and (key == "upsample" or STAGE_KEY.fullmatch(key)) for key in config)
    stages = [stage for stage in config.values() if isinstance(stage, Mapping)]
    return known and "stage1" in config and ("upsample" in config or any("multiscale_output" in s for s in stages))


def find_misspelling(config: Mapping[str, Any]) -> Diagnostic | None:
    """What hides an HRNet: `model`, `backbone` or the backbone's type misspelt. Of a config that is not detected."""
    model = config.get("model")
    owner, path = (model, ("model",)) if isinstance(model, Mapping) else (config, ())
    found = None if "model" in config else _misspelt(config, (), "model", _holds_hrnet)
    return found or _misspelt(owner, path, "backbone", _is_plain_hrnet) or _misspelt_type(owner, path)


def _holds_hrnet(model: Any) -> bool:
    return isinstance(model, Mapping) and _is_plain_hrnet(model.get("backbone"))


def _misspelt(owner: Mapping[Any, Any], path: KeyPath, name: str, meant: Callable[[Any], bool]) -> Diagnostic | None:
    """The key that was meant to be this one, by its letters and by what it holds."""
    for key in islice(owner, MOST_KEYS):
        if name not in owner and meant(owner[key]) and nearest(key, (name,), cutoff=NEAR):
            place = (*path, quote_key(key))
            return Diagnostic("unknown-key", place, f"unknown key {quote(key)}", f"did you mean {name}?", at_key=True)
    return None


def _misspelt_type(owner: Mapping[Any, Any], path: KeyPath) -> Diagnostic | None:
    """A backbone with the stages of an HRNet, of a type that is nearly one: UHRNet and HRNetV2 are other networks."""
    backbone = owner.get("backbone")
    if not isinstance(backbone, Mapping) or not is_hrnet({"extra": backbone.get("extra")}):
        return None
    kind = backbone.get("type")
    name = type_name(kind)
    meant = nearest(name, HRNETS, cutoff=NEAR) if name.isalpha() and name[0] in "Hh" else ""
    message, remedy = f"{quote(kind)} is no type of a backbone with HRNet's stages", f"did you mean {meant}?"
    return Diagnostic("unknown-choice", (*path, "backbone", "type"), message, remedy) if meant else None
