"""What the reader of a dialect returns, and the notes that readers share."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

from hrnet_cli.errors import Code, Diagnostic
from hrnet_cli.hrnet import STAGE_FIELDS, stage_key, stage_number
from hrnet_cli.schema.fields import MAX_SIZE, right_key
from hrnet_cli.schema.spec import SPEC_KEYS, Spec
from hrnet_cli.text import KeyPath, dotted_path, nearest, quote


def note(
    code: Code, path: KeyPath, message: str, remedy: str = "", at_key: bool = False, only_in_check: bool = False
) -> Diagnostic:
    """What a reader assumed, ignored or left out. The path of something missing is where it would be.

    With `at_key` the message names the key; otherwise it is about the value.
    """
    return Diagnostic(code, path, message, remedy, at_key, "note", only_in_check=only_in_check)


def note_text(note: Diagnostic) -> str:
    """A note on one line: its path, or that of the mapping around a key, then its message and the right spelling."""
    path = dotted_path(note.path[:-1] if note.at_key else note.path)
    spelling = f" ({note.remedy})" if note.code == "misspelt-key" else ""
    return (f"{path}: " if path else "") + note.message + spelling


MAX_NOTES = 8
"""Notes on the keys of one mapping."""


def unread_key(path: KeyPath, known: tuple[str, ...], message: str, present: Container[str] = ()) -> Diagnostic:
    """The note on a key that is not read: a misspelling of a known one, which may be `present` too, or not."""
    misspelt = bool(nearest(path[-1], known))
    remedy = right_key(path[-1], known, present) if misspelt else "remove it"
    return note("misspelt-key" if misspelt else "unread-key", path, message, remedy, at_key=True)


def find_misspelt(unknown: Iterable[str], missing: Container[str], known: tuple[str, ...]) -> list[str]:
    """The unknown keys that are misspelt from a missing one: of all known keys it is the nearest."""
    return [key for key in islice(unknown, MAX_NOTES) if nearest(key, known) in missing]


def check_size(size: Any, count: int, path: KeyPath, remedy: str) -> Diagnostic | None:
    """The error of an input size that is not a list of so many whole numbers within bounds."""
    if not isinstance(size, list | tuple) or len(size) != count or not all(type(number) is int for number in size):
        return Diagnostic("bad-input", path, f"{quote(size)} is not an input size", remedy)
    if not all(1 <= number <= MAX_SIZE for number in size):
        message = f"{quote(size)} has a size that is out of range"
        return Diagnostic("bad-input", path, message, f"allowed: 1 to {MAX_SIZE}")
    return None


def is_stage(value: Any) -> bool:
    """Whether it is a mapping with a key of a stage, perhaps misspelt."""
    keys = value.keys() if isinstance(value, Mapping) else ()
    return any(nearest(key, STAGE_FIELDS, cutoff=0.8) for key in keys)


AUTHORS_KEYS = {"final_conv_kernel", "pretrained_layers", "stem_inplanes", "with_head", "deconv"}


def has_authors_keys(config: Mapping[str, Any]) -> bool:
    """Whether stages at the top of a config are the `EXTRA` of one of the authors', all in lower case."""
    first = config.get("stage1")
    found = bool(AUTHORS_KEYS & config.keys()) or (isinstance(first, Mapping) and "num_ranches" in first)
    return found and not any(key in SPEC_KEYS and stage_number(key) is None for key in config)


class Reading(NamedTuple):
    """A config of another dialect as the data of a spec."""

    data: dict[str, Any]
    """What `read_spec` takes; empty where `diagnostics` leave nothing to read."""
    origins: dict[KeyPath, KeyPath]
    """From a path in `data` to the path in the config that it came from."""
    notes: tuple[Diagnostic, ...] = ()
    """What the reader assumed, ignored or left out."""
    diagnostics: tuple[Diagnostic, ...] = ()
    """Errors of the config, with its own keys and paths."""
    mismatches: tuple[Diagnostic, ...] = ()
    """Parts of the config that do not fit each other, although each of them can be built."""
    spell: Callable[[str], str] = str
    """How the config writes a key of the spec: `num_blocks` as `NUM_BLOCKS`."""

    def origin(self, path: KeyPath) -> KeyPath:
        """The path in the config that a path of the spec came from, by its longest part in `origins`; empty if none."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.origins:
                return (*self.origins[path[:length]], *path[length:])
        return ()


# Counts of 0: for num_blocks: 0 the original code builds one block, and for num_modules: 0 the transition alone. A spec
# has neither, so that both are read as 1, and the modules are removed from the Spec.


def replace_zeros(reading: Reading) -> tuple[Reading, frozenset[str]]:
    """The reading with 1 for each count of 0 and a note on it, and the keys of the stages without modules."""
    data, notes, empty = dict(reading.data), list(reading.notes), set()
    for key, stage in reading.data.items():
        if stage_number(key) is None or not isinstance(stage, Mapping):
            continue
        data[key] = changed = dict(stage)
        blocks = stage.get("num_blocks")
        if isinstance(blocks, list | tuple) and any(map(_is_zero, blocks)):
            changed["num_blocks"] = [1 if _is_zero(count) else count for count in blocks]
            path = (key, "num_blocks", next(index for index, count in enumerate(blocks) if _is_zero(count)))
            notes.append(note("unread-value", reading.origin(path), "0 still builds one block", "write 1"))
        if key != stage_key(1) and _is_zero(stage.get("num_modules")):
            changed["num_modules"] = 1
            empty.add(key)
            message = "0 modules: the branches pass through the stage unchanged"
            notes.append(note("unread-value", reading.origin((key, "num_modules")), message, "write 1 or more"))
    return reading._replace(data=data, notes=tuple(notes)), frozenset(empty)


def remove_modules(spec: Spec, empty: frozenset[str]) -> Spec:
    """The spec with no modules in these stages."""
    stages = (
        replace(stage, num_modules=0) if stage_key(number) in empty else stage
        for number, stage in enumerate(spec.stages, 1)
    )
    return replace(spec, stages=tuple(stages))


def _is_zero(value: Any) -> bool:
    return type(value) is int and value == 0
