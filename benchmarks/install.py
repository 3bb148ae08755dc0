"""What a CI job pays before its first finding: a fresh environment, the install without torch, one check.

`python benchmarks/install.py` prints the section that `make bench` writes. pip takes what its cache has.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from measuring import Program, run, table

ROOT = Path(__file__).parent.parent


class Install(NamedTuple):
    """Seconds of each step, and what is then installed."""

    steps: dict[str, float]
    packages: tuple[str, ...]
    bytes: int


def measure() -> Install:
    """In a folder that is removed again; the clone is copied, since building it writes beside it."""
    with tempfile.TemporaryDirectory() as name:
        venv, clone = Path(name, "venv"), Path(name, "clone")
        subprocess.run(("git", "clone", "--quiet", str(ROOT), str(clone)), check=True)
        pip = ("install", "--quiet", "--disable-pip-version-check", "--constraint", str(clone / "constraints.txt"))
        commands = {
            "`python -m venv venv`": (sys.executable, "-m", "venv", str(venv)),
            "`pip install .`": (str(venv / "bin" / "pip"), *pip, str(clone)),
            "`hrnet-cli check w32`, the first time": (str(venv / "bin" / "hrnet-cli"), "check", "w32"),
            "`hrnet-cli check w32`, again": (str(venv / "bin" / "hrnet-cli"), "check", "w32"),
        }
        steps = {step: run(Program(step, words, 1)).seconds for step, words in commands.items()}
        listed = subprocess.run(
            (str(venv / "bin" / "pip"), "list", "--format", "freeze", "--disable-pip-version-check"),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        packages = tuple(line.partition("==")[0] for line in listed.splitlines() if not line.startswith("pip=="))
        size = sum(path.stat().st_size for path in venv.rglob("*") if path.is_file() and not path.is_symlink())
    assert "torch" not in packages
    return Install(steps, packages, size)


def section(install: Install) -> str:
    """The steps and their sum."""
    rows = [(step, f"{seconds:.2f} s") for step, seconds in install.steps.items()]
    rows.append(("all of it", f"{sum(install.steps.values()):.2f} s"))
    names = ", ".join(install.packages)
    return (
        f"## From nothing to a checked spec\n\n{table(('step', 'time'), rows, 'l>')}\n\n"
        f"{len(install.packages)} packages, {install.bytes / 2**20:,.0f} MiB with Python's own: {names}. No torch."
    )


if __name__ == "__main__":
    print(section(measure()))
