"""The commands, each thin: options in, one report out. What a command needs it imports when it runs.

No annotation here is left as text (`from __future__ import annotations`): typer would evaluate each at every start.
"""

from typing import Annotated

import typer

from hrnet_cli import __version__
from hrnet_cli.cli.commands import (
    check,
    convert,
    describe,
    diff,
    flops,
    fuse,
    init,
    lock,
    presets,
    rule,
    schema,
    trace,
    verify,
)

app = typer.Typer(
    name="hrnet-cli",
    help="Shows what an HRNet spec builds: module tree, branch shapes, fuse layers, parameters and FLOPs.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(describe.describe)
app.command()(trace.trace)
app.command()(fuse.fuse)
app.command()(flops.flops)
app.command()(diff.diff)
app.command()(verify.verify)
app.command()(check.check)
app.command()(rule.rule)
app.command()(lock.lock)
app.command()(convert.convert)
app.command()(init.init)
app.command()(schema.schema)
app.add_typer(presets.app)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"hrnet-cli {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Shows what an HRNet spec builds: module tree, branch shapes, fuse layers, parameters and FLOPs.

    SPEC is a YAML or JSON file, - for standard input, or a preset's name (`hrnet-cli presets` lists them); left out, it
    is w32.
    """
