"""`trace` as a report: one row per resolution and one column per stage, as on a whiteboard."""

from __future__ import annotations

from hrnet_cli.analysis.shapes import CallRow, ModuleShapes, Shapes, StageShapes
from hrnet_cli.hrnet import branch_stride
from hrnet_cli.report.content import (
    Block,
    Cell,
    Column,
    Drawing,
    Facts,
    Heading,
    Note,
    Panel,
    Report,
    Span,
    Table,
    panel,
)
from hrnet_cli.report.fuse import is_depthwise
from hrnet_cli.text import map_text, maps_text, plural, shape_text

PASSED_ON, ADAPTED, NEW, FUSED, DROPPED, BROKEN = "──▶", "●▶", "└─▶", "╳", "╯", "✗"
LEGEND = {
    PASSED_ON: "passed on",
    ADAPTED: "3×3 conv to a new width",
    NEW: "new branch by a 3×3/2 conv per halving",
    FUSED: "fuse layer",
    DROPPED: "fused, not kept",
    BROKEN: "cannot be summed",
}
"""The marks in the grid: how a branch enters a stage, and how it leaves a module."""
DEPTHWISE = {
    ADAPTED: "3×3 depthwise and 1×1 conv to a new width",
    NEW: "new branch by a 3×3/2 depthwise and a 1×1 conv per halving",
}
"""The marks of Lite-HRNet that differ."""


def present(result: Shapes) -> Report:
    """The grid, the outputs, and every call if they were asked for."""
    blocks: list[Block] = [Heading(f"{result.network} · {shape_text(result.input)}"), _grid(result), *_legend(result)]
    if result.outputs:
        blocks.append(Facts((("output", ", ".join(map(shape_text, result.outputs))),)))
    for path in result.stretched:
        blocks.append(Note(f"{path} adds maps of different sizes: torch stretches a map of size 1", "bad"))
    if result.calls is not None:
        blocks.append(_calls(result.calls))
    return Report(tuple(blocks))


def one_line(result: Shapes) -> str:
    """The network, its input and its output, or that the input cannot go through."""
    outputs = "cannot go through" if result.failure else ", ".join(map(shape_text, result.outputs))
    return f"{result.network}, {shape_text(result.input)} → {outputs}"


def _legend(result: Shapes) -> list[Note]:
    """The marks that are in the grid."""
    marks = {mark for stage in result.stages for mark in _entries(stage)}
    marks |= {mark for stage in result.stages for module in _shown(result, stage) for mark in _exits(result, module)}
    is_lite = any(map(is_depthwise, (step for stage in result.stages for step in stage.transition)))
    legend = LEGEND | (DEPTHWISE if is_lite else {})
    texts = [f"{mark} {text}" for mark, text in legend.items() if mark in marks]
    return [Note(" · ".join(texts))] if texts else []


def _grid(result: Shapes) -> Drawing:
    num_rows = max((len(module.branches) for stage in result.stages for module in stage.modules), default=1)
    stub = panel(["", "", *(Span(f"1/{branch_stride(row)} ", "muted") for row in range(num_rows))])
    stem: list[Cell] = [(Span(map_text(result.stem), "shape"), Span(" "))] if result.stem else []
    panels = [_column("stem", _stem_size(result), stem, num_rows)]
    for stage in result.stages:
        panels += [_arrows(stage, num_rows), *_stage(result, stage, num_rows)]
    return Drawing(stub, tuple(panels))


def _stem_size(result: Shapes) -> str:
    """Where the stem ends, if it is not at the size of branch 0: in Lite-HRNet stage 1 halves the map again."""
    first = next((module.branches[0].shape for stage in result.stages[:1] for module in stage.modules), None)
    return "at 1/2" if result.stem and first and result.stem[2:] != first[2:] else ""


def _shown(result: Shapes, stage: StageShapes) -> tuple[ModuleShapes, ...]:
    """The modules of a stage that have a column: all, or the last one for the stage."""
    return stage.modules if result.by_module else stage.modules[-1:]


def _stage(result: Shapes, stage: StageShapes, num_rows: int) -> list[Panel]:
    """A column for the stage, or one for each of its modules."""
    if not stage.modules:
        shapes: list[Cell] = [""] * num_rows
        for step in stage.transition:
            shapes[step.output_branch] = Span(map_text(step.shape), "shape")
        return [_column(f"stage {stage.stage}", "not reached", shapes, num_rows)]
    size = plural(stage.num_blocks[0], "block") if stage.stage == 1 else plural(stage.num_modules, "module")
    panels = []
    for module in _shown(result, stage):
        by_module = result.by_module and stage.stage > 1
        title, subtitle = (f"stage{stage.stage}.{module.module}", "") if by_module else (f"stage {stage.stage}", size)
        texts = [map_text(branch.shape) for branch in module.branches]
        width = max(map(len, texts)) + 1
        exits = _exits(result, module) or [""] * len(texts)
        cells: list[Cell] = [
            (Span(text.ljust(width), "shape"), Span(mark, "bad" if mark == BROKEN else "mark"), Span(" "))
            for text, mark in zip(texts, exits, strict=True)
        ]
        panels.append(_column(title, subtitle, cells, num_rows))
    return panels


def _exits(result: Shapes, module: ModuleShapes) -> list[str]:
    """The mark of each branch at the end of a module; none if the module does not fuse."""
    branches = range(len(module.branches) if module.fuses else 0)
    if module.outputs:
        return [FUSED if branch < len(module.outputs) else DROPPED for branch in branches]
    failure = result.failure
    broken = failure.output_branch if failure and failure.part == "fuse" else None
    return [BROKEN if branch == broken else " " for branch in branches]


def _entries(stage: StageShapes) -> list[str]:
    """The mark of each branch between the stage before and this one."""
    inputs = {step.output_branch: step.input_branch for step in stage.transition}
    branches = max([len(module.branches) for module in stage.modules] + [branch + 1 for branch in inputs])
    marks = []
    for branch in range(branches):
        changed = ADAPTED if inputs.get(branch) == branch else NEW
        marks.append(changed if branch in inputs else PASSED_ON)
    return marks


def _arrows(stage: StageShapes, num_rows: int) -> Panel:
    """How each branch enters the stage: from itself, or as a fork of the branch above, before that is adapted."""
    entries = _entries(stage)
    new = [branch for branch, mark in enumerate(entries) if mark == NEW]
    cells: list[Cell] = []
    for branch, mark in enumerate(entries):
        if mark == NEW:
            cells.append(Span("└─▶ " if branch == new[-1] else "├─▶ "))
        else:
            fork = "┬" if new and branch == new[0] - 1 else "─"
            cells.append(Span(f"{fork}{'●' if mark == ADAPTED else '─'}▶ "))
    return _column("", "", cells, num_rows)


def _column(title: str, subtitle: str, cells: list[Cell], num_rows: int) -> Panel:
    return panel([Span(title, "strong"), Span(subtitle, "muted"), *cells, *[""] * (num_rows - len(cells))])


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
