"""The command line as a test calls it: in this process where that will do, in one of its own where it will not."""

from __future__ import annotations

import gc
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

from hrnet_cli.cli import main

ROOT = Path(__file__).parent.parent
PROGRAM = (sys.executable, "-m", "hrnet_cli")
NOTHING: Mapping[str, str] = {}
WHAT_COLOURS_READ = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TERM", "CLICOLOR", "CLICOLOR_FORCE")


class Result(NamedTuple):
    code: int
    out: str
    err: str


def environment(more: Mapping[str, str] = NOTHING) -> dict[str, str]:
    """This process's, without what decides on widths and colours."""
    return {**{key: value for key, value in os.environ.items() if key not in WHAT_COLOURS_READ}, **more}


def call(*arguments: str, stdin: bytes = b"", env: Mapping[str, str] = NOTHING, merged: bool = False) -> Result:
    """Run main() here. Any exception but SystemExit fails the test, and so does JSON that its schema refuses."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n") for _ in range(2))
    handlers, threshold = {each: signal.getsignal(each) for each in (signal.SIGPIPE, signal.SIGINT)}, gc.get_threshold()
    code: Any = 0
    with ExitStack() as stack:
        stack.enter_context(mock.patch.dict(os.environ, environment(env), clear=True))
        stack.enter_context(mock.patch.object(sys, "argv", ["hrnet-cli", *arguments]))
        stack.enter_context(mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")))
        stack.enter_context(redirect_stdout(out))
        stack.enter_context(redirect_stderr(out if merged else err))
        try:
            main()
        except SystemExit as end:
            code = 0 if end.code is None else end.code
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
            gc.set_threshold(*threshold)
    assert isinstance(code, int)
    result = Result(code, *(stream.buffer.getvalue().decode() for stream in (_flushed(out), _flushed(err))))  # type: ignore[attr-defined]
    if result.out.startswith('{\n  "schema_version"'):
        validate_report(json.loads(result.out))
    return result


def validate_report(report: dict[str, Any]) -> None:
    """Fail unless the JSON report of a command is as its published schema says."""
    _validator(report["command"]).validate(report)


@cache
def _validator(command: str) -> Any:
    from jsonschema import Draft202012Validator

    from hrnet_cli.report.schemas import report_schema

    return Draft202012Validator(report_schema(command))


def _flushed(stream: io.TextIOWrapper) -> io.TextIOWrapper:
    stream.flush()
    return stream


def run(*arguments: str, stdin: bytes = b"", cwd: Path | None = None, env: Mapping[str, str] = NOTHING) -> Result:
    """Run the command in a process of its own."""
    done = subprocess.run(
        [*PROGRAM, *arguments],
        input=stdin,
        capture_output=True,
        cwd=cwd or ROOT,
        env=environment(env),
        check=False,
        timeout=120,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def shell(script: str, cwd: Path | None = None, env: Mapping[str, str] = NOTHING) -> Result:
    """Run a line of sh in which $hrnet is the command."""
    words = environment({"hrnet": " ".join(PROGRAM), **env})
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, cwd=cwd or ROOT, env=words, check=False, timeout=120
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def python(code: str, *arguments: str, env: Mapping[str, str] = NOTHING) -> Result:
    """Run Python code in a fresh interpreter."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        cwd=ROOT,
        env=environment(env),
        check=False,
        timeout=120,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def is_a_message(result: Result) -> bool:
    """Whether a refusal is exit 2, a message on stderr and nothing on stdout."""
    return result.code == 2 and not result.out and bool(result.err.strip()) and "Traceback" not in result.err
