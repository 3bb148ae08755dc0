"""Specs into a lock file: what is new, what is as it was, and what is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from hrnet_cli.analysis.api import named_trace
from hrnet_cli.check.lock.entries import LockEntry, differences, locked
from hrnet_cli.check.lock.names import lock_name, lock_path
from hrnet_cli.errors import UsageError
from hrnet_cli.sources import read_source


class Locked(NamedTuple):
    """One spec, by its name in the lock file."""

    name: str
    outcome: str
    """`added`, `unchanged`, `renewed`, `refused` (it differs, and was not to be renewed) or `dropped` (it is gone)."""
    differences: tuple[str, ...] = ()


class Locking(NamedTuple):
    """The result of `lock`."""

    specs: tuple[Locked, ...]
    entries: dict[str, LockEntry]
    """What the file is to hold."""

    @property
    def refused(self) -> bool:
        """Whether a spec differs from what is locked, so that nothing is to be written."""
        return any(spec.outcome == "refused" for spec in self.specs)


def lock(old: Mapping[str, LockEntry], sources: Iterable[str], folder: Path, update: bool = False) -> Locking:
    """Each of the specs as it is now; one that differs is refused, unless it is to be renewed (`update`)."""
    named = {_name(source, folder): source for source in sources}
    entries = dict(old)
    outcomes = []
    for name, source in named.items():
        new = locked(named_trace(source, None, source))
        outcomes.append(_outcome(name, old.get(name), new, update))
        entries[name] = new
    return Locking(tuple(outcomes), entries)


def _name(source: str, folder: Path) -> str:
    try:
        return lock_name(source, folder)
    except UsageError:
        if source != "-":
            read_source(source)  # a name of nothing is said to be that
        raise


def renew(old: Mapping[str, LockEntry], folder: Path) -> Locking:
    """Every spec that is locked, as it is now; one whose file is gone is dropped."""
    paths = {name: lock_path(name, folder) for name in old}
    gone = [name for name, path in paths.items() if path and not path.exists()]
    there = {name: entry for name, entry in old.items() if name not in gone}
    renewed = lock(there, (str(paths[name] or name) for name in there), folder, update=True)
    return renewed._replace(specs=(*renewed.specs, *(Locked(name, "dropped") for name in gone)))


def _outcome(name: str, old: LockEntry | None, new: LockEntry, update: bool) -> Locked:
    if old is None:
        return Locked(name, "added")
    if old == new:
        return Locked(name, "unchanged")
    return Locked(name, "renewed" if update else "refused", differences(old, new))
