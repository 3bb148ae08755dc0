"""The command line: typer in, a report out, an error as one message."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from hrnet_cli.errors import HrnetError


def main() -> None:
    """Run a command. Exit 0: clean; 1: findings; 2: bad usage or bad input, with one message on stderr."""
    gc.set_threshold(100_000)  # most commands end before there is anything to collect
    from hrnet_cli.cli.app import app
    from hrnet_cli.errors import HrnetError

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that has no × still gets its report
    try:
        app()
    except HrnetError as error:
        if error.code == "input":
            _explain(error)
        fail(f"error: {error}")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whoever read us has gone; say nothing more to them
        raise SystemExit(141) from None
    except OSError as error:
        fail(f"error: cannot write the report: {error.strerror or error}")
    except MemoryError:
        fail("error: this needs more memory than there is\n  run on --device meta, or with a smaller --input")
    except RecursionError:
        fail("error: this is nested too deeply to be read")


def _explain(error: HrnetError) -> None:
    from hrnet_cli.analysis.diagnosis import diagnose
    from hrnet_cli.cli.output import explain
    from hrnet_cli.tracing import InputError

    assert isinstance(error, InputError)
    explain(diagnose(error))


def fail(message: str) -> NoReturn:
    """One message on stderr, and exit 2."""
    sys.stderr.write(message + "\n")
    raise SystemExit(2)
