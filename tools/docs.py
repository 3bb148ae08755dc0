"""Writes what the documents quote: `python tools/docs.py`. With `--check` it writes nothing and fails on a difference.

A document quotes a command between two markers, and what stands between them is what the command prints:

    <!-- run: hrnet-cli presets -->
    <!-- end -->

A picture is named with the command that draws it: `<!-- image: docs/trace.svg hrnet-cli trace --format svg -->`.
docs/cli.md is written as a whole from the commands' own help, the tables of docs/spec.md from the fields' own texts,
and docs/schemas from the types of the results.

The page of a rule is followed from the top in a folder of its own: a block with a file's name behind its language is
that file, and under the commands of a `console` block stands what they print there. Their index is made from RULES.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import MISSING, Field, is_dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hrnet_cli.checking.settings import Settings, TableOf
from hrnet_cli.report.schemas import RESULTS, report_schema_text
from hrnet_cli.schema import HEAD_SPECS, Spec, StageSpec
from hrnet_cli.schema.fields import Size
from hrnet_cli.schema.records import entries
from hrnet_cli.schema.spec import BatchNorm, Budget, Published, Upsampling

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from commandline import call  # noqa: E402  # the tests' own way to run a command

RULES = ROOT / "docs" / "rules"
SCHEMAS = ROOT / "docs" / "schemas"
PROGRAM = (sys.executable, "-m", "hrnet_cli")
FIXED = {"COLUMNS": "80", "NO_COLOR": "1", "TERMINAL_WIDTH": "80", "PYTHONIOENCODING": "utf-8"}
ENVIRONMENT = {**os.environ, **FIXED}
QUOTE = re.compile(r"(<!-- (run|table|fields): (.+?) -->\n)(.*?)(<!-- end -->)", re.DOTALL)
STEP = re.compile(r"^```(yaml|python|console)(?: (\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
IMAGE = re.compile(r"<!-- image: (\S+) (.+?) -->")
RECORDS: dict[str, type[Any]] = {
    "spec": Spec,
    "stage": StageSpec,
    "published": Published,
    "upsampling": Upsampling,
    "batch_norm": BatchNorm,
    "budget": Budget,
    "settings": Settings,
    **{f"head {name}": head for name, head in HEAD_SPECS.items()},
}


@cache
def run(command: str) -> str:
    """What a command prints at 80 columns, without colour; `; echo exit $?` shows how it ended."""
    line, shows_exit, _ = command.partition("; echo exit $?")
    code, text = in_process(shlex.split(line)[1:], ROOT)
    if code and not shows_exit:
        raise SystemExit(f"{command}: exit {code}\n{text}")
    return text + (f"exit {code}\n" if shows_exit else "")


def in_process(arguments: list[str], folder: Path, merged: bool = False) -> tuple[int, str]:
    """Exit code and output of a command, run in this process: a new one for each would take ten times as long.

    stderr comes after stdout, or with `merged` where it is written, as a terminal shows it.
    """
    before = Path.cwd()
    os.chdir(folder)
    try:
        result = call(*arguments, env=FIXED, merged=merged)
    finally:
        os.chdir(before)
    return result.code, result.out + result.err


def quoted(match: re.Match[str]) -> str:
    """A quotation, written again from its command."""
    start, kind, what, _, end = match.groups()
    if kind == "run":
        return f"{start}```console\n$ {what}\n{run(what)}```\n{end}"
    if kind == "table":
        return start + re.sub(r"^\| (HR...) ", r"| [\1](\1.md) ", run(what), flags=re.MULTILINE) + end
    return f"{start}{field_table(RECORDS[what])}{end}"


def followed(page: str) -> str:
    """The page of a rule, with what its commands print."""
    with TemporaryDirectory() as folder:
        return STEP.sub(lambda step: step_taken(step, Path(folder)), page)


def step_taken(step: re.Match[str], folder: Path) -> str:
    """A block of a rule's page: a file is written, commands are run."""
    language, name, text = step.groups()
    if language != "console":
        (folder / name).write_text(text, encoding="utf-8")
        return step[0]
    lines = [line for line in text.splitlines() if line.startswith("$ ")]
    return "\n".join(["```console", *(f"{line}\n{shell(line[2:], folder)}".rstrip("\n") for line in lines), "```"])


def shell(command: str, folder: Path) -> str:
    """What a line of bash prints in a folder, all of it."""
    words = shlex.split(command)
    if words[0] == "hrnet-cli" and not set(command) & set("|;&<>$*?`"):
        return in_process(words[1:], folder, merged=True)[1]
    script = f'hrnet-cli() {{ {shlex.join(PROGRAM)} "$@"; }}; ({command}) 2>&1'
    done = subprocess.run(
        ["bash", "-c", script], stdout=subprocess.PIPE, encoding="utf-8", cwd=folder, env=ENVIRONMENT, check=False
    )
    return done.stdout


def field_table(record: type[Any]) -> str:
    """The fields of a record of the spec: name, what it means, default."""
    rows = [f"| `{item.name}` | {item.metadata['help']} | {default(item)} |" for item in entries(record).values()]
    return "\n".join(["| key | meaning | default |", "|---|---|---|", *rows]) + "\n" if rows else "No fields.\n"


def default(item: Field[Any]) -> str:
    """A field's default as the YAML it stands for."""
    if item.default is MISSING:
        return "required"
    if item.default in (None, "") or is_dataclass(item.default):
        return ""
    if isinstance(item.metadata["kind"], Size):
        return f"`{'x'.join(str(number) for number in item.default if number)}`"
    if isinstance(item.metadata["kind"], TableOf):
        return f"`{dict(item.default)}`"
    return f"`{yaml_words(item.default)}`"


def yaml_words(value: Any) -> str:
    """A plain value as YAML writes it."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(yaml_words, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def cli() -> str:
    """docs/cli.md: the help of every command."""
    names = re.findall(r"^  (\w+)  ", run("hrnet-cli --help").partition("Commands:")[2], re.MULTILINE)
    parts = ["# Commands\n", "Written by `make docs` from the commands' own help.\n"]
    for name in ("", *names):
        command = " ".join(["hrnet-cli", name]).strip()
        parts.append(f"## {command}\n\n```text\n{run(f'{command} --help')}```\n")
        if name == "presets":
            parts.append(f"### {command} show\n\n```text\n{run(f'{command} show --help')}```\n")
    return "\n".join(parts)


def documents() -> dict[Path, str]:
    """Every document as it should be."""
    made = {ROOT / "docs" / "cli.md": cli()}
    for path in (*sorted(ROOT.glob("README*.md")), *sorted((ROOT / "docs").glob("*.md")), RULES / "README.md"):
        if path not in made:
            text = path.read_text(encoding="utf-8")
            made[path] = QUOTE.sub(quoted, text)
            made |= {ROOT / picture: run(command) for picture, command in IMAGE.findall(text)}
    made |= {SCHEMAS / f"{command}.json": report_schema_text(command) for command in RESULTS}
    return made | {path: followed(path.read_text(encoding="utf-8")) for path in sorted(RULES.glob("HR*.md"))}


CHECK = "--check" in sys.argv


def main() -> None:
    """Write the documents, or say which are not as they should be."""
    stale = []
    for path, text in documents().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(str(path.relative_to(ROOT)))
            if not CHECK:
                path.parent.mkdir(exist_ok=True)
                path.write_text(text, encoding="utf-8")
    if stale:
        print(("stale, run make docs: " if CHECK else "written: ") + ", ".join(stale))
    raise SystemExit(1 if stale and CHECK else 0)


if __name__ == "__main__":
    main()
