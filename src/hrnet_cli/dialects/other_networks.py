"""What a config that is no HRNet seems to be, from its own words. These are data: quoted, escaped and cut short."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from hrnet_cli.dialects.nodes import Node
from hrnet_cli.text import quote

OTHER_NETWORKS: tuple[tuple[str, str], ...] = (
    ("hrformer", "an HRFormer"),
    ("hrt", "an HRFormer"),
    ("lite_hrnet", "a Lite-HRNet"),
    ("litehrnet", "a Lite-HRNet"),
    ("hr_nas", "an HR-NAS"),
    ("vitpose", "a vision transformer"),
    ("vit", "a vision transformer"),
    ("deit", "a vision transformer"),
    ("visiontransformer", "a vision transformer"),
    ("swin", "a Swin transformer"),
    ("pvt", "a vision transformer"),
    ("mit", "a SegFormer"),
    ("segformer", "a SegFormer"),
    ("tokenpose", "a vision transformer"),
    ("transpose", "a vision transformer"),
    ("resnest", "a ResNeSt"),
    ("resnext", "a ResNeXt"),
    ("resnet", "a ResNet"),
    ("seresnet", "a ResNet"),
    ("regnet", "a RegNet"),
    ("rsn", "an RSN"),
    ("mspn", "an MSPN"),
    ("cpm", "a convolutional pose machine"),
    ("hourglass", "an hourglass network"),
    ("mobilenet", "a MobileNet"),
    ("shufflenet", "a ShuffleNet"),
    ("efficientnet", "an EfficientNet"),
    ("convnext", "a ConvNeXt"),
    ("densenet", "a DenseNet"),
    ("vgg", "a VGG"),
    ("unet", "a U-Net"),
    ("darknet", "a YOLO"),
    ("yolo", "a YOLO"),
    ("detr", "a DETR"),
    ("bert", "a language model"),
    ("llama", "a language model"),
)
"""Words in a network's name, the more telling first."""

NAME_PATHS: tuple[tuple[str, ...], ...] = (
    ("model", "backbone", "type"),
    ("model", "backbone", "name"),
    ("backbone", "type"),
    ("model", "name"),
    ("model", "type"),
    ("model", "arch"),
    ("model_type",),
    ("architecture",),
    ("architectures",),
    ("arch",),
)
"""Where configs say which network they are for, in lower case."""


def other_network(name: Any) -> str:
    """The kind of network that a name names, or nothing where it may be an HRNet or is not known."""
    if not isinstance(name, str):
        return ""
    words = re.split(r"[^a-z0-9]+", name[:200].lower())
    plain = "_".join(words)
    if "hrnet" in plain and "lite" not in plain:
        return ""
    return next((kind for word, kind in OTHER_NETWORKS if _in(word, plain, words)), "")


def _in(word: str, plain: str, words: list[str]) -> bool:
    """A short word must begin one of the name's words: `vit` is in vit_b and not in activity."""
    return word in plain if len(word) > 3 else any(each.rstrip("0123456789") == word for each in words)


def seems_to_be(config: Mapping[str, Any]) -> str:
    """A phrase for an error message: what it seems to be, and which words say so. Nothing where that is unknown."""
    return next((phrase for phrase in (rule(config) for rule in RULES) if phrase), "")


def _said(config: Mapping[str, Any], *paths: tuple[str, ...]) -> str:
    """`MODEL.NAME: 'pose_resnet'`, for every path that is there."""
    found = [Node(config, ()).get(*path) for path in paths]
    return ", ".join(f"{node.dotted}: {quote(node.value)}" for node in found if node)


def _detectron(config: Mapping[str, Any]) -> str:
    said = _said(config, ("model", "meta_architecture"))
    return f"a detectron2 config ({said})" if said else ""


def _ultralytics(config: Mapping[str, Any]) -> str:
    lists = all(isinstance(config.get(key), list | tuple) for key in ("backbone", "head"))
    return "an Ultralytics YOLO config (lists under backbone and head)" if lists else ""


def _paddle(config: Mapping[str, Any]) -> str:
    """PaddleDetection: an architecture, and the part of that name at the top."""
    name = config.get("architecture")
    there = isinstance(name, str) and isinstance(config.get(name), Mapping)
    return f"a PaddlePaddle config (architecture: {quote(name)})" if there else ""


def _named(config: Mapping[str, Any]) -> str:
    """A config that names another network where it names its network."""
    for path in NAME_PATHS:
        node = Node(config, ()).get(*path)
        name = node.value if node else None
        first = name[0] if isinstance(name, list | tuple) and name else name
        kind = other_network(first)
        if kind:
            return f"{kind}{_purpose(config, first)} ({_said(config, path)})"
    return ""


def _purpose(config: Mapping[str, Any], name: Any) -> str:
    """` pose config` where it says for what, else ` config`."""
    return " pose config" if "pose" in str(name).lower() or Node(config, ()).get("model", "num_joints") else " config"


def _multi_stage(config: Mapping[str, Any]) -> str:
    """MSPN and RSN have no name, but a number of stages."""
    said = _said(config, ("model", "stage_num"), ("model", "upsample_channel_num"))
    return f"an MSPN or RSN pose config ({said})" if said else ""


def _mmlab(config: Mapping[str, Any]) -> str:
    """A backbone of another type, whatever it is."""
    for path in (("model", "backbone", "type"), ("backbone", "type")):
        node = Node(config, ()).get(*path)
        if node and isinstance(node.value, str) and node.value not in ("HRNet", "HighResolutionNet"):
            return f"an mmlab config with another backbone ({_said(config, path)})"
    return ""


def _annotations(config: Mapping[str, Any]) -> str:
    there = all(isinstance(config.get(key), list) for key in ("images", "annotations"))
    return "a COCO annotation file (images, annotations)" if there else ""


RULES: tuple[Callable[[Mapping[str, Any]], str], ...] = (
    _detectron,
    _ultralytics,
    _paddle,
    _named,
    _multi_stage,
    _mmlab,
    _annotations,
)
"""The first that says anything is believed."""
