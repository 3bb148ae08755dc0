"""mmpose's LiteHRNet: the stem and the lists of `extra.stages_spec`, with one entry a stage, as stages of a spec.

From mmpose/models/backbones/litehrnet.py of 0.29.0 and 1.3.2, which differ in nothing that is built, and the authors'
own in HRNet/Lite-HRNet, whose configs have the form of mmpose 0.x. All three return branch 0 alone. mmsegmentation has
none in a release; the one of its unmerged branch returns every branch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from hrnet_cli.dialects.mmlab import facts
from hrnet_cli.dialects.mmlab.part import Network, Part
from hrnet_cli.dialects.other_networks import not_hrnet
from hrnet_cli.dialects.reading import MAX_NOTES, note
from hrnet_cli.errors import Diagnostic
from hrnet_cli.hrnet import LITE_BLOCKS, LITE_STAGES, LITE_STEM_BLOCK, MAX_BRANCHES, MAX_STAGES, stage, stage_key
from hrnet_cli.schema.fields import wrong_type
from hrnet_cli.schema.records import Diagnostics, entries
from hrnet_cli.schema.stages import StageSpec
from hrnet_cli.text import KeyPath, did_you_mean, misspelt, plural, quote, quote_key

EXTRA_KEYS = ("stem", "num_stages", "stages_spec", "with_head")
STEM_KEYS = ("stem_channels", "out_channels", "expand_ratio")
LISTS = {
    "num_modules": "num_modules",
    "num_branches": "num_branches",
    "num_blocks": "num_blocks",
    "block": "module_type",
    "with_fuse": "with_fuse",
    "reduce_ratio": "reduce_ratios",
    "num_channels": "num_channels",
}
"""The list in `stages_spec` that has a field of every stage."""
SPEC_KEYS = (*LISTS.values(), "num_stages")
"""What configs have in `stages_spec`: a `num_stages` there is read by no code, and does no harm."""
BACKBONE_KEYS = tuple(key for key in facts.BACKBONE_KEYS if key not in ("arch", "multiscale_output", "frozen_stages"))
FIRST_LISTED = 2
"""The number of the stage that the first entry of each list is for."""


def is_lite(backbone: Part) -> bool:
    """Whether a backbone is a Lite-HRNet: by its type, or without one by the lists of its stages."""
    extra = backbone.value.get("extra")
    has_lists = "type" not in backbone.value and isinstance(extra, Mapping) and "stages_spec" in extra
    return has_lists or facts.class_name(backbone.value.get("type")) in facts.LITE_HRNETS


def read_lite(backbone: Part, is_released: bool) -> None:
    """Stages, stem, iterative head and outputs; `is_released` says that the class is certainly that of mmpose 1.x."""
    network = backbone.network
    backbone.require("extra")
    extra = backbone.part("extra")
    if backbone.value.get("extra") is None:
        return
    if not isinstance(backbone.value["extra"], Mapping):
        remedy = "write extra=dict(stem=dict(...), num_stages=3, stages_spec=dict(...), with_head=True)"
        path = (*backbone.path, "extra")
        network.add_diagnostics(wrong_type(backbone.value["extra"], "a mapping with stages_spec", path, remedy))
        return
    read_extra(backbone, extra, is_released)


def read_extra(backbone: Part, extra: Part, is_released: bool = False) -> None:
    """What an `extra` and the other arguments of its backbone build."""
    network = backbone.network
    network.spell, network.blocks = _spell, LITE_STAGES
    _note_fork(backbone, extra, is_released)
    if backbone.get("in_channels") is not None:
        network.set("in_channels", backbone.get("in_channels"), (*backbone.path, "in_channels"))
    _read_stem(_keyed(extra, "stem", STEM_KEYS))
    _read_stages(extra, _keyed(extra, "stages_spec", SPEC_KEYS))
    _read_outputs(backbone, extra)
    network.data["name"] = _name(network)
    if network.diagnostics:  # no widths are known
        network.data.pop(stage_key(1), None)


SPELLING = {**LISTS, "stem_widths": "stem_channels", "iterative_head": "with_head"}


def _spell(name: str) -> str:
    """How a config writes a key of the spec in messages: stage 2 is the first entry of each list."""
    number = int(name.removeprefix("stage")) if name.startswith("stage") and name[5:].isdigit() else 0
    if number == 1:
        return "stem"
    return f"stages_spec[{number - FIRST_LISTED}]" if number else SPELLING.get(name, name)


# Which code reads it


def _note_fork(backbone: Part, extra: Part, is_released: bool) -> None:
    """Withdraw what mmpose's code is known for where a config is not for it, and note why it is not."""
    network = backbone.network
    package = network.package
    found = next(_unknown_keys(backbone, extra, is_released), None)
    if found:
        built = "what is built here is mmpose's, and a fork may build another network"
        message = f"{found[-1]} is not read by mmpose's LiteHRNet: {built}"
        network.notes.append(note("fork", found, message, at_key=True))
    elif package in (facts.MMSEG, facts.MMDET):
        branch = "its unmerged branch" if package is facts.MMSEG else "mmpose, but with all branches returned"
        message = f"no release of {package.name} has a LiteHRNet: it is built as that of {branch}"
        network.notes.append(note("fork", (*backbone.path, "type"), message))
    else:
        return
    network.code_is_known = False


