"""The command line: typer in, a report out, an error as one message."""

from __future__ import annotations

import atexit
import gc
import signal
import sys
from typing import NoReturn

from hrnet_cli.cli.ascii import NAME, register
from hrnet_cli.cli.stderr import tell
from hrnet_cli.errors import HrnetError

OBJECTS_BEFORE_COLLECTION = 100_000
"""Python's 700 suits a process with garbage in cycles; a network of a thousand modules has none."""


def main() -> None:
    """Run a command. Exit 0: clean; 1: findings; 2: bad usage or bad input, with one message on stderr."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # at once, whatever Python is importing: see `interrupting`
    gc.set_threshold(OBJECTS_BEFORE_COLLECTION)  # most commands end before there is anything to collect,
    atexit.register(gc.freeze)  # and what is left at the end the system takes back faster than we could
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # when whoever reads us has gone, end as cat and grep do
    register()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=NAME)  # a terminal that has no × still gets its report
    try:
        from hrnet_cli.cli.app import app

        app(prog_name="hrnet-cli")
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except HrnetError as error:
        fail(f"error: {error}")
    except OSError as error:
        fail(f"error: cannot write the report: {error.strerror or error}")
    except MemoryError:
        fail("error: this needs more memory than there is\n  run on --device meta, or with a smaller --input")
    except RecursionError:
        fail("error: this is nested too deeply to be read")


def fail(message: str) -> NoReturn:
    """One message on stderr, and exit 2."""
    tell(*message.split("\n"))
    raise SystemExit(2)
