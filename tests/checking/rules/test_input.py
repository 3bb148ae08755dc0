"""HR3: the input."""

from __future__ import annotations

from pathlib import Path

import pytest
from checks import check, only, settings, spec


@pytest.mark.parametrize(("size", "branches", "code"), [("100x64", "8, 16, 32", "HR301"), ("4x4", "8, 16", "HR302")])
def test_the_spec_s_own_input_has_a_place_and_another_has_none(
    tmp_path: Path, size: str, branches: str, code: str
) -> None:
    own = only(check(tmp_path / "own.yaml", spec(size, branches)))
    required = only(check(tmp_path / "required.yaml", spec(widths=branches), settings(input=size)))
    assert (own.code, own.path, own.line, own.column) == (code, "input", 1, 8)
    assert (required.code, required.path) == (code, "")
    assert own.message == required.message and own.remedy == required.remedy
