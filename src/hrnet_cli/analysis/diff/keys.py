"""Two state dicts side by side, key by key and by the modules that the keys are of."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from hrnet_cli.analysis.diff.figures import in_order
from hrnet_cli.analysis.identity import state_shapes
from hrnet_cli.nn import Shape
from hrnet_cli.tracing import Trace


class Key(NamedTuple):
    """A key that is not the same in both; a shape of None is none."""

    key: str
    change: str
    """`added`, `removed` or `reshaped`."""
    before: Shape | None
    after: Shape | None


class KeyGroup(NamedTuple):
    """Modules of which every key changes in the same way: `stage3.(0–3).branches.1`."""

    modules: str
    change: str
    keys: int


class StateChange(NamedTuple):
    """What a checkpoint of one lacks in the other."""

    before: int
    """Keys of the first."""
    after: int
    kept: int
    """Keys that both have, in one shape."""
    added: int
    removed: int
    reshaped: int
    groups: tuple[KeyGroup, ...]
    """The changes by module; their keys add up to those added, removed and reshaped."""
    keys: tuple[Key, ...] | None
    """Every one, where asked for."""


def state_change(before: Trace, after: Trace, keys: bool = False) -> StateChange:
    """From the one state dict to the other; with `keys`, every key that changes."""
    old, new = state_shapes(before), state_shapes(after)
    found = [Key(key, _change(old.get(key), new.get(key)), old.get(key), new.get(key)) for key in in_order(old, new)]
    counts = Counter(key.change for key in found)
    return StateChange(
        before=len(old),
        after=len(new),
        kept=counts["kept"],
        added=counts["added"],
        removed=counts["removed"],
        reshaped=counts["reshaped"],
        groups=tuple(_groups(found)),
        keys=tuple(key for key in found if key.change != "kept") if keys else None,
    )


def _change(before: Shape | None, after: Shape | None) -> str:
    if before is None:
        return "added"
    if after is None:
        return "removed"
    return "kept" if before == after else "reshaped"


Parts = tuple[str, ...]
_Group = tuple[Parts, str, int]


def _groups(keys: Sequence[Key]) -> list[KeyGroup]:
    # a batch norm's count of batches has no shape that could change: it is no reason to tell its siblings apart
    telling = [(tuple(key.key.split(".")), key.change) for key in keys if key.change != "kept" or key.before]
    groups = list(_alike(telling, 0))
    for at in range(max((len(parts) for parts, _, _ in groups), default=0)):
        groups = _joined(groups, at)
    return [KeyGroup(".".join(parts), change, count) for parts, change, count in groups]


def _alike(keys: Sequence[tuple[Parts, str]], depth: int) -> Iterator[_Group]:
    """The outermost modules below which all changes are of one kind."""
    modules: dict[Parts, list[tuple[Parts, str]]] = defaultdict(list)
    for parts, change in keys:
        modules[parts[: depth + 1]].append((parts, change))
    for module, below in modules.items():
        changes = {change for _, change in below}
        if len(changes) > 1:
            yield from _alike(below, depth + 1)
        elif changes != {"kept"}:
            yield module, changes.pop(), len(below)


def _joined(groups: list[_Group], at: int) -> list[_Group]:
    """Groups that differ in nothing but the number at one place, as one: `stage3.0`, `stage3.1` → `stage3.(0–1)`."""
    alike: dict[object, list[_Group]] = {}
    for parts, change, count in groups:
        numbered = len(parts) > at and parts[at].isdigit()
        key = (change, parts[:at], parts[at + 1 :]) if numbered else (change, parts)
        alike.setdefault(key, []).append((parts, change, count))
    return [_one(each, at) for each in alike.values()]


def _one(groups: list[_Group], at: int) -> _Group:
    parts, change, _ = groups[0]
    if len(groups) > 1:
        numbers = _runs(sorted(int(each[at]) for each, _, _ in groups))
        parts = (*parts[:at], f"({numbers})", *parts[at + 1 :])
    return parts, change, sum(count for _, _, count in groups)


def _runs(numbers: list[int]) -> str:
    """0–3, or 0, 2."""
    runs = [[number for _, number in run] for _, run in groupby(enumerate(numbers), key=lambda each: each[1] - each[0])]
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
