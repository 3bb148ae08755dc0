"""Comments that suppress findings."""

from __future__ import annotations

from pathlib import Path

import pytest
from checks import check, codes, settings

from hrnet_cli.checking import suppress
from hrnet_cli.checking.rules import is_rule_prefix

BAD = """\
stage1: {num_modules: 1, num_branches: 1, block: BOTTLENECK, num_blocks: [4], num_channels: [64]}
stage2: {num_modules: 1, num_branches: 2, block: BASIC, num_blocks: [4], num_channels: [36, 72]}
"""
"""HR009 in line 2."""
ODD = BAD.replace("num_blocks: [4], num_channels: [36", "num_blocks: [4, 4], num_channels: [36")
"""HR405 in line 2."""


def test_nothing_is_suppressed_without_a_comment(tmp_path: Path) -> None:
    assert codes(check(tmp_path / "a.yaml", BAD)) == ["HR009"]
    assert codes(check(tmp_path / "a.yaml", ODD)) == ["HR405"]


@pytest.mark.parametrize("comment", ["# hrnet: ignore[HR009] on purpose", "#hrnet:ignore[HR405,HR0] on purpose"])
def test_a_comment_after_a_value_is_for_that_line(comment: str, tmp_path: Path) -> None:
    found = check(tmp_path / "a.yaml", BAD.rstrip() + f"  {comment}\n")
    assert codes(found) in ([], ["HR901"])
    assert "HR009" not in codes(found)
    other = BAD.replace("[64]}", f"[64]}}  {comment}")
    assert "HR009" in codes(check(tmp_path / "a.yaml", other))


def test_a_comment_on_its_own_line_is_for_the_next_line(tmp_path: Path) -> None:
    first, second = BAD.splitlines()
    text = f"{first}\n# hrnet: ignore[HR009] on purpose\n\n# more words\n{second}\n"
    assert check(tmp_path / "a.yaml", text) == ()


def test_a_comment_after_a_key_is_for_the_block_below_it(tmp_path: Path) -> None:
    text = BAD.splitlines()[0] + (
        "\nstage2:\n  num_modules: 1\n  num_branches: 2\n  block: BASIC\n"
        "  num_blocks:  # hrnet: ignore[HR009] on purpose\n  - 4\n  num_channels: [32, 64]\n"
    )
    assert check(tmp_path / "a.yaml", text) == ()
    assert codes(check(tmp_path / "a.yaml", text.replace("  # hrnet: ignore[HR009] on purpose", ""))) == ["HR009"]


def test_a_comment_above_a_key_is_for_the_block_below_it_too(tmp_path: Path) -> None:
    text = BAD.splitlines()[0] + (
        "\nstage2:\n  num_modules: 1\n  num_branches: 2\n  block: BASIC\n  num_blocks: [4, 4]\n"
        "  # hrnet: ignore[HR405] as published\n  num_channels:  # two\n  - 18\n  - 36\n"
    )
    assert check(tmp_path / "a.yaml", text) == ()
    assert codes(check(tmp_path / "a.yaml", text.replace("# hrnet: ignore[HR405] as published", ""))) == ["HR405"]


def test_a_comment_on_top_is_for_the_whole_file(tmp_path: Path) -> None:
    assert check(tmp_path / "a.yaml", f"# A spec.\n# hrnet: ignore[HR405] wide on purpose\n{ODD}") == ()
    found = check(tmp_path / "a.yaml", f"{ODD}# hrnet: ignore[HR405] too late\n")
    assert codes(found) == ["HR405", "HR901"]


def test_a_comment_that_suppresses_nothing_is_found(tmp_path: Path) -> None:
    text = ODD.rstrip() + "  # hrnet: ignore[HR405, HR301] odd\n"
    (found,) = check(tmp_path / "a.yaml", text)
    assert (found.code, found.line, found.severity) == ("HR901", 2, "warning")
    assert "HR301" in found.message and "HR405" not in found.message
    assert found.column == found.excerpt.index("# hrnet") + 1


