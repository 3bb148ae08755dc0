"""`lock` as a document."""

from __future__ import annotations

from collections import Counter

from hrnet_cli.check.lock import Locked, Locking
from hrnet_cli.report.content import Block, Column, Document, Heading, Note, Span, Table
from hrnet_cli.text import printable

OUTCOMES = {"added": "good", "renewed": "mark", "dropped": "bad", "refused": "bad", "unchanged": "muted"}
WORDS = {"refused": "not as locked"}


def present(result: Locking, path: str) -> Document:
    """How many are what; then those that are not as they were, and in what."""
    counts = Counter(spec.outcome for spec in result.specs)
    said = [f"{counts[outcome]} {WORDS.get(outcome, outcome)}" for outcome in OUTCOMES if counts[outcome]]
    blocks: list[Block] = [Heading(f"{printable(path)}: {', '.join(said) or 'no specs'}")]
    rows = tuple(_row(spec) for spec in result.specs if spec.outcome != "unchanged")
    if rows:
        blocks.append(Table((Column("spec"), Column(""), Column("what differs")), rows))
    if result.refused:
        blocks.append(Note("nothing is written: take the change back, or renew with lock --update", "bad"))
    return Document(tuple(blocks))


def _row(spec: Locked) -> tuple[str, Span, str]:
    word = Span(WORDS.get(spec.outcome, spec.outcome), OUTCOMES[spec.outcome])
    why = "its file is gone" if spec.outcome == "dropped" else "\n".join(spec.differences)
    return printable(spec.name), word, why
