"""Texts of a grammar through the whole check: each has a result, which every format can say."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commandline import validate_report
from hostile.grammars import random_python, random_yaml
from sarif import sarif_validator

from hrnet_cli.checking.files import Target
from hrnet_cli.checking.finding import FileCheck, collect
from hrnet_cli.checking.run import Checker
from hrnet_cli.checking.settings import Settings
from hrnet_cli.checking.suppress import split_lines
from hrnet_cli.report.findings import CHECK_FORMATS
from hrnet_cli.report.formats import Canvas
from hrnet_cli.sources.loading import read_source

pytestmark = [pytest.mark.hostile, pytest.mark.slow]
FUZZERS: dict[str, tuple[str, Callable[[int], str]]] = {
    "programs": ("py", random_python),
    "YAML and JSON texts": ("yaml", random_yaml),
}
BATCH = 50
"""Texts whose results are written as one report."""


@pytest.mark.parametrize("kind", FUZZERS)
def test_texts_of_a_grammar(kind: str, tmp_path: Path, pytestconfig: pytest.Config, record_property: Any) -> None:
    """The seed of a text is in the name of its file, which a failure shows: `--hostile-seed N` begins with it."""
    ending, make = FUZZERS[kind]
    first = seed = pytestconfig.getoption("hostile_seed")
    end = time.monotonic() + pytestconfig.getoption("hostile_seconds") / len(FUZZERS)
    results: list[FileCheck] = []
    while seed == first or time.monotonic() < end:
        path = tmp_path / f"seed-{seed}.{ending}"
        path.write_bytes(make(seed).encode("utf-8", "surrogatepass"))
        results.append(check_one(path))
        path.unlink()
        seed += 1
        if len(results) == BATCH:
            check_reports(results)
            results.clear()
    check_reports(results)
    record_property(f"tried {kind}", seed - first)


def check_one(path: Path) -> FileCheck:
    """The check of a file, whose every finding is at a place that is in the file."""
    result = Checker(Settings(), debug=True).check(Target(str(path)))
    assert collect([result]).exit_code in (0, 1, 2)
    assert "HR019" not in [each.code for each in result.findings], (path, result.findings, path.read_bytes())
    lines = split_lines(read_source(str(path)).text) if not result.unreadable else []
    for each in result.findings:
        assert each.line is not None or each.column is None, (path, each)
        places = [(each.line, each.column), (each.end_line, each.end_column)]
        for line, column in places if not result.unreadable and each.source == str(path) else []:
            inside = line is None or 1 <= line <= len(lines) + (line == each.end_line)
            assert inside, (path, each, path.read_bytes())
            length = len(lines[line - 1]) if line is not None and line <= len(lines) else 0
            assert column is None or 1 <= column <= length + 1, (path, each, path.read_bytes())
    return result


def check_reports(results: list[FileCheck]) -> None:
    """Some results can be written in every format; JSON and SARIF are valid against their schemas."""
    texts = {name: "".join(render(results, Canvas(), False)) for name, render in CHECK_FORMATS.items()}
    validate_report(json.loads(texts["json"]))
    if sys.version_info >= (3, 11):  # which the package with the schema needs
        sarif_validator().validate(json.loads(texts["sarif"]))
