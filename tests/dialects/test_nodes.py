"""A config as a tree: keys in any letter case, and texts as YACS reads them."""

from __future__ import annotations

from typing import Any

import pytest

from hrnet_cli.dialects.nodes import ConfigNode, read_literal


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(True, False)", [True, False]),
        ("[1, 2]", [1, 2]),
        ("192, 256", [192, 256]),
        (" (1, 2) ", [1, 2]),
        ("17", 17),
        ("-0.5", -0.5),
        ("1e-5", 1e-5),
        ("+3", 3),
        ("True", True),
        ((1, 2), [1, 2]),
        ([1, 2], [1, 2]),
        (3, 3),
        (None, None),
        ("abc", "abc"),
        ("None", "None"),
        ("3x", "3x"),
        ("1.2.3", "1.2.3"),
        ("", ""),
        ("(", "("),
        ("(1, 2", "(1, 2"),
        ("1 2", "1 2"),
        ("1 -2", "1 -2"),  # a sum of numbers is no literal
        ("032", "032"),
        ("1(2)", "1(2)"),
        ("True + 1", "True + 1"),
    ],
)
def test_a_text_that_is_a_literal(text: Any, value: Any) -> None:
    found = read_literal(text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(("length", "read"), [(200, True), (201, False)])
def test_a_text_that_is_too_long_for_a_literal(length: int, read: bool) -> None:
    assert read_literal("1".ljust(length)) == (1 if read else "1".ljust(length))


CONFIG = {"MODEL": {"Name": "x", "name": "y", "EXTRA": {"STAGE1": {}, "stage2": {}, "STAGE": 1, 3: 4}}, "low": {"a": 1}}


def test_keys_in_any_letter_case() -> None:
    root = ConfigNode(CONFIG, ())
    exact, other = root.get("MODEL", "name"), root.get("model", "NAME")
    assert exact is not None and (exact.value, exact.path) == ("y", ("MODEL", "name"))
    assert other is not None and (other.value, other.path) == ("x", ("MODEL", "Name"))
    assert root.get("MODEL", "NAME", "x") is None and root.get("nothing", "NAME") is None


def test_the_keys_of_a_node() -> None:
    extra = ConfigNode(CONFIG, ()).get("MODEL", "EXTRA")
    assert extra is not None
    assert extra.keys == ("STAGE1", "stage2", "STAGE") and extra.stage_keys == ("STAGE1", "stage2")
    assert extra.dotted == "MODEL.EXTRA" and ConfigNode([1], ()).keys == ()


@pytest.mark.parametrize(
    ("value", "name"),
    [({"A": 1}, "NEW"), ({"a": 1}, "new"), ({"a": 1, "B": 1}, "NEW"), ({"Ab": 1}, "NEW"), ({}, "NEW"), (3, "NEW")],
)
def test_a_missing_key_is_spelt_as_its_neighbours(value: Any, name: str) -> None:
    assert ConfigNode(value, ("x",)).missing("New").path == ("x", name)
