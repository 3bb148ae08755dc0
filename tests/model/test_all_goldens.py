"""Every recorded network of the originals: keys, parameters, calls, costs and outputs are equal to ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from originals import ALL_GOLDENS, NAMES, spec_of
from support import Golden, fingerprint_weights, state_dict_sha256

from hrnet_cli import Call, Trace, build, build_torch, trace
from hrnet_cli.analysis.costs import costs
from hrnet_cli.tracing import InputError
from hrnet_cli.tracing.engines import torch_engine
from hrnet_cli.tracing.record import Hooks, record

RECORDED = {"Conv2d", "BatchNorm2d", "ReLU", "Sigmoid", "Upsample", "Linear", "ConvTranspose2d"}
"""Leaves that are modules in every original; our other leaves are function calls there, or in some of them."""
FUNCTIONS = ("neck.upsamples.",)
"""Paths of leaves of these types that are function calls in the original, and so not in its record."""
GAIN = 0.5
TOLERANCES = {"float32": 1e-5, "float64": 1e-9}


@pytest.fixture(scope="module", params=ALL_GOLDENS, ids=repr)
def golden(request: pytest.FixtureRequest) -> Golden:
    value: Golden = request.param
    return value


@pytest.fixture(scope="module")
def traced(golden: Golden) -> Trace:
    return trace(spec_of(golden), input=tuple(golden.facts["input"]))


def test_every_golden_has_a_name() -> None:
    assert len(ALL_GOLDENS) == len(NAMES) >= 42


def test_state_dict_entry_for_entry(golden: Golden, traced: Trace) -> None:
    shapes = {key: tuple(tensor.shape) for key, tensor in traced.root.module.state_dict().items()}
    assert shapes == dict(golden.keys)
    assert len(shapes) == golden.facts["state_dict"]["entries"]
    assert state_dict_sha256(shapes) == golden.facts["state_dict"]["sha256"]


def test_params_and_buffers(golden: Golden, traced: Trace) -> None:
    params = {node.path: node.own_params for node in traced.root.walk() if node.own_params}
    expected = golden.facts["params"]
    assert sum(params.values()) == expected["total"]
    assert sum(node.own_buffers for node in traced.root.walk()) == expected["buffer_elements"]
    for name, count in expected["per_child"].items():
        assert sum(own for path, own in params.items() if f"{path}.".startswith(f"{name}.")) == count, name


def recorded_types(golden: Golden) -> set[str]:
    """The leaves that are modules in this original."""
    return RECORDED | ({"AdaptiveAvgPool2d"} if golden.path.startswith("mmpose-litehrnet/") else set())


def macs_of(layer: dict[str, Any]) -> int:
    """The MACs of a recorded call: true for transposed convolutions too, which Lite-HRNet does not have."""
    return int(layer["macs_true"] if "macs_true" in layer else layer["macs"])


def recorded_calls(golden: Golden) -> list[tuple[Any, ...]]:
    """The original's leaf calls, its batch norm as BatchNorm2d, and without timm's ReLUs, which have other names."""
    return [
        (layer["name"], kind, tuple(layer["inp"]), tuple(layer["out"]), layer["params"], macs_of(layer))
        for layer in golden.layers
        for kind in (layer["type"].replace("SyncBatchNorm", "BatchNorm2d"),)
        if kind in recorded_types(golden) and (layer["params"] or not golden.path.startswith("timm/"))
    ]


def test_every_leaf_call_in_order(golden: Golden, traced: Trace) -> None:
    seen = [
        (call.node.path, call.node.type, call.inputs[0], call.outputs[0], call.node.own_params, cost.macs)
        for cost in costs(traced)
        for call in (cost.call,)
        if call.node.type in recorded_types(golden) and not call.node.path.startswith(FUNCTIONS)
        if call.node.own_params or not golden.path.startswith("timm/")
    ]
    assert seen == recorded_calls(golden)


def test_macs(golden: Golden, traced: Trace) -> None:
    """The recorded MACs lack the products of matrices, which only the OCR networks have."""
    counted = costs(traced)
    products = sum(cost.macs for cost in counted if cost.call.node.type == "MatMul")
    recorded = golden.facts["macs"]
    assert sum(cost.macs for cost in counted) == recorded.get("deconv_true_total", recorded["total"]) + products
    assert bool(products) is golden.path.startswith("seg-ocr/")
    if "counters" in golden.facts:
        assert sum(cost.fvcore for cost in counted) == golden.facts["counters"]["fvcore_total"]


def test_outputs_and_branches(golden: Golden, traced: Trace) -> None:
    assert [list(shape) for shape in traced.calls[0].outputs] == [shape for _, shape in golden.facts["outputs"]]
    outputs = {call.node.path.removeprefix("backbone."): call.outputs for call in traced.calls}
    for name, shapes in golden.facts.get("branch_shapes", {}).items():
        assert [list(shape) for shape in outputs[name]] == shapes


def test_odd_inputs(golden: Golden) -> None:
    """A network that upsamples by a factor fails on them, as the original; one that upsamples to a size does not."""
    for case in golden.facts.get("odd_inputs") or []:
        shape = tuple(case["input"])
        if case["raises"]:
            with pytest.raises(InputError):
                trace(spec_of(golden), input=shape)
        else:
            seen = trace(spec_of(golden), input=shape).calls[0].outputs
            assert [list(out) for out in seen] == [out for _, out in case["out"]]


@pytest.mark.torch
@pytest.mark.slow
def test_same_weights_same_outputs(golden: Golden) -> None:
    """The fingerprint: the original's outputs for weights that depend only on the keys of its state dict.

    Its first run is recorded: torch sees the calls that the shapes engine sees.
    """
    torch = pytest.importorskip("torch")
    np = pytest.importorskip("numpy")
    network = build_torch(spec_of(golden)).eval()
    shapes = {key: tuple(tensor.shape) for key, tensor in build(spec_of(golden)).state_dict().items()}
    weights = fingerprint_weights(shapes, GAIN)
    network.load_state_dict({key: torch.from_numpy(values) for key, values in weights.items()}, strict=True)
    fingerprint = golden.facts["fingerprint"]
    x = torch.from_numpy(np.random.default_rng(0).standard_normal(fingerprint["input_shape"]).astype(np.float32))
    first4 = x.flatten()[:4].tolist()
    assert first4 == fingerprint.get("input_first4", first4)
    branches: list[Any] = []
    outputs: list[Any] = []
    last_stage = [child for name, child in getattr(network, "backbone", network).named_children() if "stage" in name][
        -1
    ]
    last_stage.register_forward_hook(lambda *seen: branches.extend(seen[2]))
    network.register_forward_hook(lambda *seen: outputs.append(seen[2]))
    for dtype, tolerance in TOLERANCES.items():
        branches.clear()
        with torch.no_grad():
            recorded = record(
                network.to(getattr(torch, dtype)), x.to(getattr(torch, dtype)), Hooks(*torch_engine().HOOKS)
            )
        output = outputs.pop()
        expected = fingerprint["results"].get(f"bn_gain_{GAIN}_{dtype}")
        if expected:
            assert_same(listed("out", output), expected["outputs"], tolerance)
        if expected and "branches" in expected:
            assert_same({f"stage4[{i}]": branch for i, branch in enumerate(branches)}, expected["branches"], tolerance)
    ours = trace(spec_of(golden), input=tuple(x.shape))
    assert shapes_of_calls(recorded.calls) == shapes_of_calls(ours.calls)


def shapes_of_calls(calls: Iterable[Call]) -> list[tuple[Any, ...]]:
    return [(call.node.path, call.inputs, call.outputs) for call in calls]


def listed(name: str, output: Any) -> dict[str, Any]:
    """The outputs by the names of the record."""
    if len(output) == 1 and isinstance(output, list | tuple):
        return {name: output[0], f"{name}[0]": output[0]}
    if isinstance(output, list | tuple):
        return {f"{name}[{i}]": each for i, each in enumerate(output)}
    return {name: output}


def assert_same(seen: dict[str, Any], expected: dict[str, Any], tolerance: float) -> None:
    assert seen.keys() >= expected.keys() and len(expected) >= len(seen) - 1
    for name, figures in expected.items():
        values = seen[name].double()
        assert list(values.shape) == figures["shape"]
        ours = [values.mean(), values.std(correction=0), values.abs().max(), *values.flatten()[:8]]
        theirs = [figures["mean"], figures["std"], figures["absmax"], *figures["first8"]]
        assert [float(value) for value in ours] == pytest.approx(theirs, rel=0, abs=tolerance * figures["absmax"])
