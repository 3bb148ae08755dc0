"""HR2: what builds here and breaks in the code of the dialect that it is written for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from hrnet_cli.check.rule import Rule
from hrnet_cli.check.subject import Subject
from hrnet_cli.errors import Code, Diagnostic
from hrnet_cli.text import KeyPath, dotted_path

if TYPE_CHECKING:
    from hrnet_cli.errors import Code, Diagnostic


def _broken(kind: Code, subject: Subject) -> Iterator[Diagnostic]:
    """The limits of one kind that the dialect's own code has, which this network crosses."""
    from hrnet_cli.dialects.table import FOREIGN

    dialect = subject.settings.dialect or subject.spec.dialect
    if dialect in FOREIGN:
        for limit in FOREIGN[dialect].find_limits(subject.spec):
            if limit.code == kind:
                yield _crossed(subject, limit, dialect)


def _crossed(subject: Subject, limit: Diagnostic, dialect: str) -> Diagnostic:
    """A limit where it stands. A config of another dialect may have no key for it: then what has one is a spec."""
    message = f"not in the {dialect} code: {limit.message}"
    path = subject.loaded.reading.origin(limit.path)
    if subject.spec.dialect in ("", dialect) or (path and _there(subject.config, path) == path):
        return subject.at(limit.code, limit.path, message, limit.remedy)
    remedy = f"make a spec of it: hrnet-cli convert {subject.name}"
    if limit.remedy:
        remedy += f"; and in that, at {dotted_path(limit.path)}: {limit.remedy}"
    return subject.there(limit.code, _there(subject.config, path), message, remedy)


def _there(config: Any, path: KeyPath) -> KeyPath:
    """As much of a path as a config has."""
    for position, part in enumerate(path):
        try:
            config = config[part]
        except (KeyError, IndexError, TypeError):
            return path[:position]
    return path


def _rule(code: str, kind: Code, summary: str) -> Rule:
    return Rule(code, kind, "error", summary, partial(_broken, kind), always=False, reports=(kind,))


DIALECT = (
    _rule("HR201", "width-change", "a branch whose width changes between stages, where the code takes another branch"),
    _rule("HR202", "head-needs", "a head that the dialect's code has not, or not on these branches"),
    _rule("HR203", "fixed-part", "a part that the dialect's code builds in one way only"),
)
