"""Which other network a config is for. What it quotes of the config is data: escaped and cut short."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from hrnet_cli.dialects.nodes import Node
from hrnet_cli.errors import Diagnostic
from hrnet_cli.text import KeyPath, quote

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
"""Words in the name of a network, and its kind; the more specific words first."""

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
"""Where a config names its network, in lower case."""


REMEDY = "name the config of an HRNet; check leaves this one out with exclude in its settings"


def not_hrnet(path: KeyPath, message: str, remedy: str = REMEDY) -> Diagnostic:
    """The diagnostic for a config of another network."""
    return Diagnostic("not-hrnet", path, message, remedy)


def network_kind(name: Any) -> str:
    """The kind of another network that has this name; empty for the name of an HRNet and for an unknown one."""
    if not isinstance(name, str):
        return ""
    words = re.split(r"[^a-z0-9]+", name[:200].lower())
    plain = "_".join(words)
    if "hrnet" in plain and "lite" not in plain:
        return ""
    return next((kind for word, kind in OTHER_NETWORKS if _contains(plain, words, word)), "")


def _contains(plain: str, words: list[str], word: str) -> bool:
    """Whether a name has a word; a short one must be a word of its own: `vit` is in `vit_b` and not in `activity`."""
    return word in plain if len(word) > 3 else any(each.rstrip("0123456789") == word for each in words)


def identify_other_network(config: Mapping[str, Any]) -> str:
    """A phrase for the network that a config is for, with the keys that show it; empty where it is unknown."""
    return next((phrase for phrase in (rule(config) for rule in RULES) if phrase), "")


def _quote_keys(config: Mapping[str, Any], *paths: tuple[str, ...]) -> str:
    """`MODEL.NAME: 'pose_resnet'`, for each path that the config has."""
    found = [Node(config, ()).get(*path) for path in paths]
    return ", ".join(f"{node.dotted}: {quote(node.value)}" for node in found if node)


def _detectron(config: Mapping[str, Any]) -> str:
    keys = _quote_keys(config, ("model", "meta_architecture"))
    return f"a detectron2 config ({keys})" if keys else ""


def _ultralytics(config: Mapping[str, Any]) -> str:
    lists = all(isinstance(config.get(key), list | tuple) for key in ("backbone", "head"))
    return "an Ultralytics YOLO config (lists under backbone and head)" if lists else ""


def _paddle(config: Mapping[str, Any]) -> str:
    """PaddleDetection names an architecture, and has a mapping of that name at its top."""
    name = config.get("architecture")
    found = isinstance(name, str) and isinstance(config.get(name), Mapping)
    return f"a PaddlePaddle config (architecture: {quote(name)})" if found else ""


def _named(config: Mapping[str, Any]) -> str:
    """A config with the name of another network at one of NAME_PATHS."""
    for path in NAME_PATHS:
        node = Node(config, ()).get(*path)
        name = node.value if node else None
        first = name[0] if isinstance(name, list | tuple) and name else name
        kind = network_kind(first)
        if kind:
            pose = "pose" in str(first).lower() or Node(config, ()).get("model", "num_joints")
            return f"{kind}{' pose' if pose else ''} config ({_quote_keys(config, path)})"
    return ""


def _multi_stage(config: Mapping[str, Any]) -> str:
    """The configs of MSPN and RSN have no name, but a number of stages."""
    keys = _quote_keys(config, ("model", "stage_num"), ("model", "upsample_channel_num"))
    return f"an MSPN or RSN pose config ({keys})" if keys else ""


def _mmlab(config: Mapping[str, Any]) -> str:
    """An mmlab config with a backbone of another type, known or not."""
    for path in (("model", "backbone", "type"), ("backbone", "type")):
        node = Node(config, ()).get(*path)
        if node and isinstance(node.value, str) and node.value not in ("HRNet", "HighResolutionNet"):
            return f"an mmlab config with another backbone ({_quote_keys(config, path)})"
    return ""


def _annotations(config: Mapping[str, Any]) -> str:
    found = all(isinstance(config.get(key), list) for key in ("images", "annotations"))
    return "a COCO annotation file (images, annotations)" if found else ""


RULES: tuple[Callable[[Mapping[str, Any]], str], ...] = (
    _detectron,
    _ultralytics,
    _paddle,
    _named,
    _multi_stage,
    _mmlab,
    _annotations,
)
"""In the order in which they are tried: the first phrase is the answer."""
