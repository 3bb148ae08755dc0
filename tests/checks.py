"""What the tests of check share: texts to findings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hrnet_cli.checking.files import Target, targets
from hrnet_cli.checking.finding import Check, Finding
from hrnet_cli.checking.processes import run
from hrnet_cli.checking.run import Checker
from hrnet_cli.checking.settings import Settings, read_settings


def settings(**values: Any) -> Settings:
    """Settings as a file would give them."""
    read, diagnostics = read_settings(values)
    assert read is not None, diagnostics
    return read


def check(path: Path, text: str | bytes = "", used: Settings | None = None) -> tuple[Finding, ...]:
    """What is found in one file, with some settings; a text is written to the file first."""
    if text:
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    return Checker(used or Settings()).check(Target(str(path))).findings


def check_all(*names: str | Path, used: Settings | None = None, jobs: int = 1) -> Check:
    """The check of files and folders, with some settings."""
    used = used or Settings()
    return run(Checker(used), targets(map(str, names), used), jobs)


def codes(findings: tuple[Finding, ...]) -> list[str]:
    """The codes, in order."""
    return [finding.code for finding in findings]


SPEC = """\
input: {size}
stage1: {{num_modules: 1, num_branches: 1, block: BOTTLENECK, num_blocks: [1], num_channels: [16]}}
stage2: {{num_modules: 1, num_branches: {count}, block: BASIC, num_blocks: {blocks}, num_channels: [{widths}]}}
"""


def spec(size: str = "64x64", widths: str = "8, 16, 32", more: str = "") -> str:
    """A small spec without findings; its input is on line 1 and stage 2 on line 3."""
    count = len(widths.split(","))
    return SPEC.format(size=size, count=count, blocks=[1] * count, widths=widths) + more


def only(findings: tuple[Finding, ...]) -> Finding:
    """The one finding."""
    (finding,) = findings
    return finding
