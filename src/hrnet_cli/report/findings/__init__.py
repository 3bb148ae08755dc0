"""What `check` found, in the formats of the tools that read it. A row in CHECK_FORMATS is a format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module

from hrnet_cli.checking.finding import Check, FileCheck, collect
from hrnet_cli.report.formats import Canvas

Render = Callable[[Iterable[FileCheck], Canvas, bool], Iterator[str]]
"""Writes results piece by piece; the flag is `--statistics`. What is written at once is not kept in memory."""


def _text(results: Iterable[FileCheck], canvas: Canvas, statistics: bool) -> Iterator[str]:
    """The findings of each file as soon as it is checked, and at the end the verdict."""
    from hrnet_cli.report.check import reports
    from hrnet_cli.report.content import Remark
    from hrnet_cli.report.formats import text

    for report in reports(results, statistics):
        part = text.render(report, canvas.width, canvas.color)
        yield f"{part}\n" if isinstance(report.blocks[-1], Remark) else part


def _github(results: Iterable[FileCheck], _canvas: Canvas, _statistics: bool) -> Iterator[str]:
    """A workflow command per finding, as soon as its file is checked."""
    from hrnet_cli.report.findings import github

    for result in results:
        yield from map(github.render_finding, result.findings)


def render_markdown(result: Check) -> str:
    """A table for a pull request or for the summary of a workflow step."""
    from hrnet_cli.report.check import table
    from hrnet_cli.report.formats import markdown

    return markdown.render(table(result))


def _whole(format: str) -> Render:
    """A format that is written when every file is checked, by its module here."""

    def render(results: Iterable[FileCheck], _canvas: Canvas, statistics: bool) -> Iterator[str]:
        yield import_module(f"hrnet_cli.report.findings.{format}").render(collect(results, statistics))

    return render


def _markdown(results: Iterable[FileCheck], _canvas: Canvas, statistics: bool) -> Iterator[str]:
    yield render_markdown(collect(results, statistics))


CHECK_FORMATS: dict[str, Render] = {
    "text": _text,
    "json": _whole("json"),
    "github": _github,
    **{format: _whole(format) for format in ("gitlab", "sarif", "junit")},
    "markdown": _markdown,
}
"""From the word after `check --format` to the function that writes it."""
