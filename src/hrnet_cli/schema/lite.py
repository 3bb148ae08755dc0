"""What the stages of a Lite-HRNet must fulfil (Yu et al., CVPR 2021, and the authors' code)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hrnet_cli.errors import Code, Diagnostic
from hrnet_cli.hrnet import (
    EXPANSION,
    HRNET_BLOCKS,
    LITE_BLOCKS,
    LITE_FIELDS,
    LITE_HALVES,
    LITE_SPATIAL_RATIO,
    LITE_STAGES,
    LITE_STEM_BLOCK,
    MAX_CHANNELS,
    STEM_WIDTHS,
    stage_key,
)
from hrnet_cli.text import KeyPath, join_and, plural, quote

Spell = Callable[[str], str]


# One stage


def check_stage(values: Mapping[str, Any], path: KeyPath, spell: Spell) -> Iterator[Diagnostic]:
    """A stage by itself: its fields are read, some of them perhaps as INVALID."""
    block = values.get("block")
    if not isinstance(block, str):
        return
    for name, blocks in LITE_FIELDS.items():
        if name in values and block not in blocks:
            message = f"{spell(name)} has no effect on {block} blocks"
            remedy = f"remove it: only {join_and(blocks)} blocks have it"
            yield Diagnostic("no-effect", (*path, name), message, remedy)
    widths = _numbers(values.get("num_channels"))
    if path == (stage_key(1),) and block in LITE_BLOCKS:
        return  # the stem has another block: nothing that suits this one helps
    if block in LITE_STAGES:
        yield from _check_halves(block, widths, path)
    if block == "LITE":
        yield from _check_weighting(values, widths, path, spell)


def _numbers(value: Any) -> list[int]:
    """The numbers of a list that was read; none where it was refused."""
    items = value if isinstance(value, tuple) else ()
    return list(items) if all(type(item) is int for item in items) else []


def _check_halves(block: str, widths: list[int], path: KeyPath) -> Iterator[Diagnostic]:
    """A block splits each map into two halves; LITE's half is then made four times narrower."""
    least = LITE_HALVES * LITE_SPATIAL_RATIO if block == "LITE" else LITE_HALVES
    for index, width in enumerate(widths):
        place = (*path, "num_channels", index)
        if width < least:
            yield Diagnostic("too-small", place, f"{width} is too narrow for {block} blocks", f"write {least} or more")
        elif width % LITE_HALVES:
            message = f"{width} is odd, and {block} blocks split the channels into two halves"
            yield Diagnostic("odd-channels", place, message, f"write {width + 1}")


