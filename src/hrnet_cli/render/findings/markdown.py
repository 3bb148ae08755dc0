"""What `check` found as Markdown, for a pull request or the summary of a step."""

from __future__ import annotations

from hrnet_cli.analysis.check.finding import Check
from hrnet_cli.present.check import summary
from hrnet_cli.render import markdown


def render(result: Check) -> str:
    """A heading and a table."""
    return markdown.render(summary(result))
