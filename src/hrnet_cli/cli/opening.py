"""From what a user names to a Spec, with what its reader has to say on stderr."""

import sys
from contextlib import suppress

from hrnet_cli.spec import Spec, load_spec


def open_spec(source: str, named: bool = False) -> Spec:
    """The spec, and a note on stderr for each thing that its reader assumed, ignored or left out.

    With `named`, which spec it is on.
    """
    spec = load_spec(source)
    with suppress(OSError, AttributeError):  # stderr is full, or closed
        for note in spec.notes:
            sys.stderr.write(f"note: {source}: {note}\n" if named else f"note: {note}\n")
    return spec
