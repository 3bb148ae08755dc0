"""The networks that ship with the tool: one YAML each, in `hrnet_cli/presets`."""

from __future__ import annotations

from pathlib import Path

from hrnet_cli.errors import UsageError
from hrnet_cli.spec.fields import did_you_mean

FOLDER = Path(__file__).parent.parent / "presets"


def preset_names() -> tuple[str, ...]:
    """Every preset by the name that it is called with, in order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def preset_path(name: str) -> Path:
    """The file of a preset, by `w32` or `w32.yaml`. Raises UsageError with the nearest name."""
    stem = name.removesuffix(".yaml")
    if stem not in preset_names():
        raise UsageError(f"no preset {name!r}", did_you_mean(stem, preset_names()))
    return FOLDER / f"{stem}.yaml"