@pytest.mark.parametrize(
    ("comment", "words"),
    [
        ("# hrnet: ignore", "names no rule"),
        ("# hrnet: ignore[]", "names no rule"),
        ("# hrnet: ignore[everything] because", "'everything' is not the code of a rule"),
        ("# hrnet: ignore[HR999] because", "'HR999' is not the code of a rule"),
        ("# HRNet-CLI: Ignore", "names no rule"),
        ("# hrnet: ignore[HR405]", "no reason"),
    ],
)
def test_a_malformed_comment_is_found(comment: str, words: str, tmp_path: Path) -> None:
    found = [each for each in check(tmp_path / "a.yaml", f"{ODD.rstrip()}  {comment}\n") if each.code == "HR902"]
    assert len(found) == 1 and words in found[0].message and "ignore[CODE]" in found[0].remedy


@pytest.mark.parametrize(
    "name",
    [
        'name: "a#hrnet: ignore[HR405] b"',
        'name: "a # hrnet: ignore[HR405] b"',
        "name: 'a # hrnet: ignore[HR405] b'",
        "name: >-\n  # hrnet: ignore[HR405] b",
    ],
)
def test_a_comment_inside_a_string_is_none(name: str, tmp_path: Path) -> None:
    assert codes(check(tmp_path / "a.yaml", f"{name}\n{ODD}")) == ["HR405"]


def test_a_comment_inside_a_python_string_is_none(tmp_path: Path) -> None:
    config = "model = dict(backbone=dict(type='HRNet', arch='w18'))\n"
    assert "HR405" in codes(check(tmp_path / "a.py", f'"""\n# hrnet: ignore[HR405] b\n"""\n{config}'))
    assert "HR405" not in codes(check(tmp_path / "a.py", f"# hrnet: ignore[HR405, HR108] b\n{config}"))
    for before in ("x = 1\nlong = ", "y = ['a', 'b',\n     "):
        after = "]\n" if "[" in before else "\n"
        text = f'{before}"""\n# hrnet: ignore[HR405] b\n"""{after}{config}'
        assert not {"HR901", "HR902"} & set(codes(check(tmp_path / "a.py", text)))


def test_lines_are_counted_as_yaml_counts_them(tmp_path: Path) -> None:
    text = ODD.replace("\n", "\r\n", 1).rstrip() + "  # hrnet: ignore[HR405] odd\n"
    assert check(tmp_path / "a.yaml", text) == ()
    assert codes(check(tmp_path / "a.yaml", "# one\u2028# two\x85" + ODD)) == ["HR405"]
    (found,) = check(tmp_path / "a.yaml", "# one\r# two\r" + ODD)
    assert found.line == 4 and found.excerpt.startswith("stage2")


def test_a_comment_for_a_rule_that_did_not_run_is_not_unused(tmp_path: Path) -> None:
    """A rule that is not selected, or needs a budget, a lock or a network that there is not."""
    comment = "  # hrnet: ignore[HR405, HR501, HR6, HR2] agreed\n"
    assert check(tmp_path / "a.yaml", ODD.rstrip() + comment, settings(ignore=["HR405"])) == ()
    assert check(tmp_path / "a.yaml", ODD.rstrip() + comment) == ()
    assert codes(check(tmp_path / "a.yaml", BAD.rstrip() + comment)) == ["HR009"]


def test_a_comment_for_a_rule_that_is_not_selected_is_not_unused(tmp_path: Path) -> None:
    found = check(tmp_path / "a.yaml", ODD.rstrip() + "  # hrnet: ignore[HR405] odd\n", settings(select=["HR3", "HR5"]))
    assert found == ()


