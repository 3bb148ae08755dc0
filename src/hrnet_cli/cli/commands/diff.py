"""`hrnet-cli diff`."""

from typing import Annotated

import typer

from hrnet_cli.cli.options import (
    Color,
    ColorOption,
    Format,
    FormatOption,
    OutputOption,
    complete_spec,
)
from hrnet_cli.cli.output import Target, diagnosed, emit
from hrnet_cli.report.formats import Report


def diff(
    before: Annotated[
        str,
        typer.Argument(metavar="A", help="A spec, a preset, - or git:REV:PATH.", autocompletion=complete_spec),
    ],
    after: Annotated[str, typer.Argument(metavar="B", help="What it became.", autocompletion=complete_spec)],
    input: Annotated[
        str | None,
        typer.Option("--input", "-i", metavar="NxCxHxW", help="Compare at this input; by default each at its own."),
    ] = None,
    keys: Annotated[bool, typer.Option("--keys", help="List every state-dict key that changes.")] = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 if the networks differ.")] = False,
    format: FormatOption = Format.text,
    output: OutputOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """Show what changes from one network to another.

    Its parts, params, MACs and activations, branch shapes, and which keys of a checkpoint load. git:HEAD:mine.yaml is
    the file as it was committed, its path from the current folder.

    Example: hrnet-cli diff w32 w48
    """
    from hrnet_cli.analysis import api
    from hrnet_cli.cli.opening import open_spec
    from hrnet_cli.errors import UsageError
    from hrnet_cli.report.diff import present

    if before == after == "-":
        raise UsageError("standard input can be read once", "name a file for one of the two")
    specs = (open_spec(before, named=True), open_spec(after, named=True))
    with diagnosed(color):
        result = api.diff(*specs, input, keys=keys, names=(before, after))
    emit(Report("diff", result, lambda: present(result)), Target(format, output, color))
    if exit_code and not result.same:
        raise typer.Exit(1)
