"""hrnet-cli shows what an HRNet spec builds: module tree, branch shapes, fuse layers, parameters and FLOPs.

>>> import hrnet_cli
>>> hrnet_cli.flops("w32", by="branch")
Flops(hrnet-w32, 1×3×256×192, 7.645 GMACs)

`str()` of the result of a command is what the command prints, `to_dict()` its JSON; a notebook shows its tables.
`trace` returns the calls themselves, and `convert` a text. Bad usage and bad input raise an HrnetError. Each name is
imported when it is first used, so that `import hrnet_cli` costs nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:  # without an import of typing, which takes most of the time that Ctrl-C would print a traceback in
    from typing import Any

    from hrnet_cli.analysis.describe import Description, describe
    from hrnet_cli.analysis.diagnosis import Diagnosis
    from hrnet_cli.analysis.diff import Diff, diff
    from hrnet_cli.analysis.flops import Flops, flops
    from hrnet_cli.analysis.fuse import Fuse, fuse
    from hrnet_cli.analysis.presets import Presets, presets
    from hrnet_cli.analysis.shapes import Shapes, shapes
    from hrnet_cli.analysis.verify import Verification, verify
    from hrnet_cli.checking.api import check
    from hrnet_cli.checking.finding import Check, Finding
    from hrnet_cli.dialects.writing import Written
    from hrnet_cli.errors import (
        Diagnostic,
        HrnetError,
        InexpressibleError,
        Location,
        MissingExtraError,
        SpecError,
        UnreadableError,
        UsageError,
    )
    from hrnet_cli.schema import Spec
    from hrnet_cli.sources import convert, load_spec
    from hrnet_cli.tracing import Call, InputError, Node, Trace, build, build_torch, trace

__version__ = "0.1.0"
__all__ = ["check", "convert", "describe", "diff", "flops", "fuse", "presets", "shapes", "trace", "verify"]
__all__ += ["build", "build_torch", "load_spec"]
__all__ += ["Check", "Description", "Diff", "Finding", "Flops", "Fuse", "Presets", "Shapes", "Verification", "Written"]
__all__ += ["Call", "Diagnosis", "Diagnostic", "Location", "Node", "Spec", "Trace"]
__all__ += ["HrnetError", "InexpressibleError", "InputError", "SpecError", "UnreadableError", "UsageError"]
__all__ += ["MissingExtraError"]

_HOMES = {
    "analysis.describe": ("Description", "describe"),
    "analysis.diagnosis": ("Diagnosis",),
    "analysis.diff": ("Diff", "diff"),
    "analysis.flops": ("Flops", "flops"),
    "analysis.fuse": ("Fuse", "fuse"),
    "analysis.presets": ("Presets", "presets"),
    "analysis.shapes": ("Shapes", "shapes"),
    "analysis.verify": ("Verification", "verify"),
    "checking.api": ("check",),
    "checking.finding": ("Check", "Finding"),
    "dialects.writing": ("Written",),
    "schema": ("Spec",),
    "sources": ("convert", "load_spec"),
    "tracing": ("Call", "InputError", "Node", "Trace", "build", "build_torch", "trace"),
}
"""The module of each public name that is not in `errors`."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    home = next((module for module, names in _HOMES.items() if name in names), "errors")
    return getattr(import_module(f"hrnet_cli.{home}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
