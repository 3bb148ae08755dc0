"""Many files, in one process or several: a process that ends early costs no other file its findings."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator
from typing import Any

from hrnet_cli.checking.files import Target
from hrnet_cli.checking.finding import Check, FileCheck, collect
from hrnet_cli.checking.run import Checker
from hrnet_cli.signals import REQUESTS_TO_END, signals_delayed

CORES = os.cpu_count() or 1
CHUNK = 8
"""The number of files that are sent to another process at a time."""


def run(checker: Checker, targets: list[Target], jobs: int = 1) -> Check:
    """Check every target, in `jobs` processes but at most one per core (0: one per core)."""
    return collect(check_each(checker, targets, jobs))


def check_each(
    checker: Checker, targets: list[Target], jobs: int = 1, tell: Callable[[str], Any] = lambda _: None
) -> Generator[FileCheck]:
    """As `run`, but each result as soon as those before it are there. Close it to end the processes early.

    `tell` is called with a note if the system does not allow several processes.
    """
    if checker.lock_error:
        yield checker.without_lock(checker.lock_error)
    workers = min(jobs or CORES, CORES, -(-len(targets) // CHUNK))
    if workers < 2 or any(target.name == "-" for target in targets):  # other processes have no standard input
        yield from map(checker.check, targets)
        return
    from concurrent.futures.process import BrokenProcessPool

    done, refused = 0, ""
    try:
        for result in _in_processes(checker, targets, workers):
            done += 1
            yield result
    except BrokenProcessPool:  # one file is to blame, and it is not known which
        for target in targets[done:]:
            try:
                yield from _in_processes(checker, [target], 1)
            except (BrokenProcessPool, OSError):
                yield checker.killed(target)
    except (OSError, RuntimeError) as error:  # too few files may be open, or too few processes or threads run
        refused = getattr(error, "strerror", None) or str(error)
    if refused:  # not above: the error holds what is left of the processes, and with it open files
        tell(f"the files are checked one after another: {refused}")
        yield from map(checker.check, targets[done:])


def _in_processes(checker: Checker, targets: list[Target], workers: int) -> Iterator[FileCheck]:
    """The results in order. Raises BrokenProcessPool when a process ends before its work is done.

    Raises OSError or RuntimeError where no process can be started.
    """
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(workers, initializer=_start_worker, initargs=(checker,)) as pool:
        try:
            with signals_delayed():  # hooks that Python runs around a fork would swallow their exceptions
                results = pool.map(_check_in_worker, targets, chunksize=CHUNK)
            yield from results
        except BaseException:
            pool.shutdown(cancel_futures=True)  # `with` would wait for all that is not begun
            raise


_worker_checker: list[Checker] = []
"""In a worker: what it checks with, sent once and not with each chunk, since a lock file can be as long as the list."""


def _start_worker(checker: Checker) -> None:
    """Prepare a worker. Ctrl-C reaches every process; the workers leave it to the one that started them.

    A request to end, which the parent answers with an exception, ends them at once: their own would be a result.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in REQUESTS_TO_END:
        signal.signal(number, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, REQUESTS_TO_END)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    _worker_checker[:] = [checker]


def _end_with(sentinel: int) -> None:
    """End this process as soon as its parent has ended, however that was: a killed parent cannot end it."""
    from multiprocessing.connection import wait

    wait([sentinel])
    os._exit(1)


def _check_in_worker(target: Target) -> FileCheck:
    return _worker_checker[0].check(target)
