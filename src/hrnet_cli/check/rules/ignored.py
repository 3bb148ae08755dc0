"""HR1: what the code that reads a config ignores without a word. The readers know it: their notes have kinds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from hrnet_cli.check.rule import Rule
from hrnet_cli.check.subject import Subject
from hrnet_cli.dialects.reading import note_text_at_path
from hrnet_cli.errors import Code, Diagnostic, Severity


def _noted(kind: Code, subject: Subject) -> Iterator[Diagnostic]:
    """The reader's notes of one kind, where they stand in the config."""
    for note in subject.loaded.reading.notes:
        if note.code == kind:
            yield subject.there(kind, note.path, note_text_at_path(note), note.remedy, note.at_key)


def _rule(code: str, kind: Code, severity: Severity, summary: str) -> Rule:
    return Rule(code, kind, severity, summary, partial(_noted, kind), reports=(kind,))


IGNORED = (
    _rule("HR101", "misspelt-key", "warning", "a key that nobody reads, near one that is read"),
    _rule("HR102", "unread-key", "warning", "a key that nobody reads"),
    _rule("HR103", "unread-value", "warning", "a value that the network does not take from the config"),
    _rule("HR104", "fuse-method", "warning", "a fuse method other than SUM, which is built all the same"),
    _rule("HR105", "unbuilt-stage", "warning", "a stage that nobody builds"),
    _rule("HR106", "extra-entries", "warning", "a list of which only the first entries are read"),
    _rule("HR107", "assumed", "note", "what is taken where the config is silent"),
    _rule("HR108", "left-out", "note", "a part of the config that is not built here"),
    _rule("HR109", "letter-case", "warning", "a key or a block in other letters, which the code does not find"),
    _rule("HR110", "no-default", "warning", "a key that is not there, and that the code reads without a default"),
)
