"""What makes the same weights compute another function, although keys and shapes of the state dict are the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hrnet_cli.tracing import Node, Trace

RESIZING = ("Upsample", "Resize")
ONLY_IN_TRAINING = {"momentum"}


class InvisibleChange(NamedTuple):
    """An argument of a layer that differs, although the layer keeps its weights."""

    layer: str
    """The type of the layer; `upsampling` for all that resize a map."""
    argument: str


def invisible_changes(before: Trace, after: Trace) -> tuple[InvisibleChange, ...]:
    """The arguments that differ, each once: those of upsampling, then those of layers in both networks."""
    layers = (change for pair in _layers_that_load(before, after) for change in _arguments(*pair))
    return tuple(dict.fromkeys((*_upsampling(before, after), *layers)))


def _upsampling(before: Trace, after: Trace) -> Iterator[InvisibleChange]:
    """Arguments with which the fuse layers resize, or heads of one type; resizing by factor or to size is the same."""
    if before.spec.upsampling == after.spec.upsampling:
        return
    parts = ("fuse", "head") if before.spec.head.type == after.spec.head.type else ("fuse",)
    for argument in ("mode", "align_corners"):
        if any(_resizing(before, part, argument) != _resizing(after, part, argument) for part in parts):
            yield InvisibleChange("upsampling", argument)


def _resizing(trace: Trace, part: str, argument: str) -> set[str | bool]:
    """The values of an argument in all layers of a part that resize; an align_corners of None is false to torch."""
    return {
        call.node.arguments[argument] or False
        for call in trace.leaf_calls
        if call.node.type in RESIZING and call.place and call.place.part == part
    }


def _layers_that_load(before: Trace, after: Trace) -> Iterator[tuple[Node, Node]]:
    """The layers with weights that both networks have at one path and in the same shapes."""
    layers = {node.path: node for node in after.root.walk() if not node.children}
    for old in before.root.walk():
        new = layers.get(old.path)
        shapes = old.parameters | old.buffers
        if new and shapes and shapes == new.parameters | new.buffers:
            yield old, new


def _arguments(before: Node, after: Node) -> Iterator[InvisibleChange]:
    old, new = before.arguments, after.arguments
    for name in old:
        if old[name] != new.get(name) and name not in ONLY_IN_TRAINING:
            yield InvisibleChange(before.type, name)
