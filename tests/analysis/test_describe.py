"""The module tree, with equal siblings in one row."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from strategies import Plain, specs
from support import ONE_OF_EACH_HEAD

from hrnet_cli import build_torch
from hrnet_cli.analysis.describe import TreeRow, describe
from hrnet_cli.errors import UsageError
from hrnet_cli.nn import LEAVES
from hrnet_cli.tracing import Node, trace


def rows(spec: Any = "w32", **options: Any) -> dict[str, TreeRow]:
    return {row.path: row for row in describe(spec, **options).tree}


def nodes(spec: Any) -> dict[str, Node]:
    return {node.path: node for node in trace(spec).root.walk()}


def test_the_summary_of_w32() -> None:
    result = describe("w32")
    assert (result.params, result.macs, result.buffers) == (28_536_113, 7_645_003_776, 54_628)
    assert (result.num_modules, result.num_blocks, len(result.stages)) == (8, 108, 4)
    assert [stage.widths for stage in result.stages] == [(256,), (32, 64), (32, 64, 128), (32, 64, 128, 256)]
    assert (result.type, result.head, result.outputs) == ("PoseHighResolutionNet", "heatmap", ((1, 17, 64, 48),))


def test_equal_siblings_are_shown_once_and_counted() -> None:
    tree = rows("w32")
    assert (tree["layer1.0"].times, tree["layer1.1"].times) == (1, 1)
    counted = tree["layer1.2"]
    assert (counted.times, counted.last_name, counted.same_as) == (2, "3", "layer1.1")
    blocks = tree["stage2.0.branches.1.1"]
    assert (blocks.times, blocks.last_name, blocks.same_as) == (3, "3", "stage2.0.branches.1.0")
    modules = tree["stage3.1"]
    assert (modules.times, modules.same_as, modules.params) == (3, "stage3.0", tree["stage3.0"].params)
    assert (tree["stage4.1"].times, tree["stage4.2"].same_as) == (1, "")


def test_equal_attributes_are_each_shown(small: Plain) -> None:
    """Two stages can be equal, but each has a name of its own; only members of a list are counted."""
    tree = rows({**small, "stage3": small["stage2"]}, input="64x64")
    stages = [row for row in tree.values() if row.name in ("stage2", "stage3")]
    assert [(row.name, row.times, row.same_as) for row in stages] == [("stage2", 1, ""), ("stage3", 1, "")]
    assert (stages[0].type, stages[0].params, stages[0].outputs) == (
        stages[1].type,
        stages[1].params,
        stages[1].outputs,
    )


def test_siblings_that_differ_are_each_shown() -> None:
    """layer1.0 has a shortcut of its own, and the last module of stage 4 keeps one branch."""
    tree = rows("w32")
    assert tree["layer1.0"].params > tree["layer1.1"].params
    assert tree["stage4.0"].params > tree["stage4.2"].params
    assert len(tree["stage4.0"].outputs) == 4 and len(tree["stage4.2"].outputs) == 1


@pytest.mark.parametrize("spec", [*ONE_OF_EACH_HEAD, "examples/gray-32.yaml"])
def test_the_rows_add_up(spec: str) -> None:
    """The network is the sum of its children, and a stage of its modules, equal siblings counted."""
    result = describe(spec)
    assert sum(row.params * row.times for row in result.tree if row.depth == 1) == result.params
    assert sum(row.macs * row.times for row in result.tree if row.depth == 1) == result.macs
    assert (result.tree[0].params, result.tree[0].macs) == (result.params, result.macs)
    assert sum(part.params for part in result.parts if part.level == 0) == result.params
    for stage in range(2, 5):
        tree = describe(spec, stage=stage).tree
        own = next(row for row in tree if row.path.endswith(f"stage{stage}"))
        below = [row for row in tree if row.path.startswith(f"{own.path}.") and row.depth == own.depth + 1]
        assert sum(row.params * row.times for row in below) == own.params


def uncollapsed(tree: tuple[TreeRow, ...]) -> list[str]:
    """Every path of a tree, also those of equal siblings."""
    paths: list[str] = []
    for row in tree:
        parent = row.path.removesuffix(row.name)
        assert row.name == row.path.rpartition(".")[2]
        names = [str(int(row.name) + n) for n in range(row.times)] if row.times > 1 else [row.name]
        assert row.last_name == names[-1]
        paths += [f"{parent}{name}" for name in names]
    return paths


@settings(max_examples=15)
@given(specs(most_stages=4))
def test_siblings_in_one_row_are_equal(plain: Plain) -> None:
    """In type, parameters, arguments and shapes, with all modules below them."""
    found = trace(plain, "64x64")
    by_path = {node.path: node for node in found.root.walk()}
    calls: dict[str, Any] = {}
    for call in found.calls:
        calls.setdefault(call.node.path, (call.inputs, call.outputs))

    def what(node: Node) -> Any:
        children = [(child.name, what(child)) for child in node.children]
        return node.type, node.parameters, node.arguments, calls.get(node.path), children

    result = describe(found, full=True)
    for row in result.tree:
        assert row.type == by_path[row.path].type
        if row.same_as:
            parent = row.path.removesuffix(row.name)
            alike = [what(by_path[f"{parent}{n}"]) for n in range(int(row.name), int(row.last_name) + 1)]
            assert len(alike) == row.times
            assert all(each == what(by_path[row.same_as]) for each in alike)
    assert sum(row.params * row.times for row in result.tree if row.depth == 1) == result.params


def test_full_shows_every_leaf_with_its_arguments() -> None:
    tree = rows("examples/gray-32.yaml", full=True)
    conv = tree["conv1"]
    assert (conv.arguments["in_channels"], conv.arguments["kernel_size"], conv.arguments["bias"]) == (1, (3, 3), False)
    assert {"layer1.0.add", "stage2.0.sums.0", "stage2.0.fuse_layers.0.1.2"} <= set(tree)
    leaves = [node for node in nodes("examples/gray-32.yaml").values() if node.type in LEAVES]
    shown = [row for row in tree.values() if row.type in LEAVES and row.times == 1]
    assert 0 < len(shown) < len(leaves)


def test_sums_and_lists_are_shown_only_in_full() -> None:
    assert not [row for row in describe("w32").tree if row.type in ("Add", "ModuleList")]


@pytest.mark.parametrize("depth", [0, 1, 2, 5, 100])
def test_depth(depth: int) -> None:
    tree = describe("w32", depth=depth).tree
    assert max(row.depth for row in tree) == min(depth, 7) or depth > 5
    assert len(tree) == 1 if depth == 0 else len(tree) > 1


def test_stage_keeps_that_stage_and_the_transition_before_it() -> None:
    tops = [row.path for row in describe("w32", stage=3).tree if row.depth == 1]
    assert tops == ["transition2.2", "stage3"]
    assert [row.path for row in describe("w32", stage=1).tree if row.depth == 1] == ["layer1"]
    whole, part = describe("w32"), describe("w32", stage=3)
    assert (whole.params, whole.parts) == (part.params, part.parts)


@pytest.mark.parametrize("stage", [0, -1, 5, 10**9, "2"])
def test_a_stage_that_does_not_exist(stage: Any) -> None:
    with pytest.raises(UsageError, match="there is no stage") as raised:
        describe("w32", stage=stage)
    assert raised.value.remedy == "hrnet-w32 has stages 1 to 4"


@pytest.mark.parametrize("depth", [-1, "2", 1.5])
def test_a_depth_that_does_not_exist(depth: Any) -> None:
    with pytest.raises(UsageError, match="there is no depth"):
        describe("w32", depth=depth)


def test_connections() -> None:
    """Fuse edges and transition layers, each at the row of its own module."""
    connections = {path: row.connection for path, row in rows("w32").items() if row.connection}
    edges = {path for path in rows("w32") if ".fuse_layers." in path}
    assert set(connections) == edges | {"transition1.0", "transition1.1", "transition2.2", "transition3.3"}
    down, new = connections["stage3.0.fuse_layers.2.0"], connections["transition2.2"]
    assert (down.part, down.output_branch, down.input_branch, down.factor) == ("fuse", 2, 0, 4)
    assert (down.in_channels, down.out_channels) == (32, 128)
    assert (new.part, new.output_branch, new.input_branch, new.factor) == ("transition", 2, 1, 2)


def test_the_resize_after_a_fuse_edge_is_part_of_its_connection(small: Plain) -> None:
    tree = rows({**small, "upsampling": {"to": "size"}}, input="64x64", full=True)
    connection = tree["stage2.0.fuse_layers.0.1"].connection
    assert connection is not None and [each.type for each in connection.operations] == ["Conv2d", "Resize"]
    assert tree["stage2.0.resizes.0.1"].connection is None


@pytest.mark.torch
@pytest.mark.parametrize(("spec", "full"), [("w32", False), ("examples/gray-32.yaml", True)])
def test_every_path_is_one_of_get_submodule(spec: str, full: bool) -> None:
    model = build_torch(spec)
    for row in describe(spec, full=full).tree:
        for path in uncollapsed((row,)):
            module = model.get_submodule(path)
            assert type(module).__name__ == row.type
            assert sum(parameter.numel() for parameter in module.parameters()) == row.params


def test_a_block_of_lite_hrnet_is_over_all_branches() -> None:
    """Lite-HRNet-18 has 16 of them and the stem's; a naive one has as many in each branch."""
    assert describe("litehrnet18").num_blocks == 1 + 2 * (2 + 4 + 2)
    assert describe("naive-litehrnet18").num_blocks == 1 + 2 * (2 * 2 + 4 * 3 + 2 * 4)
    text = str(describe("litehrnet18"))
    assert "2 LITE   " in text and "1 SHUFFLE" in text
    assert "3×3/2 depthwise, 1×1 conv, 32→80" in text
    assert "pointwise_conv.conv" not in text
