"""The reports as functions of a spec: what the commands and `import hrnet_cli` call.

Each imports its own analysis when it is called, so that a command pays for no other.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hrnet_cli.schema import Shape4
from hrnet_cli.sources import load_spec
from hrnet_cli.tracing import InputError, SpecLike, Trace, trace

if TYPE_CHECKING:
    from hrnet_cli.analysis.diff import Diff

Input = str | Shape4 | None


def diff(
    before: SpecLike, after: SpecLike, input: Input = None, *, keys: bool = False, names: tuple[str, str] | None = None
) -> Diff:
    """What changes from one spec to another, each at its own input or both at `input`; `keys` lists every key.

    `names` is what they are called, by default what names them: a path, a preset.
    """
    from hrnet_cli.analysis.diff import diff

    sides = (before, after)
    names = names or (_name(before), _name(after))
    old, new = (named_trace(spec, input, name) for spec, name in zip(sides, names, strict=True))
    return diff(old, new, names, keys)


def _name(spec: SpecLike) -> str:
    return str(spec) if isinstance(spec, str | Path) else load_spec(spec).name


def named_trace(spec: SpecLike, input: Input, name: str) -> Trace:
    """A trace that says, where the input cannot go through, which of several specs it is."""
    try:
        return trace(spec, input)
    except InputError as error:
        own = error.trace.spec.name
        known = replace(error.trace.spec, name=own if own == name else f"{name} ({own})")
        raise InputError(replace(error.trace, spec=known), error.failure) from None
