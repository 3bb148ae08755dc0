"""Signals that ask the process to end, and where they have to wait."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

REQUESTS_TO_END = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


@contextmanager
def signals_delayed() -> Iterator[None]:
    """Delay Ctrl-C and requests to end until what is inside is done: what they raise would be lost there, or too early.

    A process that is started inside has them delayed from its beginning.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, *REQUESTS_TO_END})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
