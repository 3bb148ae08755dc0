"""`hrnet-cli convert`."""

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from hrnet_cli.cli.options import OutputOption, SpecArgument
from hrnet_cli.cli.output import say, write
from hrnet_cli.cli.stderr import tell


class To(str, Enum):
    """A key of spec.writers.WRITERS."""

    yaml = "yaml"
    json = "json"
    official = "official"
    mmlab = "mmlab"
    timm = "timm"


def convert(
    spec: SpecArgument = "w32",
    to: Annotated[To, typer.Option("--to", help="The dialect to write.")] = To.yaml,
    output: OutputOption = None,
) -> None:
    """Write a spec in another dialect.

    The backbone that is written is the same network in the target's own code; where that cannot be, this says why
    and exits with 2. A head or a setting that the target has no words for is left out, with a comment in the text and
    a note on stderr.

    Example: hrnet-cli convert w32 --to official -o w32_official.yaml
    """
    from hrnet_cli.dialects.table import write_spec
    from hrnet_cli.sources import load_spec

    written = write_spec(load_spec(spec), to.value)
    if output is None:
        say(written.text)
    else:
        write(Path(output), written.text)
    tell(*(f"note: {note}" for note in written.notes))
