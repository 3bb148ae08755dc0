"""The letters of a config's keys. The authors' code looks them up in capitals; a copy may have all in lower case."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from hrnet_cli.dialects.nodes import Node
from hrnet_cli.dialects.official.config import EXTRA_KEYS, Config
from hrnet_cli.dialects.official.heads import DECONV_KEYS
from hrnet_cli.dialects.official.stages import STAGE_KEYS
from hrnet_cli.dialects.official.unread import MODEL_KEYS
from hrnet_cli.dialects.reading import MOST_NOTES
from hrnet_cli.errors import Diagnostic
from hrnet_cli.text import KeyPath, dotted_path, quote

SECTIONS = {
    "DATASET": ("NUM_CLASSES", "NUM_JOINTS", "WITH_CENTER", "INPUT_SIZE"),
    "LOSS": ("WITH_AE_LOSS",),
    "TEST": ("IMAGE_SIZE",),
    "TRAIN": ("IMAGE_SIZE",),
}
"""The sections beside MODEL, and what is read of them."""
OCR_KEYS = ("MID_CHANNELS", "KEY_CHANNELS", "DROPOUT", "SCALE")


def note_letters(config: Config) -> None:
    """A note per key in other letters than most have: no code finds both. One that has all alike may have its own."""
    paths = list(dict.fromkeys(_keys(config)))
    if not config.lower and not any(str(path[-1]).isupper() for path in paths):
        return
    odd = [path for path in paths if path[-1] != config.spell(str(path[-1]))]
    for path in odd[:MOST_NOTES]:
        right = config.spell(str(path[-1]))
        text = f"{dotted_path(path)} is in other letters than the rest: code that looks up {right} does not find it"
        config.note("letter-case", path, text, f"write {right}", at_key=True)


def _keys(config: Config) -> Iterator[KeyPath]:
    """The path of every key that one of their networks reads."""
    root, model, extra = config.source
    yield from _known(root, ("MODEL", "EXTRA", *SECTIONS))
    yield from _known(model, MODEL_KEYS)
    yield from _known(extra, EXTRA_KEYS)
    stages = extra.stage_keys
    yield from ((*extra.path, key) for key in stages)
    sections = [(root.child(name), names) for name, names in SECTIONS.items()]
    sections += [(extra.child(key), (*STAGE_KEYS, "FUSE_METHOD")) for key in stages]
    sections += [(extra.child("DECONV"), DECONV_KEYS), (model.child("OCR"), OCR_KEYS)]
    for node, names in sections:
        if node:
            yield from _known(node, names)


def _known(node: Node, names: tuple[str, ...]) -> Iterator[KeyPath]:
    """The path of each of these keys that is there; of one that is there twice, that of the one which is read."""
    return (child.path for child in map(node.child, names) if child)


FIELDS = (
    *("num_modules", "num_branches", "block", "num_blocks", "num_channels", "fuse_method", "num_joints", "num_classes"),
    *("final_conv_kernel", "tag_per_joint", "with_ae_loss", "kernel_size", "cat_output", "num_basic_blocks"),
    *("mid_channels", "key_channels", "align_corners"),
)
"""Words of a spec that are the authors' own but for the letters."""
WORD = re.compile(rf"'[^']*'|\"[^\"]*\"|(?<!residual )\b(?:stage[0-9]+|{'|'.join(FIELDS)})\b")
"""One of them, or something quoted, which stays as it is."""


class Says(NamedTuple):
    """A diagnostic of the spec in the words and the letters of the config."""

    lower: bool
    size: Any
    """The input as it stands there, as width and height."""
    read_as: Any
    """What the spec was given for it."""
    usual: tuple[int, int]
    """The width and height that the code takes where it is told none."""

    def anew(self, diagnostic: Diagnostic) -> Diagnostic:
        """The same diagnostic."""
        if diagnostic.code == "bad-input" and diagnostic.path == ("input",):
            diagnostic = self._of_size(diagnostic)
        if self.lower:
            return diagnostic
        return diagnostic._replace(
            message=WORD.sub(_capitals, diagnostic.message), remedy=WORD.sub(_capitals, diagnostic.remedy)
        )

    def _of_size(self, diagnostic: Diagnostic) -> Diagnostic:
        """A size is written another way round here than in a spec."""
        message = diagnostic.message.replace(quote(self.read_as), quote(self.size)).replace("input shape", "input size")
        if not diagnostic.remedy.startswith("write"):
            return diagnostic._replace(message=message)
        width, height = self._meant()
        return diagnostic._replace(message=message, remedy=f"write [{width}, {height}], width before height")

    def _meant(self) -> tuple[int, int]:
        """Two numbers in a text, or one that is for both; else the code's own, if they show which of them is first."""
        if type(self.size) is int and self.size > 0:
            return self.size, self.size
        numbers = [int(each) for each in re.findall("[0-9]{1,6}", self.size)] if isinstance(self.size, str) else []
        if len(numbers) == 2:
            return numbers[0], numbers[1]
        return self.usual if self.usual[0] != self.usual[1] else (192, 256)


def _capitals(match: re.Match[str]) -> str:
    return match[0] if match[0][0] in "'\"" else match[0].upper()
