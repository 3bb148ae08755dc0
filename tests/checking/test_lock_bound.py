"""Reading a lock file looks at the folder of the presets once, and not for each entry."""

from __future__ import annotations

from pathlib import Path

import pytest

from hrnet_cli.checking.lock_file import canonical_name
from hrnet_cli.sources import preset_names


def test_the_presets_are_listed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    preset_names()
    monkeypatch.setattr(Path, "glob", None)
    assert canonical_name("./a.yaml") == "a.yaml"
