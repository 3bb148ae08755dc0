"""Fuse layers against the paper's figure 3, written by hand."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from strategies import Plain, specs
from support import lite_spec

from hrnet_cli.analysis.fuse import Edge, FuseLayer, Operation, fuse
from hrnet_cli.errors import UsageError
from hrnet_cli.tracing import trace

WIDTHS = (32, 64, 128, 256)
CONV_1X1 = Operation("Conv2d", (1, 1), (1, 1), None, None)
IDENTITY: tuple[Operation, ...] = ()


def up(factor: int) -> tuple[Operation, ...]:
    """A 1×1 convolution, then upsampling."""
    return (CONV_1X1, Operation("Upsample", None, None, factor, "nearest"))


def down(times: int) -> tuple[Operation, ...]:
    """3×3 convolutions of stride 2 in a row."""
    return (Operation("Conv2d", (3, 3), (2, 2), None, None, times),)


STAGE_3 = [
    [IDENTITY, up(2), up(4)],
    [down(1), IDENTITY, up(2)],
    [down(2), down(1), IDENTITY],
]
STAGE_4 = [
    [IDENTITY, up(2), up(4), up(8)],
    [down(1), IDENTITY, up(2), up(4)],
    [down(2), down(1), IDENTITY, up(2)],
    [down(3), down(2), down(1), IDENTITY],
]


def operations(layer: FuseLayer) -> list[list[tuple[Operation, ...]]]:
    return [[edge.operations for edge in row] for row in layer.rows]


def by_hand(i: int, j: int) -> tuple[int, int]:
    """Params and MACs of edge i←j in W32 at 256×192, where branch i is 64·2^-i × 48·2^-i."""
    area = {branch: (64 >> branch) * (48 >> branch) for branch in range(4)}
    if i == j:
        return 0, 0
    if j > i:
        weights = WIDTHS[j] * WIDTHS[i]
        return weights + 2 * WIDTHS[i], weights * area[j]
    widths = [WIDTHS[j]] * (i - j) + [WIDTHS[i]]
    weights_at = [9 * widths[step] * widths[step + 1] for step in range(i - j)]
    params = sum(weights_at) + sum(2 * width for width in widths[1:])
    return params, sum(weights * area[j + step + 1] for step, weights in enumerate(weights_at))


@pytest.mark.parametrize(("stage", "modules", "expected"), [(3, 4, STAGE_3), (4, 2, STAGE_4)])
def test_w32(stage: int, modules: int, expected: list[list[tuple[Operation, ...]]]) -> None:
    layers = fuse("w32", stage=stage).layers[:modules]
    assert len(layers) == modules
    for layer in layers:
        assert operations(layer) == expected
        for i, j in product(range(stage), repeat=2):
            edge = layer.rows[i][j]
            assert (edge.output_branch, edge.input_branch) == (i, j)
            assert (edge.in_channels, edge.out_channels) == (WIDTHS[j], WIDTHS[i])
            assert edge.factor == 2 ** abs(i - j)
            assert edge.kind == ("identity" if i == j else "up" if j > i else "down")
            assert (edge.params, edge.macs) == by_hand(i, j)
            assert edge.input == (1, WIDTHS[j], 64 >> j, 48 >> j)
            assert edge.output == (1, WIDTHS[i], 64 >> i, 48 >> i)
            assert edge.path == ("" if i == j else f"stage{stage}.{layer.module}.fuse_layers.{i}.{j}")
        assert (layer.params, layer.macs) == tuple(
            sum(by_hand(i, j)[figure] for i, j in product(range(stage), repeat=2)) for figure in (0, 1)
        )


def test_the_last_module_of_w32_keeps_branch_0_alone() -> None:
    """Its head reads one branch, so `multi_scale_output` is false."""
    last = fuse("w32", stage=4, module=2).layers[0]
    assert operations(last) == STAGE_4[:1]
    assert [len(layer.rows) for layer in fuse("w32").layers] == [2, 3, 3, 3, 3, 4, 4, 1]
    assert last.outputs == ((1, 32, 64, 48),) and len(last.inputs) == 4


@pytest.mark.parametrize(("keeps", "rows"), [(True, 3), (False, 1), (None, 3)])
def test_multi_scale_output(small: Plain, keeps: bool | None, rows: int) -> None:
    spec = small if keeps is None else {**small, "multi_scale_output": keeps}
    layers = fuse(spec, stage=3).layers
    assert [len(layer.rows) for layer in layers] == [3, rows]
    assert all(len(row) == 3 for layer in layers for row in layer.rows)


def test_an_edge_to_a_size_has_the_resize_behind_its_module(small: Plain) -> None:
    layer = fuse({**small, "upsampling": {"mode": "bilinear", "to": "size"}}, "64x64", stage=2).layers[0]
    up, down = layer.rows[0][1], layer.rows[1][0]
    assert (layer.path, up.path, down.path) == ("stage2.0", "stage2.0.fuse_layers.0.1", "stage2.0.fuse_layers.1.0")
    assert up.operations == (CONV_1X1, Operation("Resize", None, None, None, "bilinear"))
    assert (up.output, up.factor, up.kind) == (layer.inputs[0], 2, "up")


def test_stage_and_module_select_layers() -> None:
    assert [(layer.stage, layer.module) for layer in fuse("w32", module=1).layers] == [(3, 1), (4, 1)]
    assert [(layer.stage, layer.module) for layer in fuse("w32", module=0).layers] == [(2, 0), (3, 0), (4, 0)]
    assert [(layer.stage, layer.module) for layer in fuse("w32", stage=3, module=2).layers] == [(3, 2)]
    for stage, module in ((1, None), (5, None), (2, 1), (0, 0), (-1, None), (None, 9), ("x", None)):
        with pytest.raises(UsageError, match="no fuse layer in") as raised:
            fuse("w32", stage=stage, module=module)  # type: ignore[arg-type]
        assert raised.value.remedy == "choose from stage 2 (1 module), stage 3 (4 modules), stage 4 (3 modules)"


def test_a_network_of_one_branch_has_no_fuse_layers(small: Plain) -> None:
    one = {"stage1": small["stage1"]}
    assert fuse(one, "64x64").layers == ()
    with pytest.raises(UsageError, match="this network has none"):
        fuse(one, "64x64", stage=1)


def check_edge(edge: Edge) -> None:
    wide = [edge.input[axis] for axis in (2, 3)]
    factor = edge.factor if edge.kind == "up" else 1 / edge.factor if edge.kind == "down" else 1
    assert [size * factor for size in wide] == [edge.output[axis] for axis in (2, 3)]
    assert bool(edge.path) == (edge.kind != "identity") == bool(edge.params)


@settings(max_examples=15)
@given(specs(most_stages=4))
def test_every_edge_changes_the_size_by_its_factor(plain: Plain) -> None:
    found = trace(plain, "64x64")
    layers = fuse(plain, "64x64").layers
    modules = [stage for stage in found.spec.stages[1:] if stage.num_branches > 1 for _ in range(stage.num_modules)]
    assert [len(layer.inputs) for layer in layers] == [stage.num_branches for stage in modules]
    for layer, stage in zip(layers, modules, strict=True):
        assert [shape[1] for shape in layer.inputs] == list(stage.widths)
        for i, row in enumerate(layer.rows):
            assert [(edge.output_branch, edge.input_branch) for edge in row] == [
                (i, j) for j in range(stage.num_branches)
            ]
            for edge in row:
                check_edge(edge)
                assert edge.output == layer.outputs[i]


# Lite-HRNet: depthwise and 1×1 convolutions, and branch 0 added twice

LITE_WIDTHS = (40, 80, 160, 320)
HALVING = (Operation("Conv2d", (3, 3), (2, 2), None, None, depthwise=True), CONV_1X1)


def lite_by_hand(i: int, j: int) -> tuple[int, int]:
    """Params and MACs of edge i←j in Lite-HRNet-18 at 256×192; branch 0 is convolved twice."""
    area = {branch: (64 >> branch) * (48 >> branch) for branch in range(4)}
    if i <= j:
        weights = LITE_WIDTHS[j] * LITE_WIDTHS[i] if i < j else 0
        return weights + (2 * LITE_WIDTHS[i] if i < j else 0), weights * area[j]
    widths = [LITE_WIDTHS[j]] * (i - j) + [LITE_WIDTHS[i]]
    weights_at = [9 * widths[step] + widths[step] * widths[step + 1] for step in range(i - j)]
    params = sum(weights_at) + sum(2 * (widths[step] + widths[step + 1]) for step in range(i - j))
    macs = sum(weights * area[j + step + 1] for step, weights in enumerate(weights_at))
    return params, macs * (2 if j == 0 else 1)


@pytest.mark.parametrize("name", ["litehrnet18", "wider-naive-litehrnet18"])
def test_the_fuse_layers_of_lite_hrnet(name: str) -> None:
    layers = fuse(name).layers
    assert [(layer.stage, layer.path) for layer in layers[:3]] == [(2, "stage0.0"), (2, "stage0.1"), (3, "stage1.0")]
    layer = layers[-1]
    assert layer.inputs == layer.outputs == tuple((1, w, 64 >> b, 48 >> b) for b, w in enumerate(LITE_WIDTHS))
    for i, j in product(range(4), repeat=2):
        edge = layer.rows[i][j]
        assert (edge.params, edge.macs) == lite_by_hand(i, j), (i, j)
        assert edge.times == (2 if j == 0 else 1)
        assert edge.operations == (IDENTITY if i == j else up(2 ** (j - i)) if j > i else HALVING * (i - j))
    assert layer.params == sum(lite_by_hand(i, j)[0] for i, j in product(range(4), repeat=2))


def test_a_stage_of_lite_hrnet_without_fuse_layers() -> None:
    spec = lite_spec()
    spec["stage2"]["with_fuse"] = False
    assert fuse(spec).layers == ()
