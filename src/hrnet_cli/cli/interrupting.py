"""Ctrl-C: it ends a command at once, but for what has something to tidy up."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C is a KeyboardInterrupt in here: there is a half-written file, a bar on the terminal, or other processes.

    Elsewhere it is the system's own end of a process: Python would show a traceback of whatever it was importing, or
    lose the exception where nothing can take one.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
