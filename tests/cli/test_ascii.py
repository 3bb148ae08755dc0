"""A terminal without our letters: each has an ASCII stand-in, and none becomes a question mark."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest
from commandline import PROGRAM, ROOT, call, environment
from rich.cells import cell_len

from hrnet_cli.cli.app import COMMANDS
from hrnet_cli.cli.output import ASCII_STAND_INS, ENCODING_ERRORS, UNKNOWN, use_ascii_stand_ins

FORMATTED = [
    *("describe w32", "describe w32 --full", "trace w32 --modules --calls", "fuse w32", "presets", "diff w32 w48"),
    *(f"flops w32 --by {by} --convention {how}" for by in ("type", "branch") for how in ("published", "fvcore")),
    *("diff seg-w48 higher-w32 --keys", "check examples --statistics", "check examples", "rule --list"),
    *("trace w32 -i 250x250", "trace timm-w18 -i 1x3x1x1", "presets --task backbone"),
]
PLAIN = [
    *(f"{command} --help" for command in COMMANDS),
    *("convert det-w18 --to mmlab", "init -", "schema", "presets show w32", "rule HR301", "rule HR501"),
    *("trace nosuch", "flops -i 0x0", "describe examples/broken.yaml", "check examples --format github"),
]
NOT_DRAWN = "\u200c\u200d\ufffe\uffff\u240a\u2421\ufffd\x85\u2028\u2029"
"""Named in the code as what a user's text may hold."""


def letters(text: str) -> set[str]:
    return {letter for letter in text if not letter.isascii()}


def letters_of(line: str) -> set[str]:
    result = call(*line.split())
    return letters(result.out + result.err)


@pytest.mark.parametrize("line", PLAIN)
def test_every_letter_of_a_message_has_a_stand_in(line: str) -> None:
    assert letters_of(line) <= ASCII_STAND_INS.keys()


@pytest.mark.slow
@pytest.mark.parametrize("line", FORMATTED)
def test_every_letter_of_a_report_has_a_stand_in(line: str) -> None:
    for format in ("text", "markdown"):
        assert letters_of(f"{line} --format {format}") <= ASCII_STAND_INS.keys()


def test_every_letter_of_a_picture_and_of_json_has_a_stand_in() -> None:
    for format in ("svg", "json"):
        assert letters_of(f"trace -i 250x250 --format {format}") <= ASCII_STAND_INS.keys()


@pytest.mark.torch
@pytest.mark.slow
def test_every_letter_of_verify_has_a_stand_in() -> None:
    small = b"stage1: {num_modules: 1, num_branches: 1, block: BASIC, num_blocks: [1], num_channels: [8]}"
    result = call("verify", "-", "--modules", "--input", "32x32", stdin=small)
    assert result.code == 0 and letters(result.out) <= ASCII_STAND_INS.keys()


def test_every_letter_in_the_code_has_a_stand_in() -> None:
    """Those too that no command of these tests prints."""
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert letters(node.value) <= ASCII_STAND_INS.keys() | set(NOT_DRAWN), (path, node.lineno)


def test_a_stand_in_is_as_wide_as_its_letter() -> None:
    for letter, other in ASCII_STAND_INS.items():
        assert len(letter) == len(other) == cell_len(other) == cell_len(letter)
        assert other.isascii() and other.isprintable() and other != UNKNOWN


def test_different_letters_have_different_stand_ins() -> None:
    for group in ("×÷↑↓→←", "✓✗╳╯●", "─│┤█·Σ", "⁰¹²³⁴⁵⁶⁷⁸⁹"):
        assert len({ASCII_STAND_INS[letter] for letter in group}) == len(group)


def test_a_users_own_letters_are_question_marks() -> None:
    use_ascii_stand_ins()
    assert "3×3 é 漢 \udcff".encode("ascii", ENCODING_ERRORS) == b"3x3 ? ? ?"
    assert "3×3 é ↑2".encode("latin-1", ENCODING_ERRORS) == "3×3 é ^2".encode("latin-1")


@pytest.mark.parametrize(
    "variables",
    [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}],
)
def test_a_report_as_such_a_terminal_shows_it(variables: dict[str, str]) -> None:
    for line in ("trace", "fuse --stage 3"):
        done = subprocess.run([*PROGRAM, *line.split()], capture_output=True, env=environment(variables), check=True)
        said = call(*line.split()).out
        assert done.stdout.decode("ascii") == "".join(ASCII_STAND_INS.get(letter, letter) for letter in said)


def test_a_file_keeps_its_letters(tmp_path: Path) -> None:
    path = tmp_path / "x"
    subprocess.run([*PROGRAM, "trace", "-o", str(path)], env=environment({"PYTHONIOENCODING": "ascii"}), check=True)
    assert path.read_text(encoding="utf-8") == call("trace").out
