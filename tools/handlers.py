"""What each handler of the Python evaluator is for: `python tools/handlers.py`, after `make corpus`.

Each handler is removed in turn. The table says how many configs of the corpus are then read in another way, and how
many tests fail. A handler with two zeros would have to go.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
from corpus import FOLDER, HRNET

from hrnet_cli import load_spec
from hrnet_cli.documents.python import evaluator
from hrnet_cli.errors import HrnetError

TESTS = Path(__file__).parent.parent / "tests" / "documents" / "python"
TABLES: tuple[dict[Any, Any], ...] = (
    evaluator.STATEMENTS,
    evaluator.EXPRESSIONS,
    evaluator.OPERATORS,
    evaluator.FUNCTIONS,
    evaluator.METHODS,
)


class Failures:
    """A plugin of pytest that counts failed tests."""

    count = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test that failed."""
        self.count += report.when == "call" and report.failed


def readings() -> Iterator[str]:
    """What every config of the corpus is read as."""
    for path in sorted((FOLDER / "configs").rglob("*.py")):
        if HRNET.search(path.read_text(encoding="utf-8")):
            try:
                spec = load_spec(path)
                yield f"{spec.stages} {spec.head} {spec.input} {spec.notes}"
            except HrnetError as error:
                yield str(error)


def without(table: dict[Any, Any], key: Any, results: Connection) -> None:
    """Send the readings and the number of failed tests without a handler."""
    del table[key]
    failures = Failures()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(1, 2)
    pytest.main(["-q", "-p", "no:cacheprovider", "-m", "not slow and not hypothesis", str(TESTS)], plugins=[failures])
    results.send((list(readings()), failures.count))


def name(key: Any) -> str:
    """`ast.Call`, `sum`, `dict.pop`."""
    if isinstance(key, tuple):
        return f"{key[0].__name__}.{key[1]}"
    return key if isinstance(key, str) else f"ast.{key.__name__}"


def main() -> None:
    """Print the table."""
    if not (FOLDER / "configs").is_dir():
        raise SystemExit("no corpus: run make corpus")
    usual = list(readings())
    print(f"| without | of {len(usual)} configs read in another way | tests that fail |\n|---|--:|--:|")
    context = multiprocessing.get_context("fork")
    for table in TABLES:
        for key in table:
            ours, theirs = context.Pipe()
            context.Process(target=without, args=(table, key, theirs)).start()
            found, failures = ours.recv()
            changed = sum(before != after for before, after in zip(usual, found, strict=True))
            print(f"| `{name(key)}` | {changed} | {failures} |", flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(TESTS.parents[1]))
    main()
