"""What may be imported by whom, seen in a fresh interpreter."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys

import pytest

import hrnet_cli

HEAVY = ("torch", "torchinfo", "fvcore", "numpy", "pydantic", "rich", "typer")


def loaded_after(code: str, heavy: tuple[str, ...]) -> list[str]:
    """The heavy packages that a fresh Python has loaded after running `code`."""
    program = f"{code}\nimport json, sys\nprint(json.dumps([name for name in {heavy!r} if name in sys.modules]))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    names: list[str] = json.loads(result.stdout.splitlines()[-1])
    return names


@pytest.mark.parametrize(
    "code",
    [
        "import hrnet_cli",
        "import hrnet_cli; hrnet_cli.trace('w32')",
        "import hrnet_cli; hrnet_cli.build('w48').state_dict()",
        "import hrnet_cli\ntry: hrnet_cli.load_spec({})\nexcept Exception as error: str(error)",
    ],
)
def test_the_shapes_engine_needs_none_of_them(code: str) -> None:
    assert loaded_after(code, HEAVY) == []


def test_no_module_but_lowering_imports_torch() -> None:
    """The peers (`analysis.peers` and such) may be imported too: what they need they import when they are called."""
    names = [
        module.name
        for module in pkgutil.walk_packages(hrnet_cli.__path__, "hrnet_cli.")
        if "lowering" not in module.name and not module.name.endswith("__main__")
    ]
    assert len(names) > 15
    code = "import importlib\n" + "\n".join(f"importlib.import_module({name!r})" for name in names)
    assert loaded_after(code, ("torch", "torchinfo", "fvcore", "numpy")) == []


def test_without_torch_the_torch_engine_says_how_to_get_it() -> None:
    code = """
import sys
sys.modules["torch"] = None
import hrnet_cli
for call in (hrnet_cli.build_torch, lambda: hrnet_cli.trace(engine="torch")):
    try:
        call()
    except hrnet_cli.errors.MissingExtraError as error:
        assert "pip install 'hrnet-cli[torch]'" in str(error), error
    else:
        raise SystemExit("no error")
hrnet_cli.trace()
"""
    assert loaded_after(code, ("rich",)) == []


def test_the_public_api() -> None:
    for name in hrnet_cli.__all__:
        assert getattr(hrnet_cli, name) is not None
        assert name in dir(hrnet_cli)
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = hrnet_cli.no_such_name