def _check_weighting(values: Mapping[str, Any], widths: list[int], path: KeyPath, spell: Spell) -> Iterator[Diagnostic]:
    """LITE blocks weigh the channels of several branches, from all of them together."""
    branches, ratio = values.get("num_branches"), values.get("reduce_ratio", 1)
    if branches == 1:
        name = spell("num_branches")
        message, remedy = (
            f"LITE blocks weigh across branches, found {name}: 1",
            f"set {name}: 2 or more, or write NAIVE",
        )
        yield Diagnostic("too-small", (*path, "num_branches"), message, remedy)
    counts = _numbers(values.get("num_blocks"))
    if len(set(counts)) > 1:
        message = f"{quote(counts)}: a LITE block is over all branches, so that each has as many"
        yield Diagnostic("uneven-blocks", (*path, "num_blocks"), message, f"write {quote([counts[0]] * len(counts))}")
    halves = sum(width // LITE_HALVES for width in widths)
    if type(ratio) is int and halves and halves < ratio:
        message = f"{ratio} leaves no channel of the {halves} that are weighted"
        yield Diagnostic("too-large", (*path, "reduce_ratio"), message, f"write {halves} or less")


# The stages and what surrounds them


def check_network(values: Mapping[str, Any], spell: Spell) -> Iterator[Diagnostic]:
    """A whole spec, with stages that were read: all of it is HRNet's or all of it Lite-HRNet's."""
    stages, widths = values["stages"], values.get("stem_widths", STEM_WIDTHS)
    is_lite = stages[0].block in LITE_STAGES
    blocks = LITE_BLOCKS if is_lite else tuple(name for name in EXPANSION if name not in LITE_STAGES)
    for number, stage in enumerate(stages[1:], 2):
        if stage.block not in blocks:
            message = f"{stage.block} blocks cannot follow the {stages[0].block} of {spell(stage_key(1))}"
            remedy = f"write {' or '.join(blocks)}"
            if not is_lite and stage.block in LITE_BLOCKS:
                remedy += f", or give {spell(stage_key(1))} one {LITE_STEM_BLOCK} block"
            if is_lite and stage.block in HRNET_BLOCKS:
                remedy += f", or give {spell(stage_key(1))} {' or '.join(HRNET_BLOCKS)} blocks"
            yield Diagnostic("unknown-choice", (stage_key(number), "block"), message, remedy)
    yield from _check_first_stage(stages[0], spell)
    if is_lite and getattr(values.get("head"), "type", "") == "features":
        message = "the features head is timm's, which has no Lite-HRNet"
        yield Diagnostic("unknown-choice", ("head", "type"), message, "write another head, or none")
    if values.get("iterative_head") and not is_lite:
        message = f"{spell('iterative_head')} has no effect: it is Lite-HRNet's"
        yield Diagnostic("no-effect", ("iterative_head",), message, "remove it")
    if is_lite and "stem_widths" not in values:
        name = spell("stem_widths")
        message = f"{name} is missing: the stem of Lite-HRNet has one convolution"
        yield Diagnostic("missing-key", ("stem_widths",), message, f"add {name}: {quote(list(stages[0].widths))}")
    elif isinstance(widths, tuple) and all(type(width) is int for width in widths):
        yield from _check_stem(widths, stages[0], is_lite, spell)


def _check_first_stage(first: Any, spell: Spell) -> Iterator[Diagnostic]:
    """The stem of Lite-HRNet ends with one block."""
    path, one = (stage_key(1),), f"the stem of Lite-HRNet is one {LITE_STEM_BLOCK} block"
    if first.block in LITE_BLOCKS:
        message = f"{one}, found {first.block}"
        yield Diagnostic("unknown-choice", (*path, "block"), message, f"write {LITE_STEM_BLOCK}")
    if first.block == LITE_STEM_BLOCK and first.num_blocks[0] > 1:
        message = f"{one}, found {spell('num_blocks')}: {first.num_blocks[0]}"
        yield Diagnostic("too-large", (*path, "num_blocks", 0), message, "write 1")


def _check_stem(widths: tuple[int, ...], first: Any, is_lite: bool, spell: Spell) -> Iterator[Diagnostic]:
    """HRNet's stem has two convolutions; Lite-HRNet's has one, whose channels its SHUFFLE block splits in halves."""
    path, name = ("stem_widths",), spell("stem_widths")
    count = 1 if is_lite else len(STEM_WIDTHS)
    if len(widths) != count:
        code: Code = "too-long" if is_lite else "too-short"
        message = f"{plural(len(widths), 'width')}, but the stem has {plural(count, 'convolution')}"
        yield Diagnostic(code, path, message, f"write {name}: {quote(list(first.widths if is_lite else STEM_WIDTHS))}")
        return
    if not is_lite:
        return
    width, out = widths[0], first.num_channels[0]
    if width % LITE_HALVES:
        message = f"{width} is odd, and {LITE_STEM_BLOCK} blocks split the channels into two halves"
        yield Diagnostic("odd-channels", (*path, 0), message, f"write {width + 1}")
    elif out < width:
        message = f"{out} is less than the {width} of the stem, which the {LITE_STEM_BLOCK} block keeps or widens"
        yield Diagnostic("too-small", (stage_key(1), "num_channels", 0), message, f"write {width} or more")
    middle = round(width * first.expand_ratio)
    if not 1 <= middle <= MAX_CHANNELS:
        message = f"{spell('expand_ratio')} makes {middle} channels of the stem's {width}"
        remedy = "write a larger one" if middle < 1 else "write a smaller one"
        code = "too-small" if middle < 1 else "too-large"
        yield Diagnostic(code, (stage_key(1), "expand_ratio"), message, remedy)
