"""HR6: specs against the lock file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from hrnet_cli.checking.lock import differences, lock_entry, lock_name
from hrnet_cli.checking.rule import Rule
from hrnet_cli.checking.subject import Subject
from hrnet_cli.errors import Diagnostic, UsageError
from hrnet_cli.tracing import InputError, trace


def not_locked(subject: Subject) -> Iterator[Diagnostic]:
    """The lock file has no entry of the spec, or can have none."""
    if subject.locked is None:
        return
    lock = subject.requirements.lock
    try:
        if lock_name(subject.name, Path(lock).parent) not in subject.locked:
            message, remedy = f"{lock} has no entry of {subject.name}", f"lock it: hrnet-cli lock {subject.name}"
            yield subject.at("not-locked", (), message, remedy)
    except UsageError as error:
        yield subject.at("not-locked", (), error.message, error.remedy)


def not_as_locked(subject: Subject) -> Iterator[Diagnostic]:
    """The spec builds something else than its entry records. Entries are for the spec's own input."""
    if not subject.locked:
        return
    lock = subject.requirements.lock
    with suppress(UsageError, InputError):  # what has no name in a lock file is HR601; a bad input of its own, HR301
        entry = subject.locked.get(lock_name(subject.name, Path(lock).parent))
        own = trace(subject.spec) if subject.requirements.input else subject.trace
        changed = differences(entry, lock_entry(own)) if entry and own else ()
        if changed:
            message = f"this is not what {lock} records: {'; '.join(map(str, changed))}"
            remedy = f"undo the change, or accept it: hrnet-cli lock --update {subject.name}"
            yield subject.at("not-as-locked", (), message, remedy)


LOCKED = (
    Rule(
        "HR601",
        "not-locked",
        "error",
        "a spec that is not in the lock file",
        ("not-locked",),
        not_locked,
        conditional=True,
    ),
    Rule(
        "HR602",
        "not-as-locked",
        "error",
        "a spec that builds something else than the lock file records",
        ("not-as-locked",),
        not_as_locked,
        conditional=True,
    ),
)
