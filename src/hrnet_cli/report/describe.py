"""`describe` as a report."""

from __future__ import annotations

from typing import Any

from hrnet_cli.analysis.describe import Connection, Description, TreeRow
from hrnet_cli.analysis.flops import CostRow
from hrnet_cli.hrnet import FLOPS_PER_MAC, LITE_BLOCKS, LITE_STAGE_OFFSET, LITE_STEM_BLOCK, stage_key, transition_key
from hrnet_cli.report.content import Cell, Column, Facts, Heading, Line, Note, Report, Row, Span, Table, Tree
from hrnet_cli.report.fuse import operations_text
from hrnet_cli.text import batch_text, compact_list, exact, maps_text, plural, shape_text, short

PATHS = "Paths are those of get_submodule."
EDGES = "A fuse edge i←j makes output branch i from input branch j: {}, then its channels and in brackets their ratio."
LITE_NUMBERS = "In the tree stage 2 is {}, transition 1 is {}, and so on: Lite-HRNet's code does not count its stem."
UP, DOWN = "↑2 size ×2", "↓2 size ÷2"


def present(result: Description) -> Report:
    """Five lines, a table of the parts, the tree."""
    title = Heading(f"{result.network} · {result.type}")
    return Report((title, _facts(result), _parts(result), *_lite_numbers(result), _tree(result), *_legend(result)))


def one_line(result: Description) -> str:
    """The network, its input, params and MACs."""
    return f"{result.network}, {shape_text(result.input)}, {short(result.params)} params, {short(result.macs)} MACs"


def _lite_numbers(result: Description) -> list[Note]:
    """That the keys of Lite-HRNet's stages have other numbers than the table."""
    if result.stages[0].block != LITE_STEM_BLOCK or len(result.stages) < 2 or len(result.tree) < 2:
        return []
    number = 2 - LITE_STAGE_OFFSET
    return [Note(LITE_NUMBERS.format(stage_key(number), transition_key(number)))]


def _legend(result: Description) -> list[Note]:
    """What the paths are, and the signs of fuse edges, as far as there are any."""
    edges = [row.connection for row in result.tree if row.connection and row.connection.part == "fuse"]
    signs = [UP] if any(edge.input_branch > edge.output_branch for edge in edges) else []
    if any(edge.input_branch < edge.output_branch for edge in edges):
        signs.append(DOWN)
    texts = [PATHS] if len(result.tree) > 1 else []
    if signs:
        texts.append(EDGES.format(", ".join(signs)))
    return [Note(" ".join(texts))] if texts else []


def _facts(result: Description) -> Facts:
    sizes = (
        plural(len(result.stages), "stage"),
        plural(result.num_modules, "module"),
        plural(result.stages[-1].num_branches, "branch"),
        plural(result.num_blocks, "block"),
    )
    widths = " → ".join("/".join(map(str, stage.widths)) for stage in result.stages)
    macs = f"{short(result.macs)} ({exact(result.macs)}){batch_text(result.input)}"
    return Facts(
        (
            ("network", f"{', '.join(sizes)}, head {result.head}"),
            ("widths", widths),
            ("params", f"{short(result.params)} ({exact(result.params)}; buffers {exact(result.buffers)})"),
            ("MACs", f"{macs}, FLOPs = {FLOPS_PER_MAC} × MACs = {short(FLOPS_PER_MAC * result.macs)}"),
            ("shapes", f"{shape_text(result.input)} → {', '.join(map(shape_text, result.outputs))}"),
        )
    )


def _parts(result: Description) -> Table:
    """One row per part of the network; a stage with the fields of its spec."""
    columns = (Column("part"), Column("modules"), Column("blocks"), Column("num_channels"))
    figures = (Column("params", right=True), Column("MACs", right=True))
    rows = [_part(row, result) for row in result.parts if row.level == 0]
    total: tuple[Cell, ...] = (
        "total",
        "",
        "",
        "",
        Span(short(result.params), "strong"),
        Span(short(result.macs), "strong"),
    )
    return Table((*columns, *figures), (*rows, total), frozenset({len(rows)}))


