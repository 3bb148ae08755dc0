"""`trace` as a document: one row per resolution, one column per stage, as people draw it on a whiteboard."""

from __future__ import annotations

import re

from hrnet_cli.analysis.shapes import CallRow, ModuleShapes, Shapes, StageShapes
from hrnet_cli.report.content import (
    Block,
    Cell,
    Column,
    Document,
    Drawing,
    Facts,
    Heading,
    Note,
    Panel,
    Span,
    Table,
    panel,
    plain,
)
from hrnet_cli.text import map_text, maps_text, plural, shape_text

LEGEND = {
    "──▶": "passed on",
    "●▶": "3×3 conv to a new width",
    "└─▶": "new branch by a 3×3/2 conv per halving",
    "╳": "fuse exchange",
    "╯": "fused, not kept",
    "✗": "cannot be summed",
}
"""What each mark means."""
DRAWN = {"──▶": re.compile("[─┬]─▶"), "●▶": re.compile("●"), "└─▶": re.compile("[├└]─▶")}
"""How a mark looks in the grid where that varies."""


def present(result: Shapes, modules: bool = False) -> Document:
    """The grid, the outputs, and every call where it was asked for."""
    grid = _grid(result, modules)
    blocks: list[Block] = [Heading(f"{result.spec} · {shape_text(result.input)}"), grid, *_legend(grid)]
    if result.outputs:
        blocks.append(Facts((("output", ", ".join(map(shape_text, result.outputs))),)))
    blocks += [Note(note, "bad") for note in result.notes]
    if result.calls is not None:
        blocks.append(_calls(result.calls))
    return Document(tuple(blocks))


def _legend(grid: Drawing) -> list[Note]:
    """The marks that are drawn."""
    drawn = "\n".join(plain(spans) for each in grid.panels for spans in each.lines)
    marks = [f"{mark} {words}" for mark, words in LEGEND.items() if DRAWN.get(mark, re.compile(mark)).search(drawn)]
    return [Note(" · ".join(marks))] if marks else []


def _grid(result: Shapes, modules: bool) -> Drawing:
    rows = max((len(module.branches) for stage in result.stages for module in stage.modules), default=1)
    stub = panel(["", "", *(Span(f"1/{4 * 2**row} ", "muted") for row in range(rows))])
    panels = [_column("stem", "", [(Span(map_text(result.stem), "shape"), Span(" "))] if result.stem else [], rows)]
    for stage in result.stages:
        panels.append(_arrows(stage, rows))
        panels += _stage(result, stage, rows, modules)
    return Drawing(stub, tuple(panels))


def _stage(result: Shapes, stage: StageShapes, rows: int, modules: bool) -> list[Panel]:
    """A column for the stage, or one for each of its modules."""
    if not stage.modules:
        shapes: list[Cell] = [""] * rows
        for step in stage.transition:
            shapes[step.branch] = Span(map_text(step.shape), "shape")
        return [_column(f"stage {stage.stage}", "not reached", shapes, rows)]
    if modules and stage.stage > 1:
        return [_module(module, f"stage{stage.stage}.{module.module}", "", rows, result) for module in stage.modules]
    under = plural(stage.num_blocks[0], "block") if stage.stage == 1 else plural(stage.num_modules, "module")
    return [_module(stage.modules[-1], f"stage {stage.stage}", under, rows, result)]


def _module(module: ModuleShapes, title: str, under: str, rows: int, result: Shapes) -> Panel:
    cells: list[Cell] = []
    width = max(len(map_text(branch.shape)) for branch in module.branches)
    for row, branch in enumerate(module.branches):
        shape = Span(map_text(branch.shape).ljust(width + 1), "shape")
        cells.append((shape, _exchange(module, row, result), Span(" ")))
    return _column(title, under, cells, rows)


def _exchange(module: ModuleShapes, row: int, result: Shapes) -> Span:
    """What happens to a branch at the end of a module."""
    if not module.fuses:
        return Span("")
    if module.outputs:
        return Span("╳" if row < len(module.outputs) else "╯", "mark")
    failure = result.failure
    breaks = failure and failure.part == "fuse" and failure.output_branch == row
    return Span("✗" if breaks else " ", "bad")


def _column(title: str, under: str, cells: list[Cell], rows: int) -> Panel:
    heads: list[Cell] = [Span(title, "strong"), Span(under, "muted")]
    return panel([*heads, *cells, *[""] * (rows - len(cells))])


def _arrows(stage: StageShapes, rows: int) -> Panel:
    """How each branch enters the stage: from itself, or from the last one before as that was: it forks off first."""
    steps = {step.branch: step for step in stage.transition}
    branches = max([len(module.branches) for module in stage.modules] + [branch + 1 for branch in steps])
    new = [branch for branch, step in steps.items() if step.source != branch]
    cells: list[Cell] = []
    for row in range(branches):
        if row in new:
            cells.append(Span("└─▶ " if row == new[-1] else "├─▶ "))
        else:
            adapt = "●" if row in steps else "─"
            split = "┬" if new and row == new[0] - 1 else "─"
            cells.append(Span(f"{split}{adapt}▶ "))
    return panel(["", "", *cells, *[""] * (rows - len(cells))])


def _calls(calls: tuple[CallRow, ...]) -> Table:
    columns = (Column("#", True), Column("module"), Column("type"), Column("input"), Column("output"))
    rows = tuple(
        (
            str(call.order),
            call.path or "(the network)",
            Span(call.type, "type"),
            Span(maps_text(call.inputs), "shape"),
            Span(maps_text(call.outputs), "shape"),
        )
        for call in calls
    )
    return Table(columns, rows)
