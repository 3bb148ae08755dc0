"""HR2: what builds here and breaks in the code of the dialect that it is written for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from hrnet_cli.analysis.check.rule import Rule
from hrnet_cli.analysis.check.subject import Subject
from hrnet_cli.errors import Problem


def _broken(kind: str, subject: Subject) -> Iterator[Problem]:
    """The limits of one kind that the dialect's own code has, which this network crosses."""
    from hrnet_cli.spec.writers.table import LIMITS

    dialect = subject.settings.dialect or subject.spec.dialect
    if dialect in LIMITS:
        for limit in LIMITS[dialect](subject.spec):
            if limit.code == kind:
                yield subject.at(limit.path, f"not in the {dialect} code: {limit.text}", limit.hint)


def _rule(code: str, kind: str, summary: str) -> Rule:
    return Rule(code, kind, "error", summary, partial(_broken, kind), always=False)


DIALECT = (
    _rule("HR201", "width-change", "a branch whose width changes between stages, where the code takes another branch"),
    _rule("HR202", "head-needs", "a head that the dialect's code has not, or not on these branches"),
    _rule("HR203", "fixed-part", "a part that the dialect's code builds in one way only"),
)
