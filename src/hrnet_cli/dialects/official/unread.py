"""What stands in a config and is read by nobody, or by another of the networks."""

from __future__ import annotations

from hrnet_cli.dialects.nodes import Node
from hrnet_cli.dialects.official import SECTIONS
from hrnet_cli.dialects.official.config import EXTRA_KEYS, Config
from hrnet_cli.dialects.official.families import Family
from hrnet_cli.dialects.reading import MOST_NOTES, unread
from hrnet_cli.text import dotted_path, quote, quote_key

MODEL_KEYS = (
    *("NAME", "INIT_WEIGHTS", "PRETRAINED", "NUM_JOINTS", "NUM_CLASSES", "TAG_PER_JOINT", "TARGET_TYPE", "IMAGE_SIZE"),
    *("HEATMAP_SIZE", "SIGMA", "EXTRA", "ALIGN_CORNERS", "NUM_OUTPUTS", "OCR", "SYNC_BN"),
)
READ_BY_SOME = (("MODEL", "ALIGN_CORNERS"), ("MODEL", "OCR"), ("EXTRA", "DECONV"), ("EXTRA", "FINAL_CONV_KERNEL"))
"""Keys that only some families read: Family.reads."""
READ_BY_NONE = (("STEM_INPLANES", 64), ("WITH_HEAD", True))
"""Keys of EXTRA that no code reads, with what every network has."""


def note_unread(config: Config, family: Family) -> None:
    """Notes for keys that the original code ignores, or that only another of the networks reads."""
    model, extra = config.source.model, config.source.extra
    stages = extra.stage_keys
    known = (*MODEL_KEYS, *EXTRA_KEYS, *stages) if extra.path == model.path else MODEL_KEYS
    if model.path == ():
        known = (*known, *SECTIONS)
    note_strange(config, model, known)
    if extra.path != model.path:
        note_strange(config, extra, (*EXTRA_KEYS, *stages))
    _other_networks_keys(config, family)
    for name, usual in READ_BY_NONE:
        node = extra.child(name)
        if node and node.literal != usual:
            text = f"{node.dotted}: {quote(node.value)} is never read"
            config.note("unread-value", node.path, text, f"leave it out, or write {str(usual).lower()}")


def _other_networks_keys(config: Config, family: Family) -> None:
    headless = config.data["head"]["type"] == "none"
    for path in READ_BY_SOME:
        node = config.source.find(path)
        if not node or node.value is None or path[1] in family.reads:
            continue
        if headless:
            config.note("left-out", node.path, f"{node.dotted} is left out with the head", at_key=True)
        else:
            text = f"{node.dotted} is not read by {config.name}"
            config.note("unread-value", node.path, text, "leave it out", at_key=True)


def note_strange(config: Config, node: Node, known: tuple[str, ...]) -> None:
    """A note per key that is not known, or stands there twice."""
    lower = {name.lower() for name in known}
    strange = [(*node.path, quote_key(key)) for key in node.keys if key.lower() not in lower]
    spelt = tuple(map(config.spell, known))
    there = set(map(config.spell, node.keys))
    config.notes += [unread(path, spelt, f"{dotted_path(path)} is not read", there) for path in strange[:MOST_NOTES]]
    seen: set[str] = set()
    for key in node.keys:
        if key.lower() in seen:
            path = (*node.path, quote_key(key))
            text = f"{dotted_path(path)} stands there twice, in other letters, and is not read"
            config.note("unread-key", path, text, "keep one of the two", at_key=True)
        seen.add(key.lower())
