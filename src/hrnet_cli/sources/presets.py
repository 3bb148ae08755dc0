"""The networks that ship with the tool: one YAML each, in `presets/` of the repository and of the package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hrnet_cli.errors import UsageError
from hrnet_cli.text import nearest


def shipped_folder(name: str, in_checkout: str) -> Path:
    """A folder of files that the wheel ships below the package, or its original in the clone of an editable install."""
    package = Path(__file__).parents[1]
    return package / name if (package / name).is_dir() else package.parents[1] / in_checkout


def _folder() -> Path:
    return shipped_folder("presets", "presets")


def preset_names() -> tuple[str, ...]:
    """Every preset by the name that it is called with, in order."""
    return tuple(sorted(path.stem for path in _folder().glob("*.yaml")))


FEW = 3


def nearest_presets(name: str) -> str:
    """What may have been meant by a name that is no preset's, and where all names are."""
    rest, near = list(preset_names()), list[str]()
    while len(near) < FEW and (found := nearest(name, rest)):
        near.append(found)
        rest.remove(found)
    guess = f"did you mean {near[0]}? " if near else ""
    others = f"also near: {', '.join(near[1:])}; " if near[1:] else ""
    return f"{guess}{others}`hrnet-cli presets` lists all presets"


def preset_path(name: str) -> Path:
    """The file of a preset, by `w32` or `w32.yaml`. Raises UsageError with the nearest name."""
    stem = name.removesuffix(".yaml")
    if stem not in preset_names():
        raise UsageError(f"no preset {name!r}", nearest_presets(stem))
    return _folder() / f"{stem}.yaml"


def preset_example(name: str = "w32") -> dict[str, Any]:
    """A preset as plain values: the example in the JSON Schema of a spec."""
    from hrnet_cli.documents.yaml import read_document

    values: dict[str, Any] = read_document(preset_path(name).read_text(encoding="utf-8")).value
    return values
