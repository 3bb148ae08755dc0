"""Whatever a file, a name or an argument holds, no command's output acts on a terminal, a CI or a page."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from commandline import PROGRAM, ROOT, Result, call, environment
from markdown_pages import unwanted
from runners import COLOR, JOINERS, acting, github_commands, other_commands
from sarif import sarif_validator

from hrnet_cli.cli import inert
from hrnet_cli.cli.inert import SYNTAXES
from hrnet_cli.cli.output import ASCII_STAND_INS, write_stderr
from hrnet_cli.report.findings import CHECK_FORMATS
from hrnet_cli.report.formats import FORMATS

pytestmark = pytest.mark.hostile

PAYLOADS = [
    "::error file=README.md,line=1::approved by nobody",
    "aaaaaaaaaaaaaaa ::error::pwned by wrapping ::add-mask::e ::stop-commands::x",
    "\u2003\u00a0::warning::behind blanks",
    ":\ufe0f:error::around what has no weight #\u034f#\u200d[error]x",
    "%0A::error::x %25 %0D%0A::error::y \\::error::x \\##[group] {0} %s ${x} {{y}}",
    "##[error file=README.md;line=1]pwned ###[group]x ##\u200b[group]y",
    "##vso[task.setvariable variable=PATH]x ##VSO[task.complete] ##teamcity[buildStatus status='SUCCESS']",
    "section_start:1:x\r\x1b[0K section_end:1:x\r\x1b[0K \x9b31mRED \x1b[31mred\x1b[0m \x1b]8;;x\x07link "
    "\x00\x08\x7f \u202eturned\u202c \u2066around\u2069 \u200emarked\u200f \u061c\u200b\ufeff\u00ad",
    "line\n::error::break\r::error::return\x0b::error::x\x0c::error::x\x85::error::x\u2028::error::x\u2029::error::x",
    "@torvalds https://evil.example/x www.evil.example GH-2 octo/repo#3 #1 !1 :tada: evil@example.com",
    "0123456789abcdef0123456789abcdef01234567 $x$ $$y$$ [^1] [a](https://b.example) ![c](d)",
    "<img src=x onerror=alert(1)><!-- --> ]]> &amp; &#35;#[group] | a ` b `` c ~~d~~ **e** _f_",
]
WIDTHS: list[dict[str, str]] = [{"COLUMNS": "40"}, {"COLUMNS": "80"}, {}]
STAGE = {"num_modules": 1, "num_branches": 1, "block": "BASIC", "num_blocks": [1], "num_channels": [4]}
SMALL = {"stage1": STAGE, "input": "32x32"}


# What is true of every output


def check_result(result: Result, format: str) -> None:
    """Neither stream acts on anything, and standard output is what its format says."""
    assert result.code in (0, 1, 2)
    check_inert(result.err)
    check_inert(result.out, format)
    if result.out:
        READERS[format](result.out)


def check_inert(text: str, format: str = "text") -> None:
    """It has no command of a CI but our own, and no character that acts."""
    plain = COLOR.sub("", text) if format == "coloured" else text
    assert not acting(plain)
    assert SYNTAXES.get(format) is not inert.STRINGS or not set(JOINERS) & set(text)
    for seen in dict.fromkeys((text, plain)):
        assert not other_commands(seen)
        commands = github_commands(seen)
        if format == "github":
            assert len(commands) == seen.count("\n")
            for command in commands:
                assert command.name in ("error", "warning", "notice")
                assert command.properties.keys() <= {"file", "line", "endLine", "col", "endColumn", "title"}
        else:
            assert commands == []


def read_sarif(text: str) -> None:
    sarif_validator().validate(json.loads(text))


def read_gitlab(text: str) -> None:
    for issue in json.loads(text):
        assert {"description", "check_name", "fingerprint", "severity", "location"} == issue.keys()
        assert issue["location"]["lines"]["begin"] >= 1 and "\n" not in issue["location"]["path"]


def read_json(text: str) -> None:
    """`call` holds it against the schema of its command."""
    for finding in json.loads(text).get("findings", []):
        assert min(finding[each] or 1 for each in ("line", "column", "end_line", "end_column")) >= 1


def read_markdown(text: str) -> None:
    assert not unwanted(text)


READERS: dict[str, Callable[[str], object]] = {
    "text": str,
    "coloured": str,
    "github": str,
    "json": read_json,
    "sarif": read_sarif,
    "gitlab": read_gitlab,
    "junit": ElementTree.fromstring,
    "svg": ElementTree.fromstring,
    "markdown": read_markdown,
    "yaml": yaml.safe_load,
    "python": ast.parse,
}


def call_in_formats(*words: str, formats: dict[str, Any]) -> None:
    """Text at every width and in colours, and every other format."""
    for variables in WIDTHS:
        check_result(call(*words, env=variables), "text")
    check_result(call(*words, "--color", "always", env=WIDTHS[1]), "coloured")
    for format in formats.keys() - {"text"}:
        check_result(call(*words, "--format", format), format)


# Where a text can come from


@pytest.fixture(params=PAYLOADS, ids=range(len(PAYLOADS)))
def payload(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    text: str = request.param
    return text


def drawn(text: str) -> str:
    """A payload that may be the name of a network: without what is not printable."""
    return "".join(filter(str.isprintable, text))


def file_name(text: str) -> str:
    """A payload that may be the name of a file, and of one that is no option."""
    return text.replace("/", "|").replace("\0", "")[:120].lstrip("-")


def named(text: str) -> str:
    """A spec that can be built, with a text wherever one may be."""
    published = {"params": "1M", "flops": "1G", "source": drawn(text), "note": drawn(text)}
    return json.dumps({**SMALL, "name": drawn(text), "published": published})


def files(text: str) -> Iterator[tuple[str, str]]:
    """Files by name, with a text at every place where a file can have one."""
    value, comment = json.dumps(text), text.replace("\n", " ")
    stage = json.dumps(STAGE)
    yield f"{file_name(text)}.yaml", f"{value}: 1\nstage1: {stage}\n"
    yield f"folder/{file_name(text)}/a.yaml", f"stage1: {{block: {value}}}\n"
    yield "keys.yaml", f"{value}: 1\nstage1: {{{value}: 2, {stage[1:]}\nhead: {{{value}: 1}}\nbudget: {{{value}: 1}}\n"
    yield "twice.yaml", f"{value}: 1\n{value}: 2\nstage1: {stage}\n"
    yield (
        "values.yaml",
        f"name: [{value}]\ninput: {value}\nhead: {{type: {value}, task: {value}}}\nupsampling: {{mode: {value}}}\n"
        f"batch_norm: {{eps: {value}}}\npublished: {{params: {value}, source: {value}, license: {value}}}\n"
        f"budget: {{max_params: {value}}}\nstage1: {{block: {value}, num_modules: {value}, num_blocks: [{value}]}}\n"
        f'"stage{value[1:-1]}": 1\nstem_widths: {value}\nmulti_scale_output: {value}\n',
    )
    yield "name.yaml", f"name: {value}\nstage1: {stage}\n"
    yield "tag.yaml", f"stage1: !<{text}> 1\nstage2: !{text} 1\n"
    yield "raw.yaml", f'stage1: {stage} # {comment}\nx: 1 # {comment}\n"{comment}": 1\n'
    yield "broken.yaml", f"stage1: {{ # {comment}\n{comment}\n"
    yield "alias.yaml", f"stage1: *{comment}\n"
    for number, codes in enumerate((text, "HR004", "HR001")):
        yield f"ignore{number}.yaml", f"stage1: {stage}\nx: 1 # hrnet: ignore[{codes}] {comment}\n"
    backbone = f"type='HRNet', norm_cfg=dict(type={text!r}), act_cfg=dict(type={text!r}), conv_cfg={text!r}, "
    extra = f"extra=dict(stage1={stage}, stage2=dict(block={text!r}, num_channels=({text!r},)), **{{{text!r}: 1}})"
    yield "config.py", f"model = dict(type={text!r}, backbone=dict({backbone}{extra})) # {comment}\n{text[:4]}\n"
    yield "model.py", f"model = dict(type='TopDown', backbone=dict({backbone}{extra})) # {comment}\n"
    yield "base.py", f"_base_ = {text!r} # {comment}\nmodel = dict(backbone=dict(type='HRNet'))\n"
    yield "bases.yaml", f"_BASE_: {value}\nMODEL: {{NAME: {value}}}\n"
    yield (
        "official.yaml",
        f"MODEL: {{NAME: {value}, PRETRAINED: {value}, EXTRA: {{STAGE1: {{BLOCK: {value}}}, {value}: 1, "
        f"FINAL_CONV_KERNEL: {value}, STAGE2: {{FUSE_METHOD: {value}, NUM_BRANCHES: {value}}}}}}}\nTASK: {value}\n",
    )


def write_files(text: str) -> list[str]:
    """The files that the system and UTF-8 can have."""
    written = []
    for name, content in files(text):
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="")
        written.append(name)
    return written


# The commands


def test_check_of_every_place(payload: str) -> None:
    write_files(payload)
    call_in_formats("check", ".", "-", formats=CHECK_FORMATS)
    check_result(call("check", ".", "--statistics"), "text")


def test_a_file_has_the_same_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = [name for text in PAYLOADS[4:7] for name in write_files(text)]
    for format in CHECK_FORMATS:
        written = call("check", *names, "--format", format).out
        assert call("check", *names, "--format", format, "-o", "out").out == ""
        assert Path("out").read_bytes().decode() == written != ""


def test_a_summary_of_a_step(payload: str) -> None:
    call("check", *write_files(payload), "--step-summary", env={"GITHUB_STEP_SUMMARY": "summary"})
    summary = Path("summary").read_bytes().decode()
    check_inert(summary, "markdown")
    assert not unwanted(summary)


@pytest.mark.parametrize("command", ["describe", "trace", "fuse", "flops"])
def test_a_network_of_any_name(command: str, payload: str) -> None:
    name = f"{file_name(payload)}.yaml"
    Path(name).write_text(named(payload), encoding="utf-8")
    call_in_formats(command, name, formats=FORMATS)
    assert json.loads(call(command, name, "--format", "json").out)["network"] == drawn(payload)


def test_the_difference_between_networks_of_any_name(payload: str) -> None:
    name = f"{file_name(payload)}.yaml"
    Path(name).write_text(named(payload), encoding="utf-8")
    Path("other.yaml").write_text(json.dumps({**SMALL, "name": "other"}))
    call_in_formats("diff", name, "other.yaml", formats=FORMATS)
    call_in_formats("diff", name, name, formats={})


@pytest.mark.parametrize("command", ["describe", "convert"])
def test_a_file_that_cannot_be_read(command: str, payload: str) -> None:
    for name in write_files(payload):
        check_result(call(command, name), "text")


def test_a_lock_of_any_name(payload: str) -> None:
    name, lock = f"{file_name(payload)}.yaml", f"{file_name(payload)}.lock"
    Path(name).write_text(named(payload), encoding="utf-8")
    for words in (["lock", name, "--lock", lock], ["lock", "--update", "--lock", lock]):
        for variables in WIDTHS:
            check_result(call(*words, env=variables), "text")
    text = Path(lock).read_bytes().decode()
    assert list(yaml.safe_load(text)["specs"]) == [name]
    check_inert(text)
    Path(name).write_text(named(payload).replace("[4]", "[8]"), encoding="utf-8")
    check_result(call("lock", name, "--lock", lock, "--color", "always"), "coloured")
    call_in_formats("check", name, "--locked", "--lock", lock, formats={"github": ()})
    Path(lock).write_text(f"{text}\n{json.dumps(payload)}: {json.dumps(payload)}\n", encoding="utf-8")
    check_result(call("check", name, "--locked", "--lock", lock), "text")
    check_result(call("lock", name, "--lock", lock), "text")


def test_what_is_written_from_a_network_of_any_name(payload: str) -> None:
    Path("named.yaml").write_text(named(payload), encoding="utf-8")
    dialects = {"yaml": "yaml", "json": "yaml", "official": "yaml", "timm": "text", "mmlab": "python"}
    for dialect, format in dialects.items():
        result = call("convert", "named.yaml", "--to", dialect)
        check_result(result, format)
        name = f"{file_name(payload)}.out"
        check_result(call("convert", "named.yaml", "--to", dialect, "-o", name), format)
        if result.code == 0:
            assert Path(name).read_bytes().decode() == result.out
        if dialect in ("yaml", "json"):
            assert yaml.safe_load(result.out)["name"] == drawn(payload)


def test_a_spec_that_starts_from_a_network_of_any_name(payload: str) -> None:
    Path("named.yaml").write_text(named(payload), encoding="utf-8")
    check_result(call("init", "-", "--from", "named.yaml", "--schema", payload.replace("\0", "")), "yaml")
    name = f"{file_name(payload)}.yaml"
    for _ in range(2):
        check_result(call("init", name), "text")
    text = Path(name).read_bytes().decode()
    check_inert(text)
    assert yaml.safe_load(text)["stage1"]


def test_settings_of_any_key_and_value(payload: str) -> None:
    Path("spec.yaml").write_text(json.dumps(SMALL))
    value, name = json.dumps(payload), f"{file_name(payload)}.toml"
    for text in (
        f"{value} = 1",
        f"select = [{value}]",
        f"lock = {value}",
        f"severity = {{{value} = {value}}}",
        payload,
    ):
        Path(name).write_text(text, encoding="utf-8", newline="")
        check_result(call("check", "spec.yaml", "--config", name), "text")
        Path(name).rename(".hrnet-cli.toml")
        check_result(call("check", "spec.yaml", env=WIDTHS[0]), "text")
        Path(".hrnet-cli.toml").unlink()
    check_result(call("check", "spec.yaml", "--config", name), "text")


ARGUMENTS = [
    *("{}", "describe {}", "describe w32 {}", "describe w32#{}", "describe timm:{}", "describe git:{}:{}", "check {}"),
    *("describe --{}", "describe --format {}", "describe --input {}", "describe --stage {}", "describe -o {}/x"),
    *(
        "check w32 --select {}",
        "check w32 --severity {}",
        "check w32 --severity HR4={}",
        "check w32 --lock {} --locked",
    ),
    *("check w32 --max-params {}", "check w32 --format {}", "check w32 --config {}", "check w32 --dialect {}"),
    *("rule {}", "presets show {}", "presets --task {}", "schema --report {}", "init --from {}", "init {}/x/{}"),
    *("convert w32 --to {}", "lock {}", "lock w32 --lock {}/x", "diff {} w32", "trace {} --device {}", "flops --by {}"),
]


def test_any_argument(payload: str) -> None:
    for line in ARGUMENTS:
        words = [word.replace("{}", payload.replace("\0", "")) for word in line.split()]
        check_result(call(*words, env=WIDTHS[0]), "text")


def test_a_line_break_in_a_name_is_none_in_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    name = "a\nb"
    Path(name).mkdir()
    texts = {
        f"{name}/pyproject.toml": "",
        f"{name}.yaml": "x: 1",
        f"{name}.toml": "x = 1",
        f"{name}.bad": "x",
        f"{name}.bin": "\xff",
    }
    for file, text in texts.items():
        Path(file).write_text(text, encoding="latin-1")
    lines = ["check {}", "trace {}", "trace {}.yaml", "trace {}.bin", "check {}.yaml", "trace {}#x", "check {}.yaml#{}"]
    lines += [f"check w32 --config {{}}{suffix}" for suffix in ("", ".toml", ".bad", ".no", "/pyproject.toml")]
    lines += [f"check w32 --locked --lock {{}}{suffix}" for suffix in ("", ".toml", ".bin", ".no")]
    lines += ["trace w32 {} {}", "{}", "diff {}.yaml w32", "init {}", "init {}/x", "convert w32 -o {}", "lock {}.yaml"]
    for line in lines:
        result = call(*(word.replace("{}", name) for word in line.split()))
        assert not [each for each in (result.out + result.err).split("\n") if each.startswith("b")], line


@pytest.mark.parametrize(
    "words", ["rule --list", "rule HR301", "presets --task landmarks", "describe w32", "diff w32 w48"]
)
def test_our_own_texts(words: str) -> None:
    for format in FORMATS:
        if not (words == "rule HR301" and format == "markdown"):  # a page of the documentation, as it is
            check_result(call(*words.split(), "--format", format), format)


def test_a_diagnosis(payload: str) -> None:
    spec = {**json.loads(named(payload)), "head": {"type": "heatmap", "final_conv_kernel": 15}}
    Path("named.yaml").write_text(json.dumps(spec), encoding="utf-8")
    for variables in WIDTHS:
        result = call("flops", "named.yaml", "--input", "8x8", env=variables)
        assert result.code == 2 and "cannot go through" in result.err
        check_result(result, "text")
    coloured = call("flops", "named.yaml", "--input", "8x8", "--color", "always")
    check_inert(coloured.err, "coloured")


# The filter itself


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("format", ["text", *SYNTAXES])
def test_what_a_filtered_text_still_says(format: str, payload: str) -> None:
    syntax = SYNTAXES.get(format, inert.TEXT)
    if syntax is inert.STRINGS:
        text = inert.inert(json.dumps({payload: [payload]}, ensure_ascii=False), syntax)
        assert json.loads(text) == {payload: [payload]}
        check_inert(text, format)
    elif syntax is inert.XML:
        element = ElementTree.Element("a", b=payload)
        element.text = payload
        text = inert.inert(ElementTree.tostring(element, encoding="unicode"), syntax)
        read = ElementTree.fromstring(text)
        for value in (read.get("b"), read.text):
            assert value is not None and len(value) == len(payload)
            assert [a for a, b in zip(value, payload, strict=True) if a != b and b > " "] == []
        check_inert(text, format)
    elif format != "github":
        text = inert.inert(payload)
        check_inert(text)
        assert inert.inert(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", ":\\:error::x"),
        ("a\n \u2003 ::x::", "a\n \u2003 :\\:x::"),
        (":::x::", ":\\::x::"),
        ("a ::x::", "a ::x::"),
        ("a##[x]", "a#\\#[x]"),
        ("###[x]", "##\\#[x]"),
        ("##vso[x]", "#\\#vso[x]"),
        ("## [x] # ##", "## [x] # ##"),
        ("\ufe0f::x::", "\ufffd::x::"),
        ("a\tb\rc\x85d\u202ee", "a\u2409b\u240dc\ufffdd\ufffde"),
        (
            "❤\ufe0f 👩\u200d💻 1\ufe0f\u20e3 می\u200cخواهم 葛\U000e0100",
            "❤\ufe0f 👩\u200d💻 1\ufe0f\u20e3 می\u200cخواهم 葛\U000e0100",
        ),
    ],
)
def test_how_a_broken_command_looks(text: str, shown: str) -> None:
    assert inert.inert(text) == shown


def test_json_has_no_joiners() -> None:
    assert inert.inert('"👩\u200d💻"', inert.STRINGS) == '"👩\\u200d💻"'


def test_a_line_of_a_message_stays_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    write_stderr("a\n::error::b", "c")
    assert capsys.readouterr().err == "a\u240a::error::b\nc\n"


def test_every_syntax_is_that_of_a_format() -> None:
    assert SYNTAXES.keys() <= FORMATS.keys() | CHECK_FORMATS.keys()


def test_nothing_else_writes_to_the_streams() -> None:
    """A version and a progress line are ours alone; all else passes the filter."""
    writing = re.compile(r"(?<!\.)\bprint\(|\.echo\(|sys\.(?:stdout|stderr)\.write|warnings\.warn\(")
    found = {
        str(path.relative_to(ROOT / "src" / "hrnet_cli")): len(lines)
        for path in (ROOT / "src").rglob("*.py")
        if (lines := writing.findall(path.read_text(encoding="utf-8")))
    }
    assert found == {"cli/output.py": 3, "cli/app.py": 1, "cli/checking.py": 1}


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "ascii"])
def test_what_stands_for_a_character_is_no_command(encoding: str, tmp_path: Path) -> None:
    """Stand-ins are written last, where the encoding of standard output lacks a character."""
    name = "".join(ASCII_STAND_INS) + "[error]q.yaml"
    for each in (name, "██[error]q.yaml", "██vso[task]q.yaml"):
        (tmp_path / each).write_text("num_branches: 1\n")
    words = [*PROGRAM, "check", *(each.name for each in tmp_path.iterdir())]
    env = environment({"PYTHONIOENCODING": encoding})
    done = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, check=False)
    assert done.returncode == 1 and b"[error]q.yaml" in done.stdout and b"##" not in done.stdout
    assert not set(ASCII_STAND_INS.values()) & {"#", ":", "\\"}
