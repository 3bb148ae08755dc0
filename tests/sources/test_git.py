"""`git:REV:PATH` in place of a file: what stands there, and a message where nothing does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from commandline import call, is_a_message, run
from strategies import Plain
from support import caught

from hrnet_cli import load_spec
from hrnet_cli.errors import SpecError, UnreadableError
from hrnet_cli.sources import preset_path, read_source

pytestmark = [pytest.mark.hostile, pytest.mark.skipif(not shutil.which("git"), reason="needs git")]

SETTINGS = ("user.name=Ada", "user.email=ada@example.org", "commit.gpgsign=false", "core.hooksPath=/dev/null")


def git(folder: Path, *arguments: str) -> None:
    settings = [word for setting in SETTINGS for word in ("-c", setting)]
    subprocess.run(["git", *settings, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: Plain) -> Path:
    """Two commits, a change that is staged and one that is not: as many names of one spec."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)  # those of a hook that runs the tests would name another repository
    git(tmp_path, "init", "--quiet")
    for name in ("first", "second"):
        write(tmp_path / "configs" / "mine.yaml", small, name)
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "--quiet", "--message", name)
    git(tmp_path, "tag", "v1", "HEAD~1")
    write(tmp_path / "configs" / "mine.yaml", small, "staged")
    git(tmp_path, "add", ".")
    write(tmp_path / "configs" / "mine.yaml", small, "edited")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: Path, spec: Plain, name: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({**spec, "name": name}))


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("git:HEAD:configs/mine.yaml", "second"),
        ("git:HEAD:./configs/mine.yaml", "second"),
        ("git:HEAD~1:configs/mine.yaml", "first"),
        ("git:v1:configs/../configs/mine.yaml", "first"),
        ("git::configs/mine.yaml", "staged"),
        ("configs/mine.yaml", "edited"),
    ],
)
def test_what_stands_there(repository: Path, source: str, name: str) -> None:
    assert load_spec(source).name == name


def test_a_path_is_from_the_current_folder(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository / "configs")
    assert load_spec("git:HEAD:mine.yaml").name == "second"
    assert load_spec("git:HEAD:../configs/mine.yaml").name == "second"
    assert load_spec(f"git:HEAD:{repository / 'configs' / 'mine.yaml'}").name == "second"


def test_a_folder_of_the_repository_that_is_gone(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    shutil.rmtree(repository / "configs")
    assert load_spec("git:HEAD:configs/mine.yaml").name == "second"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("git:HEAD", "does not name a file at a revision"),
        ("git:", "does not name a file at a revision"),
        ("git:HEAD:", "does not name a file at a revision"),
        ("git:nosuch:configs/mine.yaml", "invalid object name 'nosuch'"),
        ("git:HEAD:nosuch.yaml", "'nosuch.yaml' does not exist in 'HEAD'"),
        ("git:HEAD:configs", "this is not a file"),
        ("git:HEAD:../../x", "outside repository"),
        ("git:HEAD:a\0b", "'git:HEAD:a\\x00b'"),
        ("git:HEAD:a\x1b[31m", "'git:HEAD:a\\x1b[31m'"),
    ],
)
def test_what_is_not_there(repository: Path, source: str, words: str) -> None:
    error = caught(UnreadableError, read_source, source)
    assert words in str(error) and error.remedy
    assert "\x1b" not in str(error)


@pytest.mark.parametrize("revision", ["--output=stolen", "-p", "--", "--help"])
def test_a_revision_is_no_option(repository: Path, revision: str) -> None:
    error = caught(UnreadableError, read_source, f"git:{revision}:configs/mine.yaml")
    assert "a revision does not begin with -" in str(error)
    assert not (repository / "stolen").exists()


@pytest.mark.parametrize("revision", ["HEAD;touch stolen", "$(touch stolen)", "HEAD --output=stolen", "`id`"])
def test_there_is_no_shell(repository: Path, revision: str) -> None:
    assert caught(UnreadableError, read_source, f"git:{revision}:configs/mine.yaml")
    assert sorted(path.name for path in repository.iterdir()) == [".git", "configs"]


def test_no_program_of_the_repository_is_run(repository: Path) -> None:
    """`git show` would run what the settings name for a file's attributes."""
    (repository / ".gitattributes").write_text("*.yaml diff=trap filter=trap\n")
    for setting in ("diff.trap.textconv", "diff.trap.command", "filter.trap.smudge", "filter.trap.clean"):
        git(repository, "config", setting, "touch stolen")
    assert load_spec("git:HEAD:configs/mine.yaml").name == "second"
    assert not list(repository.rglob("stolen"))


