from __future__ import annotations

import json
from pathlib import Path

from commandline import call, is_a_message, shell
from jsonschema import Draft7Validator

from hrnet_cli.schema.json_schema import json_schema
from hrnet_cli.sources import preset_example


def test_stdout_and_a_file_have_the_same_schema(tmp_path: Path) -> None:
    printed = call("schema")
    assert (printed.code, printed.err) == (0, "")
    assert json.loads(printed.out) == json_schema(preset_example())
    path = tmp_path / "hrnet.schema.json"
    assert call("schema", "--output", str(path)) == (0, "", "")
    assert path.read_text(encoding="utf-8") == printed.out
    assert "\x1b" not in call("schema", env={"FORCE_COLOR": "1"}).out


def test_a_new_spec_is_valid_by_it(tmp_path: Path) -> None:
    """What the documents tell a newcomer to type."""
    result = shell("$hrnet schema -o s.json && $hrnet init --schema ./s.json && $hrnet convert hrnet.yaml", tmp_path)
    assert result.code == 0
    assert (tmp_path / "hrnet.yaml").read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=./s.json")
    validator = Draft7Validator(json.loads((tmp_path / "s.json").read_text(encoding="utf-8")))
    assert validator.is_valid(json.loads(shell("$hrnet convert hrnet.yaml --to json", tmp_path).out))


def test_where_it_cannot_be_written() -> None:
    assert is_a_message(call("schema", "-o", "/nowhere/s.json"))
    assert is_a_message(shell("$hrnet schema >&-"))
    assert call("schema", "w32").code == 2
