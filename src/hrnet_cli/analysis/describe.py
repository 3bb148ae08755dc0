"""The module tree, in which equal siblings are shown once and counted, and a summary of the network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, ClassVar, Literal, NamedTuple

from hrnet_cli.analysis.costs import costs
from hrnet_cli.analysis.flops import CostRow, flops
from hrnet_cli.analysis.fuse import Operation, first_calls, operations
from hrnet_cli.analysis.result import Result
from hrnet_cli.errors import UsageError, check_flags
from hrnet_cli.hrnet import DEFAULT_PRESET, size_ratio
from hrnet_cli.model import BLOCKS, Place
from hrnet_cli.model.lite_blocks import LITE_BLOCKS, ConvModule
from hrnet_cli.nn import LEAVES, Shape
from hrnet_cli.schema import Shape4
from hrnet_cli.text import quote
from hrnet_cli.tracing import Call, Node, SpecLike, Trace, trace


class Connection(NamedTuple):
    """What makes an output branch from an input branch: a fuse edge or a layer of a transition."""

    part: Literal["fuse", "transition"]
    output_branch: int
    input_branch: int
    factor: int
    """How many times larger or smaller height and width become."""
    operations: tuple[Operation, ...]
    in_channels: int
    out_channels: int


class TreeRow(NamedTuple):
    """A module, or several siblings in a row that equal one in a row before them."""

    depth: int
    path: str
    """The path of the module, as `get_submodule` takes it; of siblings, that of the first."""
    name: str
    """The last part of the path."""
    last_name: str
    """The name of the last sibling; the same as `name` if there is one module."""
    times: int
    """How many modules the row is for."""
    same_as: str
    """The path of the sibling that these equal; empty for a row that is shown with all below it."""
    type: str
    arguments: dict[str, Any]
    """Constructor arguments of a leaf."""
    connection: Connection | None
    inputs: tuple[Shape, ...]
    """Of the first call; empty if the module is not called itself."""
    outputs: tuple[Shape, ...]
    params: int
    """Of one module with all below it."""
    macs: int


class StageSummary(NamedTuple):
    """A stage in numbers."""

    stage: int
    block: str
    num_modules: int
    num_branches: int
    num_blocks: tuple[int, ...]
    num_channels: tuple[int, ...]
    widths: tuple[int, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Description(Result):
    """The result of `describe`."""

    command: ClassVar[str] = "describe"

    network: str
    engine: str
    convention: str
    type: str
    """The network's class."""
    head: str
    input: Shape
    outputs: tuple[Shape, ...]
    stages: tuple[StageSummary, ...]
    num_blocks: int
    num_modules: int
    params: int
    buffers: int
    """Elements of all buffers, which are no parameters."""
    macs: int
    parts: tuple[CostRow, ...]
    """By stage, as `flops` counts them."""
    tree: tuple[TreeRow, ...]
    full: bool
    """Whether the tree has every leaf."""


def describe(
    spec: SpecLike | Trace = DEFAULT_PRESET,
    input: str | Shape4 | None = None,
    engine: str = "shapes",
    device: str | None = None,
    *,
    depth: int | None = None,
    stage: int | None = None,
    full: bool = False,
) -> Description:
    """The module tree and the summary of a network.

    Without `depth` and `full` the tree ends at blocks, fuse edges and transition layers. With `depth` it ends at that
    depth, 0 being the network; with `stage` it has that stage and the transition before it; with `full`, every leaf.
    The other arguments are those of `trace`. Raises UsageError, and what `trace` raises.
    """
    check_flags(full=full)
    found = trace(spec, input, engine, device)
    stages = found.spec.stages
    if depth is not None and not (type(depth) is int and depth >= 0):
        raise UsageError(f"there is no depth {quote(depth)}", "count from 0, which is the network alone")
    if stage is not None and (type(stage) is not int or not 1 <= stage <= len(stages)):
        raise UsageError(f"there is no stage {quote(stage)}", f"{found.spec.name} has stages 1 to {len(stages)}")
    total = flops(found)
    return Description(
        network=found.spec.name,
        engine=found.engine,
        convention=total.convention,
        type=found.root.type,
        head=found.spec.head.type,
        input=found.input,
        outputs=found.calls[0].outputs,
        stages=tuple(
            StageSummary(n, s.block, s.num_modules, s.num_branches, s.num_blocks, s.num_channels, s.widths)
            for n, s in enumerate(stages, 1)
        ),
        num_blocks=sum(
            s.num_modules * (s.num_blocks[0] if s.is_over_all_branches else sum(s.num_blocks)) for s in stages
        ),
        num_modules=sum(s.num_modules for s in stages[1:]),
        params=total.params,
        buffers=sum(node.own_buffers for node in found.root.walk()),
        macs=total.macs,
        parts=total.rows,
        tree=tuple(_Tree(found, depth, stage, full).rows(found.root, 0)),
        full=full,
    )


