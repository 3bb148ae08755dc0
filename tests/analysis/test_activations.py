"""`Cost.activations` against fvcore's count of the same, module by module, and by hand."""

from __future__ import annotations

from collections import Counter

import pytest

from hrnet_cli import build_torch, trace
from hrnet_cli.analysis.costs import MACS, costs
from hrnet_cli.tracing import Trace


def by_module(trace: Trace) -> dict[str, int]:
    """The leaves that put out any."""
    counted: Counter[str] = Counter()
    for cost in costs(trace):
        counted[cost.call.node.path] += cost.activations
    return dict(+counted)


def test_by_hand() -> None:
    """The stem of W32 at 256×192: 64 channels at a half and at a quarter; batch norm and ReLU put out none."""
    stem = {cost.call.node.path: cost.activations for cost in costs(trace("w32"))[:6]}
    assert stem == {"conv1": 64 * 128 * 96, "bn1": 0, "relu": 0, "conv2": 64 * 64 * 48, "bn2": 0}


def test_a_batch_has_as_many_times() -> None:
    one, three = (sum(cost.activations for cost in costs(trace("w32", (n, 3, 64, 64)))) for n in (1, 3))
    assert three == 3 * one > 0


def test_only_what_multiplies_and_accumulates_has_any() -> None:
    for cost in costs(trace("ocr-w48", "64x64")):
        assert (cost.activations > 0) is (cost.call.node.type in MACS) is (cost.macs > 0)


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of torch, on what fvcore uses
@pytest.mark.parametrize("name", ["w32", "higher-w32", "seg-w48", "ocr-w48", "cls-w48"])
def test_every_module_as_fvcore_counts_it(name: str) -> None:
    """Convolutions, transposed ones, linear layers and matrix products: among these five is each of them."""
    pytest.importorskip("fvcore")
    import torch
    from fvcore.nn import ActivationCountAnalysis

    ours = trace(name, "64x64")
    with torch.no_grad():
        analysis = ActivationCountAnalysis(build_torch(name).eval(), torch.zeros(ours.input)).tracer_warnings("none")
        analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
        theirs = analysis.by_module()
    leaves = {call.node.path for call in ours.leaf_calls}
    assert by_module(ours) == {path: int(count) for path, count in theirs.items() if count and path in leaves}
    assert sum(by_module(ours).values()) == int(theirs[""])
