"""What ships with the tool, each network counted now and held against what its authors printed."""

from __future__ import annotations

from typing import NamedTuple

from hrnet_cli.analysis.flops import flops
from hrnet_cli.nn import Shape
from hrnet_cli.spec import Published, load_spec, preset_names, preset_path
from hrnet_cli.tracing import trace


class Preset(NamedTuple):
    """A network that ships: its name on the command line, and our figures beside the published ones."""

    name: str
    spec: str
    task: str
    input: Shape
    params: int
    macs: int
    published: Published | None


class Presets(NamedTuple):
    """The result of `presets`."""

    convention: str
    presets: tuple[Preset, ...]


def presets() -> Presets:
    """Every preset, by name."""
    return Presets("macs", tuple(map(_preset, preset_names())))


def _preset(name: str) -> Preset:
    spec = load_spec(preset_path(name))
    total = flops(trace(spec))
    return Preset(name, spec.name, spec.head.task, spec.input_shape, total.params, total.macs, spec.published)
