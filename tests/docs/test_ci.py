"""What docs/ci.md shows, tried: the pre-commit hooks, the steps of the action, the GitLab job."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from commandline import ROOT
from jsonschema import Draft7Validator

from hrnet_cli.checking.settings import Settings, read_settings
from hrnet_cli.sources import preset_path

PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
GOOD = preset_path("w32").read_text()
BAD = GOOD.replace("BASIC", "BASICK", 1)
BLOCKS = [(match[1], match[2]) for match in re.finditer(r"^```(yaml|toml)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)]


def block(word: str) -> Any:
    """The YAML block of the page that has a word in it."""
    return yaml.safe_load(next(text for language, text in BLOCKS if language == "yaml" and word in text))


def run(*words: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """A command, as a job runs it."""
    return subprocess.run(
        words, cwd=cwd, env={**os.environ, **env}, capture_output=True, encoding="utf-8", check=False, timeout=300
    )


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=nobody", "-c", "user.email=nobody@localhost", "-c", "commit.gpgsign=false")
    done = run("git", *who, *words, cwd=folder)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository as somebody else's tool clones it, whatever is uncommitted here included."""
    folder = tmp_path_factory.mktemp("tool") / "hrnet-cli"
    ignored = shutil.ignore_patterns("__pycache__", ".venv*", ".git", "goldens", ".*_cache", ".hypothesis")
    shutil.copytree(ROOT, folder, ignore=ignored)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "all")
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository of a user's, with one good spec and one bad."""
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "good.yaml").write_text(GOOD)
    (tmp_path / "configs" / "bad.yaml").write_text(BAD)
    (tmp_path / "compose.yaml").write_text("services: {}\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    return tmp_path


def test_the_settings_that_are_shown_are_settings() -> None:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    (text,) = (text for language, text in BLOCKS if language == "toml")
    read, diagnostics = read_settings(tomllib.loads(text)["tool"]["hrnet-cli"])
    assert not diagnostics and read is not None and read != Settings()


def test_the_hooks_that_are_shown_are_there() -> None:
    hooks = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    assert [hook["id"] for hook in block("repos:")["repos"][0]["hooks"]] == list(hooks)


def test_the_inputs_that_are_shown_are_the_action_s() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    assert set(block("uses: OWNER")["jobs"]["hrnet"]["steps"][1]["with"]) <= set(action["inputs"])
    for step in action["runs"]["steps"]:
        assert "${{" not in step["run"], "an input in a script is code: hand it over in the environment"


@pytest.mark.slow
def test_the_pre_commit_hooks(clone: Path, project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    home = str(tmp_path_factory.mktemp("pre-commit"))
    (project / "configs" / "others.yaml").write_text("services: {}\n")
    hooks = block("repos:")
    hooks["repos"][0].update(repo=str(clone), rev=run("git", "rev-parse", "HEAD", cwd=clone).stdout.strip())
    (project / ".pre-commit-config.yaml").write_text(yaml.safe_dump(hooks))

    def run_hook(hook: str, *files: str) -> subprocess.CompletedProcess[str]:
        words = (sys.executable, "-m", "pre_commit", "run", hook, "--verbose", "--files", *files)
        return run(*words, cwd=project, PRE_COMMIT_HOME=home)

    found = run_hook("hrnet-cli", "configs/good.yaml", "configs/bad.yaml", "configs/others.yaml")
    assert found.returncode == 1 and "configs/bad.yaml:6:50: error HR008" in found.stdout, found
    assert "1 error in 2 files, 1 skipped" in found.stdout
    lock = run(sys.executable, "-m", "hrnet_cli", "lock", "configs/good.yaml", cwd=project)
    assert lock.returncode == 0, lock.stderr
    clean = run_hook("hrnet-cli-lock", "configs/good.yaml", "configs/others.yaml")
    assert clean.returncode == 0 and "1 file checked, nothing found" in clean.stdout, clean


class Runner:
    """A machine that runs the steps of the action: inputs in the environment, one folder for what is temporary."""

    def __init__(self, clone: Path, temporary: Path) -> None:
        self.clone, self.temporary = clone, temporary
        self.action = yaml.safe_load((clone / "action.yml").read_text())
        self.summary = temporary / "summary.md"

    def step(self, number: int, project: Path) -> subprocess.CompletedProcess[str]:
        """Run a step as GitHub does."""
        step = self.action["runs"]["steps"][number]
        values = {name: str(given["default"]) for name, given in self.action["inputs"].items()}
        values |= {"specs": "configs compose.yaml", "args": "--skip-others --max-params 30M", "python": sys.executable}
        known = {f"${{{{ inputs.{name} }}}}": value for name, value in values.items()}
        known["${{ github.action_path }}"] = str(self.clone)
        return run(
            *("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]),
            cwd=project,
            RUNNER_TEMP=str(self.temporary),
            GITHUB_STEP_SUMMARY=str(self.summary),
            **{name: known[text] for name, text in step["env"].items()},
        )


@pytest.fixture(scope="module")
def runner(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """With the action's first step behind it, which installs the tool: its environment serves the GitLab job too."""
    runner = Runner(clone, tmp_path_factory.mktemp("runner"))
    installed = runner.step(0, clone)
    assert installed.returncode == 0, installed.stderr
    assert not list(runner.temporary.glob("hrnet-cli/lib/python*/site-packages/torch"))
    return runner


@pytest.mark.slow
def test_the_steps_of_the_action(runner: Runner, project: Path) -> None:
    assert len(runner.action["runs"]["steps"]) == 2
    check = runner.step(1, project)
    assert check.returncode == 1 and check.stdout.startswith("::error file=configs/bad.yaml,line=6,"), check
    assert "HR008" in runner.summary.read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_gitlab_job(runner: Runner, project: Path) -> None:
    """Its script, where `pip install hrnet-cli` finds it installed."""
    job = block("codequality:")["hrnet"]
    programs = runner.temporary / "hrnet-cli" / "bin"
    done = run("bash", "-ec", "\n".join(job["script"]), cwd=project, PATH=f"{programs}{os.pathsep}{os.environ['PATH']}")
    assert done.returncode == 1, done.stderr
    issues = json.loads((project / job["artifacts"]["reports"]["codequality"]).read_text())
    assert [issue["location"]["path"] for issue in issues] == ["configs/bad.yaml"]
    Draft7Validator({"type": "array", "items": {"required": ["description", "fingerprint", "location"]}}).validate(
        issues
    )
