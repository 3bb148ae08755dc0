"""`hrnet-cli describe`."""

from typing import Annotated

import typer

from hrnet_cli.cli.options import (
    Color,
    ColorOption,
    DeviceOption,
    Engine,
    EngineOption,
    Format,
    FormatOption,
    InputOption,
    OutputOption,
    SpecArgument,
)
from hrnet_cli.cli.output import Target, diagnosed, emit
from hrnet_cli.report.formats import Report


def describe(
    spec: SpecArgument = "w32",
    input: InputOption = None,
    depth: Annotated[int | None, typer.Option(min=0, help="How deep the tree goes; 0 is the network alone.")] = None,
    stage: Annotated[int | None, typer.Option(help="Only this stage and the transition before it.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Every leaf, with its arguments.")] = False,
    engine: EngineOption = Engine.shapes,
    device: DeviceOption = None,
    format: FormatOption = Format.text,
    output: OutputOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """Show the module tree, shapes and costs.

    Siblings that are identical are shown once and counted. Paths are those of torch's get_submodule.

    Example: hrnet-cli describe w32.yaml --stage 2
    """
    from hrnet_cli.analysis import api
    from hrnet_cli.cli.opening import open_spec
    from hrnet_cli.report.describe import present

    with diagnosed(color):
        result = api.describe(open_spec(spec), input, engine.value, device, depth=depth, stage=stage, full=full)
    emit(Report("describe", result, lambda: present(result, full)), Target(format, output, color))
