"""The JSON Schema against the reader: whatever is read, it accepts; what it can say of what is not read, it says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from strategies import Plain, mutilated, networks, specs
from support import EXAMPLES, caught

from hrnet_cli import load_spec
from hrnet_cli.documents.yaml import read_document
from hrnet_cli.errors import HrnetError, SpecError
from hrnet_cli.schema import HEAD_SPECS, Spec, fields
from hrnet_cli.schema import spec as schema
from hrnet_cli.schema.json_schema import KINDS, json_schema, schema_text
from hrnet_cli.schema.records import Kind, entries
from hrnet_cli.sources import preset_example, preset_names, preset_path

SCHEMA = json_schema(preset_example())
VALIDATOR = Draft7Validator(SCHEMA)
VALID = [*(EXAMPLES / "valid").rglob("*.*"), *map(preset_path, preset_names())]
INVALID = sorted(path for path in (EXAMPLES / "invalid").iterdir() if path.suffix != ".expect")
STAGE = {"num_modules": 1, "num_branches": 1, "block": "BASIC", "num_blocks": [1], "num_channels": [8]}
TWO = {"num_modules": 1, "num_branches": 2, "block": "BASIC", "num_blocks": [1, 1], "num_channels": [8, 16]}
FIGURES = {"params": "1M", "flops": "1G", "source": "here"}

NO_TEXT_OF_A_SPEC = {
    # not UTF-8, not YAML, or nothing: there are no values to hold against a schema
    *("binary.yaml", "not_utf8.yaml", "utf16.yaml", "nul_byte.yaml", "empty.yaml", "only_a_comment.yaml"),
    *("unclosed_brace.yaml", "tab_indented.yaml", "trailing_comma.json", "two_documents.yaml"),
    *("undefined_alias.yaml", "merge_of_no_mapping.yaml"),
    # refused before there are values, since they would be too many or too deep
    *("alias_bomb.yaml", "merge_bomb.yaml", "merge_chain.yaml", "too_deep.yaml"),
    *("recursive_alias.yaml", "recursive_merge.yaml"),
}
NOT_CAUGHT = {
    *("duplicate_keys.yaml", "duplicate_key.json"),  # a parser's business: the values have each key once
    "falling_branches.yaml",  # draft-07 cannot hold two numbers against each other,
    "input_with_other_channels.yaml",  # nor a piece of a text against a number,
    "too_many_parts.yaml",  # nor add up
    *("kernels_that_shrink_a_map_needed_again.yaml", "ocr_kernel_that_shrinks_its_map.yaml"),  # the head says which
}


def as_json(value: Any) -> Any:
    """A plain value as JSON has it: every key a string, lists for tuples."""
    return json.loads(json.dumps(value, default=repr))


def errors(value: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(as_json(value))]


def values(path: Path) -> Any:
    """What our own reader makes of a text, whatever else it finds wrong with it."""
    return read_document(path.read_text(encoding="utf-8-sig")).value


def test_the_schema_is_one() -> None:
    Draft7Validator.check_schema(SCHEMA)
    assert json.loads(schema_text(preset_example())) == SCHEMA
    assert "$id" not in SCHEMA


def test_every_kind_has_a_schema() -> None:
    classes = {
        each
        for module in (fields, schema)
        for each in vars(module).values()
        if isinstance(each, type) and hasattr(each, "read") and each is not Kind
    }
    missing = [each.__name__ for each in classes - set(KINDS)]
    assert not missing, f"add a row to KINDS in schema/json_schema.py for {missing}"
    assert set(KINDS) <= classes


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.name)
def test_what_is_read_is_valid(path: Path) -> None:
    assert errors(values(path)) == []


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.name)
def test_what_is_not_read_is_marked_but_for_a_few(path: Path) -> None:
    if path.name in NO_TEXT_OF_A_SPEC:
        assert isinstance(caught(Exception, values, path), HrnetError | UnicodeDecodeError)
    else:
        assert bool(errors(values(path))) == (path.name not in NOT_CAUGHT)


def test_the_exceptions_are_files() -> None:
    assert {path.name for path in INVALID} >= NO_TEXT_OF_A_SPEC | NOT_CAUGHT


@given(specs() | networks())
def test_valid_specs(spec: Plain) -> None:
    assume(caught(SpecError, load_spec, spec) is None)
    assert errors(spec) == []


@st.composite
def head_and_more(draw: st.DrawFn) -> Plain:
    """Values on both sides of what goes between keys."""
    spec: Plain = {
        "stage1": draw(st.sampled_from([STAGE, TWO])),
        "head": {"type": draw(st.sampled_from(list(HEAD_SPECS)))},
        "multi_scale_output": draw(st.booleans()),
        "stem_widths": draw(st.lists(st.integers(0, 3), max_size=3)),
        "upsampling": draw(st.sampled_from([{}, {"align_corners": True}, {"mode": "bilinear", "align_corners": True}])),
        "published": FIGURES | draw(st.sampled_from([{}, {"differs": []}, {"differs": ["params"]}, {"note": "x"}])),
        "budget": {"max_params": draw(st.sampled_from(["30M", " 3.5k ", "1.5", "0", 0, 1, 10**17, 10**18, "x", -1]))},
        "input": draw(st.sampled_from(["3 x 4", [1, "3", 2, 2], [5], "1x2x3x4x5", [0, 1], "64×64", " 3X4 "])),
        "batch_norm": {"eps": draw(st.sampled_from([0, 1, 0.5, 1e-9]))},
    }
    kept = draw(st.sets(st.sampled_from(list(spec))))
    return {"stage1": STAGE} | {key: value for key, value in spec.items() if key in kept}


@settings(max_examples=500)
@given(mutilated() | head_and_more())
def test_it_is_never_stricter_than_the_reader(spec: Plain) -> None:
    if caught(SpecError, load_spec, spec) is None:
        assert errors(spec) == []


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"colour": 1}, "$: 'colour' does not match any"),
        ({"stage1": {**STAGE, "num_modules": 2}}, "$.stage1.num_modules: 1 was expected"),
        ({"stage2": {**TWO, "num_blocks": [1]}}, "$.stage2.num_blocks: [1] is too short"),
        ({"stage2": {**TWO, "num_channels": [1, 2, 3]}}, "$.stage2.num_channels: [1, 2, 3] is too long"),
        ({"stage2": {**TWO, "num_branches": 0}}, "$.stage2.num_branches: 0 is less than the minimum of 1"),
        ({"stage2": {**TWO, "num_branches": 17}}, "$.stage2.num_branches: 17 is greater than the maximum of 16"),
        (
            {"stage2": {**TWO, "num_branches": 16, "num_blocks": [1] * 16}},
            "$.stage2.num_channels: [8, 16] is too short",
        ),
        ({"stage3": TWO}, "'stage2' is a dependency of 'stage3'"),
        ({"stage2": TWO, "stage16": TWO}, "'stage15' is a dependency of 'stage16'"),
        ({"stage17": TWO}, "'stage17'"),
        ({"stem_widths": [64]}, "$.stem_widths: [64] is too short"),
        ({"head": {"type": "heatmaps"}}, "$.head.type: 'heatmaps' is not one of"),
        (
            {"head": {"type": "heatmap", "num_classes": 3}},
            "$.head: Additional properties are not allowed ('num_classes'",
        ),
        ({"head": {"num_joints": 3}}, "$.head: 'type' is a required property"),
        ({"head": "heatmap"}, "$.head: 'heatmap' is not of type 'object'"),
        ({"head": {"type": "ocr"}, "multi_scale_output": False}, "$.head.type: 'ocr' is not one of ['none', 'heatmap'"),
        ({"upsampling": {"align_corners": True}}, "$.upsampling: 'mode' is a required property"),
        ({"published": {**FIGURES, "differs": ["params"]}}, "$.published: 'note' is a required property"),
        ({"published": {**FIGURES, "params": "28.5"}}, "$.published.params: '28.5' does not match"),
        ({"budget": {"max_params": "30 million"}}, "$.budget.max_params: '30 million' does not match"),
        ({"input": [1, 3, 256, 192, 1]}, "$.input: [1, 3, 256, 192, 1] is too long"),
        ({"batch_norm": {"eps": 1}}, "$.batch_norm.eps: 1 is greater than or equal to the maximum of 1"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_one_mistake_is_one_error(more: Plain, error: str) -> None:
    spec = {"stage1": STAGE, **more}
    assert isinstance(caught(SpecError, load_spec, spec), SpecError)
    found = errors(spec)
    assert len(found) == 1 and error in found[0], found


def subschemas(value: Any) -> Iterator[Plain]:
    """Every mapping in the schema."""
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from subschemas(item)


def test_every_key_is_explained_and_every_default_and_example_is_valid() -> None:
    properties = SCHEMA["properties"]
    for name, item in entries(Spec).items():
        assert name == "stages" or properties[name]["description"] == item.metadata["help"]
    variants = {
        variant["if"]["properties"]["type"]["const"]: variant["then"] for variant in properties["head"]["allOf"]
    }
    for name, head in HEAD_SPECS.items():
        found = {key: value.get("description") for key, value in variants[name]["properties"].items() if key != "type"}
        assert found == {key: item.metadata["help"] for key, item in entries(head).items()}
    for part in subschemas(SCHEMA):
        whole = {**part, "definitions": SCHEMA["definitions"]} if "$ref" not in part else SCHEMA
        if "description" in part or part is properties["stage1"]:
            for value in [*part.get("examples", []), *([part["default"]] if "default" in part else [])]:
                assert list(Draft7Validator(whole).iter_errors(value)) == [], part


def test_defaults_are_those_of_the_reader() -> None:
    written = {name: part["default"] for name, part in SCHEMA["properties"].items() if "default" in part}
    assert set(written) == {"name", "in_channels", "input", "stem_widths", "iterative_head"}
    assert load_spec({"stage1": STAGE, **written}) == load_spec({"stage1": STAGE})
    assert written["input"] == "256x192"  # of any number of channels


def test_the_examples_are_a_preset() -> None:
    assert load_spec(SCHEMA["examples"][0]) == load_spec("w32")
