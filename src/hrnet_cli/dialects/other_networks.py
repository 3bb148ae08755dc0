"""Which other network a config is for. What it quotes of the config is data: escaped and cut short."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from hrnet_cli.dialects.nodes import ConfigNode
from hrnet_cli.errors import Diagnostic
from hrnet_cli.text import KeyPath, quote

KINDS: dict[str, tuple[str, ...]] = {
    "a UHRNet": ("uhrnet_w",),
    "an HRFormer": ("hrformer", "hrt"),
    "a Lite-HRNet": ("lite_hrnet", "litehrnet"),
    "an HR-NAS": ("hr_nas",),
    "a vision transformer": ("vitpose", "vit", "deit", "visiontransformer", "pvt", "tokenpose", "transpose", "aggpose"),
    "a Swin transformer": ("swin",),
    "a SegFormer": ("mit", "segformer"),
    "a ResNeSt": ("resnest",),
    "a ResNeXt": ("resnext",),
    "a ResNet": ("resnet",),
    "a RegNet": ("regnet",),
    "an RSN": ("rsn",),
    "an MSPN": ("mspn",),
    "a convolutional pose machine": ("cpm",),
    "an hourglass network": ("hourglass",),
    "a MobileNet": ("mobilenet",),
    "a ShuffleNet": ("shufflenet",),
    "an EfficientNet": ("efficientnet",),
    "a ConvNeXt": ("convnext",),
    "a DenseNet": ("densenet",),
    "a VGG": ("vgg",),
    "a U-Net": ("unet",),
    "a YOLO": ("darknet", "yolo"),
    "a DETR": ("detr",),
    "a DDRNet": ("ddrnet",),
    "a language model": ("bert", "llama"),
}
"""Words in the name of a network, by its kind; the first kind with a word of the name is the answer."""

TYPE_PATHS = (("model", "backbone", "type"), ("backbone", "type"))
NAME_PATHS: tuple[tuple[str, ...], ...] = (
    *(TYPE_PATHS[0], ("model", "backbone", "name"), TYPE_PATHS[1], ("model", "name"), ("model", "type")),
    *(("model", "arch"), ("model_type",), ("architecture",), ("architectures",), ("arch",)),
)
"""Where a config names its network, in lower case."""
REMEDY = "name the config of an HRNet; check leaves this one out with exclude in its settings"


def not_hrnet(path: KeyPath, message: str, remedy: str = REMEDY) -> Diagnostic:
    """The diagnostic for a config of another network."""
    return Diagnostic("not-hrnet", path, message, remedy)


def network_kind(name: Any) -> str:
    """The kind of another network that has this name; empty for the name of an HRNet and for an unknown one.

    A word of up to three letters must be a word of the name: `vit` is in `vit_b` and not in `activity`.
    """
    if not isinstance(name, str):
        return ""
    words = re.split(r"[^a-z0-9]+", name[:200].lower())
    plain, whole = "_".join(words), {word.rstrip("0123456789") for word in words}
    if "hrnet" in plain and "lite" not in plain and "uhrnet_w" not in plain:
        return ""
    for kind, names in KINDS.items():
        if any(each in (plain if len(each) > 3 else whole) for each in names):
            return kind
    return ""


def identify_other_network(config: Mapping[str, Any]) -> str:
    """A phrase for the network that a config is for, with the keys that show it; empty where it is unknown."""
    return next(_phrases(config), "")


def named_network(config: Mapping[str, Any]) -> str:
    """The network that a config names, with the key; empty where it names none."""
    root = ConfigNode(config, ())
    nodes = (root.get(*path) for path in (*NAME_PATHS, ("model",), ("backbone",)))
    return next((f"{node.dotted}: {quote(node.value)}" for node in nodes if node and isinstance(node.value, str)), "")


def is_other_kind(config: Mapping[str, Any]) -> bool:
    """Whether it names a network of another kind, so that stages in it are not an HRNet's."""
    return any(_kind_phrases(ConfigNode(config, ())))


def _kind_phrases(root: ConfigNode) -> Iterator[str]:
    """The kinds of network that a config names."""
    for path in NAME_PATHS:
        node = root.get(*path)
        names = node.value if node else None
        first = names[0] if isinstance(names, list | tuple) and names else names
        if kind := network_kind(first):
            pose = " pose" if "pose" in str(first).lower() or root.get("model", "num_joints") else ""
            yield f"{kind}{pose} config ({_quote_keys(root, path)})"


