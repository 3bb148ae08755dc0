"""What `check` needs of the command line: its options as settings, its progress, a summary for GitHub."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any

from hrnet_cli.checking.finding import FileCheck, collect
from hrnet_cli.checking.settings import Settings, read_settings
from hrnet_cli.cli.inert import inert
from hrnet_cli.errors import UnreadableError, UsageError
from hrnet_cli.report.findings import render_markdown
from hrnet_cli.schema import Budget
from hrnet_cli.schema.records import entries

LISTS = ("select", "ignore", "severity")
"""Options that may be repeated, each with several codes separated by commas."""


def override(settings: Settings, options: Mapping[str, Any]) -> Settings:
    """The settings, overridden by the options of the same names; None and False are options that are not used.

    A severity of the command line also overrides the settings for longer codes. Raises UsageError.
    """
    used = {name: value for name, value in options.items() if value is not None and value is not False}
    values = {name: used[name] for name in entries(Settings) if name in used}
    for name in LISTS:
        if name in values:
            values[name] = [code.strip() for each in values[name] for code in each.split(",")]
    if "severity" in values:
        values["severity"] = dict(map(_code_and_severity, values["severity"]))
    values["budget"] = {name: used[name] for name in entries(Budget) if name in used}
    read, diagnostics = read_settings(values)
    if read is None:
        first = diagnostics[0]
        option = str(first.path[1] if first.path[0] == "budget" else first.path[0]).replace("_", "-")
        raise UsageError(f"--{option}: {first.message}", first.remedy)
    own = {name: getattr(read, name) for name in values}
    own["budget"] = replace(settings.budget, **{name: getattr(read.budget, name) for name in values["budget"]})
    overridden = tuple(prefix for prefix, _ in read.severity)
    kept = [pair for pair in settings.severity if not pair[0].startswith(overridden)]
    return replace(settings, **own | {"severity": (*kept, *read.severity)})


def _code_and_severity(text: str) -> tuple[str, str]:
    code, equals, severity = text.partition("=")
    if not equals:
        raise UsageError(f"--severity: {text!r} is not CODE=SEVERITY", "write HR405=error")
    return code.strip(), severity.strip()


MIN_FILES = 50
"""Fewer files are checked before anyone could read how many are done."""
SECONDS = 0.1
"""The time between two updates of the progress."""


def show_progress(results: Iterable[FileCheck], total: int) -> Iterator[FileCheck]:
    """The same results, with the number of checked files on stderr, if that is a terminal and there are many.

    The line is erased before each result with findings, because they may be written to the same terminal.
    """
    if total < MIN_FILES or sys.stderr is None or not sys.stderr.isatty():
        yield from results
        return
    shown, time = "", monotonic()
    try:
        for number, result in enumerate(results, 1):
            if shown and result.findings:
                _write_over(shown, "")
                shown = ""
            yield result
            if monotonic() - time > SECONDS:
                line = f"checked {number} of {total} files"
                _write_over(shown, line)
                shown, time = line, monotonic()
    finally:
        _write_over(shown, "")


def _write_over(old: str, new: str) -> None:
    """Replace the line on stderr."""
    sys.stderr.write(f"\r{' ' * len(old)}\r{new}" if old else new)
    sys.stderr.flush()


def add_step_summary(results: list[FileCheck], statistics: bool) -> None:
    """Add the findings as Markdown to the file of $GITHUB_STEP_SUMMARY, if it is set. Raises UnreadableError."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    try:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(inert(render_markdown(collect(results, statistics))))
    except (OSError, ValueError) as error:
        raise UnreadableError(f"cannot add to $GITHUB_STEP_SUMMARY: {error}", "leave out --step-summary") from None
