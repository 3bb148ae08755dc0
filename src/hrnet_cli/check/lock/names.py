"""What a spec is called in a lock file: its path from the file's folder, or what names it without a file."""

from __future__ import annotations

import os
from pathlib import Path

from hrnet_cli.errors import UsageError
from hrnet_cli.sources import preset_names
from hrnet_cli.sources.loading import own_path
from hrnet_cli.sources.prefixes import TIMM

LOCK_NAME = "hrnet.lock"


def lock_name(source: str | Path, folder: Path) -> str:
    """The name in a lock file in `folder`: `configs/w32.yaml`, a preset's `w32`, `timm:NAME`.

    Raises UsageError for what is nowhere to be found again: standard input, a git revision.
    """
    path = own_path(source)
    if path is None:
        name = str(source).removesuffix(".yaml")
        if not _has_no_file(name):
            raise UsageError(
                f"{str(source)!r} cannot be locked", "a lock holds files and presets, which stay where they are"
            )
        return name
    name = Path(os.path.relpath(path, folder)).as_posix()
    return f"./{name}" if _has_no_file(name) else name


def lock_path(name: str, folder: Path) -> Path | None:
    """The file that a name in a lock file in `folder` stands for, be it there or not; None for a preset."""
    return None if _has_no_file(name) else folder / name


def _has_no_file(name: str) -> bool:
    return name in preset_names() or name.startswith(TIMM)
