"""`hrnet-cli trace`."""

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
from hrnet_cli.cli.output import Target, emit, explain
from hrnet_cli.report.formats import Report


def trace(
    spec: SpecArgument = "w32",
    input: InputOption = None,
    modules: Annotated[bool, typer.Option("--modules", help="A column for every module, not for every stage.")] = False,
    calls: Annotated[bool, typer.Option("--calls", help="List every module call, in order.")] = False,
    engine: EngineOption = Engine.shapes,
    device: DeviceOption = None,
    format: FormatOption = Format.text,
    output: OutputOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """Show every branch's shape at every stage.

    One row per resolution, one column per stage, with the transitions and fuse exchanges between them.

    An input that cannot go through ends with exit 2, the trace up to that point, and on stderr what would work.

    Example: hrnet-cli trace --input 1x3x256x192
    """
    from hrnet_cli.analysis import api
    from hrnet_cli.cli.opening import open_spec
    from hrnet_cli.report.trace import present

    result = api.shapes(open_spec(spec), input, engine.value, device, calls=calls)
    emit(Report("trace", result, lambda: present(result, modules)), Target(format, output, color))
    if result.failure:
        explain(result.failure, color)
