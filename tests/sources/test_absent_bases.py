"""Python configs with a base that is not there: the network may be in the config's own text."""

from __future__ import annotations

from pathlib import Path

import pytest
from checks import check, codes
from mmlab_configs import OLD, model, python
from support import caught

from hrnet_cli import load_spec
from hrnet_cli.errors import SpecError

PACKAGE = "mmpose::_base_/default_runtime.py"
WHOLE = f"model = {python(model('TopDown', keypoint_head=OLD)['model'])}\n"


@pytest.mark.parametrize(("base", "says"), [(PACKAGE, "of the package mmpose"), ("gone.py", "does not exist")])
def test_a_config_that_does_without_it_is_built(base: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(f"_base_ = ['{base}']\n{WHOLE}")
    (note,) = (note for note in load_spec(path).notes if "what it has is not read" in note)
    assert says in note
    assert {finding.severity for finding in check(path)} == {"note"}


@pytest.mark.parametrize("own", ["", "model = dict(backbone=dict(frozen_stages=1))\n", WHOLE.replace("stage3=", "x=")])
def test_a_network_that_needs_it_is_an_error_at_the_base(own: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(f"_base_ = ['{PACKAGE}']\n{own}")
    (error,) = caught(SpecError, load_spec, path).diagnostics
    assert (error.code, error.location.line) == ("other-package", 1)
    assert codes(check(path)) == ["HR018"]


@pytest.mark.parametrize("imported", ["*", "default_scope, log_level as level"])
def test_imports_below_read_base(imported: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    base = f"with read_base():\n    from mmpose.configs._base_.default_runtime import {imported}\n"
    path.write_text(f"from mmengine.config import read_base\n{base}{WHOLE}")
    (note,) = (note for note in load_spec(path).notes if "what it has is not read" in note)
    assert note.startswith("'from mmpose.configs._base_.default_runtime import'")
    path.write_text(f"from mmengine.config import read_base\n{base}")
    assert [each.code for each in caught(SpecError, load_spec, path).diagnostics] == ["other-package"]
