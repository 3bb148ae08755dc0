"""`hrnet-cli check`."""

from enum import Enum
from typing import Annotated

import typer

from hrnet_cli.cli.options import Color, ColorOption, OutputOption, complete_spec
from hrnet_cli.cli.output import Target, emit
from hrnet_cli.errors import UsageError
from hrnet_cli.report.findings import CHECK_FORMATS
from hrnet_cli.report.formats import Report


class CheckFormat(str, Enum):
    """A key of report.findings.CHECK_FORMATS."""

    text = "text"
    json = "json"
    github = "github"
    gitlab = "gitlab"
    sarif = "sarif"
    junit = "junit"
    markdown = "markdown"


class Dialect(str, Enum):
    """A key of spec.writers.LIMITS."""

    official = "official"
    mmlab = "mmlab"
    timm = "timm"


Codes = list[str] | None
AmountOption = Annotated[str | None, typer.Option(metavar="N", help="Most of them: a whole number, 30M, 7.65G.")]


def check(
    specs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SPEC]...",
            help="Files, folders, - for standard input, presets; by default this folder.",
            autocompletion=complete_spec,
        ),
    ] = None,
    input: Annotated[
        str | None, typer.Option("--input", "-i", metavar="NxCxHxW", help="Check with this input, not each spec's own.")
    ] = None,
    dialect: Annotated[
        Dialect | None, typer.Option(help="Whose own code is to build it; by default the one it is written for.")
    ] = None,
    select: Annotated[Codes, typer.Option(metavar="CODES", help="Run these rules: HR3,HR501.")] = None,
    ignore: Annotated[Codes, typer.Option(metavar="CODES", help="Do not run these rules.")] = None,
    severity: Annotated[
        Codes, typer.Option(metavar="CODE=SEVERITY", help="Make rules an error, a warning or a note: HR4=error.")
    ] = None,
    max_params: AmountOption = None,
    max_macs: AmountOption = None,
    max_activations: AmountOption = None,
    divisor: Annotated[
        int | None, typer.Option(metavar="N", help="Sizes are multiples of it: the input is, and any goes through.")
    ] = None,
    locked: Annotated[bool, typer.Option("--locked", help="Every spec must build what the lock file has.")] = False,
    lock: Annotated[str | None, typer.Option(metavar="FILE", help="The lock file; by default hrnet.lock.")] = None,
    config: Annotated[
        str | None, typer.Option(metavar="FILE", help="Settings; by default .hrnet-cli.toml or pyproject.toml.")
    ] = None,
    skip_others: Annotated[
        bool, typer.Option("--skip-others", help="Leave out named files that are no HRNet, as in folders.")
    ] = False,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", metavar="N", help="Processes, at most one per core; 0 is as many.", min=0)
    ] = 1,
    format: Annotated[
        CheckFormat, typer.Option("--format", "-f", help="How the findings are written.")
    ] = CheckFormat.text,
    output: OutputOption = None,
    color: ColorOption = Color.auto,
    statistics: Annotated[bool, typer.Option("--statistics", help="Count by rule instead of listing.")] = False,
    step_summary: Annotated[
        bool, typer.Option("--step-summary", help="Add a summary to $GITHUB_STEP_SUMMARY, where that is set.")
    ] = False,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit with 0, whatever is found.")] = False,
) -> None:
    """Check specs and configs by rules.

    Each finding has a code (`hrnet-cli rule CODE` explains it), a place and a remedy. Exit 1 if there is an error or a
    warning, 2 if a file cannot be read.

    Example: hrnet-cli check configs --max-params 30M --divisor 32
    """
    from hrnet_cli.check.files import targets
    from hrnet_cli.check.run import checker, run
    from hrnet_cli.cli.checking import given, progress, summarise
    from hrnet_cli.cli.configuration import configured
    from hrnet_cli.cli.interrupting import interruptible
    from hrnet_cli.report.check import present

    rules = {"select": select, "ignore": ignore, "severity": severity}
    target = {"input": input, "dialect": dialect, "lock": lock, "locked": locked}
    bounds = {"max_params": max_params, "max_macs": max_macs, "max_activations": max_activations, "divisor": divisor}
    settings = given(configured(config), {**rules, **target, **bounds})
    files = targets(specs or ["."], settings, skip_others)
    with interruptible(), progress(len(files)) as done:
        result = run(checker(settings), files, jobs, done)._replace(statistics=statistics)
    if not result.files and not skip_others:
        remedy = "name spec files, or the folder that they are in; `include` in the settings has their patterns"
        raise UsageError(f"no spec in {' '.join(specs or ['this folder'])}", remedy)
    report = Report("check", result, lambda: present(result))
    emit(report, Target(format, output, color), CHECK_FORMATS)
    if step_summary:
        summarise(report)
    if not exit_zero:
        raise typer.Exit(result.exit_code)
