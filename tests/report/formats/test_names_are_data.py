"""Text from a spec is never markup: not for rich, not in Markdown, SVG, JSON or a terminal."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET

import pytest
from commandline import call
from markdown_pages import inline_words, tables, unwanted
from rich.cells import cell_len

import hrnet_cli as api
from hrnet_cli.report import describe, flops
from hrnet_cli.report.content import (
    Column,
    Drawing,
    Excerpt,
    Facts,
    Heading,
    Note,
    Remark,
    Report,
    Span,
    Table,
    panel,
)
from hrnet_cli.report.formats import markdown, svg
from hrnet_cli.report.formats.markdown import escape
from hrnet_cli.report.formats.text import render

NAMES = [
    "[bold red]loud[/]",
    "[link=http://example.com]here[/link]",
    ":smile: [/]",
    "|*_<script>alert(1)</script>",
    "a|b|c`code`~~no~~",
    "</text><script>alert(1)</script>",
    "]]>&lt;&amp;<!-- x -->",
    "@font-face { }",
    "{0} %s $HOME ${x} \\n \\u0041",
    "网络-模型 ネット",
    "🙂 emoji 🚀",
    "é̂ combining",
    "\"quoted\" 'name'",
    "# heading - list > quote",
]
BARE = {"stage1": {"num_modules": 1, "num_branches": 1, "block": "BASIC", "num_blocks": [1], "num_channels": [4]}}


def spec_text(name: str) -> bytes:
    return json.dumps({**BARE, "name": name, "input": "64x64"}, ensure_ascii=False).encode()


def out(name: str, command: str, format: str, *more: str) -> str:
    result = call(command, "-", "--format", format, *more, stdin=spec_text(name))
    assert result.code == 0, result.err
    return result.out


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("command", ["describe", "trace", "fuse", "flops"])
def test_text_shows_a_name_unchanged(command: str, name: str) -> None:
    assert out(name, command, "text").startswith(name)
    assert "\x1b" not in out(name, command, "text")
    coloured = out(name, command, "text", "--color", "always")
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured).startswith(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_diagnosis_shows_a_name_unchanged(name: str) -> None:
    spec = {**json.loads(spec_text(name)), "head": {"type": "heatmap", "final_conv_kernel": 15}}
    result = call("flops", "-", "--input", "8x8", stdin=json.dumps(spec, ensure_ascii=False).encode())
    assert result.code == 2 and f"cannot go through {name}" in result.err


@pytest.mark.parametrize("name", NAMES)
def test_json_has_a_name_unchanged(name: str) -> None:
    for command in ("describe", "trace", "fuse", "flops"):
        assert json.loads(out(name, command, "json"))["network"] == name


@pytest.mark.parametrize("name", NAMES)
def test_markdown_tables_keep_their_columns(name: str) -> None:
    for command in ("describe", "flops"):
        text = out(name, command, "markdown")
        assert not unwanted(text)
        assert text.splitlines()[0].startswith(f"## {escape(name)}")
        for title, *rows in tables(text):
            assert {len(row) for row in rows} == {len(title)}


@pytest.mark.parametrize("name", [*NAMES, "\\", "`", "``", "a\\|b$`|", "1. a", "- a", "=", "`|`|``", "|$"])
def test_markdown_shows_a_name_unchanged(name: str) -> None:
    assert inline_words(escape(name)) == name
    assert tables(markdown.render(Report((Table((Column("a"), Column("b")), ((name, "x"),)),))))[0][1] == [name, "x"]
    assert not unwanted(markdown.render(Report((Note(name), Facts((("a", name), ("", name)))))))


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_svg_is_text(name: str) -> None:
    picture = out(name, "trace", "svg")
    root = ET.fromstring(picture)
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags <= {"svg", "style", "defs", "clipPath", "rect", "g", "text", "circle", "title"}
    shown = "".join(root.itertext()).replace("\xa0", " ")
    assert re.sub(r"\s+", "", name) in re.sub(r"\s+", "", shown)
    for element in root.iter():
        assert not [key for key in element.attrib if key.lower().startswith("on") or key.endswith("href")]
    assert "@font-face" not in (root.findtext(".//{*}style") or "") and "url(http" not in picture


def test_control_characters_never_reach_a_terminal() -> None:
    """A name that is not printable is an error, whose message is printable."""
    for text in ('name: "\\e[31mred"', 'name: "a\\nb"', 'name: "\\u202e"', 'name: "\\x07"'):
        result = call("trace", "-", stdin=f"{text}\nstage1: {json.dumps(BARE['stage1'])}\n".encode())
        assert result.code == 2 and not result.out
        assert all(letter.isprintable() or letter == "\n" for letter in result.err)


def test_the_escapes_of_a_coloured_text_are_our_own() -> None:
    below = ((Span("\x1b[33mhelp"),), Excerpt(1, "\tx: \x1b[34m", 2))
    report = Report((Heading("\x1b[31mloud"), Remark((Span("\x1b[32mx", "strong"),), below)))
    coloured = render(report, 80, color=True)
    assert "\x1b[1m" in coloured and "    x: " in coloured
    assert not re.search(r"\x1b\[3[1-4]m", coloured)


def test_no_text_ends_a_block_of_code() -> None:
    drawing = Drawing(panel(["", ""]), (panel(["```", "# a"]),))
    remark = Remark((Span("x"),), (Excerpt(1, "y\n# z\n```"),))
    assert not unwanted(markdown.render(Report((drawing, remark, drawing))))


def test_unknown_keys_are_quoted_as_data() -> None:
    result = call("trace", "-", "--color", "always", stdin=b'{"[bold]x": 1, "\\u001b[2J": 2, "stage1": {"block": 3}}')
    assert result.code == 2 and "[bold]x" in result.err and "\x1b" not in result.err


def test_wide_letters_take_two_columns() -> None:
    for name in NAMES[9:12]:
        spec = {**BARE, "name": name * 3, "input": "64x64"}
        for made in (describe.present(api.describe(spec)), flops.present(api.flops(spec))):
            for width in (20, 40, 80):
                assert all(cell_len(line) <= width for line in render(made, width).split("\n"))
    rows = (("网络", "1"), ("ab", "2"))
    text = render(Report((Table((Column("name"), Column("n")), rows),)))
    assert text == "name  n\n网络  1\nab    2\n"


def test_markup_in_a_hand_made_document() -> None:
    report = Report((Heading("[red]x[/red]"), Table((Column("[b]"),), (("[link=x]y[/link]",),))))
    assert render(report) == "[red]x[/red]\n\n[b]\n[link=x]y[/link]\n"
    assert "\\[red\\]x" in markdown.render(report) and "[link=x]" in svg.render(report)


def test_a_short_commit_is_code() -> None:
    """GitHub links one from seven digits on."""
    assert escape("of 1f2e3d4") == "of `1f2e3d4`" and escape("of 1f2e3d") == "of 1f2e3d"
