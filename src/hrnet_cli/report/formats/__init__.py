"""Documents to formats. A row in FORMATS is a format; JSON is the result itself and needs no document."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple

from hrnet_cli.report.content import Document


class Report(NamedTuple):
    """What a command has to say: its name, its result, and the document that the result makes when one is asked for."""

    command: str
    result: Any
    document: Callable[[], Document]


class Canvas(NamedTuple):
    """What is written on: columns (None without a bound) and whether it shows colours."""

    width: int | None = None
    color: bool = False


Render = Callable[[Report, Canvas], str]


def _text(report: Report, canvas: Canvas) -> str:
    from hrnet_cli.report.formats import text

    return text.render(report.document(), canvas.width, canvas.color)


def _json(report: Report, _: Canvas) -> str:
    from hrnet_cli.report.formats import json

    return json.render(report.command, report.result)


def _markdown(report: Report, _: Canvas) -> str:
    from hrnet_cli.report.formats import markdown

    return markdown.render(report.document())


def _svg(report: Report, canvas: Canvas) -> str:
    from hrnet_cli.report.formats import svg

    return svg.render(report.document(), canvas.width, f"hrnet-cli {report.command}")


FORMATS: dict[str, Render] = {
    "text": _text,
    "json": _json,
    "markdown": _markdown,
    "svg": _svg,
}


def _findings(format: str) -> Render:
    """A module of render.findings."""

    def write(report: Report, _: Canvas) -> str:
        text: str = import_module(f"hrnet_cli.report.findings.{format}").render(report.result)
        return text

    return write


CHECK_FORMATS: dict[str, Render] = {
    "text": _text,
    **{format: _findings(format) for format in ("json", "github", "gitlab", "sarif", "junit", "markdown")},
}
"""How `check` writes what it found: other tools read it too."""

__all__ = ["CHECK_FORMATS", "FORMATS", "Canvas", "Render", "Report"]
