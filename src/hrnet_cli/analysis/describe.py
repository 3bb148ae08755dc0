"""The module tree as a person wants it: siblings that are the same are shown once and counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from hrnet_cli.analysis.costs import costs
from hrnet_cli.analysis.flops import CostRow, flops
from hrnet_cli.analysis.fuse import Edge, fuse, operation
from hrnet_cli.errors import UsageError
from hrnet_cli.model import BLOCKS
from hrnet_cli.nn import LEAVES, Shape
from hrnet_cli.tracing import Call, Node, Trace


class TreeRow(NamedTuple):
    """A module, or several siblings in a row that are the same as one shown before them."""

    depth: int
    path: str
    """The module's path in code; of siblings, the first one's."""
    type: str
    times: int
    """1, or how many siblings this row stands for."""
    last_path: str
    """The last sibling's path; the same as `path` where there is one."""
    same_as: str
    """The path of the sibling that these are the same as, or nothing."""
    arguments: dict[str, Any]
    note: str
    """What a fuse edge does, with its i, j, factor and channel ratio."""
    inputs: tuple[Shape, ...]
    outputs: tuple[Shape, ...]
    params: int
    """Of the module with all below it, of each sibling."""
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


class Description(NamedTuple):
    """The result of `describe`."""

    spec: str
    engine: str
    convention: str
    type: str
    head: str
    input: Shape
    outputs: tuple[Shape, ...]
    stages: tuple[StageSummary, ...]
    num_blocks: int
    num_modules: int
    params: int
    buffers: int
    macs: int
    parts: tuple[CostRow, ...]
    tree: tuple[TreeRow, ...]


def describe(trace: Trace, depth: int | None = None, stage: int | None = None, full: bool = False) -> Description:
    """The tree and the summary of a trace.

    Without `depth` or `full` the tree stops at blocks and at fuse and transition edges; `depth` counts from the network
    (0); `stage` keeps that stage and the transition before it. Raises UsageError for a stage that is not there.
    """
    spec = trace.spec
    if stage is not None and not 1 <= stage <= len(spec.stages):
        raise UsageError(f"there is no stage {stage}", f"{spec.name} has stages 1 to {len(spec.stages)}")
    total = flops(trace, "stage")
    stages = tuple(
        StageSummary(n, s.block, s.num_modules, s.num_branches, s.num_blocks, s.num_channels, s.widths)
        for n, s in enumerate(spec.stages, 1)
    )
    return Description(
        spec=spec.name,
        engine=trace.engine,
        convention="macs",
        type=trace.root.type,
        head=spec.head.type,
        input=trace.input,
        outputs=trace.calls[0].outputs,
        stages=stages,
        num_blocks=sum(s.num_modules * sum(s.num_blocks) for s in spec.stages),
        num_modules=sum(s.num_modules for s in spec.stages[1:]),
        params=total.params,
        buffers=sum(node.own_buffers for node in trace.root.walk()),
        macs=total.macs,
        parts=total.rows,
        tree=tuple(_Tree(trace, depth, stage, full).rows(trace.root, 0)),
    )


