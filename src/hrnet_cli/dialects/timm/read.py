"""timm's configs: a variant by name (`timm:hrnet_w32`), the stage dict of its HRNets, and a dump of a model's config.

timm need not be installed: VARIANTS has its networks as numbers (timm 1.0.31, `timm/models/hrnet.py`). All of them are
classification networks on fuse layers that upsample nearest by factor; the stem's second convolution gives 64 channels.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from hrnet_cli.dialects.other_networks import not_hrnet
from hrnet_cli.dialects.reading import Reading, note
from hrnet_cli.dialects.timm import PARTS
from hrnet_cli.errors import Diagnostic, UnreadableError
from hrnet_cli.hrnet import STAGE_KEY
from hrnet_cli.text import KeyPath, did_you_mean, quote

STEM = 64
"""Output of the stem's second convolution; `stem_width` is that of the first alone."""
STAGES = ("stage1", "stage2", "stage3", "stage4")


class Variant(NamedTuple):
    """A network of timm's by the numbers in which they differ. Branch i of a stage is width·2^i wide."""

    width: int
    first: tuple[int, int] = (4, 64)
    """Blocks and channels of stage 1."""
    modules: tuple[int, int, int] = (1, 4, 3)
    """Modules of stages 2, 3 and 4."""
    blocks: int = 4
    """Blocks in each of their branches."""
    head_conv_bias: bool = True

    def config(self) -> dict[str, Any]:
        """The stage dict, as timm would have it."""
        stages = {"stage1": _stage("BOTTLENECK", 1, [self.first[0]], [self.first[1]])}
        for branches, modules in enumerate(self.modules, 2):
            widths = [self.width * 2**branch for branch in range(branches)]
            stages[f"stage{branches}"] = _stage("BASIC", modules, [self.blocks] * branches, widths)
        return {"stem_width": STEM, **stages, "head_conv_bias": self.head_conv_bias}


def _stage(block: str, modules: int, blocks: list[int], channels: list[int]) -> dict[str, Any]:
    return {
        "num_modules": modules,
        "num_branches": len(channels),
        "block_type": block,
        "num_blocks": blocks,
        "num_channels": channels,
        "fuse_method": "SUM",
    }


VARIANTS: dict[str, Variant] = {
    "hrnet_w18_small": Variant(16, first=(1, 32), modules=(1, 1, 1), blocks=2),
    "hrnet_w18_small_v2": Variant(18, first=(2, 64), modules=(1, 3, 2), blocks=2),
    **{f"hrnet_w{width}": Variant(width) for width in (18, 30, 32, 40, 44, 48, 64)},
    "hrnet_w18_ssld": Variant(18, head_conv_bias=False),
    "hrnet_w48_ssld": Variant(48, head_conv_bias=False),
}

ARGUMENTS = (
    "in_chans",
    "num_classes",
    "global_pool",
    "drop_rate",
    "features_only",
    "feature_location",
    "head_conv_bias",
)
"""Arguments of timm's create_model that make the network, or seem to."""
OWN_KEYS = (*ARGUMENTS, "architecture", "stem_width", "input_size", "out_indices", *STAGES)
OF_NO_ACCOUNT = (
    *("num_features", "url", "file", "state_dict", "hf_hub_id", "hf_hub_filename", "source", "tag", "custom_load"),
    *(
        "test_input_size",
        "min_input_size",
        "fixed_input_size",
        "interpolation",
        "crop_pct",
        "test_crop_pct",
        "crop_mode",
    ),
    *("mean", "std", "label_offset", "label_names", "label_descriptions", "pool_size", "test_pool_size", "first_conv"),
    *("classifier", "license", "description", "origin_url", "paper_name", "paper_ids", "notes"),
)
"""What a dump says of weights, preprocessing and where they are from: none of it changes the network."""
WORDS = {"block_type": "block"}
"""What timm calls otherwise in a stage."""
WORDS_OF_OURS = {ours: theirs for theirs, ours in WORDS.items()}


