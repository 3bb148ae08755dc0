"""No command imports torch, pydantic or numpy that does not need them."""

from __future__ import annotations

import json
import signal
from collections.abc import Mapping

import pytest
from commandline import NOTHING, ROOT, python

WATCHED = """
import json, sys

class Watch:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top in ("torch", "pydantic", "pydantic_core", "numpy", "torchinfo", "fvcore"):
            asked.add(top)

asked = set()
sys.meta_path.insert(0, Watch())
sys.argv[0] = "hrnet-cli"
from hrnet_cli.cli import main
try:
    main()
    code = 0
except SystemExit as end:
    code = end.code or 0
sys.stdout.flush()
rich = [name for name in ("rich", "yaml") if name in sys.modules]
print(json.dumps([code, sorted(asked), rich]), file=sys.stderr)
"""
WITHOUT_TORCH = """
import sys
sys.modules["torch"] = None
sys.argv[0] = "hrnet-cli"
from hrnet_cli.cli import main
main()
"""


def imports_of(*arguments: str, env: Mapping[str, str] = NOTHING) -> tuple[int, list[str], list[str]]:
    """Exit code, which heavy packages anybody tried to import, and what of the lighter ones was loaded."""
    code, asked, light = json.loads(python(WATCHED, *arguments, env=env).err.splitlines()[-1])
    return code, asked, light


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        *(
            [path.stem, "--help"]
            for path in sorted((ROOT / "src" / "hrnet_cli" / "cli" / "commands").glob("[a-z]*.py"))
        ),
    ],
    ids=" ".join,
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    assert imports_of(*arguments) == (0, [], [])


def completing(line: str) -> dict[str, str]:
    """What bash sets when it asks for the last word of a line."""
    words = {"COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
    return {"_HRNET_CLI_COMPLETE": "complete_bash", **words}


@pytest.mark.parametrize("line", ["hrnet-cli ", "hrnet-cli describe w", "hrnet-cli flops --by "])
def test_completion_imports_nothing_heavy(line: str) -> None:
    code, asked, _ = imports_of(env=completing(line))
    assert (code, asked) == (0, [])


def test_completion_knows_presets_and_choices() -> None:
    assert python(WATCHED, env=completing("hrnet-cli describe w4")).out.split() == ["w48", "w48-384x288"]
    assert python(WATCHED, env=completing("hrnet-cli flops --by m")).out.split() == ["module"]
    assert "describe" in python(WATCHED, env=completing("hrnet-cli ")).out.split()


@pytest.mark.parametrize(
    "arguments",
    [
        ["describe"],
        ["trace"],
        ["fuse"],
        ["flops"],
        ["presets"],
        ["flops", "-i", "250x250"],
        ["trace", "-f", "svg"],
        ["describe", "examples/broken.yaml"],
        ["init", "-"],
        ["schema"],
    ],
    ids=" ".join,
)
def test_the_shapes_engine_imports_neither(arguments: list[str]) -> None:
    code, asked, _ = imports_of(*arguments)
    assert (code, asked) == (2 if "250x250" in arguments or "examples/broken.yaml" in arguments else 0, [])


@pytest.mark.parametrize(
    "arguments", [["trace", "--engine", "torch"], ["flops", "--engine", "torch"], ["verify"]], ids=" ".join
)
def test_without_torch_the_message_names_the_extra(arguments: list[str]) -> None:
    result = python(WITHOUT_TORCH, *arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: ") and "pip install 'hrnet-cli[torch]'" in result.err
    assert len(result.err.splitlines()) == 2


def test_json_needs_no_rich() -> None:
    assert imports_of("trace", "-f", "json")[2] == ["yaml"]


def test_ctrl_c_is_silent_from_the_first_line_of_the_command() -> None:
    """Until then Python prints a traceback: nothing is imported before that takes a millisecond."""
    code = "import sys; before = set(sys.modules); import hrnet_cli.cli; print(sorted(set(sys.modules) - before))"
    assert python(code).out == "['__future__', 'hrnet_cli', 'hrnet_cli.cli']\n"
    ctrl_c = (
        "import os, sys\n"
        "from hrnet_cli.cli import main\n"
        "class CtrlC:\n"
        "    def find_spec(self, *_):\n"
        "        os.kill(os.getpid(), 2)\n"
        "sys.meta_path.insert(0, CtrlC())\n"
        "main()\n"
    )
    result = python(ctrl_c)
    assert (result.code, result.err) == (-signal.SIGINT, "")
