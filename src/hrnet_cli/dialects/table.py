"""The dialects that are read and written: a row in READERS, in WRITERS and in LIMITS each.

Apart from the package itself, so that a spec in its own words does not pay for the dialects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hrnet_cli.dialects.mmlab import read as mmlab
from hrnet_cli.dialects.mmlab import write as write_mmlab
from hrnet_cli.dialects.native import write as native
from hrnet_cli.dialects.official import read as official
from hrnet_cli.dialects.official import write as write_official
from hrnet_cli.dialects.reading import Reader
from hrnet_cli.dialects.timm import read as timm
from hrnet_cli.dialects.timm import write as write_timm
from hrnet_cli.dialects.writing import Writer, Written, comments, one_line
from hrnet_cli.errors import Diagnostic
from hrnet_cli.schema.spec import Spec

READERS: dict[str, Reader] = {
    "official": Reader(official.detect, official.read, official.recognise),
    "mmlab": Reader(mmlab.detect, mmlab.read, mmlab.recognise, mmlab.find_misspelling),
    "timm": Reader(timm.detect, timm.read),
}
"""The first that detects itself reads."""

WRITERS: dict[str, Writer] = {
    "yaml": Writer(native.write_yaml),
    "json": Writer(native.write_json, has_comments=False),
    "official": Writer(write_official.write),
    "mmlab": Writer(write_mmlab.write),
    "timm": Writer(write_timm.write),
}
"""The targets of `hrnet-cli convert`."""

LIMITS: dict[str, Callable[[Spec], Iterator[Diagnostic]]] = {
    "official": write_official.crossed,
    "mmlab": write_mmlab.crossed,
    "timm": write_timm.crossed,
}
"""By dialect, why its own code cannot build a network; nothing where it can."""


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
