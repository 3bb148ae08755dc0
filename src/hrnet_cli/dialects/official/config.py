"""One config on its way to a spec: what it gives, where that came from, and what there is to say."""

from __future__ import annotations

from itertools import islice
from typing import Any

from hrnet_cli.dialects.nodes import Node
from hrnet_cli.dialects.official import Source
from hrnet_cli.dialects.reading import note, unread
from hrnet_cli.errors import Code, Diagnostic
from hrnet_cli.text import KeyPath, dotted_path, nearest, quote, quote_key

EXTRA_KEYS = ("PRETRAINED_LAYERS", "STEM_INPLANES", "WITH_HEAD", "FINAL_CONV_KERNEL", "DECONV")
"""Keys of EXTRA beside the stages."""
NEAR_OTHERS = ("WITH_HEATMAPS_LOSS", "AE_LOSS_TYPE")
"""Keys of theirs that are near one that `take` asks for."""


class Config:
    """What has been read so far. The original code's defaults are taken aloud."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.lower = source.lower
        self.data: dict[str, Any] = {}
        self.origins: dict[KeyPath, KeyPath] = {}
        self.notes: list[Diagnostic] = []
        self.diagnostics: list[Diagnostic] = []
        """What is wrong beside what the spec will find, in the config's own words."""
        self.needs: tuple[str, ...] = ()
        """Keys that the network's code reads without a default: Family.needs."""
        self.name = ""
        """The network's, as the reports call it."""
        self.size: Any = None
        """The input as it stands there."""

    def note(self, code: Code, path: KeyPath, text: str, remedy: str = "", at_key: bool = False) -> None:
        """Something that the user may not expect."""
        self.notes.append(note(code, path, text, remedy, at_key))

    def spell(self, name: str) -> str:
        """A key in the letters of this config."""
        return name.lower() if self.lower else name.upper()

    def take(self, path: tuple[str, ...], field: str, default: Any) -> Any:
        """A value for a field of the head, or the code's own default with a note."""
        node = self.source.find(path)
        where = node or self.source.missing(path)
        self.origins["head", field] = where.path
        if node:
            return node.literal
        text = f"{where.dotted} is not given: {quote(default)}"
        if self.stops_without(path[-1], self.source.find(path[:-1]), EXTRA_KEYS):
            text = f"{text}; {self.name} reads it without a default"
            self.note("no-default", where.path, text, f"add {where.path[-1]}: {quote(default)}")
        else:
            self.note("assumed", where.path, text)
        self._misspelt(path)
        return default

    def stops_without(self, name: str, section: Node | None, known: tuple[str, ...]) -> bool:
        """Whether the authors' code fails at the lack of a key; not where another is meant for it, which is said.

        A config in lower case is not for their code but for somebody's own, of which nobody knows.
        """
        if name not in self.needs or self.lower:
            return False
        names = tuple(key.upper() for key in known)
        strange = [key for key in section.keys if key.upper() not in names] if section else []
        return all(nearest(key, names) != name for key in strange)

    def _misspelt(self, path: tuple[str, ...]) -> None:
        """The key that was probably meant for one that is not there; those of MODEL and EXTRA are all looked at."""
        section = None if path[0] in self.source.parts else self.source.find(path[:-1])
        if section is None:
            return
        places = [(*section.path, quote_key(key)) for key in section.keys if key.upper() not in NEAR_OTHERS]
        notes = (unread(place, (section.spell(path[-1]),), f"{dotted_path(place)} is not read") for place in places)
        self.notes += islice((note for note in notes if note.code == "misspelt-key"), 1)

    def kernel(self) -> Any:
        """FINAL_CONV_KERNEL."""
        return self.take(("EXTRA", "FINAL_CONV_KERNEL"), "final_conv_kernel", 1)

    def joints(self) -> Any:
        """NUM_JOINTS, 17 in every one of their defaults."""
        return self.take(("MODEL", "NUM_JOINTS"), "num_joints", 17)
