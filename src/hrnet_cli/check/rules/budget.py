"""HR5: what a network may cost, by its own budget, the configuration's and the command line's; the tightest holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from math import lcm

from hrnet_cli.analysis.costs import FIGURES, Cost
from hrnet_cli.analysis.diagnosis import multiples_go_through, smallest_divisor
from hrnet_cli.analysis.flops import GROUPINGS
from hrnet_cli.analysis.published import as_printed, figures
from hrnet_cli.check.rule import Rule
from hrnet_cli.check.subject import Subject
from hrnet_cli.errors import Code, Diagnostic
from hrnet_cli.text import KeyPath


def _exceeded(figure: str, code: Code, subject: Subject) -> Iterator[Diagnostic]:
    """The excess, and the three places that cost the most. A spec's own budget is for its own input."""
    key = f"max_{figure}"
    own: int | None = getattr(subject.spec.budget, key)
    common: int | None = getattr(subject.settings.budget, key)
    if own is not None and not subject.at_own_input:
        own = None
    bounds = [bound for bound in (own, common) if bound is not None]
    if not bounds or subject.totals is None:
        return
    bound, total = min(bounds), getattr(subject.totals, figure)
    if total > bound:
        parts = _by_module(subject.costs, figure)
        excess = total - bound
        message = f"{total:,} {FIGURES[figure]}: {excess:,} ({excess / bound:.1%}) over the budget of {bound:,}"
        remedy = "most of them: " + ", ".join(f"{part} {count:,}" for part, count in parts.most_common(3))
        yield subject.at(code, ("budget", key) if bound == own else (), message, remedy)


def _by_module(costs: list[Cost], figure: str) -> Counter[str]:
    """A figure of each module, and of the parts that are none."""
    parts: Counter[str] = Counter()
    for cost in costs:
        parts[GROUPINGS["module"](cost)[0]] += getattr(cost, figure)
    return parts


def not_divisible(subject: Subject) -> Iterator[Diagnostic]:
    """The input is no multiple of the divisor, or the network does not take every multiple of it."""
    own, common = subject.spec.budget.divisor, subject.settings.budget.divisor
    bounds: dict[int | None, KeyPath] = {common: (), own: ("budget", "divisor")}
    for divisor, path in bounds.items():
        if divisor is None:
            continue
        multiple = divisor
        if not multiples_go_through(subject.spec, divisor):
            smallest = smallest_divisor(subject.spec)
            remedy = f"every multiple of {smallest} does" if smallest else "take fewer branches, or upsample to size"
            yield subject.at("divisor", path, f"not every multiple of {divisor} goes through", remedy)
            multiple = lcm(divisor, smallest or 1)
        size = subject.input
        odd = [f"{axis} {n}" for axis, n in zip(("height", "width"), size[2:], strict=True) if n % divisor]
        if odd:
            larger = "×".join(str(-(-n // multiple) * multiple) for n in size[2:])
            message = f"{' and '.join(odd)} {'is no multiple' if len(odd) == 1 else 'are no multiples'} of {divisor}"
            yield subject.at("divisor", subject.input_path, message, f"take {larger}")


def unpublished(subject: Subject) -> Iterator[Diagnostic]:
    """A figure under `published` does not come out by its rule, and `differs` does not say so (or says so wrongly)."""
    published = subject.spec.published
    if published is None or not subject.at_own_input:
        return
    params = sum(cost.params for cost in subject.costs)
    for figure in figures(published, params, subject.costs):
        if not figure.stands:
            ours = as_printed(figure.printed, figure.ours, figure.unit) + figure.printed[-1]
            message = f"{figure.name} are printed as {figure.printed}, and come out as {ours} ({figure.ours:,})"
            remedy = "take it out of differs" if figure.reproduces else "correct it, or name it in differs with a note"
            yield subject.at("published", ("published", figure.name), message, remedy)


BUDGET = (
    Rule(
        "HR501",
        "max-params",
        "error",
        "more parameters than the budget",
        partial(_exceeded, "params", "max-params"),
        always=False,
    ),
    Rule(
        "HR502", "max-macs", "error", "more MACs than the budget", partial(_exceeded, "macs", "max-macs"), always=False
    ),
    Rule(
        "HR503",
        "max-activations",
        "error",
        "more activations than the budget",
        partial(_exceeded, "activations", "max-activations"),
        always=False,
    ),
    Rule(
        "HR504", "divisor", "error", "sizes of the budget's divisor that do not go through", not_divisible, always=False
    ),
    Rule("HR505", "published", "warning", "a published figure that does not come out", unpublished, always=False),
)
