"""The spec of one of the authors' configs.

A config is for one of their networks: `families` has what each of them reads and assumes. A key that is not read, or
whose value is not what is built, becomes a note: the authors' code ignores it silently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from hrnet_cli.dialects.nodes import ConfigNode
from hrnet_cli.dialects.official import SECTIONS, Sections, find_sections, misspelt_model
from hrnet_cli.dialects.official.config import EXTRA_KEYS, MODEL_KEYS, STAGE_KEYS, Config
from hrnet_cli.dialects.official.families import BACKBONE, MOMENTUM, choose_backbone, choose_family
from hrnet_cli.dialects.official.fork import note_fork
from hrnet_cli.dialects.official.heads import DECONV_KEYS, OCR_FIXED, OCR_WIDTHS
from hrnet_cli.dialects.official.stages import note_pretrained_layers, read_stages
from hrnet_cli.dialects.reading import MAX_NOTES, Reading, check_size, find_misspelt
from hrnet_cli.errors import Diagnostic
from hrnet_cli.hrnet import stage_key
from hrnet_cli.text import KeyPath, quote, quote_key


def read(config: Mapping[str, Any]) -> Reading:
    """The network that the authors' code builds from a config."""
    source = find_sections(config)
    errors = list(_check_extra(source)) if source else [_misspelt_model(config)]
    if errors or source is None:
        reading = Reading({})
        reading.diagnostics = errors
        return reading
    return _read(source)


def read_alone(config: Mapping[str, Any]) -> Reading:
    """The backbone of stages that stand below other keys, for code that is not known."""
    root = ConfigNode(config, ())
    return _read(Sections(root, root, root), alone=True)


def _read(source: Sections, alone: bool = False) -> Reading:
    network = Config(source)
    network.name, network.family = choose_backbone(network) if alone else choose_family(network)
    read_stages(network)
    if alone:
        network.data["input"] = list(BACKBONE.default_size[::-1])
    else:
        _read_size(network)
    _read_upsampling(network)
    if network.family.momentum != MOMENTUM:
        network.data["batch_norm"] = {"momentum": network.family.momentum}
    network.data["head"] = network.family.read_head(network)
    network.data["name"] = _title(network)
    note_pretrained_layers(network)
    _note_unread(network)
    _note_letter_case(network)
    note_fork(network)
    return network


def _misspelt_model(config: Mapping[str, Any]) -> Diagnostic:
    """The error of a config whose MODEL is misspelt."""
    key, right = misspelt_model(config), ConfigNode(config, ()).spell("MODEL")
    return _unknown_key((), key, right)


def _unknown_key(path: KeyPath, key: str, right: str) -> Diagnostic:
    message, remedy = f"unknown key {quote(key)}", f"did you mean {right}?"
    return Diagnostic("unknown-key", (*path, quote_key(key)), message, remedy, at_key=True)


def _check_extra(source: Sections) -> Iterator[Diagnostic]:
    """The errors of a config that names a network and has no EXTRA, which may be misspelt."""
    model = source.model
    if source.extra.path != model.path or model.stage_keys:
        return
    missing = model.missing("EXTRA")
    key = str(missing.path[-1])
    known = {name.lower() for name in MODEL_KEYS}
    misspelt = find_misspelt((name for name in model.keys if name.lower() not in known), ["EXTRA"], MODEL_KEYS)
    for name in misspelt:
        yield _unknown_key(model.path, name, key)
    if not misspelt:
        yield Diagnostic("missing-key", missing.path, f"{key} is missing", f"add {key}: with the stages in it")


def _title(network: Config) -> str:
    """The name of the spec: pose_hrnet-w32."""
    stage = network.data.get(stage_key(2), {})
    widths = stage.get("num_channels") if isinstance(stage, Mapping) else None
    first = widths[0] if isinstance(widths, list) and widths else None
    return f"{network.name}-w{first}"[:200] if isinstance(first, int) and first < 10**6 else network.name


# Input and upsampling


def _read_size(config: Config) -> None:
    """The input, which a config has as [width, height]; DATASET.INPUT_SIZE may be one number, for both."""
    family = config.family
    node = next((node for node in map(config.source.find, family.sizes) if node), None)
    if node is None:
        width, height = family.default_size
        missing = config.source.missing(family.sizes[0])
        message = f"{missing.path[-1]} is missing: the input is {height}×{width}"
        config.add_note("assumed", missing.path, message, "give width and height", at_key=True)
        config.data["input"] = [height, width]
        return
    size = node.literal
    config.origins["input",] = node.path
    if type(size) is int and str(node.path[-1]).upper() == "INPUT_SIZE":
        size = [size, size]
    width, height = _suggest_size(size, family.default_size)
    error = check_size(size, 2, node.path, f"write [{width}, {height}], width before height")
    if error:
        config.diagnostics.append(error)
    else:
        config.data["input"] = size[::-1]


