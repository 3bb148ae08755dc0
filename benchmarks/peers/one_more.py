"""One more spec in a process that has done one before: `one_more.py SPEC NxCxHxW`.

Prints two medians in milliseconds over 200 runs: reading and checking the spec file and tracing it, and that with the
`flops` analysis. Nothing is kept from run to run: neither the spec nor the network.
"""

import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter

import hrnet_cli
from hrnet_cli.sources import preset_path

RUNS = 200
name, size = sys.argv[1:]
path = preset_path(name)


def trace() -> None:
    """File to shapes."""
    hrnet_cli.trace(hrnet_cli.load_spec(path), size)


def flops() -> None:
    """File to shapes to costs."""
    hrnet_cli.flops(hrnet_cli.load_spec(path), size)


def milliseconds(job: Callable[[], None]) -> float:
    """How long a job takes."""
    start = perf_counter()
    job()
    return (perf_counter() - start) * 1000


for job in (trace, flops):
    milliseconds(job)
    print(median(milliseconds(job) for _ in range(RUNS)))
