"""A part of an mmlab config, and the network that is read from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hrnet_cli.dialects.reading import MOST_NOTES, meant, note, unread
from hrnet_cli.documents.python.values import Unread
from hrnet_cli.errors import Code, Diagnostic
from hrnet_cli.hrnet import STAGE_KEY
from hrnet_cli.text import KeyPath, quote, quote_key

MOST_PARTS = 12
"""Of a model, or of one kind in a row, that are looked at or told."""


def type_name(value: Any) -> str:
    """The class that a `type` names, without its scope: `HRNet` of `mmpose.HRNet`; nothing if it is no text."""
    return value.rpartition(".")[2] if isinstance(value, str) else ""


def within(value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Unread]]:
    """Everything unread in a value, which may share its parts or hold itself."""
    seen: set[int] = set()
    waiting: list[tuple[Any, KeyPath]] = [(value, path)]
    while waiting:
        item, place = waiting.pop()
        if isinstance(item, Unread):
            yield place, item
        elif isinstance(item, Mapping | list | tuple) and id(item) not in seen:
            seen.add(id(item))
            inner = item.items() if isinstance(item, Mapping) else enumerate(item)
            keyed = isinstance(item, Mapping)
            waiting += [(each, (*place, quote_key(key) if keyed else key)) for key, each in inner]


def unreadable(value: Any, path: KeyPath) -> Iterator[Diagnostic]:
    """A diagnostic for everything in a value that only running the config would give."""
    for place, item in within(value, path):
        yield Diagnostic("unreadable-code", place, item.message, item.remedy)


@dataclass
class Network:
    """What has been read so far: a spec's data, where it came from, and what is to be said about it."""

    package: str
    """mmpose, mmdet, mmseg, or nothing where the config does not show whose it is."""
    data: dict[str, Any] = field(default_factory=dict)
    origins: dict[KeyPath, KeyPath] = field(default_factory=dict)
    notes: list[Diagnostic] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    misfits: list[Diagnostic] = field(default_factory=list)
    """Heads that do not fit the branches, each at a place of its own."""

    def set(self, key: str, value: Any, origin: KeyPath) -> None:
        """A key of the spec, and the place in the config that it came from."""
        self.data[key] = value
        self.origins[(key,)] = origin

    def note(self, code: Code, path: KeyPath, text: str, remedy: str = "", at_key: bool = False) -> None:
        """Something that the user may not expect."""
        self.notes.append(note(code, path, text, remedy, at_key))

    def misfit(self, code: Code, path: KeyPath, message: str, remedy: str) -> None:
        """A head that does not fit; of several at one place the first is told."""
        if path not in [diagnostic.path for diagnostic in self.misfits]:
            self.misfits.append(Diagnostic(code, path, message, remedy))

    @property
    def last_stage(self) -> str:
        """The key of the last stage that was set; of a key that is no stage's the spec says so."""
        stages = (key for key in self.data if STAGE_KEY.fullmatch(key))
        return max(stages, key=lambda key: int(key.removeprefix("stage")), default="stage4")

    @property
    def widths(self) -> list[int]:
        """Channels of the last stage's branches; empty where they cannot be told."""
        last = self.data.get(self.last_stage)
        channels = last.get("num_channels") if isinstance(last, Mapping) else None
        if not isinstance(channels, list | tuple) or not all(type(item) is int for item in channels):
            return []
        expansion = 4 if isinstance(last, Mapping) and last.get("block") == "BOTTLENECK" else 1
        return [expansion * item for item in channels]

    @property
    def keeps_all(self) -> bool:
        """Whether the backbone hands on all its branches."""
        return self.data.get("multi_scale_output") is not False


class Part:
    """A mapping of the config and its path. What is asked of it and cannot be read becomes a diagnostic."""

    def __init__(self, value: Any, path: KeyPath, network: Network) -> None:
        self.value: Mapping[Any, Any] = value if isinstance(value, Mapping) else {}
        self.path = path
        self.network = network

    @property
    def type(self) -> str:
        """The class it is for."""
        return type_name(self.get("type"))

    def get(self, key: str, default: Any = None) -> Any:
        """A plain value, or the default where there is none or it cannot be read."""
        value = self.value.get(key, default)
        diagnostics = list(unreadable(value, (*self.path, key)))
        self.network.diagnostics += [
            diagnostic for diagnostic in diagnostics if diagnostic not in self.network.diagnostics
        ]
        return default if diagnostics else value

    def need(self, key: str, known: tuple[str, ...]) -> Any:
        """A value that the original has no default for. If it is not there, the key that was meant for it is told."""
        if self.value.get(key) is None:
            place = (*self.path, key)
            diagnostics = [Diagnostic("missing-key", place, f"{key} is missing", f"add {key}")]
            strange = (each for each in self.value if isinstance(each, str) and each not in known)
            for each in meant(strange, [key], (key, *known)):
                remedy, path = f"did you mean {key}?", (*self.path, quote_key(each))
                diagnostics.append(Diagnostic("unknown-key", path, f"unknown key {quote(each)}", remedy, at_key=True))
            self.network.diagnostics += [
                diagnostic for diagnostic in diagnostics if diagnostic not in self.network.diagnostics
            ]
        return self.get(key)

    def part(self, key: str) -> Part:
        """A mapping in it; an empty one where there is none."""
        value = self.value.get(key)
        if isinstance(value, Unread):
            self.get(key)
        return Part(value, (*self.path, key), self.network)

    def parts(self, key: str) -> list[Part]:
        """A list of mappings in it."""
        value = self.value.get(key)
        items = value if isinstance(value, list | tuple) else []
        return [Part(item, (*self.path, key, index), self.network) for index, item in enumerate(items)]

    def each(self, key: str) -> list[Part]:
        """The mapping there, or the first of several; what cannot be read is passed over."""
        value = self.value.get(key)
        if isinstance(value, list | tuple):
            return [part for part in self.parts(key)[:MOST_PARTS] if part.value]
        return [Part(value, (*self.path, key), self.network)] if isinstance(value, Mapping) else []

    def note_others(self, known: tuple[str, ...], where: str) -> None:
        """A note for each of its keys that nobody reads."""
        told = [note.path for note in self.network.notes]
        paths = [(*self.path, quote_key(key)) for key in self.value if key not in known and key != "_delete_"]
        strange = [path for path in paths if path not in told]
        self.network.notes += [unread(path, known, f"not read in {where}: {path[-1]}") for path in strange[:MOST_NOTES]]
