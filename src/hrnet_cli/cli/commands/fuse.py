"""`hrnet-cli fuse`."""

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
from hrnet_cli.cli.output import emit
from hrnet_cli.hrnet import DEFAULT_PRESET


def fuse(
    spec: SpecArgument = DEFAULT_PRESET,
    input: InputOption = None,
    stage: Annotated[
        int | None, typer.Option(metavar="N", help="Show only this stage; 2 is the first with fuse layers.")
    ] = None,
    module: Annotated[
        int | None, typer.Option(metavar="N", help="Show only this module of each stage, counted from 0.")
    ] = None,
    engine: EngineOption = "shapes",
    device: DeviceOption = None,
    format: FormatOption = "text",
    output: OutputOption = None,
    color: ColorOption = "auto",
) -> None:
    """Show each fuse layer as a matrix.

    Row i is an output branch, column j an input branch. A cell shows what the edge from j to i does to size and
    channels, and what it costs.

    Example: hrnet-cli fuse w32 --stage 3 --module 0
    """
    from hrnet_cli.analysis import fuse as analysis

    result = analysis.fuse(load(spec), input, engine, device, stage=stage, module=module)
    emit(result, format, output, color)
