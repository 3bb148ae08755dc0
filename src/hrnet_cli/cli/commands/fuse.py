"""`hrnet-cli fuse`."""

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


def fuse(
    spec: SpecArgument = "w32",
    input: InputOption = None,
    stage: Annotated[int | None, typer.Option(help="Only this stage (the first that fuses is 2).")] = None,
    module: Annotated[int | None, typer.Option(help="Only this module of each stage, from 0.")] = None,
    engine: EngineOption = Engine.shapes,
    device: DeviceOption = None,
    format: FormatOption = Format.text,
    output: OutputOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """Show each fuse layer as a matrix.

    Rows are output branches i, columns input branches j: what each edge does to size and channels, and what it costs.

    Example: hrnet-cli fuse w32 --stage 3 --module 0
    """
    from hrnet_cli.analysis import api
    from hrnet_cli.cli.opening import open_spec
    from hrnet_cli.report.fuse import present

    with diagnosed(color):
        result = api.fuse(open_spec(spec), input, engine.value, device, stage=stage, module=module)
    emit(Report("fuse", result, lambda: present(result)), Target(format, output, color))
