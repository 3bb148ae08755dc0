"""Whether a config is for the authors' own code, or for a fork of it that may read and build anything else."""

from __future__ import annotations

from hrnet_cli.dialects.official import SECTIONS
from hrnet_cli.dialects.official.config import EXTRA_KEYS, MODEL_KEYS, READ_BY_NONE, Config
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
    for key in source.extra.keys:
        if not misspelt(key, known):  # every known key is itself, in any letter case
            return (*source.extra.path, quote_key(key)), "never read"
    for key, usual in READ_BY_NONE.items():
        node = source.extra.child(key)
        if node and node.literal != usual:
            return node.path, "never read"
    return None
