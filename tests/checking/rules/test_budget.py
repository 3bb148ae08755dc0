"""HR5: budgets and published figures."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from checks import check, codes, only, settings, spec

from hrnet_cli import trace
from hrnet_cli.analysis.costs import FIGURES, costs, totals
from hrnet_cli.schema.spec import Budget
from hrnet_cli.sources.presets import preset_path


def test_the_remedy_for_a_divisor_goes_through_itself(tmp_path: Path) -> None:
    """Three branches take multiples of 16; 24 is none, and the next size that is a multiple of both is 48·n."""
    used = replace(settings(), budget=Budget(divisor=24))
    network, size = sorted(check(tmp_path / "a.yaml", spec("64x80"), used), key=lambda each: each.path)
    assert (network.code, network.message) == ("HR504", "not every multiple of 24 goes through")
    assert network.remedy == "every multiple of 16 does"
    assert (size.code, size.message) == ("HR504", "height 64 and width 80 are not multiples of 24")
    assert size.remedy == "use 96×96"
    assert check(tmp_path / "b.yaml", spec("96x96"), replace(settings(), budget=Budget(divisor=48))) == ()


def test_one_axis_that_is_not_a_multiple(tmp_path: Path) -> None:
    finding = only(check(tmp_path / "a.yaml", spec("64x80", more="budget: {divisor: 32}\n")))
    assert (finding.message, finding.remedy) == ("width 80 is not a multiple of 32", "use 64×96")


COSTS = dict(zip(FIGURES, totals(costs(trace(yaml.safe_load(spec())))), strict=True))
"""What the spec of these tests costs, by figure."""
FIGURE_RULES = list(zip(FIGURES, ("HR501", "HR502", "HR503"), strict=True))


@pytest.mark.parametrize(("figure", "code"), FIGURE_RULES)
@pytest.mark.parametrize("own", [True, False])
def test_a_network_exactly_at_its_budget_keeps_it(figure: str, code: str, own: bool, tmp_path: Path) -> None:
    def found(bound: int) -> list[str]:
        if own:
            return codes(check(tmp_path / "a.yaml", spec(more=f"budget: {{max_{figure}: {bound}}}\n")))
        return codes(check(tmp_path / "a.yaml", spec(), settings(budget={f"max-{figure}": bound})))

    assert found(COSTS[figure]) == [] and found(COSTS[figure] + 1) == []
    assert found(COSTS[figure] - 1) == [code]


def test_the_excess_and_the_most_expensive_parts_are_named(tmp_path: Path) -> None:
    bound = COSTS["macs"] - 1_000
    finding = only(check(tmp_path / "a.yaml", spec(more=f"budget: {{max_macs: {bound}}}\n")))
    assert finding.message == f"{COSTS['macs']:,} MACs: 1,000 (0.0%) over the budget of {bound:,}"
    parts = [
        (part, int(count.replace(",", ""))) for part, count in re.findall(r"([\w ]+) \(([\d,]+)\)", finding.remedy)
    ]
    assert len(parts) == 3 and sorted(parts, key=lambda part: -part[1]) == parts


@pytest.mark.parametrize(("figure", "code"), FIGURE_RULES)
def test_a_spec_s_own_budget_is_for_its_own_input(figure: str, code: str, tmp_path: Path) -> None:
    """At another input only the budget of the settings applies."""
    text = spec(more=f"budget: {{max_{figure}: 1}}\n")
    assert codes(check(tmp_path / "a.yaml", text)) == [code]
    assert codes(check(tmp_path / "a.yaml", text, settings(input="64x64"))) == [code]
    assert codes(check(tmp_path / "a.yaml", text, settings(input="128x128"))) == []
    both = settings(input="128x128", budget={f"max-{figure}": 1})
    assert codes(check(tmp_path / "a.yaml", text, both)) == [code]


def test_the_budget_of_a_batch_is_for_the_batch(tmp_path: Path) -> None:
    used = settings(budget={"max-macs": COSTS["macs"]})
    assert codes(check(tmp_path / "a.yaml", spec("2x3x64x64"), used)) == ["HR502"]


W32 = (preset_path("w32").read_text(encoding="utf-8"), "params: 28.5M,")
"""Its 28,536,113 parameters are printed as 28.5M."""


@pytest.mark.parametrize(
    ("params", "remedy"),
    [
        ("params: 28.4M,", "correct it, or add it to differs with a note"),
        ("params: 28.5M, differs: [params], note: why,", "remove it from differs"),
    ],
)
def test_a_published_figure_that_the_spec_declares_wrongly(tmp_path: Path, params: str, remedy: str) -> None:
    text, printed = W32
    finding = only(check(tmp_path / "a.yaml", text.replace(printed, params)))
    assert (finding.code, finding.path, finding.remedy) == ("HR505", "published.params", remedy)
    assert finding.message == f"params are published as {params[8:13]}, and computed as 28.5M (28,536,113)"


@pytest.mark.parametrize("params", ["params: 28.5M,", "params: 28.4M, differs: [params], note: why,"])
def test_a_published_figure_that_the_spec_declares_rightly(tmp_path: Path, params: str) -> None:
    text, printed = W32
    assert codes(check(tmp_path / "a.yaml", text.replace(printed, params))) == []


def test_every_bound_of_both_budgets_applies(tmp_path: Path) -> None:
    bounds = ", ".join(f"max_{figure}: 1" for figure in FIGURES)
    used = settings(budget={f"max-{figure}": 2 for figure in FIGURES})
    found = check(tmp_path / "a.yaml", spec(more=f"budget: {{{bounds}}}\n"), used)
    assert codes(found) == ["HR501", "HR502", "HR503"]
    assert [each.path for each in found] == [f"budget.max_{figure}" for figure in FIGURES]
