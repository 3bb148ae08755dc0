"""From what a user names to a Spec, with what its reader has to say on stderr."""

from hrnet_cli.cli.stderr import tell
from hrnet_cli.schema import Spec
from hrnet_cli.sources import load_spec


def open_spec(source: str, named: bool = False) -> Spec:
    """The spec, and a note on stderr for each thing that its reader assumed, ignored or left out.

    With `named`, which spec it is on.
    """
    spec = load_spec(source)
    tell(*(f"note: {source}: {note}" if named else f"note: {note}" for note in spec.notes))
    return spec
