"""What a result of the library does: `str`, `repr`, HTML for notebooks and plain values.

`hrnet_cli.report.<command>` has `present(result)`, the whole report, and `one_line(result)`, the facts
that its `repr` names.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from hrnet_cli.analysis.result import Result
from hrnet_cli.report.formats import report_of


def text(result: Result) -> str:
    """The report as text, without colours and without a bound on its width."""
    from hrnet_cli.report.formats import text

    return text.render(report_of(result)).rstrip("\n")


def html(result: Result) -> str:
    """The report as an HTML fragment."""
    from hrnet_cli.report.formats import html

    return html.render(report_of(result))


def one_line(result: Result) -> str:
    """`Flops(hrnet-w32, 1×3×256×192, 7.645 GMACs)`."""
    module = import_module(f"hrnet_cli.report.{result.command}")
    return f"{type(result).__name__}({module.one_line(result)})"


def to_dict(result: Result) -> dict[str, Any]:
    """The report as `--format json` writes it, as plain values."""
    from hrnet_cli.report.formats import json

    return json.report(result.command, result)
