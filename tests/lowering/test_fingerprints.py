"""The lowered network computes the original's function: same weights, same outputs."""

from __future__ import annotations

from typing import Any

import pytest
from support import POSE_GOLDENS, Golden, fingerprint_weights

from hrnet_cli import build, build_torch

torch = pytest.importorskip("torch")
np = pytest.importorskip("numpy")
pytestmark = [pytest.mark.torch, pytest.mark.slow]

GAIN = 0.5


@pytest.mark.parametrize("golden", POSE_GOLDENS, ids=repr)
def test_outputs(golden: Golden) -> None:
    network = build_torch(golden.spec).eval()
    shapes = {key: tensor.shape for key, tensor in build(golden.spec).state_dict().items()}
    weights = {key: torch.from_numpy(values) for key, values in fingerprint_weights(shapes, GAIN).items()}
    network.load_state_dict(weights, strict=True)
    fingerprint = golden.facts["fingerprint"]
    x = torch.from_numpy(np.random.default_rng(0).standard_normal(fingerprint["input_shape"]).astype(np.float32))
    assert x.flatten()[:4].tolist() == fingerprint["input_first4"]
    branches: list[Any] = []
    network.stage4.register_forward_hook(lambda module, inputs, output: branches.extend(output))
    for dtype, tolerance in ((torch.float32, 1e-5), (torch.float64, 1e-9)):
        branches.clear()
        with torch.no_grad():
            output = network.to(dtype)(x.to(dtype))
        expected = fingerprint["results"][f"bn_gain_{GAIN}_{str(dtype).removeprefix('torch.')}"]
        assert_same({"out": output}, expected["outputs"], tolerance)
        assert_same({f"stage4[{i}]": branch for i, branch in enumerate(branches)}, expected["branches"], tolerance)


def assert_same(seen: dict[str, Any], expected: dict[str, Any], tolerance: float) -> None:
    assert seen.keys() == expected.keys()
    for name, figures in expected.items():
        values = seen[name].to(torch.float64)
        assert list(values.shape) == figures["shape"]
        ours = [values.mean(), values.std(correction=0), values.abs().max(), *values.flatten()[:8]]
        theirs = [figures["mean"], figures["std"], figures["absmax"], *figures["first8"]]
        assert [float(value) for value in ours] == pytest.approx(theirs, rel=0, abs=tolerance * figures["absmax"])
