"""What is said on stderr beside a report: notes, and why there is none."""

import sys
from contextlib import suppress


def tell(*lines: str) -> None:
    """Each as one line, in which no text of a user does anything; nothing where stderr is full or closed."""
    if not all(map(str.isprintable, lines)):  # else nothing is imported: it may be memory that ran out
        from hrnet_cli.text import printable

        lines = tuple(map(printable, lines))
    with suppress(OSError, AttributeError):
        sys.stderr.write("".join(f"{line}\n" for line in lines))
