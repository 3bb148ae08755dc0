"""Whether a config is for the authors' own code, or for a fork of it that may read and build anything else."""

from __future__ import annotations

from hrnet_cli.dialects.official import SECTIONS
from hrnet_cli.dialects.official.config import EXTRA_KEYS, MODEL_KEYS, READ_BY_NONE, Config
from hrnet_cli.dialects.official.keys import refused_key
from hrnet_cli.dialects.reading import note
from hrnet_cli.errors import Diagnostic
from hrnet_cli.hrnet import NUM_STAGES, STAGE_KEYS, stage_number
from hrnet_cli.text import KeyPath, misspelt, quote_key

SAID_OF_ANY_CODE = ("assumed", "left-out", "fork", "misspelt-key")
"""The notes that hold whatever code reads a config: they say what is built here, or are doubts."""


def note_fork(config: Config) -> None:
    """Withdraw what was said for the authors' code where a config is not for it, and note why it is not."""
    found = _evidence(config)
    if found:
        path, whether = found
        whose = f"a fork of {config.known_name}" if config.known_name else "other code"
        message = f"{path[-1]} is {whether} by the authors' code: this is for {whose}, which may read and build more"
        config.notes.append(note("fork", path, message, at_key=True))
    elif config.known_name and not config.lower:
        return
    config.code_is_known = False
    config.notes = [kept for each in config.notes if (kept := _of_any_code(each))]


def _of_any_code(found: Diagnostic) -> Diagnostic | None:
    """A note that does not speak for the authors' code; None where nothing is left of it.

    A default that is used, and a stage that is built otherwise than the config says, stay noted: without a remedy,
    since the fork may well read what stands there.
    """
    if found.code in SAID_OF_ANY_CODE:
        return found._replace(at_most_note=True)
    if found.code == "no-default" and not found.only_in_check:
        return found._replace(code="assumed", at_most_note=True)
    is_in_stage = any(stage_number(part) is not None for part in found.path)
    if is_in_stage and found.code in ("unread-value", "extra-entries", "letter-case"):
        return found._replace(remedy="", at_most_note=True)
    return None


def _evidence(config: Config) -> tuple[KeyPath, str] | None:
    """The first key that shows a fork, and what the authors' code does with it."""
    source = config.source
    if any(each.code == "fork" for each in config.notes):
        return None  # noted with its name
    known: tuple[str, ...] = (*EXTRA_KEYS, *STAGE_KEYS[:NUM_STAGES])
    if source.extra.path == source.model.path:  # not as the authors write it: a dump, or a part of a config
        known += (*MODEL_KEYS, *(() if source.model.path else SECTIONS))
    elif config.known_name:
        path = refused_key(source.root.value, config.known_name, is_model=not source.model.path)
        if path:
            return path, "refused"
    for key in source.extra.keys:
        if not misspelt(key, known):  # every known key is itself, in any letter case
            return (*source.extra.path, quote_key(key)), "never read"
    for key, usual in READ_BY_NONE.items():
        node = source.extra.child(key)
        if node and node.literal != usual:
            return node.path, "never read"
    return None
