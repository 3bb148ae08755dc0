"""`hrnet-cli describe`."""

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


def describe(
    spec: SpecArgument = DEFAULT_PRESET,
    input: InputOption = None,
    depth: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Depth of the tree; 0 shows the network alone.")
    ] = None,
    stage: Annotated[
        int | None, typer.Option(metavar="N", help="Show only this stage and the transition before it.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Show every leaf module with its arguments.")] = False,
    engine: EngineOption = "shapes",
    device: DeviceOption = None,
    format: FormatOption = "text",
    output: OutputOption = None,
    color: ColorOption = "auto",
) -> None:
    """Show the module tree with shapes and costs.

    Identical siblings are shown once and counted. Paths are those of torch's get_submodule.

    Example: hrnet-cli describe w32.yaml --stage 2
    """
    from hrnet_cli.analysis import describe as analysis

    result = analysis.describe(load(spec), input, engine, device, depth=depth, stage=stage, full=full)
    emit(result, format, output, color)
