"""stdout is the result, whole or not at all; what goes wrong with it is a message."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pexpect
import pytest
from commandline import NOTHING, PROGRAM, call, environment, is_a_message, run, shell

from hrnet_cli.cli import app, output

GRID = call("trace", "w32").out
full_device = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")


def spawn(*arguments: str, columns: int = 100, env: Mapping[str, str] = NOTHING) -> pexpect.spawn[str]:
    """The command in a terminal of its own."""
    return pexpect.spawn(
        PROGRAM[0],
        [*PROGRAM[1:], *arguments],
        env=environment({"TERM": "xterm-256color", **env}),
        dimensions=(50, columns),
        encoding="utf-8",
        timeout=60,
    )


def in_terminal(*arguments: str, columns: int = 100, env: Mapping[str, str] = NOTHING) -> str:
    child = spawn(*arguments, columns=columns, env=env)
    text: str = child.read()
    child.close()
    return text.replace("\r\n", "\n")


def test_output_is_the_same_as_stdout(tmp_path: Path) -> None:
    for format in ("text", "json", "markdown", "svg"):
        path = tmp_path / f"report.{format}"
        result = call("trace", "w32", "--format", format, "--output", str(path))
        assert (result.code, result.out, result.err) == (0, "", "")
        assert path.read_text(encoding="utf-8") == call("trace", "w32", "--format", format).out
    assert len(list(tmp_path.iterdir())) == 4


def test_a_dash_is_standard_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    examples = {"trace": (), "check": ("w32",), "convert": (), "schema": (), "presets": (), "rule": ("HR301",)}
    monkeypatch.chdir(tmp_path)
    for command, arguments in examples.items():
        assert call(command, *arguments, "-o", "-") == call(command, *arguments), command
    assert call("trace", "-o", "-", env={"COLUMNS": "40"}).out == call("trace", env={"COLUMNS": "40"}).out
    assert not list(tmp_path.iterdir())


def test_the_remedy_fits_the_reason(tmp_path: Path) -> None:
    remedies = {
        tmp_path: "Is a directory\n  name a file in that folder",
        tmp_path / "nosuch" / "x": "No such file or directory\n  name a file in a folder that exists",
        tmp_path / ("x" * 300): "File name too long\n  choose a shorter name",
    }
    if Path("/dev/full").exists():
        remedies[Path("/dev/full")] = "No space left on device\n  free some space, or name a file on another disk"
    for path, words in remedies.items():
        assert call("trace", "-o", str(path)).err == f"error: cannot write {str(path)!r}: {words}\n"


def test_an_existing_file_is_replaced_whole(tmp_path: Path) -> None:
    """A process that has the old file open keeps reading it, so nobody reads half a report."""
    path = tmp_path / "report.txt"
    path.write_text("old " * 10_000)
    with path.open() as old:
        assert call("trace", "w32", "-o", str(path)).code == 0
        assert old.read() == "old " * 10_000
    assert path.read_text() == GRID
    link = tmp_path / "link"
    link.symlink_to("report.txt")
    assert call("flops", "-o", str(link)).code == 0
    assert link.is_symlink() and "total" in path.read_text()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["link", "report.txt"]


@pytest.mark.hostile
def test_a_link_out_of_a_repository_is_not_followed(tmp_path: Path) -> None:
    """A pull request may hold one under the name that a CI writes to."""
    checkout = tmp_path / "checkout"
    (checkout / ".git").mkdir(parents=True)
    (tmp_path / "victim").write_text("kept")
    for name, target in (("out", tmp_path / "victim"), ("new", tmp_path / "made"), ("in", "report.txt")):
        (checkout / name).symlink_to(target)
    (checkout / "device").symlink_to("/dev/null")
    for name in ("out", "new", "device"):
        result = call("trace", "-o", str(checkout / name))
        assert is_a_message(result) and "it is a link out of the repository" in result.err
    assert call("trace", "-o", str(checkout / "in")).code == 0 and (checkout / "report.txt").read_text() == GRID
    assert sorted(each.name for each in tmp_path.iterdir()) == ["checkout", "victim"]
    assert (tmp_path / "victim").read_text() == "kept"


def test_a_file_that_is_replaced_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_text("old")
    path.chmod(0o640)
    assert call("trace", "-o", str(path)).code == 0
    assert path.stat().st_mode & 0o777 == 0o640 and path.read_text() == GRID


@pytest.mark.hostile
@pytest.mark.parametrize("stop", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: BaseException
) -> None:
    def fails(self: Path, target: Path) -> Path:
        raise stop

    path = tmp_path / "report.txt"
    path.write_text("old")
    monkeypatch.setattr(Path, "replace", fails)
    result = call("trace", "-o", str(path))
    assert result.code == (2 if isinstance(stop, OSError) else 130)
    assert "Traceback" not in result.err
    monkeypatch.undo()
    assert path.read_text() == "old" and [each.name for each in tmp_path.iterdir()] == ["report.txt"]


@pytest.mark.hostile
@pytest.mark.hostile
@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="needs signals that can wait")
def test_ctrl_c_while_the_temporary_file_is_made_leaves_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(**arguments: Any) -> tuple[int, str]:
        made = original(**arguments)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)  # pytest-xdist has other threads
        return made

    original = tempfile.mkstemp
    monkeypatch.setattr("tempfile.mkstemp", interrupted)
    assert call("trace", "-o", str(tmp_path / "report.txt")).code == 130
    assert not list(tmp_path.iterdir())


def test_a_failing_command_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    assert call("flops", "--input", "250x250", "-o", str(path)).code == 2
    assert call("trace", "nosuch", "-o", str(path)).code == 2
    assert not path.exists()
    assert call("trace", "--input", "250x250", "-o", str(path)).code == 2
    assert "✗" in path.read_text()


@pytest.mark.hostile
def test_where_no_file_can_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "nosuch" / "x", tmp_path / "file" / "x", tmp_path / ("x" * 300), Path("/proc/x")):
        result = call("trace", "-o", str(path))
        assert is_a_message(result) and "cannot write" in result.err, path
    assert is_a_message(call("trace", "-o", ""))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_read_only(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    result = call("trace", "-o", str(tmp_path / "x"))
    assert is_a_message(result) and "Permission denied" in result.err


@pytest.mark.hostile
@full_device
def test_a_full_device() -> None:
    assert "No space left on device" in call("trace", "-o", "/dev/full").err
    for command in ("trace", "presets show w32", "--help", "presets"):
        result = shell(f"$hrnet {command} >/dev/full")
        assert result.code == 2 and "No space left on device" in result.err and "Traceback" not in result.err
    assert shell("$hrnet trace w33 2>/dev/full").code == 2
    assert shell("$hrnet flops -i 250x250 2>/dev/full").code == 2


@pytest.mark.hostile
def test_stdout_closed() -> None:
    for command in ("trace", "presets show w32"):
        result = shell(f"$hrnet {command} >&-")
        assert is_a_message(result) and "standard output is closed" in result.err


@pytest.mark.hostile
def test_stderr_closed(tmp_path: Path) -> None:
    assert shell("$hrnet trace w33 2>&-").code == 2
    assert shell("$hrnet trace -i 250x250 2>&-").code == 2
    assert shell(f"$hrnet trace -o {tmp_path}/x 2>&- >&-").code == 0
    assert (tmp_path / "x").read_text() == GRID


@pytest.mark.hostile
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_pipe_whose_reader_ends_early(unbuffered: str) -> None:
    """The command ends silently like any filter; the shell sees 141."""
    for command in ("trace --calls", "describe --full --format json"):
        result = shell(f"$hrnet {command} | head -1; echo ${{PIPESTATUS[0]}}", env={"PYTHONUNBUFFERED": unbuffered})
        assert result.err == "" and len(result.out.splitlines()) == 2
        assert result.out.splitlines()[1] == "141"


def test_stdin() -> None:
    spec = call("presets", "show", "w32").out.encode()
    assert run("trace", "-", stdin=spec).out == GRID
    assert shell("$hrnet presets show w32 | $hrnet trace -").out == GRID
    assert shell("$hrnet trace <($hrnet presets show w32)").out == GRID
    assert "[empty]" in run("trace", "-", stdin=b"").err
    closed = shell("$hrnet trace - <&-")
    assert is_a_message(closed)
    assert shell("$hrnet trace <&-").out == GRID


def test_a_file_wins_over_a_preset_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "w32").write_bytes((Path("examples") / "gray-32.yaml").read_bytes())
    assert run("trace", "w32", cwd=tmp_path).out.startswith("gray-32 ")
    assert run("trace", "w32.yaml", cwd=tmp_path).out == GRID


@pytest.mark.hostile
def test_control_c() -> None:
    child = spawn("trace", "-")
    time.sleep(1)
    child.sendintr()
    text = child.read()
    child.close()
    assert child.signalstatus == signal.SIGINT and not text.replace("^C", "").strip()


@pytest.mark.hostile
def test_control_c_before_the_command_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(**_: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(app, "app", interrupted)
    assert call("trace") == (130, "", "")


DOT_WHEN_APP_IS_IMPORTED = """
import sys
from hrnet_cli.cli import main

