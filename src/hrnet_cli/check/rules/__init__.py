"""RULES: a row is a rule. Its page is docs/rules/CODE.md."""

from __future__ import annotations

from hrnet_cli.check.rule import Rule
from hrnet_cli.check.rules.budget import BUDGET
from hrnet_cli.check.rules.building import BUILDING
from hrnet_cli.check.rules.dialect import DIALECT
from hrnet_cli.check.rules.head import HEAD
from hrnet_cli.check.rules.ignored import IGNORED
from hrnet_cli.check.rules.input import INPUT
from hrnet_cli.check.rules.locked import LOCKED
from hrnet_cli.check.rules.suppressed import SUPPRESSED

RULES: dict[str, Rule] = {
    rule.code: rule for rule in (*BUILDING, *IGNORED, *DIALECT, *INPUT, *HEAD, *BUDGET, *LOCKED, *SUPPRESSED)
}

ALWAYS = frozenset(code for code, rule in RULES.items() if rule.always)
"""The rules that look at every spec."""

BY_DIAGNOSTIC: dict[str, Rule] = {code: rule for rule in RULES.values() for code in (rule.reports or (rule.name,))}
"""From the code of a diagnostic to the rule that it is a finding of."""

WITHOUT_NETWORK = frozenset(rule.code for rule in (*BUILDING, *SUPPRESSED))
"""The rules that run on a spec that cannot be built."""

__all__ = ["ALWAYS", "BY_DIAGNOSTIC", "RULES", "WITHOUT_NETWORK", "Rule"]
