"""The rules for a reader. The page of each is docs/rules/CODE.md, which the wheel has inside the package."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from hrnet_cli.analysis.result import Result
from hrnet_cli.checking.rules import RULES, Rule
from hrnet_cli.errors import UsageError
from hrnet_cli.sources.presets import shipped_folder
from hrnet_cli.text import nearest, quote


class RuleRow(NamedTuple):
    """A rule in the list."""

    code: str
    name: str
    severity: str
    summary: str


@dataclass(frozen=True, slots=True, repr=False)
class RuleList(Result):
    """The result of `rule --list`."""

    command = "rule"

    rules: tuple[RuleRow, ...]


@dataclass(frozen=True, slots=True, repr=False)
class RulePage(Result):
    """The result of `rule CODE`."""

    command = "rule"

    code: str
    name: str
    severity: str
    summary: str
    page: str
    """Markdown: a heading, paragraphs and fenced blocks."""


def list_rules() -> RuleList:
    """Every rule, by code."""
    return RuleList(tuple(_row(rule) for rule in RULES.values()))


def read_page(code: str) -> RulePage:
    """The page of a rule, by its code or its name in any letter case. Raises UsageError."""
    for rule in RULES.values():
        if code.lower() in (rule.code.lower(), rule.name):
            page = shipped_folder("rules", "docs/rules") / f"{rule.code}.md"
            return RulePage(*_row(rule), page.read_text(encoding="utf-8"))
    near = nearest(code, (*RULES, *(rule.name for rule in RULES.values())))
    remedy = f"did you mean {near}?" if near else "`hrnet-cli rule --list` lists all rules"
    raise UsageError(f"no rule {quote(code)}", remedy)


def _row(rule: Rule) -> RuleRow:
    return RuleRow(rule.code, rule.name, rule.severity, rule.summary)
