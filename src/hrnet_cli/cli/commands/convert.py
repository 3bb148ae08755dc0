"""`hrnet-cli convert`."""

from typing import Annotated

import typer

from hrnet_cli.cli.options import OutputOption, SpecArgument, TargetDialect
from hrnet_cli.cli.output import write_document, write_stderr
from hrnet_cli.hrnet import DEFAULT_PRESET


def convert(
    spec: SpecArgument = DEFAULT_PRESET,
    to: Annotated[TargetDialect, typer.Option("--to", help="The dialect to write.")] = "yaml",
    output: OutputOption = None,
) -> None:
    """Write a spec in another dialect.

    The code of that dialect builds the same backbone from it; if it cannot, this says why and exits with 2. A head or a
    setting that the dialect has no key for is left out, with a comment in the file and a note on stderr.

    Example: hrnet-cli convert w32 --to official -o w32_official.yaml
    """
    from hrnet_cli import sources

    written = sources.convert(spec, to)
    write_document(written.text, output)
    write_stderr(*(f"note: {note}" for note in written.notes))
