"""What build_torch returns is a torch.nn.Module like any other."""

from __future__ import annotations

import copy
import io
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hrnet_cli import build, build_torch, nn, trace
from hrnet_cli.errors import SpecError, UsageError
from hrnet_cli.model import HEADS

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch


@pytest.fixture
def network(small: dict[str, Any]) -> Any:
    torch.manual_seed(0)
    return build_torch(small)


@pytest.fixture
def x() -> Any:
    return torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(1))


def outputs(network: Any, x: Any) -> list[Any]:
    """The branches in evaluation mode; the network's mode is restored."""
    was_training = network.training
    with torch.no_grad():
        branches: list[Any] = network.eval()(x)
    network.train(was_training)
    return branches


def assert_equal(ours: list[Any], theirs: list[Any]) -> None:
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        assert torch.equal(one, other)


@pytest.mark.parametrize("head", [{"type": "none"}, {"type": "heatmap"}])
def test_a_backward_pass_reaches_every_parameter(small: dict[str, Any], head: dict[str, Any], x: Any) -> None:
    network = build_torch({**small, "head": head}).train()
    output = network(x)
    loss = sum(branch.square().mean() for branch in output) if isinstance(output, list) else output.square().mean()
    loss.backward()
    without = [name for name, parameter in network.named_parameters() if parameter.grad is None]
    assert without == []
    assert all(bool(parameter.grad.abs().sum() > 0) for parameter in network.parameters())


def test_a_step_of_an_optimizer_lowers_the_loss(network: Any, x: Any) -> None:
    optimizer = torch.optim.SGD(network.parameters(), lr=1e-3)
    losses = []
    for _ in range(5):
        loss = sum(branch.square().mean() for branch in network.train()(x))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]


def test_no_forward_changes_its_inputs(network: Any, x: Any) -> None:
    """In-place ReLUs run on new maps only: the inputs of a composite are the same after its call."""
    before: dict[Any, list[Any]] = {}

    def flat(value: Any) -> list[Any]:
        return [value] if torch.is_tensor(value) else [tensor for item in value for tensor in flat(item)]

    def remember(module: Any, inputs: Any) -> None:
        before[module] = [tensor.clone() for tensor in flat(inputs)]

    def compare(module: Any, inputs: Any, output: Any) -> None:
        for was, now in zip(before[module], flat(inputs), strict=True):
            assert torch.equal(was, now), type(module).__name__

    for module in network.modules():
        if not isinstance(module, torch.nn.ReLU):
            module.register_forward_pre_hook(remember)
            module.register_forward_hook(compare)
    outputs(network, x)


def test_the_state_dict_goes_through_a_file(network: Any, small: dict[str, Any], x: Any, tmp_path: Path) -> None:
    torch.save(network.state_dict(), tmp_path / "weights.pth")
    fresh = build_torch(small)
    fresh.load_state_dict(torch.load(tmp_path / "weights.pth", weights_only=True), strict=True)
    assert_equal(outputs(fresh, x), outputs(network, x))


def test_a_deep_copy_is_the_same_and_independent(network: Any, x: Any) -> None:
    expected = outputs(network, x)
    copied = copy.deepcopy(network)
    assert type(copied) is type(network)
    assert_equal(outputs(copied, x), expected)
    with torch.no_grad():
        for parameter in copied.parameters():
            parameter.zero_()
    assert_equal(outputs(network, x), expected)
    assert not {id(module) for module in copied.modules()} & {id(module) for module in network.modules()}


def test_the_whole_module_can_be_pickled(network: Any, x: Any) -> None:
    assert_equal(outputs(pickle.loads(pickle.dumps(network)), x), outputs(network, x))
    buffer = io.BytesIO()
    torch.save(network, buffer)
    buffer.seek(0)
    assert_equal(outputs(torch.load(buffer, weights_only=False), x), outputs(network, x))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16])
def test_it_moves_between_dtypes(network: Any, x: Any, dtype: Any) -> None:
    expected = outputs(network, x)
    network.to(dtype)
    assert {parameter.dtype for parameter in network.parameters()} == {dtype}
    for ours, theirs in zip(outputs(network, x.to(dtype)), expected, strict=True):
        assert ours.dtype == dtype
        assert (ours.float() - theirs).abs().max() < 0.02 * theirs.abs().max()