def test_a_malformed_comment_is_reported_by_its_own_rule_only(tmp_path: Path) -> None:
    text = f"{ODD.rstrip()}  # hrnet: ignore[HR405]\n"
    assert codes(check(tmp_path / "a.yaml", text)) == ["HR902"]
    assert check(tmp_path / "a.yaml", text, settings(ignore=["HR902"])) == ()


@pytest.mark.hostile
def test_comments_are_read_once_however_many_findings_and_codes_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred thousand codes in one comment, and a thousand comments above one long line."""
    seen: list[str] = []

    def observed(code: str) -> bool:
        seen.append(code)
        return is_rule_prefix(code)

    monkeypatch.setattr(suppress, "is_rule_prefix", observed)
    codes_of_one = "HR405," * 100_000
    assert check(tmp_path / "a.yaml", ODD.rstrip() + f"  # hrnet: ignore[{codes_of_one}] why\n") == ()
    assert seen == ["HR405"] * 2
    suppress._opens_block.cache_clear()
    text = "name: x\n" + "# hrnet: ignore[HR405] why\n" * 900 + ODD.replace("stage1", "# long\nstage1")
    assert codes(check(tmp_path / "b.yaml", text)).count("HR901") == 900
    assert suppress._opens_block.cache_info().misses == 1


@pytest.mark.hostile
def test_comments_beyond_a_bound_are_not_read(tmp_path: Path) -> None:
    text = "name: x\n" + "# hrnet: ignore[HR999]\n" * (suppress.MAX_COMMENTS + 2) + ODD
    found = check(tmp_path / "a.yaml", text)
    assert codes(found).count("HR902") == suppress.MAX_COMMENTS + 1
    last = max((each for each in found if each.code == "HR902"), key=lambda each: each.line or 0)
    assert last.line == suppress.MAX_COMMENTS + 2 and "those below are not read" in last.message


BASICK = "stage1 = dict(num_modules=1, num_branches=1, block='BASICK', num_blocks=[4], num_channels=[64])"
"""HR008 in a Python config."""


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\x85", "\x0c"])
def test_what_ends_no_line_in_python(character: str, tmp_path: Path) -> None:
    (found,) = check(tmp_path / "a.py", f"# one{character}still one\n{BASICK}\n")
    assert (found.code, found.line, found.excerpt) == ("HR008", 2, BASICK)
    assert check(tmp_path / "a.py", f"# one{character}\n{BASICK}  # hrnet: ignore[HR008] a test\n") == ()


@pytest.mark.parametrize(
    "string",
    [
        "f'''{x}\nCOMMENT\n'''",
        "Rb'''\\'''\nCOMMENT\n'''",
        "''''\nCOMMENT\n'''",
        "'a\\'\\\nCOMMENT'",
        "1  # '\nz = '''\nCOMMENT\n'''",
        "'''\nCOMMENT\nthe end of the text",
    ],
)
def test_a_comment_inside_any_python_string_is_none(string: str, tmp_path: Path) -> None:
    for text in (string, f"1  # é\r\n_y = {string}"):
        inside = text.replace("COMMENT", "# hrnet: ignore[HR008] why")
        assert "HR901" not in codes(check(tmp_path / "a.py", f"{BASICK}\n_x = {inside}\n"))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_ends_a_line_in_python(end: str, tmp_path: Path) -> None:
    string = f'_x = """{end}# hrnet: ignore[HR008] in a string{end}"""; '
    found = [each for each in check(tmp_path / "a.py", f"{string}{BASICK}{end}") if each.code == "HR008"]
    assert [(each.line, each.excerpt) for each in found] == [(3, f'"""; {BASICK}')]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\u2029", "\x85"])
def test_what_ends_a_line_in_yaml(end: str, tmp_path: Path) -> None:
    first, second = ODD.splitlines()
    (found,) = check(tmp_path / "a.yaml", f"# one{end}{first}{end}{second}{end}")
    assert (found.code, found.line, found.excerpt) == ("HR405", 3, second)
