"""A count of 0 in a foreign config: the original code builds one block all the same, and of modules really none.

A spec of ours has no such count; its readers are not asked to know. A stage without modules is its transition alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from hrnet_cli.dialects.reading import Reading, note
from hrnet_cli.errors import Diagnostic
from hrnet_cli.hrnet import STAGE_KEY
from hrnet_cli.schema.spec import Spec


def without_zeros(reading: Reading) -> tuple[Reading, frozenset[str]]:
    """The reading with 1 for every 0 that its own code builds, and a note on each; and the stages without modules."""
    data, notes = dict(reading.data), list(reading.notes)
    empty = set()
    for key, stage in reading.data.items():
        if STAGE_KEY.fullmatch(key) and isinstance(stage, Mapping):
            data[key] = plain = dict(stage)
            notes += _blocks(key, plain, reading)
            if key != "stage1" and _is_zero(plain.get("num_modules")):
                plain["num_modules"] = 1
                empty.add(key)
                text = f"{key} has num_modules: 0: its branches pass through it, and nothing of it is built"
                notes.append(note("unread-value", reading.origin((key, "num_modules")), text, "write 1 or more"))
    return reading._replace(data=data, notes=tuple(notes)), frozenset(empty)


def without_modules(spec: Spec, empty: frozenset[str]) -> Spec:
    """A spec in which those stages have none."""
    stages = (
        replace(stage, num_modules=0) if f"stage{number}" in empty else stage
        for number, stage in enumerate(spec.stages, 1)
    )
    return replace(spec, stages=tuple(stages))


def _blocks(key: str, stage: dict[str, Any], reading: Reading) -> Iterator[Diagnostic]:
    blocks = stage.get("num_blocks")
    if isinstance(blocks, list | tuple) and any(map(_is_zero, blocks)):
        stage["num_blocks"] = [1 if _is_zero(count) else count for count in blocks]
        path = (key, "num_blocks", next(index for index, count in enumerate(blocks) if _is_zero(count)))
        yield note("unread-value", reading.origin(path), f"{key}.num_blocks 0 still builds one block", "write 1")


def _is_zero(value: Any) -> bool:
    return type(value) is int and value == 0
