"""The part of the network that a module belongs to."""

from __future__ import annotations

from typing import NamedTuple

from hrnet_cli import nn


class Place(NamedTuple):
    """The part of the network that a module belongs to. The model sets it; nothing parses a module's path.

    Stages count from 1, modules and branches from 0, as in the papers and their code.
    """

    part: str
    """`stem`, `stage`, `module`, `branch`, `fuse`, `transition` or `head`."""
    stage: int | None = None
    module: int | None = None
    branch: int | None = None
    """The output branch i; None for a part of all branches, such as Lite-HRNet's blocks over all of them."""
    input_branch: int | None = None
    """The input branch j of a fuse edge or a transition."""

    def __str__(self) -> str:
        """As messages show it: `stem`, `transition 2 branch 1`, `stage 3 module 2 fuse 0←1`."""
        if self.stage is None:
            return self.part
        words = [f"{'transition' if self.part == 'transition' else 'stage'} {self.stage}"]
        if self.module is not None:
            words.append(f"module {self.module}")
        if self.part == "fuse":
            words.append("fuse")
            if self.branch is not None:
                words.append(f"{self.branch}" if self.input_branch is None else f"{self.branch}←{self.input_branch}")
        elif self.branch is not None:
            words.append(f"branch {self.branch}")
        return " ".join(words)


NETWORK = Place("network")
"""The place of a module that belongs to none of these parts."""


def set_place(place: Place, *modules: nn.Module | None) -> None:
    """Set the place of modules, where they are not None. What they call has the same place, unless its own is set."""
    for module in modules:
        if module is not None:
            module.place = place
