"""What the reader of a dialect returns, and the notes that readers share."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from hrnet_cli.errors import Code, Diagnostic
from hrnet_cli.hrnet import HRNET_BLOCKS, STAGE_FIELDS, stage_key, stage_number
from hrnet_cli.schema.fields import MAX_SIZE
from hrnet_cli.schema.spec import Spec
from hrnet_cli.text import MAX_MISSPELT, KeyPath, dotted_path, misspelt, nearest, quote

if TYPE_CHECKING:
    from hrnet_cli.dialects.nodes import ConfigNode


def note(
    code: Code,
    path: KeyPath,
    message: str,
    remedy: str = "",
    at_key: bool = False,
    only_in_check: bool = False,
    at_most_note: bool = False,
) -> Diagnostic:
    """What a reader assumed, ignored or left out. The path of something missing is where it would be.

    With `at_key` the message names the key; otherwise it is about the value.
    """
    return Diagnostic(
        code, path, message, remedy, at_key, "note", only_in_check=only_in_check, at_most_note=at_most_note
    )


def note_text(note: Diagnostic) -> str:
    """A note on one line: its path, or that of the mapping around a key, then its message and the right spelling."""
    path = dotted_path(note.path[:-1] if note.at_key else note.path)
    spelling = f" ({note.remedy})" if note.code in ("misspelt-key", "refused-argument") else ""
    return (f"{path}: " if path else "") + note.message + spelling


MAX_NOTES = 8
"""Notes on the keys of one mapping."""


def unread_key(path: KeyPath, known: tuple[str, ...], message: str, present: Container[str] = ()) -> Diagnostic:
    """The note on a key that is not read: a misspelling of a known one, which may be `present` too, or not."""
    right = misspelt(path[-1], known)
    if not right:
        return note("unread-key", path, message, "remove it", at_key=True)
    remedy = f"remove it: {right} is present too" if right in present else f"did you mean {right}?"
    return note("misspelt-key", path, message, remedy, at_key=True)


def find_misspelt(unknown: Iterable[str], missing: Container[str], known: tuple[str, ...]) -> list[str]:
    """The unknown keys that are misspelt from a missing one: it is a misspelling of no other."""
    return [key for key in islice(unknown, MAX_NOTES) if misspelt(key, known) in missing]


def check_size(size: Any, count: int, path: KeyPath, remedy: str) -> Diagnostic | None:
    """The error of an input size that is not a list of so many whole numbers within bounds."""
    if not isinstance(size, list | tuple) or len(size) != count or not all(type(number) is int for number in size):
        return Diagnostic("bad-input", path, f"{quote(size)} is not an input size", remedy)
    if not all(1 <= number <= MAX_SIZE for number in size):
        message = f"{quote(size)} has a size that is out of range"
        return Diagnostic("bad-input", path, message, f"allowed: 1 to {MAX_SIZE}")
    return None


def read_size(reading: Reading, node: ConfigNode | None, default: tuple[int, int], height_first: bool = False) -> None:
    """The input from a size in the config, one number for both sides or two; `default` is height and width."""
    if node is None:
        reading.data["input"] = list(default)
        reading.add_note("assumed", (), f"the config has no input size: {default[0]}×{default[1]} is used")
        return
    size = node.literal
    if type(size) is int:
        size = [size, size]
    error = check_size(
        size, 2, node.path, f"write the {'height and the width' if height_first else 'width and the height'}"
    )
    if error:
        reading.diagnostics.append(error)
        return
    reading.data["input"] = list(size) if height_first else list(size)[::-1]
    reading.origins["input",] = node.path


def is_stage(value: Any) -> bool:
    """Whether it is a mapping with a key of a stage, perhaps misspelt."""
    keys = value.keys() if isinstance(value, Mapping) else ()
    return any(isinstance(key, str) and _is_stage_key(key[:MAX_MISSPELT]) for key in keys)


@lru_cache(maxsize=10_000)  # a config is asked several times, and its mappings may be used again and again
def _is_stage_key(key: str) -> bool:
    return nearest(key, STAGE_FIELDS, cutoff=0.8) != ""


def holds_stages(config: Any, depth: int = 4) -> bool:
    """Whether it has stages of an HRNet, or its mappings have: `MODEL.EXTRA.STAGE2`, `model.backbone.extra.stage2`."""
    if not isinstance(config, Mapping):
        return False
    if any(stage_number(key) is not None and is_stage(value) for key, value in config.items()):
        return True
    return depth > 1 and any(holds_stages(value, depth - 1) for value in config.values())


class Reading:
    """A config on its way to a spec: a reader adds to it what it reads and what there is to report."""

    def __init__(self, data: Any) -> None:
        self.data: dict[str, Any] = data
        """What `read_spec` takes; empty where `diagnostics` leave nothing to read."""
        self.origins: dict[KeyPath, KeyPath] = {}
        """From a path in `data` to the path in the config that it came from."""
        self.notes: list[Diagnostic] = []
        """What the reader assumed, ignored or left out."""
        self.diagnostics: list[Diagnostic] = []
        """Errors of the config, with its own keys and paths."""
        self.mismatches: list[Diagnostic] = []
        """Parts of the config that do not fit each other, although each of them can be built."""
        self.spell: Callable[[str], str] = str
        """How the config writes a key of the spec: `num_blocks` as `NUM_BLOCKS`."""
        self.blocks: tuple[str, ...] = HRNET_BLOCKS
        """The blocks that the config's code has."""
        self.input_reason = ""
        """Why the input is one that breaks, where its origin is not a size but what decides it."""
        self.input_remedy = ""
        """What to write there."""
        self.heatmap_stride = 0.0
        """Input pixels per pixel of the heatmaps of a head that is left out; 0 where there are none that are known."""
        self.heatmap_remedy = ""
        """How such a head puts out heatmaps of the usual size."""
        self.code_is_known = True
        """Whether the code that reads the config is the code that this reader knows; if not, nothing is said for it."""
        self.is_fork = False
        """Whether the config is certainly for other code than is known: what cannot be built here, that may build."""
        self.at_most_notes = False
        """Whether what is said for that code is a note at most, since the config may replace a class of it."""
        self.reads: tuple[str, tuple[int, ...]] | None = None
        """A part that is not built here, and the branches of the last stage that it reads, where they are known."""
        self.key_prefixes = ("", "")
        """What the package puts before the state-dict keys of the backbone and of the head."""
        self.limits: tuple[Callable[[Spec], Iterator[Diagnostic]], ...] = ()
        """Of a dialect that is read alone: what the code that reads the config cannot build."""
        self.accepts_tags = False
        """Whether the code that reads the config gives YAML tags a meaning, which is no part of the network."""
        self.empty_stages: set[str] = set()
        """The stages that have no modules, which no spec can say."""

    def add_note(self, code: Code, path: KeyPath, message: str, remedy: str = "", at_key: bool = False) -> None:
        """Report what was assumed, ignored or left out: see `note`."""
        self.notes.append(note(code, path, message, remedy, at_key, at_most_note=not self.code_is_known))

    def withdraw_claims(self) -> None:
        """Withdraw what was said for the code that reads the config: it is not known."""
        self.code_is_known = False
        self.notes = [kept for each in self.notes if (kept := _of_any_code(each))]
        self.mismatches = []

    def origin(self, path: KeyPath) -> KeyPath:
        """The path in the config that a path of the spec came from, by its longest part in `origins`; empty if none."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.origins:
                return (*self.origins[path[:length]], *path[length:])
        return ()

    def replace_zeros(self) -> None:
        """Read 1 for each count of 0, with a note.

        For num_blocks: 0 the original code builds one block, and for num_modules: 0 the transition alone.
        """
        for key, stage in self.data.items():
            if stage_number(key) is None or not isinstance(stage, Mapping):
                continue
            changed = dict(stage)
            blocks, modules = stage.get("num_blocks"), stage.get("num_modules")
            if isinstance(blocks, list | tuple) and any(map(_is_zero, blocks)):
                changed["num_blocks"] = [1 if _is_zero(count) else count for count in blocks]
                first = next(index for index, count in enumerate(blocks) if _is_zero(count))
                origin = self.origin((key, "num_blocks", first))
                self.add_note("unread-value", origin, "one block is built for 0", "write 1")
            if key != stage_key(1) and _is_zero(modules):
                changed["num_modules"] = 1
                self.empty_stages.add(key)
                message, origin = "0 modules: the branches pass unchanged", self.origin((key, "num_modules"))
                self.notes.append(note("unread-value", origin, message, at_most_note=True))
            self.data[key] = changed


SAID_OF_ANY_CODE = ("assumed", "differs", "fork", "left-out", "misspelt-key")
"""The notes that hold whatever code reads a config: they say what is built here, or are doubts."""


def _of_any_code(found: Diagnostic) -> Diagnostic | None:
    """A note that does not speak for the code that reads a config; None where nothing is left of it.

    A default that is used, and a stage that is built otherwise than the config says, stay noted: without a remedy,
    since another code may well read what stands there.
    """
    if found.code in SAID_OF_ANY_CODE:
        return found._replace(at_most_note=True)
    if found.code == "no-default" and not found.only_in_check:
        return found._replace(code="assumed", at_most_note=True)
    is_in_stage = any(stage_number(part) is not None for part in found.path)
    if is_in_stage and found.code in ("unread-value", "extra-entries", "letter-case"):
        return found._replace(remedy="", at_most_note=True)
    return None


def _is_zero(value: Any) -> bool:
    return type(value) is int and value == 0


def remove_modules(spec: Spec, stages: Container[str]) -> Spec:
    """The spec with no modules in the stages of these keys."""
    numbered = enumerate(spec.stages, 1)
    changed = (replace(each, num_modules=0) if stage_key(number) in stages else each for number, each in numbered)
    return replace(spec, stages=tuple(changed))
