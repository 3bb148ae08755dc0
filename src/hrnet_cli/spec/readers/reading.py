"""What every reader gives back, and the small things they share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from hrnet_cli.spec.fields import Finding, Path


class Reading(NamedTuple):
    """A foreign config in the words of a spec.

    `data` is what `read_spec` takes. `origins` leads from a path in `data` to the path in the config it came from, so
    that a problem is reported where it stands. `notes` say what was assumed, ignored or left out. `findings` are
    problems of the config in its own words, at its own paths; where there are any, `data` is not looked at.
    """

    data: dict[str, Any]
    origins: dict[Path, Path]
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

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
