"""What makes the same weights compute another function: no key and no shape of the state dict shows it."""

from __future__ import annotations

from hrnet_cli.nn import Shape
from hrnet_cli.tracing import Node, Trace

RESIZING = ("Upsample", "Resize")
ONLY_IN_TRAINING = {"momentum"}


def unseen(before: Trace, after: Trace) -> tuple[str, ...]:
    """`upsampling`, and arguments of modules that keep their keys: `BatchNorm2d eps`."""
    resized = ("upsampling",) * _resizes_otherwise(before, after)
    old, new = _with_keys(before), _with_keys(after)
    differ = {
        f"{old[path].type} {name}": None
        for path in old
        if path in new and _shapes(old[path]) == _shapes(new[path])
        for name in _differing(old[path], new[path])
    }
    return (*resized, *differ)


def _resizes_otherwise(before: Trace, after: Trace) -> bool:
    """Whether maps are made larger in another way. By factor or to a size is one where both go through."""
    if before.spec.upsampling == after.spec.upsampling:
        return False
    parts = ("fuse", "head") if before.spec.head.type == after.spec.head.type else ("fuse",)
    return any(_resizing(before, part) != _resizing(after, part) for part in parts)


def _resizing(trace: Trace, part: str) -> set[tuple[str, bool]]:
    leaves = [call for call in trace.leaf_calls if call.node.type in RESIZING]
    return {
        (call.node.arguments["mode"], bool(call.node.arguments["align_corners"]))
        for call in leaves
        if call.place and call.place.part == part
    }


def _with_keys(trace: Trace) -> dict[str, Node]:
    return {node.path: node for node in trace.root.walk() if not node.children and _shapes(node)}


def _shapes(node: Node) -> dict[str, Shape]:
    return node.parameters | node.buffers


def _differing(before: Node, after: Node) -> list[str]:
    old, new = before.arguments, after.arguments
    return [name for name in old if old[name] != new.get(name) and name not in ONLY_IN_TRAINING]
