"""Rules over specs: one file to its findings, and many files in one process or several."""

from __future__ import annotations

import os
import signal
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from hrnet_cli.checking.files import Target, is_program, mentions_hrnet, read_if_config
from hrnet_cli.checking.finding import Check, FileCheck, Finding, collect
from hrnet_cli.checking.lock_file import LockEntry, open_lock
from hrnet_cli.checking.rules import RULE_OF, UNCONDITIONAL, WITHOUT_NETWORK, finders
from hrnet_cli.checking.settings import Settings
from hrnet_cli.checking.subject import Subject
from hrnet_cli.checking.suppress import apply_suppressions, split_lines
from hrnet_cli.dialects.reading import holds_stages
from hrnet_cli.dialects.table import identify, may_hold_hrnet, recognise
from hrnet_cli.documents import MAX_DEPTH, Document
from hrnet_cli.errors import Diagnostic, Location, SpecError, UnreadableError
from hrnet_cli.sources import preset_names, read_source
from hrnet_cli.sources.loading import MismatchError, Source, load_document
from hrnet_cli.sources.places import find_places
from hrnet_cli.text import quote


class _NotHrnetError(Exception):
    """A file of a folder is not the config of an HRNet."""


class Checker(NamedTuple):
    """Everything that a file is checked with. It is sent to other processes as it is."""

    settings: Settings
    locked: dict[str, LockEntry] | None = None
    """The entries of the lock file; None if specs need not be in it."""
    debug: bool = False
    """Whether an exception that is a fault of hrnet-cli is raised, and not a finding."""

    def check(self, target: Target) -> FileCheck:
        """Every finding of one file. That it cannot be read is a finding too."""
        selected = self.settings.selected_rules(target.name)
        text, source, ran, unreadable = "", target.name, selected & UNCONDITIONAL, False
        try:
            found = _read(target)
            text, source = found.text, found.name
            diagnostics = list(self._diagnostics(found, target, selected))
        except _NotHrnetError:
            return FileCheck(source, skipped=True)
        except SpecError as error:
            if target.in_folder and all(each.code == "not-hrnet" for each in error.diagnostics):
                return FileCheck(source, skipped=True)
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
            if is_python and (is_program(found.text) or not mentions_hrnet(found.text)):
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

    def killed(self, target: Target) -> FileCheck:
        """The finding of a file whose process ended while it was checked, as one does that has no memory left."""
        return self._fault(
            target.name, "the process that checked this file ended", "or the machine has too little memory"
        )

    def _findings(self, diagnostics: list[Diagnostic], text: str, source: str) -> tuple[Finding, ...]:
        lines = split_lines(text) if diagnostics else []
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


def checker(settings: Settings, debug: bool = False) -> Checker:
    """What to check with; the lock file is read if specs must be in it. Raises UnreadableError."""
    return Checker(settings, open_lock(Path(settings.lock)) if settings.locked else None, debug)


def _read(target: Target) -> Source:
    """The text of a target. It is read once, so that what is checked is what is shown."""
    if target.error:
        raise UnreadableError(f"cannot read {target.name!r}: {target.error}", READABLE)
    if target.in_folder:
        text = read_if_config(Path(target.name))
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


# Many files

CORES = os.cpu_count() or 1
CHUNK = 8
"""The number of files that are sent to another process at a time."""


def run(checker: Checker, targets: list[Target], jobs: int = 1) -> Check:
    """Check every target, in `jobs` processes but at most one per core (0: one per core)."""
    return collect(check_each(checker, targets, jobs))


def check_each(checker: Checker, targets: list[Target], jobs: int = 1) -> Generator[FileCheck]:
    """As `run`, but each result as soon as those before it are there. Close it to end the processes early."""
    workers = min(jobs or CORES, CORES, -(-len(targets) // CHUNK))
    if workers < 2 or any(target.name == "-" for target in targets):  # other processes have no standard input
        yield from map(checker.check, targets)
        return
    from concurrent.futures.process import BrokenProcessPool

    done = 0
    try:
        for result in _in_processes(checker, targets, workers):
            done += 1
            yield result
    except BrokenProcessPool:  # one file is to blame, and it is not known which
        for target in targets[done:]:
            try:
                yield from _in_processes(checker, [target], 1)
            except BrokenProcessPool:
                yield checker.killed(target)


def _in_processes(checker: Checker, targets: list[Target], workers: int) -> Iterator[FileCheck]:
    """The results in order. Raises BrokenProcessPool when a process ends before its work is done."""
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(workers, initializer=_start_worker, initargs=(checker,)) as pool:
        try:
            with _interrupts_blocked():
                results = pool.map(_check_in_worker, targets, chunksize=CHUNK)
            yield from results
        except BaseException:
            pool.shutdown(cancel_futures=True)  # `with` would wait for all that is not begun
            raise


_REQUESTS_TO_END = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Delay signals while processes are started: hooks that Python runs around a fork would swallow their exceptions.

    A new process has them blocked until `_start_worker`.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, *_REQUESTS_TO_END})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_worker_checker: list[Checker] = []
"""In a worker: what it checks with, sent once and not with each chunk, since a lock file can be as long as the list."""


def _start_worker(checker: Checker) -> None:
    """Prepare a worker. Ctrl-C reaches every process; the workers leave it to the one that started them.

    A request to end, which the parent answers with an exception, ends them at once: their own would be a result.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in _REQUESTS_TO_END:
        signal.signal(number, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _REQUESTS_TO_END)
    _worker_checker[:] = [checker]


def _check_in_worker(target: Target) -> FileCheck:
    return _worker_checker[0].check(target)
