"""HR6: the lock file."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from checks import codes, only, settings, spec

from hrnet_cli.checking.files import Target
from hrnet_cli.checking.finding import Finding
from hrnet_cli.checking.lock import lock_entry
from hrnet_cli.checking.lock_file import LockEntry
from hrnet_cli.checking.run import Checker
from hrnet_cli.tracing import trace

Locked = dict[str, LockEntry]


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text(spec())
    return Path("a.yaml")


def check(path: Path | str, locked: Locked | None, size: str = "") -> tuple[Finding, ...]:
    used = settings(**({"input": size} if size else {}))
    return Checker(used, locked).check(Target(str(path))).findings


def test_a_spec_that_is_locked_has_no_finding(path: Path) -> None:
    assert check(path, {"a.yaml": lock_entry(trace("a.yaml"))}) == ()
    assert check(path, None) == ()


def test_a_spec_without_an_entry(path: Path) -> None:
    entry = lock_entry(trace("a.yaml"))
    for locked in ({}, {"b.yaml": entry}):
        finding = only(check(path, locked))
        assert (finding.code, finding.message) == ("HR601", "hrnet.lock has no entry of a.yaml")
        assert finding.remedy == "lock it: hrnet-cli lock a.yaml"


def test_a_spec_that_builds_something_else(path: Path) -> None:
    locked = {"a.yaml": lock_entry(trace("a.yaml"))}
    path.write_text(spec(widths="8, 16, 24"))
    finding = only(check(path, locked))
    assert finding.code == "HR602" and finding.remedy.endswith("hrnet-cli lock --update a.yaml")
    assert "branch 2 32×4×4 → 24×4×4" in finding.message
    assert codes(check(path, locked, size="128x128")) == ["HR602"]


def test_an_entry_is_for_the_specs_own_input(path: Path) -> None:
    locked = {"a.yaml": lock_entry(trace("a.yaml"))}
    assert check(path, locked, size="128x128") == ()
    assert codes(check(path, locked, size="100x64")) == ["HR301"]
    path.write_text(spec("100x64"))
    assert codes(check(path, locked)) == ["HR301"] and check(path, locked, size="64x64") == ()


@pytest.mark.parametrize("locked", [{}, {"a.yaml": lock_entry(trace("w32"))}])
def test_what_has_no_name_in_a_lock_file(locked: Locked, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(path.read_bytes())))
    finding = only(check("-", locked))
    assert (finding.code, finding.message) == ("HR601", "'-' cannot be locked") and finding.remedy
