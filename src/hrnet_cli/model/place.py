"""The place of a module in HRNet's anatomy. The model sets it; nothing parses a module path."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """A part of the network. Stages count from 1, modules and branches from 0, as in the papers and their code.

    `branch` is the output branch i; in a fuse edge i←j or a transition, `input_branch` is the input branch j.
    """

    part: str
    """`stem`, `stage`, `module`, `branch`, `fuse`, `transition` or `head`."""
    stage: int | None = None
    module: int | None = None
    branch: int | None = None
    input_branch: int | None = None

    def __str__(self) -> str:
        words = [self.part] if self.part in ("stem", "head") else [f"{self.part}"] * (self.part == "transition")
        if self.stage is not None:
            words.append(str(self.stage) if self.part == "transition" else f"stage {self.stage}")
        if self.module is not None:
            words.append(f"module {self.module}")
        if self.part == "fuse":
            words.append("fuse" if self.branch is None else f"fuse {self.branch}")
            if self.input_branch is not None:
                words[-1] += f"←{self.input_branch}"
        elif self.branch is not None:
            words.append(f"branch {self.branch}")
        return " ".join(words)


def set_place(module: object, place: Place) -> None:
    """Set the place of a module; modules called inside it have the same place unless they have one of their own."""
    module.place = place  # type: ignore[attr-defined]
