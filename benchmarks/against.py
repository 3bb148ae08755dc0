"""`hrnet-cli check` of this checkout against that of another: `python benchmarks/against.py OTHER_CHECKOUT`.

Both check the same generated specs in turns, so that a busy machine slows both. The rate is specs per second of CPU
time, the start included. The memory is the peak with a finding in every spec.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from measuring import PYTHON, environment, table
from scale import OPTIONS, spec

SPECS, ROUNDS = 1_000, 3
FEW, MANY = 50, 3_000


class Usage(NamedTuple):
    """What one command used."""

    seconds: float
    bytes: int


def main() -> None:
    """Measure both checkouts and print the table."""
    other, this = Path(sys.argv[1]).resolve(), Path(__file__).resolve().parent.parent
    with tempfile.TemporaryDirectory() as name:
        clean, few, many = (Path(name, folder) for folder in ("clean", "few", "many"))
        write_specs(clean, SPECS)
        write_specs(few, FEW, "misspelt: 1\n")
        write_specs(many, MANY, "misspelt: 1\n")
        rows = []
        for title, options in (("without a budget", ()), ("with a budget", OPTIONS)):
            rounds = [[check(checkout, clean, *options).seconds for checkout in (other, this)] for _ in range(ROUNDS)]
            before, now = (SPECS / min(each) for each in zip(*rounds, strict=True))
            rows.append((f"specs a second, {title}", f"{before:.0f}", f"{now:.0f}", f"{now / before:.2f}×"))
        for folder, count in ((few, FEW), (many, MANY)):
            before, now = (check(checkout, folder).bytes / 2**20 for checkout in (other, this))
            rows.append((f"peak memory, {count:,} specs with findings", f"{before:.1f} MiB", f"{now:.1f} MiB", ""))
    print(table(("hrnet-cli check", "other", "this", "ratio"), rows, "l>>>"))


def write_specs(folder: Path, count: int, more: str = "") -> None:
    """Write different specs of W32's size, each with some more text."""
    folder.mkdir()
    for index in range(count):
        (folder / f"{index}.yaml").write_text(spec(index) + more, encoding="utf-8")


def check(checkout: Path, folder: Path, *options: str) -> Usage:
    """Run the command of a checkout."""
    command = (PYTHON, "-m", "hrnet_cli", "check", str(folder), *options)
    env = {**environment(), "PYTHONPATH": str(checkout / "src")}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=env)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 1), f"{checkout} ended with {process.returncode}"
    return Usage(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024))


if __name__ == "__main__":
    main()
