"""What the tests of check share: texts to findings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hrnet_cli.check.files import Target, targets
from hrnet_cli.check.finding import Check, Finding
from hrnet_cli.check.run import Checker, run
from hrnet_cli.check.settings import Settings, read_settings


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