BLOCK_TYPES = {block.__name__ for block in (*BLOCKS.values(), *LITE_BLOCKS.values(), ConvModule)}
"""The modules whose layers are shown in full alone."""


class _Tree:
    """The rows of a trace's module tree."""

    def __init__(self, trace: Trace, max_depth: int | None, stage: int | None, full: bool) -> None:
        self.max_depth, self.stage, self.full = max_depth, stage, full
        self.calls: dict[Node, Call] = {}
        for call in trace.calls:
            self.calls.setdefault(call.node, call)
        self.params: dict[Node, int] = defaultdict(int)
        self.macs: dict[Node, int] = defaultdict(int)
        for cost in costs(trace):
            self.params[cost.call.node] += cost.params
            self.macs[cost.call.node] += cost.macs
        self.connections = _connections(trace)
        self.signatures: dict[Node, int] = {}
        """Equal modules have equal numbers."""
        self.known_signatures: dict[Any, int] = {}
        self.add_up(trace.root)

    def add_up(self, node: Node) -> None:
        """Set the costs and the signature of a node and all below it."""
        for child in node.children:
            self.add_up(child)
            self.params[node] += self.params[child]
            self.macs[node] += self.macs[child]
        call = self.calls.get(node)
        shapes = (call.inputs, call.outputs) if call else None
        children = tuple((child.name, self.signatures[child]) for child in node.children)
        content = (node.type, tuple(node.arguments.items()), shapes, self.connections.get(node), children)
        self.signatures[node] = self.known_signatures.setdefault(content, len(self.known_signatures))

    def rows(self, node: Node, depth: int, inside_stage: bool = False) -> Iterator[TreeRow]:
        """The row of a node and those below it."""
        yield self.row(node, node, 1, depth)
        if self.ends_at(node, depth):
            return
        inside_stage = inside_stage or self.stage is None or node.place is not None
        children = [each for each in self.children(node) if self.is_shown(each[1], inside_stage)]
        for _, equal in groupby(children, key=self.sibling_key):
            first, *others = [child for _, child in equal]
            yield from self.rows(first, depth + 1, inside_stage)
            if others:
                yield self.row(others[0], others[-1], len(others), depth + 1, same_as=first.path)

    def children(self, node: Node) -> Iterator[tuple[Node, Node]]:
        """The nodes below one, each with its parent; except in full, a ModuleList is replaced by its members."""
        for child in node.children:
            if child.type == "ModuleList" and not self.full:
                yield from self.children(child)
            else:
                yield node, child

    def sibling_key(self, parent_and_child: tuple[Node, Node]) -> object:
        """Equal for equal members of one list. Attributes differ by name, however similar they are."""
        parent, child = parent_and_child
        return (parent, self.signatures[child]) if child.name.isdigit() else child

    def ends_at(self, node: Node, depth: int) -> bool:
        """Whether nothing below a node is shown."""
        if self.max_depth is not None:
            return depth >= self.max_depth
        return not self.full and (node in self.connections or node.type in BLOCK_TYPES)

    def is_shown(self, child: Node, inside_stage: bool) -> bool:
        """Whether a node is shown: layers that torch.nn does not have, like sums, only in full."""
        if not self.full and child.type in LEAVES and not LEAVES[child.type].in_torch_nn:
            return False
        return inside_stage or any(self.is_in_stage(each.place) for each in child.walk() if each.place)

    def is_in_stage(self, place: Place) -> bool:
        """Whether a place is in the chosen stage or in the transition before it."""
        assert self.stage is not None
        return place.stage == (self.stage - 1 if place.part == "transition" else self.stage)

    def row(self, node: Node, last: Node, times: int, depth: int, same_as: str = "") -> TreeRow:
        """The row of one node, or of equal siblings from `node` to `last`."""
        call = self.calls.get(node)
        return TreeRow(
            depth=depth,
            path=node.path,
            name=node.name,
            last_name=last.name,
            times=times,
            same_as=same_as,
            type=node.type,
            arguments=node.arguments,
            connection=self.connections.get(node),
            inputs=call.inputs if call else (),
            outputs=call.outputs if call else (),
            params=self.params[node],
            macs=self.macs[node],
        )


def _connections(trace: Trace) -> dict[Node, Connection]:
    """The fuse edges and transition layers. The resize after a fuse edge has the same place and belongs to it."""
    leaves: dict[Place | None, list[Call]] = defaultdict(list)
    for leaf in trace.leaf_calls:
        leaves[leaf.place].append(leaf)
    calls = {call.node.place: call for call in reversed(trace.calls)}  # the first call at each place
    return {
        call.node: Connection(
            part="fuse" if place.part == "fuse" else "transition",
            output_branch=place.branch,
            input_branch=place.input_branch,
            factor=size_ratio(place.branch, place.input_branch),
            operations=operations(first_calls(leaves[place])),
            in_channels=call.inputs[0][1],
            out_channels=call.outputs[0][1],
        )
        for place, call in calls.items()
        if place is not None and place.branch is not None and place.input_branch is not None
    }
