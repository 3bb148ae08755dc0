"""`fuse` as a report: each fuse layer as a drawing and as a matrix."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from hrnet_cli.analysis.fuse import Edge, Fuse, FuseLayer, Operation
from hrnet_cli.analysis.shapes import TransitionStep
from hrnet_cli.report.content import (
    Block,
    Cell,
    Column,
    Drawing,
    Heading,
    Line,
    Note,
    Panel,
    Report,
    Span,
    Table,
    panel,
)
from hrnet_cli.text import exact, map_text, plural, shape_text, short

LEGEND = {
    "identity": "= identity",
    "up": "↑k 1×1 conv, ×k up",
    "down": "↓k 3×3/2 convs (×n: n in a row), ÷k down",
}
"""By kind of edge."""
DEPTHWISE_DOWN = "↓k 3×3/2 depthwise and 1×1 convs (n ×: n in a row), ÷k down"
"""An edge down in Lite-HRNet."""
TWICE = "2× added twice; where i > 0, branch 0 is output 0 before its ReLU"
SIZES = {"identity": "size ×1", "up": "size ×{}", "down": "size ÷{}"}
"""What an edge of each kind does to height and width, by its factor."""
SIGNS = {"identity": "=", "up": "↑{}", "down": "↓{}"}
ROLES = {"identity": "muted", "up": "good", "down": "mark"}


def present(result: Fuse) -> Report:
    """A drawing and a matrix for each layer; equal layers of a stage are drawn once."""
    title = Heading(f"{result.network} · {shape_text(result.input)} · fuse layers")
    if not result.layers:
        return Report((title, Note("no fuse layers: every stage has one branch", "")))
    edges = [edge for layer in result.layers for row in layer.rows for edge in row]
    legend = LEGEND | ({"down": DEPTHWISE_DOWN} if any(map(is_depthwise, edges)) else {})
    twice = [TWICE] if any(edge.times > 1 for edge in edges) else []
    kinds = {edge.kind for edge in edges}
    marks = " · ".join([*(text for kind, text in legend.items() if kind in kinds), *twice, "Σ sum, then ReLU"])
    blocks: list[Block] = [title, Note(f"j is the input branch, i the output branch. {marks}")]
    for _, group in groupby(result.layers, key=_content):
        layers = list(group)
        blocks += [Heading(_heading(layers)), _drawing(layers[0]), _matrix(layers[0])]
    return Report(tuple(blocks))


def one_line(result: Fuse) -> str:
    """The network, its input and the number of layers."""
    return f"{result.network}, {shape_text(result.input)}, {plural(len(result.layers), 'fuse layer')}"


def _content(layer: FuseLayer) -> object:
    """Equal for layers of a stage that differ in nothing but their module."""
    edges = tuple((edge.operations, edge.params) for row in layer.rows for edge in row)
    return layer.stage, layer.inputs, layer.outputs, edges


def _heading(layers: list[FuseLayer]) -> str:
    first, last = layers[0], layers[-1]
    modules = f"module {first.module}" if len(layers) == 1 else f"modules {first.module}–{last.module}, each"
    return f"stage {first.stage} {modules} ({first.path}): params {short(first.params)}, MACs {short(first.macs)}"


def _drawing(layer: FuseLayer) -> Drawing:
    """A line down for each input and a line across for each output, and the edge where they meet."""
    width = max(len(map_text(shape)) for shape in layer.inputs) + 2
    stub: list[Cell] = ["", "", *(Span(f"i={i} ─", "muted") for i in range(len(layer.rows)))]
    ends: list[Cell] = ["", "", *((Span("─▶ Σ ─▶ "), Span(map_text(shape), "shape")) for shape in layer.outputs)]
    return Drawing(panel(stub), (*(_column(layer, j, width) for j in range(len(layer.inputs))), panel(ends)))


def _column(layer: FuseLayer, j: int, width: int) -> Panel:
    titles: list[Cell] = [
        Span(f"j={j}".center(width), "muted"),
        Span(map_text(layer.inputs[j]).center(width), "shape"),
    ]
    return panel([*titles, *(_crossing(row[j], width) for row in layer.rows)])


def _crossing(edge: Edge, width: int) -> Line:
    sign = (f"{edge.times}×" if edge.times > 1 else "") + SIGNS[edge.kind].format(edge.factor)
    left = (width - len(sign) - 2) // 2
    right = width - len(sign) - 2 - left
    return (Span("─" * left + "┤"), Span(sign, ROLES[edge.kind]), Span("├" + "─" * right))


def _matrix(layer: FuseLayer) -> Table:
    """Rows are output branches i, columns input branches j."""
    columns = (Column("i \\ j"), *(Column(f"j={j}") for j in range(len(layer.inputs))))
    rows = tuple((f"i={i}", *map(_cell, row)) for i, row in enumerate(layer.rows))
    return Table(columns, rows, frozenset(range(1, len(rows))))


def _cell(edge: Edge) -> Cell:
    size = f"{edge.in_channels}→{edge.out_channels}, {SIZES[edge.kind].format(edge.factor)}"
    size += ", twice" if edge.times > 1 else ""
    if edge.kind == "identity":
        return (Span("identity", "muted"), Span(f"\n{size}", "muted"))
    costs = f"{exact(edge.params)} params\n{short(edge.macs)} MACs"
    return (Span(operations_text(edge.operations), "strong"), Span(f"\n{size}\n{costs}"))


def operations_text(operations: Iterable[Operation]) -> str:
    """`1×1 conv, ×2 up`, `2 × (3×3/2 depthwise, 1×1 conv)`: what an edge or a transition layer does, in short."""
    pairs = ((_operation_text(each), each.times) for each in operations)
    texts = [f"{text} ×{times}" if times > 1 else text for text, times in pairs]
    halvings = len(texts) // 2
    if halvings > 1 and texts == texts[:2] * halvings:
        return f"{halvings} × ({', '.join(texts[:2])})"
    return ", ".join(texts)


def is_depthwise(connection: Edge | TransitionStep) -> bool:
    """Whether it has a convolution of each channel alone."""
    return any(operation.depthwise for operation in connection.operations)


def _operation_text(operation: Operation) -> str:
    if operation.kernel_size and operation.stride:
        stride = operation.stride[0]
        kind = "depthwise" if operation.depthwise else "conv"
        return f"{shape_text(operation.kernel_size)}{f'/{stride}' if stride > 1 else ''} {kind}"
    mode = "" if operation.mode == "nearest" else f" ({operation.mode})"
    return f"up to size{mode}" if operation.scale_factor is None else f"×{operation.scale_factor} up{mode}"
