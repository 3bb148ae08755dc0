"""YAML and JSON as plain values: what is bounded, what stays text, and where a mistake is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support import caught

from hrnet_cli.documents import yaml as reader
from hrnet_cli.documents.yaml import MAX_SCALAR, read_document
from hrnet_cli.errors import SpecError

pytestmark = pytest.mark.hostile


def problem(text: str) -> tuple[str, int | None, int | None]:
    (found,) = caught(SpecError, read_document, text).diagnostics
    return found.code, found.location.line, found.location.column


@pytest.mark.parametrize(
    "scalar", ["1" * 100_000, "1" * 100_000 + ".5", "!!int " + "1" * 100_000, "!!bool " + "t" * 9_000]
)
def test_a_scalar_that_aliases_repeat_is_converted_once(scalar: str, monkeypatch: pytest.MonkeyPatch) -> None:
    converted: list[Any] = []
    original = reader._scalar

    def counted(node: Any) -> Any:
        converted.append(node)
        return original(node)

    monkeypatch.setattr(reader, "_scalar", counted)
    value = read_document(f"a: &a {scalar}\nb: [{'*a, ' * 900}]\n").value
    assert len(converted) == 3 and value["a"] == scalar.rpartition(" ")[2] and set(value["b"]) == {value["a"]}


def test_a_number_of_more_digits_than_any_figure_stays_text() -> None:
    assert read_document("1" * MAX_SCALAR).value == int("1" * MAX_SCALAR)
    assert read_document("1" * (MAX_SCALAR + 1)).value == "1" * (MAX_SCALAR + 1)


def test_numbers_with_one_hash_are_different_texts_as_keys() -> None:
    """As numbers they would be compared with each other, and 10,000 of them take minutes."""
    numbers = [number * (2**61 - 1) for number in range(1, 100)]
    value = read_document(
        "{" + ", ".join(f"{number}: 1, -{number}: 1" for number in numbers) + ", 7: 1, 1e300: 1}"
    ).value
    assert {type(key) for key in value} == {str, int} and value[7] == 1
    assert set(value) == {7, "1e300", *map(str, numbers), *(f"-{number}" for number in numbers)}


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_directives_are_bounded(line_break: str) -> None:
    lines = [f"%TAG !a{number}! tag:x" for number in range(101)]
    assert problem(line_break.join([*lines, "---", "a: 1"])) == ("too-large", None, None)
    assert read_document("%YAML 1.1\n---\na: 100%\n").value == {"a": "100%"}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("stage1: [1,\n\n\n", (1, 12)),
        ("a: 1\nb: {c: 1\n", (2, 9)),
        ('{"a": [1', (1, 9)),
        ("a: 'x\n\n", (1, 6)),
        ("a: b: c\n", (1, 5)),
    ],
)
def test_what_is_not_closed_is_reported_at_the_last_line(text: str, place: tuple[int, int]) -> None:
    assert problem(text) == ("syntax", *place)


LONG = "k" * 1_100


@pytest.mark.parametrize(
    "text",
    [
        '{"a"\n  : {"b": [1, 2.5, null, true]}, "c" \n\n: "x"}',
        f'{{"{LONG}": {{"b": 1e3}}, "c": "\\u0041\\ud83d\\ude00"}}',
        f'{{"a": {{"{LONG}": "\\/"}}, "é": "\\t"}}',
        f'[{{"{LONG}": 1}}]',
    ],
)
def test_json_that_is_no_yaml_is_read_as_json(text: str) -> None:
    assert read_document(text).value == json.loads(text)


def test_json_that_is_no_yaml_has_the_same_bounds() -> None:
    start = f'{{"{LONG}": 1, "a": '
    assert problem(start + "[" * 40 + "]" * 40 + "}")[0] == "too-deep"
    assert problem(start + json.dumps(list(range(10_000))) + "}")[0] == "too-large"
    assert read_document(start + "1" * 5_000 + "}").value["a"] == "1" * 5_000
    document = read_document(start + "1, " + '"a": 2, "a": 3}')
    assert [(each.code, each.message) for each in document.diagnostics] == [("duplicate-key", "duplicate key 'a'")]
    assert problem(start + "}")[0] == "syntax" and problem('{"a"\n: ' + "[" * 100_000)[0] == "syntax"


@pytest.mark.parametrize("text", ["true: 4\n1: 6\n", "1: 4\n1.0: 6\n", "0: 1\nfalse: 2\nno: 3\n"])
def test_keys_that_are_equal_and_written_differently_are_duplicates(text: str) -> None:
    found = read_document(text).diagnostics
    assert {each.code for each in found} == {"duplicate-key"}
    assert found[0].message.endswith("first on line 1")