def _unknown_keys(backbone: Part, extra: Part, is_released: bool) -> Iterator[KeyPath]:
    """The paths of the keys that mmpose's class does not have, without those that are misspelt from a missing one.

    What a released class is called with is not among them: it refuses arguments that it does not have.
    """
    parts = {"": (extra, EXTRA_KEYS), "stem": (extra.part("stem"), STEM_KEYS)}
    parts["stages_spec"] = (extra.part("stages_spec"), SPEC_KEYS)
    if not is_released:
        parts["backbone"] = (backbone, BACKBONE_KEYS)
    for part, known in parts.values():
        names = [key for key in part.value if isinstance(key, str) and key not in (*known, "_delete_")]
        missing = [key for key in known if key not in part.value]
        yield from ((*part.path, quote_key(key)) for key in names if misspelt(key, known) not in missing)


# What it builds


class Keyed(NamedTuple):
    """A mapping of `extra`, and the keys that its class reads."""

    part: Part
    known: tuple[str, ...]

    def require(self, key: str) -> Any:
        """The value of a key; a missing one is a diagnostic, as is a key misspelt from it."""
        part = self.part
        if part.value.get(key) is not None:
            return part.get(key)
        names = [each for each in part.value if isinstance(each, str) and each not in self.known]
        for name in (each for each in names[:MAX_NOTES] if misspelt(each, self.known) == key):
            path, remedy = (*part.path, quote_key(name)), f"did you mean {key}?"
            unknown = Diagnostic("unknown-key", path, f"unknown key {quote(name)}", remedy, at_key=True)
            part.network.add_diagnostics(unknown)
            return None
        path = (*part.path, key)
        part.network.add_diagnostics(Diagnostic("missing-key", path, f"{key} is missing", f"add {key}"))
        return None


def _keyed(extra: Part, key: str, known: tuple[str, ...]) -> Keyed:
    value = Keyed(extra, EXTRA_KEYS).require(key)
    if value is not None and not isinstance(value, Mapping):
        path = (*extra.path, key)
        extra.network.add_diagnostics(wrong_type(value, f"a mapping with {', '.join(known[:3])}, …", path))
    return Keyed(extra.part(key), known)


def _read_stem(stem: Keyed) -> None:
    """The stem's convolution, and its shuffle block as stage 1."""
    network, path = stem.part.network, stem.part.path
    if not stem.part.value:
        return
    width, out, ratio = map(stem.require, STEM_KEYS)
    first = stage(1, LITE_STEM_BLOCK, 1, (out,))
    network.set(stage_key(1), {**first, "expand_ratio": ratio}, path)
    network.set("stem_widths", [width], (*path, "stem_channels"))
    network.origins |= {
        ("stem_widths", 0): (*path, "stem_channels"),
        (stage_key(1), "num_channels"): (*path, "out_channels"),
        (stage_key(1), "num_channels", 0): (*path, "out_channels"),
    }


def _read_stages(extra: Part, lists: Keyed) -> None:
    """A stage for each of the first `num_stages` entries of the lists."""
    network, count = extra.network, Keyed(extra, EXTRA_KEYS).require("num_stages")
    if not lists.part.value or count is None:
        return
    if type(count) is not int or not 0 <= count < MAX_STAGES:
        message, remedy = f"{quote(count)} is not a number of stages", f"write a whole number below {MAX_STAGES}"
        network.add_diagnostics(Diagnostic("out-of-range", (*extra.path, "num_stages"), message, remedy))
        return
    values = {field: _entries(lists, key, count) for field, key in LISTS.items()}
    longest = max((len(each) for each in lists.part.value.values() if isinstance(each, list | tuple)), default=0)
    if longest > count:
        message = f"{plural(longest, 'entry')} a list: only the first {count} are read, as num_stages says"
        network.notes.append(note("extra-entries", lists.part.path, message, at_most_note=True))
    if all(entries is not None for entries in values.values()):
        for index in range(count):
            fields = {field: entries[index] for field, entries in values.items() if entries is not None}
            _add_stage(index, fields, lists.part)


