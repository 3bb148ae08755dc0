"""The spec of a config of timm's: a stage dict, or a dump of a model's config that names a variant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hrnet_cli.dialects.other_networks import not_hrnet
from hrnet_cli.dialects.reading import Reading, check_size, find_misspelt
from hrnet_cli.dialects.timm import ARGUMENTS, PARTS, STAGES, STEM_WIDTH, VARIANTS, is_own, spell
from hrnet_cli.dialects.timm.named import Named, find_named
from hrnet_cli.errors import Diagnostic
from hrnet_cli.hrnet import IN_CHANNELS, STEM_WIDTHS, stage_key, stage_number
from hrnet_cli.schema.fields import unknown_keys
from hrnet_cli.text import KeyPath, did_you_mean, quote

OWN_KEYS = (*ARGUMENTS, "architecture", "stem_width", "input_size", "out_indices", *STAGES)
IGNORED_KEYS = (
    *("num_features", "url", "file", "state_dict", "hf_hub_id", "hf_hub_filename", "source", "tag", "custom_load"),
    *("test_input_size", "min_input_size", "fixed_input_size", "interpolation", "crop_pct", "test_crop_pct"),
    *("crop_mode", "mean", "std", "label_offset", "label_names", "label_descriptions", "pool_size", "test_pool_size"),
    *("first_conv", "classifier", "license", "description", "origin_url", "paper_name", "paper_ids", "notes"),
)
"""What a dump says of weights, preprocessing and origin; none of it changes the network."""
INPUT_SIZE = (IN_CHANNELS, 224, 224)
"""Channels, height and width of the input of timm's HRNets."""
CLASSIFICATION = "classification"
"""`head` by default."""
ALL_MAPS = [0, 1, 2, 3, 4]
"""`out_indices` by default: the stem, then the four branches."""


class _Config(Reading):
    """The reading of one of timm's configs, whose parts are merged."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        """A key at the top goes before one of pretrained_cfg; the arguments that a model was made with before both."""
        super().__init__({})
        self.spell = spell
        self.values: dict[str, Any] = {}
        """The keys of the config and its parts; then those of the variant that it names, too."""
        self.places: dict[str, KeyPath] = {}
        """The path of each key that the config has."""
        top = {key: value for key, value in config.items() if key not in PARTS}
        parts: dict[str, Any] = {"pretrained_cfg": config.get("pretrained_cfg"), "": top}
        parts |= {name: config.get(name) for name in ("model_args", "pretrained_cfg_overlay")}
        for name, part in parts.items():
            for key, value in part.items() if isinstance(part, Mapping) else ():
                self.values[key] = value
                self.places[key] = (name, key) if name else (key,)


def read(config: Mapping[str, Any]) -> Reading:
    """The network that timm's create_model builds, for timm or for a framework that names it."""
    named = None if is_own(config) else find_named(config)
    merged = _Config(named.values if named else config)
    if named:
        merged.places, merged.code_is_known = named.places, named.is_known
    name = merged.values.get("architecture")
    variant = name.partition(".")[0] if isinstance(name, str) else ""  # without the tag of its weights
    if variant and variant not in VARIANTS:
        merged.diagnostics.append(_not_hrnet(variant, merged.places["architecture"]))
        return merged
    if variant:
        merged.values = VARIANTS[variant] | merged.values
        merged.data["name"] = variant
        merged.origins["name",] = merged.places["architecture"]
    _read_input(merged)
    _read_stages(merged)
    _read_head(merged)
    _check_keys(merged)
    if named:
        _note_named(merged, named)
    return merged


def _note_named(config: _Config, named: Named) -> None:
    """Note who builds the network, and that the input is not known where it is not."""
    config.add_note("fork", named.places["architecture"], named.message)
    if "input_size" not in named.places:
        height, width = config.data.get("input", INPUT_SIZE)[-2:]
        config.add_note("assumed", (), f"the config has no input size: {height}×{width} is used")


def _not_hrnet(variant: str, path: KeyPath) -> Diagnostic:
    """The error of an architecture that is not one of timm's HRNets."""
    if variant.startswith("hrnet"):
        return not_hrnet(path, f"timm has no HRNet {quote(variant)}", did_you_mean(variant, tuple(VARIANTS)))
    return not_hrnet(path, f"this is not an HRNet: it is timm's {quote(variant)}")


def _read_input(config: _Config) -> None:
    """in_chans, input_size (C, H, W) and stem_width. in_chans is what the network takes, whatever it was trained on."""
    values, places = config.values, config.places
    size = values.get("input_size", list(INPUT_SIZE))
    error = check_size(size, 3, places.get("input_size", ()), "write channels, height and width: [3, 224, 224]")
    if error:
        config.diagnostics.append(error)
    else:
        channels = values.get("in_chans", size[0])
        batch_and_channels = [1, channels] if type(channels) is int and channels > 0 else []
        config.data["input"] = [*batch_and_channels, *size[1:]]
    config.data["in_channels"] = values.get("in_chans", IN_CHANNELS)
    config.data["stem_widths"] = [values.get("stem_width", STEM_WIDTHS[0]), STEM_WIDTH]
    for key in ("input", "in_channels", "stem_widths"):
        if spell(key) in places:
            config.origins[key,] = places[spell(key)]
    if "stem_width" in places:
        config.origins["stem_widths", 0] = places["stem_width"]


