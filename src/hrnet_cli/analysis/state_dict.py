"""State dicts as keys and shapes: of a network, their digest, and how they change from one network to another."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Literal, NamedTuple, TypeVar

from hrnet_cli.model import build_network
from hrnet_cli.nn import Shape
from hrnet_cli.schema import NoHead
from hrnet_cli.text import shape_argument
from hrnet_cli.tracing import Trace


def state_dict_shapes(trace: Trace) -> dict[str, Shape]:
    """The shape of every parameter and buffer by its state-dict key, in torch's order."""
    found: dict[str, Shape] = {}
    for node in trace.root.walk():
        prefix = f"{node.path}." if node.path else ""
        found |= {prefix + name: shape for name, shape in (node.parameters | node.buffers).items()}
    return found


def named_shapes(trace: Trace) -> dict[str, Shape]:
    """The shapes by the keys that the package of a config gives them: `backbone.conv1.weight`, `head.…` of mmpose."""
    backbone, head = trace.spec.key_prefixes
    shapes = state_dict_shapes(trace)
    if not backbone and not head:
        return shapes
    without_head = replace(trace.spec, head=NoHead(), multi_scale_output=trace.spec.keeps_all_branches)
    in_backbone = build_network(without_head).state_dict()  # Lite-HRNet's iterative head among it
    return {(backbone if key in in_backbone else head) + key: shape for key, shape in shapes.items()}


def choose_prefixes(before: Mapping[str, Shape], after: Mapping[str, Shape]) -> tuple[str, str]:
    """What to strip from the first keys and what to add, so that most of them are keys of the second.

    Nothing, unless more keys are the same with a change than as they are named; of equals, keys of the same shape
    decide, then the shortest.
    """

    def fit(pair: tuple[str, str]) -> tuple[int, int, int]:
        renamed = ((change_prefix(key, *pair), shape) for key, shape in before.items() if key.startswith(pair[0]))
        found = [shape == after[key] for key, shape in renamed if key in after]
        return len(found), sum(found), -len("".join(pair))

    return max(((strip, add) for strip in _prefixes(before) for add in _prefixes(after)), key=fit)


FIRST_PARTS = ("layer1", "stem")
"""Every HRNet has one of these modules, and no module below its top has that name."""


def _prefixes(keys: Iterable[str]) -> list[str]:
    """The empty prefix, and the paths of the modules that are an HRNet."""
    found = {""}
    for key in keys:
        parts = key.split(".")
        found |= {"".join(f"{each}." for each in parts[: parts.index(name)]) for name in FIRST_PARTS if name in parts}
    return sorted(found)


def change_prefix(key: str, strip: str, add: str) -> str:
    """A key with another beginning; one that does not begin with `strip` is unchanged."""
    return add + key.removeprefix(strip) if key.startswith(strip) else key


def digest(shapes: dict[str, Shape]) -> str:
    r"""SHA-256 over a line `key\tD0xD1x…\n` per key, keys sorted: no values and no dtypes."""
    lines = (f"{key}\t{shape_argument(shapes[key])}\n" for key in sorted(shapes))
    return sha256("".join(lines).encode()).hexdigest()


Kind = Literal["kept", "added", "removed", "reshaped"]
ChangeKind = Literal["added", "removed", "reshaped"]


class KeyChange(NamedTuple):
    """A key that differs; a shape of null means that the state dict does not have the key."""

    key: str
    change: ChangeKind
    before: Shape | None
    after: Shape | None


class KeyGroup(NamedTuple):
    """Modules, or single keys, whose keys all change in the same way."""

    path: tuple[str | tuple[int, ...], ...]
    """The parts of the module's path; several numbers at one place are a list: stage4, [0, 1, 2], branches, 3."""
    change: ChangeKind
    keys: int
    """The number of keys."""


class StateDictChange(NamedTuple):
    """What a checkpoint of the first network has and lacks for the second, once its keys have the right beginning."""

    before: int
    """The number of keys of the first."""
    after: int
    """The number of keys of the second."""
    kept_as_named: int
    """Keys that both have in the same shape, as each of them names its keys."""
    strip: str
    """What most keys of the first begin with and those of the second do not: `backbone.`; empty if nothing."""
    add: str
    """What most keys of the second begin with and those of the first do not; empty if nothing.

    The first network's keys that begin with `strip` then begin with `add`; the counts below are for these keys.
    """
    kept: int
    """Keys that both have in the same shape."""
    added: int
    """Keys that only the second has: load_state_dict reports them as missing."""
    removed: int
    """Keys that only the first has: load_state_dict reports them as unexpected."""
    reshaped: int
    """Keys that both have in different shapes: load_state_dict raises for a size mismatch."""
    groups: tuple[KeyGroup, ...]
    """The changes by module; their keys add up to `added`, `removed` and `reshaped`."""
    keys: tuple[KeyChange, ...] | None
    """Every key that changes; null if they were not asked for."""


