"""The formats of every report. A row in FORMATS is a format; JSON is the result itself and needs no report."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple

from hrnet_cli.analysis.result import Result
from hrnet_cli.report.content import Report


class Canvas(NamedTuple):
    """Where text is drawn: its width in columns (None: unbounded) and whether it shows colours."""

    width: int | None = None
    color: bool = False


Render = Callable[[Result, Canvas], str]


def report_of(result: Result) -> Report:
    """The report of a result before it has a format, by `present` in `hrnet_cli.report.<command>`."""
    report: Report = import_module(f"hrnet_cli.report.{result.command}").present(result)
    return report


def _text(result: Result, canvas: Canvas) -> str:
    from hrnet_cli.report.formats import text

    return text.render(report_of(result), canvas.width, canvas.color)


def _json(result: Result, _: Canvas) -> str:
    from hrnet_cli.report.formats import json

    return json.render(result.command, result)


def _markdown(result: Result, _: Canvas) -> str:
    from hrnet_cli.report.formats import markdown

    return markdown.render(report_of(result))


def _svg(result: Result, canvas: Canvas) -> str:
    from hrnet_cli.report.formats import svg

    return svg.render(report_of(result), canvas.width, f"hrnet-cli {result.command}")


FORMATS: dict[str, Render] = {
    "text": _text,
    "json": _json,
    "markdown": _markdown,
    "svg": _svg,
}

__all__ = ["FORMATS", "Canvas", "Render", "report_of"]
