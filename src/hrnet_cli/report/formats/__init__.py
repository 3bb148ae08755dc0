"""The formats of every report. A row in FORMATS is a format; JSON is the result itself and needs no document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from hrnet_cli.report.content import Document


class Report(NamedTuple):
    """A command's name, its result, and the function that makes the result's document."""

    command: str
    result: Any
    document: Callable[[], Document]


class Canvas(NamedTuple):
    """Where text is drawn: its width in columns (None: unbounded) and whether it shows colours."""

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

__all__ = ["FORMATS", "Canvas", "Render", "Report"]
