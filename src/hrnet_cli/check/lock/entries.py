"""What a spec built when it was locked, and how what it builds now differs from that."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import NamedTuple

from hrnet_cli.analysis.costs import costs, totals
from hrnet_cli.analysis.identity import batch_norm_words, digest, state_shapes
from hrnet_cli.analysis.shapes import shapes
from hrnet_cli.nn import Shape
from hrnet_cli.tracing import SpecLike, Trace, trace


class LockEntry(NamedTuple):
    """What one spec builds, at its own input."""

    input: Shape
    params: int
    macs: int
    activations: int
    branches: tuple[Shape, ...]
    """C×H×W of each branch in the last stage."""
    outputs: tuple[Shape, ...]
    upsampling: str
    """In words: no key and no count shows it."""
    batch_norm: str
    keys: int
    """How many the state dict has."""
    digest: str
    """SHA-256 of the state dict's keys and shapes."""


def entry(spec: SpecLike) -> LockEntry:
    """The entry of a spec, by one trace of it. Raises as `trace` does."""
    return locked(trace(spec))


def locked(trace: Trace) -> LockEntry:
    """The entry of what was traced."""
    seen = shapes(trace)
    state = state_shapes(trace)
    return LockEntry(
        input=trace.input,
        **totals(costs(trace))._asdict(),
        branches=tuple(branch.shape[1:] for branch in seen.stages[-1].modules[-1].branches),
        outputs=seen.outputs,
        upsampling=trace.spec.upsampling.words,
        batch_norm=batch_norm_words(trace.spec.batch_norm),
        keys=len(state),
        digest=digest(state),
    )


def differences(old: LockEntry, new: LockEntry) -> tuple[str, ...]:
    """What is not as it was locked, a sentence each; none where nothing changed."""
    return tuple(_differences(old, new))


def _differences(old: LockEntry, new: LockEntry) -> Iterator[str]:
    if old.input != new.input:
        yield f"input {_size(old.input)} → {_size(new.input)}"
    for name, before, after in (
        ("params", old.params, new.params),
        ("MACs", old.macs, new.macs),
        ("activations", old.activations, new.activations),
    ):
        if before != after:
            yield f"{name} {before:,} → {after:,} ({after - before:+,})"
    yield from _maps("branch", old.branches, new.branches)
    yield from _maps("output", old.outputs, new.outputs)
    for name, was, now in (
        ("upsampling", old.upsampling, new.upsampling),
        ("batch norm", old.batch_norm, new.batch_norm),
    ):
        if was != now:
            yield f"{name} {was} → {now}"
    if (old.keys, old.digest) != (new.keys, new.digest):
        counts = f": {old.keys:,} → {new.keys:,} keys" if old.keys != new.keys else ""
        yield f"state-dict keys or shapes changed{counts}"


def _maps(what: str, old: tuple[Shape, ...], new: tuple[Shape, ...]) -> Iterator[str]:
    for index, (before, after) in enumerate(zip_longest(old, new)):
        if before is None:
            yield f"{what} {index} {_size(after)} is new"
        elif after is None:
            yield f"{what} {index} {_size(before)} is gone"
        elif before != after:
            yield f"{what} {index} {_size(before)} → {_size(after)}"


def _size(shape: Shape) -> str:
    return "×".join(map(str, shape))
