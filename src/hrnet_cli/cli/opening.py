"""From what a user names to a Spec, with what its reader has to say on stderr."""

import sys
from contextlib import suppress

from hrnet_cli.spec import Spec, load_spec


def open_spec(source: str) -> Spec:
    """The spec, and a note on stderr for each thing that its reader assumed, ignored or left out."""
    spec = load_spec(source)
    with suppress(OSError, AttributeError):  # stderr is full, or closed
        for note in spec.notes:
            sys.stderr.write(f"note: {note}\n")
    return spec
