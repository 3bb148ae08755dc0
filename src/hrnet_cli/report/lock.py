"""`lock` as a report."""

from __future__ import annotations

from collections import Counter

from hrnet_cli.checking.lock import LockedSpec, Locking, Outcome
from hrnet_cli.report.content import Block, Column, Heading, Note, Report, Span, Table
from hrnet_cli.text import printable

ROLES: dict[Outcome, str] = {
    "added": "good",
    "updated": "mark",
    "removed": "bad",
    "differs": "bad",
    "unchanged": "muted",
}
"""How each outcome is coloured, in the order in which they are counted."""


def present(result: Locking) -> Report:
    """How many specs had each outcome, and what differs in those that are not unchanged."""
    blocks: list[Block] = [Heading(f"{printable(result.path)}: {one_line(result)}")]
    rows = tuple(_row(spec) for spec in result.specs if spec.outcome != "unchanged")
    if rows:
        columns = (Column("spec"), Column("outcome"), Column("what differs"))
        differs = any(reason for _, _, reason in rows)
        blocks.append(Table(columns if differs else columns[:2], rows if differs else tuple(row[:2] for row in rows)))
    if result.refused:
        blocks.append(Note("nothing is written: undo the change, or accept it with hrnet-cli lock --update", "bad"))
    return Report(tuple(blocks))


def one_line(result: Locking) -> str:
    """`4 added, 1 unchanged`."""
    counts = Counter(spec.outcome for spec in result.specs)
    return ", ".join(f"{counts[outcome]} {outcome}" for outcome in ROLES if counts[outcome]) or "no specs"


def _row(spec: LockedSpec) -> tuple[str, Span, str]:
    reason = "its file is gone" if spec.outcome == "removed" else "\n".join(map(str, spec.differences))
    return printable(spec.name), Span(spec.outcome, ROLES[spec.outcome]), reason
