"""`presets` as a document."""

from __future__ import annotations

from hrnet_cli.analysis.presets import Preset, Presets
from hrnet_cli.present.document import Cell, Column, Document, Note, Span, Table
from hrnet_cli.present.figures import short, size
from hrnet_cli.present.published import compare

LEGEND = "Published FLOPs are MACs ÷ 2³⁰, published params ÷ 10⁶; ✓ where our count rounds to the printed figure."


def present(result: Presets) -> Document:
    """One row per preset."""
    columns = (Column("preset"), Column("task"), Column("input"), Column("params", True), Column("MACs", True))
    printed = (Column("published params"), Column("published FLOPs"))
    return Document((Table((*columns, *printed), tuple(map(_row, result.presets))), Note(LEGEND)))


def _row(preset: Preset) -> tuple[Cell, ...]:
    published: tuple[Cell, ...] = ("", "")
    if preset.published:
        params, flops = preset.published.params, preset.published.flops
        published = (_verdict(params, preset.params, 10**9), _verdict(flops, preset.macs, 2**30))
    name = Span(preset.name, "strong")
    return (name, preset.task, size(preset.input), short(preset.params), short(preset.macs), *published)


def _verdict(printed: str, ours: int, giga: int) -> Cell:
    found = compare(printed, ours, giga)
    return (Span(f"{printed} "), Span(found, "good" if found == "✓" else "bad"))