def variant_text(source: str) -> str:
    """`hrnet_w32`, with arguments of create_model behind commas, as a text that this reader reads.

    `timm:hrnet_w18_small,features_only` gives the maps that features_only gives; `,feature_location=` behind that those
    of the plain branches; `,num_classes=10` and `,in_chans=1` are the others of use. `?` and `&` may stand for a comma.
    A weight tag (`timm:hrnet_w18.ms_in1k`) changes nothing. Raises UnreadableError for a name that timm does not have.
    """
    name, *arguments = re.split("[,?&]", source)
    if name.partition(".")[0] not in VARIANTS:
        raise UnreadableError(f"timm has no HRNet {name!r}", f"timm: {did_you_mean(name, tuple(VARIANTS))}")
    config: dict[str, Any] = {"architecture": name}
    for argument in arguments:
        key, given, value = argument.partition("=")
        if key not in ARGUMENTS:
            raise UnreadableError(f"{quote(key)} is no argument of timm's HRNet", did_you_mean(key, ARGUMENTS))
        config[key] = _argument(value) if given else True
    return json.dumps(config)


def _argument(text: str) -> Any:
    """A whole number, true or false in any case, or a text."""
    words = {"true": True, "false": False}
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else words.get(text.lower(), text)


class _Config(NamedTuple):
    """A config with its parts brought to the top, and where each key stood."""

    values: dict[str, Any]
    origins: dict[str, KeyPath]

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> _Config:
        """What stands at the top is stronger than a part of a dump, save for the arguments that it was made with."""
        top = {key: item for key, item in config.items() if key not in PARTS}
        parts: dict[str, Any] = {"pretrained_cfg": config.get("pretrained_cfg"), "": top}
        parts |= {name: config.get(name) for name in ("model_args", "pretrained_cfg_overlay")}
        found = cls({}, {})
        for name, part in parts.items():
            for key, item in part.items() if isinstance(part, Mapping) else ():
                found.values[key] = item
                found.origins[key] = (name, key) if name else (key,)
        return found


def read(config: Mapping[str, Any]) -> Reading:
    """The network that timm's create_model builds."""
    found = _Config.of(config)
    name = found.values.get("architecture")
    variant = name.partition(".")[0] if isinstance(name, str) else ""  # without the tag of its weights
    if variant and variant not in VARIANTS:
        return Reading({}, {}, diagnostics=(_not_hrnet(variant, found.origins["architecture"]),))
    values = (VARIANTS[variant].config() if variant else {}) | found.values
    reading = Reading({"name": variant} if variant else {}, {("name",): ("architecture",)}, say=_anew)
    _image(values, found, reading)
    notes = [*_stages(values, found, reading), *_head(values, found, reading)]
    _strange_keys(found, reading)
    return reading._replace(notes=tuple(notes))


def _not_hrnet(variant: str, path: KeyPath) -> Diagnostic:
    """The diagnostic for an architecture that is not one of timm's HRNets."""
    if variant.startswith("hrnet"):
        return not_hrnet(path, f"timm has no HRNet {quote(variant)}", did_you_mean(variant, tuple(VARIANTS)))
    return not_hrnet(path, f"this is no HRNet: it is timm's {quote(variant)}")


def _image(values: Mapping[str, Any], found: _Config, reading: Reading) -> None:
    """in_chans, input_size (C, H, W) and stem_width. The size of timm's HRNets is 224×224 unless it says another."""
    data, origins = reading.data, reading.origins
    size = values.get("input_size", [3, 224, 224])
    if isinstance(size, list | tuple) and len(size) == 3:
        # in_chans is what the network takes, input_size what it was trained on
        size = [1, values.get("in_chans", size[0]), *size[1:]]
    data["input"] = size
    data["in_channels"] = values.get("in_chans", 3)
    data["stem_widths"] = [values.get("stem_width", STEM), STEM]
    for word, key in {"input": "input_size", "in_channels": "in_chans", "stem_widths": "stem_width"}.items():
        if key in found.origins:
            origins[(word,)] = found.origins[key]
    if "stem_width" in found.origins:
        origins[("stem_widths", 0)] = found.origins["stem_width"]


def _stages(values: Mapping[str, Any], found: _Config, reading: Reading) -> Iterator[Diagnostic]:
    """The stages that timm reads, with what it does with odd ones."""
    for key in [key for key in values if isinstance(key, str) and STAGE_KEY.fullmatch(key)]:
        if key not in STAGES:
            text = f"{key} is left out: timm reads stage1 to stage4"
            yield note("unbuilt-stage", found.origins[key], text, "leave it out", at_key=True)
            continue
        origin = found.origins.get(key, ())
        reading.data[key] = values[key]
        if isinstance(values[key], Mapping):
            reading.data[key] = {WORDS.get(word, word): item for word, item in values[key].items()}
            yield from _odd_stage(key, reading.data[key], origin)
        reading.origins[(key,)] = origin
        reading.origins[(key, "block")] = (*origin, "block_type")


