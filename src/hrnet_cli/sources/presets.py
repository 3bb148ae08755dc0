"""The networks that ship with the tool: one YAML each, in `presets/` of the repository and of the package."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from hrnet_cli.errors import UsageError
from hrnet_cli.hrnet import DEFAULT_PRESET
from hrnet_cli.text import nearest

MAX_SUGGESTIONS = 3


def shipped_folder(name: str, in_checkout: str) -> Path:
    """A folder of files that the wheel ships below the package, or its original in the clone of an editable install."""
    package = Path(__file__).parents[1]
    return package / name if (package / name).is_dir() else package.parents[1] / in_checkout


@cache
def preset_names() -> tuple[str, ...]:
    """The names of all presets, sorted."""
    return tuple(sorted(path.stem for path in shipped_folder("presets", "presets").glob("*.yaml")))


def nearest_presets(name: str) -> str:
    """The remedy for a name that no preset has: the most similar names, and the command that lists all."""
    rest, near = list(preset_names()), list[str]()
    while len(near) < MAX_SUGGESTIONS and (found := nearest(name, rest)):
        near.append(found)
        rest.remove(found)
    question = f"did you mean {near[0]}? " if near else ""
    others = f"also similar: {', '.join(near[1:])}; " if near[1:] else ""
    return f"{question}{others}`hrnet-cli presets` lists all presets"


def preset_path(name: str) -> Path:
    """The file of a preset, by `w32` or `w32.yaml`. Raises UsageError with the most similar names."""
    stem = name.removesuffix(".yaml")
    if stem not in preset_names():
        raise UsageError(f"no preset {name!r}", nearest_presets(stem))
    return shipped_folder("presets", "presets") / f"{stem}.yaml"


def preset_example(name: str = DEFAULT_PRESET) -> dict[str, Any]:
    """A preset as plain values: the example in the JSON Schema of a spec."""
    from hrnet_cli.documents.yaml import read_document

    values: dict[str, Any] = read_document(preset_path(name).read_text(encoding="utf-8")).value
    return values
