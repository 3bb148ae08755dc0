"""Every file in examples/: a new case is a new file.

An invalid one says what is wrong with it, all of it, one problem a line: in comments `# expect: …` at its top, or in
FILE.expect where comments would spoil the point. A line is `code path line:column` (`-` for none), and after that,
if anything, words that the message or the remedy must have.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from support import EXAMPLES, caught

from hrnet_cli import load_spec, trace
from hrnet_cli.errors import Diagnostic, HrnetError, SpecError
from hrnet_cli.tracing import InputError

VALID = sorted(path for path in (EXAMPLES / "valid").rglob("*.*"))
W32 = sorted((EXAMPLES / "valid" / "w32").iterdir())
INVALID = sorted(path for path in (EXAMPLES / "invalid").iterdir() if path.suffix != ".expect")


class Expected(NamedTuple):
    code: str
    path: str
    place: str
    words: str


def expectations(path: Path) -> list[Expected]:
    """What a file says is wrong with it."""
    beside = path.with_name(path.name + ".expect")
    if beside.exists():
        lines = beside.read_text(encoding="utf-8").splitlines()
    else:
        text = path.read_text(encoding="utf-8").splitlines()
        lines = [line.removeprefix("# expect: ") for line in text if line.startswith("# expect: ")]
    return [Expected(*[*line.split(" ", 3), ""][:4]) for line in lines]


def problems(path: Path) -> list[Diagnostic]:
    """What load_spec finds wrong with it."""
    error = caught(HrnetError, load_spec, path)
    assert error is not None, "this was to be refused"
    if isinstance(error, SpecError):
        assert all(problem.location.source == str(path) for problem in error.diagnostics)
        return error.diagnostics
    return [Diagnostic("unreadable", (), error.message, error.remedy)]


def facts(problem: Diagnostic) -> tuple[str, str, str]:
    place = f"{problem.location.line}:{problem.location.column}" if problem.location.line else "-"
    return problem.code, problem.dotted or "-", place


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.name)
def test_valid(path: Path) -> None:
    spec = load_spec(path)
    assert trace(spec).calls[0].inputs == (spec.input_shape,)


@pytest.mark.parametrize("path", W32, ids=lambda path: path.name)
def test_w32_in_other_clothes(path: Path) -> None:
    spec = load_spec(path)
    assert replace(spec, input=spec.input_shape) == load_spec("w32")


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.name)
def test_invalid(path: Path) -> None:
    found = problems(path)
    expected = expectations(path)
    assert sorted(facts(problem) for problem in found) == sorted(one[:3] for one in expected)
    said = [(facts(problem), f"{problem.message}\n{problem.remedy}") for problem in found]
    for one in expected:
        assert any(place == one[:3] and one.words in text for place, text in said), (one, said)


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.name)
def test_problems_come_in_the_order_of_the_text_and_are_printable(path: Path) -> None:
    found = problems(path)
    assert found == sorted(found, key=lambda problem: (problem.location.line or 0, problem.location.column or 0))
    for problem in found:
        for text in (problem.dotted, problem.message, problem.remedy):
            assert text.isprintable() and len(text) < 300


def test_no_tag_was_obeyed() -> None:
    assert not Path("/tmp/hrnet-cli-was-here").exists()


def test_the_seeds_own_example() -> None:
    seen = trace(EXAMPLES / "valid" / "grey_input_no_head.yaml")
    assert seen.input == (1, 1, 32, 32)
    assert seen.calls[0].outputs == ((1, 32, 8, 8), (1, 64, 4, 4), (1, 128, 2, 2), (1, 256, 1, 1))


def test_an_input_that_breaks_is_no_spec_error() -> None:
    assert isinstance(caught(InputError, trace, "w32", "250x250"), InputError)
