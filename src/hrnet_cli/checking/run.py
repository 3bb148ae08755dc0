"""Rules over one file: its findings, whatever is in it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from hrnet_cli.checking.files import Target, has_base_outside, is_program, may_be_config, mentions_hrnet, read_if_config
from hrnet_cli.checking.finding import FileCheck, Finding
from hrnet_cli.checking.lock_file import LockEntry, open_lock
from hrnet_cli.checking.rules import RULE_OF, UNCONDITIONAL, WITHOUT_NETWORK, finders
from hrnet_cli.checking.settings import Settings
from hrnet_cli.checking.subject import Subject
from hrnet_cli.checking.suppress import apply_suppressions, split_lines
from hrnet_cli.dialects.reading import holds_stages
from hrnet_cli.dialects.table import identify, may_hold_hrnet, recognise
from hrnet_cli.documents import MAX_DEPTH, Document
from hrnet_cli.errors import Diagnostic, Location, SpecError, UnreadableError
from hrnet_cli.files import is_outside, only_in
from hrnet_cli.sources import preset_names, read_source
from hrnet_cli.sources.loading import MismatchError, Source, load_document
from hrnet_cli.sources.places import find_places
from hrnet_cli.text import quote


class _NotHrnetError(Exception):
    """A file of a folder is not the config of an HRNet."""


MAX_SECONDS = 10
"""A check of one file that takes longer is given up. The slowest published config takes a tenth of a second."""


class _OverTimeError(BaseException):
    """The check of a file takes longer than MAX_SECONDS. Nothing that handles an Exception may handle it."""


class Checker(NamedTuple):
    """Everything that a file is checked with. It is sent to other processes as it is."""

    settings: Settings
    locked: dict[str, LockEntry] | None = None
    """The entries of the lock file; None if specs need not be in it."""
    debug: bool = False
    """Whether an exception that is a fault of hrnet-cli is raised, and not a finding."""
    lock_error: UnreadableError | None = None
    """Why the lock file cannot be read: then the specs are checked without it."""

    def check(self, target: Target) -> FileCheck:
        """Every finding of one file. That it cannot be read is a finding too, and that it takes too long."""
        try:
            with _time_limit(MAX_SECONDS), only_in(target.projects):
                return self._check(target)
        except _OverTimeError:
            what = f"the check of this file takes longer than {MAX_SECONDS} s"
            return self._fault(target.name, what, "or the machine has too much to do")

    def _check(self, target: Target) -> FileCheck:
        selected = self.settings.selected_rules(target.name)
        text, source, ran, unreadable = "", target.name, selected & UNCONDITIONAL, False
        try:
            found = _read(target)
            text, source = found.text, found.name
            diagnostics = list(self._diagnostics(found, target, selected))
        except _NotHrnetError:
            return FileCheck(source, skipped=True, base_outside=has_base_outside(Path(source)))
        except SpecError as error:
            if target.in_folder and all(each.code == "not-hrnet" for each in error.diagnostics):
                return FileCheck(source, skipped=True, base_outside=has_base_outside(Path(source)))
            diagnostics, ran = error.diagnostics, selected & WITHOUT_NETWORK
        except (UnreadableError, OSError) as error:
            diagnostics, ran, unreadable = [_unreadable(error, source)], frozenset(), True
        except Exception as error:  # a fault of ours in one file must not hide what is found in the others
            if self.debug:
                raise
            return self._fault(source, f"{type(error).__name__}: {error}", "--debug shows where")
        kept, suppressed = apply_suppressions(_of_rules(diagnostics, selected), text, source, ran)
        findings = self._findings(_of_rules(kept, selected), text, source)
        return FileCheck(source, findings, suppressed, unreadable)

    def _diagnostics(self, found: Source, target: Target, selected: frozenset[str]) -> Iterator[Diagnostic]:
        """What the rules find. Raises SpecError if the spec cannot be built."""
        try:
            document = found.document()
            dialect = identify(document.value)
            if document.absent and not dialect:
                raise SpecError([*document.absent])
        except SpecError:
            is_python = target.in_folder and target.name.endswith(".py")
            if is_python and (is_program(found.text) or not mentions_hrnet(found.text, found.path)):
                raise _NotHrnetError from None
            raise
        may_be_another = target.in_folder and not recognise(document.value, dialect)
        if may_be_another and (dialect or not holds_stages(document.value, MAX_DEPTH)):
            raise _NotHrnetError
        parts = find_places(document) if not dialect and may_hold_hrnet(document.value) else []
        for part in parts if len(parts) > 1 else [document]:
            try:
                yield from self._network(part, found.name, target.name, dialect if part is document else None, selected)
            except SpecError as error:
                if len(parts) > 1:
                    yield from [] if target.in_folder else error.diagnostics
                elif may_be_another:
                    raise _NotHrnetError from None  # stages below other keys, for any program
                else:
                    raise

    def _network(
        self, document: Document, source: str, name: str, dialect: str | None, selected: frozenset[str]
    ) -> Iterator[Diagnostic]:
        """What the rules find in one network; a file may have several below its keys."""
        try:
            loaded = load_document(document, source, dialect)
        except MismatchError as error:
            yield from error.diagnostics
            loaded = error.loaded
        subject = Subject(loaded, self.settings, self.locked, name)
        for find in finders(selected):
            yield from find(subject)

    def _fault(self, source: str, what: str, remedy: str) -> FileCheck:
        """The finding of a file that could not be checked because of hrnet-cli and not because of the file."""
        message = f"this is a fault of hrnet-cli: {quote(what)}"
        fault = Diagnostic(
            "internal-error", (), message, f"report it with this file; {remedy}", location=Location(source=source)
        )
        return FileCheck(source, self._findings([fault], "", source), unreadable=True)

    def without_lock(self, error: UnreadableError) -> FileCheck:
        """The finding of a lock file that cannot be read."""
        source = self.settings.lock
        return FileCheck(source, self._findings([_unreadable(error, source)], "", source), unreadable=True)

    def killed(self, target: Target) -> FileCheck:
        """The finding of a file whose process ended while it was checked, as one does that has no memory left."""
        return self._fault(
            target.name, "the process that checked this file ended", "or the machine has too little memory"
        )

    def _findings(self, diagnostics: list[Diagnostic], text: str, source: str) -> tuple[Finding, ...]:
        lines = split_lines(text) if diagnostics and may_be_config(text, Path(source)) else []
        findings = [self._finding(diagnostic, source, lines) for diagnostic in diagnostics]
        findings.sort(key=lambda each: (each.line or 0, each.column or 0, each.code, each.message))
        return tuple(findings)

    def _finding(self, diagnostic: Diagnostic, source: str, lines: list[str]) -> Finding:
        """The finding of a diagnostic, which may be located in a file that the checked one is based on."""
        rule, location = RULE_OF[diagnostic.code], diagnostic.location
        in_base = location.source not in ("", source)
        if in_base:
            lines = _lines_of(location.source)
        message = " ".join(diagnostic.message.split())
        return Finding(
            code=rule.code,
            name=rule.name,
            severity=self.settings.severity_of(rule.code, "note" if diagnostic.at_most_note else rule.severity),
            source=location.source or source,
            line=location.line,
            column=location.column,
            end_line=location.end_line,
            end_column=location.end_column,
            path=diagnostic.dotted,
            message=f"{message} (in {source}, which is based on this)" if in_base else message,
            remedy=" ".join(diagnostic.remedy.split()),
            excerpt=lines[location.line - 1] if location.line and location.line <= len(lines) else "",
            checked=source if in_base else "",
        )


@contextmanager
def _time_limit(seconds: int) -> Iterator[None]:
    """Raise _OverTimeError after some seconds, where the system has a timer that nothing else uses.

    It is the last fence: each reader bounds what it does by itself. A thread beside the main one has no timer.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or not hasattr(signal, "SIGALRM") or signal.getsignal(signal.SIGALRM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGALRM, _over_time)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


