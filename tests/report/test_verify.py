"""What `verify` says in words: every total as numbers with what they are of, and every gap in a tally."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from strategies import Plain

from hrnet_cli.analysis.verify import Disagreement, verify
from hrnet_cli.report.content import Facts, Table, plain
from hrnet_cli.report.formats import markdown
from hrnet_cli.report.verify import present

pytestmark = [pytest.mark.torch, pytest.mark.slow]


def test_numbers_and_formulas_are_apart(small: Plain) -> None:
    result = verify(small, modules=True)
    document = present(result)
    facts = next(block for block in document.blocks if isinstance(block, Facts))
    values = [plain(value) for name, value in facts.rows if not name]
    for source in result.sources:
        terms = " + ".join(f"{term.count:,} ({term.label})" for term in source.reconciliation)
        assert f"{terms} = {source.total:,}" in values
    lines = markdown.render(document).splitlines()
    assert not [line for line in lines if "****" in line]
    assert sum(line.startswith("  - ") for line in lines) == len(values)
    named = [line for line in lines if line.startswith("- **")]
    assert [re.findall(r"\*\*(.*?) [0-9]", line)[0] for line in named] == [source.name for source in result.sources]


def test_a_dash_where_a_source_says_nothing(small: Plain) -> None:
    result = verify(small, modules=True)
    table = [block for block in present(result).blocks if isinstance(block, Table)][-1]
    assert result.rows is not None
    for row, cells in zip(result.rows, table.rows, strict=True):
        shown = [plain(cell) for cell in cells[-len(row.told) :]]
        assert shown == ["–" if told.agrees is None else "✓" for told in row.told]
    assert "–" in {plain(row[-2]) for row in table.rows}


def test_a_source_that_ran_elsewhere_says_where_beside_its_figures(small: Plain) -> None:
    result = verify(small)
    *others, last = result.sources
    moved = replace(result, sources=(*others, replace(last, input=(1, 3, 32, 32))))
    table = next(block for block in present(moved).blocks if isinstance(block, Table))
    assert [plain(row[0]) for row in table.rows] == [
        *("hrnet-cli", "torch hooks", "torchinfo", "FlopCounterMode", "fvcore at 1×3×32×32")
    ]


def test_counts_that_disagree_are_written_as_all_others(small: Plain) -> None:
    result = verify(small)
    found = (Disagreement("conv2", "MACs", "18874368", "not told"), Disagreement("", "outputs", "1×3", "1×4"))
    planted = replace(result, sources=(replace(result.sources[0], disagreements=found),))
    table = [block for block in present(planted).blocks if isinstance(block, Table)][-1]
    assert [plain(cell) for cell in table.rows[0]] == ["conv2", "MACs", "18,874,368", "not told"]
    assert [plain(cell) for cell in table.rows[1]] == ["(the network)", "outputs", "1×3", "1×4"]
