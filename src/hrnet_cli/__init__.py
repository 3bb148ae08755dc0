"""hrnet-cli: what an HRNet spec builds, told by shape, without torch unless asked.

The public API, imported lazily: a name costs what it needs and no more.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hrnet_cli.analysis.api import describe, diff, flops, fuse
    from hrnet_cli.analysis.verify import verify
    from hrnet_cli.schema import Spec
    from hrnet_cli.sources import load_spec
    from hrnet_cli.tracing import Trace, build, build_torch, trace

__version__ = "0.1.0"
_WHERE = {
    "Spec": "hrnet_cli.schema",
    "Trace": "hrnet_cli.tracing",
    "build": "hrnet_cli.tracing",
    "build_torch": "hrnet_cli.tracing",
    "describe": "hrnet_cli.analysis.api",
    "diff": "hrnet_cli.analysis.api",
    "flops": "hrnet_cli.analysis.api",
    "fuse": "hrnet_cli.analysis.api",
    "load_spec": "hrnet_cli.sources",
    "trace": "hrnet_cli.tracing",
    "verify": "hrnet_cli.analysis.verify",
}
__all__ = ["Spec", "Trace", "build", "build_torch", "describe", "diff", "flops", "fuse", "load_spec", "trace", "verify"]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
