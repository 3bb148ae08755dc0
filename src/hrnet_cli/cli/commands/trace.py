"""`hrnet-cli trace`."""

from typing import Annotated

import typer

from hrnet_cli.cli.options import (
    ColorOption,
    DeviceOption,
    EngineOption,
    FormatOption,
    InputOption,
    OutputOption,
    SpecArgument,
    load,
)
from hrnet_cli.cli.output import emit, print_diagnosis
from hrnet_cli.hrnet import DEFAULT_PRESET


def trace(
    spec: SpecArgument = DEFAULT_PRESET,
    input: InputOption = None,
    modules: Annotated[bool, typer.Option("--modules", help="Show a column per module instead of per stage.")] = False,
    calls: Annotated[bool, typer.Option("--calls", help="List every module call in order.")] = False,
    engine: EngineOption = "shapes",
    device: DeviceOption = None,
    format: FormatOption = "text",
    output: OutputOption = None,
    color: ColorOption = "auto",
) -> None:
    """Show the shape of every branch at every stage.

    Each row is a resolution, each column a stage, with the transitions and fuse layers between them.

    If the input cannot go through the network, the trace ends where it breaks, stderr says why and which sizes can, and
    the exit code is 2.

    Example: hrnet-cli trace --input 1x3x256x192
    """
    from hrnet_cli.analysis import shapes as analysis

    result = analysis.shapes(load(spec), input, engine, device, calls=calls, modules=modules)
    emit(result, format, output, color)
    if result.failure:
        print_diagnosis(result.failure, color)
        raise typer.Exit(2)
