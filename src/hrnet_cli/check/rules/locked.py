"""HR6: what a spec built when it was locked, and builds no longer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from hrnet_cli.check.lock import differences, lock_entry, lock_name
from hrnet_cli.check.rule import Rule
from hrnet_cli.check.subject import Subject
from hrnet_cli.errors import Diagnostic, UsageError
from hrnet_cli.tracing import InputError, trace


def not_locked(subject: Subject) -> Iterator[Diagnostic]:
    """The lock file has no entry of it, or can have none."""
    if subject.locked is None:
        return
    lock = subject.settings.lock
    try:
        if _name(subject) not in subject.locked:
            yield subject.at(
                "not-locked", (), f"{lock} has no entry of {subject.name}", f"lock it: hrnet-cli lock {subject.name}"
            )
    except UsageError as error:
        yield subject.at("not-locked", (), error.message, error.remedy)


def not_as_locked(subject: Subject) -> Iterator[Diagnostic]:
    """It builds something else than its entry says."""
    if not subject.locked or subject.trace is None:
        return
    with suppress(UsageError, InputError):  # what cannot be locked has no entry; an input that breaks is HR301
        entry = subject.locked.get(_name(subject))
        own = subject.trace if subject.settings.input is None else trace(subject.spec)
        changed = differences(entry, lock_entry(own)) if entry else ()
        if changed:
            message = f"this is not what {subject.settings.lock} has: {'; '.join(map(str, changed))}"
            yield subject.at(
                "not-as-locked", (), message, f"take the change back, or renew: hrnet-cli lock --update {subject.name}"
            )


def _name(subject: Subject) -> str:
    return lock_name(subject.name, Path(subject.settings.lock).parent)


LOCKED = (
    Rule("HR601", "not-locked", "error", "a spec that is not in the lock file", not_locked, always=False),
    Rule(
        "HR602",
        "not-as-locked",
        "error",
        "a spec that builds something else than was locked",
        not_as_locked,
        always=False,
    ),
)
