"""What the necks and heads that are read take as arguments, and the keys of a config that are misspelt from them.

A class takes what its `__init__` names, in any version; a key that it does not take is told only where it is near one
that it does. Of a class that is not here nothing is told: it may take anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from hrnet_cli.dialects.mmlab.part import Network, Part, type_name
from hrnet_cli.dialects.reading import MOST_NOTES
from hrnet_cli.text import KeyPath, nearest, quote, quote_key

_DECODE_HEAD = (
    *("in_channels", "channels", "num_classes", "out_channels", "threshold", "dropout_ratio", "drop_out_ratio"),
    *("conv_cfg", "norm_cfg", "act_cfg", "in_index", "input_transform", "loss_decode", "ignore_index", "sampler"),
    *("align_corners", "init_cfg"),
)
_HEATMAP_LAYERS = (
    *("in_channels", "deconv_out_channels", "deconv_kernel_sizes", "conv_out_channels", "conv_kernel_sizes"),
    *("has_final_layer", "final_layer", "input_transform", "input_index", "align_corners", "decoder", "init_cfg"),
)
_OLD_DECONV = ("in_channels", "num_deconv_layers", "num_deconv_filters", "num_deconv_kernels", "extra", "loss_keypoint")
_OLD_HEATMAP = (*_OLD_DECONV, "out_channels", "in_index", "input_transform", "align_corners", "train_cfg", "test_cfg")
_OLD_TAGS = (*_OLD_DECONV, "num_joints", "tag_per_joint", "with_ae_loss")
_OLD_HIGHER = (*_OLD_TAGS, "num_basic_blocks", "cat_output")

ARGUMENTS: dict[str, tuple[str, ...]] = {
    "FCNHead": (*_DECODE_HEAD, "num_convs", "kernel_size", "concat_input", "dilation"),
    "OCRHead": (*_DECODE_HEAD, "ocr_channels", "scale"),
    "HRFPN": (
        *("in_channels", "out_channels", "num_outs", "pooling_type", "conv_cfg", "norm_cfg", "with_cp", "stride"),
        "init_cfg",
    ),
    "FeatureMapProcessor": ("select_index", "concat", "scale_factor", "apply_relu", "align_corners", "init_cfg"),
    "HeatmapHead": (*_HEATMAP_LAYERS, "out_channels", "loss", "extra"),
    "AssociativeEmbeddingHead": (
        *_HEATMAP_LAYERS,
        *("num_keypoints", "tag_dim", "tag_per_keypoint", "keypoint_loss", "tag_loss"),
    ),
    "TopdownHeatmapSimpleHead": _OLD_HEATMAP,
    "TopDownSimpleHead": _OLD_HEATMAP,
    "AESimpleHead": _OLD_TAGS,
    "BottomUpSimpleHead": _OLD_TAGS,
    "AEHigherResolutionHead": _OLD_HIGHER,
    "BottomUpHigherResolutionHead": _OLD_HIGHER,
}
"""Of every neck and head that is read."""
OLD_HEADS = tuple(name for name, arguments in ARGUMENTS.items() if "num_deconv_layers" in arguments)
"""Those with an `extra` of their own."""

_OLD_EXTRA = ("final_conv_kernel", "num_conv_layers", "num_conv_kernels")
_ALWAYS = ("type", "_scope_", "_delete_")
_SIZES: dict[str, tuple[str, ...]] = {
    "codec": ("input_size", "heatmap_size"),
    "data_cfg": ("image_size", "heatmap_size"),
}
_OTHER_SIZES = ("root_heatmap_size", "heatmap_size_root", "heatmap_type", "base_size", "image_size", "input_size")
"""Keys beside those sizes that are near them, and are mmpose's own."""

_PARTS: dict[str, tuple[str, ...]] = {
    "mmpose": ("neck", "head", "keypoint_head"),
    "mmdet": ("neck",),
    "mmseg": ("neck", "decode_head", "auxiliary_head"),
}
"""The parts of a model that are looked at, by package."""
_SLOTS = tuple(dict.fromkeys(key for keys in _PARTS.values() for key in keys))
_OTHER_PARTS = ("necks", "heads", "traj_head", "traj_neck")
_OTHER_CLASSES = ("Heatmap3DHead", "TopdownHeatmapMultiStageHead", "TopdownHeatmapBaseHead", "AEMultiStageHead")

NEAR = 0.8
"""How near a key is to be. Of short names one of four letters may be another, of classes next to nothing."""
NEAR_PART, NEAR_CLASS = 0.75, 0.9
MOST_KEYS = 50
"""Of one mapping, that are compared."""


def misspelt_part(key: str, package: str) -> str:
    """The part of a model that a key was meant for; nothing where it may be a part of its own."""
    known = _PARTS.get(package, _SLOTS)
    return "" if key in (*_SLOTS, *_OTHER_PARTS) else nearest(key, known, cutoff=NEAR_PART)


def note_misspelt(config: Mapping[str, Any], model: Part, network: Network) -> None:
    """A note for each argument of a neck or a head, each class, and each size of the codec that is misspelt."""
    for slot in _SLOTS:
        for part in model.each(slot):
            _note_class(part, slot, network)
            name = type_name(part.value.get("type"))
            _note_keys(part.value, part.path, ARGUMENTS.get(name, ()), name, network)
            if name in OLD_HEADS:
                _note_keys(part.value.get("extra"), (*part.path, "extra"), _OLD_EXTRA, f"{name}'s extra", network)
    for key, sizes in _SIZES.items():
        for part in Part(config, (), network).each(key):
            _note_keys(part.value, part.path, sizes, key, network, _OTHER_SIZES)


def _note_keys(
    value: Any, path: KeyPath, known: tuple[str, ...], owner: str, network: Network, others: Iterable[str] = ()
) -> None:
    keys = value if isinstance(value, Mapping) else ()
    strange = (key for key in keys if isinstance(key, str) and key not in (*known, *others, *_ALWAYS))
    found = ((key, nearest(key, known, cutoff=NEAR)) for key in islice(strange, MOST_KEYS))
    for key, meant in islice(((key, meant) for key, meant in found if meant), MOST_NOTES):
        text = f"not read in {owner}: {quote_key(key)}"
        network.note("misspelt-key", (*path, quote_key(key)), text, f"did you mean {meant}?", at_key=True)


def _note_class(part: Part, slot: str, network: Network) -> None:
    """A class that nobody has, next to one that is read."""
    kind = part.value.get("type")
    name = type_name(kind)
    if not name or name in (*ARGUMENTS, *_OTHER_CLASSES):
        return
    meant = nearest(name, ARGUMENTS, cutoff=NEAR_CLASS)
    if meant:
        network.note(
            "unread-value", (*part.path, "type"), f"no {slot} here is a {quote(name)}", f"did you mean {meant}?"
        )
