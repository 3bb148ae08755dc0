"""All leaves by name, and the arguments that say everything there is to say of one."""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any

from hrnet_cli.nn import layers, shaping
from hrnet_cli.nn.module import Leaf

LEAVES: dict[str, type[Leaf]] = {
    leaf.__name__: leaf
    for leaf in (
        layers.Conv2d,
        layers.ConvTranspose2d,
        layers.Linear,
        layers.BatchNorm2d,
        layers.ReLU,
        shaping.Upsample,
        shaping.Resize,
        shaping.Add,
        shaping.Concat,
        shaping.AvgPool2d,
        shaping.AdaptiveAvgPool2d,
        shaping.GlobalAvgPool2d,
        shaping.Flatten,
        shaping.Unflatten2d,
        shaping.Unsqueeze,
        shaping.Transpose,
        shaping.MatMul,
        shaping.Scale,
        shaping.Softmax,
        shaping.Dropout,
        shaping.Dropout2d,
    )
}


@cache
def argument_names(leaf: type[Leaf]) -> tuple[str, ...]:
    """The names of a leaf's constructor arguments, in order."""
    return tuple(inspect.signature(leaf).parameters)


def arguments(module: Any) -> dict[str, Any]:
    """A leaf's constructor arguments, from our leaf or from its torch twin: the same for both, whichever is asked.

    torch keeps a parameter or None where the constructor took `bias: bool`, and a float where it took a whole factor.
    """
    leaf = LEAVES.get(type(module).__name__)
    if leaf is None:
        return {}
    values = {name: getattr(module, name) for name in argument_names(leaf)}  # type: ignore[arg-type]  # a class is hashable
    if "bias" in values:
        values["bias"] = values["bias"] is not None and values["bias"] is not False
    if "scale_factor" in values:
        values["scale_factor"] = int(values["scale_factor"])
    return values
