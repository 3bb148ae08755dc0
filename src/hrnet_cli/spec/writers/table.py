"""A row in WRITERS is a target of `hrnet-cli convert`; one in LIMITS a dialect that `check` holds networks against."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hrnet_cli.spec.schema import Spec
from hrnet_cli.spec.writers import mmlab, native, official, timm
from hrnet_cli.spec.writers.limits import Limit
from hrnet_cli.spec.writers.writing import Writer

WRITERS: dict[str, Writer] = {
    "yaml": Writer(native.write_yaml),
    "json": Writer(native.write_json, has_comments=False),
    "official": Writer(official.write),
    "mmlab": Writer(mmlab.write),
    "timm": Writer(timm.write),
}

LIMITS: dict[str, Callable[[Spec], Iterator[Limit]]] = {
    "official": official.crossed,
    "mmlab": mmlab.crossed,
    "timm": timm.crossed,
}
"""By dialect, why its own code cannot build a network; nothing where it can."""
