"""Many files in several processes: the same findings, whatever happens to a process."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest
from checks import check_all
from commandline import PROGRAM, environment
from support import EXAMPLES, TESTS

from hrnet_cli.checking.files import Target
from hrnet_cli.checking.finding import FileCheck
from hrnet_cli.checking.processes import CORES, _start_worker, check_each, run
from hrnet_cli.checking.run import Checker
from hrnet_cli.checking.settings import Settings
from hrnet_cli.sources import preset_names, preset_path

pytestmark = pytest.mark.hostile

GOOD = preset_path("w32").read_text()
T = TypeVar("T")


def test_in_several_processes_it_is_the_same(tmp_path: Path) -> None:
    shutil.copytree(TESTS / "configs", tmp_path / "configs")
    shutil.copytree(EXAMPLES / "invalid", tmp_path / "invalid")
    alone = check_all(tmp_path)
    assert len(alone.files) > 16
    for jobs in (2, 0, 100_000):
        assert check_all(tmp_path, jobs=jobs) == alone


class Killed(Checker):
    """What the system does to a process that asks for too much, for one of the files."""

    def check(self, target: Target) -> FileCheck:
        if target.name == "w48":
            os.kill(os.getpid(), signal.SIGKILL)
        return super().check(target)


@pytest.mark.skipif(CORES < 2, reason="needs two cores")
def test_a_process_that_is_killed_costs_no_other_file_its_findings() -> None:
    targets = [*map(Target, preset_names()[:17]), Target("w48"), Target("nothing")]
    result = run(Killed(Settings()), targets, jobs=2)
    names = [f"{target.name}.yaml" for target in targets[:17]]
    assert result.files == (*names, "w48", "nothing")
    found = {each.source: (each.code, each.message) for each in result.findings if each.severity == "error"}
    assert found.keys() == {"w48", "nothing"} and found["nothing"][0] == "HR001" and result.exit_code == 2
    message = "this is a fault of hrnet-cli: 'the process that checked this file ended'"
    assert found["w48"] == ("HR019", message)


@pytest.mark.skipif(CORES < 2, reason="needs two cores")
def test_ctrl_c_waits_while_processes_are_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Python calls around a fork would lose a KeyboardInterrupt, and the check would go on."""
    waits: list[bool] = []
    original = ProcessPoolExecutor.map

    def observed(*arguments: Any, **more: Any) -> Any:
        waits.append(_is_blocked())
        return original(*arguments, **more)

    monkeypatch.setattr(ProcessPoolExecutor, "map", observed)
    run(Checker(Settings()), [Target("w32")] * 17, jobs=2)
    assert waits == [True] and not _is_blocked()


def _is_blocked() -> bool:
    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])


@pytest.mark.skipif(CORES < 2, reason="needs two cores")
def test_the_lock_goes_to_a_process_once() -> None:
    """Once for each and not with every chunk of files: it can be as long as their list."""
    Counted.pickled = 0
    run(Counted(Settings()), [Target("w32")] * 80, jobs=2)
    assert Counted.pickled <= 2


class Counted(Checker):
    """Counts in this process how often it is sent to another."""

    pickled = 0

    def __reduce__(self) -> Any:
        Counted.pickled += 1
        return Checker, tuple(self)


@pytest.mark.skipif(not hasattr(signal, "SIGTERM"), reason="needs signals")
def test_a_worker_ends_at_a_request_to_end() -> None:
    """With the handler of its parent, which raises, a pool could not terminate it and would wait for ever."""
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, lambda *_: None) for number in numbers}
    try:
        _start_worker(Checker(Settings()))
        assert [signal.getsignal(number) for number in numbers] == [signal.SIG_IGN, signal.SIG_DFL, signal.SIG_DFL]
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


has_proc = CORES > 1 and Path("/proc/self/status").exists()
needs_proc = pytest.mark.skipif(not has_proc, reason="needs two cores and /proc")


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_workers_end_with_their_parent(number: signal.Signals, tmp_path: Path) -> None:
    """However it ends: a parent that is killed cannot end them."""
    for joints in range(1, 401):
        (tmp_path / f"{joints}.yaml").write_text(GOOD.replace("num_joints: 17", f"num_joints: {joints}"))
    words = [*PROGRAM, "check", str(tmp_path), "--max-macs", "8G", "-j", "2"]
    with subprocess.Popen(words, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        workers = _wait_for(lambda: _children(child.pid))
        child.send_signal(number)
    _wait_for(lambda: not any(map(_is_running, workers)))


def _children(parent: int) -> list[int]:
    """The processes that a process has begun, as Linux lists them."""
    text = "".join(path.read_text() for path in Path(f"/proc/{parent}/task").glob("*/children"))
    return list(map(int, text.split()))


def _is_running(process: int) -> bool:
    status = Path(f"/proc/{process}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


def _wait_for(what: Callable[[], T]) -> T:
    """What a function returns as soon as that is true; a minute is more than any machine needs."""
    for _ in range(6000):
        if found := what():
            return found
        time.sleep(0.01)
    raise AssertionError("it never came")


@needs_proc
def test_without_several_processes_the_files_are_checked_one_after_another(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"{number}.yaml").write_text(GOOD)
    limit = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (9, 9))"
    code = f"{limit}; from hrnet_cli.cli import main; main()"
    words = [sys.executable, "-c", code, "check", str(tmp_path), "-j", "2"]
    done = subprocess.run(words, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stdout == "20 files checked, nothing found\n"
    assert done.stderr == "note: the files are checked one after another: Too many open files\n"


def test_where_no_process_can_be_started_every_file_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any, **more: Any) -> Any:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", refuse)
    monkeypatch.setattr("hrnet_cli.checking.processes.CORES", 2)
    notes: list[str] = []
    results = list(check_each(Checker(Settings()), [Target("w32")] * 17, 2, notes.append))
    assert len(results) == 17 and notes == ["the files are checked one after another: can't start new thread"]
