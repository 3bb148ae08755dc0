"""hrnet-cli: what an HRNet spec builds, told by shape, without torch unless asked.

The public API, imported lazily: a name costs what it needs and no more.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hrnet_cli.spec import Spec, load_spec
    from hrnet_cli.tracing import Trace, build, build_torch, trace

__version__ = "0.1.0"
__all__ = ["Spec", "Trace", "build", "build_torch", "load_spec", "trace"]

_WHERE = {
    "Spec": ("hrnet_cli.spec", "Spec"),
    "Trace": ("hrnet_cli.tracing", "Trace"),
    "build": ("hrnet_cli.tracing", "build"),
    "build_torch": ("hrnet_cli.tracing", "build_torch"),
    "load_spec": ("hrnet_cli.spec", "load_spec"),
    "trace": ("hrnet_cli.tracing", "trace"),
}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _WHERE[name]
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
