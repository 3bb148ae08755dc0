"""A Spec as text, one file per dialect, and what each dialect's own code cannot build."""

from __future__ import annotations

from hrnet_cli.spec.schema import Spec
from hrnet_cli.spec.writers.table import LIMITS, WRITERS
from hrnet_cli.spec.writers.writing import Writer, Written, comments, one_line


def write_spec(spec: Spec, target: str) -> Written:
    """The text of a spec in another dialect, and notes on what stays out of it; `target` is a key of WRITERS.

    The notes, with those of the reader that the spec came through, also stand in the text as comments where it can have
    any. What is written has the backbone of the spec, as the target's own code builds it: where that cannot be,
    InexpressibleError says why. A head that the target has no words for is left out, and a note says so.
    """
    writer = WRITERS[target]
    written = writer.write(spec)
    notes = tuple(map(one_line, (*spec.notes, *written.notes)))
    return Written((comments(notes) if writer.has_comments else "") + written.text, notes)


__all__ = ["LIMITS", "WRITERS", "Writer", "Written", "write_spec"]
