"""Rules over specs: one file to its findings, and many files to a Check."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from hrnet_cli.check.files import Target, names_hrnet, text_of_found
from hrnet_cli.check.finding import Check, Finding, in_order
from hrnet_cli.check.lock_file import LockEntry, open_lock
from hrnet_cli.check.rules import ALWAYS, BY_DIAGNOSTIC, RULES, WITHOUT_NETWORK
from hrnet_cli.check.settings import Settings
from hrnet_cli.check.subject import Subject
from hrnet_cli.check.suppress import apply_suppressions, lines_of
from hrnet_cli.dialects.table import identify, recognise
from hrnet_cli.errors import Diagnostic, HrnetError, Location, SpecError, UnreadableError
from hrnet_cli.sources import read_source
from hrnet_cli.sources.loading import MismatchError, load_document, own_path, read_text


class FileCheck(NamedTuple):
    """What one file came to."""

    source: str
    findings: tuple[Finding, ...] = ()
    suppressed: int = 0
    unreadable: bool = False
    skipped: bool = False
    """Whether it is no HRNet, and was only looked at because it lies in a folder."""


class _NoSpecError(Exception):
    """A file of a folder that has nothing to do with HRNet."""


class Checker(NamedTuple):
    """Everything that a file is checked with. It goes to other processes as it is."""

    settings: Settings
    locked: dict[str, LockEntry] | None = None
    """What the lock file holds; None where it is not asked for."""

    def check(self, target: Target) -> FileCheck:
        """Every finding of one file: what is wrong with the file itself is one too."""
        selected = self.settings.selects(RULES, target.name)
        text, source, ran, unreadable = "", target.name, selected & ALWAYS, False
        try:
            text, source = _read(target)
            diagnostics = list(self._diagnostics(text, source, target, selected))
        except _NoSpecError:
            return FileCheck(source, skipped=True)
        except SpecError as error:
            diagnostics, ran = error.diagnostics, selected & WITHOUT_NETWORK
        except (UnreadableError, OSError) as error:
            diagnostics, ran, unreadable = [_unreadable(error, target)], frozenset(), True
        kept, suppressed = apply_suppressions(_selected(diagnostics, selected), text, source, ran)
        lines = lines_of(text)
        findings = in_order(self._finding(diagnostic, source, lines) for diagnostic in _selected(kept, selected))
        return FileCheck(source, findings, suppressed, unreadable)

    def _diagnostics(self, text: str, source: str, target: Target, selected: frozenset[str]) -> Iterator[Diagnostic]:
        """What the rules find. Raises SpecError where there is no network."""
        try:
            document = read_text(text, source, own_path(target.name))
        except SpecError:
            if target.found and target.name.endswith(".py") and not names_hrnet(text):
                raise _NoSpecError from None  # any program, or based on who knows what network
            raise
        dialect = identify(document.value)
        if target.found and not recognise(document.value, dialect):
            raise _NoSpecError
        try:
            loaded = load_document(document, source, dialect)
        except MismatchError as error:
            yield from error.diagnostics
            loaded = error.loaded
        subject = Subject(loaded, self.settings, self.locked, target.name)
        for rule in RULES.values():
            if rule.code in selected:
                yield from rule.find(subject)

    def _finding(self, diagnostic: Diagnostic, source: str, lines: list[str]) -> Finding:
        rule, location = BY_DIAGNOSTIC[diagnostic.code], diagnostic.location
        is_own = location.source in ("", source)
        there = lines if is_own else _other_file(location.source)
        return Finding(
            code=rule.code,
            name=rule.name,
            severity=self.settings.severity_of(rule.code, rule.severity),
            source=location.source or source,
            line=location.line,
            column=location.column,
            path=diagnostic.dotted,
            message=" ".join(diagnostic.message.split()) + (f" (in {source}, which is based on this)" * (not is_own)),
            remedy=" ".join(diagnostic.remedy.split()),
            excerpt=there[location.line - 1] if location.line and location.line <= len(there) else "",
            checked="" if is_own else source,
        )


def checker(settings: Settings) -> Checker:
    """What to check with, the lock file read if specs are to be held against it. Raises UnreadableError."""
    return Checker(settings, open_lock(Path(settings.lock)) if settings.locked else None)


def _read(target: Target) -> tuple[str, str]:
    """The text and what to call it: read once, so that it is one text that is checked and shown."""
    if target.error:
        raise UnreadableError(f"cannot look into {target.name!r}: {target.error}", READABLE)
    if not target.found:
        return read_source(target.name)
    text = text_of_found(Path(target.name))
    if text is None:
        raise _NoSpecError
    return text, target.name


READABLE = "make it readable, or leave it out"


def _unreadable(error: UnreadableError | OSError, target: Target) -> Diagnostic:
    """What keeps a file from being read, and what to do about it."""
    if isinstance(error, UnreadableError):
        location = error.location._replace(source=target.name)
        return Diagnostic("unreadable", (), error.message, error.remedy, location=location)
    message = f"cannot read {target.name!r}: {error.strerror or error}"
    return Diagnostic("unreadable", (), message, READABLE, location=Location(source=target.name))


def _selected(diagnostics: Iterable[Diagnostic], selected: frozenset[str]) -> list[Diagnostic]:
    """The diagnostics of the rules that are to run."""
    return [each for each in diagnostics if BY_DIAGNOSTIC[each.code].code in selected]


def _other_file(source: str) -> list[str]:
    """The lines of a file that a config is based on, as far as they can be had."""
    try:
        return lines_of(read_source(source)[0])
    except (UnreadableError, SpecError):
        return []


Progress = Callable[[int], None]
MOST_JOBS = os.cpu_count() or 1


def run(checker: Checker, targets: list[Target], jobs: int = 1, progress: Progress = lambda _: None) -> Check:
    """Check every target, in `jobs` processes but no more than there are cores (0: as many).

    `progress` is told how many are done.
    """
    results = []
    for result in _each(checker, targets, jobs):
        results.append(result)
        progress(len(results))
    return Check(
        findings=tuple(finding for result in results for finding in result.findings),
        files=tuple(result.source for result in results if not result.skipped),
        skipped=tuple(result.source for result in results if result.skipped),
        unreadable=sum(result.unreadable for result in results),
        suppressed=sum(result.suppressed for result in results),
    )


CHUNK = 8
"""Files that go to another process at a time."""


def _each(checker: Checker, targets: list[Target], jobs: int) -> Iterator[FileCheck]:
    """In the order of the targets. Another process has no standard input, so that is read here."""
    workers = min(jobs or MOST_JOBS, MOST_JOBS, -(-len(targets) // CHUNK))
    if workers < 2 or any(target.name == "-" for target in targets):
        yield from map(checker.check, targets)
        return
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    with ProcessPoolExecutor(workers, initializer=_start, initargs=(checker,)) as pool:
        try:
            with _uninterrupted():
                results = pool.map(_check, targets, chunksize=CHUNK)
            yield from results
        except BrokenProcessPool:
            remedy = "was it out of memory? Take fewer --jobs"
            raise HrnetError("a process that was checking ended before its time", remedy) from None
        except BaseException:
            pool.shutdown(cancel_futures=True)  # waits: without the pool nobody would cancel what is not begun
            raise


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C waits while processes are started: what Python calls around a fork would lose the exception."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_mine: list[Checker] = []
"""In a worker, what it checks with: sent once, not with every chunk, since a lock file can be as long as the list."""


def _start(checker: Checker) -> None:
    """Begin a worker. Ctrl-C reaches every process: the workers leave it to the one that started them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _mine[:] = [checker]


def _check(target: Target) -> FileCheck:
    return _mine[0].check(target)
