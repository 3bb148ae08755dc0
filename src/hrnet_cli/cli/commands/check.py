"""`hrnet-cli check`."""

from typing import Annotated

import typer

from hrnet_cli.cli.options import CheckFormat, ColorOption, Dialect, OutputOption, complete_spec
from hrnet_cli.cli.output import emit, interruptible
from hrnet_cli.errors import UsageError

Codes = list[str] | None


def check(
    specs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SPEC]...",
            help="Files, folders, presets, - for standard input. Default: this folder.",
            autocompletion=complete_spec,
        ),
    ] = None,
    input: Annotated[
        str | None,
        typer.Option("--input", "-i", metavar="NxCxHxW", help="Check at this input shape instead of each spec's own."),
    ] = None,
    dialect: Annotated[
        Dialect | None,
        typer.Option(help="Check whether this code can build it. Default: the code that the config is written for."),
    ] = None,
    select: Annotated[Codes, typer.Option(metavar="CODES", help="Run only these rules, e.g. HR3,HR501.")] = None,
    ignore: Annotated[Codes, typer.Option(metavar="CODES", help="Do not run these rules.")] = None,
    severity: Annotated[
        Codes,
        typer.Option(metavar="CODE=SEVERITY", help="Make rules an error, a warning or a note, e.g. HR4=error."),
    ] = None,
    max_params: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="At most this many parameters, e.g. 30M.")
    ] = None,
    max_macs: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="At most this many MACs at the input, e.g. 7.65G.")
    ] = None,
    max_activations: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="At most this many activations at the input, e.g. 20M.")
    ] = None,
    divisor: Annotated[
        int | None,
        typer.Option(metavar="N", help="The input must be a multiple of N, and every multiple of N must go through."),
    ] = None,
    locked: Annotated[bool, typer.Option("--locked", help="Every spec must build what the lock file records.")] = False,
    lock: Annotated[str | None, typer.Option(metavar="FILE", help="The lock file. Default: hrnet.lock.")] = None,
    config: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="The settings. Default: the nearest .hrnet-cli.toml or pyproject.toml."),
    ] = None,
    skip_others: Annotated[
        bool, typer.Option("--skip-others", help="Skip named files that are not an HRNet, as folders do.")
    ] = False,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", metavar="N", help="Number of processes; 0 is one per core.", min=0)
    ] = 1,
    format: Annotated[CheckFormat, typer.Option("--format", "-f", help="Format of the findings.")] = "text",
    output: OutputOption = None,
    color: ColorOption = "auto",
    statistics: Annotated[bool, typer.Option("--statistics", help="Count findings by rule instead.")] = False,
    step_summary: Annotated[
        bool, typer.Option("--step-summary", help="Add a summary to the file of $GITHUB_STEP_SUMMARY, if it is set.")
    ] = False,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 whatever is found.")] = False,
) -> None:
    """Check specs and configs against rules.

    Each finding has a code (`hrnet-cli rule CODE` explains it), a place and a remedy. Exit 1 if there is an error or a
    warning, 2 if a file cannot be read.

    Example: hrnet-cli check configs --max-params 30M --divisor 32
    """
    from hrnet_cli.check.files import targets
    from hrnet_cli.check.run import checker, run
    from hrnet_cli.cli.checking import given, progress, summarise
    from hrnet_cli.cli.configuration import configured
    from hrnet_cli.report.check import present
    from hrnet_cli.report.findings import CHECK_FORMATS
    from hrnet_cli.report.formats import Report

    rules = {"select": select, "ignore": ignore, "severity": severity}
    target = {"input": input, "dialect": dialect, "lock": lock, "locked": locked}
    bounds = {"max_params": max_params, "max_macs": max_macs, "max_activations": max_activations, "divisor": divisor}
    settings = given(configured(config), {**rules, **target, **bounds})
    files = targets(specs or ["."], settings, skip_others)
    with interruptible(), progress(len(files)) as done:
        result = run(checker(settings), files, jobs, done)._replace(statistics=statistics)
    if not result.files and not skip_others:
        remedy = "name spec files or the folder that has them; `include` in the settings sets their patterns"
        raise UsageError(f"no spec in {' '.join(specs or ['this folder'])}", remedy)
    report = Report("check", result, lambda: present(result))
    emit(report, format, output, color, CHECK_FORMATS)
    if step_summary:
        summarise(report)
    if not exit_zero:
        raise typer.Exit(result.exit_code)
