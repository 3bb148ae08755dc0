"""HR4: heads that do not fit their branches or their task, and widths that hardware handles badly."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from hrnet_cli.analysis.skeleton import unused_parameters
from hrnet_cli.checking.rule import Rule
from hrnet_cli.checking.subject import Subject
from hrnet_cli.dialects.nodes import ConfigNode
from hrnet_cli.errors import Diagnostic
from hrnet_cli.hrnet import stage_key
from hrnet_cli.nn import Shape
from hrnet_cli.schema import HeatmapHead, HigherHead
from hrnet_cli.text import KeyPath, exact, join_and, quote, shape_text

CHANNEL_MULTIPLE = 8
"""Half-precision tensor cores need channels to be a multiple of it (NVIDIA, "Convolutional Layers User's Guide")."""


def unread_branches(subject: Subject) -> Iterator[Diagnostic]:
    """The last stage fuses all branches, and the head does not read all of them."""
    spec, reading = subject.spec, subject.loaded.reading
    branches = spec.stages[-1].num_branches
    reader, read = reading.reads or (f"{spec.head.type} head", range(branches if spec.head.reads_all_branches else 1))
    unread = [branch for branch in range(branches) if branch not in read]
    if not spec.keeps_all_branches or not unread or not subject.code_is_known:
        return
    unused = unused_parameters(spec, unread)
    which = "branch 0 alone" if len(unread) == branches - 1 else f"branches {', '.join(map(str, read))}"
    message = f"the {reader} reads {which}, and the last stage fuses all {branches}: {_name_parameters(unused)}"
    path = ("multi_scale_output",)
    key = str(next(iter(reading.origin(path)[-1:]), path[0]))
    remedy = f"set {key}: false, as the original does" if unread[0] else "use a head or a neck that reads all branches"
    remedy += "; with them, DistributedDataParallel needs find_unused_parameters=True"
    yield subject.at("unread-branches", path, message, remedy)


def _name_parameters(unused: Mapping[str, tuple[Shape, ...]]) -> str:
    """`39 parameters (769,984 elements) of stage4.2.fuse_layers.1, … get no gradient`."""
    count = sum(map(len, unused.values()))
    total = sum(map(math.prod, chain.from_iterable(unused.values())))
    return f"{count} parameters ({exact(total)} elements) of {join_and([*unused])} get no gradient"


def nothing_to_join(subject: Subject) -> Iterator[Diagnostic]:
    """A head that joins branches has only one."""
    head = subject.spec.head
    if head.type != "none" and head.reads_all_branches and subject.spec.stages[-1].num_branches == 1:
        message = f"the {head.type} head joins the branches of the last stage, which has one"
        remedy = "give the last stage more branches, or use a head that reads one"
        yield subject.at("nothing-to-join", ("head",), message, remedy)


HEATMAP_SIZES = (
    *(("MODEL", "EXTRA", "HEATMAP_SIZE"), ("MODEL", "HEATMAP_SIZE")),
    *(("codec", "heatmap_size"), ("data_cfg", "heatmap_size")),
)
"""Where the configs of pose and landmark networks have the size (w, h) of the dataset's targets."""


def heatmap_size(subject: Subject) -> Iterator[Diagnostic]:
    """The dataset draws its targets at another size than the network's heatmaps, so training fails at the loss."""
    if subject.spec.head.type not in ("heatmap", "landmark") or subject.outputs is None or not subject.code_is_known:
        return
    if subject.requirements.input or not subject.declares_input:
        return  # the targets are for another input, or for one that is not known
    height, width = subject.outputs[0][2:]
    for path in HEATMAP_SIZES:
        node = ConfigNode(subject.config, ()).get(*path)
        size: Any = node.literal if node else None
        if node and _is_numbers(size) and size != [width, height]:
            is_size = isinstance(size, list) and len(size) == 2
            found = f"{shape_text(tuple(size))} (w×h)" if is_size else f"{quote(size)}, not a width and a height"
            message = f"{node.path[-1]} is {found}, and the network puts out {shape_text((width, height))}"
            yield subject.at_config("heatmap-size", node.path, message, f"write [{width}, {height}]")
            return


def _is_numbers(value: Any) -> bool:
    """Whether a value is a number or a list of numbers; what is known only by running a config is not."""
    return all(type(item) is int for item in (value if isinstance(value, list) else [value]))


def joints(subject: Subject) -> Iterator[Diagnostic]:
    """A config has the number of joints for the network and for the dataset, which may add a center (HigherHRNet)."""
    head = subject.spec.head
    if isinstance(head, HeatmapHead):
        yield from _joints_of_a_fork(subject, head)
    root = ConfigNode(subject.config, ())
    node, center = root.get("DATASET", "NUM_JOINTS"), root.get("DATASET", "WITH_CENTER")
    count = node.literal if node else None
    if not isinstance(head, HigherHead) or node is None or type(count) is not int or not subject.code_is_known:
        return
    with_center = center is not None and center.literal is True
    if count + with_center != head.num_joints:
        more = " and a center" if with_center else ""
        message = f"{node.path[-1]} is {count}{more}, and the head puts out {head.num_joints} joints"
        yield subject.at_config("joints", node.path, message, "make the two equal")


def _joints_of_a_fork(subject: Subject, head: HeatmapHead) -> Iterator[Diagnostic]:
    """The pose repository has the number for the network alone; a fork may have it for the dataset instead."""
    root = ConfigNode(subject.config, ())
    node = root.get("DATASET", "NUM_JOINTS")
    count = node.literal if node else None
    if node and type(count) is int and count != head.num_joints and not root.get("MODEL", "NUM_JOINTS"):
        own = (root.child("MODEL") or root).missing("NUM_JOINTS").dotted
        message = f"{node.dotted} is {count}, and the head is built with {head.num_joints} joints: {own} is missing"
        found = subject.at_config("joints", node.path, message, f"add {own}: {count}")
        yield found._replace(at_most_note=not subject.code_is_known)


def unfriendly_channels(subject: Subject) -> Iterator[Diagnostic]:
    """Widths that are not a multiple of 8 leave a part of each tensor core idle."""
    found: dict[int, KeyPath] = {}
    for number, stage in enumerate(subject.spec.stages, 1):
        for width in stage.num_channels:
            if width % CHANNEL_MULTIPLE:
                found.setdefault(width, (stage_key(number), "num_channels"))
    if found:
        message = f"widths that are not a multiple of {CHANNEL_MULTIPLE}: {', '.join(map(str, found))}"
        rounded = (f"{width} → {-(-width // CHANNEL_MULTIPLE) * CHANNEL_MULTIPLE}" for width in found)
        remedy = f"tensor cores need multiples of {CHANNEL_MULTIPLE}: {', '.join(rounded)}"
        yield subject.at("unfriendly-channels", next(iter(found.values())), message, remedy)


HEAD = (
    Rule(
        "HR401",
        "unread-branches",
        "warning",
        "branches that are fused and not read",
        ("unread-branches",),
        unread_branches,
    ),
    Rule(
        "HR402",
        "nothing-to-join",
        "warning",
        "a head that joins branches, on one branch",
        ("nothing-to-join",),
        nothing_to_join,
    ),
    Rule(
        "HR403", "heatmap-size", "error", "targets of another size than the heatmaps", ("heatmap-size",), heatmap_size
    ),
    Rule("HR404", "joints", "error", "a dataset with another number of joints than the head", ("joints",), joints),
    Rule(
        "HR405",
        "unfriendly-channels",
        "note",
        "widths that are not a multiple of 8",
        ("unfriendly-channels",),
        unfriendly_channels,
    ),
)