def _part(row: CostRow, result: Description) -> tuple[Cell, ...]:
    modules = blocks = num_channels = ""
    if row.part.name == "stage" and row.part.stage:
        stage = result.stages[row.part.stage - 1]
        modules = str(stage.num_modules) if stage.stage > 1 else ""
        counts = stage.num_blocks[:1] if stage.block == LITE_BLOCKS[0] else stage.num_blocks
        blocks = f"{compact_list(counts)} {stage.block}"
        num_channels = ", ".join(map(str, stage.num_channels))
    return (str(row.part), modules, blocks, num_channels, short(row.params), short(row.macs))


def _tree(result: Description) -> Tree:
    columns = (Column("module"), Column("output"), Column("params", right=True), Column("MACs", right=True))
    names = {row.path: row.name for row in result.tree}
    rows = []
    for row in result.tree:
        label = _siblings(row, names[row.same_as]) if row.same_as else _module(row, result)
        outputs = maps_text(row.outputs) if len(row.outputs) < 2 else f"{len(row.outputs)} maps"
        has_costs = row.outputs or row.params
        figures = (short(row.params), short(row.macs)) if has_costs else ("", "")
        rows.append(Row(row.depth, (label, Span(outputs, "shape"), *figures)))
    return Tree(columns, tuple(rows))


def _module(row: TreeRow, result: Description) -> Line:
    """The path, its last part emphasised, and the type, or what it connects; in full its arguments too."""
    parent, name = row.path.removesuffix(row.name), row.name or result.network
    label = (Span(parent, "muted"), Span(name, "strong"))
    connection = f" {connection_text(row.connection)}" if row.connection else ""
    if connection and not result.full:
        return (*label, Span(connection, "mark"))
    more = connection or (arguments_text(row.arguments) if result.full else "")
    return (*label, Span(f" {row.type}", "type"), Span(more, "muted"))


def _siblings(row: TreeRow, same_as: str) -> Line:
    """The numbers of equal siblings, and the one that they equal."""
    numbers = row.name if row.times == 1 else f"{row.name}–{row.last_name}"
    times = "" if row.times == 1 else f"{row.times} × "
    return (Span(f"({numbers})", "strong"), Span(f" {times}{row.type}", "type"), Span(f", as ({same_as})", "muted"))


def connection_text(connection: Connection) -> str:
    """`i=0←j=1 ↑2 64→32 (÷2)` for a fuse edge, `branch 1 from 0: 3×3/2 conv, 256→64` for a transition layer."""
    i, j = connection.output_branch, connection.input_branch
    channels = f"{connection.in_channels}→{connection.out_channels}"
    if connection.part == "transition":
        return f"branch {i} from {j}: {operations_text(connection.operations)}, {channels}"
    sign = f"{'↑' if j > i else '↓'}{connection.factor}"
    return f"i={i}←j={j} {sign} {channels} ({ratio(connection.in_channels, connection.out_channels)})"


def ratio(before: int, after: int) -> str:
    """A ratio of channels: ×2, ÷4, or ×48/32 if it is neither."""
    if after % before == 0:
        return f"×{after // before}"
    if before % after == 0:
        return f"÷{before // after}"
    return f"×{after}/{before}"


def arguments_text(values: dict[str, Any]) -> str:
    """A leaf's arguments as in code: (64, 64, kernel_size=3, stride=2), without torch's own defaults."""
    texts = []
    for name, value in values.items():
        value = value[0] if isinstance(value, tuple) and len(set(value)) == 1 else value
        if name in POSITIONAL:
            texts.append(str(value))
        elif value != DEFAULTS.get(name):
            texts.append(f"{name}={value}")
    return f"({', '.join(texts)})" if texts else ""


POSITIONAL = ("in_channels", "out_channels", "num_features")
DEFAULTS = {"stride": 1, "padding": 0, "groups": 1, "bias": True, "eps": 1e-5, "momentum": 0.1, "inplace": False}
"""Torch's defaults of arguments that HRNet's layers have."""
