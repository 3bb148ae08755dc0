"""What every reader gives back, and the small things they share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from hrnet_cli.spec.fields import Fault, Path, did_you_mean


class Note(NamedTuple):
    """What a reader assumed, ignored or left out, where the original code says nothing.

    `code` says which of these it is (a key of NOTES); `path` is where in the config, at the key itself if `key`. Where
    something is not there, it is the path at which it would stand. `hint` is the remedy. Of a `silent` one nothing
    comes: `check` alone speaks of it.
    """

    code: str
    path: Path
    text: str
    hint: str = ""
    key: bool = False
    silent: bool = False

    @property
    def line(self) -> str:
        """The text, with the key that was probably meant."""
        return f"{self.text} ({self.hint})" if self.code == "misspelt-key" else self.text


NOTES = {
    "misspelt-key": "a key that nobody reads, near one that is read",
    "unread-key": "a key that nobody reads",
    "unread-value": "a key that the network does not read, or whose value is not what it builds",
    "fuse-method": "a fuse method other than SUM, which is built all the same",
    "unbuilt-stage": "a stage beyond those that the network builds",
    "extra-entries": "a list of which only the first entries are read",
    "assumed": "what is taken where the config is silent",
    "left-out": "a part of the config that is not of HRNet, and is not built here",
    "differs": "what the original has and this network has not: a prefix of the state-dict keys",
}
"""The kinds of note."""

MOST_NOTES = 8
"""Notes on the keys of one mapping that nobody reads."""


def unread(path: Path, known: tuple[str, ...], text: str) -> Note:
    """The note on a key that nobody reads: whether it is a known one, misspelt."""
    hint = did_you_mean(path[-1], known)
    misspelt = hint.startswith("did you mean")
    return Note("misspelt-key" if misspelt else "unread-key", path, text, hint if misspelt else "", key=True)


class Reading(NamedTuple):
    """A foreign config in the words of a spec.

    `data` is what `read_spec` takes. `origins` leads from a path in `data` to the path in the config it came from, so
    that a problem is reported where it stands. `notes` say what was assumed, ignored or left out. `faults` are
    problems of the config in its own words, at its own paths; where there are any, `data` is not looked at.
    """

    data: dict[str, Any]
    origins: dict[Path, Path]
    notes: tuple[Note, ...] = ()
    faults: tuple[Fault, ...] = ()

    def origin(self, path: Path) -> Path:
        """Where a path of the spec stands in the config: by the longest part of it that is known."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.origins:
                return (*self.origins[path[:length]], *path[length:])
        return ()


class Reader(NamedTuple):
    """A dialect: whether a config is written in it, and how it is read."""

    detect: Callable[[Mapping[str, Any]], bool]
    read: Callable[[Mapping[str, Any]], Reading]


class NotHrnetError(Exception):
    """A config that is no HRNet: the message says what it seems to be."""