class Watch:
    def find_spec(name, *_):
        if name == "hrnet_cli.cli.app":
            print(".", end="", file=sys.stderr, flush=True)

sys.meta_path.insert(0, Watch)
main()
"""
"""A dot on stderr once `main` imports the command line: by then `main` handles the signal."""


@pytest.mark.hostile
def test_interrupted_from_outside() -> None:
    words = [sys.executable, "-c", DOT_WHEN_APP_IS_IMPORTED, "trace", "-"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None and process.stderr.read(1) == b"."
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == -signal.SIGINT and not err, "which a shell calls 130"


@pytest.mark.hostile
@pytest.mark.slow
def test_interrupted_while_python_imports() -> None:
    """Ctrl-C prints nothing at any moment, except during Python's own start."""
    for number in range(12):
        words = [sys.executable, "-c", DOT_WHEN_APP_IS_IMPORTED, "check", "w32", "w48"]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stderr is not None and process.stderr.read(1) == b"."
            time.sleep(0.02 * number)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=30)
        assert process.returncode in (0, 130, -signal.SIGINT) and not err


def test_a_terminal_has_colours_and_a_width() -> None:
    text = in_terminal("trace", "--modules", columns=60)
    assert "\x1b[" in text and "stage 1" in text
    plain = in_terminal("trace", "--modules", "--color", "never", columns=60)
    assert "\x1b" not in plain and max(map(len, plain.splitlines())) <= 60
    assert plain == call("trace", "--modules", env={"COLUMNS": "60"}).out


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}])
def test_a_terminal_that_wants_no_colours(variables: dict[str, str]) -> None:
    assert "\x1b" not in in_terminal("flops", env=variables)
    assert "\x1b" in in_terminal("flops", "--color", "always", env=variables)


