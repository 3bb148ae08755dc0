"""The pose network against the original's record, on both engines."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from support import GOLDENS, POSE_GOLDENS, Golden, from_original, stages_of, state_dict_sha256

from hrnet_cli import Trace, build, load_spec, trace
from hrnet_cli.errors import SpecError

EDGE: dict[str, Any] = json.loads((GOLDENS / "edge" / "INDEX.json").read_text())
ENGINES = ["shapes", pytest.param("torch", marks=pytest.mark.torch)]


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    if request.param == "torch":
        pytest.importorskip("torch")
    name: str = request.param
    return name


@pytest.fixture(scope="module", params=POSE_GOLDENS, ids=repr)
def golden(request: pytest.FixtureRequest) -> Golden:
    value: Golden = request.param
    return value


@pytest.fixture(scope="module")
def traced(golden: Golden, engine: str) -> Trace:
    return trace(golden.spec, input=tuple(golden.facts["input"]), engine=engine)


def shapes_of(state_dict: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    return {key: tuple(tensor.shape) for key, tensor in state_dict.items()}


def test_state_dict_entry_for_entry(golden: Golden, traced: Trace) -> None:
    shapes = shapes_of(traced.root.module.state_dict())
    assert shapes == dict(golden.keys)
    assert len(shapes) == golden.facts["state_dict"]["entries"]
    assert state_dict_sha256(shapes) == golden.facts["state_dict"]["sha256"]


def test_params_and_buffers(golden: Golden, traced: Trace) -> None:
    def params(node: Any) -> int:
        return sum(below.own_params for below in node.walk())

    expected = golden.facts["params"]
    assert params(traced.root) == expected["total"]
    assert {child.name: params(child) for child in traced.root.children if params(child)} == expected["per_child"]
    assert sum(node.own_buffers for node in traced.root.walk()) == expected["buffer_elements"]


def test_every_leaf_call_in_order(golden: Golden, traced: Trace) -> None:
    seen = [call for call in traced.leaf_calls if call.node.type != "Add"]
    assert [(call.node.path, call.node.type, *call.inputs, *call.outputs) for call in seen] == [
        (layer["name"], layer["type"], tuple(layer["inp"]), tuple(layer["out"])) for layer in golden.layers
    ]
    assert [call.node.own_params for call in seen] == [layer["params"] for layer in golden.layers]


RECORDED_NAMES = {"kernel_size": "k", "stride": "s", "padding": "p", "groups": "g", "scale_factor": "scale"}


def test_every_leaf_has_the_originals_arguments(golden: Golden, traced: Trace) -> None:
    leaves = {call.node.path: call.node.arguments for call in traced.leaf_calls}
    for layer in golden.layers:
        ours = {RECORDED_NAMES.get(name, name): value for name, value in leaves[layer["name"]].items()}
        for name in ours.keys() & layer.keys():
            theirs = tuple(layer[name]) if isinstance(layer[name], list) else layer[name]
            assert ours[name] == theirs, (layer["name"], name)


def test_outputs_and_branches(golden: Golden, traced: Trace) -> None:
    assert [list(shape) for shape in traced.calls[0].outputs] == [shape for _, shape in golden.facts["outputs"]]
    outputs = {call.node.path: [list(shape) for shape in call.outputs] for call in traced.calls if call.depth == 1}
    for name, shapes in golden.facts["branch_shapes"].items():
        assert outputs[name] == shapes


def test_modules_by_type(golden: Golden, traced: Trace) -> None:
    """All modules are as many as in the original, but for our additions and the list that each module has them in."""
    counts = Counter(node.type for node in traced.root.walk())
    expected = golden.facts["module_counts"]
    fused = sum(hasattr(node.module, "sums") for node in traced.root.walk())
    assert counts.pop("ModuleList") == expected["ModuleList"] + fused
    assert counts.pop("Add") > 0
    assert counts == {name: count for name, count in expected.items() if name != "ModuleList"}


def test_macs_of_the_convolutions(golden: Golden, traced: Trace) -> None:
    macs = sum(
        call.outputs[0][2] * call.outputs[0][3] * call.node.own_params
        for call in traced.leaf_calls
        if call.node.type == "Conv2d" and not call.node.arguments["bias"]
    )
    assert macs == golden.facts["macs"]["total"] - golden.facts["macs"]["per_child"]["final_layer"]


@pytest.mark.parametrize("name", ["pose_bottleneck_in_stage2", "pose_widths_change_between_stages"])
def test_a_width_may_change_where_the_original_breaks(name: str, engine: str) -> None:
    case = EDGE[name]
    assert not case["ok"]
    spec = load_spec(from_original(case["cfg"]))
    assert trace(spec, input="64x96", engine=engine).calls[0].outputs == ((1, 5, 16, 24),)


def test_a_changed_width_is_adapted_from_its_own_branch(engine: str) -> None:
    """The segmentation network of the OCR branch handles it, and ours has the same backbone layer by layer."""
    golden = Golden("edge/segocrbranch_widths_change_between_stages")
    backbone = stages_of(golden.facts["facts"])
    seen = trace(backbone, input=tuple(golden.facts["input"]), engine=engine)
    top = {child.name for child in seen.root.children}
    assert shapes_of(seen.root.module.state_dict()) == {
        key: shape for key, shape in golden.keys if key.partition(".")[0] in top
    }
    ours = [call for call in seen.leaf_calls if call.node.type not in ("Add", "Upsample")]
    theirs = [layer for layer in golden.layers if layer["name"].partition(".")[0] in top]
    assert [(call.node.path, *call.inputs, *call.outputs) for call in ours] == [
        (layer["name"], tuple(layer["inp"]), tuple(layer["out"])) for layer in theirs
    ]


@pytest.mark.parametrize(
    ("name", "code", "path"),
    [
        ("pose_num_blocks_length_mismatch", "wrong-length", "stage3.num_blocks"),
        ("pose_unknown_block", "unknown-choice", "stage3.block"),
        ("pose_num_modules_0", "too-small", "stage3.num_modules"),
    ],
)
def test_configs_that_the_original_refuses_or_builds_by_accident(name: str, code: str, path: str) -> None:
    with pytest.raises(SpecError) as caught:
        build(from_original(EDGE[name]["cfg"]))
    assert [(problem.code, problem.dotted) for problem in caught.value.diagnostics] == [(code, path)]
