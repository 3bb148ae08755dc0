"""The commands, each thin: options in, one report out. What a command needs it imports when it runs.

No annotation here is left as text (`from __future__ import annotations`): typer would evaluate each at every start.
"""

from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from hrnet_cli import __version__

COMMANDS = (
    *("describe", "trace", "fuse", "flops", "verify"),
    *("check", "rule", "diff", "lock"),
    *("presets", "convert", "init", "schema"),
)
"""In the order of the help. Each is a module in `commands`, with a function of that name or, with commands of its own,
an `app`."""


class Commands(TyperGroup):
    """The commands by name. A run imports and builds the one that it runs; building all takes longer than a trace."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.commands = dict.fromkeys(COMMANDS)  # type: ignore[assignment]  # the names, for "did you mean"

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """All of them."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """One of them, made now; None for any other name."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"hrnet_cli.cli.commands.{cmd_name}")
        alone = typer.Typer(rich_markup_mode=None)
        if hasattr(module, "app"):
            alone.add_typer(module.app)
        else:
            alone.command()(getattr(module, cmd_name))
        return get_group(alone).commands[cmd_name]


app = typer.Typer(
    name="hrnet-cli",
    cls=Commands,
    help="Shows what an HRNet spec builds: module tree, branch shapes, fuse layers, parameters and FLOPs.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


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
    is w32. git:REV:PATH is a file at a git revision, timm:NAME a network of timm's.
    """
