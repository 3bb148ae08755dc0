"""The rules of check as documents."""

from __future__ import annotations

from hrnet_cli.check.pages import RuleList, RulePage
from hrnet_cli.report.check import ROLES
from hrnet_cli.report.content import Column, Document, Drawing, Heading, Panel, Span, Table, panel


def present_list(result: RuleList) -> Document:
    """A row a rule."""
    columns = (Column("code"), Column("name"), Column("severity"), Column("what it finds"))
    rows = [(rule.code, rule.name, Span(rule.severity, ROLES[rule.severity]), rule.summary) for rule in result.rules]
    return Document((Heading(f"{len(rows)} rules"), Table(columns, tuple(rows))))


def present_page(result: RulePage) -> Document:
    """A page as it is written: text and Markdown need no document of it, a picture does."""
    lines = panel(result.page.splitlines())
    return Document((Drawing(Panel(((),) * len(lines.lines)), (lines,)),))
