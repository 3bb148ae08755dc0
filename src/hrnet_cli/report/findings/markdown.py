"""What `check` found as Markdown, for a pull request or the summary of a step."""

from __future__ import annotations

from hrnet_cli.check.finding import Check
from hrnet_cli.report.check import summary
from hrnet_cli.report.formats import markdown


def render(result: Check) -> str:
    """A heading and a table."""
    return markdown.render(summary(result))