NAME_KEYS = ("model", "backbone", "encoder", "arch", "architecture", "network", "net", "name", "variant")
NAME_ENDINGS = ("model_name", "backbone_name", "encoder_name", "base_model", "_type", "_arch", "_encoder")
"""Keys that name a network, in lower case, and how others end."""
MAX_NAME = 80
MAX_DEPTH = 3
MAX_NODES = 1_000


def model_names(root: ConfigNode) -> Iterator[ConfigNode]:
    """The texts at keys that name a network, nearest to the top first."""
    level, count = [root], 0
    for _ in range(MAX_DEPTH):
        below: list[ConfigNode] = []
        for node in level:
            for key in node.keys:
                child, lower = ConfigNode(node.value[key], (*node.path, key)), key.lower()
                if isinstance(child.value, Mapping):
                    below.append(child)
                elif not isinstance(child.value, str) or len(child.value) > MAX_NAME:
                    continue
                elif lower in NAME_KEYS or lower.endswith(NAME_ENDINGS):
                    yield child
        level = below[: MAX_NODES - count]
        count += len(level)


HRNET_NAME = re.compile(
    r"hrnet(?:v2p?)?[-_]?w?(?P<width>18|30|32|40|44|48|64)(?P<small>(?<=18)[-_]small(?P<two>[-_]v2)?)?", re.IGNORECASE
)
"""The name of an HRNet with its width, one of those that timm and the classification presets have."""
POSE_WIDTHS = ("32", "48")
"""The widths of the pose presets."""


def explain_name_alone(config: Mapping[str, Any]) -> Diagnostic | None:
    """The error of a config that names an HRNet by its width and has no stages; None for any other."""
    for node in model_names(ConfigNode(config, ())):
        match = HRNET_NAME.fullmatch(node.value)
        if match:
            width = match["width"]
            small, preset = ("_small", "-small-v1") if match["small"] else ("", "")
            if match["two"]:
                small, preset = "_small_v2", "-small-v2"
            pose = f", or w{width} for pose" if width in POSE_WIDTHS else ""
            message = f"this config names the network {quote(node.value)} and has no stages"
            remedy = f"use timm:hrnet_w{width}{small}, or the preset cls-w{width}{preset}{pose}"
            return not_hrnet(node.path, message, remedy)
    return None


def _phrases(config: Mapping[str, Any]) -> Iterator[str]:
    """What a config may be for, the surest first."""
    root = ConfigNode(config, ())
    if keys := _quote_keys(root, ("model", "meta_architecture")):
        yield f"a detectron2 config ({keys})"
    if all(isinstance(config.get(key), list | tuple) for key in ("backbone", "head")):
        yield "an Ultralytics YOLO config (lists under backbone and head)"
    name = config.get("architecture")
    section = config.get(name) if isinstance(name, str) else None
    if isinstance(section, Mapping):
        kind = network_kind(section.get("backbone"))
        keys = _quote_keys(root, ("architecture",), (str(name), "backbone"))
        yield f"a PaddlePaddle config{f' of {kind}' if kind else ''} ({keys})"
    yield from _kind_phrases(root)
    if keys := _quote_keys(root, ("model", "stage_num"), ("model", "upsample_channel_num")):
        yield f"an MSPN or RSN pose config ({keys})"
    for path in TYPE_PATHS:
        node = root.get(*path)
        if node and isinstance(node.value, str) and node.value not in ("HRNet", "HighResolutionNet"):
            yield f"{_framework(root)} config with another backbone ({_quote_keys(root, path)})"
    yield from _no_configs(config)


def _framework(root: ConfigNode) -> str:
    """Whose config has a `model.backbone.type`, by its other keys."""
    if any(root.child(key) for key in ("iters", "train_dataset", "val_dataset")):
        return "a PaddleSeg"
    return "a DeepLabCut" if root.child("method") and root.get("model", "heads") else "an mmlab"


def _no_configs(config: Mapping[str, Any]) -> Iterator[str]:
    """What a file may be that is no config of a network."""
    if all(isinstance(config.get(key), list) for key in ("channels", "dependencies")):
        yield "a conda environment (channels, dependencies)"
    if sum(isinstance(value, Mapping) and "model_dir" in value for value in config.values()) > 1:
        yield "a PaddlePaddle pipeline of exported models (model_dir)"
    if all(isinstance(config.get(key), list) for key in ("images", "annotations")):
        yield "a COCO annotation file (images, annotations)"


def _quote_keys(root: ConfigNode, *paths: tuple[str, ...]) -> str:
    """`MODEL.NAME: 'pose_resnet'`, for each path that the config has."""
    nodes = (root.get(*path) for path in paths)
    return ", ".join(f"{node.dotted}: {quote(node.value)}" for node in nodes if node)
