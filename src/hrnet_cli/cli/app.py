"""The commands, each in a file of its own that is imported when the command runs.

No file of commands has `from __future__ import annotations`: typer would evaluate each annotation at every start.
"""

from importlib import import_module
from io import StringIO
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from hrnet_cli import __version__
from hrnet_cli.cli.output import write_stderr
from hrnet_cli.errors import HrnetError

COMMANDS = (
    *("describe", "trace", "fuse", "flops", "verify"),
    *("check", "rule", "diff", "lock"),
    *("presets", "convert", "init", "schema"),
)
"""In the order of the help. Each is a module in `commands` with a function of its name, or with an `app` if the
command has commands of its own."""


class Commands(TyperGroup):
    """The commands by name. A run imports and builds only its own: building all takes longer than a trace."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.commands = dict.fromkeys(COMMANDS)  # type: ignore[assignment]  # the names, for "did you mean"

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """All names."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """The command of a name; None if there is none."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"hrnet_cli.cli.commands.{cmd_name}")
        alone = typer.Typer(rich_markup_mode=None)
        if hasattr(module, "app"):
            alone.add_typer(module.app)
        else:
            alone.command(cls=Command)(getattr(module, cmd_name))
        return get_group(alone).commands[cmd_name]


class Command(TyperCommand):
    """A command that explains, in the colours that it was asked for, why an input cannot go through the network."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; exit with 2 after a diagnosis."""
        try:
            return super().invoke(ctx)
        except HrnetError as error:
            from hrnet_cli.tracing import InputError

            if not isinstance(error, InputError):
                raise
            from hrnet_cli.analysis.diagnosis import diagnose
            from hrnet_cli.cli.output import print_diagnosis

            print_diagnosis(diagnose(error), ctx.params.get("color", "auto"))
            raise SystemExit(2) from None


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"hrnet-cli {__version__}")
        raise typer.Exit


app = typer.Typer(
    name="hrnet-cli",
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


USAGE_ERROR: Any = next(each for each in typer.BadParameter.__mro__ if each.__name__ == "ClickException")
"""What typer raises for wrong arguments; it is click's, or that of a copy of click that typer brings along."""


def run() -> NoReturn:
    """Run the command of the arguments. A message of typer about them leaves as all others do."""
    try:
        code = app(prog_name="hrnet-cli", standalone_mode=False)
    except USAGE_ERROR as error:
        message = StringIO()
        error.show(message)
        write_stderr(*message.getvalue().rstrip("\n").split("\n"))
        code = error.exit_code
    raise SystemExit(code)


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Show what an HRNet spec builds: module tree, branch shapes, fuse layers, parameters and FLOPs.

    SPEC is a YAML or JSON file or a config in Python, which is never run, - for standard input, a preset (`hrnet-cli
    presets` lists them), timm:NAME for a network of timm, or git:REV:PATH for a file at a git revision. FILE#KEY is the
    network at a key of a file that has several: models.py#CONFIGS.w48. The default is w32.
    """
