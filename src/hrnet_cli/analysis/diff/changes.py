"""The fields of a spec that differ, as the network reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any, NamedTuple

from hrnet_cli.schema import HeadSpec, Spec, StageSpec, Upsampling
from hrnet_cli.schema.records import entries
from hrnet_cli.tracing import Trace


class Change(NamedTuple):
    """A field that differs. A part that only one of the two has is one change, with all its fields as a mapping."""

    part: str
    """`stem`, `stage 2`, `upsampling`, `batch norm`, `head`; empty for the network as a whole."""
    field: str
    """As the spec spells it; empty for a whole part."""
    before: Any
    after: Any


def changes(before: Trace, after: Trace) -> tuple[Change, ...]:
    """Every difference, from the stem to the head. An input differs where the two traces are of different ones."""
    inputs = Change("", "input", before.input, after.input)
    pairs = (*_between(before.spec, after.spec), inputs)
    return tuple(change for change in pairs if change.before != change.after)


def _between(before: Spec, after: Spec) -> Iterator[Change]:
    yield Change("", "name", before.name, after.name)
    yield Change("stem", "in_channels", before.in_channels, after.in_channels)
    yield Change("stem", "stem_widths", before.stem_widths, after.stem_widths)
    for number, pair in enumerate(zip_longest(before.stages, after.stages), 1):
        yield from _stage(f"stage {number}", *pair)
    kept = (before.keeps_all_branches, after.keeps_all_branches)
    yield Change("last stage", "multi_scale_output", *kept)
    yield from _fields("upsampling", _upsampling(before.upsampling), _upsampling(after.upsampling))
    yield from _fields("batch norm", _values(before.batch_norm), _values(after.batch_norm))
    yield from _head(before.head, after.head)


def _values(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in entries(type(record))}


def _fields(part: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for name in before:
        yield Change(part, name, before[name], after[name])


def _stage(part: str, before: StageSpec | None, after: StageSpec | None) -> Iterator[Change]:
    """Field by field, or as a whole where only one of the networks has it."""
    if before and after:
        yield from _fields(part, _values(before), _values(after))
    else:
        yield Change(part, "", before and _made_of(before), after and _made_of(after))


def _made_of(stage: StageSpec) -> dict[str, Any]:
    """Its fields but for fuse_method, of which only one exists."""
    return {name: value for name, value in _values(stage).items() if name != "fuse_method"}


def _upsampling(upsampling: Upsampling) -> dict[str, Any]:
    """An align_corners of None is false to torch, and means nothing for nearest."""
    bilinear = upsampling.mode == "bilinear"
    return {**_values(upsampling), "align_corners": bool(upsampling.align_corners) if bilinear else None}


def _head(before: HeadSpec, after: HeadSpec) -> Iterator[Change]:
    if before.type == after.type:
        yield from _fields("head", _values(before), _values(after))
    else:
        yield Change("head", "", *({"type": head.type, **_values(head)} for head in (before, after)))
