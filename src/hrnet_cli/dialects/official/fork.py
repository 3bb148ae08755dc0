"""Whether a config is for the authors' own code, or for a fork of it that may read and build anything else."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from hrnet_cli.dialects.nodes import ConfigNode
from hrnet_cli.dialects.official import SECTIONS, Sections
from hrnet_cli.dialects.official.config import EXTRA_KEYS, MODEL_KEYS, READ_BY_NONE, Config
from hrnet_cli.dialects.official.config import STAGE_KEYS as KEYS_OF_STAGE
from hrnet_cli.dialects.official.keys import refused_key
from hrnet_cli.dialects.reading import note
from hrnet_cli.hrnet import NUM_STAGES, STAGE_KEYS
from hrnet_cli.text import KeyPath, misspelt, quote_key


def note_fork(config: Config) -> None:
    """Withdraw what was said for the authors' code where a config is not for it, and note why it is not."""
    is_noted = any(each.code == "fork" for each in config.notes)  # by its name, or by a value
    found = None if is_noted else _evidence(config)
    if found:
        path, whether = found
        whose = f"a fork of {config.known_name}" if config.known_name else "other code"
        message = f"{path[-1]} is {whether} by the authors' code: this is for {whose}, which may read and build more"
        config.notes.append(note("fork", path, message, at_key=True))
    elif config.known_name and not config.lower and not is_noted:
        return
    config.is_fork = found is not None or any(each.code == "fork" and each.path for each in config.notes)
    config.withdraw_claims()


def _evidence(config: Config) -> tuple[KeyPath, str] | None:
    """The first key that shows a fork, and what the authors' code does with it."""
    source = config.source
    known: tuple[str, ...] = (*EXTRA_KEYS, *STAGE_KEYS[:NUM_STAGES])
    if source.extra.path == source.model.path:  # not as the authors write it: a dump, or a part of a config
        known += (*MODEL_KEYS, *(() if source.model.path else SECTIONS))
    elif config.known_name:
        path = refused_key(source.root.value, config.known_name, is_model=not source.model.path)
        if path:
            return path, "refused"
    unusual = (source.extra.child(key) for key, usual in READ_BY_NONE.items() if not _is(source, key, usual))
    found = [
        *_unknown_keys(source.extra, known),  # every known key is a misspelling of itself, in any letter case
        *(node.path for node in unusual if node),
        *chain.from_iterable(_unknown_keys(source.extra.child(key), KEYS_OF_STAGE) for key in source.extra.stage_keys),
    ]
    return (found[0], "never read") if found else None


def _unknown_keys(node: ConfigNode | None, known: tuple[str, ...]) -> Iterator[KeyPath]:
    """The paths of the keys of a mapping that are no misspellings of known ones."""
    if node:
        yield from ((*node.path, quote_key(key)) for key in node.keys if not misspelt(key, known))


def _is(source: Sections, key: str, usual: Any) -> bool:
    """Whether a key that the authors' code never reads has the value that it builds anyway."""
    node = source.extra.child(key)
    return node is not None and node.literal == usual
