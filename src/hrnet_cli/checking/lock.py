"""Specs against a lock file: what each builds now, how that differs from its entry, and the entries to write."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any, Literal, NamedTuple

from hrnet_cli.analysis.costs import FIGURES, costs, totals
from hrnet_cli.analysis.result import Result
from hrnet_cli.analysis.shapes import shapes
from hrnet_cli.analysis.state_dict import digest, state_dict_shapes
from hrnet_cli.checking.lock_file import LockEntry, canonical_name, is_no_file
from hrnet_cli.documents import PLACE_MARK
from hrnet_cli.errors import UsageError
from hrnet_cli.sources import read_source
from hrnet_cli.sources.loading import own_path, split_place
from hrnet_cli.text import shape_text
from hrnet_cli.tracing import Trace, labelled_trace


def lock_entry(trace: Trace) -> LockEntry:
    """The entry of a traced network."""
    seen = shapes(trace)
    state, batch_norm = state_dict_shapes(trace), trace.spec.batch_norm
    return LockEntry(
        input=trace.input,
        **totals(costs(trace))._asdict(),
        branches=tuple(branch.shape[1:] for branch in seen.stages[-1].modules[-1].branches),
        outputs=seen.outputs,
        upsampling=trace.spec.upsampling.words,
        batch_norm=f"momentum {batch_norm.momentum}, eps {batch_norm.eps}",
        keys=len(state),
        digest=digest(state),
    )


# Differences


class Difference(NamedTuple):
    """One fact of a spec that is not as it was locked; None where there was, or is, no such branch or output."""

    fact: str
    before: Any
    after: Any
    number: int | None = None
    """Which branch or output; None for any other fact."""

    def __str__(self) -> str:
        if self.fact == "state_dict":
            counts = f": {self.before:,} → {self.after:,} keys" if self.before != self.after else ""
            return f"state-dict keys or shapes changed{counts}"
        if self.number is not None:
            name = f"{self.fact} {self.number}"
            if self.before is None:
                return f"{name} {shape_text(self.after)} is new"
            if self.after is None:
                return f"{name} {shape_text(self.before)} is gone"
            return f"{name} {shape_text(self.before)} → {shape_text(self.after)}"
        if self.fact in FIGURES:
            change = self.after - self.before
            return f"{FIGURES[self.fact]} {self.before:,} → {self.after:,} ({change:+,})"
        if self.fact == "input":
            return f"input {shape_text(self.before)} → {shape_text(self.after)}"
        return f"{self.fact.replace('_', ' ')} {self.before} → {self.after}"


def differences(before: LockEntry, after: LockEntry) -> tuple[Difference, ...]:
    """What differs between two entries of a spec."""
    return tuple(_differences(before, after))


def _differences(before: LockEntry, after: LockEntry) -> Iterator[Difference]:
    for fact in ("input", *FIGURES):
        yield from _changed(fact, getattr(before, fact), getattr(after, fact))
    for fact, name in (("branches", "branch"), ("outputs", "output")):
        for index, (old, new) in enumerate(zip_longest(getattr(before, fact), getattr(after, fact))):
            yield from _changed(name, old, new, index)
    for fact in ("upsampling", "batch_norm"):
        yield from _changed(fact, getattr(before, fact), getattr(after, fact))
    if (before.keys, before.digest) != (after.keys, after.digest):
        yield Difference("state_dict", before.keys, after.keys)


def _changed(fact: str, before: Any, after: Any, index: int | None = None) -> Iterator[Difference]:
    if before != after:
        yield Difference(fact, before, after, index)


# Names


def lock_name(source: str | Path, folder: Path) -> str:
    """The name of a spec in a lock file in `folder`: a path from there (`configs/w32.yaml`), a preset, `timm:NAME`.

    Raises UsageError for standard input and git revisions, which the lock file could not find again.
    """
    path = own_path(source)
    if path is None:
        name = str(source).removesuffix(".yaml")
        if not is_no_file(name) or name == "-":
            remedy = "lock a file, a preset or timm:NAME, which can be found again"
            raise UsageError(f"{str(source)!r} cannot be locked", remedy)
        return name
    name, (_, place) = Path(os.path.relpath(path, folder)).as_posix(), split_place(str(source))
    return canonical_name(f"./{name}{PLACE_MARK}{place}" if place else f"./{name}")


def source_of(name: str, folder: Path) -> str:
    """What a name in a lock file in `folder` names: a preset, `timm:NAME`, or a file, whether or not it exists.

    A file called `-` stays `./-`, which is not standard input.
    """
    return name if is_no_file(name) else os.path.join(folder, name)  # noqa: PTH118  # a Path drops the ./


# The command

Outcome = Literal["added", "updated", "removed", "differs", "unchanged"]
"""What became of a spec: `removed` if its file is gone, `differs` if its entry may not be updated."""


class LockedSpec(NamedTuple):
    """One spec, by its name in the lock file."""

    name: str
    outcome: Outcome
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Locking(Result):
    """The result of `lock`."""

    command = "lock"

    path: str
    """The lock file."""
    specs: tuple[LockedSpec, ...]
    entries: dict[str, LockEntry]
    """What the file is to hold, by spec name."""

    @property
    def refused(self) -> bool:
        """Whether a spec differs from its entry and may not be updated, so that nothing is to be written."""
        return any(spec.outcome == "differs" for spec in self.specs)


def lock(locked: Mapping[str, LockEntry], sources: Iterable[str], path: Path, update: bool = False) -> Locking:
    """Add specs to the entries of a lock file; with `update` the entry of a spec that differs is replaced."""
    entries, specs = dict(locked), []
    for name, source in {_name_of_existing(source, path.parent): source for source in sources}.items():
        before, after = locked.get(name), lock_entry(labelled_trace(source, source))
        entries[name] = after
        if before is None:
            specs.append(LockedSpec(name, "added"))
        elif before == after:
            specs.append(LockedSpec(name, "unchanged"))
        else:
            specs.append(LockedSpec(name, "updated" if update else "differs", differences(before, after)))
    return Locking(str(path), tuple(specs), entries)


def _name_of_existing(source: str, folder: Path) -> str:
    try:
        return lock_name(source, folder)
    except UsageError:
        if source != "-":
            read_source(source)  # raises UnreadableError for the name of nothing, with the nearest preset
        raise


def update_all(locked: Mapping[str, LockEntry], path: Path) -> Locking:
    """Update every entry of a lock file, and remove those of files that no longer exist."""
    files = {name: source_of(name, path.parent) for name in locked}
    gone = [name for name, file in files.items() if not is_no_file(name) and not own_path(file)]
    remaining = {name: entry for name, entry in locked.items() if name not in gone}
    result = lock(remaining, (files[name] for name in remaining), path, update=True)
    return replace(result, specs=(*result.specs, *(LockedSpec(name, "removed") for name in gone)))
