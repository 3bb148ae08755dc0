"""The command line: typer reads the arguments, a report comes out, and an error is one message."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:  # without an import of typing, which takes longer than all else here
    from typing import NoReturn

OBJECTS_BEFORE_COLLECTION = 100_000
"""Python's own threshold of 700 suits programs with cyclic garbage; a network of a thousand modules has none."""


def main() -> None:
    """Run a command. Exit 0: clean; 1: findings; 2: bad usage or bad input, with one message on stderr."""
    # What is below `signal`, whose import takes milliseconds: until then Ctrl-C prints a traceback.
    import _signal  # type: ignore[import-not-found]

    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)  # end at once, even in an import: see `output.interruptible`

    import atexit
    import gc
    import signal

    from hrnet_cli.cli.output import use_ascii_stand_ins
    from hrnet_cli.errors import HrnetError

    gc.set_threshold(OBJECTS_BEFORE_COLLECTION)  # most commands end before there is anything to collect,
    atexit.register(gc.freeze)  # and the system frees what is left at the end faster than Python
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # when the reader of a pipe is gone, end as cat and grep do
    use_ascii_stand_ins()
    try:
        from hrnet_cli.cli.app import run

        run()
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except HrnetError as error:
        fail(f"error: {error}")
    except OSError as error:
        reason = error.strerror or str(error)
        fail(f"error: cannot open {error.filename!r}: {reason}" if error.filename else f"error: {reason}")
    except MemoryError:
        fail("error: not enough memory\n  run on --device meta, or with a smaller --input")
    except RecursionError:
        fail("error: the file is nested too deeply to be read")


def fail(message: str) -> NoReturn:
    """Write one message to stderr and exit with 2."""
    from hrnet_cli.cli.output import write_stderr

    write_stderr(*message.split("\n"))
    raise SystemExit(2)
