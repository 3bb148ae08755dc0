"""Forward hooks to a Trace: every call of every module, in order, on either engine.

The two hooks are the same for `hrnet_cli.nn` and `torch.nn`. They are registered once for all modules and not on each:
a network has more than a thousand. Inputs are recorded before the call.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from hrnet_cli.model import Place
from hrnet_cli.nn import LEAVES, Shape, arguments
from hrnet_cli.tracing.failure import Failure, explain_failure

Shapes = tuple[Shape, ...]


class Node:
    """A module of the traced network: what it is and what it has, but for what calling it showed."""

    __slots__ = ("children", "module", "path", "place", "type")

    def __init__(self, module: Any, path: str) -> None:
        self.module = module
        self.path = path
        self.type = type(module).__name__
        self.place: Place | None = getattr(module, "place", None)
        self.children: tuple[Node, ...] = ()

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]

    @property
    def parameters(self) -> dict[str, Shape]:
        """The module's own parameters (not those below it) by name."""
        return {key: tuple(tensor.shape) for key, tensor in self.module.named_parameters(recurse=False)}

    @property
    def buffers(self) -> dict[str, Shape]:
        """The module's own buffers by name."""
        return {key: tuple(tensor.shape) for key, tensor in self.module.named_buffers(recurse=False)}

    @property
    def arguments(self) -> dict[str, Any]:
        """The constructor arguments of a leaf."""
        return arguments(self.module)

    @property
    def own_params(self) -> int:
        """Elements of this module's own parameters."""
        return sum(math.prod(shape) for shape in self.parameters.values())

    @property
    def own_buffers(self) -> int:
        """Elements of this module's own buffers."""
        return sum(math.prod(shape) for shape in self.buffers.values())

    def walk(self) -> Iterator[Node]:
        """This node and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


class Call(NamedTuple):
    """One call of one module. Lists of branches are flattened: a stage's outputs are its branches in order."""

    order: int
    node: Node
    depth: int
    place: Place | None
    inputs: Shapes
    outputs: Shapes


class Record(NamedTuple):
    """What the hooks saw. With a failure, the calls that were finished before it."""

    root: Node
    calls: tuple[Call, ...]
    failure: Failure | None


class Hooks(NamedTuple):
    """An engine's own two functions that put a hook on every module: `nn`'s or torch.nn.modules.module's."""

    register_module_forward_pre_hook: Callable[[Any], Any]
    register_module_forward_hook: Callable[[Any], Any]


def record(model: Any, x: Any, hooks: Hooks) -> Record:
    """Run `model` on `x` and record every call. The hooks are taken off again, whatever happens."""
    recorder = _Recorder(model)
    handles = (
        hooks.register_module_forward_pre_hook(recorder.before),
        hooks.register_module_forward_hook(recorder.after),
    )
    failure = None
    try:
        model(x)
    except RuntimeError as error:
        failure = recorder.failure(error)
    finally:
        for handle in handles:
            handle.remove()
    return Record(recorder.root, tuple([call for call in recorder.calls if call is not None]), failure)


class _Recorder:
    """The two hooks and what they have seen. Calls of modules outside the model are not its business.

    All here runs a thousand times a trace, and is most of what a trace takes beside the network itself.
    """

    def __init__(self, model: Any) -> None:
        self.nodes: dict[Any, Node] = {}
        self.calls: list[Call | None] = []
        self.under_way: list[tuple[int, Node, Place | None, Shapes]] = []
        self.root = self.nodes[model] = Node(model, "")
        self.add_children(self.root)

    def add_children(self, node: Node) -> None:
        """The nodes of all modules below one; a module that stands in two places is known by the first."""
        nodes, children = self.nodes, []
        prefix = node.path and node.path + "."
        for name, module in node.module.named_children():
            if module not in nodes:
                child = nodes[module] = Node(module, prefix + name)
                children.append(child)
                if child.type not in LEAVES:
                    self.add_children(child)
        node.children = tuple(children)

    def before(self, module: Any, inputs: tuple[Any, ...]) -> None:
        node = self.nodes.get(module)
        if node is not None:
            calls, under_way = self.calls, self.under_way
            place = node.place or (under_way[-1][2] if under_way else None)
            shape = getattr(inputs[0], "shape", None) if len(inputs) == 1 else None  # most calls have one tensor
            seen = shapes(inputs) if shape is None else (tuple(shape),)
            under_way.append((len(calls), node, place, seen))
            calls.append(None)

    def after(self, module: Any, _: tuple[Any, ...], output: Any) -> None:
        under_way = self.under_way
        if under_way and under_way[-1][1].module is module:
            order, node, place, seen = under_way.pop()
            shape = getattr(output, "shape", None)
            made = shapes(output) if shape is None else (tuple(shape),)
            self.calls[order] = _new(Call, (order, node, len(under_way), place, seen, made))

    def failure(self, error: RuntimeError) -> Failure:
        """What was under way when `error` came; raises it again where that was nothing of ours."""
        if not self.under_way:
            raise error
        _, node, place, seen = self.under_way[-1]
        return explain_failure(node, place, seen, str(error).splitlines()[0])


_new = tuple.__new__
"""Makes a NamedTuple of a tuple in half the time of its own constructor, which is a function in Python."""


def shapes(value: Any) -> Shapes:
    """The shapes of all tensors in a value, lists and tuples flattened in order."""
    if isinstance(value, list | tuple):
        return tuple([shape for item in value for shape in shapes(item)])
    return (tuple(value.shape),)