def test_it_moves_to_meta(network: Any, x: Any) -> None:
    network.to("meta")
    assert {tensor.device.type for tensor in network.state_dict().values()} == {"meta"}
    assert [tuple(branch.shape) for branch in network(x.to("meta"))] == [(2, 6, 16, 16), (2, 8, 8, 8), (2, 16, 4, 4)]


def test_half_is_half(network: Any) -> None:
    assert {parameter.dtype for parameter in network.half().parameters()} == {torch.float16}


def test_its_classes_have_the_models_names(network: Any) -> None:
    assert type(network).__name__ == "HighResolutionNet"
    assert isinstance(network, torch.nn.Module)
    assert {type(module).__name__ for module in network.layer1} == {"Bottleneck"}
    assert type(build_torch("w32")).__name__ == "PoseHighResolutionNet"


def test_it_can_be_extended_as_any_module(network: Any, x: Any) -> None:
    network.extra = torch.nn.Conv2d(6, 1, 1)
    assert "extra.weight" in network.state_dict()
    seen: list[Any] = []
    handle = network.stage2.register_forward_hook(lambda module, inputs, output: seen.append(len(output)))
    outputs(network, x)
    handle.remove()
    assert seen == [2]


def test_two_networks_share_nothing(small: dict[str, Any]) -> None:
    first, second = build_torch(small), build_torch(small)
    assert type(first) is type(second)
    assert not {id(tensor) for tensor in first.parameters()} & {id(tensor) for tensor in second.parameters()}


def test_a_wrong_spec_is_a_spec_error() -> None:
    with pytest.raises(SpecError):
        build_torch({"stage1": {}})


def test_tracing_allocates_nothing() -> None:
    """Every tensor that an operation of a trace makes is on the meta device, at an input of 4096×4096."""
    from torch.utils._python_dispatch import TorchDispatchMode

    seen: set[str] = set()

    class Devices(TorchDispatchMode):  # type: ignore[no-untyped-call]
        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            result = func(*args, **(kwargs or {}))
            seen.update(tensor.device.type for tensor in torch.utils._pytree.tree_leaves(result))
            return result

    with Devices():  # type: ignore[no-untyped-call]
        traced = trace("w48", "1x3x4096x4096", engine="torch")
    assert seen == {"meta"}
    assert {tensor.device.type for tensor in traced.root.module.state_dict().values()} == {"meta"}
    assert traced.calls[0].outputs == ((1, 17, 1024, 1024),)


def test_no_hook_is_left_on_torch(small: dict[str, Any]) -> None:
    from torch.nn.modules import module

    trace(small, engine="torch")
    with pytest.raises(UsageError):
        trace(small, engine="torch", device="no-such-device")
    assert not module._global_forward_hooks
    assert not module._global_forward_pre_hooks


@pytest.mark.skipif(torch.cuda.is_available(), reason="tests what happens without CUDA")
def test_an_unavailable_device(small: dict[str, Any]) -> None:
    for device in ("cuda", "gpu", ""):
        with pytest.raises(UsageError, match=r"try (the device )?meta"):
            trace(small, engine="torch", device=device)


@pytest.mark.parametrize("name", HEADS)
def test_no_method_of_a_composite_overrides_one_of_torchs(name: str, small: dict[str, Any]) -> None:
    """The torch class of a composite has its methods: one named `half` would be called by `model.half()`."""
    ours = {type(node) for node in _composites(build({**small, "head": {"type": name}}))}
    taken = {
        (definition.__name__, method)
        for definition in ours
        for base in definition.__mro__
        if issubclass(base, nn.Module) and base is not nn.Module
        for method in vars(base)
        if not method.startswith("__") and method != "forward" and hasattr(torch.nn.Module, method)
    }
    assert not taken


def _composites(module: nn.Module) -> Iterator[nn.Module]:
    if type(module) not in (nn.Sequential, nn.ModuleList) and not isinstance(module, nn.Leaf):
        yield module
    for _, child in module.named_children():
        yield from _composites(child)
