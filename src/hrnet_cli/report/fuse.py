"""`fuse` as a document: each exchange as a drawing, and as a matrix."""

from __future__ import annotations

from hrnet_cli.analysis.fuse import Edge, Fuse, FuseLayer
from hrnet_cli.report.content import (
    Block,
    Cell,
    Column,
    Document,
    Drawing,
    Heading,
    Line,
    Note,
    Panel,
    Span,
    Table,
    panel,
)
from hrnet_cli.text import exact, map_text, shape_text, short

BRANCHES = "j is the input branch, i the output branch."
LEGEND = {
    "identity": "= identity",
    "up": "↑k 1×1 conv, ×k up",
    "down": "↓k 3×3/2 convs (×n: n in a row), ÷k down",
}
"""By the kinds of edges."""
SUM = "Σ sum, then ReLU"
SIZE = {"identity": "size ×1", "up": "size ×{}", "down": "size ÷{}"}
"""What an edge does to height and width; operations have their own ×, and channels none."""


def present(result: Fuse) -> Document:
    """A drawing and a matrix for each layer; layers that are the same are drawn once."""
    if not result.layers:
        return Document((Heading(_title(result)), Note("one branch throughout: there is nothing to fuse", "")))
    blocks: list[Block] = [Heading(_title(result)), Note(_legend(result))]
    groups: list[list[FuseLayer]] = []
    for layer in result.layers:
        if groups and _content(groups[-1][0]) == _content(layer):
            groups[-1].append(layer)
        else:
            groups.append([layer])
    for group in groups:
        blocks += [Heading(_name(group)), _drawing(group[0]), _matrix(group[0])]
    return Document(tuple(blocks))


def _legend(result: Fuse) -> str:
    """The kinds of edges that are drawn."""
    kinds = {edge.kind for layer in result.layers for row in layer.rows for edge in row}
    return f"{BRANCHES} {' · '.join([*(text for kind, text in LEGEND.items() if kind in kinds), SUM])}"


def _title(result: Fuse) -> str:
    return f"{result.spec} · {shape_text(result.input)} · fuse layers"


def _content(layer: FuseLayer) -> object:
    """What makes two layers of a stage the same: all but their module."""
    return (
        layer.stage,
        layer.inputs,
        layer.outputs,
        tuple((edge.operation, edge.params) for row in layer.rows for edge in row),
    )


def _name(group: list[FuseLayer]) -> str:
    first = group[0]
    modules = f"module {first.module}" if len(group) == 1 else f"modules {first.module}–{group[-1].module}, each"
    return f"stage {first.stage} {modules} ({first.path}): params {short(first.params)}, MACs {short(first.macs)}"


def _drawing(layer: FuseLayer) -> Drawing:
    """A line down for each input, a line across for each output, and what happens where they meet."""
    width = max(len(map_text(shape)) for shape in layer.inputs) + 2
    stub: list[Cell] = ["", "", *(Span(f"i={i} ─", "muted") for i in range(len(layer.rows)))]
    ends: list[Cell] = ["", "", *((Span("─▶ Σ ─▶ "), Span(map_text(shape), "shape")) for shape in layer.outputs)]
    return Drawing(panel(stub), (*(_column(layer, j, width) for j in range(len(layer.inputs))), panel(ends)))


def _column(layer: FuseLayer, j: int, width: int) -> Panel:
    head: list[Cell] = [
        Span(f"j={j}".center(width), "muted"),
        Span(map_text(layer.inputs[j]).center(width), "shape"),
    ]
    return panel([*head, *(_crossing(row[j], width) for row in layer.rows)])


def _crossing(edge: Edge, width: int) -> Line:
    sign = {"identity": "=", "up": f"↑{edge.factor}", "down": f"↓{edge.factor}"}[edge.kind]
    role = {"identity": "muted", "up": "good", "down": "mark"}[edge.kind]
    left = (width - len(sign) - 2) // 2
    return (Span("─" * left + "┤"), Span(sign, role), Span("├" + "─" * (width - len(sign) - 2 - left)))


def _matrix(layer: FuseLayer) -> Table:
    """Rows are output branches i, columns input branches j."""
    columns = (Column("i \\ j"), *(Column(f"j={j}") for j in range(len(layer.inputs))))
    rows = tuple((f"i={i}", *(_cell(edge) for edge in row)) for i, row in enumerate(layer.rows))
    return Table(columns, rows, frozenset(range(1, len(rows))))


def _cell(edge: Edge) -> Cell:
    channels = f"{edge.in_channels}→{edge.out_channels}"
    factor = SIZE[edge.kind].format(edge.factor)
    if edge.kind == "identity":
        return (Span("identity", "muted"), Span(f"\n{channels}, {factor}", "muted"))
    costs = f"{exact(edge.params)} params\n{short(edge.macs)} MACs"
    return (Span(edge.operation, "strong"), Span(f"\n{channels}, {factor}\n{costs}"))
