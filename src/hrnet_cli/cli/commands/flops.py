"""`hrnet-cli flops`."""

from typing import Annotated

import typer

from hrnet_cli.cli.options import (
    ColorOption,
    Convention,
    DeviceOption,
    EngineOption,
    FormatOption,
    Grouping,
    InputOption,
    OutputOption,
    SpecArgument,
    load,
)
from hrnet_cli.cli.output import emit
from hrnet_cli.hrnet import DEFAULT_PRESET


def flops(
    spec: SpecArgument = DEFAULT_PRESET,
    input: InputOption = None,
    by: Annotated[Grouping, typer.Option(help="What each row of the table is.")] = "stage",
    convention: Annotated[Convention, typer.Option(help="Counting convention of the table.")] = "macs",
    engine: EngineOption = "shapes",
    device: DeviceOption = None,
    format: FormatOption = "text",
    output: OutputOption = None,
    color: ColorOption = "auto",
) -> None:
    """Count parameters, MACs and FLOPs.

    The table counts each part of the network in one convention; the lines below it give the total in every convention.

    Example: hrnet-cli flops w48 --input 1x3x384x288 --by branch
    """
    from hrnet_cli.analysis import flops as analysis

    result = analysis.flops(load(spec), input, engine, device, by=by, convention=convention)
    emit(result, format, output, color)
