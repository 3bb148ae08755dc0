"""The guard before Python's parser sees what Python's tokenizer sees, and looks at each character once."""

from __future__ import annotations

import pytest
from support import caught

from hrnet_cli.documents.python import nesting
from hrnet_cli.documents.python.nesting import MAX_FIELDS, MAX_OPERATORS, check_nesting, find_strings
from hrnet_cli.errors import SpecError

pytestmark = pytest.mark.hostile

LONG = "1+" * (MAX_OPERATORS + 1) + "1"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"x = {LONG}", 1),
        (f"# a comment\rx = {LONG}", 2),
        (f"x = 'not closed\n{LONG}", 2),
        (f"x = f'not closed\n{LONG}", 2),
        (f"x = 'a\\\r\nb' + {LONG}", 2),
        (f"x = f'{{{LONG}}}'", 1),
        (f"x = F'{{{LONG}}}'", 1),
        (f"x = Rf'\\{{{LONG}}}'", 1),
        (f"x = f'\\\\{{{LONG}}}'", 1),
        (f"x = f'{{{{{{{LONG}}}'", 1),
        (f"x = f'''\n{{\n{LONG}}}'''", 3),
        (f"x = f'{{a:{{{LONG}}}}}'", 1),
        (f"x = f'{{a:{{{{{LONG}", 1),
        (f"x = f'{{a:\"}}' + {LONG} + \"'\"", 1),
        (f"x = f\"{{f'{{{LONG}}}'}}\"", 1),
        (f"x = f'{{a}}' + {LONG}", 1),
        (f"x = f'a\\\r\n{{{LONG}}}'", 2),
    ],
)
def test_a_long_expression_is_refused_wherever_it_is(text: str, line: int) -> None:
    error = caught(SpecError, check_nesting, text, "config.py")
    assert error is not None and error.diagnostics[0].code == "too-deep"
    assert error.diagnostics[0].location[:3] == (line, 1, "config.py")


@pytest.mark.parametrize(
    "text",
    [
        f"x = '{LONG}'",
        f"x = 1  # {LONG}",
        f"x = f'{LONG}'",
        f"x = f'{{{{{LONG}}}}}'",
        f"x = f'{{a!r:^{{w}}.{{p}}}}' '{LONG}'",
        f"x = f\"{{d['a']:{{w}}}} {LONG}\"",
        f"xf'{{{LONG}}}'",
        "x = f'" + "{a + b}" * (MAX_OPERATORS + 1) + "'",
        "x = f'" + "{a:>{b}}" * (MAX_OPERATORS + 1) + "'",
        "x = [" + "f'{a}', " * (MAX_OPERATORS + 1) + "]",
    ],
)
def test_text_that_is_no_code_is_not_counted(text: str) -> None:
    assert caught(SpecError, check_nesting, text, "config.py") is None


@pytest.mark.parametrize(("quotes_may_nest", "refused"), [(False, True), (True, False)])
def test_the_quote_of_an_f_string_within_its_braces(
    quotes_may_nest: bool, refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends the f-string before Python 3.12, so that code follows; since then it begins another string."""
    monkeypatch.setattr(nesting, "QUOTES_MAY_NEST", quotes_may_nest)
    assert (caught(SpecError, check_nesting, f"x = f'{{'{LONG}'}}'", "config.py") is not None) == refused


def test_fields_of_f_strings_are_bounded() -> None:
    assert caught(SpecError, check_nesting, "f'{a}'\n" * MAX_FIELDS, "config.py") is None
    error = caught(SpecError, check_nesting, "f'{a}'\n" * (MAX_FIELDS + 1), "config.py")
    assert (error.diagnostics[0].code, error.diagnostics[0].location.line) == ("too-large", MAX_FIELDS + 1)


@pytest.mark.parametrize("text", ["'", '"', "'''", '"""', "'\\", "'''\\", "''' ' ", "'a\\'", "'''a''"])
def test_a_string_that_is_not_closed_is_a_token_up_to_its_end(text: str) -> None:
    """Whatever begins with a quote is passed at once: looked for again at the next quote, it would cost its square."""
    found = nesting._WHOLE_STRING.match(text)
    assert found is not None and found.end() == len(text)


@pytest.mark.parametrize("text", ['"\\' * 1_000, "'''\\" * 1_000, "'" * 3_001, "'''a\n" + '"""\n' * 1_000])
def test_strings_that_are_not_closed_are_found_once(text: str) -> None:
    """Python's own tokenizer looks for their ends at every quote."""
    assert sum(end - start for start, end in find_strings(text)) == len(text)


def test_strings_are_found_beside_comments_and_code() -> None:
    text = "x = 'a' # 'b'\ny = rb'\\'' + f\"{z['k']}\" '\n'''\n#'''"
    assert [text[start:end] for start, end in find_strings(text)] == ["'a'", "'\\''", "\"{z['k']}\"", "'", "'''\n#'''"]