def state_dict_change(before: Trace, after: Trace, keys: bool = False) -> StateDictChange:
    """Compare two state dicts; with `keys`, list every key that changes."""
    old, new = named_shapes(before), named_shapes(after)
    kept_as_named = sum(new.get(key) == shape for key, shape in old.items())
    strip, add = choose_prefixes(old, new)
    renamed = ((key, change_prefix(key, strip, add), shape) for key, shape in old.items())
    old = {new_key if new_key in new or key in new else key: shape for key, new_key, shape in renamed}
    kinds = {key: _kind(old.get(key), new.get(key)) for key in merge_in_order(old, new)}
    counts = Counter(kinds.values())
    changed = (KeyChange(key, kind, old.get(key), new.get(key)) for key, kind in kinds.items() if kind != "kept")
    # the num_batches_tracked of a batch norm has no shape that could change: it does not divide a group
    dividing = {key: kind for key, kind in kinds.items() if kind != "kept" or old[key]}
    return StateDictChange(
        before=len(old),
        after=len(new),
        kept_as_named=kept_as_named,
        strip=strip,
        add=add,
        kept=counts["kept"],
        added=counts["added"],
        removed=counts["removed"],
        reshaped=counts["reshaped"],
        groups=tuple(_groups(dividing)),
        keys=tuple(changed) if keys else None,
    )


def _kind(before: Shape | None, after: Shape | None) -> Kind:
    if before is None:
        return "added"
    if after is None:
        return "removed"
    return "kept" if before == after else "reshaped"


Path = tuple[str | tuple[int, ...], ...]


def _groups(kinds: dict[str, Kind]) -> list[KeyGroup]:
    keys = [(tuple(key.split(".")), kind) for key, kind in kinds.items()]
    groups = list(_modules_of_one_kind(keys, 0))
    for index in range(max((len(group.path) for group in groups), default=0)):
        groups = _merge_numbers(groups, index)
    return groups


def _modules_of_one_kind(keys: Sequence[tuple[tuple[str, ...], Kind]], depth: int) -> Iterator[KeyGroup]:
    """The outermost modules whose keys all change in the same way."""
    modules: dict[tuple[str, ...], list[tuple[tuple[str, ...], Kind]]] = defaultdict(list)
    for parts, kind in keys:
        modules[parts[: depth + 1]].append((parts, kind))
    for module, below in modules.items():
        (kind, *others) = {kind for _, kind in below}
        if others:
            yield from _modules_of_one_kind(below, depth + 1)
        elif kind != "kept":
            yield KeyGroup(module, kind, len(below))


def _merge_numbers(groups: list[KeyGroup], index: int) -> list[KeyGroup]:
    """Merge the groups that differ in nothing but a number at one place of the path."""
    similar: dict[object, list[KeyGroup]] = {}
    for group in groups:
        part = group.path[index] if index < len(group.path) else ""
        is_number = isinstance(part, str) and part.isdigit()
        path: Path = (*group.path[:index], (), *group.path[index + 1 :]) if is_number else group.path
        similar.setdefault((group.change, path), []).append(group)
    return [_merged(each, index) if len(each) > 1 else each[0] for each in similar.values()]


def _merged(groups: list[KeyGroup], index: int) -> KeyGroup:
    path, change, _ = groups[0]
    numbers = tuple(sorted(int(str(group.path[index])) for group in groups))
    return KeyGroup((*path[:index], numbers, *path[index + 1 :]), change, sum(group.keys for group in groups))


Name = TypeVar("Name")


def merge_in_order(before: Iterable[Name], after: Iterable[Name]) -> list[Name]:
    """The names of both, each once, in the order of `after`; a name that is gone follows the one it followed."""
    names = dict.fromkeys(after)
    gone: dict[Name | None, list[Name]] = defaultdict(list)
    last = None
    for name in before:
        if name in names:
            last = name
        else:
            gone[last].append(name)
    return [*gone[None], *(each for name in names for each in (name, *gone[name]))]
