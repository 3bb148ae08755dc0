"""HR1 and HR2: what the code that a config is written for ignores, and what it cannot build.

The readers of the dialects note the first, and the writers know the second.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hrnet_cli.checking.rule import Rule
from hrnet_cli.checking.subject import Subject
from hrnet_cli.dialects.table import explain_limits
from hrnet_cli.errors import Diagnostic
from hrnet_cli.text import KeyPath, dotted_path


def notes(subject: Subject) -> Iterator[Diagnostic]:
    """The notes of the config's reader, located in the config."""
    yield from map(subject.loaded.at_config_path, subject.loaded.reading.notes)


def limits(subject: Subject) -> Iterator[Diagnostic]:
    """Why the code of a dialect cannot build the network: the dialect that is asked for, or the config's own."""
    dialect = subject.requirements.dialect or (subject.spec.dialect if subject.code_is_known else "")
    for limit in explain_limits(dialect, subject.spec, subject.loaded.reading) if dialect else ():
        yield _located(subject, limit, dialect)


def _located(subject: Subject, limit: Diagnostic, dialect: str) -> Diagnostic:
    """A limit located in the config. A config of another dialect may have no key for it, but a spec has."""
    path = subject.loaded.reading.origin(limit.path)
    existing = _existing_part(subject.config, path)
    if subject.spec.dialect in ("", dialect) or (path and existing == path):
        return subject.at(limit.code, limit.path, limit.message, limit.remedy)
    remedy = f"convert it to a spec: hrnet-cli convert {subject.name}"
    if limit.remedy:
        remedy += f"; then, at {dotted_path(limit.path)}: {limit.remedy}"
    return subject.at_config(limit.code, existing, limit.message, remedy)


def _existing_part(config: Any, path: KeyPath) -> KeyPath:
    """The longest beginning of a path that a config has."""
    for position, part in enumerate(path):
        try:
            config = config[part]
        except (KeyError, IndexError, TypeError):
            return path[:position]
    return path


DIALECT = (
    Rule(
        "HR101",
        "misspelt-key",
        "warning",
        "a key that is not read, but similar to one that is",
        ("misspelt-key",),
        notes,
    ),
    Rule("HR102", "unread-key", "warning", "a key that is not read", ("unread-key",), notes),
    Rule("HR103", "unread-value", "warning", "a value that the network does not depend on", ("unread-value",), notes),
    Rule(
        "HR104", "fuse-method", "warning", "a fuse method other than SUM, which has no effect", ("fuse-method",), notes
    ),
    Rule("HR105", "unbuilt-stage", "warning", "a stage that is not built", ("unbuilt-stage",), notes),
    Rule("HR106", "extra-entries", "warning", "a list with more entries than are read", ("extra-entries",), notes),
    Rule("HR107", "assumed", "note", "a value that the config does not give", ("assumed",), notes),
    Rule("HR108", "left-out", "note", "a part of the config that is not built here", ("left-out",), notes),
    Rule("HR109", "letter-case", "warning", "a key or a block in the wrong letter case", ("letter-case",), notes),
    Rule(
        "HR110", "no-default", "warning", "a missing key that the code reads without a default", ("no-default",), notes
    ),
    Rule("HR111", "fork", "note", "a config for code that is built on the one that is known", ("fork",), notes),
    Rule(
        "HR201",
        "width-change",
        "error",
        "a branch whose width changes between stages, for which the code uses another branch",
        ("width-change",),
        limits,
        conditional=True,
    ),
    Rule(
        "HR202",
        "head-needs",
        "error",
        "a head that the dialect's code does not have, or not on these branches",
        ("head-needs",),
        limits,
        conditional=True,
    ),
    Rule(
        "HR203",
        "fixed-part",
        "error",
        "a part that the dialect's code builds in one way only",
        ("fixed-part",),
        limits,
        conditional=True,
    ),
    Rule(
        "HR204",
        "refused-argument",
        "error",
        "an argument that the package's own class does not take",
        ("refused-argument",),
        notes,
    ),
    Rule(
        "HR205",
        "head-strides",
        "error",
        "strides of a detector's head that are not those of its maps",
        ("head-strides",),
        notes,
    ),
)
