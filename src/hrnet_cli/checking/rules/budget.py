"""HR5: what a network may cost, by its own budget, the settings' and the command line's; the tightest bound applies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import lcm

from hrnet_cli.analysis.costs import FIGURES, Cost
from hrnet_cli.analysis.diagnosis import multiples_go_through, smallest_divisor
from hrnet_cli.analysis.flops import GROUPINGS, published_figures
from hrnet_cli.checking.rule import Rule
from hrnet_cli.checking.subject import Subject
from hrnet_cli.errors import Code, Diagnostic
from hrnet_cli.text import KeyPath, exact, join_and, percent, shape_text

BOUNDS: dict[str, Code] = {"params": "max-params", "macs": "max-macs", "activations": "max-activations"}
"""From a figure of Totals to the diagnostic that it is over its bound; the key of the bound is `max_<figure>`."""


def excess(subject: Subject) -> Iterator[Diagnostic]:
    """What costs more than its bound: by how much, and the three parts that cost most."""
    for figure, code in BOUNDS.items():
        key = f"max_{figure}"
        own: int | None = getattr(subject.own_budget, key)
        bounds = [bound for bound in (own, getattr(subject.requirements.budget, key)) if bound is not None]
        if not bounds or subject.totals is None:
            continue
        bound, count = min(bounds), getattr(subject.totals, figure)
        if count > bound:
            over = count - bound
            amount = f"{exact(count)} {FIGURES[figure]}"
            message = f"{amount}: {exact(over)} ({percent(over, bound)}) over the budget of {exact(bound)}"
            parts = _by_module(subject.costs, figure).most_common(3)
            remedy = f"most are in {join_and([f'{part} ({exact(count)})' for part, count in parts])}"
            yield subject.at(code, ("budget", key) if bound == own else (), message, remedy)


def _by_module(costs: list[Cost], figure: str) -> Counter[str]:
    """A figure of each module, and of each part outside the modules."""
    parts: Counter[str] = Counter()
    for cost in costs:
        parts[str(GROUPINGS["module"](cost)[0])] += getattr(cost, figure)
    return parts


def not_divisible(subject: Subject) -> Iterator[Diagnostic]:
    """The input is not a multiple of the divisor, or the network does not take every multiple of it."""
    own, common = subject.spec.budget.divisor, subject.requirements.budget.divisor
    bounds: dict[int | None, KeyPath] = {common: (), own: ("budget", "divisor")}
    for divisor, path in bounds.items():
        if divisor is None:
            continue
        multiple = divisor
        if not multiples_go_through(subject.spec, divisor):
            smallest = smallest_divisor(subject.spec)
            remedy = f"every multiple of {smallest} does" if smallest else "use fewer branches, or upsample to size"
            yield subject.at("divisor", path, f"not every multiple of {divisor} goes through", remedy)
            multiple = lcm(divisor, smallest or 1)
        size = subject.input[2:]
        wrong = [f"{axis} {length}" for axis, length in zip(("height", "width"), size, strict=True) if length % divisor]
        if wrong:
            larger = shape_text(tuple(-(-length // multiple) * multiple for length in size))
            message = (
                f"{join_and(wrong)} {'is not a multiple' if len(wrong) == 1 else 'are not multiples'} of {divisor}"
            )
            yield subject.at("divisor", subject.input_path, message, f"use {larger}")


def not_published(subject: Subject) -> Iterator[Diagnostic]:
    """A figure under `published` is not reproduced by its rule, and `differs` does not say so, or says so wrongly."""
    published = subject.spec.published
    if published is None or not subject.at_own_input:
        return
    for figure in published_figures(published, subject.costs):
        if not figure.is_as_declared:
            ours = f"{figure.rounded} ({exact(figure.ours)})"
            message = f"{figure.name} are published as {figure.printed}, and computed as {ours}"
            remedy = "remove it from differs" if figure.reproduces else "correct it, or add it to differs with a note"
            yield subject.at("published", ("published", figure.name), message, remedy)


BUDGET = (
    Rule("HR501", "max-params", "error", "more parameters than the budget", ("max-params",), excess, conditional=True),
    Rule("HR502", "max-macs", "error", "more MACs than the budget", ("max-macs",), excess, conditional=True),
    Rule(
        "HR503",
        "max-activations",
        "error",
        "more activations than the budget",
        ("max-activations",),
        excess,
        conditional=True,
    ),
    Rule(
        "HR504",
        "divisor",
        "error",
        "an input that is not a multiple of the budget's divisor, or a multiple that does not go through",
        ("divisor",),
        not_divisible,
        conditional=True,
    ),
    Rule(
        "HR505",
        "published",
        "warning",
        "a published figure that is not reproduced",
        ("published",),
        not_published,
        conditional=True,
    ),
)
