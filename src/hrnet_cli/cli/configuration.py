"""The project's own settings: `.hrnet-cli.toml`, or `[tool.hrnet-cli]` in pyproject.toml, here or above."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from operator import add
from pathlib import Path
from typing import Any

from hrnet_cli.check.settings import Settings, read_settings
from hrnet_cli.errors import UnreadableError, UsageError
from hrnet_cli.text import dotted_path

OWN = ".hrnet-cli.toml"
PROJECT = "pyproject.toml"


def configured(named: str | None = None) -> Settings:
    """The settings of the file that is named, or of the nearest one; the defaults where there is none.

    Raises UnreadableError and UsageError.
    """
    path = Path(named) if named else _nearest()
    if path is None:
        return Settings()
    values = _table(path)
    if values is None:
        raise UsageError(f"{path} has no [tool.hrnet-cli]", f"write one, or name a {OWN}")
    settings, diagnostics = read_settings(values)
    if settings is None:
        lines = [
            f"{path}: {dotted_path(diagnostic.path).replace('_', '-')}: {diagnostic.message}"
            for diagnostic in diagnostics
        ]
        remedies = [f": {diagnostic.remedy}" if diagnostic.remedy else "" for diagnostic in diagnostics]
        raise UsageError("\n".join(map(add, lines, remedies)), "docs/ci.md has every key")
    lock = os.path.relpath(path.parent / settings.lock)
    return replace(settings, folder=str(path.parent), lock=lock)


def _nearest() -> Path | None:
    """The file in this folder or the nearest one above; `.hrnet-cli.toml` where a folder has both."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        for path in (folder / OWN, folder / PROJECT):
            if path.is_file() and _table(path) is not None:
                return path
    return None


def _table(path: Path) -> Mapping[str, Any] | None:
    """The settings in a file: below `[tool.hrnet-cli]`, or at its top where it is not a pyproject.toml."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        with path.open("rb") as file:
            values: dict[str, Any] = tomllib.load(file)
    except OSError as error:
        raise UnreadableError(f"cannot read {str(path)!r}: {error.strerror}", "name a TOML file") from None
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"{path} is no TOML: {error}", "mend it, or name another with --config") from None
    tool = values.get("tool")
    table = tool.get("hrnet-cli") if isinstance(tool, dict) else None
    if isinstance(table, dict):
        return table
    return None if path.name == PROJECT else values