class _Tree:
    def __init__(self, trace: Trace, depth: int | None, stage: int | None, full: bool) -> None:
        self.most, self.stage, self.full = depth, stage, full
        self.calls: dict[str, Call] = {}
        for call in trace.calls:
            self.calls.setdefault(call.node.path, call)
        self.params: dict[str, int] = {}
        self.macs: dict[str, int] = {}
        for cost in costs(trace):
            self.params[cost.call.node.path] = self.params.get(cost.call.node.path, 0) + cost.params
            self.macs[cost.call.node.path] = self.macs.get(cost.call.node.path, 0) + cost.macs
        edges = [edge for layer in fuse(trace).layers for row in layer.rows for edge in row]
        self.notes = {edge.path: _edge_note(edge) for edge in edges if edge.path}
        self.notes |= {path: note for path, call in self.calls.items() if (note := _transition_note(call, trace))}
        self.numbers: dict[Any, int] = {}
        self.signatures: dict[str, int] = {}
        self.settle(trace.root)

    def settle(self, node: Node) -> None:
        """Sums from the leaves up, and a number for each kind of module: the same number is the same module."""
        for child in node.children:
            self.settle(child)
        for table in (self.params, self.macs):
            table[node.path] = table.get(node.path, 0) + sum(table[child.path] for child in node.children)
        call = self.calls.get(node.path)
        children = tuple((child.name, self.signatures[child.path]) for child in node.children)
        shape = (call.inputs, call.outputs) if call else None
        kind = (node.type, tuple(node.arguments.items()), shape, self.notes.get(node.path), children)
        self.signatures[node.path] = self.numbers.setdefault(kind, len(self.numbers))

    def rows(self, node: Node, depth: int, placed: bool = False) -> Iterator[TreeRow]:
        """The node and what is shown below it; `placed` where it is inside a part of the anatomy."""
        yield self.row(node, node, depth, 1, "")
        if self.stops(node, depth):
            return
        placed = placed or node.place is not None
        children = [child for child in self.below(node) if self.shows(child, placed)]
        index = 0
        while index < len(children):
            first = children[index]
            yield from self.rows(first, depth + 1, placed)
            index += 1
            same = index
            while same < len(children) and self.same(first, children[same]):
                same += 1
            if same > index:
                yield self.row(children[index], children[same - 1], depth + 1, same - index, first.path)
                index = same

    def below(self, node: Node) -> Iterator[Node]:
        """The children; a list that is never called itself has nothing to show but its members, unless in full."""
        for child in node.children:
            if child.type == "ModuleList" and not self.full:
                yield from self.below(child)
            else:
                yield child

    def same(self, one: Node, other: Node) -> bool:
        """Whether two members of one list are the same. Attributes that happen to be alike have names to be seen."""
        in_one_list = one.name.isdigit() and _parent(one) == _parent(other)
        return in_one_list and self.signatures[one.path] == self.signatures[other.path]

    def stops(self, node: Node, depth: int) -> bool:
        if self.most is not None:
            return depth >= self.most
        if self.full:
            return False
        is_edge = node.place is not None and node.place.input_branch is not None
        return is_edge or node.type in BLOCK_TYPES

    def shows(self, child: Node, placed: bool) -> bool:
        """Whether a child is shown: sums and the like, which the original has no modules for, only in full."""
        if not self.full and child.type in LEAVES and not LEAVES[child.type].in_torch_nn:
            return False
        return placed or self.stage is None or self.in_stage(child)

    def in_stage(self, child: Node) -> bool:
        """Whether a child has part in the stage that was asked for."""
        assert self.stage is not None
        places = {each.place for each in child.walk() if each.place}
        return any(place.stage == (self.stage - 1 if place.part == "transition" else self.stage) for place in places)

    def row(self, node: Node, last: Node, depth: int, times: int, same_as: str) -> TreeRow:
        call = self.calls.get(node.path)
        return TreeRow(
            depth=depth,
            path=node.path,
            type=node.type,
            times=times,
            last_path=last.path,
            same_as=same_as,
            arguments=node.arguments,
            note=self.notes.get(node.path, ""),
            inputs=call.inputs if call else (),
            outputs=call.outputs if call else (),
            params=self.params[node.path],
            macs=self.macs[node.path],
        )


BLOCK_TYPES = {block.__name__ for block in BLOCKS.values()}


def _parent(node: Node) -> str:
    return node.path.rpartition(".")[0]


def _edge_note(edge: Edge) -> str:
    arrow = "↑" if edge.kind == "up" else "↓"
    channels = f"{edge.in_channels}→{edge.out_channels} ({ratio(edge.in_channels, edge.out_channels)})"
    return f"i={edge.i}←j={edge.j} {arrow}{edge.factor} {channels}"


def _transition_note(call: Call, trace: Trace) -> str:
    place = call.node.place
    if place is None or place.part != "transition":
        return ""
    inside = [leaf for leaf in trace.leaf_calls if leaf.place is place]
    before, after = call.inputs[0][1], call.outputs[0][1]
    return f"branch {place.branch} from {place.input_branch}: {operation(inside)}, {before}→{after}"


def ratio(before: int, after: int) -> str:
    """A channel ratio as people say it: ×2, ÷4, or as a fraction where it is neither."""
    if after % before == 0:
        return f"×{after // before}"
    if before % after == 0:
        return f"÷{before // after}"
    return f"×{after}/{before}"
