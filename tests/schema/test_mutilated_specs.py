"""Whatever a spec is made of, it is a Spec or a SpecError that can be shown."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import deep_garbage, garbage, mutilated, scalars, specs
from support import caught

from hrnet_cli import load_spec
from hrnet_cli.documents.yaml import read_document
from hrnet_cli.errors import HrnetError, SpecError, UnreadableError, UsageError
from hrnet_cli.schema import Spec
from hrnet_cli.sources import parse_input, parse_spec, preset_names, preset_path, read_source

PRESET = preset_path("w32").read_text(encoding="utf-8")
TEXTS = st.text(st.characters(exclude_categories=[]), max_size=200)
YAML_LIKE = st.text("{}[]&*a<:!#|>-?\"'\n ,012.e%~=\t\\", max_size=60)


def assert_presentable(error: SpecError) -> None:
    """Problems of one printable, bounded line each, in a message that has them all."""
    assert error.diagnostics
    for problem in error.diagnostics:
        assert problem.code and problem.message
        for text in (problem.dotted, problem.message, problem.remedy):
            assert text.isprintable() and len(text) < 400, problem
        assert str(problem) in str(error)


def check(value: Any) -> None:
    error = caught(SpecError, load_spec, value)
    if error:
        assert_presentable(error)


def check_text(text: str) -> None:
    error = caught(SpecError, parse_spec, text)
    if error:
        assert_presentable(error)


@given(specs())
def test_valid_specs_load(spec: dict[str, Any]) -> None:
    loaded = load_spec(spec)
    assert isinstance(loaded, Spec)
    assert hash(loaded) == hash(load_spec(loaded))


@given(specs())
def test_mapping_yaml_and_json_are_one_spec(spec: dict[str, Any]) -> None:
    loaded = load_spec(spec)
    assert parse_spec(yaml.safe_dump(spec, allow_unicode=True)) == loaded
    assert parse_spec(json.dumps(spec, ensure_ascii=False)) == loaded
    assert parse_spec(json.dumps(spec, ensure_ascii=False, separators=(",", ":"))) == loaded


@settings(max_examples=300)
@given(mutilated())
def test_a_mutilated_mapping(spec: dict[str, Any]) -> None:
    check(spec)


@given(st.dictionaries(scalars | st.sampled_from(["stage1", "stage2", "head", "input"]), garbage | deep_garbage))
def test_a_mapping_of_garbage(spec: dict[Any, Any]) -> None:
    check(spec)


@given(mutilated())
def test_a_mutilated_text_says_where(spec: dict[str, Any]) -> None:
    try:
        text = json.dumps(spec, default=str, indent=1)
    except (RecursionError, ValueError, TypeError):
        return
    error = caught(SpecError, parse_spec, text)
    for problem in error.diagnostics if error else ():
        assert problem.location.line or problem.code in ("empty", "too-large", "not-hrnet")  # of the whole text
        assert not problem.location.line or 1 <= problem.location.line <= len(text.split("\n")) + 1


@settings(max_examples=300)
@given(TEXTS | YAML_LIKE)
def test_any_text(text: str) -> None:
    check_text(text)


@settings(max_examples=300)
@given(st.data())
def test_a_preset_with_a_piece_replaced(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(PRESET)))
    end = data.draw(st.integers(start, min(len(PRESET), start + 20)))
    check_text(PRESET[:start] + data.draw(YAML_LIKE | TEXTS) + PRESET[end:])


@given(st.binary(max_size=100))
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any-bytes.yaml"
    path.write_bytes(data)
    error = caught(HrnetError, load_spec, path)
    assert isinstance(error, SpecError | UnreadableError)


@given(TEXTS)
def test_any_name(name: str) -> None:
    error = caught(HrnetError, read_source, "no-such-folder/" + name.replace(".", "_"))
    assert isinstance(error, UnreadableError) and str(error).replace("\n", "").isprintable()


@given(TEXTS | st.text("0123456789x×X ", max_size=30))
def test_any_input(text: str) -> None:
    spec = load_spec("w32")
    error = caught(UsageError, parse_input, text, spec)
    if error:
        assert error.message.isprintable() and error.remedy
    else:
        assert all(1 <= size <= 1_000_000 for size in parse_input(text, spec))


@given(st.text(max_size=10))
def test_any_preset(name: str) -> None:
    error = caught(UsageError, preset_path, name)
    assert (error is None) == (name.removesuffix(".yaml") in preset_names())


@given(st.sampled_from(["*", "&", "!!", "<<", "? ", "- ", "[", "{", "{a: ", "&a ", "1:", "'", '"', "%", "|\n "]))
def test_one_thing_many_times(piece: str) -> None:
    for count in (100, 30_000):
        assert isinstance(caught(SpecError, read_document, piece * count) or SpecError([]), SpecError)
