"""`hrnet-cli verify`."""

from typing import Annotated

import typer

from hrnet_cli.cli.options import (
    ColorOption,
    DeviceOption,
    FormatOption,
    InputOption,
    OutputOption,
    SpecArgument,
    load,
)
from hrnet_cli.cli.output import emit
from hrnet_cli.hrnet import DEFAULT_PRESET


def verify(
    spec: SpecArgument = DEFAULT_PRESET,
    input: InputOption = None,
    modules: Annotated[bool, typer.Option("--modules", help="List every module and which peers agree.")] = False,
    device: DeviceOption = None,
    format: FormatOption = "text",
    output: OutputOption = None,
    color: ColorOption = "auto",
) -> None:
    """Compare our figures with torch, torchinfo and fvcore.

    Both engines, torchinfo, fvcore and torch's FlopCounterMode are compared module by module. Exit 1 if one disagrees.

    Example: hrnet-cli verify w32
    """
    from hrnet_cli.analysis import verify as analysis

    result = analysis.verify(load(spec), input, device, modules=modules)
    emit(result, format, output, color)
    if not result.agrees:
        raise typer.Exit(1)
