"""`hrnet-cli presets`."""

from typing import Annotated

import typer

from hrnet_cli.cli.options import ColorOption, FormatOption, OutputOption, Task, complete_spec
from hrnet_cli.cli.output import emit, write_document

app = typer.Typer(name="presets", rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def presets(
    context: typer.Context,
    task: Annotated[Task | None, typer.Option(help="List only the networks for this task.")] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Exit with 1 if a figure fails to reproduce and its preset does not say so."),
    ] = False,
    format: FormatOption = "text",
    output: OutputOption = None,
    color: ColorOption = "auto",
) -> None:
    """List the networks that ship with hrnet-cli.

    Shows our figures beside the published ones.

    Example: hrnet-cli presets --task segmentation
    """
    if context.invoked_subcommand:
        return
    from hrnet_cli.analysis import presets as analysis

    result = analysis.presets(task)
    emit(result, format, output, color)
    if check and result.unexpected:
        raise typer.Exit(1)


@app.command()
def show(name: Annotated[str, typer.Argument(help="The name of a preset.", autocompletion=complete_spec)]) -> None:
    """Print the YAML of a preset, as a spec to start from.

    Example: hrnet-cli presets show w32 > mine.yaml
    """
    from hrnet_cli.sources import preset_path

    write_document(preset_path(name).read_text(encoding="utf-8"))
