"""What is made to cost much, through the command line.

It ends in little memory, with an exit code that means what it says, and another file keeps its findings.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

if sys.platform != "linux":
    pytest.skip("limits and figures of memory are Linux's", allow_module_level=True)

from commandline import PROGRAM, environment
from hostile.bombs import FOLDERS, LOCKS, SETTINGS, TEXTS
from hostile.measured import Measured, run_measured

pytestmark = [pytest.mark.hostile, pytest.mark.slow]
MAX_EXTRA_BYTES = 200_000_000
"""Above what the check of a small file takes."""
BESIDE = "beside.yaml"
GOOD = """\
input: 1x3x64x64
stage1: {num_modules: 1, num_branches: 1, block: BASICK, num_blocks: [1], num_channels: [4]}
"""
"""A file with one finding of its own: the block's name, on line 2."""
Record = Callable[[str, object], None]


class Trial:
    """A folder with a file that has a finding, and checks of it and of what is hostile beside it."""

    def __init__(self, folder: Path, start_up_bytes: int) -> None:
        self.start_up_bytes = start_up_bytes
        self.report = folder / "report.json"
        self.folder = folder / "checkout"
        self.folder.mkdir()
        (self.folder / BESIDE).write_text(GOOD)

    def write(self, name: str, content: str | bytes) -> None:
        data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
        (self.folder / name).write_bytes(data)

    def check(self, *arguments: str, files: int = 1) -> list[dict[str, Any]]:
        """The results of a check as SARIF; it held what is promised. `files` of them are hostile."""
        measured = self.measure("check", *arguments, "--format", "sarif", files=files)
        (run,) = json.loads(measured.out)["runs"] if measured.out else [{"results": []}]
        results: list[dict[str, Any]] = run["results"]
        assert not [each for each in results if each["ruleId"] == "HR019"]
        regions = [each["locations"][0]["physicalLocation"].get("region", {}) for each in results]
        assert all(number >= 1 for region in regions for number in region.values())
        assert results or measured.err, "nothing was found, and nothing was said"
        return results

    def measure(self, *arguments: str, files: int = 1) -> Measured:
        """What a command took; it held what is promised."""
        measured = run_measured([*PROGRAM, *arguments], self.folder, self.report, environment(), files)
        assert measured.code in (0, 1, 2), f"exit {measured.code} after {measured.seconds:.1f} s: {measured.err}"
        assert "Traceback" not in measured.err
        extra = measured.bytes - self.start_up_bytes
        assert extra <= MAX_EXTRA_BYTES, f"{extra / 1e6:.0f} MB above start-up"
        return measured


def has_finding_beside(results: list[dict[str, Any]]) -> bool:
    """Whether the file that is not hostile has its finding, and no other."""
    places = [(each["ruleId"], each["locations"][0]["physicalLocation"]) for each in results]
    beside = [(code, place["region"]) for code, place in places if place["artifactLocation"]["uri"] == BESIDE]
    return [(code, region["startLine"]) for code, region in beside] == [("HR008", 2)]


@pytest.fixture(scope="session")
def start_up_bytes(tmp_path_factory: pytest.TempPathFactory) -> int:
    """The memory of a check of a small file."""
    return Trial(tmp_path_factory.mktemp("start-up"), 0).measure("check", BESIDE).bytes


@pytest.fixture
def trial(tmp_path: Path, start_up_bytes: int) -> Trial:
    return Trial(tmp_path, start_up_bytes)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Some configs for each process, and what is in the folder that an option names."""
    if "names" in metafunc.fixturenames:
        names, count = list(TEXTS), metafunc.config.getoption("hostile_together")
        metafunc.parametrize("names", [names[at : at + count] for at in range(0, len(names), count)], ids=" ".join)
    if "foreign" in metafunc.fixturenames:
        folder = metafunc.config.getoption("hostile_folder")
        metafunc.parametrize("foreign", foreign_configs(Path(folder)) if folder else [], ids=" ".join)


def test_configs(names: list[str], trial: Trial, record_property: Record) -> None:
    for name in names:
        trial.write(name, TEXTS[name]())
    assert has_finding_beside(trial.check(*names, BESIDE, files=len(names)))
    record_property("tried bombs", len(names))


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file(name: str, trial: Trial, record_property: Record) -> None:
    trial.write("hrnet.lock", LOCKS[name]())
    assert has_finding_beside(trial.check(BESIDE, "--locked"))
    record_property("tried bombs", 1)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_settings_file(name: str, trial: Trial, record_property: Record) -> None:
    """One that cannot be read ends the check with its message: it could have asked for other rules."""
    trial.write(".hrnet-cli.toml", SETTINGS[name]())
    results = trial.check(BESIDE)
    assert has_finding_beside(results) or not results
    record_property("tried bombs", 1)


@pytest.mark.parametrize("make", FOLDERS, ids=lambda make: str(make.__name__))
def test_a_folder(make: Callable[[Path], None], trial: Trial, record_property: Record) -> None:
    """Nothing in it is run, and no line is shown of a file that is elsewhere; as text too."""
    make(trial.folder)
    results = trial.check(".")
    assert has_finding_beside(results)
    text = trial.measure("check", ".").out.decode(errors="replace")
    assert f"{BESIDE}:2:" in text
    assert not (trial.folder / "proof").exists() and "root:" not in text + json.dumps(results)
    record_property("tried bombs", 1)


# Generators and files of a folder that is named on the command line

ENDINGS = (".yaml", ".yml", ".json", ".py")


def foreign_configs(folder: Path) -> list[list[str]]:
    """Each config of a folder, and each function of a program there that writes its result to standard output."""
    found: list[list[str]] = []
    for path in sorted(each for each in folder.rglob("*") if each.suffix in ENDINGS):
        text = path.read_text(errors="replace")
        if path.suffix == ".py" and "sys.stdout.write" in text:
            functions = (each for each in ast.parse(text).body if isinstance(each, ast.FunctionDef))
            found += [[str(path), each.name] for each in functions if len(each.args.args) == len(each.args.defaults)]
        else:
            found.append([str(path)])
    return found


def test_a_foreign_config(foreign: list[str], trial: Trial, record_property: Record) -> None:
    """A generator of `python_….py` makes Python, any other YAML or JSON."""
    path, name = Path(foreign[0]), "-".join(Path(each).name for each in foreign)
    if len(foreign) > 1:
        content = subprocess.run([sys.executable, *foreign], stdout=subprocess.PIPE, check=True).stdout
        name += ".py" if path.name.startswith("python") else ".yaml"
    else:
        content = path.read_bytes()
    trial.write(name, content)
    assert has_finding_beside(trial.check(name, BESIDE))
    record_property("tried bombs", 1)
