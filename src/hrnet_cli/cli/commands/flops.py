"""`hrnet-cli flops`."""

from typing import Annotated

import typer

from hrnet_cli.cli.options import (
    By,
    Color,
    ColorOption,
    Convention,
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


def flops(
    spec: SpecArgument = "w32",
    input: InputOption = None,
    by: Annotated[By, typer.Option(help="What a row stands for.")] = By.stage,
    convention: Annotated[Convention, typer.Option(help="How the figure is counted.")] = Convention.macs,
    engine: EngineOption = Engine.shapes,
    device: DeviceOption = None,
    format: FormatOption = Format.text,
    output: OutputOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """Count parameters, MACs and FLOPs.

    By part of the network, in a named convention, with the line that reconciles it with the others.

    Example: hrnet-cli flops w48 --input 1x3x384x288 --by branch
    """
    from hrnet_cli.analysis import api
    from hrnet_cli.cli.opening import open_spec
    from hrnet_cli.report.flops import present

    with diagnosed(color):
        result = api.flops(open_spec(spec), input, engine.value, device, by=by.value, convention=convention.value)
    emit(Report("flops", result, lambda: present(result)), Target(format, output, color))
