"""`hrnet-cli rule`."""

from typing import Annotated

import typer

from hrnet_cli.cli.options import ColorOption, FormatOption, OutputOption
from hrnet_cli.cli.output import emit
from hrnet_cli.errors import UsageError


def complete_rule(incomplete: str) -> list[str]:
    """Codes of rules for the shell."""
    from hrnet_cli.checking.rules import RULES

    return [code for code in RULES if code.startswith(incomplete.upper())]


def rule(
    code: Annotated[
        str | None,
        typer.Argument(metavar="[CODE]", help="The code or the name of a rule.", autocompletion=complete_rule),
    ] = None,
    all: Annotated[bool, typer.Option("--list", help="List every rule.")] = False,
    format: FormatOption = "text",
    output: OutputOption = None,
    color: ColorOption = "auto",
) -> None:
    """Explain a rule of check.

    What it finds, why that matters, and what to do about it. With --list, all rules in a table.

    Example: hrnet-cli rule HR301
    """
    if all is (code is not None):
        raise UsageError("name one rule, or ask for the list", "hrnet-cli rule HR301, hrnet-cli rule --list")
    from hrnet_cli.checking.pages import list_rules, read_page
    from hrnet_cli.report.formats import FORMATS, Render

    if code is None:
        rules = list_rules()
        emit(rules, format, output, color)
    else:
        page = read_page(code)
        unchanged: dict[str, Render] = dict.fromkeys(("text", "markdown"), lambda *_: page.page)
        emit(page, format, output, color, {**FORMATS, **unchanged})
