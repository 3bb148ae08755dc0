"""`hrnet-cli presets`."""

from enum import Enum
from typing import Annotated

import typer

from hrnet_cli.cli.options import Color, ColorOption, Format, FormatOption, OutputOption, complete_spec
from hrnet_cli.cli.output import Target, emit, say
from hrnet_cli.report.formats import Report

app = typer.Typer(name="presets", rich_markup_mode=None)


class Task(str, Enum):
    """The `task` of a head in spec.HEAD_SPECS."""

    backbone = "backbone"
    pose = "pose"
    segmentation = "segmentation"
    landmarks = "landmarks"
    classification = "classification"
    detection = "detection"


@app.callback(invoke_without_command=True)
def presets(
    context: typer.Context,
    task: Annotated[Task | None, typer.Option(help="List the networks for one task.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Exit with 1 if a published figure is not as the preset has it.")
    ] = False,
    format: FormatOption = Format.text,
    output: OutputOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """List the networks that ship.

    Our figures stand beside the published ones.

    Example: hrnet-cli presets --task segmentation
    """
    if context.invoked_subcommand:
        return
    from hrnet_cli.analysis.presets import presets as all_presets
    from hrnet_cli.report.presets import present

    result = all_presets(task.value if task else None)
    emit(Report("presets", result, lambda: present(result)), Target(format, output, color))
    if check and result.broken:
        raise typer.Exit(1)


@app.command()
def show(name: Annotated[str, typer.Argument(help="A preset's name.", autocompletion=complete_spec)]) -> None:
    """Print a preset's YAML, as a spec to start from.

    Example: hrnet-cli presets show w32 > mine.yaml
    """
    from hrnet_cli.sources import preset_path

    say(preset_path(name).read_text(encoding="utf-8"))