def _read_stages(config: _Config) -> None:
    """stage1 to stage4, with a note for every other stage."""
    for key in [key for key in config.values if stage_number(key)]:
        if key not in STAGES:
            message = f"{key} is left out: timm reads stage1 to stage4"
            config.add_note("unbuilt-stage", config.places[key], message, "remove it", at_key=True)
            continue
        value, path = config.values[key], config.places.get(key, ())
        if isinstance(value, Mapping):
            ours = {spell(name): name for name in ("block",)}
            value = {ours.get(name, name): item for name, item in value.items()}
            _read_fuse_method(config, value, path)
            if key == stage_key(1):
                _read_chain(config, value, path)
        config.data[key] = value
        config.origins[key,] = path
        config.origins[key, "block"] = (*path, spell("block"))
        if key not in config.places:  # of the variant that the config names
            config.origins |= {(key, field): config.places["architecture"] for field in value}


def _read_fuse_method(config: _Config, stage: dict[str, Any], path: KeyPath) -> None:
    """Timm looks fuse_method up, and always sums."""
    method = stage.pop("fuse_method", "SUM")
    if method != "SUM":
        message = f"{quote(method)} is never read: timm builds the SUM network"
        config.add_note("fuse-method", (*path, "fuse_method"), message, "write SUM")


def _read_chain(config: _Config, stage: dict[str, Any], path: KeyPath) -> None:
    """Of stage 1 timm reads the block and the first number of each list."""
    for name in ("num_modules", "num_branches"):
        if stage.get(name, 1) != 1:
            message = f"{quote(stage[name])} is never read: stage 1 is one chain of blocks"
            config.add_note("unread-value", (*path, name), message, "write 1")
        stage[name] = 1
    for name in ("num_blocks", "num_channels"):
        items = stage.get(name)
        if isinstance(items, list | tuple) and len(items) > 1:
            message, remedy = f"{quote(items)}: only the first is read", f"write {quote(items[:1])}"
            config.add_note("extra-entries", (*path, name), message, remedy)
            stage[name] = items[:1]


def _read_other_head(config: _Config, head: Any) -> None:
    """`head: ''`, which puts out the branches; `incre` makes layers that nothing calls."""
    place = config.places["head"]
    if config.values.get("features_only") is True:
        message, remedy = "features_only has a feature_location, and no head", "write feature_location instead"
        config.diagnostics.append(Diagnostic("unknown-key", place, message, remedy, at_key=True))
    elif head == "incre":
        message = (
            "'incre' without features_only has no downsamp_modules: timm up to 1.0.30 fails in forward, and later "
            "versions put out the branches and never call the incre_modules"
        )
        config.add_note("unread-value", place, message, "write features_only: true and feature_location: incre")
    elif head:
        message = f"{quote(head)} is not a head of timm's, which puts out the branches"
        config.add_note("unread-value", place, message, f"write {CLASSIFICATION}, or '' for the branches")
    config.data["head"] = {"type": "none"}
    config.data["multi_scale_output"] = True


def _read_head(config: _Config) -> None:
    """The classification head, or the maps of features_only."""
    values, places = config.values, config.places
    if values.get("head", CLASSIFICATION) != CLASSIFICATION:
        _read_other_head(config, values["head"])
        return
    if values.get("features_only") is True:
        location = values.get("feature_location", "incre")
        config.data["head"] = {"type": "features", "location": "branches" if location == "" else location}
        config.origins["head",] = places["features_only"]
        config.origins["head", "location"] = places.get("feature_location", ())
        if values.get("out_indices", ALL_MAPS) != ALL_MAPS:
            message = "out_indices is left out: every map is an output"
            config.add_note("left-out", places["out_indices"], message, at_key=True)
        return
    head: dict[str, Any] = {"type": "classification", "global_pool": "adaptive", "dropout": True}
    for key in ("num_classes", "head_conv_bias"):
        if key in values:
            head[key] = values[key]
            config.origins["head", key] = places.get(key, ())
    config.data["head"] = head
    pool = values.get("global_pool", "avg")
    if pool != "avg":
        config.add_note("left-out", places["global_pool"], f"{quote(pool)} is read as avg", "write avg")


def _check_keys(config: _Config) -> None:
    """An error for each unknown key at the top; the spec reports one that is misspelt from a missing stage."""
    keys = {
        key: value
        for key, value in config.values.items()
        if key not in IGNORED_KEYS and not stage_number(key) and config.places.get(key, PARTS)[0] not in PARTS
    }
    missing = [key for key in STAGES if key not in config.values]
    unknown = (key for key in keys if isinstance(key, str) and key not in OWN_KEYS)
    for key in find_misspelt(unknown, missing, OWN_KEYS):
        config.data[key] = keys.pop(key)
        config.origins[key,] = config.places[key]
    config.diagnostics += unknown_keys(keys, OWN_KEYS, ())
