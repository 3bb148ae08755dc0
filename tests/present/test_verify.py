"""What `verify` says in words: every total as numbers with what they are of, and every gap in a tally."""

from __future__ import annotations

import re

import pytest
from strategies import Plain

from hrnet_cli.analysis.verify import verify
from hrnet_cli.present.document import Facts, Table, plain
from hrnet_cli.present.verify import present
from hrnet_cli.render import markdown

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
