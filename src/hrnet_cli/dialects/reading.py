"""What every reader gives back, and the small things they share."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from itertools import islice
from typing import Any, NamedTuple

from hrnet_cli.errors import Code, Diagnostic
from hrnet_cli.hrnet import stage_number
from hrnet_cli.schema.fields import right_key
from hrnet_cli.schema.spec import SPEC_KEYS
from hrnet_cli.text import KeyPath, dotted_path, nearest


def note(
    code: Code, path: KeyPath, message: str, remedy: str = "", at_key: bool = False, only_in_check: bool = False
) -> Diagnostic:
    """What a reader assumed, ignored or left out. Where something is missing, `path` is where it would be."""
    return Diagnostic(code, path, message, remedy, at_key, "note", only_in_check=only_in_check)


def note_text(note: Diagnostic) -> str:
    """A note on one line, with the word that was probably meant."""
    return f"{note.message} ({note.remedy})" if note.remedy.startswith("did you mean") else note.message


def note_text_at_path(note: Diagnostic) -> str:
    """A note for whoever shows its path beside it: without the path, or with its last part alone."""
    whole = dotted_path(note.path)
    rest = note.message.removeprefix(whole)
    if not note.path or not isinstance(note.path[-1], str) or rest[:1] not in (":", " "):
        return note.message
    return note.path[-1] + rest if note.at_key or rest[0] == " " else rest[2:]


NOTES = {
    "misspelt-key": "a key that nobody reads, near one that is read",
    "unread-key": "a key that nobody reads",
    "letter-case": "a key or a block in other letters, which code that looks it up does not find",
    "unread-value": "a key that the network does not read, or whose value is not what it builds",
    "fuse-method": "a fuse method other than SUM, which is built all the same",
    "unbuilt-stage": "a stage beyond those that the network builds",
    "extra-entries": "a list of which only the first entries are read",
    "assumed": "what is taken where the config is silent",
    "no-default": "a key that is not there, and that the code reads without a default",
    "left-out": "a part of the config that is not of HRNet, and is not built here",
    "differs": "what the original has and this network has not: a prefix of the state-dict keys",
}
"""The kinds of note."""

MOST_NOTES = 8
"""Notes on the keys of one mapping that nobody reads."""


def unread(path: KeyPath, known: tuple[str, ...], text: str, there: Container[str] = ()) -> Diagnostic:
    """The note on a key that nobody reads: whether it is a known one, misspelt, and that one is not `there` too."""
    misspelt = bool(nearest(path[-1], known))
    remedy = right_key(path[-1], known, there) if misspelt else "leave it out"
    return note("misspelt-key" if misspelt else "unread-key", path, text, remedy, at_key=True)


def meant(strange: Iterable[str], missing: Container[str], known: tuple[str, ...]) -> list[str]:
    """The keys that nobody reads, misspelt from one that is missing; the nearest of all that are known is the one."""
    return [key for key in islice(strange, MOST_NOTES) if nearest(key, known) in missing]


STAGE_WORDS = ("num_modules", "num_branches", "num_blocks", "num_channels", "block")


def is_stage(value: Any) -> bool:
    """Whether it is meant for a stage of an HRNet: it has one of a stage's words, or nearly."""
    keys = value.keys() if isinstance(value, Mapping) else ()
    return any(nearest(key, STAGE_WORDS, cutoff=0.8) for key in keys)


AUTHORS_KEYS = {"final_conv_kernel", "pretrained_layers", "stem_inplanes", "with_head", "deconv"}


def has_authors_keys(config: Mapping[str, Any]) -> bool:
    """Whether stages at the top of a config are the `EXTRA` of one of the authors', all in lower case."""
    first = config.get("stage1")
    found = bool(AUTHORS_KEYS & config.keys()) or (isinstance(first, Mapping) and "num_ranches" in first)
    return found and not any(key in SPEC_KEYS and stage_number(key) is None for key in config)


def as_it_is(diagnostic: Diagnostic) -> Diagnostic:
    """What a reader without words of its own makes of a diagnostic."""
    return diagnostic


class Reading(NamedTuple):
    """A config of another dialect as the data of a spec."""

    data: dict[str, Any]
    """What `read_spec` takes; empty where `diagnostics` leave nothing to read."""
    origins: dict[KeyPath, KeyPath]
    """From a path in `data` to the path in the config that it came from."""
    notes: tuple[Diagnostic, ...] = ()
    """What the reader assumed, ignored or left out."""
    diagnostics: tuple[Diagnostic, ...] = ()
    """Errors of the config, with its own keys and paths."""
    mismatches: tuple[Diagnostic, ...] = ()
    """Parts of the config that do not fit each other, although each of them can be built."""
    say: Callable[[Diagnostic], Diagnostic] = as_it_is

    def origin(self, path: KeyPath) -> KeyPath:
        """The path in the config that a path of the spec came from, by its longest part in `origins`; empty if none."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.origins:
                return (*self.origins[path[:length]], *path[length:])
        return ()
