"""0: clean. 2: bad usage or bad input, with one message on stderr and nothing on stdout. No traceback, ever."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commandline import Result, call, is_a_message, python, run
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import Plain, mutilated, specs

from hrnet_cli.sources import parse_spec
from hrnet_cli.text import plural

DIGITS = "9" * 10**6


def refused(result: Result, *words: str) -> None:
    assert is_a_message(result), result
    for word in words:
        assert word in result.err, result.err
    assert len(result.err) < 10_000


@pytest.mark.parametrize(
    "arguments",
    [
        ["describe", "w32.yaml"],
        ["trace", "--input", "1x3x256x192"],
        ["flops"],
        ["describe", "w32", "--stage", "3", "--depth", "2", "--full"],
        ["trace", "w48", "-i", "512x512", "--modules", "--calls"],
        ["fuse"],
        ["fuse", "--stage", "3", "--module", "0"],
        ["flops", "--by", "layer", "--convention", "fvcore"],
        ["presets"],
        ["presets", "show", "w32"],
        ["--version"],
        ["--help"],
        ["describe", "--color", "always"],
        ["flops", "--format", "svg"],
        ["flops", "-i", "8x3x64x64"],
        ["flops", "-i", "3X64×64"],
    ],
    ids=" ".join,
)
def test_clean(arguments: list[str]) -> None:
    result = call(*arguments)
    assert result.code == 0 and result.out and not result.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nosuch"], ["No such command 'nosuch'"]),
        (["describe", "a", "b"], ["unexpected extra argument"]),
        (["flops", "--by", "colour"], ["--by", "'stage', 'branch', 'module', 'layer', 'type'"]),
        (["flops", "--convention", "gflops"], ["--convention", "'published'"]),
        (["trace", "--engine", "jax"], ["--engine", "'shapes', 'torch'"]),
        (["trace", "--format", "pdf"], ["--format", "'svg'"]),
        (["trace", "--color", "blue"], ["--color"]),
        (["describe", "--depth", "-1"], ["--depth"]),
        (["describe", "--depth", DIGITS[:5000]], ["--depth"]),
        (["describe", "--stage", "x"], ["--stage"]),
        (["describe", "--stage", "5"], ["there is no stage 5", "hrnet-w32 has stages 1 to 4"]),
        (["describe", "--stage", "0"], ["there is no stage 0"]),
        (["fuse", "--stage", "1"], ["no fuse layer in stage 1"]),
        (["fuse", "--stage", "2", "--module", "1"], ["no fuse layer in stage 2, module 1"]),
        (["fuse", "--module", "-1"], ["no fuse layer in module -1"]),
        (["describe", "w33"], ["no file and no preset 'w33'", "w32"]),
        (["describe", "w32.yml"], ["no file and no preset 'w32.yml'"]),
        (["presets", "show", "w33"], ["no preset 'w33'", "w32"]),
        (["presets", "show"], ["Missing argument"]),
        (["trace", "nosuch"], ["no file and no preset 'nosuch'", "`hrnet-cli presets` lists all presets"]),
        (["describe", ""], ["SPEC is empty", "- for standard input"]),
        (["trace", "-o", ""], ["cannot write ''", "- for standard output"]),
        (["trace", "--device", "foo"], ["device: the shapes engine runs on no device", "--engine torch"]),
        (["flops", "--device", "meta", "--engine", "shapes"], ["choose the torch engine"]),
        (["presets", "show", "../presets/w32"], ["no preset"]),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_bad_usage(arguments: list[str], words: list[str]) -> None:
    refused(call(*arguments), *words)


@pytest.mark.parametrize(
    "input",
    [
        *("0x0", "-1", "-1x-1", "0", "", " ", "x", "xx", "256", "256x", "x256", "256x192x", "1e9", "1e2x1e2"),
        *("256.0x192", "256*192", "256,192", "1x1x3x256x192", "٢٥٦x١٩٢", "²⁵⁶x192", "256x192\n", "0x3x64x64"),
        *("1x3x0x64", "1x3x64x-64", "+256x192", "0x100x100", "1000001x64", "99999999999x64", "nan", "HxW", "1_0x64"),
    ],
)
def test_odd_inputs(input: str) -> None:
    result = call("trace", f"--input={input}")
    if input == "256x192\n":
        assert result.code == 0
        return
    refused(result, "input: ", "1x3x256x192" if "out of range" not in result.err else "allowed: 1 to 1000000")


@pytest.mark.parametrize("input", ["-1x-1", "0x3x64x64", "1x3x64x-64", "1000001x64", f"{10**12}x64", f"64x{10**98}"])
def test_an_impossible_size_is_out_of_range(input: str) -> None:
    refused(call("trace", f"--input={input}"), "has a size that is out of range", "allowed: 1 to 1000000")


@pytest.mark.parametrize("option", ["--input", "--stage", "--device", "--format", "--depth"])
def test_a_million_digits(option: str) -> None:
    result = call("describe", option, DIGITS)
    assert result.code == 2
    assert "Traceback" not in result.err
    if option == "--input":
        refused(result, "is not an input shape")


@pytest.mark.torch
@pytest.mark.parametrize("device", ["foo", "9", "cuda:x", DIGITS])
@pytest.mark.parametrize("command", [["trace", "--engine", "torch"], ["verify"]], ids=" ".join)
def test_a_device_that_torch_does_not_know(command: list[str], device: str) -> None:
    result = call(*command, "--device", device)
    refused(result, "error: torch knows no device '", "try meta, cpu or cuda")
    assert len(result.err.splitlines()) == 2 and len(result.err) < 200


@pytest.mark.torch
@pytest.mark.parametrize("command", [["trace", "--engine", "torch"], ["verify"]], ids=" ".join)
def test_a_device_that_this_torch_was_not_built_for(command: list[str]) -> None:
    refused(call(*command, "--device", "hpu"), "error: torch cannot use 'hpu'", "try the device meta")


@pytest.mark.torch
def test_a_device_is_for_the_torch_engine() -> None:
    assert call("trace", "--engine", "torch", "--device", "cpu", "-i", "64x64").code == 0


@pytest.mark.parametrize("command", ["describe", "trace", "fuse", "flops"])
def test_every_command_that_has_engines_refuses_a_device_without_one(command: str) -> None:
    refused(call(command, "--device", "cpu"), "device: the shapes engine runs on no device", "choose the torch engine")


@pytest.mark.parametrize(
    ("input", "written"), [("1x4x256x192", "1x3x256x192"), ("2x1x64x64", "2x3x64x64"), ("1x64x64", "1x3x64x64")]
)
@pytest.mark.parametrize("command", ["describe", "trace", "fuse", "flops"])
def test_wrong_channels_are_reported_as_channels(command: str, input: str, written: str) -> None:
    channels = plural(int(input.split("x")[-3]), "channel")
    refused(
        call(command, "w32", "--input", input),
        f"input: {channels}, but hrnet-w32 takes 3",
        f"write {written}",
    )


@pytest.mark.parametrize("command", ["describe", "trace", "fuse", "flops"])
def test_notes_on_a_config_are_written_to_stderr(command: str) -> None:
    config = call("convert", "w32", "--to", "official").out
    noted = call(command, "-", stdin=config.replace("FUSE_METHOD: SUM", "FUSE_METHOD: CAT").encode())
    plain = call(command, "-", stdin=config.encode())
    assert noted.code == plain.code == 0 and noted.out == plain.out and not plain.err
    assert noted.err and all(line.startswith("note: ") for line in noted.err.splitlines())


def test_a_size_that_cannot_go_through() -> None:
    for command in ("describe", "fuse", "flops"):
        refused(call(command, "--input", "250x250"), "cannot go through hrnet-w32", "multiples of 32")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["the file is empty", "[empty]"]),
        (b"\n# only a comment\n", ["[empty]"]),
        (b"\xff\xfe\x00", ["not UTF-8"]),
        (bytes(range(256)), ["error: "]),
        (b"\x7fELF\x02\x01\x01\x00\x00", ["error: "]),
        (b"stage1", ["expected a mapping"]),
        (b"[1, 2]", ["expected a mapping"]),
        (b"stage1: {num_modules: 1", ["[syntax]"]),
        (b"a: &a [*a]", ["error: "]),
        (b"x" * 2_000_000, ["[too-large]"]),
        (b"!!python/object/apply:os.system ['true']", ["tag"]),
        (b"name: x\nname: y\n", ["[duplicate-key]"]),
    ],
    ids=lambda value: repr(value)[:20] if isinstance(value, bytes) else "",
)
def test_files_that_are_no_spec(tmp_path: Path, content: bytes, words: list[str]) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(content)
    result = call("describe", str(path))
    refused(result, *words, str(path))
    from_stdin = call("describe", "-", stdin=content)
    assert from_stdin.err == result.err.replace(str(path), "<stdin>")


def test_sources_that_are_not_files(tmp_path: Path) -> None:
    refused(call("describe", str(tmp_path)), "is a folder")
    refused(call("describe", str(tmp_path / "nosuch.yaml")), "no file and no preset")
    refused(call("describe", "/dev/null"), "this is no regular file")
    refused(call("describe", str(tmp_path / ("x" * 300))), "File name too long")
    refused(call("describe", "a\udcffb.yaml"), "no file and no preset")
    (tmp_path / "loop").symlink_to("loop")
    refused(call("describe", str(tmp_path / "loop")))


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs /proc")
def test_a_file_that_cannot_be_read() -> None:
    refused(call("describe", "/proc/self/mem"), "cannot read '/proc/self/mem'")


def test_every_problem_at_once() -> None:
    result = call("describe", "examples/broken.yaml")
    refused(result, "num_branches", "examples/broken.yaml:3:", "examples/broken.yaml:4:")
    assert result.err.startswith("error: ") and result.err.count("\n") > 4


@settings(max_examples=60)
@given(mutilated(), st.sampled_from(["describe", "trace", "fuse", "flops"]))
def test_mutilated_specs(plain: Plain, command: str) -> None:
    try:
        text = json.dumps(plain, default=repr, skipkeys=True)
    except (ValueError, RecursionError):
        text = "[" * 3_000
    result = call(command, "-", stdin=text.encode())
    assert "Traceback" not in result.err
    if result.code == 0:
        assert parse_spec(text) and not result.err
    else:
        assert result.code == 2 and result.err.startswith("error: ")
        assert bool(result.out) <= (command == "trace")


OPTIONS = "--stage --module --depth --by --full --input --format --color --modules --calls --convention -f -i -h"
WORDS = f"describe trace fuse flops presets show w32 - 1 64x64 250x250 json svg always {OPTIONS}"
texts = st.text(st.characters(exclude_characters="\0"), max_size=8).filter(lambda text: not text.startswith("-"))
arguments = st.lists(st.sampled_from(WORDS.split()) | texts, max_size=6)


@settings(max_examples=60)
@given(arguments)
def test_any_arguments(words: list[str]) -> None:
    result = call(*words)
    assert result.code in (0, 2) and "Traceback" not in result.err


@settings(max_examples=20)
@given(specs(most_stages=3), st.binary(max_size=30), st.integers(0, 300))
def test_a_spec_with_bytes_in_it(plain: Plain, junk: bytes, at: int) -> None:
    text = json.dumps(plain).encode()
    result = call("describe", "-", stdin=text[:at] + junk + text[at:])
    assert result.code in (0, 2) and "Traceback" not in result.err


def test_python_m_is_the_same_command() -> None:
    result = run("flops", "--by", "x")
    assert is_a_message(result) and result.err.startswith("Usage: hrnet-cli flops")
    assert run("trace", "w32") == call("trace", "w32")


def test_the_name_of_a_file_does_nothing_to_a_terminal(tmp_path: Path) -> None:
    named = tmp_path / "a\x1b[31m.yaml"
    named.write_text("stage1: 1")
    err = call("trace", str(named)).err
    assert "a␛[31m.yaml:1:9: stage1: expected a mapping" in err and "\x1b" not in err


def test_an_error_is_written_without_an_import() -> None:
    """When memory has run out, an import would fail in its turn."""
    code = "import sys; from hrnet_cli.cli import fail, output; seen = set(sys.modules)\n"
    code += "try: fail('error: out of memory\\n  × less')\nexcept SystemExit: print(sorted(set(sys.modules) - seen))"
    result = python(code)
    assert (result.out, result.err) == ("[]\n", "error: out of memory\n  × less\n")
