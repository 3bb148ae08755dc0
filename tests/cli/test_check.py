"""`hrnet-cli check` as CI calls it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from commandline import PROGRAM, call, environment, is_a_message, python, run, shell

from hrnet_cli.dialects.table import BUILDERS, write_spec
from hrnet_cli.sources import load_spec, preset_path

GOOD = preset_path("w32").read_text()
BAD = GOOD.replace("BASIC", "BASICK", 1)
ODD = GOOD.replace("1x3x256x192", "1x3x250x192")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(*arguments: str) -> list[dict[str, Any]]:
    findings: list[dict[str, Any]] = json.loads(call("check", "--format", "json", *arguments).out)["findings"]
    return findings


def test_exit_codes(here: Path) -> None:
    Path("good.yaml").write_text(GOOD)
    Path("bad.yaml").write_text(BAD)
    assert call("check", "good.yaml").code == 0
    assert call("check", "bad.yaml").code == 1
    assert call("check", "bad.yaml", "--exit-zero").code == 0
    assert call("check", "good.yaml", "nosuch.yaml").code == 2
    assert "HR001" in call("check", "good.yaml", "nosuch.yaml").out
    assert call("check", "cls-w18").code == 0, "a note alone is no failure"
    assert call("check", "cls-w18", "--severity", "HR405=warning").code == 1
    assert call("check", "bad.yaml", "--severity", "HR=note").code == 0
    assert call("check").code == 1, "this folder, where nothing is named"


@pytest.mark.parametrize("key", ["HR4", "HR405"])
@pytest.mark.parametrize("asked", ["error", "warning", "note"])
def test_a_severity_of_the_command_line_overrides_the_settings(here: Path, key: str, asked: str) -> None:
    for configured in ("error", "warning", "note"):
        (here / ".hrnet-cli.toml").write_text(f'severity = {{ HR405 = "{configured}" }}\n')
        assert {each["severity"] for each in found("cls-w18", "--severity", f"{key}={asked}")} == {asked}


def test_a_missing_file_does_not_pass_as_the_preset_of_its_name(here: Path) -> None:
    result = call("check", "w32.yaml")
    assert result.code == 2 and "no file 'w32.yaml'" in result.out and "the preset w32 without an ending" in result.out
    assert call("check", "w32").code == 0
    Path("w32.yaml").write_text(BAD)
    assert call("check", "w32.yaml").code == 1


@pytest.mark.hostile
def test_a_name_too_long_for_a_file_hides_nothing(here: Path) -> None:
    Path("bad.yaml").write_text(BAD)
    result = call("check", "bad.yaml", "a" * 300 + ".yaml")
    assert result.code == 2 and {"HR001", "HR008"} <= {*re.findall("HR[0-9]+", result.out)}


def test_standard_input(here: Path) -> None:
    result = call("check", "-", stdin=BAD.encode())
    assert result.code == 1 and "<stdin>:6:50: error HR008" in result.out
    assert call("check", "-", "-j", "2", "w32", stdin=BAD.encode()).code == 1


def test_the_shortest_remedy_for_an_input(here: Path) -> None:
    Path("odd.yaml").write_text(ODD)
    (finding,) = found("odd.yaml")
    assert (finding["code"], finding["line"], finding["path"]) == ("HR301", 4, "input")
    assert "224 or 25" in finding["remedy"] and "256" in finding["remedy"]
    assert found("odd.yaml", "--input", "256x192") == []
    assert [each["code"] for each in found("w32", "--input", "250x250")] == ["HR301"]


@pytest.mark.parametrize(
    ("option", "bound", "code", "says"),
    [
        ("--max-params", "28M", "HR501", "28,536,113 params: 536,113 (1.9%) over the budget of 28,000,000"),
        ("--max-macs", "7.6G", "HR502", "45,"),
        ("--max-activations", "1M", "HR503", "activations"),
        ("--divisor", "16", "HR504", "multiple of 16"),
        ("--divisor", "48", "HR504", "multiple of 48"),
    ],
)
def test_budgets(option: str, bound: str, code: str, says: str) -> None:
    findings = found("w32", option, bound)
    assert {finding["code"] for finding in findings} == {code}
    assert any(says in finding["message"] for finding in findings)
    larger = {"--divisor": "32"}.get(option, "100G")
    assert found("w32", option, larger) == []


def test_the_three_most_expensive_places_are_named() -> None:
    (finding,) = found("w32", "--max-params", "1M")
    assert finding["remedy"].count("stage 4 module") == 3
    (finding,) = found("w32", "--max-macs", "1M")
    assert "stage 3 module" in finding["remedy"] or "stage 4 module" in finding["remedy"]


def test_the_tightest_budget_holds(here: Path) -> None:
    Path("a.yaml").write_text(GOOD + "budget: {max_params: 20M}\n")
    (finding,) = found("a.yaml", "--max-params", "25M")
    assert finding["path"] == "budget.max_params" and "20,000,000" in finding["message"]
    (finding,) = found("a.yaml", "--max-params", "10M")
    assert finding["path"] == "" and "10,000,000" in finding["message"]


def test_dialects(here: Path) -> None:
    wide = GOOD.partition("published")[0].replace("num_channels: [32, 64, 128]}", "num_channels: [48, 64, 128]}")
    Path("wide.yaml").write_text(wide)
    assert found("wide.yaml") == []
    for dialect in BUILDERS:
        codes = {each["code"] for each in found("wide.yaml", "--dialect", dialect)}
        assert "HR201" in codes, dialect


def test_the_nearest_configuration_of_the_repository_is_read(here: Path) -> None:
    Path(".git").mkdir()
    Path("deep").mkdir()
    Path("deep/bad.yaml").write_text(BAD)
    Path("pyproject.toml").write_text('[tool.hrnet-cli]\nignore = ["HR008"]\n')
    assert call("check").code == 0
    os.chdir("deep")
    assert call("check").code == 0
    Path("pyproject.toml").write_text("[project]\n")
    assert call("check").code == 0, "a pyproject.toml that says nothing is passed over"
    Path(".hrnet-cli.toml").write_text('select = ["HR"]\n')
    assert call("check").code == 1
    assert call("check", "--config", "../pyproject.toml").code == 0
    assert call("check", "--config", "../pyproject.toml", "--ignore", "HR1").code == 1, "an option is instead"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("select = 3\n", "select"),
        ("selct = ['HR']\n", "did you mean select?"),
        ("select = [\n", "not TOML"),
        ("\xff", "not TOML"),
        ("x = " + "9" * 5000 + "\n", "not TOML"),
        ("budget = {max-params = 'many'}\n", "budget.max-params"),
    ],
)
def test_a_mistake_in_the_settings_is_a_message(text: str, says: str, here: Path) -> None:
    Path(".hrnet-cli.toml").write_bytes(text.encode("latin-1"))
    result = call("check", "w32")
    assert is_a_message(result) and says in result.err and ".hrnet-cli.toml" in result.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--select", "E501"], "--select"),
        (["--select", "HR999"], "--select"),
        (["--select", ""], "--select"),
        (["--ignore", "HR4,"], "--ignore"),
        (["--severity", "HR4"], "CODE=SEVERITY"),
        (["--severity", "HR4=bad"], "error, warning, note"),
        (["--max-params", "-3"], "--max-params"),
        (["--max-macs", "many"], "--max-macs"),
        (["--divisor", "0"], "--divisor"),
        (["--input", "0x0"], "--input"),
        (["--config", "nosuch.toml"], "nosuch.toml"),
        (["--jobs", "-1"], "jobs"),
        (["--format", "xml"], "format"),
    ],
)
def test_bad_usage(arguments: list[str], says: str, here: Path) -> None:
    result = call("check", "w32", *arguments)
    assert is_a_message(result) and says in result.err


@pytest.mark.hostile
def test_what_is_not_read_above_is_noted(here: Path) -> None:
    """Outside of git a folder is checked by itself: what an older version read above it is named."""
    for folder in ("configs/pose", "configs/_base_"):
        Path(folder).mkdir(parents=True)
    Path("configs/_base_/hrnet.py").write_text(write_spec(load_spec("w32"), "mmlab").text)
    Path("configs/pose/mine.py").write_text("_base_ = '../_base_/hrnet.py'\nx = 1\n")
    Path("configs/pose/other.yml").write_text("_base_: [x.yml, ../y.yml]\nstage2: {}\n")
    Path("configs/pose/plain.py").write_text("_base_ = ['../_base_/other.py']\n")
    Path("configs/pose/w32.yaml").write_text(GOOD)
    assert "3 files checked" in call("check", "configs").out and call("check", "configs").err == ""
    Path(".hrnet-cli.toml").write_text("locked = true\n")
    os.chdir("configs/pose")
    result = call("check")
    assert result.code == 0 and "mine.py:1:10: note HR018" in result.out
    assert result.out.endswith("\n1 note in 2 files, 2 skipped\n")
    first, second = result.err.splitlines()
    assert first == f"note: {str(here / '.hrnet-cli.toml')!r} is not read, as it lies outside of the project: " + (
        "name it with --config"
    )
    assert second == "note: 2 files skipped whose base lies outside of the folder that is checked: " + (
        "check from a folder that has both"
    )


def test_settings_and_locks_outside_of_the_repository_are_not_read(here: Path) -> None:
    """Neither above its top nor by a link; what is named may be anywhere."""
    outside, project = here / "outside", here / "project"
    for folder in (outside, project / ".git", project / "deep"):
        folder.mkdir(parents=True)
    (here / ".hrnet-cli.toml").write_text("selct = 3\n")
    (outside / "own.toml").write_text("ignore = ['HR008']\n")
    Path("project/bad.yaml").write_text(BAD)
    for name in ("project", "project/deep", "outside"):
        os.chdir(here / name)
        assert call("check", "w32").code == 0, "no settings are found"
    os.chdir(project)
    assert call("check", "bad.yaml", "--config", "../outside/own.toml").code == 0
    Path(".hrnet-cli.toml").symlink_to(outside / "own.toml")
    result = call("check", "bad.yaml")
    assert is_a_message(result) and "'.hrnet-cli.toml' lies outside" in result.err.replace(f"{project}/", "")
    Path(".hrnet-cli.toml").unlink()
    Path(".hrnet-cli.toml").write_text("lock = '../outside/hrnet.lock'\n")
    assert call("check", "w32").code == 0, "no lock file is asked for"
    Path(".hrnet-cli.toml").write_text("lock = '../outside/hrnet.lock'\nlocked = true\n")
    assert is_a_message(call("check", "w32")) and is_a_message(call("lock", "w32"))
    assert call("lock", "w32", "--lock", "../outside/hrnet.lock").code == 0
    assert call("check", "w32", "--lock", "../outside/hrnet.lock").code == 0


@pytest.mark.parametrize("option", ["--config", "--lock"])
def test_an_option_that_names_nothing(option: str, here: Path) -> None:
    result = call("check", "w32", option, "")
    assert is_a_message(result) and f"{option} is empty" in result.err


@pytest.mark.hostile
@pytest.mark.parametrize(
    "text",
    ["#" * 1_000_001, "a" + ".a" * 60 + " = 1\n", "[" + "'a b' . " * 60 + "x]\n", " [[tool.x]]\n" * 10_001],
    ids=["long", "key", "table", "tables"],
)
def test_settings_that_are_too_large(text: str, here: Path) -> None:
    Path(".hrnet-cli.toml").write_text(text)
    result = call("check", "w32")
    assert is_a_message(result) and ".hrnet-cli.toml is too large" in result.err


@pytest.mark.hostile
def test_settings_that_never_end() -> None:
    result = call("check", "w32", "--config", "/dev/zero")
    assert is_a_message(result) and "cannot read '/dev/zero': this is no regular file" in result.err


@pytest.mark.hostile
def test_a_line_of_a_file_that_is_no_config_is_not_shown(here: Path) -> None:
    """A link in a pull request may lead to any file of the machine."""
    Path("secret").write_text("user: admin\npassword: is: hunter2\n")
    Path("link.yaml").symlink_to("secret")
    result = call("check", "link.yaml")
    assert result.code == 1 and "link.yaml:2:13: error HR002" in result.out and "hunter2" not in result.out
    Path("mine.yaml").write_text("stage1: is: hunter2\n")
    assert "hunter2" in call("check", "mine.yaml").out


def test_paths_of_the_settings_are_relative_to_their_file(here: Path) -> None:
    (here / ".git").mkdir()
    (here / "configs").mkdir()
    (here / "configs" / "a.yaml").write_text(GOOD)
    (here / "configs" / "old.yaml").write_text(BAD)
    (here / ".hrnet-cli.toml").write_text("exclude = ['configs/old*']\nlocked = true\n[tool]\n[tool.x]\n")
    assert "tool" in call("check").err
    (here / ".hrnet-cli.toml").write_text("[tool.hrnet-cli]\nexclude = ['configs/old*']\nlocked = true\n")
    assert call("lock", "configs/a.yaml").code == 0
    for folder in (here, here / "configs"):
        os.chdir(folder)
        result = call("check")
        assert (result.code, result.out) == (0, "1 file checked, nothing found\n"), result


def test_a_folder_without_specs(here: Path) -> None:
    result = call("check")
    assert is_a_message(result) and "no spec" in result.err


def test_named_files_that_are_no_hrnet(here: Path) -> None:
    Path("ci.yaml").write_text("jobs: {}\n")
    Path("b.txt").write_text(GOOD)
    Path("good.yaml").write_text(GOOD)
    assert call("check", "ci.yaml", "b.txt", "good.yaml").code == 1
    result = call("check", "--skip-others", "ci.yaml", "b.txt", "good.yaml")
    assert result.code == 0 and "1 file checked" in result.out
    assert call("check", "--skip-others", "ci.yaml").code == 0, "pre-commit names every file that was changed"


def test_the_step_summary(here: Path) -> None:
    Path("bad.yaml").write_text(BAD)
    env = {"GITHUB_STEP_SUMMARY": str(here / "summary.md")}
    (here / "summary.md").write_text("# before\n")
    assert call("check", "bad.yaml", env=env).code == 1
    assert (here / "summary.md").read_text() == "# before\n", "not asked for"
    result = call("check", "bad.yaml", "--format", "github", "--step-summary", env=env)
    text = (here / "summary.md").read_text()
    assert result.out.startswith("::error ") and text.startswith("# before\n") and "HR008" in text
    assert call("check", "bad.yaml", "--step-summary").code == 1, "no summary where there is none"
    result = call("check", "w32", "--step-summary", env={"GITHUB_STEP_SUMMARY": str(here)})
    assert result.code == 2 and "GITHUB_STEP_SUMMARY" in result.err


def test_locked(here: Path) -> None:
    Path("specs").mkdir()
    Path("specs/a.yaml").write_text(GOOD)
    assert call("lock", "specs/a.yaml").code == 0
    assert call("check", "specs", "--locked").code == 0
    assert call("check", "specs", "--locked", "--input", "512x512").code == 0, "locked at its own input"
    Path("specs/b.yaml").write_text(GOOD)
    assert [each["code"] for each in found("specs", "--locked")] == ["HR601"]
    Path("specs/b.yaml").unlink()
    Path("specs/a.yaml").write_text(GOOD.replace("num_joints: 17", "num_joints: 16"))
    (finding,) = found("specs", "--locked")
    assert finding["code"] == "HR602" and "params 28,536,113 → 28,536,080 (-33)" in finding["message"]
    assert call("lock", "--update").code == 0 and call("check", "specs", "--locked").code == 0
    result = call("check", "-", "--locked", stdin=GOOD.encode())
    assert result.code == 1 and "HR601" in result.out


@pytest.mark.parametrize("size", ["512x512", "1x3x256x192", "250x250"])
def test_a_lock_is_compared_at_the_spec_s_own_input(size: str, here: Path) -> None:
    """With any --input, even one that cannot go through the network."""
    Path("a.yaml").write_text(GOOD)
    assert call("lock", "a.yaml").code == 0
    assert "HR602" not in [each["code"] for each in found("a.yaml", "--locked", "--input", size)]
    Path("a.yaml").write_text(GOOD.replace("num_joints: 17", "num_joints: 16"))
    (finding,) = [each for each in found("a.yaml", "--locked", "--input", size) if each["code"] != "HR301"]
    assert finding["code"] == "HR602" and "output 0 1×17×64×48 → 1×16×64×48" in finding["message"]


def test_nothing_heavy_is_imported() -> None:
    code = (
        "import sys\nfrom hrnet_cli.cli import main\nsys.argv = ['hrnet-cli', 'check', 'w32', '--max-macs', '8G']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "print([name for name in ('torch', 'numpy', 'pydantic', 'rich.progress') if name in sys.modules])"
    )
    assert python(code).out.splitlines()[-1] == "[]"


@pytest.mark.hostile
def test_a_thousand_findings_through_a_pipe_that_closes(here: Path) -> None:
    for number in range(20):
        Path(f"{number}.yaml").write_text(BAD + "".join(f"x{n}: 1\n" for n in range(100)))
    result = shell("$hrnet check . | head -1; echo ${PIPESTATUS[0]}", cwd=here)
    assert result.err == "" and result.out.splitlines()[1] == "141"
    result = shell("$hrnet check . -j 2 | head -1; echo ${PIPESTATUS[0]}; pgrep -f 'check [.] -j 2'", cwd=here)
    assert result.err == "" and result.out.splitlines()[1:] == ["141"], "no process is left"


@pytest.mark.hostile
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk() -> None:
    result = shell("$hrnet check w32 > /dev/full")
    assert result.code == 2 and "No space left" in result.err
    result = call("check", "w32", "--output", "/dev/full")
    assert result.code == 2 and "No space left" in result.err and result.err.startswith("error: ")


@pytest.mark.hostile
@pytest.mark.parametrize(
    ("jobs", "number", "code"),
    [
        ("1", signal.SIGINT, 130),
        ("2", signal.SIGINT, 130),
        ("1", signal.SIGTERM, 143),
        ("2", signal.SIGTERM, 143),
        ("1", signal.SIGHUP, 129),
    ],
)
def test_ctrl_c_and_a_request_to_end(jobs: str, number: int, code: int, here: Path) -> None:
    """What is under way stops, the old report stays, and no process is left."""
    for joints in range(1, 401):
        Path(f"{joints}.yaml").write_text(GOOD.replace("num_joints: 17", f"num_joints: {joints}"))
    Path("report.txt").write_text("old")
    words = [*PROGRAM, "check", ".", "--max-macs", "8G", "-j", jobs, "-o", "report.txt"]
    child = subprocess.Popen(words, env=environment(), stderr=subprocess.PIPE, start_new_session=True)
    while not any("tmp" in each.name for each in here.iterdir()):  # the new report is begun
        assert child.poll() is None
        time.sleep(0.01)
    os.killpg(child.pid, number)
    _, err = child.communicate(timeout=30)
    assert child.returncode == code and b"Traceback" not in err
    assert Path("report.txt").read_text() == "old" and not [each for each in here.iterdir() if "tmp" in each.name]


@pytest.mark.hostile
def test_a_report_follows_no_link_that_a_checkout_holds(here: Path) -> None:
    """The name of the temporary file cannot be guessed, and the file is new. Others may read it as the umask says."""
    victim = here / "victim"
    victim.write_text("kept")
    for number in range(os.getpid(), os.getpid() + 500):
        Path(f".report.txt.{number}.tmp").symlink_to(victim)
    Path(".hrnet-cli-.tmp").symlink_to(victim)
    assert run("check", "w32", "-o", "report.txt", cwd=here).code == 0
    assert victim.read_text() == "kept" and not Path("report.txt").is_symlink()
    assert Path("report.txt").stat().st_mode & 0o777 == 0o666 & ~umask()


def umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def test_progress_is_for_terminals_only(here: Path) -> None:
    for number in range(60):
        Path(f"{number}.yaml").write_text(GOOD)
    assert run("check", ".", cwd=here).err == ""


@pytest.mark.hostile
def test_a_file_that_changes_under_the_reader(here: Path) -> None:
    """A file is read once: what is checked is what is quoted and counted."""
    script = "for i in $(seq 60); do cp good.yaml a.yaml; cp bad.yaml a.yaml; done & $hrnet check a.yaml; echo $?; wait"
    Path("good.yaml").write_text(GOOD)
    Path("bad.yaml").write_text(BAD)
    Path("a.yaml").write_text(GOOD)
    for _ in range(3):
        result = shell(script, cwd=here)
        assert "Traceback" not in result.err and result.out.splitlines()[-1] in ("0", "1")


def test_color(here: Path) -> None:
    Path("bad.yaml").write_text(BAD)
    assert "\x1b" not in call("check", "bad.yaml").out
    assert "\x1b[" in call("check", "bad.yaml", "--color", "always").out
    assert "\x1b" not in call("check", "bad.yaml", env={"NO_COLOR": "1"}).out
