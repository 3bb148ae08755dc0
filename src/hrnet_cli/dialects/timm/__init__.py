"""timm's HRNets: which configs are timm's, and the config that timm 1.0.31 has for each (`timm/models/hrnet.py`).

All of them are classification networks whose fuse layers upsample nearest by factor. timm need not be installed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from hrnet_cli.errors import UnreadableError
from hrnet_cli.hrnet import FIRST_STAGE, NUM_STAGES, STEM_WIDTHS, branch_widths, stage, stage_key
from hrnet_cli.text import did_you_mean, quote

PARTS = ("pretrained_cfg", "model_args", "pretrained_cfg_overlay")
"""Mappings of a dump whose keys count as keys of its top."""
DUMP_KEYS = (*PARTS, "num_features", "hf_hub_id", "crop_pct", "first_conv", "features_only")
"""A config with an `architecture` and one of these keys is a dump of timm's."""


def detect(config: Mapping[str, Any]) -> bool:
    """Whether its stages have a `block_type`, which others call `block`, or it is a dump of a timm model's config.

    A config of another framework that builds timm's network by its name is read as that network.
    """
    from hrnet_cli.dialects.timm.named import find_named

    return is_own(config) or find_named(config) is not None


def is_own(config: Mapping[str, Any]) -> bool:
    """Whether it is timm's own: its stages, or a dump of a model's config."""
    name, first = config.get("architecture"), config.get(stage_key(1))
    if isinstance(first, Mapping) and KEYS["block"] in first:
        return True
    return isinstance(name, str) and (name.startswith("hrnet_") or any(key in config for key in DUMP_KEYS))


# The variants

STEM_WIDTH = STEM_WIDTHS[1]
"""Output channels of the stem's second convolution; `stem_width` are those of the first."""
STAGES = tuple(stage_key(number) for number in range(1, NUM_STAGES + 1))
KEYS = {
    "block": "block_type",
    "in_channels": "in_chans",
    "input": "input_size",
    "location": "feature_location",
    "stem_widths": "stem_width",
}
"""The keys of a spec that timm calls otherwise."""
ARGUMENTS = (
    "in_chans",
    "num_classes",
    "global_pool",
    "drop_rate",
    "features_only",
    "feature_location",
    "head",
    "head_conv_bias",
)
"""Arguments of timm's create_model that change the network, or seem to."""
FLAGS = ("features_only", "head_conv_bias")
"""Those that are true or false."""


def spell(key: str) -> str:
    """A key of a spec as timm calls it."""
    return KEYS.get(key, key)


def stage_config(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A stage, with the keys of a spec, as timm has it."""
    return {**{spell(key): value for key, value in fields.items()}, "fuse_method": "SUM"}


def _variant(
    width: int,
    first: Mapping[str, Any] = FIRST_STAGE,
    modules: tuple[int, int, int] = (1, 4, 3),
    blocks: int = 4,
    head_conv_bias: bool = True,
) -> dict[str, Any]:
    """The config of a variant by the modules of its stages 2 to 4 and the blocks in each of their branches."""
    later = (stage(count, "BASIC", blocks, branch_widths(width, branches)) for branches, count in enumerate(modules, 2))
    stages = dict(zip(STAGES, map(stage_config, (first, *later)), strict=True))
    return {"stem_width": STEM_WIDTHS[0], **stages, "head_conv_bias": head_conv_bias}


VARIANTS: dict[str, dict[str, Any]] = {
    "hrnet_w18_small": _variant(16, stage(1, "BOTTLENECK", 1, (32,)), (1, 1, 1), blocks=2),
    "hrnet_w18_small_v2": _variant(18, stage(1, "BOTTLENECK", 2, (64,)), (1, 3, 2), blocks=2),
    **{f"hrnet_w{width}": _variant(width) for width in (18, 30, 32, 40, 44, 48, 64)},
    "hrnet_w18_ssld": _variant(18, head_conv_bias=False),
    "hrnet_w48_ssld": _variant(48, head_conv_bias=False),
}


def variant_text(source: str) -> str:
    """`hrnet_w32`, with arguments of create_model after commas, as the text of a config.

    `hrnet_w18_small,features_only` has the maps of features_only, and with `,feature_location=` after that those of the
    branches; `,num_classes=10` and `,in_chans=1` are other arguments. `?` and `&` may replace the commas. A weight tag
    (`hrnet_w18.ms_in1k`) changes nothing. Raises UnreadableError for a name that timm does not have.
    """
    name, *arguments = re.split("[,?&]", source)
    if name.partition(".")[0] not in VARIANTS:
        raise UnreadableError(f"timm has no HRNet {name!r}", did_you_mean(name, tuple(VARIANTS)))
    config: dict[str, Any] = {"architecture": name}
    for argument in arguments:
        key, equals, value = argument.partition("=")
        if key not in ARGUMENTS:
            raise UnreadableError(f"{quote(key)} is no argument of timm's HRNet", did_you_mean(key, ARGUMENTS))
        if key in config:
            raise UnreadableError(f"{key} is given twice", "give it once")
        config[key] = _read_argument(key, value) if equals else True
    return json.dumps(config)


WORDS = {**dict.fromkeys(("true", "yes", "on", "1"), True), **dict.fromkeys(("false", "no", "off", "0"), False)}


def _read_argument(key: str, text: str) -> Any:
    """True or false in any letter case, a whole number, or a text. Raises UnreadableError for what is neither."""
    if key in FLAGS:
        if text.lower() not in WORDS:
            raise UnreadableError(f"{key}: {quote(text)} is neither true nor false", f"write {key}=true")
        return WORDS[text.lower()]
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else text
