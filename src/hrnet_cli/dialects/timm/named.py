"""Configs of other frameworks that build timm's HRNet by its name.

DeepLabCut 3 (`pose_estimation_pytorch/models/backbones/hrnet.py` and `hrnet_coam.py`), mmpretrain's TIMMBackbone,
segmentation_models_pytorch (names that begin with `tu-`), timm's own training (`args.yaml`), and every name that only
timm writes so: with a weight tag, or behind `timm/`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from hrnet_cli.dialects.nodes import ConfigNode
from hrnet_cli.dialects.other_networks import model_names
from hrnet_cli.text import KeyPath, quote

NAME = re.compile(r"(?P<prefix>tu-|timm/|hf[-_]hub:timm/)?(?P<name>hrnet_w[0-9]+[a-z0-9_]*)(?P<tag>\.[a-z0-9_]+)?")
"""A name of timm's, with what only timm and segmentation_models_pytorch write around it."""
TRAINING_KEYS = {"aa", "gp", "opt", "sched", "smoothing", "initial_checkpoint", "model_ema", "bn_momentum", "reprob"}
"""Arguments of timm's train.py."""
MIN_TRAINING_KEYS = 3
DEEPLABCUT_KEYS = ("interpolate_branches", "increased_channel_count", "freeze_bn_stats")
"""Arguments that only DeepLabCut's HRNet has; its `model_name` has a default."""
DEFAULT_NAME = "hrnet_w32"
CROPS = (
    ("data", "inference", "top_down_crop"),
    ("data", "train", "top_down_crop"),
    ("data", "train", "crop_sampling"),
)
"""Where DeepLabCut's configs have a width and a height."""
DEFAULT_SIZE = 256
"""Side of the input where a config does not say it, as in DeepLabCut's crops of single animals."""


class Named(NamedTuple):
    """A network of timm's that a config names."""

    values: dict[str, Any]
    """The config that timm has for it, with arguments of create_model."""
    places: dict[str, KeyPath]
    """Where the config has them."""
    message: str
    """What builds it, and what is left out."""
    is_known: bool = True
    """Whether it is known what the code does with it."""


def find_named(config: Mapping[str, Any]) -> Named | None:
    """The network of timm's that a config of another framework names; None where timm may not be used for it."""
    root = ConfigNode(config, ())
    backbone = root.get("model", "backbone") or root.child("backbone")
    found = _deeplabcut(root, backbone) if backbone else None
    found = found or (_timm_backbone(backbone) if backbone else None)
    return found or next(_by_name(root), None)


# DeepLabCut and mmpretrain


def _deeplabcut(root: ConfigNode, backbone: ConfigNode) -> Named | None:
    """DeepLabCut's HRNet: features_only, without the map of the stem."""
    kind = backbone.child("type")
    name = backbone.child({"HRNet": "model_name", "HRNetCoAM": "base_model_name"}.get(_text(kind), ""))
    if kind and _text(kind) == "HRNet" and name is None and any(backbone.child(key) for key in DEEPLABCUT_KEYS):
        name = ConfigNode(DEFAULT_NAME, kind.path)
    if kind is None or name is None or not isinstance(name.value, str):
        return None
    wide = backbone.child("increased_channel_count")
    location = "incre" if wide and wide.value is True else ""
    values = {"architecture": name.value, "features_only": True, "feature_location": location}
    places: dict[str, KeyPath] = {"architecture": name.path, "features_only": kind.path}
    places["feature_location"] = wide.path if wide else kind.path
    _read_crop(root, values, places)
    modules = "its CoAM modules and heads are" if _text(kind) == "HRNetCoAM" else "its heads are"
    message = (
        f"DeepLabCut builds timm's {quote(name.value)} for its features, without the first map; {modules} left out"
    )
    return Named(values, places, message)


def _read_crop(root: ConfigNode, values: dict[str, Any], places: dict[str, KeyPath]) -> None:
    """The size that images are cut to, if the config has one."""
    for path in CROPS:
        crop = root.get(*path)
        height, width = (crop.child(name) if crop else None for name in ("height", "width"))
        if crop and height and width:
            values["input_size"] = [3, height.literal, width.literal]
            places["input_size"] = crop.path
            return
    values["input_size"] = [3, DEFAULT_SIZE, DEFAULT_SIZE]


def _timm_backbone(backbone: ConfigNode) -> Named | None:
    """The TIMMBackbone of mmpretrain, which passes its arguments on to create_model."""
    kind, name = backbone.child("type"), backbone.child("model_name")
    if not _text(kind).endswith("TIMMBackbone") or name is None or not NAME.fullmatch(_text(name)):
        return None
    values: dict[str, Any] = {"architecture": _text(name)}
    places = {"architecture": name.path}
    for key, argument in (("features_only", "features_only"), ("in_channels", "in_chans"), ("in_chans", "in_chans")):
        node = backbone.child(key)
        if node and isinstance(node.value, int):
            values[argument], places[argument] = node.value, node.path
    return Named(values, places, f"TIMMBackbone builds timm's {quote(name.value)}; neck and head are left out")


# Everybody else


def _by_name(root: ConfigNode) -> Iterator[Named]:
    """The networks at keys that name a model, if the name or the keys around it show that timm builds it."""
    for node in model_names(root):
        match = NAME.fullmatch(node.value)
        if match is None:
            continue
        values: dict[str, Any] = {"architecture": match["name"] + (match["tag"] or "")}
        places = {"architecture": node.path}
        if match["prefix"] == "tu-":
            around = root.get(*map(str, node.path[:-1])) or root
            values["features_only"], places["features_only"] = True, node.path
            _take(around, "in_channels", "in_chans", values, places)
            what = f"segmentation_models_pytorch builds timm's {quote(match['name'])} for its features"
            yield Named(values, places, f"{what}; the decoder is left out")
        elif match["prefix"] or match["tag"]:
            what = f"{quote(node.value)} is timm's name: its classification network is built"
            yield Named(values, places, f"{what}, of which this code may use the backbone alone", is_known=False)
        elif len(node.path) == 1 and len(TRAINING_KEYS & set(root.keys)) >= MIN_TRAINING_KEYS:
            for key in ("num_classes", "in_chans"):
                _take(root, key, key, values, places)
            yield Named(
                values, places, f"read as arguments of timm's training, which builds timm's {quote(match['name'])}"
            )


def _take(section: ConfigNode, key: str, argument: str, values: dict[str, Any], places: dict[str, KeyPath]) -> None:
    """A whole number of the config as an argument of create_model."""
    node = section.child(key)
    if node and type(node.literal) is int:
        values[argument], places[argument] = node.literal, node.path


def _text(node: ConfigNode | None) -> str:
    """The value of a node if it is a text; empty otherwise."""
    return node.value if node and isinstance(node.value, str) else ""
