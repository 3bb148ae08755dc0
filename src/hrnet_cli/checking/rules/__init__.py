"""RULES: a row is a rule. Its page is docs/rules/CODE.md."""

from __future__ import annotations

from functools import cache

from hrnet_cli.checking.rule import Find, Rule
from hrnet_cli.checking.rules.budget import BUDGET
from hrnet_cli.checking.rules.dialect import DIALECT
from hrnet_cli.checking.rules.head import HEAD
from hrnet_cli.checking.rules.input import INPUT
from hrnet_cli.checking.rules.loading import LOADING
from hrnet_cli.checking.rules.locked import LOCKED
from hrnet_cli.errors import Code

_ALL = (*LOADING, *DIALECT, *INPUT, *HEAD, *BUDGET, *LOCKED)
RULES: dict[str, Rule] = {rule.code: rule for rule in sorted(_ALL, key=lambda rule: rule.code)}
RULE_OF: dict[Code, Rule] = {code: rule for rule in RULES.values() for code in rule.reports}
"""From the code of a diagnostic to the rule that it is a finding of."""
WITHOUT_NETWORK = frozenset(code for code, rule in RULES.items() if rule.find is None)
"""The rules that also check a spec that cannot be built."""
UNCONDITIONAL = frozenset(code for code, rule in RULES.items() if not rule.conditional)
"""The rules that check every spec."""


@cache
def finders(codes: frozenset[str]) -> tuple[Find, ...]:
    """The functions of some rules, each once."""
    return tuple(dict.fromkeys(rule.find for rule in RULES.values() if rule.find and rule.code in codes))


def is_rule_prefix(text: str) -> bool:
    """Whether a text is the code of a rule or the beginning of one: `HR`, `HR5`, `HR501`."""
    return text.startswith("HR") and any(code.startswith(text) for code in RULES)


__all__ = ["RULES", "RULE_OF", "UNCONDITIONAL", "WITHOUT_NETWORK", "Rule", "finders", "is_rule_prefix"]