def _entries(lists: Keyed, key: str, count: int) -> list[Any] | None:
    """The first entries of a list, one a stage; None where they cannot be read."""
    network, path, value = lists.part.network, (*lists.part.path, key), lists.require(key)
    if value is None:
        return None
    if not isinstance(value, list | tuple):
        network.add_diagnostics(wrong_type(value, "a list with one entry a stage", path))
        return None
    if len(value) < count:
        message = f"{plural(len(value), 'entry')} for num_stages: {count}"
        network.add_diagnostics(Diagnostic("wrong-length", path, message, f"give {key} one entry a stage"))
        return None
    return list(value[:count])


def _add_stage(index: int, fields: dict[str, Any], lists: Part) -> None:
    """The entries of one stage as its fields: `num_blocks` is for every branch, `module_type` in any letter case."""
    network, key = lists.network, stage_key(index + FIRST_LISTED)
    block, branches, blocks = fields["block"], fields["num_branches"], fields["num_blocks"]
    if isinstance(block, str) and block.upper() in LITE_BLOCKS:
        fields["block"] = block = block.upper()
    else:
        network.add_diagnostics(_wrong_block(block, (*lists.path, LISTS["block"], index)))
    fields["with_fuse"] = bool(fields["with_fuse"])
    ratio = fields.pop("reduce_ratio")
    if block == "LITE":
        fields["reduce_ratio"] = int(ratio) if isinstance(ratio, float) and ratio.is_integer() else ratio
        if type(blocks) is int and blocks == 0:
            message = "0 blocks: LITE modules of fuse layers alone are not built here"
            path = (*lists.path, LISTS["num_blocks"], index)
            network.add_diagnostics(Diagnostic("too-small", path, message, "write 1 or more"))
    count = branches if type(branches) is int and 0 < branches <= MAX_BRANCHES else 1
    fields["num_blocks"] = _for_each(blocks, count)
    if isinstance(fields["num_channels"], tuple):
        fields["num_channels"] = list(fields["num_channels"])
    network.set(key, fields, (*lists.path, LISTS["num_channels"], index))
    network.origins |= {(key, field): (*lists.path, name, index) for field, name in LISTS.items()}
    network.origins |= {
        (key, "num_blocks", branch): (*lists.path, LISTS["num_blocks"], index) for branch in range(count)
    }


def _for_each(blocks: Any, branches: int) -> list[Any]:
    """A number of blocks for every branch; a wrong one for the first alone, so that it is reported once."""
    found = Diagnostics()
    entries(StageSpec)["num_blocks"].metadata["kind"].read([blocks], (), found)
    is_zero = type(blocks) is int and blocks == 0
    return [blocks, *[1] * (branches - 1)] if found and not is_zero else [blocks] * branches


def _wrong_block(block: Any, path: KeyPath) -> Diagnostic:
    """The error of a block that is not Lite-HRNet's: a misspelt one, or one of the config's own code."""
    if isinstance(block, str) and not misspelt(block, LITE_BLOCKS):
        message = f"block {quote(block)} is of the config's own code, and is not built here"
        return not_hrnet(path, message, f"write {' or '.join(LITE_BLOCKS)} for the network without it")
    message = f"{quote(block)} is none of {', '.join(LITE_BLOCKS)}"
    return Diagnostic("unknown-choice", path, message, did_you_mean(block, LITE_BLOCKS))


def _read_outputs(backbone: Part, extra: Part) -> None:
    """The head of the backbone, and whether it returns every branch."""
    network = backbone.network
    if "with_head" in extra.value or network.code_is_known:
        given = extra.get("with_head") if "with_head" in extra.value else Keyed(extra, EXTRA_KEYS).require("with_head")
        network.set("iterative_head", bool(given), (*extra.path, "with_head"))
    returns_all = network.package in (facts.MMSEG, facts.MMDET)
    network.set("multi_scale_output", returns_all, (*backbone.path, "type"))


def _name(network: Network) -> str:
    """`litehrnet-18`, as in the paper: two for the stem, and the blocks of one branch."""
    stages = [value for key, value in network.data.items() if key.startswith("stage") and isinstance(value, dict)]
    blocks = 0
    for each in stages[1:]:
        pair = (each.get("num_modules"), each["num_blocks"][0])
        blocks += pair[0] * pair[1] if all(type(item) is int and abs(item) < 1000 for item in pair) else 0
    naive = "naive-" if all(each.get("block") == "NAIVE" for each in stages[1:]) else ""
    return f"{naive}litehrnet-{FIRST_LISTED + blocks}"
