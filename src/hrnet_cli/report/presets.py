"""`presets` as a report."""

from __future__ import annotations

from hrnet_cli.analysis.costs import PUBLISHED_CONVENTIONS
from hrnet_cli.analysis.flops import PublishedFigure
from hrnet_cli.analysis.presets import Preset, Presets
from hrnet_cli.hrnet import GIBI, GIGA, MEBI, MEGA
from hrnet_cli.report.content import Block, Cell, Column, Heading, Note, Report, Span, Table
from hrnet_cli.report.flops import TITLES, difference
from hrnet_cli.text import plural, shape_text, short

LEGEND = "✓: our figure rounds to the printed one; a percentage: how much ours is larger. Printed params are ÷ 10⁶."
NO_PRESETS = "no presets for this task; `hrnet-cli init --task TASK` writes a spec for it"
DIVISORS = {GIGA: "10⁹", GIBI: "2³⁰", MEGA: "10⁶", MEBI: "2²⁰"}
WHOLE_DETECTOR = "the printed figures are those of a whole Faster R-CNN; this is its backbone and HRFPN"
ONLY_ACCURACY = "only accuracy is printed, no params or FLOPs"


def present(result: Presets) -> Report:
    """A table per task; below, how the printed figures were counted, and why some differ or are missing."""
    if not result.presets:
        return Report((Note(NO_PRESETS, ""),))
    tasks: dict[str, list[Preset]] = {}
    for preset in result.presets:
        tasks.setdefault(preset.task, []).append(preset)
    blocks = [block for task, presets in tasks.items() for block in (Heading(task), _table(presets))]
    legend = [Note(LEGEND)] if any(preset.figures for preset in result.presets) else []
    return Report((*blocks, Note(""), *legend, *_rules(result), *_reasons(result)))


def one_line(result: Presets) -> str:
    """How many there are."""
    return plural(len(result.presets), "preset")


def _table(presets: list[Preset]) -> Table:
    columns = (Column("preset"), Column("input"), Column("params", True), Column("printed"))
    rows = []
    for preset in presets:
        params, flops = [_figure(figure) for figure in preset.figures] or ["", ""]
        name, size = Span(preset.name, "strong"), shape_text(preset.input[2:])
        rows.append((name, size, short(preset.params), params, short(preset.macs), flops))
    return Table((*columns, Column("MACs", True), Column("printed FLOPs")), tuple(rows))


def _figure(figure: PublishedFigure) -> Cell:
    """A printed figure, and ✓ or the difference of ours; ✗ before what the preset does not declare."""
    if figure.reproduces and not figure.differs:
        return (Span(f"{figure.printed} "), Span("✓", "good"))
    if figure.is_as_declared:
        return (Span(f"{figure.printed} "), Span(difference(figure), "muted"))
    return (Span(f"{figure.printed} "), Span(f"✗ {difference(figure)}", "bad"))


def _rules(result: Presets) -> list[Block]:
    """How the FLOPs were counted that are printed, with the presets of each rule; the most common rule last."""
    names: dict[str, list[str]] = {}
    for preset in result.presets:
        if preset.published:
            names.setdefault(preset.published.rule, []).append(preset.name)
    rules = sorted(names, key=lambda rule: len(names[rule]))
    notes: list[Block] = []
    for rule in rules:
        others = rule == rules[-1] and len(rules) > 1
        unit = "MACs" if rule == "published" else TITLES[rule]
        convention = PUBLISHED_CONVENTIONS[rule]
        divisor = DIVISORS[convention.mega if convention.mega != MEGA else convention.giga]
        notes.append(Note(f"{unit} ÷ {divisor}: {'all other printed figures' if others else ', '.join(names[rule])}"))
    return notes


def _reasons(result: Presets) -> list[Block]:
    """Why figures differ or are missing, each reason once with its presets."""
    names: dict[str, list[str]] = {}
    for preset in result.presets:
        missing = WHOLE_DETECTOR if preset.task == "detection" else ONLY_ACCURACY
        reason = preset.published.note if preset.published else missing
        if reason:
            names.setdefault(reason, []).append(preset.name)
    return [Note(f"{', '.join(presets)}: {reason}") for reason, presets in names.items()]