def _odd_stage(key: str, stage: dict[str, Any], path: KeyPath) -> Iterator[Diagnostic]:
    """What timm takes and does not do as it says."""
    method = stage.pop("fuse_method", "SUM")
    if method != "SUM":
        text = f"{key}.fuse_method {quote(method)} is never read: timm builds the SUM network"
        yield note("fuse-method", (*path, "fuse_method"), text, "write SUM")
    if key == "stage1":
        yield from _odd_chain(stage, path)


def _odd_chain(stage: dict[str, Any], path: KeyPath) -> Iterator[Diagnostic]:
    """Of stage 1 timm reads the block and the first number of each list."""
    for word in ("num_modules", "num_branches"):
        if stage.get(word, 1) != 1:
            text = f"stage1.{word} {quote(stage[word])} is never read: stage 1 is one chain of blocks"
            yield note("unread-value", (*path, word), text, "write 1")
        stage[word] = 1
    for word in ("num_blocks", "num_channels"):
        items = stage.get(word)
        if isinstance(items, list | tuple) and len(items) > 1:
            text = f"stage1.{word} {quote(items)}: only the first is read"
            yield note("extra-entries", (*path, word), text, f"write {quote(items[:1])}")
            stage[word] = items[:1]


def _head(values: Mapping[str, Any], found: _Config, reading: Reading) -> Iterator[Diagnostic]:
    """The classification head, or the maps of features_only."""
    if values.get("features_only") is True:
        where = values.get("feature_location", "incre")
        reading.data["head"] = {"type": "features", "location": "branches" if where == "" else where}
        reading.origins[("head",)] = found.origins["features_only"]
        reading.origins[("head", "location")] = found.origins.get("feature_location", ())
        if values.get("out_indices", [0, 1, 2, 3, 4]) != [0, 1, 2, 3, 4]:
            yield note("left-out", found.origins["out_indices"], "out_indices is left out: every map is shown")
        return
    head: dict[str, Any] = {"type": "classification", "global_pool": "adaptive", "dropout": True}
    for key in ("num_classes", "head_conv_bias"):
        if key in values:
            head[key] = values[key]
            reading.origins[("head", key)] = found.origins.get(key, ())
    reading.data["head"] = head
    pool = values.get("global_pool", "avg")
    if pool != "avg":
        text = f"global_pool {quote(pool)} is read as avg"
        yield note("left-out", found.origins["global_pool"], text, "write avg")


OURS = re.compile(r"'[^']*'|\"[^\"]*\"|(?<!residual )\bblock\b")
"""The word of a spec that timm has another for, or something quoted, which stays as it is."""


def _anew(diagnostic: Diagnostic) -> Diagnostic:
    """A diagnostic of the spec in timm's words. What a spec knows at its top is not what a config of timm does."""
    known = ", ".join(OWN_KEYS)
    if diagnostic.code == "unknown-key" and len(diagnostic.path) == 1:
        return diagnostic._replace(remedy=did_you_mean(diagnostic.path[0], OWN_KEYS))
    if diagnostic.code == "unknown-key" and not diagnostic.path:
        return diagnostic._replace(remedy=f"known: {known}")
    theirs: Callable[[re.Match[str]], str] = lambda word: WORDS_OF_OURS.get(word[0], word[0])  # noqa: E731
    return diagnostic._replace(message=OURS.sub(theirs, diagnostic.message), remedy=OURS.sub(theirs, diagnostic.remedy))


def _strange_keys(found: _Config, reading: Reading) -> None:
    """Hand on what nobody reads, so that it is reported where it stands; what is of no account is dropped."""
    for key, item in found.values.items():
        known = key in OWN_KEYS or key in OF_NO_ACCOUNT or (isinstance(key, str) and STAGE_KEY.fullmatch(key))
        if not known and (found.origins[key][0] not in PARTS):
            reading.data[key] = item
            reading.origins[(key,)] = found.origins[key]
