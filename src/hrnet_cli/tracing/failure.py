"""Where a forward pass breaks and why, in the same words for both engines."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hrnet_cli import nn
from hrnet_cli.model import Place
from hrnet_cli.nn import Shape
from hrnet_cli.text import shape_text

if TYPE_CHECKING:
    from hrnet_cli.tracing.record import Node


class Failure(NamedTuple):
    """The innermost call that was running when a forward pass broke, and why it broke."""

    node: Node
    place: Place | None
    """With the input branch whose map cannot be added, if a fuse layer broke."""
    shapes: tuple[Shape, ...]
    """The inputs of the call; of a sum, the sum so far and the map that cannot be added to it."""
    message: str


def explain_failure(node: Node, place: Place | None, inputs: tuple[Shape, ...], message: str) -> Failure:
    """Explain why a call broke; an error that is not about shapes keeps the engine's own message."""
    size = inputs[0][2:]
    if node.type == "Add" and place and place.part == "fuse":
        so_far = inputs[0]
        for branch, term in enumerate(inputs[1:], 1):
            try:
                so_far = nn.Add()(nn.Tensor(so_far), nn.Tensor(term)).shape
            except nn.ShapeError:
                message = f"cannot add {shape_text(term)} from branch {branch} to {shape_text(so_far)}"
                return Failure(node, place._replace(input_branch=branch), (so_far, term), message)
    elif node.type == "Conv2d":
        kernel, padding = node.arguments["kernel_size"], node.arguments["padding"]
        if any(n + 2 * pad < k for n, pad, k in zip(size, padding, kernel, strict=True)):
            message = f"a {shape_text(kernel)} kernel does not fit on a map of {shape_text(size)}"
    elif node.type == "AvgPool2d":
        window = node.arguments["kernel_size"]
        if min(size) < window:
            message = f"a {window}×{window} window does not fit on a map of {shape_text(size)}"
    return Failure(node, place, inputs, message)
