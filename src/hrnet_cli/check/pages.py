"""The rules as a user reads of them. The page of each is docs/rules/CODE.md, which the wheel has inside the package."""

from __future__ import annotations

from typing import NamedTuple

from hrnet_cli.check.rules import RULES, Rule
from hrnet_cli.errors import UsageError
from hrnet_cli.sources.presets import shipped_folder
from hrnet_cli.text import did_you_mean


class RuleRow(NamedTuple):
    """A rule in the list."""

    code: str
    name: str
    severity: str
    summary: str


class RuleList(NamedTuple):
    """The result of `rule --list`."""

    rules: tuple[RuleRow, ...]


class RulePage(NamedTuple):
    """The result of `rule CODE`."""

    code: str
    name: str
    severity: str
    summary: str
    page: str
    """Markdown: a heading, paragraphs and fenced blocks."""


def every_rule() -> RuleList:
    """Every rule, by code."""
    return RuleList(tuple(_row(rule) for rule in RULES.values()))


def page(code: str) -> RulePage:
    """The page of a rule, by its code or its name in any letter case. Raises UsageError."""
    for rule in RULES.values():
        if code.lower() in (rule.code.lower(), rule.name):
            page = shipped_folder("rules", "docs/rules") / f"{rule.code}.md"
            return RulePage(*_row(rule), page.read_text(encoding="utf-8"))
    remedy = did_you_mean(code, (*RULES, *(rule.name for rule in RULES.values())))
    raise UsageError(
        f"no rule {code[:80]!r}", remedy if remedy.startswith("did") else "hrnet-cli rule --list has them all"
    )


def _row(rule: Rule) -> RuleRow:
    return RuleRow(rule.code, rule.name, rule.severity, rule.summary)