def _over_time(_number: int, _frame: Any) -> NoReturn:
    raise _OverTimeError


def checker(settings: Settings, debug: bool = False) -> Checker:
    """What to check with; the lock file is read if specs must be in it."""
    made = Checker(settings, debug=debug)
    if not settings.locked:
        return made
    try:
        return made._replace(locked=open_lock(Path(settings.lock)))
    except UnreadableError as error:
        return made._replace(lock_error=error)


def _read(target: Target) -> Source:
    """The text of a target. It is read once, so that what is checked is what is shown."""
    if target.error:
        raise UnreadableError(f"cannot read {target.name!r}: {target.error}", READABLE)
    if target.in_folder:
        is_link_out = Path(target.name).is_symlink() and is_outside(Path(target.name))
        text = None if is_link_out else read_if_config(Path(target.name))
        if text is None:
            raise _NotHrnetError
        return Source(text, target.name, Path(target.name))
    source = read_source(target.name)
    preset = target.name.removesuffix(PRESET_ENDING)
    if source.path is None and preset != target.name and preset in preset_names():
        raise UnreadableError(f"no file {target.name!r}", f"name a file, or the preset {preset} without an ending")
    return source


PRESET_ENDING = ".yaml"
"""Elsewhere a preset may be named as its file; here a file that is missing must not pass as the preset of its name."""
READABLE = "make it readable, or leave it out"


def _unreadable(error: UnreadableError | OSError, source: str) -> Diagnostic:
    """The diagnostic for a file that cannot be read."""
    if isinstance(error, UnreadableError):
        location = error.location._replace(source=source)
        return Diagnostic("unreadable", (), error.message, error.remedy, location=location)
    message = f"cannot read {source!r}: {error.strerror or error}"
    return Diagnostic("unreadable", (), message, READABLE, location=Location(source=source))


def _of_rules(diagnostics: Iterable[Diagnostic], codes: frozenset[str]) -> list[Diagnostic]:
    """The diagnostics that are findings of some rules."""
    return [each for each in diagnostics if (rule := RULE_OF.get(each.code)) and rule.code in codes]


def _lines_of(source: str) -> list[str]:
    """The lines of a file that a config is based on, to be shown; none if it is no config of an HRNet.

    A base may be any file that the config names, and what is in it is no business of a report on the config.
    """
    try:
        text = read_source(source).text
        return split_lines(text) if mentions_hrnet(text) else []
    except (UnreadableError, SpecError):
        return []
