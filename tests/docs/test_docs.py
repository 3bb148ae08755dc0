"""The documents say what the tool does."""

from __future__ import annotations

import ast
import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest
from commandline import ROOT, call, environment

import hrnet_cli

DOCUMENTS = [
    *sorted(ROOT.glob("README*.md")),
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
documents = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def prose(text: str) -> str:
    """A document without its blocks of code and its comments."""
    return re.sub(r"<!--.*?-->", "", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE), flags=re.DOTALL)


@pytest.mark.torch
@pytest.mark.slow
def test_what_is_quoted_is_what_is_printed() -> None:
    done = subprocess.run(
        [sys.executable, "tools/docs.py", "--check"], cwd=ROOT, env=environment(), capture_output=True, check=False
    )
    assert done.returncode == 0, (done.stdout + done.stderr).decode()


@pytest.mark.parametrize("readme", sorted(ROOT.glob("README*.md")), ids=lambda path: path.name)
def test_python_in_a_readme_prints_what_it_shows(readme: Path) -> None:
    failed, tried = doctest.testfile(str(readme), module_relative=False, encoding="utf-8")
    assert tried and not failed


@documents
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(document.read_text(encoding="utf-8"))):
        if not re.match(r"[a-z]+:|#", target):
            path, _, anchor = target.partition("#")
            found = document.parent / path
            assert found.exists(), f"{document.name} links to {target}, which is not there"
            headings = re.findall(r"^#+ (.*)$", found.read_text(encoding="utf-8"), re.MULTILINE) if anchor else []
            anchors = [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]
            assert not anchor or anchor in anchors, f"{document.name} links to {target}, and there is no such heading"


@documents
def test_files_that_are_named_are_there(document: Path) -> None:
    """`docs/…`, `examples/…`, `tests/…` and `src/…` in backticks are paths."""
    if document.name == "CHANGELOG.md":
        return
    for name in re.findall(
        r"`((?:docs|examples|tests|src|tools|benchmarks)/[\w./-]+)`", document.read_text(encoding="utf-8")
    ):
        assert (ROOT / name).exists(), f"{document.name} names {name}, which is not there"


@documents
def test_quotations_are_closed(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert len(re.findall(r"<!-- (?:run|fields): ", text)) == text.count("<!-- end -->")


def test_every_command_is_in_the_reference() -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    commands = re.findall(r"^  (\w+)  ", call("--help").out.partition("Commands:")[2], re.MULTILINE)
    assert len(commands) >= 6
    for command in commands:
        assert f"## hrnet-cli {command}\n" in text
        for option in re.findall(r"--[a-z]+", call(command, "--help").out):
            assert option in text


def blocks(language: str) -> list[tuple[str, str]]:
    return [
        (path.name, block)
        for path in DOCUMENTS
        for block in re.findall(
            rf"^```{language}\n(.*?)^```", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
        )
    ]


def used_names(code: str) -> set[str]:
    """The names of the public API that a piece of code uses: `hrnet_cli.x`, or `from hrnet_cli import x`."""
    names = set()
    if code.startswith(">>>"):
        code = "".join(example.source for example in doctest.DocTestParser().get_examples(code))
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "hrnet_cli":
            names.add(node.attr)
        elif isinstance(node, ast.ImportFrom) and node.module == "hrnet_cli":
            names |= {alias.name for alias in node.names}
    return names


@pytest.mark.parametrize(("document", "code"), blocks("python"))
def test_python_in_the_documents_uses_what_there_is(document: str, code: str) -> None:
    assert used_names(code) <= set(hrnet_cli.__all__), document


def test_shell_in_the_readme_names_commands_that_exist() -> None:
    lines = [line for _, block in blocks("sh") for line in block.splitlines()]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for line in lines:
        words = line.split("#")[0].split()
        if words[:1] == ["make"]:
            assert re.search(rf"^{words[1]}:", makefile, re.MULTILINE), line
        elif words[:1] == ["hrnet-cli"]:
            assert call(*words[1:2], "--help").code == 0, line
