"""`hrnet-cli check` on many specs: rate and memory at 10 to 10,000 different networks of W32's size.

Each has a budget to be held to, so that its costs are counted too. `python benchmarks/scale.py` prints the section that
`make bench` writes; `--quick` stops at 1,000.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from measuring import HRNET_CLI, Check, Figure, Program, run, table

SIZES = (10, 100, 1_000, 10_000)
PARALLEL = 1_000
OPTIONS = ("--max-macs", "100G")
LEAST_RATE = 100.0
MAX_GROWTH = 1.5


class Scale(NamedTuple):
    """What came out, by number of specs; `parallel` is PARALLEL specs with a process per core."""

    alone: dict[int, Figure]
    parallel: Figure


def measure(sizes: tuple[int, ...] = SIZES) -> Scale:
    """One run each, in the same folder, which grows."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        alone = {}
        parallel = None
        for number, size in enumerate(sizes):
            for index in range(sizes[number - 1] if number else 0, size):
                (folder / f"{index}.yaml").write_text(spec(index), encoding="utf-8")
            alone[size] = check(folder)
            if size == PARALLEL:
                parallel = check(folder, "--jobs", "0")
    assert parallel is not None
    return Scale(alone, parallel)


def check(folder: Path, *more: str) -> Figure:
    """Seconds and peak memory of one call; of several processes, the peak of the largest."""
    return run(Program("hrnet-cli check", (HRNET_CLI, "check", str(folder), *OPTIONS, *more), 1))


def spec(index: int) -> str:
    """One of 10,000 networks like W32, no two of which are the same: other widths, other joints."""
    width, joints = 24 + 8 * (index % 4), index // 4 + 1
    stages = ((2, 1), (3, 4), (4, 3))
    lines = [
        f"name: w{width}-{joints}",
        "input: 1x3x256x192",
        "stage1: {num_modules: 1, num_branches: 1, block: BOTTLENECK, num_blocks: [4], num_channels: [64]}",
        *(
            f"stage{branches}: {{num_modules: {modules}, num_branches: {branches}, block: BASIC, "
            f"num_blocks: {[4] * branches}, num_channels: {[width * 2**i for i in range(branches)]}}}"
            for branches, modules in stages
        ),
        f"head: {{type: heatmap, num_joints: {joints}}}",
    ]
    return "\n".join(lines) + "\n"


def checks(scale: Scale) -> list[Check]:
    """The targets: how many a second, and that neither time nor memory grows faster than their number."""
    largest, middle = max(scale.alone), sorted(scale.alone)[-2]
    most, some = scale.alone[largest], scale.alone[middle]
    each = (most.seconds / largest) / (some.seconds / middle)
    return [
        Check(
            f"`check`, specs a second on one core, at {largest:,}", largest / most.seconds, LEAST_RATE, "", least=True
        ),
        Check(f"`check`, time per spec at {largest:,} against {middle:,}", each, MAX_GROWTH, "×"),
        Check(f"`check`, memory at {largest:,} against 100", most.bytes / scale.alone[100].bytes, MAX_GROWTH, "×"),
    ]


def section(scale: Scale) -> str:
    """The table by number of specs."""
    rows = [row(f"{size:,}", size, figure) for size, figure in scale.alone.items()]
    rows.append(row(f"{PARALLEL:,}, `--jobs 0`", PARALLEL, scale.parallel))
    head = ("specs", "time", "specs a second", "peak memory")
    return f"{TEXT.strip()}\n\n{table(head, rows, 'l>>>')}"


TEXT = """
## check, by number of specs

`hrnet-cli check FOLDER --max-macs 100G` on different networks of W32's size, in one process: each is read, built and
run on shapes, its costs are counted and every rule is run. The time is the whole call's, its start included; with
`--jobs 0` there is a process per core, and the memory is that of the largest.
"""


def row(name: str, size: int, figure: Figure) -> tuple[str, ...]:
    """A number of specs and its figures."""
    return name, f"{figure.seconds:.2f} s", f"{size / figure.seconds:,.0f}", f"{figure.bytes / 2**20:,.0f} MiB"


if __name__ == "__main__":
    print(section(measure(SIZES[:3] if "--quick" in sys.argv else SIZES)))
