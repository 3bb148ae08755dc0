"""What is read of an mmlab config: the network so far, and the part of the config that is being read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hrnet_cli.dialects.mmlab.facts import BACKBONE_KEYS, CLASSES, STAGE_KEYS, Package, class_name
from hrnet_cli.dialects.reading import MAX_NOTES, Reading, find_misspelt, unread_key
from hrnet_cli.documents.python.values import Unread
from hrnet_cli.errors import Diagnostic
from hrnet_cli.hrnet import EXPANSION, MAX_CHANNELS, STAGE_KEY, stage_number
from hrnet_cli.text import KeyPath, quote, quote_key

MAX_PARTS = 12
"""Parts of a model, or of one list of parts, that are read or reported."""


def unreadable(value: Any, path: KeyPath) -> Iterator[Diagnostic]:
    """A diagnostic for each value in it that only running the config would give; it may contain itself."""
    seen: set[int] = set()
    waiting: list[tuple[Any, KeyPath]] = [(value, path)]
    while waiting:
        item, place = waiting.pop()
        if isinstance(item, Unread):
            yield Diagnostic("unreadable-code", place, item.message, item.remedy)
        elif isinstance(item, Mapping | list | tuple) and id(item) not in seen:
            seen.add(id(item))
            is_mapping = isinstance(item, Mapping)
            children = item.items() if isinstance(item, Mapping) else enumerate(item)
            waiting += [(child, (*place, quote_key(key) if is_mapping else key)) for key, child in children]


class Network(Reading):
    """The reading of an mmlab config. Its mismatches are heads that do not match the branches, at most one per path."""

    def __init__(self, package: Package) -> None:
        super().__init__({})
        self.package = package
        self.fork: Diagnostic | None = None
        """The note on an argument that only a fork of the package takes."""

    def set(self, key: str, value: Any, origin: KeyPath) -> None:
        """Set a key of the spec, which came from a path of the config."""
        self.data[key] = value
        self.origins[(key,)] = origin

    def add_diagnostics(self, *diagnostics: Diagnostic) -> None:
        """Report what cannot be built; each of them once."""
        self.diagnostics += [each for each in diagnostics if each not in self.diagnostics]

    def add_mismatch(self, mismatch: Diagnostic) -> None:
        """Report a head that does not match the branches: the first mismatch of each path."""
        if mismatch.path not in [each.path for each in self.mismatches]:
            self.mismatches.append(mismatch)

    @property
    def hrnet(self) -> str:
        """What notes call the class of the backbone."""
        return f"{self.package.name}'s HRNet" if self.package.name else "HRNet"

    @property
    def last_stage(self) -> str:
        """The key of the last stage that is set; `stage4` before any is."""
        stages = (key for key in self.data if STAGE_KEY.fullmatch(key))
        return max(stages, key=lambda key: stage_number(key) or 0, default=STAGE_KEYS[-1])

    @property
    def widths(self) -> list[int]:
        """Channels of the branches that a head gets; empty where they cannot be read."""
        last = self.data.get(self.last_stage)
        stage: Mapping[str, Any] = last if isinstance(last, Mapping) else {}
        block, channels = stage.get("block"), stage.get("num_channels")
        if not isinstance(channels, list | tuple):
            return []
        if not all(type(width) is int and abs(width) <= MAX_CHANNELS for width in channels):
            return []
        widths = [EXPANSION.get(block if isinstance(block, str) else "", 1) * width for width in channels]
        return [widths[0], *widths[:-1]] if widths and self.data.get("iterative_head") is True else widths

    @property
    def keeps_all_branches(self) -> bool:
        """Whether the backbone returns all branches of the last stage."""
        return self.data.get("multi_scale_output") is not False


class Part:
    """A mapping of the config and its path. A value that is asked for and is code becomes a diagnostic."""

    def __init__(self, value: Any, path: KeyPath, network: Network) -> None:
        self.value: Mapping[Any, Any] = value if isinstance(value, Mapping) else {}
        self.path = path
        self.network = network

    @property
    def class_name(self) -> str:
        """The class that its `type` names."""
        return class_name(self.get("type"))

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key, or the default where it is missing or code."""
        value = self.value.get(key, default)
        diagnostics = list(unreadable(value, (*self.path, key)))
        self.network.add_diagnostics(*diagnostics)
        return default if diagnostics else value

    def require(self, key: str) -> Any:
        """The value of a key without a default; a missing one is a diagnostic, as is a key misspelt from it."""
        if self.value.get(key) is None:
            self.network.add_diagnostics(
                Diagnostic("missing-key", (*self.path, key), f"{key} is missing", f"add {key}")
            )
            name = class_name(self.value.get("type"))
            known = CLASSES[name].arguments if name in CLASSES else BACKBONE_KEYS
            unknown = (each for each in self.value if isinstance(each, str) and each not in known)
            for each in find_misspelt(unknown, [key], (key, *known)):
                path, remedy = (*self.path, quote_key(each)), f"did you mean {key}?"
                self.network.add_diagnostics(
                    Diagnostic("unknown-key", path, f"unknown key {quote(each)}", remedy, at_key=True)
                )
        return self.get(key)

    def part(self, key: str) -> Part:
        """The mapping of a key; an empty one where there is none."""
        value = self.value.get(key)
        if isinstance(value, Unread):
            self.get(key)
        return Part(value, (*self.path, key), self.network)

    def list_parts(self, key: str) -> list[Part]:
        """The items of a list of mappings; none where the key has no list."""
        value = self.value.get(key)
        items = value if isinstance(value, list | tuple) else []
        return [Part(item, (*self.path, key, index), self.network) for index, item in enumerate(items)]

    def readable_parts(self, key: str) -> list[Part]:
        """The mapping of a key, or the first of a list of them, without those that are empty or code."""
        value = self.value.get(key)
        parts = [Part(value, (*self.path, key), self.network), *self.list_parts(key)[:MAX_PARTS]]
        return [part for part in parts if part.value]

    def note_unknown_keys(self, known: tuple[str, ...], owner: str) -> None:
        """A note for each key that its owner, a class or package, does not read."""
        unknown = [(*self.path, quote_key(key)) for key in self.value if key not in (*known, "_delete_")]
        self.network.notes += [
            unread_key(path, known, f"{path[-1]} is not read by {owner}") for path in unknown[:MAX_NOTES]
        ]
