"""What is wrong with the necks and heads of an mmlab config: misspelt words, and branches that the backbone lacks.

A head that does not match the branches is a mismatch: the package fails on it, but the backbone can be built.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any, TypeGuard

from hrnet_cli.dialects.mmlab import facts
from hrnet_cli.dialects.mmlab.facts import CLASSES, Package, class_name
from hrnet_cli.dialects.mmlab.part import Network, Part
from hrnet_cli.dialects.reading import MAX_NOTES
from hrnet_cli.errors import Diagnostic
from hrnet_cli.hrnet import STAGE_KEY
from hrnet_cli.schema.records import Diagnostics
from hrnet_cli.schema.stages import read_stages
from hrnet_cli.text import KeyPath, misspelt, nearest, plural, quote, quote_key

# Misspelt words. Only a word that is similar to a known one is reported: another may be the package's own.

CLASS_SIMILARITY = 0.9
"""Class names are long and similar to each other."""
MAX_KEYS = 50
"""Keys of one mapping that are compared with the known ones."""


def right_part_key(key: str, package: Package) -> str:
    """The key of a neck or head that a key of `model` is misspelt from; empty where it may be right."""
    if key in (*facts.PART_KEYS, *facts.OTHER_PART_KEYS):
        return ""
    return misspelt(key, package.part_keys)


def note_misspellings(config: Mapping[str, Any], model: Part) -> None:
    """Report misspelt classes and arguments of necks and heads, and misspelt sizes of the codec."""
    for part_key in facts.PART_KEYS:
        for part in model.readable_parts(part_key):
            name = class_name(part.value.get("type"))
            _note_misspelt_class(part, part_key)
            if name in CLASSES:
                _note_misspelt_keys(part, CLASSES[name].arguments, name)
            if name in facts.OLD_HEADS:
                extra = Part(part.value.get("extra"), (*part.path, "extra"), part.network)
                _note_misspelt_keys(extra, facts.OLD_EXTRA, name)
    for key, sizes in facts.SIZES.items():
        for part in Part(config, (), model.network).readable_parts(key):
            _note_misspelt_keys(part, sizes, facts.MMPOSE.name, facts.OTHER_SIZES)


def _note_misspelt_keys(part: Part, known: tuple[str, ...], owner: str, also_known: tuple[str, ...] = ()) -> None:
    unknown = (key for key in part.value if isinstance(key, str) and key not in (*known, *also_known))
    similar = ((key, misspelt(key, known)) for key in islice(unknown, MAX_KEYS))
    for key, known_key in islice((pair for pair in similar if pair[1]), MAX_NOTES):
        path: KeyPath = (*part.path, quote_key(key))
        message = f"{path[-1]} is not read by {owner}"
        part.network.add_note("misspelt-key", path, message, f"did you mean {known_key}?", at_key=True)


def _note_misspelt_class(part: Part, part_key: str) -> None:
    found = part.value.get("type")
    name = class_name(found)
    if name and name not in (*CLASSES, *facts.OTHER_HEADS):
        known = nearest(name, CLASSES, cutoff=CLASS_SIMILARITY)
        if known:
            message = f"{quote(found)} is not a {part_key} (did you mean {known}?)"
            part.network.add_note("unread-value", (*part.path, "type"), message, f"write {known}")


# Branches and channels


def is_list(value: Any) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    """Whether a value of the config is a list or a tuple."""
    return isinstance(value, list | tuple)


def check_channels(part: Part, joined: bool) -> bool:
    """Whether `in_channels` matches branch 0, or all branches where they are joined; a mismatch is reported."""
    network, found = part.network, part.get("in_channels")
    widths = network.widths if joined else network.widths[:1]
    if found is None or not widths or as_list(found) == widths or found == sum(widths):
        return True
    right = right_widths(network)[: len(widths)]
    if as_list(found) == right or found == sum(right):
        owner = "the branches" if joined else "branch 0"
        remedy = f"keep it, and give {owner} of the last stage {plain(right)} channels, as in the stages before it"
    else:
        remedy = f"write {quote(right) if is_list(found) else sum(right)}"
    branches = f"the {plural(len(widths), 'branch')} have" if joined else "branch 0 has"
    _add_wrong_channels(part, f"{quote(found)} channels, but {branches} {plain(widths)}", remedy)
    return False


def _add_wrong_channels(part: Part, message: str, remedy: str) -> None:
    part.network.add_mismatch(Diagnostic("wrong-channels", (*part.path, "in_channels"), message, remedy))


def plain(widths: list[int]) -> str:
    """Channels as messages show them."""
    return str(widths[0]) if len(widths) == 1 else quote(widths)


def as_list(channels: Any) -> list[Any]:
    """A list of channels or of indices, also of the only one."""
    return list(channels) if is_list(channels) else [channels]


def right_widths(network: Network) -> list[int]:
    """The last stage's widths, after the remedies of the limit on widths that change between stages."""
    from hrnet_cli.dialects.limits import repaired_widths  # only a mismatch pays for it

    diagnostics = Diagnostics()
    stages = {key: item for key, item in network.data.items() if STAGE_KEY.fullmatch(key)}
    built = read_stages(stages, diagnostics)
    return network.widths if diagnostics else list(repaired_widths(built))
