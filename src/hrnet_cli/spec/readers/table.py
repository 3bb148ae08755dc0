"""A row in READERS is a dialect; the first that detects itself reads.

Apart from the package itself, so that a spec in its own words does not pay for the dialects.
"""

from __future__ import annotations

from hrnet_cli.spec.readers import mmlab, official, timm
from hrnet_cli.spec.readers.reading import Reader

READERS: dict[str, Reader] = {
    "official": Reader(official.detect, official.read, official.recognise),
    "mmlab": Reader(mmlab.detect, mmlab.read, mmlab.recognise, mmlab.slip),
    "timm": Reader(timm.detect, timm.read),
}
