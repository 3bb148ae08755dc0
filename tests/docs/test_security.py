"""docs/security.md lists every bound with its number."""

from __future__ import annotations

import pkgutil
import re
from importlib import import_module
from pathlib import Path

from commandline import ROOT

import hrnet_cli.checking
import hrnet_cli.documents

TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| .+ \| ([\d,]+) \| `([\w.]+)\.(MAX_\w+)` \|$", re.MULTILINE)
OF_MESSAGES = {
    "documents.bases.MAX_REASONS",
    "documents.python.files.MAX_DUPLICATES",
    "checking.rules.head.MAX_MODULES",
}
"""How much a message names, which costs no work."""
IN_DIGITS = "documents.python.evaluator.MAX_NUMBER"


def test_the_numbers_are_those_of_the_code() -> None:
    rows = ROW.findall(TEXT)
    assert len(rows) > 30
    for number, module, name in rows:
        value = getattr(import_module(f"hrnet_cli.{module}"), name)
        shown = len(str(value)) if f"{module}.{name}" == IN_DIGITS else value
        assert number == f"{shown:,}", f"{module}.{name}"


def test_every_bound_of_the_readers_is_listed() -> None:
    listed = {f"{module}.{name}" for _, module, name in ROW.findall(TEXT)} | OF_MESSAGES
    for package in (hrnet_cli.documents, hrnet_cli.checking):
        names = [each.name for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
        for module in (package.__name__, *names):
            text = Path(str(import_module(module).__file__)).read_text(encoding="utf-8")
            for name in re.findall(r"^(MAX_\w+)(?:: .+)? = ", text, re.MULTILINE):
                assert f"{module.removeprefix('hrnet_cli.')}.{name}" in listed, f"{module}.{name}"
