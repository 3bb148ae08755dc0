"""The progress of `check` on a terminal."""

from __future__ import annotations

from io import StringIO
from types import SimpleNamespace

import pytest
from made_findings import A_FINDING

from hrnet_cli.checking.finding import FileCheck
from hrnet_cli.cli import checking
from hrnet_cli.cli.checking import MIN_FILES, show_progress

CLEAN = FileCheck("a.yaml")
WITH_FINDING = FileCheck("b.yaml", (A_FINDING,))


class Terminal(StringIO):
    """A terminal, and what its last line looks like."""

    def isatty(self) -> bool:
        return True

    @property
    def line(self) -> str:
        """After a carriage return, later characters cover earlier ones."""
        shown = ""
        for part in self.getvalue().split("\r"):
            shown = part + shown[len(part) :]
        return shown.rstrip()


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    terminal = Terminal()
    monkeypatch.setattr(checking, "sys", SimpleNamespace(stderr=terminal))  # pytest sets the real one before each test
    monkeypatch.setattr(checking, "SECONDS", -1.0)
    return terminal


def test_the_line_is_erased_before_findings_and_at_the_end(terminal: Terminal) -> None:
    lines = [terminal.line for _ in show_progress([CLEAN, CLEAN, WITH_FINDING, CLEAN], MIN_FILES)]
    assert lines == ["", f"checked 1 of {MIN_FILES} files", "", f"checked 3 of {MIN_FILES} files"]
    assert terminal.line == ""


def test_the_line_is_erased_when_the_check_is_interrupted(terminal: Terminal) -> None:
    results = show_progress([CLEAN] * 3, MIN_FILES)
    next(results), next(results)
    assert terminal.line
    results.close()  # type: ignore[attr-defined]  # it is a generator
    assert terminal.line == ""


def test_a_few_files_show_no_progress(terminal: Terminal) -> None:
    assert list(show_progress([CLEAN, WITH_FINDING], MIN_FILES - 1)) == [CLEAN, WITH_FINDING]
    assert terminal.getvalue() == ""


def test_no_line_outside_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream in (StringIO(), None):
        monkeypatch.setattr(checking, "sys", SimpleNamespace(stderr=stream))
        assert list(show_progress([CLEAN], 10 * MIN_FILES)) == [CLEAN]
        assert stream is None or stream.getvalue() == ""
