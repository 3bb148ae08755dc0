"""RULES: a row is a rule. Its page is docs/rules/CODE.md."""

from __future__ import annotations

from hrnet_cli.analysis.check.rule import Rule
from hrnet_cli.analysis.check.rules.budget import BUDGET
from hrnet_cli.analysis.check.rules.building import BUILDING
from hrnet_cli.analysis.check.rules.dialect import DIALECT
from hrnet_cli.analysis.check.rules.head import HEAD
from hrnet_cli.analysis.check.rules.ignored import IGNORED
from hrnet_cli.analysis.check.rules.input import INPUT
from hrnet_cli.analysis.check.rules.locked import LOCKED
from hrnet_cli.analysis.check.rules.suppressed import SUPPRESSED

RULES: dict[str, Rule] = {
    rule.code: rule for rule in (*BUILDING, *IGNORED, *DIALECT, *INPUT, *HEAD, *BUDGET, *LOCKED, *SUPPRESSED)
}

ALWAYS = frozenset(code for code, rule in RULES.items() if rule.always)
"""The rules that look at every spec."""

BY_PROBLEM: dict[str, Rule] = {problem: rule for rule in RULES.values() for problem in rule.problems}
"""From the code of a problem with a spec to the rule that it is a finding of."""

OF_PROBLEMS = frozenset(rule.code for rule in BY_PROBLEM.values())
"""The rules that speak of a spec of which there is no network."""

__all__ = ["ALWAYS", "BY_PROBLEM", "OF_PROBLEMS", "RULES", "Rule"]
