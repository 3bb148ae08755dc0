"""Other programs' figures of a lowered network, as integers by module path: torchinfo, FlopCounterMode and fvcore.

torchinfo and torch's FlopCounterMode run on any device, `meta` too. fvcore reads shapes from a JIT graph, which has
none for meta tensors, and so needs real ones. `verify` alone imports this module.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from hrnet_cli.errors import MissingExtraError
from hrnet_cli.nn import Shape


@dataclass(frozen=True, slots=True)
class ModuleReport:
    """A peer's figures of one module and all below it. None is a figure that the peer does not report."""

    outputs: tuple[tuple[Shape, ...], ...] | None
    """The output shapes of each call."""
    params: int | None
    count: int | None
    """In the peer's own convention, over all calls."""


@dataclass(frozen=True, slots=True)
class PeerReport:
    """A peer's figures of a network as it states them, and of every module that it lists."""

    version: str
    params: int | None
    count: int
    modules: Mapping[str, ModuleReport]
    uncounted_operators: dict[str, int] = field(default_factory=dict)
    """How often the peer met each operator that it has no rule for and counts as 0."""


def torchinfo(model: torch.nn.Module, x: torch.Tensor) -> PeerReport:
    """Figures of torchinfo 1.8: output size (of a list, its first tensor's), parameters and mult-adds of every call.

    A container that is never called is listed, with its parameters, if a module in it is called. The `macs` of a
    composite's row are left out: they are N·C × parameters, its rule for recurrent weights, and no sum over children.
    """
    with _imported("torchinfo"):
        from torchinfo import summary
        from torchinfo.torchinfo import clear_cached_forward_pass
    with _quiet():
        statistics = summary(model, input_data=x, verbose=0)
        clear_cached_forward_pass()  # torchinfo would keep this model alive
    paths = {id(module): path for path, module in model.named_modules()}
    rows: dict[str, list[Any]] = defaultdict(list)
    for row in statistics.summary_list:
        rows[paths[id(row.module)]].append(row)
    modules = {path: _torchinfo_module(each) for path, each in rows.items()}
    return PeerReport(version("torchinfo"), statistics.total_params, statistics.total_mult_adds, modules)


def _torchinfo_module(rows: list[Any]) -> ModuleReport:
    """The report of one module from its rows: one for each call, or a single row that was not executed."""
    outputs = tuple((tuple(row.output_size),) for row in rows if row.executed)
    return ModuleReport(outputs, rows[0].num_params, sum(row.macs for row in rows) if rows[0].is_leaf_layer else None)


def flop_counter(model: torch.nn.Module, x: torch.Tensor) -> PeerReport:
    """Figures of torch.utils.flop_counter: the FLOPs of every module that has any, and nothing else."""
    with _quiet(), FlopCounterMode(display=False) as counter:
        model(x)
    root = type(model).__name__
    modules = {
        name.removeprefix(root).removeprefix("."): ModuleReport(None, None, sum(flops.values()))
        for name, flops in counter.get_flop_counts().items()
        if name != "Global"
    }
    return PeerReport(torch.__version__, None, counter.get_total_flops(), modules)


def fvcore(model: torch.nn.Module, x: torch.Tensor) -> PeerReport:
    """Figures of fvcore 0.1.5: parameters and flops (a multiply-add is one) of every module, containers too.

    torch leaves out of the JIT graph what no output depends on, such as branch 1 under a head that reads branch 0.
    Every branch is therefore made an output.
    """
    with _imported("fvcore"):
        from fvcore.nn import FlopCountAnalysis, parameter_count
    analysis = FlopCountAnalysis(model, x).unsupported_ops_warnings(False).uncalled_modules_warnings(False)
    with _quiet(), _branches_returned(model):
        counts, total = analysis.tracer_warnings("none").by_module(), analysis.total()
        params = parameter_count(model)
    modules = {path: ModuleReport(None, params.get(path, 0), _integer(count)) for path, count in counts.items()}
    uncounted = dict(sorted(analysis.unsupported_ops().items()))
    return PeerReport(version("fvcore"), params[""], _integer(total), modules, uncounted)


PEERS: dict[str, Callable[[torch.nn.Module, torch.Tensor], PeerReport]] = {
    "torchinfo": torchinfo,
    "FlopCounterMode": flop_counter,
    "fvcore": fvcore,
}


def random_input(shape: Shape, device: str) -> torch.Tensor:
    """A random input on `device`."""
    return torch.randn(shape, device=device)


def _integer(count: Any) -> int:
    """A count as an int: fvcore's rules may give numpy integers and whole floats."""
    if count != int(count):
        raise ValueError(f"fvcore counts {count}")
    return int(count)


@contextmanager
def _branches_returned(model: torch.nn.Module) -> Iterator[None]:
    """Make the model return its output and every list of branches that a module in it returned."""
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
    """Import a peer. Raises MissingExtraError if it, or a package that it needs, is not installed."""
    try:
        with _quiet():
            yield
    except ImportError as error:
        missing = f": {error}" if error.name and error.name.partition(".")[0] != name else ""
        raise MissingExtraError(f"{name} is not installed{missing}", f"pip install {name}") from None


@contextmanager
def _quiet() -> Iterator[None]:
    """Without gradients, which would keep every activation in memory, and without warnings of deprecations."""
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        yield
