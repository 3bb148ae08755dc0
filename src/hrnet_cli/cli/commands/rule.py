"""`hrnet-cli rule`."""

from typing import Annotated

import typer

from hrnet_cli.cli.options import Color, ColorOption, Format, FormatOption, OutputOption
from hrnet_cli.cli.output import Target, emit
from hrnet_cli.errors import UsageError
from hrnet_cli.report.formats import FORMATS, Report


def complete_rule(incomplete: str) -> list[str]:
    """Codes for the shell."""
    from hrnet_cli.check.rules import RULES

    return [code for code in RULES if code.startswith(incomplete.upper())]


def rule(
    code: Annotated[
        str | None, typer.Argument(metavar="[CODE]", help="A rule's code or name.", autocompletion=complete_rule)
    ] = None,
    all: Annotated[bool, typer.Option("--list", help="List every rule.")] = False,
    format: FormatOption = Format.text,
    output: OutputOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """Explain a rule of check.

    What it finds, why that matters, and what to do about it; with --list, all rules in a table.

    Example: hrnet-cli rule HR301
    """
    from hrnet_cli.check import pages
    from hrnet_cli.report import rules

    if all is (code is not None):
        raise UsageError("name one rule, or ask for the list", "hrnet-cli rule HR301, hrnet-cli rule --list")
    target = Target(format, output, color)
    if code is None:
        every = pages.every_rule()
        emit(Report("rule", every, lambda: rules.present_list(every)), target)
    else:
        page = pages.page(code)
        as_it_is = {name: lambda report, _: report.result.page for name in ("text", "markdown")}
        emit(Report("rule", page, lambda: rules.present_page(page)), target, {**FORMATS, **as_it_is})
