"""What a result of the library does: `str`, `repr`, HTML for notebooks and plain values.

`hrnet_cli.report.<command>` has `present(result)`, the whole report as a document, and `one_line(result)`, the facts
that its `repr` names. If its JSON has other fields than the result, it has `json_data(result)` too.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from hrnet_cli.analysis.result import Result
from hrnet_cli.report.formats import document


def text(result: Result) -> str:
    """The report as text, without colours and without a bound on its width."""
    from hrnet_cli.report.formats import text

    return text.render(document(result)).rstrip("\n")


def html(result: Result) -> str:
    """The report as an HTML fragment."""
    from hrnet_cli.report.formats import html

    return html.render(document(result))


def one_line(result: Result) -> str:
    """`Flops(hrnet-w32, 1×3×256×192, 7.645 GMACs)`."""
    return f"{type(result).__name__}({_module(result).one_line(result)})"


def to_dict(result: Result) -> dict[str, Any]:
    """The report as `--format json` writes it, as plain values."""
    from hrnet_cli.report.formats import json

    data = getattr(_module(result), "json_data", lambda result: result)
    return json.report(result.command, data(result))


def _module(result: Result) -> Any:
    return import_module(f"hrnet_cli.report.{result.command}")
