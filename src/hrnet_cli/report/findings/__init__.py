"""What `check` found, in the formats of the tools that read it. A row in CHECK_FORMATS is a format."""

from __future__ import annotations

from importlib import import_module

from hrnet_cli.report.formats import FORMATS, Canvas, Render, Report


def _module(format: str) -> Render:
    """A format that has a module here, which is imported when it is used."""

    def render(report: Report, _: Canvas) -> str:
        text: str = import_module(f"hrnet_cli.report.findings.{format}").render(report.result)
        return text

    return render


def _markdown(report: Report, _: Canvas) -> str:
    """A table for a pull request or for the summary of a workflow step."""
    from hrnet_cli.report.check import summary
    from hrnet_cli.report.formats import markdown

    return markdown.render(summary(report.result))


CHECK_FORMATS: dict[str, Render] = {
    "text": FORMATS["text"],
    **{format: _module(format) for format in ("json", "github", "gitlab", "sarif", "junit")},
    "markdown": _markdown,
}
"""From the word behind `check --format` to the function that writes it."""
