"""The fields of two specs that differ, by what the network does with them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, NamedTuple

from hrnet_cli.hrnet import stage_key
from hrnet_cli.schema import Spec, StageSpec
from hrnet_cli.schema.records import entries
from hrnet_cli.tracing import Trace


class Change(NamedTuple):
    """A field that differs; a stage or a head that only one spec has is one change, with all its fields."""

    path: str
    """Where it is in the spec: `stage2.num_blocks`."""
    before: Any
    after: Any


def spec_changes(before: Trace, after: Trace) -> tuple[Change, ...]:
    """Every field that differs, from the stem to the head; the inputs are those of the two traces."""
    pairs = (*_fields(before.spec, after.spec), Change("input", before.input, after.input))
    return tuple(change for change in pairs if change.before != change.after)


def _fields(before: Spec, after: Spec) -> Iterator[Change]:
    yield Change("name", before.name, after.name)
    yield Change("in_channels", before.in_channels, after.in_channels)
    yield Change("stem_widths", before.stem_widths, after.stem_widths)
    for number, (old, new) in enumerate(zip_longest(before.stages, after.stages), 1):
        yield from _record(stage_key(number), _values(old) if old else None, _values(new) if new else None)
    yield Change("multi_scale_output", before.keeps_all_branches, after.keeps_all_branches)
    yield from _record("upsampling", _upsampling(before), _upsampling(after))
    yield from _record("batch_norm", _values(before.batch_norm), _values(after.batch_norm))
    heads = [{"type": spec.head.type, **_values(spec.head)} for spec in (before, after)]
    if before.head.type == after.head.type:
        yield from _record("head", *heads)
    else:
        yield Change("head", *heads)


def _record(path: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> Iterator[Change]:
    """A change per field, or one change if only one spec has the record."""
    if before and after:
        for name in before:
            yield Change(f"{path}.{name}", before[name], after[name])
    else:
        yield Change(path, before, after)


def _values(record: Any) -> dict[str, Any]:
    """The fields of a part of a spec, without fuse_method, which has one value."""
    without = {"fuse_method"} if isinstance(record, StageSpec) else set()
    return {name: getattr(record, name) for name in entries(type(record)) if name not in without}


def _upsampling(spec: Spec) -> dict[str, Any]:
    """To torch an align_corners of None is false; with nearest it means nothing."""
    aligned = bool(spec.upsampling.align_corners) if spec.upsampling.mode == "bilinear" else None
    return {**_values(spec.upsampling), "align_corners": aligned}
