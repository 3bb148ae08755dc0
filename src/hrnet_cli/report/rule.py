"""`rule` as a report: all rules of check, or the page of one."""

from __future__ import annotations

from hrnet_cli.checking.pages import RuleList, RulePage
from hrnet_cli.report.check import ROLES
from hrnet_cli.report.content import Column, Drawing, Heading, Panel, Report, Span, Table, panel
from hrnet_cli.text import plural


def present(result: RuleList | RulePage) -> Report:
    """A row per rule; or the lines of a page, for formats that have no Markdown."""
    if isinstance(result, RulePage):
        lines = panel(result.page.splitlines())
        return Report((Drawing(Panel(((),) * len(lines.lines)), (lines,)),))
    columns = (Column("code"), Column("name"), Column("severity"), Column("what it finds"))
    rows = [(rule.code, rule.name, Span(rule.severity, ROLES[rule.severity]), rule.summary) for rule in result.rules]
    return Report((Heading(one_line(result)), Table(columns, tuple(rows))))


def one_line(result: RuleList | RulePage) -> str:
    """`47 rules`, or `HR104 fuse-method`."""
    return f"{result.code} {result.name}" if isinstance(result, RulePage) else plural(len(result.rules), "rule")
