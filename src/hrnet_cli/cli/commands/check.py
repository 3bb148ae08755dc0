"""`hrnet-cli check`."""

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from hrnet_cli.cli.options import CheckFormat, ColorOption, Dialect, OutputOption, complete_spec
from hrnet_cli.cli.output import canvas_of, closed_pipe_raises, interruptible, write_report, write_stderr
from hrnet_cli.errors import UsageError
from hrnet_cli.text import plural, printable

if TYPE_CHECKING:
    from hrnet_cli.checking.finding import FileCheck

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
        bool, typer.Option("--skip-others", help="Skip files named here that are not an HRNet, as in a folder.")
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
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of a fault of hrnet-cli.")] = False,
) -> None:
    """Check specs and configs against rules.

    Each finding has a code (`hrnet-cli rule CODE` explains it), a place and a remedy. Exit 1 if there is an error or a
    warning, 2 if a file cannot be read.

    Example: hrnet-cli check configs --max-params 30M --divisor 32
    """
    from hrnet_cli.checking.files import targets
    from hrnet_cli.checking.finding import Summary
    from hrnet_cli.checking.processes import check_each
    from hrnet_cli.checking.run import checker
    from hrnet_cli.checking.settings import load_settings, refuse_lock_outside, settings_above
    from hrnet_cli.cli.checking import add_step_summary, override, show_progress
    from hrnet_cli.report.findings import CHECK_FORMATS

    rules = {"select": select, "ignore": ignore, "severity": severity}
    target = {"input": input, "dialect": dialect, "lock": lock, "locked": locked}
    bounds = {"max_params": max_params, "max_macs": max_macs, "max_activations": max_activations, "divisor": divisor}
    above = settings_above() if config is None else None
    if above is not None:
        write_stderr(f"note: {str(above)!r} is not read, as it lies outside of the project: name it with --config")
    settings = override(load_settings(config, lock), {**rules, **target, **bounds})
    if settings.locked and lock is None and config is None:
        refuse_lock_outside(settings.lock)
    files = targets(specs or ["."], settings, skip_others)
    summary = Summary()
    kept: list[FileCheck] = []

    outside = 0

    def counted() -> "Iterator[FileCheck]":
        nonlocal outside
        for file_check in summary.count(show_progress(results, len(files))):
            outside += file_check.base_outside
            if step_summary:
                kept.append(file_check)
            yield file_check
        if not summary.checked and not skip_others:
            remedy = "name spec files or the folder that has them; `include` in the settings sets their patterns"
            raise UsageError(f"no spec in {printable(' '.join(specs or ['this folder']))}", remedy)

    checking = check_each(checker(settings, debug), files, jobs, lambda text: write_stderr(f"note: {text}"))
    with interruptible(), closed_pipe_raises(), closing(checking) as results:
        canvas = canvas_of(output, color)
        write_report(CHECK_FORMATS[format](counted(), canvas, statistics), format, output, canvas)
    if outside:
        what = f"{plural(outside, 'file')} skipped whose base lies outside of the folder that is checked"
        write_stderr(f"note: {what}: check from a folder that has both")
    if step_summary:
        add_step_summary(kept, statistics)
    if not exit_zero:
        raise typer.Exit(summary.exit_code)