def test_no_program_that_watches_or_fetches_is_run(repository: Path) -> None:
    """One is asked where the index is read, the other where an object is not there and may be fetched."""
    git(repository, "config", "core.fsmonitor", "touch stolen; false")
    assert load_spec("git::configs/mine.yaml").name == "staged"
    settings = {
        "core.repositoryformatversion": "1",
        "extensions.partialClone": "far",
        "remote.far.url": "ssh://far/away",
        "core.sshCommand": "touch stolen; false",
    }
    command = ["git", "rev-parse", "HEAD:configs/mine.yaml"]
    blob = subprocess.run(command, cwd=repository, check=True, capture_output=True, text=True).stdout.strip()
    (repository / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    for key, value in settings.items():
        git(repository, "config", key, value)
    assert caught(UnreadableError, read_source, "git:HEAD:configs/mine.yaml")
    assert not list(repository.rglob("stolen"))


def test_outside_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    error = caught(UnreadableError, read_source, "git:HEAD:mine.yaml")
    assert "not a git repository" in error.message and error.remedy == "run this inside the repository"


def test_without_git(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository))
    error = caught(UnreadableError, read_source, "git:HEAD:configs/mine.yaml")
    assert "git is not installed" in error.message


@pytest.mark.skipif(os.name != "posix", reason="needs a file mode")
def test_a_git_that_says_nothing(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "git").write_text(f"#!{sys.executable}\nraise SystemExit(3)\n")
    (repository / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(repository))
    assert "git gave up" in str(caught(UnreadableError, read_source, "git:HEAD:x"))


def test_a_long_text_is_not_read_to_its_end(repository: Path) -> None:
    (repository / "long.yaml").write_text("# long\n" * 2_000_000)
    git(repository, "add", ".")
    problems = caught(SpecError, load_spec, "git::long.yaml").diagnostics
    assert [(problem.code, problem.location.source) for problem in problems] == [("too-large", "git::long.yaml")]


def test_what_is_no_text(repository: Path) -> None:
    (repository / "odd.yaml").write_bytes(b"\xff\xfe\x00")
    git(repository, "add", ".")
    assert "git::odd.yaml:1:1: not UTF-8" in str(caught(UnreadableError, load_spec, "git::odd.yaml"))


def test_a_problem_has_its_line_there(repository: Path) -> None:
    (repository / "bad.yaml").write_text("name: x\nstage1: 1\n")
    git(repository, "add", ".")
    assert [str(problem.location) for problem in caught(SpecError, load_spec, "git::bad.yaml").diagnostics] == [
        "git::bad.yaml:2:9"
    ]


def test_a_file_of_that_name_wins(repository: Path) -> None:
    shutil.copy(preset_path("w48"), repository / "git:HEAD:x")
    assert load_spec("git:HEAD:x").name == "hrnet-w48"


def test_bases_are_never_those_of_the_working_tree(repository: Path) -> None:
    (repository / "base.py").write_text("model = dict()\n")
    (repository / "config.py").write_text("_base_ = ['./base.py']\n")
    git(repository, "add", ".")
    problem = caught(SpecError, load_spec, "git::config.py").diagnostics[0]
    assert problem.code == "no-folder" and "of a git revision, check it out first" in problem.remedy
    assert caught(SpecError, load_spec, "config.py").diagnostics[0].code != "no-folder"


def test_every_command_takes_it(repository: Path) -> None:
    for command in ("describe", "trace", "fuse", "flops", "convert", "check"):
        result = call(command, "git:HEAD:configs/mine.yaml")
        assert result.code == 0, (command, result)
    assert is_a_message(call("flops", "git:HEAD:nosuch.yaml"))


def test_standard_input_is_left_to_the_other(repository: Path, small: Plain) -> None:
    """Git does not read what is meant for `-`."""
    text = json.dumps({**small, "name": "piped"}).encode()
    result = run("diff", "git:HEAD:configs/mine.yaml", "-", stdin=text, cwd=repository)
    assert result.out.splitlines()[1] == "the same network, under the names second and piped"


def test_the_size_is_asked_for_first(repository: Path) -> None:
    """A file of a gigabyte can be stored in a megabyte."""
    Path("long.yaml").write_text("#" * 2_000_000)
    git(repository, "add", ".")
    seen: list[list[str]] = []
    original = subprocess.run

    def observed(command: list[str], **more: Any) -> Any:
        seen.append(command[3:5])
        return original(command, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hrnet_cli.sources.git.subprocess.run", observed)
        assert caught(SpecError, load_spec, "git::long.yaml")
    assert seen == [["cat-file", "-s"]]


def test_git_has_a_time_limit_and_may_say_much(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = repository / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}:{os.environ['PATH']}")
    monkeypatch.setattr("hrnet_cli.sources.git.MAX_SECONDS", 0.1)
    error = caught(UnreadableError, read_source, "git:HEAD:configs/mine.yaml")
    assert "git takes longer than 0.1 s" in error.message
    monkeypatch.setattr("hrnet_cli.sources.git.MAX_SECONDS", 60)
    slow.write_text("#!/bin/sh\nhead -c 1000000 /dev/zero | tr '\\0' x >&2\nexit 1\n")
    error = caught(UnreadableError, read_source, "git:HEAD:configs/mine.yaml")
    assert "xxx" in error.message and len(error.message) < 11_000
