"""Whether a config is mmlab's, where its HRNet is, and which misspelt word hides it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from hrnet_cli.dialects.mmlab.facts import HRNETS, LITE_HRNETS, STAGE_KEYS, class_name
from hrnet_cli.documents.python.values import Unread
from hrnet_cli.errors import Diagnostic
from hrnet_cli.hrnet import STAGE_KEY
from hrnet_cli.text import KeyPath, misspelt, quote, quote_key

MAX_KEYS = 1_000
"""Keys of one mapping that are compared with the right one."""


def detect(config: Mapping[str, Any]) -> bool:
    """Whether the backbone is an HRNet, or is code, which may be one."""
    return backbone_path(config) is not None


def recognise(config: Mapping[str, Any]) -> bool:
    """Whether the backbone is an HRNet without running code: any program may have a `model` that is code."""
    model = config.get("model")
    backbones = (model.get("backbone") if isinstance(model, Mapping) else None, config.get("backbone"), config)
    return any(map(_is_plain_hrnet, backbones)) or _is_extra(config)


def backbone_path(config: Mapping[str, Any]) -> KeyPath | None:
    """The path of the backbone, or of the code that makes it: `model.backbone`, `backbone`, or the whole config."""
    model = config.get("model")
    if isinstance(model, Unread):
        return ("model",)
    if isinstance(model, Mapping):
        return ("model", "backbone") if is_hrnet(model.get("backbone")) else None
    if is_hrnet(config.get("backbone")):
        return ("backbone",)
    return () if is_hrnet(config) or _is_extra(config) else None


def is_hrnet(backbone: Any) -> bool:
    """Whether a backbone is an HRNet by its type, or by its `extra` where it has no type; code may be one."""
    if isinstance(backbone, Unread):
        return True
    if not isinstance(backbone, Mapping):
        return False
    if "type" in backbone:
        return class_name(backbone["type"]) in (*HRNETS, *LITE_HRNETS) or isinstance(backbone["type"], Unread)
    extra = backbone.get("extra")
    return isinstance(extra, Mapping) and (STAGE_KEYS[0] in extra or "stages_spec" in extra)


def _is_plain_hrnet(backbone: Any) -> bool:
    """Whether a backbone is an HRNet, with a type that can be read."""
    return isinstance(backbone, Mapping) and not isinstance(backbone.get("type"), Unread) and is_hrnet(backbone)


def _is_extra(config: Mapping[str, Any]) -> bool:
    """Whether it is an `extra` alone, and not a spec: by `upsample`, `stages_spec`, or `multiscale_output` below."""
    if "stages_spec" in config and "stem" in config:
        return True
    only_stages = all(isinstance(key, str) and (key == "upsample" or STAGE_KEY.fullmatch(key)) for key in config)
    if not only_stages or STAGE_KEYS[0] not in config:
        return False
    stages = (stage for stage in config.values() if isinstance(stage, Mapping))
    return "upsample" in config or any("multiscale_output" in stage for stage in stages)


def find_misspelling(config: Mapping[str, Any]) -> Diagnostic | None:
    """The misspelt key or type for which an HRNet is not detected."""
    model = config.get("model")
    owner, path = (model, ("model",)) if isinstance(model, Mapping) else (config, ())
    found = _misspelt_key(
        config, (), "model", lambda value: isinstance(value, Mapping) and _is_plain_hrnet(value.get("backbone"))
    )
    return found or _misspelt_key(owner, path, "backbone", _is_plain_hrnet) or _misspelt_type(owner, path)


def _misspelt_key(
    owner: Mapping[Any, Any], path: KeyPath, name: str, is_right: Callable[[Any], bool]
) -> Diagnostic | None:
    """The key that is misspelt from a missing one and has the right kind of value; backbone_t is a word of its own."""
    for key in islice(owner, MAX_KEYS):
        if name not in owner and is_right(owner[key]) and misspelt(key, (name,)) and "_" not in key:
            place = (*path, quote_key(key))
            return Diagnostic("unknown-key", place, f"unknown key {quote(key)}", f"did you mean {name}?", at_key=True)
    return None


def _misspelt_type(owner: Mapping[Any, Any], path: KeyPath) -> Diagnostic | None:
    """A type misspelt from HRNet, of a backbone with HRNet's stages; UHRNet, HRNeXt and HRNetV2 are other networks."""
    backbone = owner.get("backbone")
    if not isinstance(backbone, Mapping) or not is_hrnet({"extra": backbone.get("extra")}):
        return None
    found = backbone.get("type")
    name = class_name(found)
    right = misspelt(name, HRNETS if STAGE_KEYS[0] in backbone["extra"] else LITE_HRNETS)
    message = f"{quote(found)} is not a backbone with HRNet's stages"
    place = (*path, "backbone", "type")
    is_word = not right or _capitals(name) > _capitals(right) or name[:1].lower() != right[0].lower()
    return None if is_word else Diagnostic("unknown-choice", place, message, f"did you mean {right}?")


def _capitals(name: str) -> int:
    return sum(map(str.isupper, name))