def _suggest_size(size: Any, default: tuple[int, int]) -> tuple[int, int]:
    """Width and height for a remedy: the numbers of the config, or a default whose two numbers differ."""
    if type(size) is int and size > 0:
        return size, size
    numbers = [int(each) for each in re.findall("[0-9]{1,6}", size)] if isinstance(size, str) else []
    if len(numbers) == 2:
        return numbers[0], numbers[1]
    return default if default[0] != default[1] else BACKBONE.default_size


def _read_upsampling(config: Config) -> None:
    """How the fuse layers upsample: as the family's do, with ALIGN_CORNERS where it reads that."""
    family = config.family
    if not family.upsampling:
        return
    config.data["upsampling"] = dict(family.upsampling)
    if not family.has_align_corners:
        return
    node = config.source.model.child("ALIGN_CORNERS")
    place = node or config.source.model.missing("ALIGN_CORNERS")
    config.origins["upsampling", "align_corners"] = place.path
    if node is None:
        message = f"{place.path[-1]} is missing: true is used, the code's default"
        config.add_note("assumed", place.path, message, at_key=True)
    corners = node.literal if node else True
    if corners is not None:
        config.data["upsampling"]["align_corners"] = corners


# Keys that are not read

READ_BY_SOME = (("MODEL", "ALIGN_CORNERS"), ("MODEL", "OCR"), ("EXTRA", "DECONV"), ("EXTRA", "FINAL_CONV_KERNEL"))
"""Keys that only some networks read: Family.reads."""


def _note_unread(config: Config) -> None:
    """Notes on the keys that the authors' code ignores, or reads for another of its networks only."""
    model, extra = config.source.model, config.source.extra
    stages = extra.stage_keys
    known = (*MODEL_KEYS, *EXTRA_KEYS, *stages) if extra.path == model.path else MODEL_KEYS
    config.note_unknown_keys(model, known if model.path else (*known, *SECTIONS))
    if extra.path != model.path:
        config.note_unknown_keys(extra, (*EXTRA_KEYS, *stages))
    for path in READ_BY_SOME:
        node = config.source.find(path)
        if not node or node.value is None or path[1] in config.family.reads:
            continue
        if config.data["head"]["type"] == "none":
            config.add_note("left-out", node.path, f"{node.path[-1]} is left out with the head", at_key=True)
        else:
            message = f"{node.path[-1]} is not read by {config.name}"
            config.add_note("unread-value", node.path, message, "remove it", at_key=True)


# Letter case

SECTION_KEYS = {
    "DATASET": ("NUM_CLASSES", "NUM_JOINTS", "WITH_CENTER", "INPUT_SIZE"),
    "LOSS": ("WITH_AE_LOSS",),
    "TEST": ("IMAGE_SIZE",),
    "TRAIN": ("IMAGE_SIZE",),
}
"""What is read of the sections other than MODEL."""


def _note_letter_case(config: Config) -> None:
    """Note each key in another letter case than most: the authors' code looks its keys up in upper case.

    A config with no key in upper or lower case has a case of its own, and no notes.
    """
    paths = list(dict.fromkeys(_read_keys(config)))
    if not config.lower and not any(str(path[-1]).isupper() for path in paths):
        return
    odd = [path for path in paths if path[-1] != config.spell(str(path[-1]))]
    for path in odd[:MAX_NOTES]:
        right = config.spell(str(path[-1]))
        message = f"{path[-1]} is in another letter case than most keys: code that looks up {right} does not find it"
        config.add_note("letter-case", path, message, f"write {right}", at_key=True)


def _read_keys(config: Config) -> Iterator[KeyPath]:
    """The path of every key that one of the authors' networks reads; of a duplicate key, the one that is read."""
    root, model, extra = config.source
    stages = extra.stage_keys
    sections: list[tuple[ConfigNode | None, tuple[str, ...]]] = [
        (root, ("MODEL", "EXTRA", *SECTION_KEYS)),
        (model, MODEL_KEYS),
        (extra, (*EXTRA_KEYS, *stages)),
    ]
    sections += [(root.child(name), names) for name, names in SECTION_KEYS.items()]
    sections += [(extra.child(key), STAGE_KEYS) for key in stages]
    sections += [(extra.child("DECONV"), DECONV_KEYS), (model.child("OCR"), (*OCR_WIDTHS, *OCR_FIXED))]
    for node, names in sections:
        yield from (child.path for child in map(node.child, names) if child) if node else ()
