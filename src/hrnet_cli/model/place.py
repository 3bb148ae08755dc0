"""Where in HRNet's anatomy a module stands. The model's own classes say it; nothing reads it out of a path."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """A part of the network. Stages and modules count as in the papers and in code: stages from 1, modules from 0.

    `branch` is the output branch i; in a fuse edge i←j, `source` is the input branch j.
    """

    part: str
    """`stem`, `stage`, `module`, `branch`, `fuse`, `transition` or `head`."""
    stage: int | None = None
    module: int | None = None
    branch: int | None = None
    source: int | None = None

    def __str__(self) -> str:
        words = [self.part] if self.part in ("stem", "head") else [f"{self.part}"] * (self.part == "transition")
        if self.stage is not None:
            words.append(str(self.stage) if self.part == "transition" else f"stage {self.stage}")
        if self.module is not None:
            words.append(f"module {self.module}")
        if self.part == "fuse":
            words.append("fuse" if self.branch is None else f"fuse {self.branch}")
            if self.source is not None:
                words[-1] += f"←{self.source}"
        elif self.branch is not None:
            words.append(f"branch {self.branch}")
        return " ".join(words)


def put(module: object, place: Place) -> None:
    """Say where a module stands; what it calls stands there too unless it says otherwise itself."""
    module.place = place  # type: ignore[attr-defined]