def test_a_diagnosis_follows_the_option_too() -> None:
    for command in ("flops", "trace"):
        assert "\x1b" in in_terminal(command, "-i", "250x250")
        assert "\x1b" not in in_terminal(command, "-i", "250x250", "--color", "never")
        assert "\x1b" in call(command, "-i", "250x250", "--color", "always").err


def test_a_pipe_has_no_colours_unless_asked() -> None:
    for name in ("TERM", "FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE"):
        variables = {name: "1"}
        assert "\x1b" not in call("flops", env=variables).out
        assert "\x1b" not in call("flops", "-i", "250x250", env=variables).err
    assert "\x1b[" in call("flops", "--color", "always").out
    assert "\x1b" not in call("flops", "--color", "always", "--format", "json").out


def test_columns_bind_a_pipe_only_where_they_are_set() -> None:
    wide = call("describe").out
    assert max(map(len, call("describe", env={"COLUMNS": "50"}).out.splitlines())) <= 50
    for odd in ("", "x", "-5"):
        assert call("describe", env={"COLUMNS": odd}).out == wide
    assert call("describe", env={"COLUMNS": "0"}).code == 0


def test_a_file_takes_no_width(tmp_path: Path) -> None:
    path = tmp_path / "x"
    call("describe", "-o", str(path), env={"COLUMNS": "30"})
    assert path.read_text() == call("describe").out


@pytest.mark.parametrize(
    "variables",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "LANG": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "latin-1"},
    ],
)
def test_a_terminal_without_the_letters(variables: dict[str, str]) -> None:
    """They become others (`test_ascii`); a file is UTF-8 whatever the terminal is."""
    for command in ("describe", "trace", "flops -i 250x250"):
        result = subprocess.run(
            [*PROGRAM, *command.split()], capture_output=True, env=environment(variables), check=False
        )
        assert result.returncode in (0, 2) and b"Traceback" not in result.stderr
        assert (result.stdout or result.stderr).isascii() or "latin-1" in variables.values()
        assert b"?" not in result.stdout + result.stderr


def test_write_through_a_pipe(tmp_path: Path) -> None:
    """What is no regular file cannot be replaced, and is written to."""
    assert shell("$hrnet trace -o /dev/stdout | cat").out == GRID
    output.write_document("x", "/dev/null")
    assert not Path("/dev/null").is_file()
