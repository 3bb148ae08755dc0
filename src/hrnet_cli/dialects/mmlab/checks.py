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
from hrnet_cli.text import KeyPath, nearest, plural, quote, quote_key

# Misspelt words. Only a word that is similar to a known one is reported: another may be the package's own.

ARGUMENT_SIMILARITY, PART_SIMILARITY, CLASS_SIMILARITY = 0.8, 0.75, 0.9
"""A short name may differ in one letter of four; class names are long and similar to each other."""
MAX_KEYS = 50
"""Keys of one mapping that are compared with the known ones."""


def right_part_key(key: str, package: Package) -> str:
    """The key of a neck or head that a key of `model` is misspelt from; empty where it may be right."""
    if key in (*facts.PART_KEYS, *facts.OTHER_PART_KEYS):
        return ""
    return nearest(key, package.part_keys, cutoff=PART_SIMILARITY)


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
    similar = ((key, nearest(key, known, cutoff=ARGUMENT_SIMILARITY)) for key in islice(unknown, MAX_KEYS))
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
    if found is None or not widths or _as_list(found) == widths or found == sum(widths):
        return True
    right = _right_widths(network)[: len(widths)]
    if _as_list(found) == right or found == sum(right):
        owner = "the branches" if joined else "branch 0"
        remedy = f"keep it, and give {owner} of the last stage {_plain(right)} channels, as in the stages before it"
    else:
        remedy = f"write {quote(right) if is_list(found) else sum(right)}"
    branches = f"the {plural(len(widths), 'branch')} have" if joined else "branch 0 has"
    _add_wrong_channels(part, f"{quote(found)} channels, but {branches} {_plain(widths)}", remedy)
    return False


def _add_wrong_channels(part: Part, message: str, remedy: str) -> None:
    part.network.add_mismatch(Diagnostic("wrong-channels", (*part.path, "in_channels"), message, remedy))


def _plain(widths: list[int]) -> str:
    return str(widths[0]) if len(widths) == 1 else quote(widths)


def _as_list(channels: Any) -> list[Any]:
    return list(channels) if is_list(channels) else [channels]


def _right_widths(network: Network) -> list[int]:
    """The last stage's widths, after the remedies of the limit on widths that change between stages."""
    from hrnet_cli.dialects.limits import repaired_widths  # only a mismatch pays for it

    diagnostics = Diagnostics()
    stages = {key: item for key, item in network.data.items() if STAGE_KEY.fullmatch(key)}
    built = read_stages(stages, diagnostics)
    return network.widths if diagnostics else list(repaired_widths(built))


def check_branches(model: Part) -> None:
    """Report each head of mmseg that reads branches which the backbone does not return, or which are not as wide."""
    if model.network.package is not facts.MMSEG or not model.network.widths:
        return
    own = model.value.get("type")
    if isinstance(own, str) and class_name(own) not in facts.SEGMENTORS:
        message = f"{quote(own)} is not one of mmseg's models: how its parts fit together is not known"
        model.network.add_note("fork", (*model.path, "type"), message)
        return
    for key in ("decode_head", facts.TRAINING_KEY):
        for head in model.readable_parts(key):
            _check_head(head, reads_neck=bool(model.value.get("neck")))


def _check_head(head: Part, reads_neck: bool) -> None:
    """Report the first error of mmseg's BaseDecodeHead. What a neck returns is not known."""
    network, index, channels = head.network, head.value.get("in_index", -1), head.value.get("in_channels")
    chosen = _as_list(index)
    widths = network.widths if network.keeps_all_branches or "head" in network.data else network.widths[:1]
    if not all(type(each) is int for each in chosen):
        return
    missing = [each for each in chosen if not -len(widths) <= each < len(widths)]
    if missing and not reads_neck:
        network.add_mismatch(_missing_branch(head, missing[0], widths))
    elif is_list(index) and is_list(channels) and len(index) != len(channels):
        message = f"{plural(len(channels), 'entry')}, but in_index has {len(index)}"
        right = "" if reads_neck else f": {quote([widths[each] for each in index])}"
        _add_wrong_channels(head, message, f"give one number per entry of in_index{right}")
    elif class_name(head.value.get("type")) in (facts.FCN_HEAD, facts.OCR_HEAD) and not reads_neck:
        _check_chosen_channels(head, [widths[each] for each in chosen], chosen)


def _missing_branch(head: Part, branch: int, widths: list[int]) -> Diagnostic:
    last = len(widths) - 1
    if is_list(head.value.get("in_index")):
        remedy = f"write in_index: {quote(list(range(len(widths))))} and in_channels: {quote(widths)}"
    else:
        remedy = f"write one of 0 to {last}" if last else "write 0"
    if head.network.keeps_all_branches:
        remedy += ", or give the last stage more branches"
    else:
        remedy += ", or set multiscale_output: True in the backbone"
    returned = f"branches 0 to {last}" if last else "only branch 0"
    message = f"branch {quote(branch)} is read, but the backbone returns {returned}"
    return Diagnostic("head-branches", (*head.path, "in_index"), message, remedy)


def _check_chosen_channels(head: Part, widths: list[int], chosen: list[int]) -> None:
    """Report channels whose sum is not what the first convolution of FCNHead or OCRHead reads."""
    found = head.value.get("in_channels")
    numbers = _as_list(found)
    if all(type(each) is int for each in numbers) and sum(numbers) != sum(widths):
        branches = f"branch {chosen[0]} has" if len(chosen) == 1 else f"branches {quote(chosen)} have"
        remedy = f"write {quote(widths) if is_list(found) else sum(widths)}"
        _add_wrong_channels(head, f"{quote(found)} channels, but {branches} {_plain(widths)}", remedy)
