"""HR2: what builds here and breaks in the code of the dialect that it is written for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from hrnet_cli.analysis.check.rule import Rule
from hrnet_cli.analysis.check.subject import Subject
from hrnet_cli.errors import Problem
from hrnet_cli.spec.document import dotted_path
from hrnet_cli.spec.fields import Path

if TYPE_CHECKING:
    from hrnet_cli.spec.writers.limits import Limit


def _broken(kind: str, subject: Subject) -> Iterator[Problem]:
    """The limits of one kind that the dialect's own code has, which this network crosses."""
    from hrnet_cli.spec.writers.table import LIMITS

    dialect = subject.settings.dialect or subject.spec.dialect
    if dialect in LIMITS:
        for limit in LIMITS[dialect](subject.spec):
            if limit.code == kind:
                yield _crossed(subject, limit, dialect)


def _crossed(subject: Subject, limit: Limit, dialect: str) -> Problem:
    """A limit where it stands. A config of another dialect may have no key for it: then what has one is a spec."""
    message = f"not in the {dialect} code: {limit.text}"
    path = subject.loaded.reading.origin(limit.path)
    if subject.spec.dialect in ("", dialect) or (path and _there(subject.config, path) == path):
        return subject.at(limit.path, message, limit.hint)
    hint = f"make a spec of it: hrnet-cli convert {subject.name}"
    if limit.hint:
        hint += f"; and in that, at {dotted_path(limit.path)}: {limit.hint}"
    return subject.there(_there(subject.config, path), message, hint)


def _there(config: Any, path: Path) -> Path:
    """As much of a path as a config has."""
    for position, part in enumerate(path):
        try:
            config = config[part]
        except (KeyError, IndexError, TypeError):
            return path[:position]
    return path


def _rule(code: str, kind: str, summary: str) -> Rule:
    return Rule(code, kind, "error", summary, partial(_broken, kind), always=False)


DIALECT = (
    _rule("HR201", "width-change", "a branch whose width changes between stages, where the code takes another branch"),
    _rule("HR202", "head-needs", "a head that the dialect's code has not, or not on these branches"),
    _rule("HR203", "fixed-part", "a part that the dialect's code builds in one way only"),
)
