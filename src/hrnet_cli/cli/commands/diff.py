"""`hrnet-cli diff`."""

from typing import Annotated

import typer

from hrnet_cli.cli.options import STDIO, ColorOption, FormatOption, OutputOption, complete_spec, load
from hrnet_cli.cli.output import emit
from hrnet_cli.errors import UsageError


def diff(
    before: Annotated[
        str,
        typer.Argument(metavar="A", help="The first spec, as in other commands.", autocompletion=complete_spec),
    ],
    after: Annotated[
        str, typer.Argument(metavar="B", help="The spec to compare it with.", autocompletion=complete_spec)
    ],
    input: Annotated[
        str | None,
        typer.Option("--input", "-i", metavar="NxCxHxW", help="Input shape of both. Default: each spec's own."),
    ] = None,
    keys: Annotated[bool, typer.Option("--keys", help="List every state-dict key that changes.")] = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 if the networks differ.")] = False,
    format: FormatOption = "text",
    output: OutputOption = None,
    color: ColorOption = "auto",
) -> None:
    """Show what changes from one network to another.

    Compares their parts, params, MACs, activations and branch shapes, and says which keys of a checkpoint load.
    git:HEAD:mine.yaml is the committed version of a file; the path is relative to the current folder.

    Example: hrnet-cli diff w32 w48
    """
    from hrnet_cli.analysis import diff as analysis

    if before == after == STDIO:
        raise UsageError("standard input can be read only once", "name a file for one of the two")
    specs = (load(before, f"{before}: "), load(after, f"{after}: "))
    result = analysis.diff(*specs, input, keys=keys, names=(before, after))
    emit(result, format, output, color)
    if exit_code and not result.same:
        raise typer.Exit(1)
