"""docs/extending, followed to the letter: on a copy of the package, with the page's own edits, files and commands."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from commandline import ROOT, environment

PAGES = ROOT / "docs" / "extending"
PYTHON = shlex.quote(sys.executable)
BLOCK = re.compile(r"^(```|~~~)(python|diff|yaml|markdown|console)(?: (\S+))?\n(.*?)^\1$", re.MULTILINE | re.DOTALL)


class Step(NamedTuple):
    """A fenced block of a page: `console` is a command and what it prints, all others name a file."""

    kind: str
    file: str
    text: str

    @property
    def needs_torch(self) -> bool:
        command = self.text.partition("\n")[0]
        return "verify" in command or "torch" in command


def steps(page: str) -> list[Step]:
    """The blocks of a page in order; one with several commands as a step for each."""
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    found = [Step(*block) for _, *block in BLOCK.findall(text)]
    assert not re.search("^(```|~~~)", BLOCK.sub("", text), re.MULTILINE), f"{page}.md has a block of another kind"
    result = []
    for step in found:
        parts = re.split(r"^\$ ", step.text, flags=re.MULTILINE)[1:] if step.kind == "console" else [step.text]
        result += [step._replace(text=part) for part in parts]
    return result


def edited(text: str, diff: str) -> str:
    """The text with each edit made at the one place where its old lines stand."""
    for edit in diff.split("@@\n"):
        lines = [(line[:1], line[1:]) for line in edit.splitlines(keepends=True)]
        assert {sign for sign, _ in lines} <= {" ", "-", "+"}, f"no sign before a line:\n{edit}"
        old, new = ("".join(line for sign, line in lines if sign in (" ", keeps)) for keeps in "-+")
        assert text.count(f"\n{old}") == 1, f"stands {text.count(old)} times, and not once:\n{old}"
        text = text.replace(f"\n{old}", f"\n{new}")
    return text


class Copy(NamedTuple):
    """A copy of the package in which a page has been followed."""

    folder: Path
    page: str

    def run(self, script: str, *more: str) -> str:
        """What a line of bash prints, stdout and stderr, with `hrnet-cli` the copy's command; at 80 columns."""
        command = f'hrnet-cli() {{ {PYTHON} -m hrnet_cli "$@"; }}; {script}'
        path = ":".join([str(self.folder / "src"), *more])
        done = subprocess.run(
            ["bash", "-c", command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
            env=environment({"COLUMNS": "80", "NO_COLOR": "1", "PYTHONPATH": path}),
            check=False,
            timeout=120,
        )
        return done.stdout.decode()

    def python(self, code: str) -> str:
        """What Python code prints; `tests` and `tests/model` can be imported."""
        return self.run(f"{PYTHON} - <<'END'\n{code}\nEND\n", str(ROOT / "tests"), str(ROOT / "tests/model"))

    def shows(self, step: Step) -> None:
        """Run a console block and hold it against what the page says it prints."""
        command, _, printed = step.text.partition("\n")
        pattern = "(.*\n)*?".join(re.escape(part) for part in re.split(r"^\.\.\.\n", printed, flags=re.MULTILINE))
        out = self.run(command)
        assert re.fullmatch(pattern, out), f"{self.page}.md: {command} prints\n{out}"


def follow(page: str, folder: Path) -> Copy:
    """Do what a page says, in a copy."""
    source = Path("src/hrnet_cli")
    shutil.copytree(ROOT / source, folder / source, ignore=shutil.ignore_patterns("__pycache__"))
    for shipped in ("presets", "docs/rules"):
        shutil.copytree(ROOT / shipped, folder / shipped)
    for step in steps(page):
        if step.kind == "diff":
            file = folder / step.file
            file.write_text(edited(file.read_text(), step.text))
        elif step.kind != "console":
            file = folder / step.file
            assert not file.exists(), f"{step.file} is there already"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(step.text)
    return Copy(folder, page)


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Copy]:
    """Made when they are asked for, and once."""

    class Copies(dict[str, Copy]):
        def __missing__(self, page: str) -> Copy:
            self[page] = follow(page, tmp_path_factory.mktemp(page))
            return self[page]

    return Copies()


def test_the_index_names_every_page() -> None:
    named = set(re.findall(r"\((\w+)\.md\)", (PAGES / "README.md").read_text()))
    assert named == {path.stem for path in PAGES.glob("*.md")} - {"README"}


@pytest.mark.parametrize("page", ["block", "head", "dialect", "format", "rule"])
def test_what_the_page_shows(page: str, copies: dict[str, Copy]) -> None:
    shown = [step for step in steps(page) if step.kind == "console" and not step.needs_torch]
    assert shown
    for step in shown:
        copies[page].shows(step)


@pytest.mark.slow
@pytest.mark.torch
@pytest.mark.parametrize("page", ["block", "head"])
def test_what_the_page_shows_of_torch(page: str, copies: dict[str, Copy]) -> None:
    for step in steps(page):
        if step.needs_torch:
            copies[page].shows(step)


BOTH_ENGINES = """
from support import calls
from hrnet_cli import load_spec, trace
from hrnet_cli.lowering import lower
from hrnet_cli.model import build_network

spec = load_spec("toy.yaml")
assert calls(trace(spec)) == calls(trace(spec, engine="torch"))
ours = {key: tensor.shape for key, tensor in build_network(spec).state_dict().items()}
theirs = {key: tuple(tensor.shape) for key, tensor in lower(build_network(spec)).state_dict().items()}
assert ours == theirs
print([key for key in ours if WHAT in key][0])
"""


@pytest.mark.slow
@pytest.mark.torch
@pytest.mark.parametrize(
    ("page", "key"),
    [("block", "stage2.0.branches.0.0.body.3.weight"), ("head", "points.weight")],
    ids=["block", "head"],
)
def test_both_engines_have_the_same_calls_and_keys(page: str, key: str, copies: dict[str, Copy]) -> None:
    assert copies[page].python(BOTH_ENGINES.replace("WHAT", repr(key))) == f"{key}\n"


REGISTRIES = """
from typing import get_args

import test_registries
from hrnet_cli.cli.options import Format
from hrnet_cli.report.formats import FORMATS

for name, test in vars(test_registries).items():
    if name.startswith("test_"):
        test()
assert list(get_args(Format)) == list(FORMATS)
print("complete")
"""


@pytest.mark.parametrize("page", ["block", "head", "format"])
def test_no_row_is_missing(page: str, copies: dict[str, Copy]) -> None:
    assert copies[page].python(REGISTRIES) == "complete\n"


def test_a_block_reads_back_from_its_own_words(copies: dict[str, Copy]) -> None:
    again = copies["block"].run("hrnet-cli convert toy.yaml -o again.yaml && hrnet-cli trace again.yaml")
    assert again == copies["block"].run("hrnet-cli trace toy.yaml")


def test_an_edit_that_fits_nowhere_is_said() -> None:
    with pytest.raises(AssertionError, match="stands 0 times"):
        edited("a\nb\n", "-c\n+d\n")
