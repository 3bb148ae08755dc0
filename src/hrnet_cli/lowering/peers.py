"""What the tools that a user would pick instead say of a lowered network, as plain integers by module path.

torchinfo and torch's FlopCounterMode run on any device, meta too. fvcore reads shapes off a JIT graph, which has none
for meta tensors: it needs real ones. Nothing imports this module before it is needed.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any, NamedTuple

import torch
from torch.utils.flop_counter import FlopCounterMode

from hrnet_cli.errors import MissingExtraError
from hrnet_cli.nn import Shape


class Told(NamedTuple):
    """What a peer says of one module, with all below it; None is what it does not say."""

    outputs: tuple[tuple[Shape, ...], ...] | None
    """For every call, the shapes that it is said to return."""
    params: int | None
    total: int | None
    """In the peer's own unit, over all calls."""


class Report(NamedTuple):
    """What a peer says of a network: its totals as it states them, and every module that it lists."""

    version: str
    params: int | None
    total: int
    modules: Mapping[str, Told]
    notes: tuple[str, ...]


def torchinfo(model: torch.nn.Module, x: torch.Tensor) -> Report:
    """What torchinfo 1.8 says: output size (of a list, its first tensor's), parameters and mult-adds of every call.

    A container that is never called is listed with its parameters where something in it is called. The `macs` that its
    rows hold for a composite are N·C × parameters (the rule for recurrent weights), no sum over children: left out.
    """
    with _imported("torchinfo"):
        from torchinfo import summary
        from torchinfo.torchinfo import clear_cached_forward_pass
    with _quiet():
        statistics = summary(model, input_data=x, verbose=0)
        clear_cached_forward_pass()  # it would keep this model alive
    paths = {id(module): path for path, module in model.named_modules()}
    rows: dict[str, list[Any]] = defaultdict(list)
    for row in statistics.summary_list:
        rows[paths[id(row.module)]].append(row)
    modules = {path: _torchinfo_module(each) for path, each in rows.items()}
    return Report(version("torchinfo"), statistics.total_params, statistics.total_mult_adds, modules, ())


def _torchinfo_module(rows: list[Any]) -> Told:
    """The rows of one module: one per call, or a single one that was not executed."""
    outputs = tuple((tuple(row.output_size),) for row in rows if row.executed)
    return Told(outputs, rows[0].num_params, sum(row.macs for row in rows) if rows[0].is_leaf_layer else None)


def flop_counter(model: torch.nn.Module, x: torch.Tensor) -> Report:
    """What torch.utils.flop_counter says: FLOPs of every module that has any, by `Class.path.of.module`; no more."""
    with _quiet(), FlopCounterMode(display=False) as counter:
        model(x)
    root = type(model).__name__
    modules = {
        name.removeprefix(root).removeprefix("."): Told(None, None, sum(flops.values()))
        for name, flops in counter.get_flop_counts().items()
        if name != "Global"
    }
    return Report(torch.__version__, None, counter.get_total_flops(), modules, ())


def fvcore(model: torch.nn.Module, x: torch.Tensor) -> Report:
    """What fvcore 0.1.5 says: parameters and flops (a multiply-add is one) of every module, containers too.

    It needs real tensors: a meta tensor has no complete type in a JIT graph. torch drops from that graph what no output
    depends on (a head on branch 0 that was given all branches), so every branch is made an output.
    """
    with _imported("fvcore"):
        from fvcore.nn import FlopCountAnalysis, parameter_count
    analysis = FlopCountAnalysis(model, x).unsupported_ops_warnings(False).uncalled_modules_warnings(False)
    with _quiet(), _branches_returned(model):
        counts, total = analysis.tracer_warnings("none").by_module(), analysis.total()
        params = parameter_count(model)
    modules = {path: Told(None, params.get(path, 0), _integer(count)) for path, count in counts.items()}
    without_rule = [f"{operator} × {times}" for operator, times in sorted(analysis.unsupported_ops().items())]
    notes = (f"no rule, counted as 0: {', '.join(without_rule)}",) if without_rule else ()
    return Report(version("fvcore"), params[""], _integer(total), modules, notes)


PEERS: dict[str, Callable[[torch.nn.Module, torch.Tensor], Report]] = {
    "torchinfo": torchinfo,
    "FlopCounterMode": flop_counter,
    "fvcore": fvcore,
}


def random_input(shape: Shape, device: str) -> torch.Tensor:
    """An input for a network that is on `device`."""
    return torch.randn(shape, device=device)


def _integer(count: Any) -> int:
    """A count as an int: fvcore's rules may give numpy integers, and floats that are whole."""
    if count != int(count):
        raise ValueError(f"fvcore counts {count}")
    return int(count)


@contextmanager
def _branches_returned(model: torch.nn.Module) -> Iterator[None]:
    """Make the model return, beside its output, every list of branches that a module in it returned."""
    branches: list[Any] = []

    def keep(_: torch.nn.Module, __: Any, output: Any) -> None:
        if isinstance(output, list | tuple):
            branches.append(output)

    handles = [module.register_forward_hook(keep) for module in model.modules() if module is not model]
    handles.append(model.register_forward_hook(lambda _, __, output: (output, branches)))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def _imported(name: str) -> Iterator[None]:
    """Imports of a peer. Raises MissingExtraError where it, or something that it needs, is not installed."""
    try:
        with _quiet():
            yield
    except ImportError as error:
        missing = f": {error}" if error.name and error.name.partition(".")[0] != name else ""
        raise MissingExtraError(f"{name} is not installed{missing}", f"pip install {name}") from None


@contextmanager
def _quiet() -> Iterator[None]:
    """No gradients, which would keep every activation, and no warnings about torch's own deprecations."""
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        yield
