"""`hrnet-cli presets`."""

from __future__ import annotations

from typing import Annotated

import typer

from hrnet_cli.cli.options import Color, ColorOption, Format, FormatOption, OutputOption, complete_spec
from hrnet_cli.cli.output import Target, emit, say
from hrnet_cli.render import Report

app = typer.Typer(name="presets", rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def presets(
    context: typer.Context,
    format: FormatOption = Format.text,
    output: OutputOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """List the networks that ship.

    Our figures stand beside the published ones.

    Example: hrnet-cli presets
    """
    if context.invoked_subcommand:
        return
    from hrnet_cli.analysis.presets import presets as all_presets
    from hrnet_cli.present.presets import present

    result = all_presets()
    emit(Report("presets", result, lambda: present(result)), Target(format, output, color))


@app.command()
def show(name: Annotated[str, typer.Argument(help="A preset's name.", autocompletion=complete_spec)]) -> None:
    """Print a preset's YAML, as a spec to start from.

    Example: hrnet-cli presets show w32 > mine.yaml
    """
    from hrnet_cli.spec import preset_path

    say(preset_path(name).read_text(encoding="utf-8"))
