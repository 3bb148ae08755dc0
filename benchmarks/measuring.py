"""How a program is measured, and how figures stand in a table: what all benchmarks share."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

PYTHON = sys.executable
HRNET_CLI = str(Path(PYTHON).parent / "hrnet-cli")


class Program(NamedTuple):
    """What is run: its name in the tables, its command line, and how often."""

    name: str
    command: tuple[str, ...]
    runs: int


class Figure(NamedTuple):
    """The median of a program's runs, or one run."""

    seconds: float
    bytes: int


class Check(NamedTuple):
    """One target, and what came out: at most `bound`, or at least that."""

    what: str
    measured: float
    bound: float
    unit: str
    least: bool = False

    @property
    def reached(self) -> bool:
        """Whether it is."""
        return self.measured >= self.bound if self.least else self.measured <= self.bound

    def row(self, of: str) -> tuple[str, ...]:
        """What it is of, what was measured, and the verdict."""
        target = f"{'≥' if self.least else '≤'} {self.bound:.3g}{self.unit}"
        return of, self.what, f"{self.measured:.3g}{self.unit}", target, "reached" if self.reached else "**missed**"


def run(program: Program) -> Figure:
    """One process from start to exit: wall time and peak memory. Its stderr is shown only where it fails."""
    print(f"  {program.name} {' '.join(program.command[2:])}", file=sys.stderr)
    with tempfile.TemporaryFile() as stderr:
        start = time.perf_counter()
        process = subprocess.Popen(program.command, stdout=subprocess.DEVNULL, stderr=stderr, env=environment())
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            stderr.seek(0)
            raise SystemExit(
                f"{program.name} ended with {process.returncode}\n{stderr.read().decode(errors='replace')}"
            )
    return Figure(seconds, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024))


def environment() -> dict[str, str]:
    """This process's, without what would make Python start otherwise (PYTHONDONTWRITEBYTECODE above all)."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def seconds(value: float) -> str:
    """A time in the unit that reads best."""
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


def table(titles: Sequence[str], rows: Sequence[Sequence[str]], sides: str) -> str:
    """A Markdown table that also reads well as text; `sides` has a `>` for each column that stands right."""
    widths = [max(3, *(len(row[column]) for row in (titles, *rows))) for column in range(len(titles))]
    rule = ["-" * (width - 1) + (":" if side == ">" else "-") for width, side in zip(widths, sides, strict=True)]
    lines = [
        [
            cell.rjust(width) if side == ">" else cell.ljust(width)
            for cell, width, side in zip(row, widths, sides, strict=True)
        ]
        for row in (titles, rule, *rows)
    ]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
