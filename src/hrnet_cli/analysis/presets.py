"""What ships with the tool, each network counted now and held against what its authors printed."""

from __future__ import annotations

from typing import NamedTuple

from hrnet_cli.analysis.costs import costs
from hrnet_cli.analysis.published import Figure, figures
from hrnet_cli.nn import Shape
from hrnet_cli.schema import Published, Spec
from hrnet_cli.sources import load_spec, preset_names, preset_path
from hrnet_cli.tracing import trace

ENGINE = "shapes"
WHOLES = {"detection": "the printed figures are those of a whole Faster R-CNN; this is its backbone and HRFPN"}
"""From a task whose authors print nothing of the part that we count to what they print."""
ACCURACY_ALONE = "accuracy alone is printed, no params or FLOPs"


class Preset(NamedTuple):
    """A network that ships: its name on the command line, and our figures beside the published ones."""

    name: str
    spec: str
    task: str
    input: Shape
    params: int
    macs: int
    published: Published | None
    figures: tuple[Figure, ...]
    unprinted: str
    """Why there are no published figures; nothing where there are."""


class Presets(NamedTuple):
    """The result of `presets`."""

    engine: str
    convention: str
    presets: tuple[Preset, ...]

    @property
    def broken(self) -> tuple[tuple[str, Figure], ...]:
        """Every figure, with its preset's name, that is not as the preset has it."""
        return tuple((each.name, figure) for each in self.presets for figure in each.figures if not figure.stands)


def presets(task: str | None = None) -> Presets:
    """Every preset, by name; of one task (`pose`, `segmentation` …) if asked."""
    specs = {name: load_spec(preset_path(name)) for name in preset_names()}
    asked = (_preset(name, spec) for name, spec in specs.items() if task in (None, spec.head.task))
    return Presets(ENGINE, "macs", tuple(asked))


def _preset(name: str, spec: Spec) -> Preset:
    counted = costs(trace(spec, engine=ENGINE))
    params, macs = sum(cost.params for cost in counted), sum(cost.macs for cost in counted)
    printed = figures(spec.published, params, counted)
    task = spec.head.task
    unprinted = "" if printed else WHOLES.get(task, ACCURACY_ALONE)
    return Preset(name, spec.name, task, spec.input_shape, params, macs, spec.published, printed, unprinted)
