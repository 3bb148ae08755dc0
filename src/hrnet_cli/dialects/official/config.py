"""A config of the authors' on its way to a spec."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from hrnet_cli.dialects.nodes import ConfigNode
from hrnet_cli.dialects.official import Sections
from hrnet_cli.dialects.reading import MAX_NOTES, Reading, unread_key
from hrnet_cli.hrnet import STAGE_FIELDS, STEM_WIDTHS
from hrnet_cli.text import misspelt, quote, quote_key

if TYPE_CHECKING:
    from hrnet_cli.dialects.official.families import Family

STAGE_KEYS = (*map(str.upper, STAGE_FIELDS), "FUSE_METHOD")
EXTRA_KEYS = ("PRETRAINED_LAYERS", "STEM_INPLANES", "WITH_HEAD", "FINAL_CONV_KERNEL", "DECONV")
"""Keys of EXTRA besides the stages."""
READ_BY_NONE: Mapping[str, Any] = {"STEM_INPLANES": STEM_WIDTHS[0], "WITH_HEAD": True}
"""Keys of EXTRA that the authors' code never reads, each with what it builds anyway."""
MODEL_KEYS = (
    *("NAME", "INIT_WEIGHTS", "PRETRAINED", "NUM_JOINTS", "NUM_CLASSES", "TAG_PER_JOINT", "TARGET_TYPE", "IMAGE_SIZE"),
    *("HEATMAP_SIZE", "SIGMA", "EXTRA", "ALIGN_CORNERS", "NUM_OUTPUTS", "OCR", "SYNC_BN"),
)
SIMILAR_KEYS = ("WITH_HEATMAPS_LOSS", "AE_LOSS_TYPE")
"""Keys of the authors' that are not misspellings of a key that is read, although they are near one."""


class Config(Reading):
    """The reading of one of the authors' configs."""

    name: str
    """The name of its network in reports."""
    family: Family

    def __init__(self, source: Sections) -> None:
        super().__init__({})
        self.source = source
        self.lower = source.lower
        self.spell = str.lower if self.lower else str.upper

    @property
    def known_name(self) -> str:
        """The name that the config gives one of the authors' networks; empty if it gives none, or another."""
        return self.family.name if self.source.model.child("NAME") else ""

    def take(self, path: tuple[str, ...], field: str, default: Any) -> Any:
        """The value for a field of the head; where it is missing, the default of the authors' code, with a note."""
        node = self.source.find(path)
        place = node or self.source.missing(path)
        self.origins["head", field] = place.path
        if node:
            return node.literal
        key, message = place.path[-1], f"{place.path[-1]} is missing: {quote(default)} is used"
        if self.fails_without(path[-1], self.source.find(path[:-1]), EXTRA_KEYS):
            message += f"; {self.name} reads it without a default"
            self.add_note("no-default", place.path, message, f"add {key}: {quote(default)}", at_key=True)
        else:
            self.add_note("assumed", place.path, message, at_key=True)
        self._note_misspelling(path)
        return default

    def fails_without(self, name: str, section: ConfigNode | None, known: tuple[str, ...]) -> bool:
        """Whether the authors' code raises an error because a key is missing, and is not misspelt in its section.

        Nothing is known of the code that reads a config in lower case.
        """
        if name not in self.family.needs or self.lower:
            return False
        names = tuple(key.upper() for key in known)
        unknown = [key for key in section.keys if key.upper() not in names] if section else []
        return all(misspelt(key, names) != name for key in unknown)

    def _note_misspelling(self, path: tuple[str, ...]) -> None:
        """Note the first key that is a misspelling of a missing one; in MODEL and EXTRA each unknown key has a note."""
        section = None if path[0] in self.source.parts else self.source.find(path[:-1])
        if section is None:
            return
        keys = (quote_key(key) for key in section.keys if key.upper() not in SIMILAR_KEYS)
        known = (section.spell(path[-1]),)
        notes = (unread_key((*section.path, key), known, f"{key} is not read") for key in keys)
        self.notes += islice((note for note in notes if note.code == "misspelt-key"), 1)

    def note_unknown_keys(self, node: ConfigNode, known: tuple[str, ...]) -> None:
        """Note each key of a mapping that is not known, or is a duplicate in another letter case."""
        lower, names = {name.lower() for name in known}, tuple(map(self.spell, known))
        unknown = [quote_key(key) for key in node.keys if key.lower() not in lower][:MAX_NOTES]
        present = set(map(self.spell, node.keys))
        self.notes += [unread_key((*node.path, key), names, f"{key} is not read", present) for key in unknown]
        seen: set[str] = set()
        for key in node.keys:
            if key.lower() in seen:
                name = quote_key(key)
                message = f"{name} is a duplicate in another letter case, and is not read"
                self.add_note("unread-key", (*node.path, name), message, "keep one of the two", at_key=True)
            seen.add(key.lower())

    def final_conv_kernel(self) -> Any:
        """EXTRA.FINAL_CONV_KERNEL."""
        return self.take(("EXTRA", "FINAL_CONV_KERNEL"), "final_conv_kernel", 1)

    def num_joints(self) -> Any:
        """MODEL.NUM_JOINTS, which is 17 in the defaults of each repository."""
        return self.take(("MODEL", "NUM_JOINTS"), "num_joints", 17)
