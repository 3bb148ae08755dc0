"""The networks that ship with the tool, counted now, with the figures that their authors published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from hrnet_cli.analysis.costs import costs, totals
from hrnet_cli.analysis.flops import PublishedFigure, published_figures
from hrnet_cli.analysis.result import Result
from hrnet_cli.errors import choose
from hrnet_cli.nn import Shape
from hrnet_cli.schema import HEAD_SPECS, Published, Spec
from hrnet_cli.sources import load_spec, preset_names, preset_path
from hrnet_cli.tracing import trace

ENGINE = "shapes"


class Preset(NamedTuple):
    """A preset: its name on the command line, its network, our counts and the published figures."""

    name: str
    network: str
    task: str
    input: Shape
    params: int
    macs: int
    published: Published | None
    figures: tuple[PublishedFigure, ...]
    """Empty if the authors printed none of this network alone."""


@dataclass(frozen=True, slots=True, repr=False)
class Presets(Result):
    """The result of `presets`."""

    command: ClassVar[str] = "presets"

    engine: str
    convention: str
    presets: tuple[Preset, ...]

    @property
    def unexpected(self) -> tuple[tuple[str, PublishedFigure], ...]:
        """The figures that differ from what their preset declares, each with the preset's name."""
        return tuple(
            (preset.name, figure) for preset in self.presets for figure in preset.figures if not figure.is_as_declared
        )


def presets(task: str | None = None) -> Presets:
    """Every preset, or those of one task. Raises UsageError for an unknown task."""
    if task is not None:
        choose("task", task, {head.task: head for head in HEAD_SPECS.values()})
    specs = {name: load_spec(preset_path(name)) for name in preset_names()}
    chosen = (_preset(name, spec) for name, spec in specs.items() if task in (None, spec.head.task))
    return Presets(ENGINE, "macs", tuple(chosen))


def _preset(name: str, spec: Spec) -> Preset:
    counted = costs(trace(spec, engine=ENGINE))
    total = totals(counted)
    return Preset(
        name=name,
        network=spec.name,
        task=spec.head.task,
        input=spec.input_shape,
        params=total.params,
        macs=total.macs,
        published=spec.published,
        figures=published_figures(spec.published, counted),
    )
