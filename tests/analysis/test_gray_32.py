"""An example of a config: the stages of W32 on a small grey image, without a head."""

from __future__ import annotations

import pytest
from commandline import ROOT, call

from hrnet_cli import describe, fuse, shapes
from hrnet_cli.report.describe import connection_text

GRAY = str(ROOT / "examples" / "gray-32.yaml")
BRANCHES = ((1, 32, 8, 8), (1, 64, 4, 4), (1, 128, 2, 2), (1, 256, 1, 1))


def test_the_four_branches() -> None:
    result = shapes(GRAY)
    assert result.input == (1, 1, 32, 32)
    assert result.outputs == BRANCHES == describe(GRAY).outputs
    assert [branch.shape for branch in result.stages[-1].modules[-1].branches] == list(BRANCHES)
    assert [branch.stride for branch in result.stages[-1].modules[-1].branches] == [4, 8, 16, 32]
    assert not result.stretched


def test_the_trace_shows_them() -> None:
    out = call("trace", GRAY).out
    for text in ("32×8×8", "64×4×4", "128×2×2", "256×1×1", "output  1×32×8×8, 1×64×4×4, 1×128×2×2, 1×256×1×1"):
        assert text in out


@pytest.mark.parametrize(
    "line",
    [
        "layer1.1 Bottleneck",
        "(2–3) 2 × Bottleneck, as (1)",
        "stage2.0.branches.0.0 BasicBlock",
        "(1–3) 3 × BasicBlock, as (0)",
        "(1–3) 3 × HighResolutionModule, as (0)",
        "(1–2) 2 × HighResolutionModule, as (0)",
        "stage2.0.fuse_layers.0.1 i=0←j=1 ↑2 64→32 (÷2)",
        "stage2.0.fuse_layers.1.0 i=1←j=0 ↓2 32→64 (×2)",
        "stage4.0.fuse_layers.0.3 i=0←j=3 ↑8 256→32 (÷8)",
        "stage4.0.fuse_layers.3.0 i=3←j=0 ↓8 32→256 (×8)",
        "transition1.0 branch 0 from 0: 3×3 conv, 256→32",
        "transition3.3 branch 3 from 2: 3×3/2 conv, 128→256",
    ],
)
def test_the_lines_of_the_tree(line: str) -> None:
    assert line in call("describe", GRAY).out


def test_every_fuse_edge_has_its_branches_factor_and_ratio() -> None:
    texts = {row.path: connection_text(row.connection) for row in describe(GRAY).tree if row.connection}
    edges = [
        edge for layer in fuse(GRAY).layers if layer.module == 0 for row in layer.rows for edge in row if edge.path
    ]
    assert len(edges) == 2 + 6 + 12
    for edge in edges:
        arrow = "↑" if edge.input_branch > edge.output_branch else "↓"
        ratio = f"÷{edge.factor}" if edge.input_branch > edge.output_branch else f"×{edge.factor}"
        i, j = edge.output_branch, edge.input_branch
        assert texts[edge.path] == f"i={i}←j={j} {arrow}{edge.factor} {32 * 2**j}→{32 * 2**i} ({ratio})"
