"""What `check` needs of the command line: its options as settings, a bar of progress, a summary for GitHub."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from hrnet_cli.check.settings import Settings, read_settings
from hrnet_cli.errors import UnreadableError, UsageError
from hrnet_cli.report.findings import CHECK_FORMATS
from hrnet_cli.report.formats import Canvas, Report
from hrnet_cli.schema import Budget
from hrnet_cli.schema.records import entries

LISTS = ("select", "ignore", "severity")
"""Options that may stand several times, and have commas."""


def given(configured: Settings, options: Mapping[str, Any]) -> Settings:
    """The configured settings with what the command line's options of the same names say instead. Raises UsageError."""
    asked = {name: getattr(value, "value", value) for name, value in options.items() if _is_given(value)}
    values = {name: asked[name] for name in entries(Settings) if name in asked}
    for name in LISTS:
        if name in values:
            values[name] = [code.strip() for each in values[name] for code in each.split(",")]
    if "severity" in values:
        values["severity"] = dict(map(_pair, values["severity"]))
    values["budget"] = {name: asked[name] for name in entries(Budget) if name in asked}
    settings, diagnostics = read_settings(values)
    if settings is None:
        option = str(diagnostics[0].path[-1] if diagnostics[0].path[0] == "budget" else diagnostics[0].path[0]).replace(
            "_", "-"
        )
        raise UsageError(f"--{option}: {diagnostics[0].message}", diagnostics[0].remedy)
    own = {name: getattr(settings, name) for name in values}
    own["budget"] = replace(configured.budget, **{name: getattr(settings.budget, name) for name in values["budget"]})
    asked_for = tuple(prefix for prefix, _ in settings.severity)
    rest = [pair for pair in configured.severity if not pair[0].startswith(asked_for)]
    return replace(configured, **own | {"severity": (*rest, *settings.severity)})


def _is_given(option: Any) -> bool:
    return option is not None and option is not False


def _pair(text: str) -> tuple[str, str]:
    code, equals, severity = text.partition("=")
    if not equals:
        raise UsageError(f"--severity: {text!r} is no CODE=SEVERITY", "write HR405=error")
    return code.strip(), severity.strip()


FEW = 50
"""So many files are done before anyone could read a bar."""


@contextmanager
def progress(total: int) -> Iterator[Callable[[int], None]]:
    """What to tell how many files are done: a bar on stderr, where that is a terminal and there are many."""
    if total < FEW or sys.stderr is None or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("checking"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("checking", total=total)
        yield lambda done: bar.update(task, completed=done)


def summarise(report: Report) -> None:
    """Add the findings as Markdown to what GitHub shows of a step; elsewhere nothing. Raises UnreadableError."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    text = CHECK_FORMATS["markdown"](report, Canvas())
    try:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)
    except (OSError, ValueError) as error:
        raise UnreadableError(f"cannot add to $GITHUB_STEP_SUMMARY: {error}", "leave out --step-summary") from None
