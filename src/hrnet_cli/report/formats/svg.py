"""A report as an SVG picture of a terminal, by rich."""

from __future__ import annotations

import re
from io import StringIO

from hrnet_cli.report.content import Report
from hrnet_cli.report.formats.text import draw, make_console

WIDTH = 100


def render(report: Report, width: int | None = None, title: str = "hrnet-cli") -> str:
    """The picture as SVG text, without scripts and without the web font that rich's template loads."""
    console = make_console(StringIO(), width or WIDTH, color=True, record=True)
    draw(report, console)
    svg = console.export_svg(title=title, unique_id="hrnet-cli")
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
