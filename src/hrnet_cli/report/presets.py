"""`presets` as a document."""

from __future__ import annotations

from hrnet_cli.analysis.presets import Preset, Presets
from hrnet_cli.analysis.published import RULES, Figure
from hrnet_cli.report.content import Block, Cell, Column, Document, Heading, Note, Span, Table
from hrnet_cli.report.published import difference
from hrnet_cli.text import shape_text, short

LEGEND = "✓: our count rounds to the printed figure; else by how much ours is more or less. Printed params are ÷ 10⁶."
NONE = "no preset is for this task; `hrnet-cli init --task` writes a spec for any"
DIVISOR = {10**9: "10⁹", 2**30: "2³⁰"}


def present(result: Presets) -> Document:
    """A table per task; below, the rules by which the figures were printed, and why some do not come out."""
    if not result.presets:
        return Document((Note(NONE, ""),))
    tasks: dict[str, list[Preset]] = {}
    for preset in result.presets:
        tasks.setdefault(preset.task, []).append(preset)
    blocks = [block for task, presets in tasks.items() for block in (Heading(task), _table(presets))]
    legend = [Note(LEGEND)] if any(preset.figures for preset in result.presets) else []
    return Document((*blocks, Note(""), *legend, *_rules(result), *_reasons(result)))


def _table(presets: list[Preset]) -> Table:
    columns = (Column("preset"), Column("input"), Column("params", True), Column("printed"))
    return Table((*columns, Column("MACs", True), Column("printed FLOPs")), tuple(map(_row, presets)))


def _row(preset: Preset) -> tuple[Cell, ...]:
    params, flops = [_printed(figure) for figure in preset.figures] or ["", ""]
    name, input = Span(preset.name, "strong"), shape_text(preset.input[2:])
    return (name, input, short(preset.params), params, short(preset.macs), flops)


def _printed(figure: Figure) -> Cell:
    """A printed figure, and ✓ or how far ours is from it."""
    if figure.reproduces and figure.stands:
        return (Span(f"{figure.printed} "), Span("✓", "good"))
    if figure.stands:
        return (Span(f"{figure.printed} "), Span(difference(figure), "muted"))
    return (Span(f"{figure.printed} "), Span(f"✗ {difference(figure)}", "bad"))


def _rules(result: Presets) -> list[Block]:
    """Which rule holds for which presets."""
    names: dict[str, list[str]] = {}
    for preset in result.presets:
        if preset.published:
            names.setdefault(preset.published.rule, []).append(preset.name)
    most = max(names, key=lambda rule: len(names[rule]), default="")
    return [
        Note(f"{_rule(rule)}: {'all other printed figures' if rule == most and len(names) > 1 else ', '.join(of)}")
        for rule, of in sorted(names.items(), key=lambda item: item[0] == most)
    ]


def _rule(name: str) -> str:
    rule = RULES[name]
    label = "MACs" if name == "published" else rule.label
    return f"{label} ÷ {DIVISOR[rule.giga]}"


def _reasons(result: Presets) -> list[Block]:
    """Why a figure does not come out, or is not there: each reason once, with the presets that it holds for."""
    reasons: dict[str, list[str]] = {}
    for preset in result.presets:
        reason = preset.unprinted or (preset.published.note if preset.published else "")
        if reason:
            reasons.setdefault(reason, []).append(preset.name)
    return [Note(f"{', '.join(names)}: {reason}") for reason, names in reasons.items()]
