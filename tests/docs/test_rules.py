"""docs/rules: a page for each rule, whose example gives what the page is about, and whose remedy removes it.

tools/docs.py checks that the pages quote what check prints.
"""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from commandline import ROOT, call

from hrnet_cli.checking.pages import read_page
from hrnet_cli.checking.rules import RULES, Rule

FOLDER = ROOT / "docs" / "rules"
WITHOUT_FILE = {
    "HR001": "there is no text to show",
    "HR019": "no file is known that has it",
    "HR601": "it takes a lock file",
    "HR602": "it takes a lock file",
}
"""Rules whose example is not a file and one command."""
WORDS = {"error": "An error", "warning": "A warning", "note": "A note"}
FILE = re.compile(r"^```(?:yaml|python) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ hrnet-cli (.*)$", re.MULTILINE)
rules = pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
with_file = pytest.mark.parametrize("rule", [rule for code, rule in RULES.items() if code not in WITHOUT_FILE])


def text_of(rule: Rule) -> str:
    return (FOLDER / f"{rule.code}.md").read_text(encoding="utf-8")


def row_of(rule: Rule) -> tuple[str, str, str, str]:
    return rule.code, rule.name, rule.severity, rule.summary


def section(rule: Rule, title: str) -> str:
    """The text below a heading."""
    parts = re.split(r"^## (.*)\n", text_of(rule), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))[title]


class Found(NamedTuple):
    code: str
    severity: str


def check(rule: Rule, title: str, folder: Path) -> list[Found]:
    """What the command under Found finds in the file of a section."""
    [(named, _)], [(name, text)] = (FILE.findall(section(rule, each)) for each in ("Found", title))
    [command] = COMMAND.findall(section(rule, "Found"))
    (folder / name).write_text(text, encoding="utf-8")
    words = shlex.split(command.replace(named, name))
    report: dict[str, Any] = json.loads(call(*words, "--format", "json").out)
    return [Found(each["code"], each["severity"]) for each in report["findings"]]


def test_every_rule_has_a_page_and_every_page_a_rule() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {"README.md", *(f"{code}.md" for code in RULES)}


@rules
def test_a_page_begins_with_the_words_of_its_row(rule: Rule) -> None:
    heading, first = text_of(rule).split("\n\n")[:2]
    assert heading == f"# {rule.code} {rule.name}"
    assert " ".join(first.split()) == f"{WORDS[rule.severity]}: {rule.summary}."


@rules
def test_a_page_fits_on_a_terminal(rule: Rule) -> None:
    assert [line for line in text_of(rule).splitlines() if len(line) > 80] == []
    assert "\t" not in text_of(rule)


@rules
def test_every_block_is_of_a_known_kind(rule: Rule) -> None:
    fences = re.findall(r"^```(.*)$", text_of(rule), re.MULTILINE)
    assert all(re.fullmatch(r"console|yaml \S+\.yaml|python \S+\.py|", fence) for fence in fences), fences


@with_file
def test_the_example_gives_the_finding_and_no_other(
    rule: Rule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = check(rule, "Found", tmp_path)
    assert set(found) == {Found(rule.code, rule.severity)}


@with_file
def test_the_remedy_removes_the_finding(rule: Rule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = check(rule, "Instead", tmp_path)
    assert rule.code not in [each.code for each in found]
    assert "error" not in [each.severity for each in found]


@pytest.mark.parametrize("code", WITHOUT_FILE)
def test_a_session_shows_the_finding(code: str) -> None:
    rule = RULES[code]
    assert f": {rule.severity} {code} " in section(rule, "Found")
    assert code not in section(rule, "Instead")


@rules
def test_the_command_prints_the_page(rule: Rule) -> None:
    printed = call("rule", rule.name)
    assert (printed.code, printed.out) == (0, text_of(rule))
    page = read_page(rule.code.lower())
    assert (page.code, page.name, page.severity, page.summary) == row_of(rule)
    assert page.page == text_of(rule)


def test_an_unknown_rule_has_a_remedy() -> None:
    near, far = call("rule", "fuse-metod"), call("rule", "zzzzzz")
    assert near.code == far.code == 2
    assert "did you mean fuse-method?" in near.err and "`hrnet-cli rule --list` lists all rules" in far.err


def test_the_index_has_a_row_for_each_page() -> None:
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[(\w+)\]\((\w+)\.md\) \| (\S+) \| (\w+) \| (.*) \|$", index, re.MULTILINE)
    assert rows == [(rule.code, *row_of(rule)) for rule in RULES.values()]


def test_the_wheel_has_the_pages() -> None:
    assert '\n"docs/rules" = "hrnet_cli/rules"\n' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
