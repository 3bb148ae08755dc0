"""Every call of every module in one forward pass, recorded by two hooks that are the same for both engines.

The hooks are registered once for all modules, since a network has more than a thousand. Inputs are recorded before the
call, because torch's in-place layers change them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from hrnet_cli.errors import HrnetError
from hrnet_cli.model import Place
from hrnet_cli.nn import LEAVES, Add, AddInPlace, Shape, ShapeError, Tensor, arguments
from hrnet_cli.text import shape_text


class Node:
    """A module of the traced network."""

    __slots__ = ("children", "module", "name", "path", "place", "type")

    def __init__(self, module: Any, path: str, name: str) -> None:
        self.module = module
        self.path = path
        self.name = name  # the last part of the path
        self.type = type(module).__name__
        self.place: Place | None = getattr(module, "place", None)
        self.children: tuple[Node, ...] = ()

    def __repr__(self) -> str:
        return f"Node({self.path!r}, {self.type})"

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
        """The constructor arguments of a leaf; empty for a composite."""
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
    """One call of one module. Lists are flattened: the outputs of a stage are its branches in order."""

    order: int
    """Its number among all calls, by when they began."""
    node: Node
    depth: int
    """How many calls it is inside of; 0 for the network itself."""
    place: Place | None
    """The node's place, or that of the nearest call around it which has one."""
    inputs: tuple[Shape, ...]
    outputs: tuple[Shape, ...]


class Failure(NamedTuple):
    """The innermost call that was running when a forward pass broke, and why it broke."""

    node: Node
    place: Place | None
    """With the input branch whose map cannot be added, if a fuse layer broke."""
    shapes: tuple[Shape, ...]
    """The inputs of the call; of a sum, the sum so far and the map that cannot be added to it."""
    message: str


class Record(NamedTuple):
    """One forward pass: the modules, and the calls that were finished."""

    root: Node
    calls: tuple[Call, ...]
    failure: Failure | None


class Hooks(NamedTuple):
    """An engine's two functions that register a hook on every module: those of `nn` or torch.nn.modules.module."""

    register_module_forward_pre_hook: Callable[[Any], Any]
    register_module_forward_hook: Callable[[Any], Any]


class TooLargeError(HrnetError):
    """Tensors that the device has no memory for, or that torch cannot count: the input may go through elsewhere."""


TOO_LARGE_REMEDY = "run on the device meta, or with a smaller input"
_MEMORY_WORDS = (
    "can't allocate memory",
    "not enough memory",
    "out of memory",
    "size calculation overflowed",
    "integer multiplication overflow",
)


def exceeds_memory(message: str) -> bool:
    """Whether an error of torch's is about the size of tensors alone, and not about how their shapes fit together."""
    return any(words in message for words in _MEMORY_WORDS)


def record(model: Any, x: Any, hooks: Hooks) -> Record:
    """Run `model` on `x` and record every call. The hooks are removed also after an error. Raises TooLargeError."""
    recorder = _Recorder(model)
    handles = (
        hooks.register_module_forward_pre_hook(recorder.before),
        hooks.register_module_forward_hook(recorder.after),
    )
    failure = None
    try:
        model(x)
    except RuntimeError as error:
        message = str(error).splitlines()[0]
        if exceeds_memory(message):
            raise TooLargeError(f"the tensors are too large: {message}", TOO_LARGE_REMEDY) from None
        if not recorder.running:
            raise
        _, node, place, inputs = recorder.running[-1]
        failure = explain_failure(node, place, inputs, message)
    finally:
        for handle in handles:
            handle.remove()
    return Record(recorder.root, tuple([call for call in recorder.calls if call is not None]), failure)


class _Recorder:
    """The two hooks, and the calls that they recorded. Calls of modules outside the model are ignored.

    The hooks run more than a thousand times in a trace and take most of its time, so they are written for speed.
    """

    def __init__(self, model: Any) -> None:
        self.nodes: dict[Any, Node] = {}
        self.calls: list[Call | None] = []
        self.running: list[tuple[int, Node, Place | None, tuple[Shape, ...]]] = []
        self.root = self.nodes[model] = Node(model, "", "")
        self.add_children(self.root)

    def add_children(self, node: Node) -> None:
        """Add the nodes of all modules below one. A module that is used twice has the path of its first use."""
        nodes, children = self.nodes, []
        prefix = node.path and node.path + "."
        for name, module in node.module.named_children():
            if module not in nodes:
                child = nodes[module] = Node(module, prefix + name, name)
                children.append(child)
                if child.type not in LEAVES:
                    self.add_children(child)
        node.children = tuple(children)

    def before(self, module: Any, inputs: tuple[Any, ...]) -> None:
        """The hook before a call: keep its inputs, and its own place or that of the call around it."""
        node = self.nodes.get(module)
        if node is not None:
            calls, running = self.calls, self.running
            place = node.place or (running[-1][2] if running else None)
            shape = getattr(inputs[0], "shape", None) if len(inputs) == 1 else None  # most calls have one tensor
            running.append((len(calls), node, place, shapes(inputs) if shape is None else (tuple(shape),)))
            calls.append(None)

    def after(self, module: Any, _: tuple[Any, ...], output: Any) -> None:
        """The hook after a call: record it at its number in the order of the calls."""
        running = self.running
        if running and running[-1][1].module is module:
            order, node, place, inputs = running.pop()
            shape = getattr(output, "shape", None)
            outputs = shapes(output) if shape is None else (tuple(shape),)
            self.calls[order] = _new(Call, (order, node, len(running), place, inputs, outputs))


_new = tuple.__new__
"""Makes a NamedTuple in half the time of its own constructor, which is a Python function."""


def shapes(value: Any) -> tuple[Shape, ...]:
    """The shapes of all tensors in a value; lists and tuples are flattened in order."""
    if isinstance(value, list | tuple):
        return tuple([shape for item in value for shape in shapes(item)])
    return (tuple(value.shape),)


SUMS: dict[str, type[Add]] = {"Add": Add, "AddInPlace": AddInPlace}
"""The leaves that sum the terms of a fuse layer."""


def explain_failure(node: Node, place: Place | None, inputs: tuple[Shape, ...], message: str) -> Failure:
    """Explain why a call broke; an error that is not about shapes keeps the engine's own message."""
    size = inputs[0][2:]
    add = SUMS.get(node.type)
    if add and place and place.part == "fuse":
        so_far = inputs[0]
        for branch, term in enumerate(inputs[1:], 1):
            try:
                so_far = add()(Tensor(so_far), Tensor(term)).shape
            except ShapeError:
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
