"""`hrnet-cli verify`."""

from typing import Annotated

import typer

from hrnet_cli.cli.options import (
    Color,
    ColorOption,
    DeviceOption,
    Format,
    FormatOption,
    InputOption,
    OutputOption,
    SpecArgument,
)
from hrnet_cli.cli.output import Target, diagnosed, emit
from hrnet_cli.report.formats import Report


def verify(
    spec: SpecArgument = "w32",
    input: InputOption = None,
    modules: Annotated[bool, typer.Option("--modules", help="List every module with each source's verdict.")] = False,
    device: DeviceOption = None,
    format: FormatOption = Format.text,
    output: OutputOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """Hold our figures against torch and others.

    Both engines, torchinfo, fvcore and torch's FlopCounterMode are compared module by module; a disagreement is exit 1.

    Example: hrnet-cli verify w32
    """
    from hrnet_cli.analysis.verify import verify as compare
    from hrnet_cli.cli.opening import open_spec
    from hrnet_cli.report.verify import present

    with diagnosed(color):
        result = compare(open_spec(spec), input, device, modules=modules)
    emit(Report("verify", result, lambda: present(result)), Target(format, output, color))
    if not result.agrees:
        raise SystemExit(1)
